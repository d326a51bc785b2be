"""Lengths of time as people write them: ``90s``, ``10m``, ``1h30m``."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from tuitrain.text import quoted
from tuitrain.translation import gettext as _

_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86400.0),
}
_PART = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)\s*")


def parse_time(text: str) -> float:
    """Return the seconds in ``90``, ``90s``, ``10m``, ``1.5h``, ``1h30m``, ``2 min``.

    Raises
    ------
    ValueError
        if it is none of these, or no time at all.
    """
    typed = text.strip().lower()
    whole = f"{typed}s" if re.fullmatch(r"[0-9.]+", typed) else typed
    parts = _PART.findall(whole)
    is_read = re.fullmatch(f"(?:{_PART.pattern})+", whole) and all(unit in _UNITS for _, unit in parts)
    seconds = sum(float(number) * _UNITS[unit] for number, unit in parts) if is_read else 0.0
    if not 0 < seconds < math.inf:
        raise ValueError(_("time {text}: write a time above 0, as 90s, 10m, 1.5h or 1h30m").format(text=quoted(text)))
    return seconds


def format_time(seconds: float) -> str:
    """Write a time as `parse_time` reads it, exactly: ``10m``, ``90s``, ``1h30m``, ``0.25s``."""
    if seconds == int(seconds) and 60 <= seconds < 2**53 and (seconds >= 120 or seconds == 60):
        rest, text = int(seconds), ""
        for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
            count, rest = divmod(rest, size)
            text += f"{count}{unit}" if count else ""
        return text
    shown = f"{Decimal(repr(float(seconds))):f}"
    return f"{shown.removesuffix('.0')}s"
