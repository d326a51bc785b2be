"""What is looked at while a training runs: when its pictures and a page's answer are computed, and shown."""

from __future__ import annotations

from contextlib import nullcontext

from tuitrain.engine.floating_point import training_arithmetic
from tuitrain.engine.threads import blas_threads, choose_threads
from tuitrain.errors import RunError, error_line
from tuitrain.session.inspection import Copy, Inspection
from tuitrain.session.live_training import LiveTraining
from tuitrain.session.session import Clock, Look, Turn
from tuitrain.session.time_travel import TimeTravel
from tuitrain.session.views import epoch_of_weights
from tuitrain.translation import gettext as _

SNAPSHOT_SECONDS = 0.04
LOOK_SECONDS = 0.001  # between two looks at the clock
MOST_UNLOOKED = 16  # steps without one
TRAINING_TURN = 1.6  # times what a part of a page's answer took; with what lies between they share the time by halves
VIEW_SECONDS = 0.25
VIEW_SHARE = 0.02  # of the time, at most, goes into computing what is looked at


class Watching:
    """The pictures and the answers that a screen looks at, each in its own time.

    What computes for the screen returns why it could not, or an empty text.
    """

    def __init__(self, clock: Clock) -> None:
        self.inspection = Inspection()
        self.travel = TimeTravel()
        self.look = Look()
        self.is_unseen = True  # what is looked at, of the network that is here now
        self._clock = clock
        self._snapshot_due = self._views_due = self._inspection_due = 0.0
        self._steps_unlooked = self._next_look = 0  # since the clock was looked at, and when it is to be
        self._looked_at = 0.0

    def begin(self, look: Look) -> None:
        """Begin a turn of training: the next snapshot is due at once, and shows other weights."""
        self.show_soon()
        self.is_unseen, self.look = True, look

    def show_soon(self) -> None:
        """Let the next snapshot be due at once."""
        self._snapshot_due, self._next_look = self._clock.now(), 0

    def see(self, live: LiveTraining, look: Look) -> str:
        """Compute what is looked at."""
        self.is_unseen, live.shown.member = False, look.member
        self._ask(live, look)
        return self._compute(live, look) if self._shows_something(look) else ""

    def _shows_something(self, look: Look) -> bool:
        return bool(look.views) or look.epoch is not None or self.travel.is_away

    def inspect_between_batches(self) -> None:
        """Work out a part of the answer to a page's question; then training has its turn, which is longer.

        A first answer, and a whole one, are shown at once, what comes between with the next snapshot.
        """
        if not self.inspection.has_more or self._clock.now() < self._inspection_due:
            return
        started, before = self._clock.now(), self.inspection.answer
        self.inspection.advance()
        ended, answer = self._clock.now(), self.inspection.answer
        self._inspection_due = ended + TRAINING_TURN * (ended - started)
        if answer is not None and (before is None or before.question != answer.question or answer.is_whole):
            self._snapshot_due, self._next_look = ended, 0

    def show_progress(self, live: LiveTraining, turn: Turn) -> str:
        """Publish a snapshot, and compute what is looked at, when that is due."""
        if turn.take_new_look():
            self.look = turn.look
            live.shown.member = self.look.member
            self._ask(live, turn.look)
            self._snapshot_due, self.is_unseen, self._next_look = self._clock.now(), True, 0
        self._steps_unlooked += 1
        if self._steps_unlooked < self._next_look:
            return ""
        now, problem = self._clock.now(), ""
        self._pace_looks(now)
        if now < self._snapshot_due:
            return ""
        if (self.is_unseen or now >= self._views_due) and self._shows_something(turn.look):
            problem = self._compute(live, turn.look, is_running=True)
            self.is_unseen = False
            cost = self._clock.now() - now
            self._views_due = now + cost + max(VIEW_SECONDS, cost / VIEW_SHARE)
        turn.publish()
        self._snapshot_due = now + SNAPSHOT_SECONDS
        return problem

    def _pace_looks(self, now: float) -> None:
        """Look at the clock again after the steps of `LOOK_SECONDS`: it takes a percent of the shortest ones."""
        passed, self._looked_at = now - self._looked_at, now
        steps, self._steps_unlooked = self._steps_unlooked, 0
        self._next_look = min(int(LOOK_SECONDS * steps / passed), MOST_UNLOOKED) if passed > 0 else 0

    def _ask(self, live: LiveTraining, look: Look) -> None:
        """Take a page's question."""
        trainer = live.trainer

        def copy() -> Copy:
            past = live.past.before(trainer.steps_done)
            return Copy.of(trainer, live.members.shown_dataset, epoch_of_weights(trainer), past)

        with blas_threads(choose_threads(trainer.network.layer_sizes)) if look.question is not None else nullcontext():
            self.inspection.ask(look.question, copy)

    def _compute(self, live: LiveTraining, look: Look, *, is_running: bool = False) -> str:
        """Compute what is looked at, now or then; where that fails, say so and leave the training as it is."""
        try:
            self.travel.look(live, look)
            if not self.travel.is_away:
                with training_arithmetic:  # a network that diverges is told of, not warned of on the terminal
                    live.look(look, is_running=is_running)
        except RunError as error:
            return error_line(error)
        except Exception as error:  # whatever it is: a picture is no reason to end a training
            return _("cannot be shown: {error}").format(error=error_line(error))
        return ""
