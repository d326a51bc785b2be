"""Where each pane of the Train screen is: a function of the terminal's size and of the pane asked for.

Three arrangements: below 110×32 the form, and beside it loss and gradients, or in their place the pane asked for;
from there on the metric stands beside the gradients; from 160×40 on there is a third column.
"""

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
DETAILS = ("parameters", "metric", "boundary")


def around_panes(size: Size, *, form_width: int, meaning: int) -> tuple[dict[str, Region], Region]:
    """Header, form, its description (`meaning` lines), status and footer, and what is left for the panes."""
    width, height = size
    top, bottom = 1, height - 2
    regions = {
        "header": Region(0, 0, width, 1),
        "form": Region(0, top, form_width, bottom - top - meaning),
        "description": Region(0, bottom - meaning, form_width, meaning),
        "status": Region(0, bottom, width, 1),
        "footer": Region(0, bottom + 1, width, 1),
    }
    return regions, Region(form_width, top, width - form_width, bottom - top)


def arrange(size: Size, detail: str = "", *, has_boundary: bool = False) -> dict[str, Region]:
    """Pane names to regions that tile the screen; below `SMALLEST` only ``too_small``.

    `detail` is the pane that was asked for ("" for none); `has_boundary` says whether the data has one or two inputs.
    """
    width, height = size
    if width < SMALLEST.width or height < SMALLEST.height:
        return {"too_small": size.region}
    form_width = 29 if width < 100 else 34 if width < WIDE.width else 38
    meaning = 4 if height < 30 else 9
    panes, right = around_panes(size, form_width=form_width, meaning=meaning)
    said = 2 if height < 30 else 3
    right, panes["verdict"] = right.split_horizontal(right.height - said)
    if size.width >= WIDE.width and size.height >= WIDE.height:
        return panes | _wide(right, detail, has_boundary=has_boundary)
    if size.width >= MEDIUM.width and size.height >= MEDIUM.height:
        return panes | _medium(right, detail)
    return panes | _small(right, detail)


def _small(area: Region, detail: str) -> dict[str, Region]:
    if detail:
        return {detail: area}
    loss, gradients = area.split_horizontal(area.height - _gradients_height(area))
    return {"loss": loss, "gradients": gradients}


def _medium(area: Region, detail: str) -> dict[str, Region]:
    loss, lower = area.split_horizontal(area.height - max(14, area.height * 2 // 5))
    if detail:
        return {"loss": loss, detail: lower}
    gradients, metric = lower.split_vertical(max(50, lower.width - 40))
    return {"loss": loss, "gradients": gradients, "metric": metric}


def _wide(area: Region, detail: str, *, has_boundary: bool) -> dict[str, Region]:
    middle, third = area.split_vertical(area.width * 3 // 5)
    loss, gradients = middle.split_horizontal(middle.height - max(14, middle.height * 2 // 5))
    panes = {"loss": loss, "gradients": gradients}
    if detail:
        return panes | {detail: third}
    upper, lower = third.split_horizontal(third.height // 2)
    return panes | {"metric": upper, "boundary" if has_boundary else "parameters": lower}


def _gradients_height(area: Region) -> int:
    return 8 if area.height < 24 else area.height // 3


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


class TrainLayout(PlacedLayout):
    """Places the Train screen's children."""

    name = "train"

    def __init__(self) -> None:
        super().__init__()
        self.detail = ""
        self.has_boundary = False

    def places(self, size: Size) -> dict[str, Region]:
        return arrange(size, self.detail, has_boundary=self.has_boundary)
