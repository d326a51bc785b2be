"""Where each pane of the Search screen is: a function of the terminal's size and of the pane that was asked for.

Below 110×32 there is one place beside the form for all panes; from there on three places: above the surrogate where
the search is bayesian, else the trials; below it the map, and beside that one of the others. From 160×40 on each pane
has a place of its own.
"""

from __future__ import annotations

from textual.geometry import Region, Size

from tuitrain.ui.widgets.layout import MEDIUM, SMALLEST, WIDE, PlacedLayout, around_panes

PANES = ("trials", "map", "progress", "surrogate", "importance")


def groups(size: Size, *, is_bayesian: bool = False) -> tuple[tuple[str, ...], ...]:
    """The panes that share a place, for each place."""
    if size.width >= WIDE.width and size.height >= WIDE.height:
        return tuple((pane,) for pane in PANES)
    if size.width >= MEDIUM.width and size.height >= MEDIUM.height:
        first = "surrogate" if is_bayesian else "trials"
        return (first,), ("map",), tuple(pane for pane in PANES if pane not in {first, "map"})
    return (PANES,)


def arrange(size: Size, pane: str = "trials", *, is_bayesian: bool = False) -> dict[str, Region]:
    """Pane names to regions that tile the screen; below `SMALLEST` only ``too_small``."""
    width, height = size
    if width < SMALLEST.width or height < SMALLEST.height:
        return {"too_small": size.region}
    form_width = 28 if width < 100 else 34 if width < WIDE.width else 38
    regions, right = around_panes(size, form_width=form_width, meaning=0)
    shared = groups(size, is_bayesian=is_bayesian)
    shown = tuple(pane if pane in group else group[0] for group in shared)
    if len(shown) == len(PANES):
        return regions | _wide(right)
    if len(shown) == 1:
        return regions | {shown[0]: right}
    above, lower = right.split_horizontal(right.height - max(15, right.height // 2))
    left, beside = lower.split_vertical(lower.width // 2)
    return regions | dict(zip(shown, (above, left, beside), strict=True))


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
        self.is_bayesian = False

    def places(self, size: Size) -> dict[str, Region]:
        return arrange(size, self.pane, is_bayesian=self.is_bayesian)

    def tabs(self, size: Size, pane: str) -> tuple[str, ...]:
        """The panes that share the place of one; they are the tabs in its title."""
        shared = groups(size, is_bayesian=self.is_bayesian)
        return next((group for group in shared if pane in group), (pane,))
