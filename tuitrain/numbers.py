"""Numbers as the screen shows them: short, with their unit; those of a bounded width can stand in columns.

A negative one has the minus sign ``−`` (`Theme.plain` makes a hyphen of it where only ASCII may be written); powers of
ten keep the hyphen: ``−9.8e-4``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

MINUS = "−"


def signed(text: str) -> str:
    """Give a number that Python wrote the minus sign in place of its leading hyphen."""
    return MINUS + text[1:] if text.startswith("-") else text


def number(value: float, width: int = 6) -> str:
    """`value` in at most `width` (≥ 6) characters: ``0.081``, ``3.1e-4``, ``12.3k``; ``nan`` and ``inf`` in words.

    Two or three digits that count; letters (k, M) for thousands and millions, powers of ten beyond. Only a negative
    number with a power of three digits takes seven characters.
    """
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else f"{MINUS}inf"
    size = abs(value)
    if size == 0:
        return "0"
    if size < 0.001 or size >= 1e9:
        return signed(_power(value, width))
    for factor, letter in ((1e6, "M"), (1e3, "k"), (1.0, "")):
        if size >= factor * 0.9995 or not letter:
            text = _three_digits(value / factor) + letter
            return signed(text if len(text) <= width else _power(value, width))
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


def significant(value: float) -> str:
    """`value` in three significant digits: ``0.0932``, ``1.06``, ``23.1``; beyond 1e-3..1e4 as `number`."""
    size = abs(value)
    if not 1e-3 <= size < 9_995:
        return number(value)
    places = max(0, 2 - math.floor(math.log10(size) + 1e-12))
    text = f"{value:.{places}f}"
    has_four = places > 0 and len(text.lstrip("-0.").replace(".", "")) > 3
    return signed(f"{value:.{places - 1}f}" if has_four else text)


def share(value: float) -> str:
    """A score of at most 1 in five characters: `` .987``, ``1.000``, ``−.012``; ``    ·`` where it is not known.

    R² has no lower limit: one whose digits before the point have no room is written as `number` does.
    """
    if not math.isfinite(value):
        return "    ·"
    text = f"{value:.3f}"
    if text.index(".") > 5:
        return number(value)
    return signed(text.replace("0.", ".", 1) if abs(float(text)) < 1 else text[:5]).rjust(5)


def percent(share: float) -> str:
    """A share in 0..1 in four characters: ``  6%``, `` <1%``, ``100%``; ``   -`` where it is not a number."""
    if not math.isfinite(share):
        return "   -"
    if 0 < share < 0.01:
        return " <1%"
    return f"{min(int(100 * share + 1e-9), 999):3d}%" if share < 1 else "100%"


def whole_percents(shares: Sequence[float]) -> list[int]:
    """Round shares that add up to at most 1 to whole per cents, so that these add up to the rounded sum.

    Those that lose the most by rounding down are rounded up (the method of the largest remainders).
    """
    exact = [100 * share for share in shares]
    rounded = [math.floor(value + 1e-9) for value in exact]
    missing = round(sum(exact)) - sum(rounded)
    order = sorted(range(len(exact)), key=lambda place: rounded[place] - exact[place])
    for place in order[:missing]:
        rounded[place] += 1
    return rounded


def rate(number: float) -> str:
    """Return three digits with a letter: ``950``, ``52.3k``, ``1.20M``; ``-`` where there is no number."""
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


def json_number(value: float) -> float | None:
    """Return the number, or None, JSON's null, for NaN and infinities."""
    return value if math.isfinite(value) else None
