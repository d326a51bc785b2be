"""What a training was before: states kept while it trains, from which its last steps, and any epoch, are made again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tuitrain.engine import Trainer
from tuitrain.engine.state import State
from tuitrain.runs.members import MembersState
from tuitrain.session.continuation import KeptTraining

STEPS = 40  # back to which the last steps can be made again
LOOK_STEPS = 10  # between two looks at the clock, which itself takes a percent of the shortest steps
SHARE = 0.002  # of the time, at most, goes into keeping states for the last steps
EPOCHS_SHARE = 0.005  # and for the epochs
MOST_BYTES = 64 * 2**20  # of all states that are kept
ARRAYS = 6  # of a state: parameters, the best ones, the epoch's first, where it ended, and two of the optimizer
MOST_STATES = 2  # for the last steps
MOST_EPOCHS = 400  # states that are kept of epochs: a small one takes some kilobytes besides its numbers


@dataclass(frozen=True)
class KeptEpoch:
    """A training after `epoch` whole epochs; not `is_whole` where it is later: something was changed there."""

    epoch: int
    is_whole: bool
    state: MembersState
    kept: KeptTraining

    @property
    def step(self) -> int:
        """The steps done."""
        return self.state.state.counters["steps_done"]


class Past:
    """Keeps states of a training that goes on, within `MOST_BYTES`; `clock` returns seconds.

    What a state of an epoch costs is read from `cost_clock`, the thread's processor time: beside a screen that is drawn
    a copy may have to wait long for its turn.

    The two newest are for the last steps: where two do not fit it keeps one, for twice as long, and where one does not
    fit none. The others are of whole epochs, one after each as long as there is room and time, and then thinned evenly,
    so that they are spread over the whole training.

    Training is deterministic: from a state, with the same hyperparameters, the same steps follow. What is changed by
    hand is not in the state, so that `forget` is to be called when the last steps cannot be made again, and `change`
    when no epoch can be made again from a state before; another is kept then.
    """

    def __init__(self, clock: Callable[[], float], cost_clock: Callable[[], float] = time.thread_time) -> None:
        self._clock, self._cost_clock = clock, cost_clock
        self._states: list[State] = []
        self._step, self._due = 0, float("-inf")  # when to look next, and when the next one may be kept
        self.epochs: list[KeptEpoch] = []
        self._changes: list[tuple[int, int]] = []  # steps and whole epochs done at each
        self._is_changed = False
        self._epoch, self._epoch_due, self._gap = 0, float("-inf"), 1

    def note(self, trainer: Trainer, keep: Callable[[], tuple[MembersState, KeptTraining]] | None = None) -> None:
        """Keep the training's state if it is time to; called before each step."""
        if trainer.steps_done >= self._step:
            self._note_step(trainer)
        if keep is not None and (trainer.epochs_done >= self._epoch or self._is_changed):
            self._note_epoch(trainer, keep)

    def _note_step(self, trainer: Trainer) -> None:
        self._step = trainer.steps_done + LOOK_STEPS
        started = self._clock()
        if started < self._due and self._states:
            return
        room = min(_room(trainer), MOST_STATES)
        if not room:
            return
        del self._states[: len(self._states) - room + 1]  # first: it takes the place of the oldest
        self._states.append(trainer.state())
        self._step = trainer.steps_done + STEPS * (MOST_STATES + 1 - room)
        ended = self._clock()
        self._due = ended + (ended - started) / SHARE

    def _note_epoch(self, trainer: Trainer, keep: Callable[[], tuple[MembersState, KeptTraining]]) -> None:
        is_whole = not trainer.step_in_epoch and not self._is_changed
        if not (is_whole or self._is_changed or not self.epochs):
            return
        looked = -(-LOOK_STEPS // trainer.steps_per_epoch)
        if self.epochs and not self._is_changed and self._clock() < self._epoch_due:
            self._epoch = trainer.epochs_done + looked
            return
        room = min(_room(trainer) - MOST_STATES, MOST_EPOCHS)
        if room < 2:
            self._epoch, self._is_changed = trainer.epochs_done + 1, False
            return
        started = self._cost_clock()
        while len(self.epochs) >= room:
            self._thin()
        self.epochs.append(KeptEpoch(trainer.epochs_done, is_whole, *keep()))
        self._epoch, self._is_changed = trainer.epochs_done + self._gap, False
        self._epoch_due = self._clock() + (self._cost_clock() - started) / EPOCHS_SHARE

    def _thin(self) -> None:
        """Drop every second one but the first, and keep the next ones as far apart as the others are."""
        del self.epochs[1::2]
        self._gap = max(1, -(-(self.epochs[-1].epoch - self.epochs[0].epoch) // max(len(self.epochs) - 1, 1)))

    def forget(self) -> None:
        """Drop the states for the last steps: from them the training would not come to where it is."""
        self._states, self._step = [], 0

    def change(self, trainer: Trainer) -> None:
        """Take note that something is changed by hand before the next step."""
        self.forget()
        self._changes.append((trainer.steps_done, trainer.epochs_done))
        self._is_changed = True

    def before(self, steps_done: int) -> State | None:
        """Return the newest state from which the `STEPS` steps before can be made, or else the oldest; None: none."""
        known = [state for state in self._states if state.counters["steps_done"] < steps_done]
        old = [state for state in known if state.counters["steps_done"] <= steps_done - STEPS]
        return old[-1] if old else known[0] if known else None

    def epoch(self, epoch: int) -> KeptEpoch | None:
        """Return the newest state from which so many whole epochs can be made again, or which is of them; None: none.

        A change by hand that came after it, and took effect before, is not known to it.
        """
        for kept in reversed(self.epochs):
            if kept.epoch < epoch or (kept.epoch == epoch and kept.is_whole):
                is_cut_off = any(step > kept.step and done < epoch for step, done in self._changes)
                return None if is_cut_off else kept
        return None

    def until(self, kept: KeptEpoch | None) -> Past:
        """Return the past of a training that begins with what was kept: what was before is its past too."""
        past = Past(self._clock, self._cost_clock)
        if kept is not None:
            past.epochs = self.epochs[: self.epochs.index(kept) + 1]
            past._changes = [change for change in self._changes if change[0] <= kept.step]
            past._epoch, past._gap = past.epochs[-1].epoch + self._gap, self._gap
        return past


def _room(trainer: Trainer) -> int:
    """Return how many states there is room for."""
    network = trainer.network
    return int(MOST_BYTES // (network.members * network.n_parameters * network.dtype.itemsize * ARRAYS))
