"""Format counts and names for messages and notices."""

from __future__ import annotations

from collections.abc import Sequence

from tuitrain.text import quoted

MOST_NAMES = 5


def counted(count: int, noun: str) -> str:
    """Format a count with its noun: ``1 row``, ``2,000 rows``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def listed(noun: str, names: Sequence[str], plural: str = "") -> str:
    """List names with their noun: ``column "a"``, ``columns "a", "b"``; the first five and a count of the rest."""
    shown = ", ".join(map(quoted, names[:MOST_NAMES]))
    more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
    return f"{noun if len(names) == 1 else plural or noun + 's'} {shown}{more}"
