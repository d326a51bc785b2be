"""A network as a picture: a column of units for each layer, and the edges between them, of which one is chosen."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from tuitrain.ui.plots.lines import cut, line, padded
from tuitrain.ui.plots.raster import Canvas, Window
from tuitrain.ui.theme import Role, Theme

LEAST_GAP = 8  # cells between two columns, for edges to be told apart


@dataclass(frozen=True)
class Unit:
    """A unit of a picture: its rows of text; the chosen one is marked, a folded one stands for others."""

    rows: tuple[str, ...]
    is_chosen: bool = False
    is_folded: bool = False
    role: Role = "plain"


@dataclass(frozen=True)
class Edge:
    """An edge from unit `start` of one column to unit `end` of the next; the longest of `labels` that fits is on it.

    `below` stands under the label. `role` colours the chosen edge.
    """

    start: int
    end: int
    is_chosen: bool = False
    labels: tuple[str, ...] = ()
    below: str = ""
    role: Role = "accent"


@dataclass(frozen=True)
class LayerColumn:
    """A layer of a picture; `edges` lead from its units to those of the next column."""

    title: str
    units: tuple[Unit, ...]
    edges: tuple[Edge, ...] = field(default=())


def draw_network(width: int, height: int, columns: Sequence[LayerColumn], *, theme: Theme) -> list[Strip]:
    """Draw the columns from left to right, in exactly `height` lines of `width` cells."""
    if height < 2 or not columns:
        return [Strip.blank(width)] * height
    widths = [
        max([cell_len(column.title), *(cell_len(theme.plain(row)) for unit in column.units for row in unit.rows)]) + 1
        for column in columns
    ]
    lefts = _lefts(width, widths)
    rows = height - 1
    canvas = Canvas(rows, width, theme=theme)
    tops = [_tops(rows, column.units) for column in columns]
    for place, (before, after) in enumerate(itertools.pairwise(columns)):
        start, end = lefts[place] + widths[place], lefts[place + 1] - 1
        _draw_edges(canvas, before, after, (tops[place], tops[place + 1]), (start, end), theme)
    drawn = list(canvas.segments())
    strips = [Strip(segments).adjust_cell_length(width) for segments in drawn]
    for column, left, wide, top in zip(columns, lefts, widths, tops, strict=True):
        for unit, row in zip(column.units, top, strict=True):
            for offset, text in enumerate(unit.rows):
                if row + offset < rows:
                    strips[row + offset] = _over(strips[row + offset], left, _unit_row(unit, offset, text, wide, theme))
    title = Strip.blank(width)
    for column, left, wide in zip(columns, lefts, widths, strict=True):
        title = _over(title, left, line(wide, [(padded(f" {column.title}", wide, theme=theme), theme["dim"])]))
    return [title.adjust_cell_length(width), *(strip.adjust_cell_length(width) for strip in strips)]


def fits(width: int, widths: Sequence[int]) -> bool:
    """Whether columns of so many cells, each with a cell for its mark, have room for edges between them."""
    return sum(widths) + len(widths) + LEAST_GAP * (len(widths) - 1) <= width


def _lefts(width: int, widths: Sequence[int]) -> list[int]:
    """Where each column begins, the gaps between them alike."""
    if len(widths) == 1:
        return [max(0, (width - widths[0]) // 2)]
    gap = max(2, (width - sum(widths)) // (len(widths) - 1))
    lefts = [0]
    for wide in widths[:-1]:
        lefts.append(lefts[-1] + wide + gap)
    return lefts


def _tops(rows: int, units: Sequence[Unit]) -> list[int]:
    """The first row of each unit, spread over the height."""
    heights = [len(unit.rows) for unit in units]
    spare = max(0, rows - sum(heights))
    gap = spare / (len(units) + 1)
    tops, used = [], 0
    for place, high in enumerate(heights):
        tops.append(min(round(gap * (place + 1)) + used, max(rows - high, 0)))
        used += high
    return tops


def _draw_edges(
    canvas: Canvas, before: LayerColumn, after: LayerColumn, tops: tuple[list[int], list[int]], ends: tuple[int, int],
    theme: Theme,
) -> None:  # fmt: skip
    window = Window(0, canvas.columns - 1, -(canvas.rows - 1), 0)
    for edge in sorted(before.edges, key=lambda one: one.is_chosen):
        style = theme[edge.role if edge.is_chosen else "dim"]
        y = np.array([-_middle(tops[0][edge.start], before.units[edge.start]),
                      -_middle(tops[1][edge.end], after.units[edge.end])])  # fmt: skip
        x = np.array([float(ends[0]), float(ends[1])])
        canvas.curve(
            x, y, window, style=style, dash=None if edge.is_chosen else (1, 2), sign="=" if edge.is_chosen else "."
        )
    taken: set[tuple[int, int]] = set()
    for edge in sorted(before.edges, key=lambda one: not one.is_chosen):
        if edge.labels:
            _label(canvas, edge, tops, ends, before, after, theme, taken)


def _middle(top: int, unit: Unit) -> float:
    return top + (len(unit.rows) - 1) / 2


def _label(
    canvas: Canvas, edge: Edge, tops: tuple[list[int], list[int]], ends: tuple[int, int], before: LayerColumn,
    after: LayerColumn, theme: Theme, taken: set[tuple[int, int]],
) -> None:  # fmt: skip
    """Write the longest label that fits on an edge, a third along it, where edges have parted and not met yet.

    Where another label has `taken` that place already, it goes elsewhere along the edge, or is left out.
    """
    room = ends[1] - ends[0] - 2
    label = next((theme.plain(text) for text in edge.labels if cell_len(theme.plain(text)) <= room), "")
    texts = [label, theme.plain(edge.below)] if edge.below else [label]
    start, end = (
        _middle(tops[0][edge.start], before.units[edge.start]),
        _middle(tops[1][edge.end], after.units[edge.end]),
    )
    wide = max(map(cell_len, texts))
    first = 0.34 if len(before.units) <= len(after.units) else 0.66
    for share in (first,) if edge.is_chosen else (first, 1 - first, 0.5, 0.2, 0.8):
        row = round(start + (end - start) * share)
        column = max(ends[0] + 1, min(round(ends[0] + (ends[1] - ends[0]) * share) - wide // 2, ends[1] - wide))
        cells = {(row + down, column + right) for down in range(len(texts)) for right in range(-1, wide + 1)}
        if label and 0 <= row <= canvas.rows - len(texts) and not cells & taken:
            for down, text in enumerate(texts):
                canvas.text(row + down, column, text, style=theme["bold" if edge.is_chosen else "plain"])
            taken |= cells
            return


def _unit_row(unit: Unit, offset: int, text: str, wide: int, theme: Theme) -> Strip:
    mark = theme.signs.cursor if unit.is_chosen and not offset else " "
    style = theme["bold"] if unit.is_chosen else theme["dim"] if unit.is_folded else theme[unit.role]
    shown = cut(theme.plain(text), wide - 1, theme=theme)
    return Strip([Segment(mark, theme["accent"]), Segment(shown, style)]).adjust_cell_length(wide)


def _over(strip: Strip, left: int, part: Strip) -> Strip:
    """`strip` with `part` over it from cell `left` on."""
    width = strip.cell_length
    return Strip.join([strip.crop(0, left), part, strip.crop(min(left + part.cell_length, width), width)])
