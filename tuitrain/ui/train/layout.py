"""Where each pane of the Train screen is: a function of the terminal's size and of what is to be shown.

Below 110 columns one place beside the form; from there on two; from 160×40 on a third column. Each column is one frame,
whose panes share the lines between them. The verdict stands in the loss's frame, and so does the metric where there is
one column for both.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from textual.geometry import Region, Size

from tuitrain.ui.widgets.frame import FramePlace, share_lines, side_by_side, stacked
from tuitrain.ui.widgets.layout import MEDIUM, SMALLEST, WIDE, PlacedLayout, around_panes

DETAILS = ("parameters", "metric", "boundary")  # what can be asked for
LOSS_ROWS = 16  # of the plot, until which it grows before the panes below it do
FORM_ROWS = 26  # of the form from 110 columns on, without what has no effect
LEAST_BOTH = 30  # rows below which the metric in full takes the loss's place too
METRIC_WIDTH = 18  # beside the loss
LEAST_BESIDE = 50  # columns within the frame from which the metric has a place beside the loss


@dataclass(frozen=True)
class Shown:
    """What the arrangement depends on besides the size.

    `detail` is the pane that was asked for ("" for none); `has_boundary` says whether the data has one or two inputs.
    `layers` and `classes` count the network's layers and the classes, `verdict` the lines that the verdict takes.
    """

    detail: str = ""
    has_boundary: bool = False
    layers: int = 3
    classes: int = 2
    verdict: int = 1


@dataclass
class Places:
    """`rows` are without frames; `boxes` share lines; `inside` are in the loss's frame, right of a line if not verdict.

    `tabs` maps a pane to the panes that would appear in its place, itself first.
    """

    rows: dict[str, Region]
    boxes: dict[str, Region] = field(default_factory=dict)
    inside: dict[str, Region] = field(default_factory=dict)
    tabs: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def frames(self) -> dict[str, FramePlace]:
        """The places of the panes with frames."""
        beside = self.inside.get("metric")
        if beside is None:
            return share_lines(self.boxes)
        rule = Region(beside.x, beside.y, 1, beside.height + 1)
        open_place = FramePlace(beside, has_top=False, has_right=False, has_bottom=False)
        return {**share_lines(self.boxes, [rule]), "metric": open_place}

    @property
    def regions(self) -> dict[str, Region]:
        """All regions."""
        return self.rows | {name: place.region for name, place in self.frames.items()} | self.inside


def arrange(size: Size, shown: Shown = Shown()) -> Places:
    """Where everything is; below `SMALLEST` only ``too_small``."""
    width, height = size
    if width < SMALLEST.width or height < SMALLEST.height:
        return Places({"too_small": size.region})
    form_width = 27 if width < 100 else 34 if width < WIDE.width else 38
    rows, right = around_panes(size, form_width=form_width, meaning=0)
    places = Places(rows)
    _place_form(places, rows.pop("form"), has_description=width >= MEDIUM.width)
    if width >= WIDE.width and height >= WIDE.height:
        _wide(places, right, shown)
    elif width >= MEDIUM.width:
        _medium(places, right, shown)
    else:
        _small(places, right, shown)
    loss = places.boxes.get("loss") or places.boxes["metric"]  # the frame that the verdict stands in
    places.inside = {"verdict": Region(loss.x + 1, loss.y + 1, loss.width - 2, shown.verdict), **places.inside}
    return places


def _place_form(places: Places, area: Region, *, has_description: bool) -> None:
    """The form, and below it, where there is room, what the selected field does."""
    rest = area.height - FORM_ROWS - 3
    if has_description and rest >= 4:
        places.boxes["form"], places.boxes["description"] = stacked(area, rest + 2)
    else:
        places.boxes["form"] = area


def _alternatives(chosen: str, names: tuple[str, ...], shown: Shown) -> tuple[str, ...]:
    """The panes of one place, the chosen one first."""
    offered = [name for name in names if name != "boundary" or shown.has_boundary]
    return (chosen, *(name for name in offered if name != chosen))


def _gradient_rows(shown: Shown) -> int:
    """The gradient's box: a heading, a line for all, one a layer, the legend; and the frame."""
    return shown.layers + 5


