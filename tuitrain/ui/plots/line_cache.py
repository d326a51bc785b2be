"""Track which lines of a picture changed, so that only those are repainted."""

from __future__ import annotations

from textual.strip import Strip


class LineCache:
    """The last picture of a widget. `update` returns the line numbers that differ from the picture before."""

    def __init__(self) -> None:
        self.strips: list[Strip] = []

    def update(self, strips: list[Strip]) -> list[int]:
        """Keep `strips`; equal old lines keep their identity. All lines when the size changed."""
        before = self.strips
        if len(before) != len(strips) or (strips and strips[0].cell_length != before[0].cell_length):
            self.strips = list(strips)
            return list(range(len(strips)))
        changed = [y for y, (old, new) in enumerate(zip(before, strips, strict=True)) if old is not new and old != new]
        for y in changed:
            before[y] = strips[y]
        return changed

    def line(self, y: int, width: int) -> Strip:
        """Return line `y` for `render_line`, in `width` cells, blank if there is none."""
        if not 0 <= y < len(self.strips):
            return Strip.blank(width)
        strip = self.strips[y]
        return strip if strip.cell_length == width else strip.adjust_cell_length(width)
