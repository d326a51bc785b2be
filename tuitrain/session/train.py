"""Train without a screen: `train` for Python, and the result that the command line prints."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tuitrain.data.dataset import Dataset
from tuitrain.data.loading import Source, load_dataset
from tuitrain.diagnosis.finding import Finding
from tuitrain.diagnosis.recording import Recording
from tuitrain.diagnosis.rules import findings
from tuitrain.engine import Record
from tuitrain.engine.fit import fit
from tuitrain.errors import RunError
from tuitrain.numbers import json_number
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.runs.members import Members
from tuitrain.runs.model import Model
from tuitrain.runs.scores import proposals
from tuitrain.text import quoted, suggest
from tuitrain.translation import gettext as _


@dataclass(frozen=True)
class Result:
    """A finished training: `history` holds a record an epoch, `model` the network at its best epoch.

    `hyperparameters` are those in use, `given` the same with ``auto`` where a value was left to it.

    `evaluations` maps train, validation and test to their loss and metrics; parts without rows are left out. `findings`
    say what the training came to, and what was amiss with it, the most pressing first. `run` is the directory that the
    training is kept in, None if there is none.
    """

    dataset: Dataset
    hyperparameters: Hyperparameters
    model: Model
    history: tuple[Record, ...]
    seconds: float
    samples: int
    ending: str
    message: str
    given: Hyperparameters
    members: Members
    findings: tuple[Finding, ...] = ()
    run: Path | None = None

    @property
    def evaluations(self) -> dict[str, dict[str, float]]:
        """The model's loss and metrics on each part; of an ensemble's validation, by members that left it out."""
        return self.members.evaluations(self.model)

    def to_json(self) -> dict[str, Any]:
        """Convert to the JSON object that ``--json`` prints."""
        return describe(
            self.members, epochs=self.history[-1].epoch if self.history else 0, seconds=self.seconds,
            samples=self.samples, ending=self.ending, message=self.message, given=self.given, findings=self.findings,
        )  # fmt: skip


def describe(
    members: Members, *, epochs: int, seconds: float, samples: int, ending: str, message: str = "",
    given: Hyperparameters | None = None, findings: Sequence[Finding] = (),
) -> dict[str, Any]:  # fmt: skip
    """Describe a training as one JSON object; NaN and infinities become null.

    ``hyperparameters`` are those of the model with what ``auto`` came to, ``given`` those that were not left as they
    are by default.
    """
    told = Hyperparameters() if given is None else given
    changed = told.differences(Hyperparameters())
    model, dataset = members.model(), members.own
    found = {
        name: {key: json_number(value) for key, value in values.items()}
        for name, values in members.evaluations(model).items()
    }
    described = {
        "dataset": dataset.name, "target": dataset.target_name, "task": dataset.task, "epochs": epochs,
        "best_epoch": model.epoch,
        "parameters": model.network.n_parameters, "seconds": round(seconds, 4),
        "samples_per_second": round(samples / seconds) if seconds > 0 else None, "ending": ending,
        **({"message": message} if message else {}),
        "hyperparameters": model.hyperparameters.resolved().to_mapping(),
        "given": {name: FIELDS[name].plain(own) for name, (own, _default) in changed.items()},
        "rows": {name: len(part) for name, part in members.evaluated_parts().items()}, **found,
        "scores": members.scores(model),
        **({} if model.threshold is None else {"threshold": model.threshold}),
        **(_of_members(members) if members.count > 1 else {}),
        "findings": [finding.described() for finding in findings],
    }  # fmt: skip
    return {**described, "proposals": proposals(described)}


def ends(answer: object) -> Literal["", "keep", "stop", "cancel"]:
    """Return how a training ends after what `on_epoch` has returned; "": it goes on.

    Raises
    ------
    RunError
        for a text that is no ending.
    """
    if isinstance(answer, str):
        if answer not in {"keep", "stop", "cancel"}:
            raise RunError(_("on_epoch returned {answer}: {hint}").format(
                answer=quoted(answer), hint=suggest(answer, ("keep", "stop", "cancel"))))  # fmt: skip
        return answer  # type: ignore[return-value]
    return "keep" if answer is False else ""


def train(
    dataset: Dataset | Source,
    hyperparameters: Hyperparameters | Mapping[str, Any] | None = None,
    on_epoch: Callable[[Record], object] | None = None, *, threads: int = 0,
    run: bool | str | os.PathLike[str] = False,
) -> Result:  # fmt: skip
    """Train one network to its end.

    Parameters
    ----------
    dataset
        a `Dataset`, or what `load_dataset` takes
    hyperparameters
        a `Hyperparameters`, or names to values; the defaults where None
    on_epoch
        called after each epoch with its record; training ends when it returns False or "keep" (with the best model and
        its scores, as a result), "stop" (to be continued: ``tuitrain train --resume``) or "cancel" (as if it had never
        begun: its run is deleted)
    threads
        of the matrix products, whose number changes the last bits; 0: by the width of the network
    run
        True keeps the training as a run in ``runs``, named for dataset and time; a path is that of the run

    Raises
    ------
    TuitrainError
        if the dataset cannot be read, the hyperparameters do not fit it, or there is a run of that name.
    """
    data = dataset if isinstance(dataset, Dataset) else load_dataset(dataset)
    chosen = Hyperparameters.of(hyperparameters)
    if run:
        from tuitrain.session.kept_train import train_kept  # noqa: PLC0415 - it imports this module

        return train_kept(data, chosen, on_epoch, threads=threads, run=run)
    members = Members(data, chosen)
    trainer = members.trainer
    started = time.perf_counter()
    recording = Recording(trainer, members.shown_dataset)

    def each(record: Record) -> object:
        members.drop_ended()
        recording.epoch(record, members.shown_dataset)
        return on_epoch is None or not ends(on_epoch(record))

    history = fit(trainer, each, threads=threads)
    seconds = time.perf_counter() - started
    return result_of(
        members, chosen, history=history, seconds=seconds, findings=tuple(findings(recording.course())), run=None
    )


def result_of(
    members: Members, given: Hyperparameters, *, history: Sequence[Record], seconds: float,
    findings: tuple[Finding, ...], run: Path | None,
) -> Result:  # fmt: skip
    """Return what a training came to.

    Raises
    ------
    RunError
        if it diverged at its first step.
    """
    trainer, message = members.trainer, members.diverged
    if message and not history and trainer.steps_done == 0:
        raise RunError(message)
    return Result(
        members.own, trainer.hyperparameters[0], members.model(), tuple(history), seconds, trainer.samples_done,
        "diverged" if message else trainer.early_stopping.endings[0] or "stopped", message, given, members,
        findings, run,
    )  # fmt: skip


def _of_members(members: Members) -> dict[str, Any]:
    """Describe each member of an ensemble: its best epoch, and its loss there on its own validation rows."""
    losses = [json_number(loss) for loss in members.best_losses]
    return {"ensemble": {"members": members.count, "best_epochs": members.best_epochs, "validation_losses": losses}}
