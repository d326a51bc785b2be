"""Which lines of a picture changed, so that only those are painted again."""

from __future__ import annotations

from textual.strip import Strip


class LineCache:
    """The last picture of a widget. `update` returns the line numbers that differ from the picture before."""

    def __init__(self) -> None:
        self.strips: list[Strip] = []

    def update(self, strips: list[Strip]) -> list[int]:
        """Keep `strips`; equal old lines keep their identity. All lines when the size changed."""
        raise NotImplementedError

    def line(self, y: int, width: int) -> Strip:
        """Line `y` for `render_line`, blank where there is none."""
        raise NotImplementedError
