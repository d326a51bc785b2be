"""Damage files at random places: each try must end in one clear error, or in what the whole file holds."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from tuitrain.errors import DataError

TRIES = 220


def damaged(data: bytes, *, tries: int = TRIES) -> Iterator[bytes]:
    """Yield copies of which a bit is flipped, a piece is missing at the end, or a few bytes are others."""
    rng = random.Random(5)
    for number in range(tries):
        copy = bytearray(data)
        match number % 4:
            case 0 | 1:
                copy[rng.randrange(len(copy))] ^= 1 << rng.randrange(8)
            case 2:
                del copy[rng.randrange(len(copy)) :]
            case _:
                start = rng.randrange(len(copy))
                copy[start : start + 8] = rng.randbytes(min(8, len(copy) - start))
        yield bytes(copy)


def refused(data: bytes, read: Callable[[bytes], Any], whole: Any = None) -> int:
    """Count the damaged copies of `data` that are refused; the others are read, as `whole` if that is not None."""
    count = 0
    for copy in damaged(data):
        try:
            found = read(copy)
        except DataError as error:
            assert str(error), copy
            assert str(error).isprintable(), str(error)
            count += 1
        else:
            assert whole is None or found == whole, copy
    return count
