"""The key table of the Train screen: bindings, footer, help and palette are made from it."""

from __future__ import annotations

from tuitrain.ui.keys import MOVE, PANE, Action, everywhere, in_section, page_actions, room_actions

_PAGE = ("pgup pgdn", "a page up, a page down")
_ENDS = ("home end", "first field, last field")
_PACE = ("< >", "pace: slower, faster")
_ADOPT = ("F2 F3 F4", "adopt a remedy")
_TIME = ("[ ]", "an epoch back, forward")
_FAR = ("{ }", "far back, far forward")
_NUDGE = ("+ -", "next value, next choice")

FIRST_KEY = 2  # of a remedy: F1 lists all keys
MOST_KEYS = 3  # remedies of the first finding that a key adopts
COLUMNS = (("training", "form"), ("panes", "program"))  # of the help, and the sections in each
TRAIN_ACTIONS = (
    *in_section("training", (
        Action("start_pause", ("space",), "space", "start", "start, pause, go on", "", 99),
        Action("step", ("s",), "s", "step", "train one batch", "", 88),
        Action("epoch", ("e",), "e", "epoch", "train one epoch", "", 85),
        Action("reset", ("r",), "r", "reset", "start over (reset)", "", 84),
        Action("slower", ("less_than_sign",), "<", "pace", "pace: slower (fewer epochs a second)", "", 83, pair=_PACE),
        Action("faster", ("greater_than_sign",), ">", "", "pace: faster (more epochs a second)", "", pair=_PACE),
        Action("before", ("left_square_bracket",), "[", "time", "an epoch back in time", "", 22, pair=_TIME),
        Action("after", ("right_square_bracket",), "]", "", "an epoch forward in time", "", pair=_TIME),
        Action("far_before", ("left_curly_bracket",), "{", "", "far back in time", "", pair=_FAR),
        Action("far_after", ("right_curly_bracket",), "}", "", "far forward in time", "", pair=_FAR),
        Action("present", ("n",), "n", "now", "the present again", "", 19),
        Action("fork", ("f",), "f", "fork", "fork from the epoch shown", "", 18),
        Action("end", ("E",), "E", "end", "end: four endings", "", 13),
        Action("save", ("ctrl+s",), "ctrl+s", "save", "save the model", "", 60),
        Action("dataset", ("d",), "d", "data", "choose another dataset", "", 70),
        Action("findings", ("exclamation_mark",), "!", "findings", "all findings, with remedies", "", 13),
        Action("adopt(0)", ("f2",), "F2", "", "adopt the first remedy", "", pair=_ADOPT),
        Action("adopt(1)", ("f3",), "F3", "", "adopt the second remedy", "", pair=_ADOPT),
        Action("adopt(2)", ("f4",), "F4", "", "adopt the third remedy", "", pair=_ADOPT),
        Action("note", ("colon",), ":", "note", "note, kept with it", "", 14),
    )),
    *in_section("form", (
        Action("nudge_up", ("plus", "equals_sign"), "+ =", "nudge", "next value up, next choice", "", 91, pair=_NUDGE),
        Action("nudge_down", ("minus", "underscore"), "- _", "", "next value down, previous choice", "", pair=_NUDGE),
        Action("up", ("up", "k"), "↑ k", "", "field above", "", pair=MOVE),
        Action("down", ("down", "j"), "↓ j", "", "field below", "", pair=MOVE),
        Action("page_up", ("pageup",), "pgup", "", "a page up", "", pair=_PAGE),
        Action("page_down", ("pagedown",), "pgdn", "", "a page down", "", pair=_PAGE),
        Action("first", ("home",), "home", "", "first field", "", pair=_ENDS),
        Action("last", ("end",), "end", "", "last field", "", pair=_ENDS),
        Action("edit", ("enter",), "enter", "edit", "type a value (esc leaves)", "", 50),
        Action("find", ("slash",), "/", "find", "find a field by typing", "", 90),
        Action("fold", ("comma",), ",", "", "open or fold a group", ""),
        Action("undo", ("u",), "u", "undo", "take back an edit or remedy", "", 65),
    )),
    *in_section("panes", (
        Action("toggle_log", ("l",), "l", "log", "loss: logarithmic axis", "", 40),
        Action("cycle_smoothing", ("z",), "z", "smooth", "loss: smoothing", "", 20),
        Action("cycle_view", ("v",), "v", "view", "loss: all or recent epochs", "", 21),
        Action("toggle_metric", ("y",), "y", "metric too", "loss: the metric beside it", "", 19),
        Action("positive", ("p",), "p", "positive", "class that is looked for", "", 18),
        Action("gradients", ("g",), "g", "gradient", "gradient in each layer", "", 33),
        Action("parameters", ("w",), "w", "weights", "parameters: weights, biases", "", 32),
        Action("metric", ("m",), "m", "metric", "metric; again: ROC, recall", "", 31),
        Action("boundary", ("b",), "b", "boundary", "decision boundary, curve", "", 30),
        Action("member", ("o",), "o", "network", "ensemble: another network", "", 19),
        Action("next_pane", ("tab",), "tab", "pane", "next pane", "", 89, pair=PANE),
        Action("previous_pane", ("shift+tab",), "shift+tab", "", "previous pane", "", pair=PANE),
    )),
    *page_actions("panes"),
    *room_actions("train", "program"),
    Action("messages", ("M",), "M", "messages", "messages so far", "program", 12),
    *everywhere("program", leave="leave", palette_rank=45),
)  # fmt: skip