def _small(places: Places, area: Region, shown: Shown) -> None:
    is_beside = area.width - 2 >= LEAST_BESIDE
    chosen = shown.detail or "gradients"
    if chosen == "metric" and area.height < LEAST_BOTH:
        places.boxes["metric"] = area
        places.tabs["metric"] = _alternatives("metric", ("metric", "gradients", "parameters", "boundary"), shown)
        return
    wanted = _gradient_rows(shown)
    least_loss = 9 + shown.verdict - max(0, shown.verdict - 3) // 2  # remedies take rows of the plot first
    lower = min(wanted, area.height - least_loss) if chosen == "gradients" else area.height - least_loss + 1
    spare = area.height + 1 - lower - 3 - shown.verdict - LOSS_ROWS - 2
    lower = max(lower, lower + spare // 2 if chosen != "gradients" else lower)
    loss, below = stacked(area, lower)
    places.boxes |= {"loss": loss, chosen: below}
    names: tuple[str, ...] = ("gradients", "metric", "parameters", "boundary")
    if is_beside and chosen != "metric":
        top = loss.y + 1 + shown.verdict
        places.inside["metric"] = Region(loss.right - 2 - METRIC_WIDTH, top, METRIC_WIDTH + 1, loss.bottom - 1 - top)
        names = ("gradients", "parameters", "boundary")
    places.tabs[chosen] = _alternatives(chosen, names, shown)


def _medium(places: Places, area: Region, shown: Shown) -> None:
    least = 3 + shown.verdict + 8
    wanted = 3 + shown.verdict + LOSS_ROWS + 2
    rest = area.height + 1 - wanted
    gradient = min(_gradient_rows(shown) - 1, max(6, (area.height - least) // 2))
    second = (
        shown.detail
        if shown.detail in {"parameters", "boundary"}
        else ("boundary" if shown.has_boundary else "parameters")
    )
    is_tall = area.height - 18 - gradient >= 8
    if is_tall:
        matrix = 11 + 2 * shown.classes if shown.classes <= 3 else 0  # the metric's rows, with a confusion matrix
        lower = max(rest, gradient + 9, matrix)
        loss, below = stacked(area, lower)
        left, metric = side_by_side(below, min(36, below.width - 51))
        first, other = stacked(left, left.height - gradient + 1)
        places.boxes |= {"loss": loss, "gradients": first, second: other, "metric": metric}
        places.tabs[second] = _alternatives(second, ("boundary", "parameters"), shown)
        return
    chosen = shown.detail if shown.detail in {"parameters", "boundary"} else "gradients"
    lower = min(max(_gradient_rows(shown), 10, rest), area.height - least)
    loss, below = stacked(area, lower)
    left, metric = side_by_side(below, min(36, below.width - 51))
    places.boxes |= {"loss": loss, chosen: left, "metric": metric}
    places.tabs[chosen] = _alternatives(chosen, ("gradients", "parameters", "boundary"), shown)


def _wide(places: Places, area: Region, shown: Shown) -> None:
    third = max(62, area.width * 2 // 5)
    middle = Region(area.x, area.y, area.width - third, area.height)
    right = Region(middle.right, area.y, third, area.height)
    loss, gradients = stacked(middle, min(_gradient_rows(shown), middle.height // 2))
    second = (
        shown.detail
        if shown.detail in {"parameters", "boundary"}
        else ("boundary" if shown.has_boundary else "parameters")
    )
    metric_rows = min(21 + shown.classes, right.height * 3 // 5)
    metric, other = stacked(right, right.height - metric_rows + 1)
    places.boxes |= {"loss": loss, "gradients": gradients, "metric": metric, second: other}
    places.tabs[second] = _alternatives(second, ("boundary", "parameters"), shown)


class TrainLayout(PlacedLayout):
    """Places the Train screen's children."""

    name = "train"

    def __init__(self) -> None:
        super().__init__()
        self.shown = Shown()

    def arrangement(self, size: Size) -> Places:
        """Where everything but a page is."""
        return arrange(size, self.shown)

    def places(self, size: Size) -> dict[str, Region]:
        return self.arrangement(size).regions
