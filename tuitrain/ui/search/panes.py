"""What the panes of the Search screen share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len
from textual.strip import Strip

from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.text import visible
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.lines import notice
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.pane import LivePane


class SearchPane(LivePane[SearchSnapshot]):
    """A pane that shows a search's snapshot; the panes that share its place are tabs in its title."""

    WORD = ""  # that is selected in the pane, where it is not the title
    DETAIL = ""  # what the title says where no tabs need the room
    is_of_guesses = False  # whether it shows the user's guess, or the choice

    def __init__(self, theme: Theme, **rest: Any) -> None:
        super().__init__(theme, **rest)
        self._tabs: tuple[str, ...] = ()
        self._shown_title = _(self.TITLE)

    def take_tabs(self, tabs: tuple[str, ...]) -> None:
        """Name the panes that share the place, this one among them."""
        self._tabs = tabs
        self.say_title(self.own_title(), *self.details())

    def own_title(self) -> str:
        """Return the part of its place's title that names this pane."""
        return _(self.TITLE)

    def details(self) -> tuple[str, ...]:
        """Return what the title adds where no tabs need the room, from long to short: what is drawn, and its keys."""
        return (_(self.DETAIL),) if self.DETAIL else ()

    def say_title(self, shown: str, *details: str) -> None:
        """Write the title: `shown` is this pane's own part of it; the first of `details` follows that has room."""
        signs = self.look.signs
        own = {self.id: f"{signs.cursor}{shown}"} if len(self._tabs) > 1 else {}
        title = signs.bar.join(own.get(tab, _(tab.title())) for tab in self._tabs) if own else shown
        room = self.size.width - 3 - cell_len(title)
        detail = next((text for text in details if text and cell_len(text) <= room), "")
        title = f"{title} {detail}".rstrip()
        self._shown_title = visible(title)
        self.entitle()

    def title(self, snapshot: SearchSnapshot) -> tuple[str, str]:
        return self._shown_title, ""

    def on_resize(self) -> None:
        super().on_resize()
        self.say_title(self.own_title(), *self.details())

    def looks_the_same(self, before: SearchSnapshot, now: SearchSnapshot) -> bool:
        if before.space is not now.space or before.settings != now.settings:
            return False
        if before.progress is None or now.progress is None or not now.trials:
            return before.progress is now.progress and before.state == now.state
        return self.is_unchanged(before, now)

    def is_unchanged(self, before: SearchSnapshot, now: SearchSnapshot) -> bool:
        """Whether two snapshots that hold trials are drawn the same."""
        return before is now

    def draw(self, width: int, height: int, snapshot: SearchSnapshot) -> Sequence[Strip]:
        strips = (
            notice(width, height, _hints(snapshot), self.look["dim"])
            if self.has_nothing(snapshot)
            else self.drawn(width, height, snapshot)
        )
        self.say_title(self.own_title(), *self.details())
        return strips

    def has_nothing(self, snapshot: SearchSnapshot) -> bool:
        """Whether there is nothing to draw yet."""
        return snapshot.progress is None or not snapshot.trials

    def drawn(self, width: int, height: int, snapshot: SearchSnapshot) -> Sequence[Strip]:
        """The lines for a snapshot that holds trials."""
        raise NotImplementedError  # pragma: no cover


def _hints(snapshot: SearchSnapshot) -> tuple[str, ...]:
    """What to expect where there is no trial yet."""
    if snapshot.choice is not None:
        return (_("your guess comes first: the surrogate is the pane for it"), _("your guess comes first"))
    if snapshot.progress is not None and snapshot.progress.proposals:
        return (_("proposals wait for your word: v"), _("proposals wait: v"))
    if snapshot.is_running:
        return (_("the search begins"),)
    if snapshot.settings is not None and snapshot.settings.strategy == "manual":
        return (_("what you train on screen 1 appears here"), _("train on screen 1"))
    return (_("space starts the search; trials appear here"), _("space starts the search"))
