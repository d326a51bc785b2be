"""Pieces of arrays (M, P) that fit the cache while several operations pass over them."""

from __future__ import annotations

from collections.abc import Iterator

PIECE = 32_768  # elements: larger pieces leave the cache, smaller ones cost calls


def pieces(members: int, size: int) -> Iterator[tuple[slice, slice]]:
    """Rows and columns of pieces of at most `PIECE` elements, or twice that where it is one piece."""
    if members * size <= 2 * PIECE:
        yield slice(0, members), slice(0, size)
        return
    rows = max(1, PIECE // size)
    for row in range(0, members, rows):
        for column in range(0, size, PIECE):
            yield slice(row, min(row + rows, members)), slice(column, min(column + PIECE, size))
