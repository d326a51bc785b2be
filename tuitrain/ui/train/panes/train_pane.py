"""What the panes of the Train screen share: titles that name the epoch, and the panes that would be in their place."""

from __future__ import annotations

from typing import ClassVar

from tuitrain.session.snapshot import Snapshot
from tuitrain.ui.widgets.pane import LivePane

KEYS = {"gradients": "Gradient g", "metric": "Metric m", "parameters": "Weights w", "boundary": "Boundary b"}


class TrainPane(LivePane):
    """``Gradient · epoch 41``; with other panes for the same place ``Gradient│Weights w│Boundary b ── epoch 41``."""

    SHOWS: ClassVar[str] = ""  # the name of the title
    tabs: tuple[str, ...] = ()

    def when(self, snapshot: Snapshot) -> str:
        """The epoch that is shown, as the title names it; "" before there is one."""
        return f"epoch {snapshot.epoch}" if snapshot.step else ""

    def kept(self, snapshot: Snapshot, epoch: int) -> str:
        """The epoch of the weights that are shown, and which ones are kept as the best."""
        best = snapshot.best_epoch
        if not snapshot.step:
            return "before the first step"
        if not best:
            return f"epoch {epoch}"
        return f"epoch {epoch} {self.look.signs.dot} best {best} kept" if epoch != best else f"best epoch {best}"

    def title(self, snapshot: Snapshot) -> tuple[str, str]:
        when, others = self.when(snapshot), [KEYS[name] for name in self.tabs[1:]]
        if others:
            return self.look.signs.bar.join([self.SHOWS, *others]), when
        return f" {self.look.signs.dot} ".join(filter(None, (self.SHOWS, when))), ""

    def offer(self, tabs: tuple[str, ...]) -> None:
        """Take the panes of this place, itself first."""
        if tabs != self.tabs:
            self.tabs = tabs
            self.entitle()
