"""What the panes of the Train screen share: titles that name the epoch, and the panes that would be in their place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len

from tuitrain.session.snapshot import Snapshot
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.widgets.pane import LivePane

KEYS = {  # and what opens them
    "gradients": (N_("Gradient"), "g"), "metric": (N_("Metric"), "m"), "parameters": (N_("Weights"), "w"),
    "boundary": (N_("Boundary"), "b"),
}  # fmt: skip


SPARE_FRAME = 7  # cells of a frame's upper line that neither title nor note takes


def is_step_shown(snapshot: Snapshot) -> bool:
    """Whether the last thing trained was a single step, of which the panes show the network."""
    return not math.isnan(snapshot.batch_loss) and not snapshot.is_running


class TrainPane(LivePane[Snapshot]):
    """``Gradient · epoch 41``; with other panes for the same place ``Gradient│Weights w│Boundary b ── epoch 41``."""

    SHOWS: ClassVar[str] = ""  # the name of the title
    tabs: tuple[str, ...] = ()

    def show(self, snapshot: Snapshot) -> None:
        super().show(self.seen(snapshot))

    def seen(self, snapshot: Snapshot) -> Snapshot:
        """What the pane shows of a snapshot: where one looks back, that epoch."""
        return snapshot.seen

    @property
    def name_shown(self) -> str:
        """The name of what is shown, as the title has it."""
        return _(self.SHOWS)

    @property
    def explained(self) -> str:
        """What is shown, for the row that explains the selected thing."""
        return _(self.EXPLAINED)

    @property
    def views(self) -> frozenset[str]:
        """The costly views of the snapshot that the pane needs now."""
        return frozenset({self.view} if self.view else ())

    def when(self, snapshot: Snapshot) -> str:
        """The epoch that is shown, as the title names it; "" before there is one."""
        return _("epoch {epoch}").format(epoch=snapshot.epoch) if snapshot.step else ""

    def kept(self, snapshot: Snapshot, epoch: int) -> str:
        """The epoch of the weights that are shown, and which ones are kept as the best."""
        best = snapshot.shown_best[0]
        if not snapshot.step:
            return _("before the first step")
        if is_step_shown(snapshot):
            return _("step {step}").format(step=f"{snapshot.step:,}")
        if not best:
            return _("epoch {epoch}").format(epoch=epoch)
        if epoch == best:
            return _("best epoch {epoch}").format(epoch=best)
        shown, kept = _("epoch {epoch}").format(epoch=epoch), _("best {epoch} kept").format(epoch=best)
        return f"{shown} {self.look.signs.dot} {kept}"

    def title(self, snapshot: Snapshot) -> tuple[str, str]:
        when = self.when(snapshot)
        if snapshot.past is not None:
            when = f"{self.look.signs.past} {when}"
        others = [f"{_(KEYS[name][0])} {KEYS[name][1]}" for name in self.tabs[1:]]
        if others:
            title = self.look.signs.bar.join([self.name_shown, *others])
            room = self.outer_size.width - SPARE_FRAME - cell_len(title)
            return title, self.with_network(snapshot, [when, when.split(f" {self.look.signs.dot} ")[0]], room)
        title = self.name_shown
        when = self.with_network(snapshot, [when], self.outer_size.width - SPARE_FRAME - cell_len(title) - 3)
        return f" {self.look.signs.dot} ".join(filter(None, (title, when))), ""

    def with_network(self, snapshot: Snapshot, whens: Sequence[str], room: int) -> str:
        """The first of `whens` that has room; see `networks`."""
        forms = self.networks(snapshot, whens)
        return next((form for form in forms if cell_len(form) <= room), forms[-1])

    def networks(self, snapshot: Snapshot, whens: Sequence[str]) -> list[str]:
        """Each of `whens`, of an ensemble behind the network that is shown: ``network 3 of 8``, and shorter ``3/8``."""
        count, number = snapshot.members.count, snapshot.member + 1
        if count == 1 or not whens[-1]:
            return list(whens)
        dot, whole = f" {self.look.signs.dot} ", _("network {number} of {networks}")
        named = (whole.format(number=number, networks=count), f"{number}/{count}")
        return [f"{which}{dot}{when}" for when in whens for which in named]

    def offer(self, tabs: tuple[str, ...]) -> None:
        """Take the panes of this place, itself first."""
        if tabs != self.tabs:
            self.tabs = tabs
            self.entitle()
