"""Numbers of formulas: a sign of their own, four digits after the point, powers of ten where that says nothing."""

from __future__ import annotations

import math

from rich.cells import cell_len

from tuitrain.numbers import MINUS


def decimal(value: float, places: int = 4, *, signed: bool = False) -> str:
    """`value` with so many digits after the point; `signed` writes the plus too. ``·`` where it is not known."""
    if not math.isfinite(value):
        return "·" if math.isnan(value) else "∞" if value > 0 else MINUS + "∞"
    size = abs(value)
    text = f"{size:.{places}f}" if size == 0 or 0.5 * 10 ** (1 - places) <= size < 1e6 else _power(size)
    sign = MINUS if value < 0 else "+" if signed else ""
    return sign + text


def factor(value: float, places: int = 4) -> str:
    """`value` as it stands in a product: with its sign."""
    return decimal(value, places, signed=True)


def _power(size: float) -> str:
    mantissa, _, exponent = f"{size:.1e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def right(text: str, width: int) -> str:
    """`text` at the right of `width` cells."""
    return " " * (width - cell_len(text)) + text


def compact(value: float) -> str:
    """`value` in three digits that count: ``0.00891``, ``1e-5``; for learning rates."""
    return f"{value:.3g}".replace("e-0", "e-").replace("e+0", "e")
