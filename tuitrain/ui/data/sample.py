"""The first rows of a table, as columns of text."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

from tuitrain.data.describe import Preview
from tuitrain.text import visible
from tuitrain.translation import gettext as _

WIDEST = 16
GAP = 2


def sample_lines(found: Preview, width: int, height: int) -> list[str]:
    """A line of names and the first rows below it, as many as go into `height`; columns that do not fit are left out.

    Numbers stand at the right of their column, texts at the left.
    """
    rows = [tuple(column.name for column in found.columns), *found.first_rows[: max(0, height - 1)]]
    lines = [""] * len(rows)
    for number, column in enumerate(found.columns):
        cells = [visible(row[number], WIDEST) for row in rows]
        widest = max(map(cell_len, cells))
        if cell_len(lines[0]) + widest + GAP > width:
            return [f"{line} …" for line in lines] if cell_len(lines[0]) + GAP <= width else lines
        placed = _placed(cells, widest, is_number=column.kind in {"number", "whole number"})
        lines = [line + " " * GAP + cell for line, cell in zip(lines, placed, strict=True)]
    return lines


def _placed(cells: list[str], width: int, *, is_number: bool) -> Iterator[str]:
    for cell in cells:
        gap = " " * (width - cell_len(cell))
        yield gap + cell if is_number else cell + gap


def target_text(found: Preview, number: int) -> str:
    """What a column would be to predict: the task and the balance of the detected one, else its values."""
    column = found.columns[number]
    name = visible(column.name, 30)
    if column.name != found.target:
        return _("to be predicted: {name}; {kind}, {summary}").format(
            name=name, kind=_(column.kind), summary=column.summary
        )
    if not found.balance:
        return _("to be predicted: {name}; {task}, {summary}").format(
            name=name, task=_(found.task), summary=column.summary
        )
    total = sum(count for _, count in found.balance)
    shares = ", ".join(f"{visible(label, 20)} {count / total:.0%}" for label, count in found.balance[:6])
    more = _(", … {count} in all").format(count=len(found.balance)) if len(found.balance) > 6 else ""
    return _("to be predicted: {name}; {task}: {shares}{more}").format(
        name=name, task=_(found.task), shares=shares, more=more
    )
