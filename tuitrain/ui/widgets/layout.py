"""Where the children of a screen are: a function of the terminal's size, not CSS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.geometry import NULL_OFFSET, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

SMALLEST = Size(80, 24)
MEDIUM = Size(110, 32)
WIDE = Size(160, 40)
ROOM_FOR_LINES = 28  # rows from which the help leaves header, status and footer in sight


def around_panes(size: Size, *, form_width: int, meaning: int) -> tuple[dict[str, Region], Region]:
    """Header, form, its description (`meaning` lines), status and footer, and what is left for the panes.

    A description of one line is as wide as the screen, below form and panes.
    """
    width, height = size
    top, bottom = 1, height - 2
    if meaning == 1:
        regions, right = around_panes(Size(width, height - 1), form_width=form_width, meaning=0)
        return {**regions, **_lines_below(width, height)}, right
    regions = {
        "header": Region(0, 0, width, 1),
        "form": Region(0, top, form_width, bottom - top - meaning),
        "description": Region(0, bottom - meaning, form_width, meaning),
        "status": Region(0, bottom, width, 1),
        "footer": Region(0, bottom + 1, width, 1),
    }
    return regions, Region(form_width, top, width - form_width, bottom - top)


def _lines_below(width: int, height: int) -> dict[str, Region]:
    names = ("description", "status", "footer")
    return {name: Region(0, height - len(names) + row, width, 1) for row, name in enumerate(names)}


class PlacedLayout(Layout):
    """Places the screen's children by their ids, as `places` says; a child without a place is not shown.

    While `page` names a page, as ``help``, it takes the place of the panes.
    """

    def __init__(self) -> None:
        self.page = ""

    def places(self, size: Size) -> dict[str, Region]:
        """The regions of all children but the help."""
        raise NotImplementedError  # pragma: no cover

    def regions(self, size: Size) -> Mapping[str, Region]:
        """The regions for a screen of this size."""
        places = self.places(size)
        if not self.page or "header" not in places:
            return places
        if size.height < ROOM_FOR_LINES:
            return {self.page: size.region}
        lines = {name: places[name] for name in ("header", "status", "footer")}
        return {**lines, self.page: Region(0, 1, size.width, size.height - 3)}

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        regions: Mapping[str | Any, Region] = self.regions(size)
        return [
            WidgetPlacement(regions[child.id], NULL_OFFSET, Spacing(), child)
            for child in children
            if child.id in regions
        ]
