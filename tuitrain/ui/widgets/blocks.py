"""Lines that are drawn only when they are looked at, for lists that are longer than their pane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import overload

from textual.strip import Strip


@dataclass(frozen=True)
class Block:
    """`height` lines that `make` draws."""

    height: int
    make: Callable[[], list[Strip]]


class Blocks(Sequence[Strip]):
    """The lines of blocks, one after another; a slice draws only the blocks that it touches."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._ends = list(accumulate(block.height for block in blocks))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, at: int) -> Strip: ...
    @overload
    def __getitem__(self, at: slice) -> list[Strip]: ...
    def __getitem__(self, at: int | slice) -> Strip | list[Strip]:
        rows = range(len(self))[at]
        if isinstance(rows, int):
            return self._between(rows, rows + 1)[0]
        if not rows:
            return []
        first = min(rows)
        drawn = self._between(first, max(rows) + 1)
        return [drawn[row - first] for row in rows]

    def _between(self, first: int, last: int) -> list[Strip]:
        lines: list[Strip] = []
        for block, end in zip(self._blocks, self._ends, strict=True):
            start = end - block.height
            if start < last and first < end:
                lines += block.make()[max(first - start, 0) : last - start]
        return lines
