"""The full diagnosis: checks that cost time, and remedies that are tried out.

A remedy is proved by training with it, with the same seed and to the same end, and comparing the score on the
validation rows, or on the training rows where there are none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tuitrain.data.dataset import Dataset
from tuitrain.data.loading import load_dataset
from tuitrain.diagnosis.checks import one_batch, shifted_validation, start_loss, with_page
from tuitrain.diagnosis.finding import Figure, Finding, Remedy
from tuitrain.diagnosis.recording import Recording
from tuitrain.engine import Trainer
from tuitrain.errors import TuitrainError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.model import Model
from tuitrain.session.remedy_options import changes_of
from tuitrain.session.train import train
from tuitrain.translation import gettext as _

EQUAL = 0.01  # of a score, within which a remedy is no better than none


@dataclass(frozen=True)
class Proof:
    """What a remedy came to: the score with it, and as it was; NaN where it could not be trained."""

    remedy: Remedy
    score: float
    before: float

    @property
    def gain(self) -> float:
        """By how much the score is better with it; what is not a number is worse than anything."""
        after, before = (-1.0 if math.isnan(value) else value for value in (self.score, self.before))
        return after - before


def full_findings(
    dataset: Dataset, h: Hyperparameters, model: Model, findings: Sequence[Finding]
) -> tuple[Finding, ...]:
    """Return the findings of a training with those of the checks, and with the first one's remedies proved.

    `h` may have ``auto`` where a value was left to it, which then follows what a remedy changes. The remedies of the
    first alarm stand in the order of what they gained, and its evidence has a figure for each.
    """
    trainer = Trainer(dataset, [h])
    observed = Recording(trainer, dataset).observe()
    assert observed.data is not None
    checked = [
        start_loss(observed.start, observed.data), one_batch(dataset, trainer.hyperparameters[0]),
        shifted_validation(dataset),
    ]  # fmt: skip
    alarms = [finding for finding in findings if finding.is_alarm]
    notes = [finding for finding in findings if not finding.is_alarm]
    if alarms and alarms[0].remedies and alarms[0].kind != "leak":  # without it a score is worse, and truer
        alarms[0] = _proved(alarms[0], dataset, h, _score(model, dataset))
    return (*alarms, *(with_page(finding) for finding in checked if finding is not None), *notes)


def _score(model: Model, dataset: Dataset) -> float:
    part = dataset.validation if len(dataset.validation) else dataset.train
    found = model.evaluate_part(part)
    return float(found["accuracy" if dataset.n_classes else "r2"])


def _proved(finding: Finding, dataset: Dataset, h: Hyperparameters, before: float) -> Finding:
    proofs = [prove(remedy, dataset, h, before) for remedy in finding.remedies]
    ordered = sorted(proofs, key=lambda proof: -proof.gain)
    figures = [
        Figure(_("score with {options}, against as it is").format(options=proof.remedy.options), proof.score, before)
        for proof in ordered
    ]
    remedies = tuple(replace(proof.remedy, text=_told(proof)) for proof in ordered)
    return replace(finding, evidence=(*finding.evidence, *figures), remedies=remedies)


def _told(proof: Proof) -> str:
    if abs(proof.gain) < EQUAL:
        return _("{remedy}: equal").format(remedy=proof.remedy.text)
    word = _("better") if proof.gain > 0 else _("worse")
    return _("{remedy}: {gain:+.3f}, {word}").format(remedy=proof.remedy.text, gain=proof.gain, word=word)


def prove(remedy: Remedy, dataset: Dataset, h: Hyperparameters, before: float) -> Proof:
    """Train with a remedy; `before` is the score without it."""
    changes, options = changes_of(remedy.options, dataset.options)
    try:
        data = dataset if options == dict(dataset.options) else load_dataset(dataset.source, **options)
        result = train(data, h.replace(**changes))
        return Proof(remedy, _score(result.model, data), before)
    except TuitrainError:  # data of standard input cannot be read again, and a network may break at once
        return Proof(remedy, float("nan"), before)
