"""What a computed demonstration is: a number that moves along a few values, and a table made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class FigureRow:
    """A line of the table: its name, a number for each heading, and a curve beside them.

    A curve with as many points as the number has values is drawn over these, and marked where the number is now.
    """

    name: str
    numbers: tuple[float, ...]
    curve: tuple[float, ...] = ()


@dataclass(frozen=True)
class Movable:
    """A function of one number.

    `label` names the number, `values` are those it takes, `start` the first one. `headings` are the columns of
    numbers, `rows` makes the lines for one of the values. Names and headings are marked for translation.
    """

    label: str
    values: tuple[float, ...]
    start: float
    headings: tuple[str, ...]
    rows: Callable[[float], tuple[FigureRow, ...]]
