"""Numbers as the screens write them: short, with their unit."""

from __future__ import annotations

import math


def counted(number: int) -> str:
    """``4,305``."""
    return f"{number:,}"


def metric(number: float) -> str:
    """Three digits with a letter: ``950``, ``52.3k``, ``1.20M``; ``-`` where there is no number."""
    if not math.isfinite(number):
        return "-"
    for factor, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= factor:
            return f"{number / factor:.3g}{letter}"
    return f"{number:.3g}"


def duration(seconds: float) -> str:
    """``0:07``, ``12:30``, ``1:02:03``."""
    whole = int(seconds + 0.5)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def memory(count: int) -> str:
    """``640 B``, ``12.4 kB``, ``1.2 MB``."""
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"
