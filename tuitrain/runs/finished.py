"""What a training came to, written down when it ended or was left."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tuitrain.data.facts import DatasetFacts
from tuitrain.errors import RunError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.text import visible
from tuitrain.translation import gettext as _

MOST_LETTERS = 500  # of a note

MOST_CURVE = 100_000  # epochs whose metric a record holds; of more the run has them


@dataclass(frozen=True)
class Edit:
    """A live change of a hyperparameter: after `epoch` epochs (with the part of the running one) and `step` steps."""

    epoch: float
    step: int
    name: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Note:
    """What the user noted after `epoch` epochs (with the part of the running one) and `step` steps.

    `page` names the page that it was typed on, "" where it was a room.
    """

    epoch: float
    step: int
    text: str
    page: str = ""


def note_text(text: str) -> str:
    """Return a note's text as it is kept: on one line, with control characters in a visible form.

    Raises
    ------
    RunError
        if it is empty, or longer than `MOST_LETTERS`.
    """
    if not text.strip():
        raise RunError(_("the note is empty: type some words, or leave with esc"))
    shown = visible(text.strip(), max(8 * len(text), 1))  # an escape is longer than what it stands for
    if len(shown) > MOST_LETTERS:
        raise RunError(
            _("the note has {count:,} letters; it may have {most}: shorten it").format(
                count=len(shown), most=MOST_LETTERS
            )
        )
    return shown


@dataclass(frozen=True)
class FinishedTraining:
    """A finished training, recorded by its session when it ended or was left; afterwards only notes are added.

    `training` numbers the trainings of a session from 1. A training that is continued after its end, and trains on,
    gets a second record with the same number when it ends again: the first stays true of the model that was there then.

    `hyperparameters` are those that the kept weights were trained with: as they applied to the last step of
    `best_epoch`, with every edit made until then. `last_hyperparameters` applied to the last step of all: those that a
    training diverged or failed with. `edits` holds the edits of both kinds, in order; what was changed after the last
    step of a training that was left took no effect and is not among them, nor is what was changed after an end.

    `score` (accuracy or R²) and `loss` are those of the kept weights on `part`: the validation rows, or the training
    rows where there are none. `curve` is the metric by epoch, (epochs,), empty of a very long training. With no whole
    epoch trained, `epochs` and `best_epoch` are 0, and score and loss NaN. `ending` says why it ended. `notes` are the
    user's, in order, also those that were typed after the end. Where it was read from a `run`, that is the directory,
    and `metric` names the score.
    """

    training: int
    dataset: DatasetFacts = field(repr=False)
    state: Literal["done", "diverged", "failed", "left"]
    ending: str
    hyperparameters: Hyperparameters
    last_hyperparameters: Hyperparameters
    edits: tuple[Edit, ...]
    part: Literal["validation", "train"]
    score: float
    loss: float
    epochs: int
    best_epoch: int
    seconds: float
    curve: tuple[float, ...] = field(repr=False)
    notes: tuple[Note, ...] = ()
    metric: str = field(default="", compare=False)
    run: Path | None = field(default=None, compare=False)

    @property
    def is_broken(self) -> bool:
        """Whether it diverged or failed, and so did not come to what its hyperparameters can do."""
        return self.state in {"diverged", "failed"}

    def was_edited_after_best(self, edit: Edit) -> bool:
        """Return whether an edit came too late for the kept weights."""
        return edit.epoch >= self.best_epoch > 0
