"""Look back at a training as it was after an earlier epoch, made again from a state that was kept."""

from __future__ import annotations

from tuitrain.engine.floating_point import training_arithmetic
from tuitrain.engine.threads import blas_threads, choose_threads
from tuitrain.errors import RunError
from tuitrain.runs.history import History
from tuitrain.session.continuation import Continuation
from tuitrain.session.live_training import LiveTraining
from tuitrain.session.past import KeptEpoch
from tuitrain.session.session import Look
from tuitrain.session.snapshot import PastMoment
from tuitrain.translation import gettext as _

AGAIN_SECONDS = 0.5  # that epochs took which are trained again for a look; for a fork they may take longer
FORK_SECONDS = 10.0


class TimeTravel:
    """What is looked back at: `moment`, None while it is the present, and the training as it was then, `live`."""

    def __init__(self) -> None:
        self.moment: PastMoment | None = None
        self._live: LiveTraining | None = None
        self._asked: tuple[int | None, bool] = (None, False)
        self._shown: object = None

    def look(self, live: LiveTraining, look: Look) -> None:
        """Show the training as it was at the epoch that is looked back at, or let go of it where none is.

        What was asked for of another training that was here before is not asked of this one.

        Raises
        ------
        RunError
            if no such epoch can be made again.
        """
        asked = (look.epoch, look.is_forward)
        if asked != self._asked:
            self._live, self._asked = live, asked
        if look.epoch is None or self._live is not live:
            self.moment = self._shown = None
            return
        shown = (asked, look.views, look.boundary_shape, look.member)
        if shown == self._shown:
            return
        self.moment, self._shown = None, shown
        with training_arithmetic:
            then = as_it_was(live, *nearest(live, look.epoch, is_forward=look.is_forward, seconds=AGAIN_SECONDS))
            then.shown.member = look.member
            then.look(look)
        self.moment = PastMoment.of(then.snapshot(version=0, state="running", pending={}, message=""), look.epoch)

    @property
    def is_away(self) -> bool:
        """Whether something else than the present is shown."""
        return self.moment is not None


def nearest(live: LiveTraining, epoch: int, *, seconds: float, is_forward: bool = False) -> tuple[int, KeptEpoch]:
    """Return the epoch to show where `epoch` is asked for, and the state it is made again from.

    It is another one, before it or with `is_forward` after it if there is such a one, where it would have to be trained
    again for longer than so many `seconds`.

    Raises
    ------
    RunError
        if there is none.
    """
    trainer, past = live.trainer, live.past
    last = live.history.length - (trainer.is_done or not trainer.step_in_epoch)
    asked = max(0, min(epoch, last))
    kept = past.epoch(asked)
    if kept is not None and time_between(live.history, kept.epoch, asked) <= seconds:
        return asked, kept
    whole = [one for one in past.epochs if one.is_whole and one.epoch <= last]
    if not whole:
        raise RunError(_("no earlier epoch is kept: the network is too large, or nothing was trained yet"))
    found = [one for one in whole if (one.epoch >= asked if is_forward else one.epoch <= asked)] or whole
    kept = found[0] if found[0].epoch >= asked else found[-1]
    return kept.epoch, kept


def time_between(history: History, first: int, last: int) -> float:
    """Return how long the epochs after `first` took to train, until `last`."""
    seconds = history.column("seconds")
    return float(seconds[last - 1] - (seconds[first - 1] if first else 0.0)) if last > first else 0.0


def as_it_was(live: LiveTraining, epoch: int, kept: KeptEpoch) -> LiveTraining:
    """Return a training as it was after an epoch, from a state of it: to look at, or to be trained on after `own`."""
    h = kept.state.state.hyperparameters[0].replace(seed=live.given.seed)  # the first member may have ended
    before = Continuation(kept.state, live.history.until(kept.epoch), kept.kept)
    then = LiveTraining(live.dataset, h, clock=live.clock, continued=before)
    then.keeps_epochs = False
    with blas_threads(choose_threads(then.trainer.network.layer_sizes)):
        while then.history.length < epoch:
            then.step()
    return then
