"""Columns of two words: true and false, yes and no."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

TRUE = frozenset({"true", "yes"})
FALSE = frozenset({"false", "no"})


def boolean_words(cells: Collection[str]) -> tuple[str, str] | None:
    """The spellings of false and true in a column of these distinct cells; None if it has other words, or two for one.

    yes, Yes and YES are one word; the first spelling stands for it.
    """
    words = {cell.lower() for cell in cells}
    if not words or not words <= TRUE | FALSE or len(words & TRUE) > 1 or len(words & FALSE) > 1:
        return None
    spelling = {cell.lower() in TRUE: cell for cell in reversed([*cells])}
    return spelling.get(False, "false"), spelling.get(True, "true")


def two_words(cells: Collection[str]) -> tuple[str, str] | None:
    """The two words of a column that is said to have two: the usual ones, else any two in the order of the alphabet."""
    return boolean_words(cells) or (tuple(sorted(cells)) if len(cells) == 2 else None)  # type: ignore[return-value]


def as_booleans(cells: Iterable[str], words: Sequence[str], missing: frozenset[str]) -> NDArray[np.float64] | str:
    """0 and 1 for the words, or ``0`` and ``1`` in their place, NaN for missing, (N,); or the first other cell."""
    known = {"0": 0.0, "1": 1.0, **{word.lower(): float(index) for index, word in enumerate(words)}}
    values = []
    for cell in cells:
        value = known.get(cell.lower())
        if value is None:
            if cell and cell.lower() not in missing:
                return cell
            value = math.nan
        values.append(value)
    return np.array(values, np.float64)
