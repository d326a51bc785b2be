"""Where each pane of the Train screen is: a function of the terminal's size and of the pane asked for.

Three arrangements: below 110×32 the form, and beside it loss and gradients, or in their place the pane asked for;
from there on the metric stands beside the gradients; from 160×40 on there is a third column.
"""

from __future__ import annotations

from textual.geometry import Region, Size

from tuitrain.ui.widgets.layout import MEDIUM, SMALLEST, WIDE, PlacedLayout, around_panes

DETAILS = ("parameters", "metric", "boundary")


def arrange(size: Size, detail: str = "", *, has_boundary: bool = False) -> dict[str, Region]:
    """Pane names to regions that tile the screen; below `SMALLEST` only ``too_small``.

    `detail` is the pane that was asked for ("" for none); `has_boundary` says whether the data has one or two inputs.
    """
    width, height = size
    if width < SMALLEST.width or height < SMALLEST.height:
        return {"too_small": size.region}
    form_width = 29 if width < 100 else 34 if width < WIDE.width else 38
    meaning = 0 if width < MEDIUM.width or height < 30 else 9
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


class TrainLayout(PlacedLayout):
    """Places the Train screen's children."""

    name = "train"

    def __init__(self) -> None:
        super().__init__()
        self.detail = ""
        self.has_boundary = False

    def places(self, size: Size) -> dict[str, Region]:
        return arrange(size, self.detail, has_boundary=self.has_boundary)
