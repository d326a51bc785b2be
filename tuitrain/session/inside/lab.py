"""The A|B lab: two settings, each trained as a run of its own would be, an epoch in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

import numpy as np

from tuitrain.engine import Record, Trainer
from tuitrain.engine.parts import Parts
from tuitrain.engine.threads import blas_threads, choose_threads
from tuitrain.errors import HyperparameterError, error_line
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.asked.lab import PairAnswer, PairSide, TrainPair
from tuitrain.session.inside.experiment import ExperimentLane, Stretch, part_of
from tuitrain.session.inspection import Answers, Copy
from tuitrain.session.questions import Question

MOST_EPOCHS = 2_000


class PairLane(ExperimentLane):
    """A training of its own that ends as a run does: after its epochs, out of patience, or diverged.

    It shares no stack with the other one, though it might: seconds of a shared stack belong to neither.
    """

    def __init__(self, copy: Copy, h: Hyperparameters) -> None:
        trainer = Trainer(copy.dataset, [h], is_probed=False, prepared=copy.prepared)
        super().__init__(trainer, min(h.epochs, MOST_EPOCHS))
        self.metrics = np.full(self.epochs + 1, np.nan)
        self.kept_metric = float("nan")
        self._dataset = copy.dataset
        self._last_look: Parts[None] | None = None

    @property
    def is_done(self) -> bool:
        """Whether it has ended, and everything is measured."""
        return self._has_ended and self._last_look is None

    @property
    def _has_ended(self) -> bool:
        return self.trainer.is_done or super().is_done

    def train(self, until: Callable[[], bool]) -> None:
        """Train to the end of the epoch that runs, or until `until` says so after a part of it."""
        if self._last_look is None:
            super().train(until)
            return
        for _part in self._last_look:
            if until():
                return
        self._last_look = None

    @property
    def threads(self) -> int:
        """Of the matrix products, as a run with this network has them: their number changes the last bits."""
        return choose_threads(self.trainer.network.layer_sizes)

    def took(self, record: Record) -> None:
        """Keep the metric; where no rows were kept apart, that of the training rows once it has ended."""
        for values in [*record.metrics.values()][:1]:
            self.metrics[self.done] = values[0] if np.isfinite(self.losses[0, self.done]) else np.nan
        best = int(self.trainer.early_stopping.best_epoch[0])
        if self.trainer.validation is not None:
            self.kept_metric = float(self.metrics[best]) if best else float("nan")
        elif self._has_ended and self._ending() != "diverged":
            self._last_look = self._look_at_training_rows()

    def _look_at_training_rows(self) -> Parts[None]:
        found = yield from self.trainer.examine(self._dataset.train).in_parts()
        self.kept_metric = float(next(iter(found.metrics.values()))[0])

    def side(self) -> PairSide:
        """What there is of it now."""
        done, stopping = slice(self.done + 1), self.trainer.early_stopping
        best, divergence = int(stopping.best_epoch[0]), stopping.divergences[0]
        return PairSide(
            self.losses[0, done].copy(), self.metrics[done].copy(), self.steps[done].copy(), self.seconds[done].copy(),
            self.epochs, self.trainer.network.n_parameters, best, float(self.losses[0, best]) if best else float("nan"),
            self.kept_metric, self._ending(), divergence.message if divergence is not None else "",
        )  # fmt: skip

    def _ending(self) -> str:
        return self.trainer.early_stopping.endings[0] or ("limit" if super().is_done else "")


def train_pair(question: Question, copy: Copy) -> Answers:
    """Answer `TrainPair`; settings that do not fit the dataset leave the other training as it is."""
    asked = cast("TrainPair", question)
    dataset = copy.dataset
    metric = "accuracy" if dataset.task == "classification" else "r2"
    made: list[PairLane | PairSide] = []
    settings = [h for h in (asked.a, asked.b) if h is not None]

    def answer() -> PairAnswer:
        lanes = [one for one in made if isinstance(one, PairLane)]
        missing = [_empty(h) for h in settings[len(made) :]]
        sides = [one.side() if isinstance(one, PairLane) else one for one in made] + missing
        left = sum(max(lane.epochs - lane.done, 1) for lane in lanes if not lane.is_done) + sum(
            one.planned for one in missing
        )
        done = sum(lane.done for lane in lanes)
        return PairAnswer(question, tuple(sides), part_of(dataset), metric, done=done, total=done + left)

    for h in settings:
        try:
            made.append(PairLane(copy, h))
        except HyperparameterError as error:
            made.append(_empty(h, problem=error_line(error)))
        yield answer()
    for _ in _trained([one for one in made if isinstance(one, PairLane)]):
        yield answer()


def _trained(lanes: list[PairLane]) -> Iterator[None]:
    """Train all lanes, the one that is furthest behind first; yield after each slice."""
    while waiting := [lane for lane in lanes if not lane.is_done]:
        now = Stretch()
        while waiting and not now.is_over():
            threads = min(waiting, key=lambda one: one.done).threads
            with blas_threads(threads):
                while waiting and not now.is_over():
                    lane = min(waiting, key=lambda one: one.done)
                    if lane.threads != threads:
                        break
                    lane.train(now.is_over)
                    waiting = [lane for lane in waiting if not lane.is_done]
        yield


def _empty(h: Hyperparameters, problem: str = "") -> PairSide:
    """A training that is not begun, or cannot be."""
    none = np.empty(0)
    planned = 0 if problem else min(h.epochs, MOST_EPOCHS)
    return PairSide(none, none, none.astype(np.int64), none, planned, problem=problem)
