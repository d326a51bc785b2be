"""The keys of the bench."""

from __future__ import annotations

from tuitrain.ui.inspect.page import everywhere_on_pages
from tuitrain.ui.keys import PANE, Action

_STEP = ("← →", "one step back, one on")
_EDGE = ("↑ ↓", "another weight")
_ROW = ("[ ]", "another row: larger, smaller loss")
_PACE = ("< >", "play slower, faster")

BENCH_ACTIONS = (
    Action("back", ("left",), "←", "step", "one step back", "page", 99, pair=_STEP),
    Action("on", ("right",), "→", "", "one step on", "page", pair=_STEP),
    Action("cycle_axis", ("h",), "h", "by unit", "go by layer, by unit", "page", 93),
    Action("up", ("up", "k"), "↑ k", "weight", "the weight before", "page", 98, pair=_EDGE),
    Action("down", ("down", "j"), "↓ j", "", "the weight after", "page", pair=_EDGE),
    Action("next_unit", ("tab",), "tab", "unit", "next unit (shift: back)", "page", 86, pair=PANE),
    Action("previous_unit", ("shift+tab",), "shift+tab", "", "previous unit", "page", pair=PANE),
    Action("edit", ("enter",), "enter", "type", "type the weight's value, on the copy", "page", 85),
    Action("adopt", ("1",), "1", "", "take the typed weights into the run", "page", 91),
    Action("take_step", ("s",), "s", "learn", "take the optimizer's step, made of this row", "page", 90),
    Action("undo", ("u",), "u", "undo", "take back the last weight or step", "page", 60),
    Action("start_pause", ("space",), "space", "play", "play the steps, stop", "page", 83),
    Action("slower", ("less_than_sign",), "<", "pace", "play slower", "page", 58, pair=_PACE),
    Action("faster", ("greater_than_sign",), ">", "", "play faster", "page", pair=_PACE),
    Action("restart", ("r",), "r", "restart", "from the start: the copy's own weights", "page", 56),
    Action("before", ("left_square_bracket",), "[", "row", "a row with a larger loss", "page", 84, pair=_ROW),
    Action("after", ("right_square_bracket",), "]", "", "a row with a smaller loss", "page", pair=_ROW),
    Action("example", ("x",), "x", "example", "a ready-made example, or yours", "page", 89),
    *everywhere_on_pages(),
)
