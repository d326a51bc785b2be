"""Checks beside the rules: of the start, of one batch, of the validation rows.

`D` features. Where nothing is wrong they find nothing. `before_the_first_step` makes those that cost milliseconds;
`one_batch` is made where nothing waits for it, or on demand.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from tuitrain.data.dataset import Dataset, Part
from tuitrain.diagnosis.course import Course
from tuitrain.diagnosis.facts import DataFacts
from tuitrain.diagnosis.finding import Figure, Finding
from tuitrain.diagnosis.judgement import Judgement
from tuitrain.diagnosis.observation import Observed
from tuitrain.diagnosis.probe import LEAST_ROWS, Probe, probe
from tuitrain.diagnosis.reference import Simple, constant_losses
from tuitrain.diagnosis.rules.data import leak, unscaled_inputs
from tuitrain.diagnosis.rules.gradients import symmetric_start
from tuitrain.engine import Trainer
from tuitrain.engine.parts import Parts, all_of
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.history import History
from tuitrain.text import quoted
from tuitrain.translation import gettext as _

HIGH_START = 10.0  # times the constant guess's loss; initial weights as they are usual come to 1 to 5
BATCH_ROWS, BATCH_STEPS = 32, 300
FITTED = 0.5  # of the constant guess's loss, to which a batch of 32 rows is fitted easily
LEAST = 0.01  # loss of a constant guess, below which there is nothing to learn in the batch
SHIFTED = 5.0  # standard errors between the means of training and validation rows, of one of D inputs


def before_the_first_step(dataset: Dataset, h: Hyperparameters) -> tuple[Finding, ...]:
    """Return what is wrong before the first step, as far as it shows in a few milliseconds.

    These are the loss at the start, the scales of the inputs, columns that give the answer away and validation rows.
    """
    trainer = Trainer(dataset, [h.replace(ensemble=1)], is_probed=False)
    start = probe(trainer, dataset, epoch=0, most_rows=LEAST_ROWS)
    data = DataFacts.of(dataset, trainer.network, Simple())
    course = Course.of(
        History(len(trainer.network.slices)), 0, state="ready", ending="", hyperparameters=trainer.hyperparameters[0],
        observation=Observed(data, start, start, trainer.network.layer_sizes), epoch=0, step=0,
        steps_per_epoch=trainer.steps_per_epoch, best_epoch=0, best_loss=math.nan,
    )  # fmt: skip
    judged = Judgement(course)
    found = unscaled_inputs(judged), leak(judged), symmetric_start(judged), start_loss(start, data)
    shifted = shifted_validation(dataset)
    return tuple(with_page(finding) for finding in (*found, shifted) if finding is not None)


def is_worth_a_batch(dataset: Dataset, h: Hyperparameters) -> bool:
    """Return whether learning one batch by heart takes less than a tenth of a training, by the rows gone over."""
    settled = h.settled(len(dataset.train), has_bins=getattr(dataset, "bins", None) is not None)
    return settled.epochs * len(dataset.train) >= 10 * BATCH_STEPS * BATCH_ROWS


def with_page(finding: Finding) -> Finding:
    """Return a finding that names the page of its kind."""
    return replace(finding, page=finding.kind)


def start_loss(start: Probe, data: DataFacts) -> Finding | None:
    """Find a loss before the first step far above its analytic value, ln K or the target's variance."""
    times = start.loss / data.constant_train_loss if data.constant_train_loss > 0 else math.nan
    if not times > HIGH_START:
        return None
    text = _("the loss at the start is {loss:.3g}; a network that knows nothing has {constant:.3g}").format(
        loss=start.loss, constant=data.constant_train_loss
    )
    return Finding(
        "start_loss", "warning", text, (Figure("loss at the start, in constant guesses", times, HIGH_START, epoch=0),)
    )


def one_batch(dataset: Dataset, h: Hyperparameters) -> Finding | None:
    """Find a network that cannot learn even one batch by heart, without penalties and with Adam's usual steps.

    Its structure, units or start are at fault then, and no data or learning rate would help (Karpathy, 2019). A
    straight line is not asked to.
    """
    return all_of(one_batch_in_parts(dataset, h))


def one_batch_in_parts(dataset: Dataset, h: Hyperparameters) -> Parts[Finding | None]:
    """As `one_batch`, a step at a time."""
    train = dataset.train
    if not h.settled(len(train)).hidden_layers or h.activation == "identity":
        return None
    rows = np.unique(np.linspace(0, len(train) - 1, min(len(train), BATCH_ROWS)).round().astype(np.int64))
    part = Part(train.X[rows], train.y[rows], train.rows[rows])
    nothing = Part(train.X[:0], train.y[:0], train.rows[:0])
    alone = replace(dataset, train=part, validation=nothing, test=nothing)
    copy = h.settled(len(train)).replace(
        optimizer="adam", learning_rate=0.01, schedule="constant", warmup=0.0, l1=0.0, l2=0.0, weight_decay=0.0,
        dropout=0.0, gradient_clip=0.0, batch_size="full", epochs=BATCH_STEPS, patience=0, class_weights="none",
        ensemble=1,
    )  # fmt: skip
    trainer = Trainer(alone, [copy], is_probed=False)
    (constant,) = constant_losses(trainer.network, part, (part,))
    if not constant > LEAST:
        return None
    steps = 0
    while not trainer.is_done:
        loss = float(trainer.epoch().train_loss[0])
        steps += 1
        if loss < FITTED * constant:
            return None
        yield
    text = _(
        "one batch of {rows} rows cannot be learned by heart: loss {loss:.3g} after {steps} steps, of a constant guess "
        "{constant:.3g}; layers, units or start are at fault"
    ).format(rows=len(part), loss=loss, steps=steps, constant=constant)
    return Finding(
        "one_batch", "warning", text, (Figure("loss of one batch, in constant guesses", loss / constant, FITTED),)
    )


def shifted_validation(dataset: Dataset) -> Finding | None:
    """Find an input whose mean in the validation rows is not that of the training rows, far beyond chance."""
    train, other = dataset.train.X.astype(np.float64), dataset.validation.X.astype(np.float64)
    if len(other) < BATCH_ROWS or dataset.split != "random":
        return None
    error = np.sqrt(train.var(axis=0) / len(train) + other.var(axis=0) / len(other))
    apart = np.abs(train.mean(axis=0) - other.mean(axis=0)) / np.where(error > 0, error, np.inf)
    worst = int(apart.argmax())
    if not apart[worst] > SHIFTED:
        return None
    text = _("validation rows are not like training rows: the means of {name} are {apart:.1f} standard errors apart")
    name = dataset.encoded_names[worst]
    return Finding(
        "shifted_validation", "warning", text.format(name=quoted(name), apart=apart[worst]),
        (Figure("standard errors between the means", float(apart[worst]), SHIFTED),),
    )  # fmt: skip
