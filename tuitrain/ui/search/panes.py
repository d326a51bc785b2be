"""The panes of the Search screen: the table of trials, and the plots of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.strip import Strip

from tuitrain.search.study.trial import Trial
from tuitrain.session.search import SearchSnapshot
from tuitrain.text import visible
from tuitrain.ui.plots.lines import line, notice
from tuitrain.ui.search.table import Row, TableLines, heading, row_line, rows_of, shown_columns
from tuitrain.ui.theme import Theme
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
            return notice(width, height, _hints(snapshot), self.palette["dim"])
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


class TrialsPane(SearchPane):
    """Every trial on a line; the cursor chooses one."""

    TITLE = "Trials"
    fixed_lines = 1
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "cursor_page(-1)", show=False),
        Binding("pagedown", "cursor_page(1)", show=False),
        Binding("home", "cursor(-100000)", show=False),
        Binding("end", "cursor(100000)", show=False),
        Binding("left", "columns(-1)", show=False),
        Binding("right", "columns(1)", show=False),
    ]

    class Selected(Message):
        """Another trial is under the cursor."""

    def __init__(self, theme: Theme, **rest: Any) -> None:
        super().__init__(theme, **rest)
        self.sort = "score"
        self.filter_text = ""
        self.marked: set[int] = set()
        self._all_rows: list[Row] = []
        self._sorted_for: tuple[object, ...] | None = None
        self._chosen = -1  # number of the trial under the cursor
        self._columns_from = 0
        self._title = ""

    @property
    def shown(self) -> SearchSnapshot | None:
        """What the rows are of, whether the pane has a place on the screen or not."""
        snapshot: SearchSnapshot | None = self._snapshot  # type: ignore[assignment]
        return snapshot

    @property
    def _rows(self) -> list[Row]:
        return self._sorted(self.shown) if self.shown is not None else []

    @property
    def trial(self) -> Trial | None:
        """The trial under the cursor."""
        return self._rows[self.place].trial if self._rows else None

    @property
    def place(self) -> int:
        """The cursor's line among those shown."""
        for place, row in enumerate(self._rows):
            if row.trial.number == self._chosen:
                return place
        return 0

    def is_unchanged(self, before: Any, now: Any) -> bool:
        return bool(before.trials == now.trials and before.progress.curves == now.progress.curves)

    def draw(self, width: int, height: int, snapshot: Any) -> Sequence[Strip]:
        self._say_title(width, snapshot.space.names if snapshot.space is not None and snapshot.trials else ())
        return super().draw(width, height, snapshot)

    def drawn(self, width: int, height: int, snapshot: SearchSnapshot) -> Sequence[Strip]:
        rows = self._sorted(snapshot)
        names = snapshot.space.names if snapshot.space is not None else ()
        metric = snapshot.settings.metric if snapshot.settings is not None else "score"
        head = heading(
            width, names, metric, sort=self.sort, offset=self._columns_from, theme=self.look, glyphs=self.glyphs
        )
        if not rows:
            return [head, line(width, [("  no trial passes the filter; / changes it", self.palette["dim"])])]
        at = self.place
        curves = snapshot.progress.curves if snapshot.progress is not None else {}
        has_focus = self.has_focus

        def draw(place: int) -> Strip:
            row = rows[place]
            return row_line(
                row, width, names, curves.get(row.trial.number, ()), is_selected=place == at,
                is_marked=row.trial.number in self.marked, has_focus=has_focus, offset=self._columns_from,
                theme=self.look, glyphs=self.glyphs,
            )  # fmt: skip

        self._follow(at, height)
        return TableLines(head, len(rows), draw)

    def _say_title(self, width: int, names: Sequence[str]) -> None:
        """Say what is filtered by, and which keys show the columns that have no room."""
        hidden = len(names) - len(shown_columns(width, names, self._columns_from, self.glyphs))
        title = f"Trials: {self.filter_text}" if self.filter_text else "Trials"
        title = visible(title + f" (left, right: {hidden} more columns)" * bool(hidden))
        if title != self._title:  # setting it repaints all
            self._title, self.border_title = title, Content(self.look.plain(title))

    def _sorted(self, snapshot: SearchSnapshot) -> list[Row]:
        """The rows, which are the same while only the cursor moves."""
        key = (snapshot.trials, snapshot.ties, self.sort, self.filter_text)
        if self._sorted_for is None or any(a is not b for a, b in zip(key, self._sorted_for, strict=True)):
            self._sorted_for = key
            self._all_rows = rows_of(snapshot, sort=self.sort, filter_text=self.filter_text)
        return self._all_rows

    def _follow(self, at: int, height: int) -> None:
        """Scroll so that the cursor is seen."""
        room = max(1, height - self.fixed_lines)
        self._offset = min(max(self._offset, at - room + 1), at)

    def action_cursor(self, steps: int) -> None:
        """Move the cursor."""
        if self._rows:
            place = max(0, min(len(self._rows) - 1, self.place + steps))
            self._chosen = self._rows[place].trial.number
            self.redraw()
            self.post_message(self.Selected())

    def action_cursor_page(self, pages: int) -> None:
        """Move the cursor by a screenful."""
        self.action_cursor(pages * max(1, self.size.height - 2))

    def action_scroll_by(self, lines: int) -> None:
        """The keys and the wheel move the cursor, which the table follows."""
        self.action_cursor(lines)

    def action_columns(self, steps: int) -> None:
        """Show other hyperparameters, where not all fit."""
        names = self.shown.space.names if self.shown is not None and self.shown.space else ()
        self._columns_from = max(0, min(len(names) - 1, self._columns_from + steps))
        self.redraw()

    def cycle_sort(self, names: Sequence[str]) -> str:
        """Sort by the next column; returns its name."""
        order = ["score", "number", *names]
        self.sort = order[(order.index(self.sort) + 1) % len(order)] if self.sort in order else "score"
        self.redraw()
        return self.sort

    def toggle_mark(self) -> None:
        """Mark the trial under the cursor, or unmark it, and go on to the next."""
        if self.trial is not None:
            self.marked ^= {self.trial.number}
            self.action_cursor(1)

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        self.redraw()
