"""Explain why a column stays text although most of its cells look like numbers or dates."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from tuitrain.data.cells.number_cells import pattern_of, plain, shape_of
from tuitrain.text import quoted
from tuitrain.translation import gettext as _

UNIT = re.compile(r"(?P<number>.*[0-9.,]) ?(?P<unit>[°‰A-Za-zµ²³/]{1,5})")
MOST_WORDS = 3  # for missing, that a notice proposes
ENOUGH = 0.8  # of a column's distinct cells


def with_unit(cell: str) -> tuple[str, str] | None:
    """Split ``70 kg`` into its number and its unit; None for any other cell."""
    match = UNIT.fullmatch(plain(cell))
    if match is None or shape_of(pattern_of(match["number"])) is None:
        return None
    return match["number"], match["unit"]


def same_unit(cells: Collection[str]) -> tuple[str, str] | None:
    """The first of the cells and its number, if most have a number and all of these one unit."""
    split = {cell: found for cell in cells if (found := with_unit(cell)) is not None}
    numbers = [cell for cell in cells if shape_of(pattern_of(plain(cell))) is not None]
    if len({unit for _number, unit in split.values()}) != 1 or len(split) + len(numbers) < ENOUGH * len(cells):
        return None
    first = next(iter(split))
    return (first, split[first][0]) if len(cells) > 1 else None


def why_text(
    cells: Collection[str], numbers: Mapping[str, float], dates: Collection[str], line_of: Callable[[str], int] | None
) -> str:
    """Say why a column whose distinct `cells` are mostly numbers or dates is text; empty if most are neither."""
    found = same_unit(cells)
    if found is not None:
        return _("taken as text, although its values look like numbers; write {cell} as {number}").format(
            cell=_placed(found[0], line_of), number=found[1]
        )
    for known, what in ((numbers, _("numbers")), (dates, _("dates"))):
        others = [cell for cell in cells if cell not in known]
        if others and len(cells) > 5 and len(known) >= ENOUGH * len(cells):
            text = _("taken as text, since {others} of {count} distinct values are not {what} (such as {odd})").format(
                others=len(others), count=len(cells), what=what, odd=_placed(others[0], line_of)
            )
            if len(others) > MOST_WORDS or any(sign == "," or sign.isdigit() for cell in others for sign in cell):
                return text
            return text + _("; --missing {words} reads as missing").format(words=quoted(",".join(others)))
    return ""


def _placed(cell: str, line_of: Callable[[str], int] | None) -> str:
    if line_of is None or not (line := line_of(cell)):
        return quoted(cell)
    return _("{cell} in line {line}").format(cell=quoted(cell), line=line)
