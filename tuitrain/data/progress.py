"""How far the reading of a table has come, told by the readers while they read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

# Called with the bytes that are read and those of the whole, 0 if that is not known. It may raise `StoppedReading`.
Progress: TypeAlias = Callable[[int, int], None]


class StoppedReading(BaseException):
    """Raised by a `Progress` to stop the reading; no `Exception`, which readers take for damage of the file."""


def untold(done: int, total: int) -> None:
    """Take no notice of it."""
