"""What the keys do that go through the epochs of a training, and fork it at the one that is shown."""

from __future__ import annotations

from typing import Any

from tuitrain.runs.history import History
from tuitrain.session.commands import Command, Fork
from tuitrain.session.snapshot import Snapshot
from tuitrain.translation import gettext as _
from tuitrain.ui.widgets.pane_screen import PlacedScreen, unsaved

FAR = 20  # times as many steps go through the whole training


class LookingBack(PlacedScreen, inherit_bindings=False):
    """A screen on a training whose earlier epochs can be looked at.

    Keys may come faster than an epoch is made again: each goes on from the epoch that was asked for last, and the
    session makes only the newest of those that wait.
    """

    session: Any
    _asked: int | None = None  # the epoch that is looked at, or soon will be; None: the present
    _course: History | None = None  # in which it was asked for

    def action_before(self) -> None:
        self._go(-1)

    def action_after(self) -> None:
        self._go(1)

    def action_far_before(self) -> None:
        self._go(-self._far)

    def action_far_after(self) -> None:
        self._go(self._far)

    def action_present(self) -> None:
        self._show_epoch(None)

    def action_fork(self) -> None:
        snapshot: Snapshot = self.session.snapshot
        if snapshot.past is None:
            self.say(_("[ goes back in time; f then forks from the epoch shown"))
            return
        epoch = snapshot.past.epoch

        def fork() -> None:
            self._show_epoch(None)
            self.send(Fork(epoch))

        if snapshot.has_something_to_lose:
            about = _("{what}; the curves stay for comparison.").format(what=unsaved(snapshot))
            question = _("Fork at epoch {epoch}?").format(epoch=epoch)
            self.ask(question, about, yes=_("fork"), no=_("go on"), then=fork)
        else:
            fork()

    def send(self, command: Command) -> int:
        """Send a command to the session and return its number."""
        number: int = self.session.send(command)
        return number

    @property
    def _far(self) -> int:
        return max(1, int(self.session.snapshot.epochs_recorded) // FAR)

    def _go(self, epochs: int) -> None:
        """Look at an epoch so many later than the one that is looked at, or earlier; later than all is the present."""
        snapshot: Snapshot = self.session.snapshot
        past = snapshot.past
        now = snapshot.epochs_recorded + (snapshot.step_in_epoch > 0)
        if not snapshot.step:
            self.say(_("nothing was trained yet: there is no past"))
            return
        asked = self._asked if snapshot.history is self._course else None  # it may be another training by now
        if asked is not None and past is not None and past.asked == asked:
            asked = past.epoch  # the nearest one that could be made again
        epoch = max(0, (now if asked is None else asked) + epochs)
        if epoch >= now and (past is None or epochs > 0):
            self._show_epoch(None)
        else:
            self._show_epoch(epoch, is_forward=epochs > 0)

    def _show_epoch(self, epoch: int | None, *, is_forward: bool = False) -> None:
        self._asked, self._course = epoch, self.session.snapshot.history
        self.session.look_back(epoch, is_forward=is_forward)
