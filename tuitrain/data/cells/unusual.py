"""Explain why a column stays text although most of its cells look like numbers or dates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping

from tuitrain.data.cells.number_cells import plain
from tuitrain.data.cells.units import different_units, same_unit
from tuitrain.text import quoted
from tuitrain.translation import gettext as _

SEVERAL = re.compile(r"(?!0)[0-9]+(?:[.,][0-9]+)?[^0-9A-Za-z]+[0-9]+(?:[.,][0-9]+)?[^0-9]*")
SIGNS_AROUND = re.compile(r"[^0-9A-Za-z+-]*[+-]?[0-9]+(?:[.,][0-9]+)?[^0-9]{0,3}|[^0-9A-Za-z]+[0-9.,]+")
ENOUGH_CELLS = 10  # different ones, fewer of which are levels
MOST_UNITS = 4
MOST_LEVELS = 1000
MOST_WORDS = 3  # for missing, that a notice proposes
ENOUGH = 0.8  # of a column's distinct cells


def nearly_alike(texts: Collection[str]) -> list[str]:
    """Those of the different texts that differ in capitals, widths or unseen signs alone; of many texts, none."""
    if len(texts) > MOST_LEVELS:
        return []
    alike: dict[str, list[str]] = {}
    for text in texts:
        plain_text = unicodedata.normalize("NFKC", text).casefold()
        shown = "".join(sign for sign in plain_text if unicodedata.category(sign) != "Cf")
        alike.setdefault(" ".join(shown.split()), []).append(text)
    return next((group for group in alike.values() if len(group) > 1), [])


def why_text(
    name: str, cells: Collection[str], numbers: Mapping[str, float], dates: Collection[str],
    line_of: Callable[[str], int] | None,
) -> str:  # fmt: skip
    """Say why a column whose distinct `cells` are mostly numbers or dates is text; empty if most are neither."""
    found = same_unit(cells)
    if found is not None:
        return _(
            "taken as text, although its values look like numbers; --type {option} reads {cell} as {number}"
        ).format(cell=_placed(found[0], line_of), number=found[1], option=quoted(f"{name}=number"))
    if len(cells) > ENOUGH_CELLS and len(units := different_units(cells)) > 1 and len(units) <= MOST_UNITS:
        return _("taken as text, since it has amounts in {units}").format(units=", ".join(units))
    for known, what in ((numbers, _("numbers")), (dates, _("dates"))):
        others = [cell for cell in cells if cell not in known]
        if others and len(cells) > 5 and len(known) >= ENOUGH * len(cells):
            text = _("taken as text, since {others} of {count} distinct values are not {what} (such as {odd})").format(
                others=len(others), count=len(cells), what=what, odd=_placed(others[0], line_of)
            )
            if len(others) > MOST_WORDS or any(sign == "," or sign.isdigit() for cell in others for sign in cell):
                return text
            return text + _("; --missing {words} reads as missing").format(words=quoted(",".join(others)))
    return _why_odd_numbers(cells, numbers, dates)


def _why_odd_numbers(cells: Collection[str], numbers: Mapping[str, float], dates: Collection[str]) -> str:
    """Say that cells hold two numbers each, or signs around one; empty for few cells, and for codes."""
    others = [cell for cell in cells if cell not in numbers and cell not in dates]
    if len(cells) <= ENOUGH_CELLS or not others:
        return ""
    two = [cell for cell in others if SEVERAL.fullmatch(plain(cell))]
    if len(two) >= ENOUGH * len(cells):
        return _(
            "taken as text, since {cell} holds two numbers; write them as one, or in two columns, to compare them"
        ).format(cell=quoted(two[0]))
    around = [cell for cell in others if SIGNS_AROUND.fullmatch(plain(cell))]
    if len(around) + len(numbers) >= ENOUGH * len(cells) and len(around) > MOST_WORDS:
        return _("taken as text, since signs stand beside its numbers, as in {cell}; write numbers alone").format(
            cell=quoted(around[0])
        )
    return ""


def _placed(cell: str, line_of: Callable[[str], int] | None) -> str:
    if line_of is None or not (line := line_of(cell)):
        return quoted(cell)
    return _("{cell} in line {line}").format(cell=quoted(cell), line=line)
