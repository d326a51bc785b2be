"""Frames: panes that are stacked or side by side share the line between them, and carry their title in the upper one.

Boxes are the frames' outer rectangles; those of neighbours overlap by the shared line. Each line is drawn by one pane:
a pane leaves its lower or right line to the neighbour there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tuitrain.ui.plots.lines import cut, fitting
from tuitrain.ui.theme import Theme

Cell = tuple[int, int]
_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8
_LINES = {
    _UP | _DOWN: "│", _LEFT | _RIGHT: "─", _DOWN | _RIGHT: "┌", _DOWN | _LEFT: "┐", _UP | _RIGHT: "└", _UP | _LEFT: "┘",
    _UP | _DOWN | _RIGHT: "├", _UP | _DOWN | _LEFT: "┤", _DOWN | _LEFT | _RIGHT: "┬", _UP | _LEFT | _RIGHT: "┴",
    _UP | _DOWN | _LEFT | _RIGHT: "┼",
}  # fmt: skip


@dataclass(frozen=True)
class FramePlace:
    """Where a pane is, which of its lines it draws itself, and the signs of its cells where lines meet.

    `joints` maps cells, counted from the region's upper left, to signs.
    """

    region: Region
    has_top: bool = True
    has_bottom: bool = True
    has_right: bool = True
    joints: Mapping[Cell, str] = field(default_factory=dict)


def share_lines(boxes: Mapping[str, Region], rules: Iterable[Region] = ()) -> dict[str, FramePlace]:
    """Give each box the lines that it draws, and the signs where its lines meet others'.

    `rules` are vertical lines, one cell wide, that another pane draws within a box, and that end on its lines.
    """
    return dict(_shared(tuple(boxes.items()), tuple(rules)))


@lru_cache(maxsize=32)
def _shared(named: tuple[tuple[str, Region], ...], rules: tuple[Region, ...]) -> dict[str, FramePlace]:
    """Do the work of `share_lines`: the same arrangement is asked for again with each child that is placed."""
    boxes = dict(named)
    masks: dict[Cell, int] = {}
    upper_left: dict[str, set[Cell]] = {}
    for name, box in boxes.items():
        for cell, mask in _outline(box).items():
            masks[cell] = masks.get(cell, 0) | mask
        upper_left[name] = {(x, box.y) for x in range(box.x, box.right)}
        upper_left[name] |= {(box.x, y) for y in range(box.y, box.bottom)}
    for rule in rules:
        for y in range(rule.y, rule.bottom):
            last = y == rule.bottom - 1
            masks[rule.x, y] = masks.get((rule.x, y), 0) | (_UP if last else _UP | _DOWN)
    places = {}
    for name, box in boxes.items():
        others = set().union(*(cells for other, cells in upper_left.items() if other != name))
        bottom = {(x, box.bottom - 1) for x in range(box.x + 1, box.right - 1)}
        right = {(box.right - 1, y) for y in range(box.y + 1, box.bottom - 1)}
        has_bottom, has_right = not bottom <= others, not right <= others
        region = Region(box.x, box.y, box.width - (not has_right), box.height - (not has_bottom))
        own = upper_left[name] | (bottom if has_bottom else set()) | (right if has_right else set())
        own |= {(box.right - 1, box.y)} if has_right else set()
        own |= {(box.right - 1, box.bottom - 1)} if has_right and has_bottom else set()
        inside = {cell for cell in own if region.contains(*cell)}
        signs = {(x - box.x, y - box.y): _LINES[masks[x, y]] for x, y in inside}
        joints = {cell: sign for cell, sign in signs.items() if sign not in "│─"}
        places[name] = FramePlace(region, True, has_bottom, has_right, joints)
    return places


def stacked(area: Region, lower: int) -> tuple[Region, Region]:
    """Return two boxes that share a line, the lower one `lower` rows high."""
    upper = Region(area.x, area.y, area.width, area.height - lower + 1)
    return upper, Region(area.x, area.bottom - lower, area.width, lower)


def side_by_side(area: Region, right: int) -> tuple[Region, Region]:
    """Return two boxes that share a line, the right one `right` columns wide."""
    left = Region(area.x, area.y, area.width - right + 1, area.height)
    return left, Region(area.right - right, area.y, right, area.height)


def _outline(box: Region) -> dict[Cell, int]:
    """The cells of a box's lines, and where the line goes on from each."""
    left, right, top, bottom = box.x, box.right - 1, box.y, box.bottom - 1
    cells = {(x, y): _LEFT | _RIGHT for x in range(left + 1, right) for y in (top, bottom)}
    cells |= {(x, y): _UP | _DOWN for y in range(top + 1, bottom) for x in (left, right)}
    corners = {
        (left, top): _DOWN | _RIGHT, (right, top): _DOWN | _LEFT, (left, bottom): _UP | _RIGHT,
        (right, bottom): _UP | _LEFT,
    }  # fmt: skip
    return cells | corners


