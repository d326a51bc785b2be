"""What the panes of the Search screen share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.strip import Strip

from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.ui.plots.lines import notice
from tuitrain.ui.widgets.pane import LivePane


class SearchPane(LivePane):
    """A pane that shows a search's snapshot."""

    def looks_the_same(self, before: Any, now: Any) -> bool:
        if before.progress is None or now.progress is None or not now.trials:
            return before.progress is now.progress and before.state == now.state
        return self.is_unchanged(before, now)

    def is_unchanged(self, before: Any, now: Any) -> bool:
        """Whether two snapshots that hold trials are drawn the same."""
        return before is now

    def draw(self, width: int, height: int, snapshot: Any) -> Sequence[Strip]:
        if snapshot.progress is None or not snapshot.trials:
            return notice(width, height, _hints(snapshot), self.look["dim"])
        return self.drawn(width, height, snapshot)

    def drawn(self, width: int, height: int, snapshot: SearchSnapshot) -> Sequence[Strip]:
        """The lines for a snapshot that holds trials."""
        raise NotImplementedError  # pragma: no cover


def _hints(snapshot: SearchSnapshot) -> tuple[str, ...]:
    """What to expect where there is no trial yet."""
    if snapshot.progress is not None and snapshot.progress.proposals:
        return ("proposals wait for your word: v", "proposals wait: v")
    if snapshot.is_running:
        return ("the search begins",)
    if snapshot.settings is not None and snapshot.settings.strategy == "manual":
        return ("what you train on screen 1 appears here", "train on screen 1")
    return ("space starts the search; trials appear here", "space starts the search")
