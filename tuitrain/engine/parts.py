"""Work that comes in parts, so that whoever does it can do something else in between."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")
Parts = Generator[None, None, T]
"""Yields after each part but the last, and returns what the work comes to."""


def all_of(parts: Parts[T]) -> T:
    """Do all parts, and return what they come to."""
    while True:
        try:
            next(parts)
        except StopIteration as end:
            result: T = end.value
            return result
