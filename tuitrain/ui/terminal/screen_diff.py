"""What the terminal shows already, so that it is not written again.

Textual paints all of the screen up to three times when a dialog opens or a pane changes its place; over a slow link the
second and third are what the user waits for. Only pieces of lines that differ from what was written last go out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.console import Console, RenderableType
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Size
from textual.strip import Strip

Update = RenderableType | CompositorUpdate | None


class Piece(NamedTuple):
    """A part of line `y` from column `x` on."""

    y: int
    x: int
    strip: Strip


class PiecesUpdate(CompositorUpdate):
    """Some pieces of the screen, from top to bottom and left to right."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces

    def render_segments(self, console: Console) -> str:
        written: list[str] = []
        at = (-1, -1)
        for y, x, strip in self.pieces:
            if (y, x) != at:
                written.append(f"\x1b[{y + 1};{x + 1}H")
            written.append(strip.render(console))
            at = (y, x + strip.cell_length)
        return "".join(written)


class Painted:
    """Remembers, line by line, the pieces that were written last."""

    def __init__(self) -> None:
        self._size = Size(0, 0)
        self._lines: dict[int, dict[int, Strip]] = {}

    def forget(self) -> None:
        """Know nothing: the terminal was resized, or another program wrote on it."""
        self._lines = {}

    def changed(self, update: Update) -> Update:
        """What of `update` has to be written, None for nothing; it counts as written from now on."""
        if isinstance(update, LayoutUpdate):
            if update.region.size != self._size:
                self._size = update.region.size
                self.forget()
            pieces = _of_layout(update)
        elif isinstance(update, ChopsUpdate):
            pieces = _of_chops(update)
        else:
            if update is not None:
                self.forget()
            return update
        new = [piece for piece in pieces if self._is_new(piece)]
        return PiecesUpdate(new) if new else None

    def _is_new(self, piece: Piece) -> bool:
        """Whether the terminal does not show the piece; it does from now on."""
        y, x, strip = piece
        line = self._lines.setdefault(y, {})
        if line.get(x) == strip:
            return False
        end = x + strip.cell_length
        for start in [start for start, known in line.items() if start < end and start + known.cell_length > x]:
            del line[start]
        line[x] = strip
        return True


def _of_layout(update: LayoutUpdate) -> Iterator[Piece]:
    for y, strips in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in strips:
            yield Piece(y, x, strip)
            x += strip.cell_length


def _of_chops(update: ChopsUpdate) -> Iterator[Piece]:
    """The pieces within the update's spans, as `ChopsUpdate` itself would write them."""
    for y, first, last in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or x > last or end <= first:
                continue
            is_inside = last > x >= first and end <= last
            piece = strip if is_inside else strip.crop(0, min(end, last) - x)
            if piece.cell_length:
                yield Piece(y, x, piece)
