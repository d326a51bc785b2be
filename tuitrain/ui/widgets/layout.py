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
LAST_ROWS = ("explain", "status", "footer")
ROOM_FOR_LINES = 28  # rows from which the help leaves header, status and footer in sight


def around_panes(size: Size, *, form_width: int, meaning: int) -> tuple[dict[str, Region], Region]:
    """The rows that all rooms have, the form and its description, and what is left for the panes.

    The rows are ``header`` (the first), ``explain``, ``status`` and ``footer`` (the last three). The description
    (`meaning` lines, 0 for none) is below the form.
    """
    width, height = size
    top, bottom = 1, height - len(LAST_ROWS)
    regions = {
        "header": Region(0, 0, width, 1),
        "form": Region(0, top, form_width, bottom - top - meaning),
        **{name: Region(0, bottom + row, width, 1) for row, name in enumerate(LAST_ROWS)},
    }
    if meaning:
        regions["description"] = Region(0, bottom - meaning, form_width, meaning)
    return regions, Region(form_width, top, width - form_width, bottom - top)


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
        lines = {name: places[name] for name in ("header", *LAST_ROWS)}
        return {**lines, self.page: Region(0, 1, size.width, size.height - 1 - len(LAST_ROWS))}

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        regions: Mapping[str | Any, Region] = self.regions(size)
        return [
            WidgetPlacement(regions[child.id], NULL_OFFSET, Spacing(), child)
            for child in children
            if child.id in regions
        ]
