"""Numbers of a bounded width, so that they can stand in columns."""

from __future__ import annotations

import math


def number(value: float, width: int = 6) -> str:
    """`value` in at most `width` (≥ 6) characters: ``0.081``, ``3.1e-4``, ``12.3k``; ``nan`` and ``inf`` in words.

    Two or three digits that count; letters (k, M) for thousands and millions, powers of ten beyond. Only a negative
    number with a power of three digits takes seven characters.
    """
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    size = abs(value)
    if size == 0:
        return "0"
    if size < 0.001 or size >= 1e9:
        return _power(value, width)
    for factor, letter in ((1e6, "M"), (1e3, "k"), (1.0, "")):
        if size >= factor * 0.9995 or not letter:
            text = _three_digits(value / factor) + letter
            return text if len(text) <= width else _power(value, width)
    raise AssertionError(value)


def _three_digits(value: float) -> str:
    size = abs(value)
    if size >= 99.95:
        return f"{value:.0f}"
    decimals = next(places for least, places in ((9.995, 1), (0.9995, 2), (0.00995, 3), (0, 4)) if size >= least)
    return f"{value:.{decimals}f}"


def _power(value: float, width: int) -> str:
    for digits in (1, 0):
        mantissa, _, power = f"{value:.{digits}e}".partition("e")
        text = f"{mantissa}e{int(power)}"
        if len(text) <= width:
            return text
    return text


def percent(share: float) -> str:
    """A share in 0..1 in four characters: ``  6%``, `` <1%``, ``100%``; ``   -`` where it is not a number."""
    if not math.isfinite(share):
        return "   -"
    if 0 < share < 0.01:
        return " <1%"
    return f"{min(int(100 * share + 1e-9), 999):3d}%" if share < 1 else "100%"
