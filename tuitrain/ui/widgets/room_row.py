"""The first row of a room: the rooms with their digits, what is worked on, and the state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len

from tuitrain.translation import gettext as _
from tuitrain.ui.plots.lines import cut
from tuitrain.ui.screens import ROOMS
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.text_lines import Lines, Piece

LEAST_ABOUT = 8  # cells of what is worked on that are worth a place


class RoomRow(Lines):
    """``▸1 Train  2 Search │ moons · 500×2 → 2 · 350/75/75      ● epoch 41/200``.

    `room` is the name of the present room. What is worked on is shortened from the right, the state never.
    """

    def __init__(self, theme: Theme, room: str, **rest: Any) -> None:
        super().__init__(**rest)
        self._theme = theme
        self._rooms = self._named(room)
        self._forms: Sequence[str] = ("",)
        self._state: Piece = ("", theme["plain"])
        self._warning = ""

    def put_row(self, forms: Sequence[str], state: Piece, *, warning: str = "") -> None:
        """Show what is worked on in the longest of `forms` that fits, and the state; repaint if that is new.

        `warning` goes before the state, where there is room for it.
        """
        self._forms, self._state, self._warning = forms, state, warning
        self._redraw()

    def on_resize(self) -> None:
        self._redraw()

    def _redraw(self) -> None:
        theme, (text, style) = self._theme, self._state
        state = (f" {text} ", style)
        rooms = sum(cell_len(piece) for piece, _ in self._rooms)
        room = self.size.width - rooms - cell_len(state[0]) - 1
        forms = [theme.plain(form) for form in self._forms]
        warning = theme.plain(f"  {self._warning}" if self._warning else "")
        about = next((form for form in forms if cell_len(form + warning) <= room), "")
        if not about:
            warning = ""
            about = next((form for form in forms if cell_len(form) <= room), cut(forms[-1], max(room, 0), theme=theme))
        if room < LEAST_ABOUT:
            about = ""
        pieces: list[Piece | None] = [*self._rooms, (about, theme["plain"]), (warning, theme["warning"]), None, state]
        self.put(pieces)

    def _named(self, present: str) -> list[Piece]:
        theme = self._theme
        pieces: list[Piece] = [(" ", theme["plain"])]
        for place in ROOMS:
            is_here = place.name == present
            sign = theme.signs.cursor if is_here else " " if len(pieces) > 1 else ""
            pieces.append((f"{sign}{place.digit} {_(place.title)} ", theme["title" if is_here else "dim"]))
        return [*pieces, (f"{theme.signs.bar} ", theme["dim"])]
