"""Answer a page's question on a copy of the network, bit by bit, so that nothing has to wait for it long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

import numpy as np

from tuitrain.data.dataset import Dataset
from tuitrain.engine import Trainer
from tuitrain.engine.memory import check_room
from tuitrain.engine.prepared import PreparedRows
from tuitrain.engine.state import State
from tuitrain.errors import RunError, TuitrainError, error_line
from tuitrain.session.questions import Answer, NoAnswer, Question
from tuitrain.translation import gettext as _

COPY_BYTES = 80  # of a parameter: its state and a training from there (12 arrays), and two networks of float64
ROOM = "tuitrain.session.inside"
# Of each kind of question, the module in that room and its function
ANSWERED_BY = {
    "trace_row": "bench:trace_row",
    "step_curve": "step:step_curve",
    "other_starts": "starts:other_starts",
    "row_loss": "row_loss:row_loss",
    "plane": "landscape:plane",
    "line_race": "landscape:line_race",
    "batch_noise": "batch_noise:batch_noise",
    "mse_apart": "mse:mse_apart",
    "train_seeds": "seeds:train_seeds",
    "what_if": "what_if:what_if",
    "range_test": "rate_range:range_test",
    "check_start": "start:check_start",
    "try_remedies": "remedies:try_remedies",
    "run_race": "optimizer_race:race",
    "depth_signal": "depth:depth_signal",
    "unit_maps": "units:unit_maps",
    "linear_model": "linear:linear_model",
    "support_vectors": "support:support_vectors",
    "input_importance": "importance:input_importance",
    "train_pair": "lab:train_pair",
    "demonstrate": "demonstration:demonstrate",
}


@dataclass(frozen=True)
class Copy:
    """A training as it was when a page was opened; nothing that is done with it touches the training.

    `past` is what it was some steps before, None where that is not known. `prepared` are the training's rows, which the
    copies of it share. `known` holds what was worked out about it already, by name.
    """

    dataset: Dataset
    state: State
    epoch: int
    past: State | None = None
    prepared: PreparedRows | None = None
    known: dict[str, Any] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, trainer: Trainer, dataset: Dataset, epoch: int, past: State | None = None) -> Copy:
        """Copy a training of one member, or the first of an ensemble's.

        Raises
        ------
        RunError
            if there is no memory for what a page does with it.
        """
        check_room(trainer.network.n_parameters * COPY_BYTES, _("a copy of the network for a page"))
        if trainer.network.members > 1:
            first = None if past is None else past.take([0])
            return cls(dataset, trainer.state().take([0]), epoch, first, PreparedRows())
        return cls(dataset, trainer.state(), epoch, past, trainer.prepared)

    def trainer(self) -> Trainer:
        """A training that goes on from here, apart from the one that was copied."""
        return Trainer(self.dataset, self.state.hyperparameters, state=self.state, prepared=self.prepared)

    def past_trainer(self) -> Trainer:
        """A training that goes on from some steps before, which have to be known."""
        assert self.past is not None
        return Trainer(self.dataset, self.past.hyperparameters, state=self.past, prepared=self.prepared)

    def going_on(self, epochs: int = 1000) -> Trainer:
        """As `trainer`, but one that has ended may go on for so many epochs.

        Raises
        ------
        RunError
            if it has diverged.
        """
        trainer = self.trainer()
        if not go_on(trainer, epochs):
            raise RunError(_("the training has diverged: there is no next step; r on the Train screen begins again"))
        return trainer


def go_on(trainer: Trainer, epochs: int = 1000) -> bool:
    """Let a training that has ended go on for so many epochs; return whether it can, which one that diverged cannot."""
    if trainer.is_done:
        trainer.set(None, "patience", 0)
        trainer.set(None, "epochs", trainer.epochs_done + epochs)
    return not trainer.is_done


Answers = Iterator[Answer | None]
"""What there is of an answer after each part of the work; None where there is nothing new."""
Answerer = Callable[[Question, Any], Answers]  # on a `Copy`, or None where the question needs none
_END = object()


class Inspection:
    """Answers one question at a time; `answer` is the newest, None before the first."""

    def __init__(self) -> None:
        self.answer: Answer | None = None
        self._asked: Question | None = None
        self._answers: Answers | None = None
        self._found: Answer | None = None  # as the work gave it
        self._copy: Copy | None = None
        self._number = -1

    @property
    def has_more(self) -> bool:
        """Whether there is more of the answer to work out."""
        return self._answers is not None

    def ask(self, question: Question | None, copy: Callable[[], Copy]) -> None:
        """Begin to answer `question`, None for none; `copy` makes a copy where another than the last is asked for."""
        if question == self._asked:
            return
        self._asked, self._answers = question, None
        if question is None:
            self.answer, self._copy, self._number = None, None, -1
            return
        if question.needs_copy and (self._copy is None or question.copy != self._number):
            self._copy = None  # before the next one: it may be large
            try:
                self._copy, self._number = copy(), question.copy
            except TuitrainError as error:  # there is no memory for it
                self._found = self.answer = NoAnswer(question, problem=error_line(error))
                return
        module, _, name = ANSWERED_BY[question.kind].partition(":")
        work: Answerer = getattr(import_module(f"{ROOM}.{module}"), name)
        self._answers = work(question, self._copy)
        self.advance()

    def advance(self) -> None:
        """Work out the next part of the answer; where that fails, the answer says so."""
        if self._answers is None or self._asked is None:
            return
        try:
            with np.errstate(all="ignore"):  # a network that diverges is told of, not warned of on the terminal
                found = next(self._answers, _END)
        except Exception as error:  # whatever it is: a picture is no reason to end a training
            found, self._answers = NoAnswer(self._asked, problem=error_line(error)), None
        if found is _END:
            self._answers = None
            return
        if found is self._found or not isinstance(found, Answer):
            return  # nothing new to show yet
        self._found = found
        self.answer = replace(found, epoch=self._copy.epoch if self._copy is not None else 0)
        if found.is_whole:
            self._answers = None