class Framed(Widget):
    """A pane in a frame with a title at the left, ``▸`` before it while it has the keys, and a note at the right."""

    DEFAULT_CSS = """
    Framed { border: $frame $frame-colour; }
    Framed:focus { border: $focus-frame $focus-colour; }
    """
    look: Theme
    frame_title = ""
    frame_note = ""
    _place = FramePlace(Region())

    def set_title(self, title: str, note: str = "") -> None:
        """Take a title and a note; repaint the line if they are new."""
        if (title, note) != (self.frame_title, self.frame_note):
            self.frame_title, self.frame_note = title, note
            top = -1 if self._place.has_top else 0
            self.refresh(Region(-1, top, self.outer_size.width, 1))

    def take_place(self, place: FramePlace) -> None:
        """Draw the lines of this place."""
        if place == self._place:
            return
        self._place = place
        for edge, has_line in (("top", place.has_top), ("bottom", place.has_bottom), ("right", place.has_right)):
            if has_line:
                self.styles.clear_rule(f"border_{edge}")
            else:
                setattr(self.styles, f"border_{edge}", ("none", "white"))
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The pane with its frame, in which lines meet the neighbours'."""
        strips = super().render_lines(crop)
        style = self.look["accent" if self.has_focus else "frame"]
        if self._place.has_top and crop.y == 0 and strips:
            strips[0] = self._top_line(style).crop(crop.x, crop.right)
        for (x, y), sign in self._place.joints.items():
            if y and crop.contains(x, y):
                strip, at = strips[y - crop.y], x - crop.x
                joint = Strip([Segment(self._line_sign(sign), style)], 1)
                strips[y - crop.y] = Strip.join([strip.crop(0, at), joint, strip.crop(at + 1)])
        return strips

    def _line_sign(self, sign: str) -> str:
        if not self.look.ascii_only:
            return sign
        return {"│": "|", "─": "-"}.get(sign, "+")

    def _top_line(self, style: Style) -> Strip:
        width = self.outer_size.width
        line, title, note = self._line_sign("─"), self.look.plain(self.frame_title), self.look.plain(self.frame_note)
        cursor = self.look.signs.cursor if self.has_focus and self.look.signs.cursor not in title else ""
        shown = f" {cursor}{title} "
        endings = [f" {part} {line}" for part in (note, note.partition("  ")[0]) if part]
        fitting_ones = [one for one in endings if cell_len(shown) + cell_len(one) <= width - 2]
        # a title that is whole without its note, or with the first part of it alone, tells more
        ending = (fitting_ones or [""] if cell_len(shown) <= width - 2 else endings or [""])[0]
        room = width - 2 - cell_len(ending)
        if cell_len(shown) > room:
            shown = cut(shown, max(room, 0), theme=self.look)
        if room < 4:
            ending = ""
        fill = line * max(0, width - 2 - cell_len(shown) - cell_len(ending))
        text_style = self.look["title"] if self.has_focus else self.look["plain"]
        row = fitting(width - 2, [(shown, text_style), (fill, style), (ending, self.look["dim"])])
        cells = list(row.adjust_cell_length(max(width - 2, 0)))
        left = self._place.joints.get((0, 0), "┌")
        right = self._place.joints.get((width - 1, 0), "┐" if self._place.has_right else "─")
        strip = Strip([Segment(self._line_sign(left), style), *cells, Segment(self._line_sign(right), style)])
        inner = {x: sign for (x, y), sign in self._place.joints.items() if y == 0 and 0 < x < width - 1}
        for x, sign in inner.items():
            if strip.crop(x, x + 1).text == line:
                joint = Strip([Segment(self._line_sign(sign), style)], 1)
                strip = Strip.join([strip.crop(0, x), joint, strip.crop(x + 1)])
        return strip
