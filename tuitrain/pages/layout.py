"""A page in rows: the headings in a column at the left, the text beside them."""

from __future__ import annotations

from collections.abc import Iterable

from tuitrain.pages.markdown import Section, wrapped
from tuitrain.pages.page import HEADINGS
from tuitrain.translation import gettext as _

LONGEST_LINE = 96  # of text, beside the headings: longer ones are hard to follow
Row = tuple[str, str]  # a heading, or "", and the text beside it


def rows_of(sections: Iterable[Section], width: int) -> list[Row]:
    """Lay out sections in at most `width` cells; the headings are padded to the longest in the language."""
    shown = list(sections)
    headings = [_(HEADINGS.get(section.heading, section.heading)) for section in shown]
    indent = max(len(_(heading)) for heading in HEADINGS.values()) + 1 if any(headings) else 0
    rows: list[Row] = []
    for heading, section in zip(headings, shown, strict=True):
        lines = wrapped(section.blocks, min(max(width - indent, 20), LONGEST_LINE))
        rows += [(f"{heading if not row else '':<{indent}}", line) for row, line in enumerate(lines)]
    return rows
