"""Where each pane of the Search screen is: a function of the terminal's size and of the pane that was asked for.

Below 110×32 there is one place beside the form for all panes; from there on three places: above the surrogate where
the search is bayesian, else the trials; below it the map, and beside that one of the others. From 160×40 on each pane
has a place of its own. Panes of one column share the lines between them. One at a time, a box below the form says how
the guesses stand, where that leaves the form enough lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from textual.geometry import Region, Size

from tuitrain.ui.search.guess_table import GuessBox
from tuitrain.ui.widgets.frame import FramePlace, share_lines, side_by_side, stacked
from tuitrain.ui.widgets.layout import MEDIUM, SMALLEST, WIDE, PlacedLayout, around_panes

LEAST_FORM = 20  # rows that the box leaves the form
PANES = ("trials", "map", "progress", "surrogate", "importance")


def groups(size: Size, *, is_bayesian: bool = False) -> tuple[tuple[str, ...], ...]:
    """The panes that share a place, for each place."""
    if size.width >= WIDE.width and size.height >= WIDE.height:
        return tuple((pane,) for pane in PANES)
    if size.width >= MEDIUM.width and size.height >= MEDIUM.height:
        first = "surrogate" if is_bayesian else "trials"
        return (first,), ("map",), tuple(pane for pane in PANES if pane not in {first, "map"})
    return (PANES,)


@dataclass(frozen=True)
class SearchPlaces:
    """Where everything is: `rows` have no frame; `boxes` overlap by the lines that they share."""

    rows: Mapping[str, Region]
    boxes: Mapping[str, Region] = field(default_factory=dict)

    @property
    def frames(self) -> dict[str, FramePlace]:
        """The places of the form and the panes."""
        return share_lines(self.boxes)

    @property
    def regions(self) -> dict[str, Region]:
        """All regions, which tile the screen."""
        return {**self.rows, **{name: place.region for name, place in self.frames.items()}}


def arrange(
    size: Size, pane: str = "trials", *, is_bayesian: bool = False, is_one_at_a_time: bool = False
) -> SearchPlaces:
    """Return the places of all children; below `SMALLEST` only ``too_small`` has one."""
    width, height = size
    if width < SMALLEST.width or height < SMALLEST.height:
        return SearchPlaces({"too_small": size.region})
    form_width = 28 if width < 100 else 34 if width < WIDE.width else 38
    rows, right = around_panes(size, form_width=form_width, meaning=0)
    form = rows.pop("form")
    shared = groups(size, is_bayesian=is_bayesian)
    shown = tuple(pane if pane in group else group[0] for group in shared)
    if len(shown) == len(PANES):
        panes = _wide(right)
    elif len(shown) == 1:
        panes = {shown[0]: right}
    else:
        above, lower = stacked(right, max(15, right.height // 2))
        panes = dict(zip(shown, (above, *side_by_side(lower, lower.width // 2 + 1)), strict=True))
    if is_one_at_a_time and form_width > 28 and form.height - GuessBox.ROWS >= LEAST_FORM:
        form, box = form.split_horizontal(form.height - GuessBox.ROWS)
        panes["guesses"] = box
    return SearchPlaces(rows, {"form": form, **panes})


def _wide(area: Region) -> dict[str, Region]:
    """Two columns: trials above map and progress, surrogate above importance."""
    left, right = area.split_vertical(area.width * 3 // 5)
    trials, lower = stacked(left, left.height - left.height // 2)
    map_, progress = side_by_side(lower, lower.width // 2 + 1)
    surrogate, importance = stacked(right, right.height - right.height * 3 // 5)
    return {"trials": trials, "map": map_, "progress": progress, "surrogate": surrogate, "importance": importance}


class SearchLayout(PlacedLayout):
    """Places the Search screen's children by their ids."""

    name = "search"

    def __init__(self) -> None:
        super().__init__()
        self.pane = "trials"
        self.is_bayesian = self.is_one_at_a_time = False

    def arrangement(self, size: Size) -> SearchPlaces:
        """Return where everything but a page is."""
        return arrange(size, self.pane, is_bayesian=self.is_bayesian, is_one_at_a_time=self.is_one_at_a_time)

    def places(self, size: Size) -> dict[str, Region]:
        return self.arrangement(size).regions

    def tabs(self, size: Size, pane: str) -> tuple[str, ...]:
        """The panes that share the place of one; they are the tabs in its title."""
        shared = groups(size, is_bayesian=self.is_bayesian)
        return next((group for group in shared if pane in group), (pane,))
