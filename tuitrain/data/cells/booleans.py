"""Columns of two words: true and false, yes and no."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

ENGLISH = (("no", "yes"), ("false", "true"), ("false", "yes"), ("no", "true"))
PAIRS = (
    *ENGLISH, ("n", "y"), ("f", "t"), ("off", "on"), ("아니오", "예"), ("아니요", "예"), ("거짓", "참"),
    ("いいえ", "はい"), ("否", "是"), ("nein", "ja"), ("falsch", "wahr"), ("non", "oui"), ("faux", "vrai"),
    ("no", "sí"), ("no", "si"), ("no", "sì"), ("falso", "verdadero"), ("falso", "vero"), ("não", "sim"),
    ("nao", "sim"), ("falso", "verdadeiro"),
    ("nee", "ja"), ("nej", "ja"), ("nei", "ja"), ("nie", "tak"), ("ne", "ano"), ("нет", "да"), ("hayır", "evet"),
)  # fmt: skip
CODES = frozenset({"0", "1"})  # which stand for the words too


def boolean_words(cells: Collection[str]) -> tuple[str, str] | None:
    """The spellings of false and true in a column of these distinct cells; None if it has other words, or two for one.

    yes, Yes and YES are one word; the first spelling stands for it. Of other languages than English, both words must
    be there. Where both are, 0 and 1 may stand in their place.
    """
    words = {cell.lower() for cell in cells}
    pair = next((pair for pair in PAIRS if {*pair} <= words), None)
    pair = pair or next((pair for pair in ENGLISH if words & {*pair}), None)
    if pair is None or not words <= {*pair} | (CODES if {*pair} <= words else {*pair}):
        return None
    spelling = {cell.lower(): cell for cell in reversed([*cells])}
    return spelling.get(pair[0], pair[0]), spelling.get(pair[1], pair[1])


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
