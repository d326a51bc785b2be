"""Where each pane of the Search screen is: a function of the terminal's size and of the pane that was asked for.

Below 110×32 the form and one pane; from there on the trials above two plots; from 160×40 on a third column.
"""

from __future__ import annotations

from textual.geometry import Region, Size

from tuitrain.ui.widgets.layout import MEDIUM, SMALLEST, WIDE, PlacedLayout, around_panes

PANES = ("trials", "map", "progress", "surrogate", "importance")


def arrange(size: Size, pane: str = "trials") -> dict[str, Region]:
    """Pane names to regions that tile the screen; below `SMALLEST` only ``too_small``."""
    width, height = size
    if width < SMALLEST.width or height < SMALLEST.height:
        return {"too_small": size.region}
    form_width = 31 if width < 100 else 34 if width < WIDE.width else 38
    meaning = 5 if height < 30 else 9
    panes, right = around_panes(size, form_width=form_width, meaning=meaning)
    if width >= WIDE.width and height >= WIDE.height:
        return panes | _wide(right)
    if width >= MEDIUM.width and height >= MEDIUM.height:
        return panes | _medium(right, pane)
    return panes | {pane if pane in PANES else "trials": right}


def _medium(area: Region, pane: str) -> dict[str, Region]:
    trials, lower = area.split_horizontal(area.height - max(15, area.height // 2))
    left, right = lower.split_vertical(lower.width // 2)
    first, second = ("surrogate", "importance") if pane in {"surrogate", "importance"} else ("map", "progress")
    return {"trials": trials, first: left, second: right}


def _wide(area: Region) -> dict[str, Region]:
    left, third = area.split_vertical(area.width * 3 // 5)
    trials, lower = left.split_horizontal(left.height // 2)
    map_, progress = lower.split_vertical(lower.width // 2)
    surrogate, importance = third.split_horizontal(third.height * 3 // 5)
    return {"trials": trials, "map": map_, "progress": progress, "surrogate": surrogate, "importance": importance}


class SearchLayout(PlacedLayout):
    """Places the Search screen's children by their ids."""

    name = "search"

    def __init__(self) -> None:
        super().__init__()
        self.pane = "trials"

    def places(self, size: Size) -> dict[str, Region]:
        return arrange(size, self.pane)
