"""What a training was some steps ago: kept now and then while it trains, so that its last steps can be made again."""

from __future__ import annotations

from collections.abc import Callable

from tuitrain.engine import Trainer
from tuitrain.engine.state import State

STEPS = 40  # back to which the last steps can be made again
LOOK_STEPS = 10  # between two looks at the clock, which itself takes a percent of the shortest steps
SHARE = 0.002  # of the time, at most, goes into keeping states
MOST_BYTES = 64 * 2**20  # of all states that are kept
ARRAYS = 6  # of a state: parameters, the best ones, the epoch's first, where it ended, and two of the optimizer
MOST_STATES = 2


class Past:
    """Keeps at most two states of a training that goes on; `clock` returns seconds.

    Where two do not fit into `MOST_BYTES` it keeps one, for twice as long, and where one does not fit none.

    Training is deterministic: from a state, with the same hyperparameters, the same steps follow. What is changed by
    hand is not in the state, so that `forget` is to be called then.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._states: list[State] = []
        self._step, self._due = 0, float("-inf")  # when to look next, and when the next one may be kept

    def note(self, trainer: Trainer) -> None:
        """Keep the training's state if it is time to; called before each step."""
        if trainer.steps_done < self._step:
            return
        self._step = trainer.steps_done + LOOK_STEPS
        started = self._clock()
        if started < self._due and self._states:
            return
        network = trainer.network
        room = min(MOST_BYTES // (network.n_parameters * network.dtype.itemsize * ARRAYS), MOST_STATES)
        if not room:
            return
        del self._states[: len(self._states) - room + 1]  # first: it takes the place of the oldest
        self._states.append(trainer.state())
        self._step = trainer.steps_done + STEPS * (MOST_STATES + 1 - room)
        ended = self._clock()
        self._due = ended + (ended - started) / SHARE

    def forget(self) -> None:
        """Drop all states: from them the training would not come to where it is."""
        self._states, self._step = [], 0

    def before(self, steps_done: int) -> State | None:
        """Return the newest state from which the `STEPS` steps before can be made, or else the oldest; None: none."""
        known = [state for state in self._states if state.counters["steps_done"] < steps_done]
        old = [state for state in known if state.counters["steps_done"] <= steps_done - STEPS]
        return old[-1] if old else known[0] if known else None
