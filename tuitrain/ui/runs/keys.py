"""What the keys do on the Runs screen."""

from __future__ import annotations

from tuitrain.translation import N_
from tuitrain.ui.keys import ENDS, PANE, Action, everywhere, room_actions

_MOVE = ("↑ ↓ j k", "another run")
_CURSOR = ("← →", "epoch that is read")
COLUMNS = (("runs",), ("program",))

RUNS_ACTIONS = (
    Action("open_run", ("enter",), "enter", "open", "continue it on Train", "runs", 99),
    Action("resume", ("r",), "r", "resume", "resume: train on at once", "runs", 88),
    Action("fork", ("f",), "f", "fork", "fork it at an epoch", "runs", 84),
    Action("mark", ("full_stop",), ".", "mark", "mark for the curves, or not", "runs", 98),
    Action("up", ("up", "k"), "↑ k", "", "the run above", "runs", pair=_MOVE),
    Action("down", ("down", "j"), "↓ j", "", "the run below", "runs", pair=_MOVE),
    Action("first", ("home",), "home", "", "first run", "runs", pair=ENDS),
    Action("last", ("end",), "end", "", "last run", "runs", pair=ENDS),
    Action("back", ("left",), "←", "cursor", "an earlier epoch", "runs", 90, pair=_CURSOR),
    Action("on", ("right",), "→", "", "a later epoch", "runs", pair=_CURSOR),
    Action("sort", ("s",), "s", "sort", "sort by another column", "runs", 80),
    Action("find", ("slash",), "/", "filter", "filter by a condition", "runs", 85),
    Action("cycle_axis", ("h",), "h", "axis", "by epoch, step, second", "runs", 50),
    Action("toggle_log", ("l",), "l", "log", "logarithmic axis", "runs", 40),
    Action("cycle_smoothing", ("z",), "z", "smooth", "smoothing", "runs", 35),
    Action("next_part", ("tab",), "tab", "part", N_("score, loss, differences"), "runs", 70, pair=PANE),
    Action("previous_part", ("shift+tab",), "shift+tab", "", "the part before", "runs", pair=PANE),
    Action("note", ("colon",), ":", "note", "note, kept with it", "runs", 14),
    Action("export", ("x",), "x", "export", "export as python or csv", "runs", 45),
    Action("delete", ("d",), "d", "delete", "delete, after asking", "runs", 30),
    *room_actions("runs", "program"),
    Action("messages", ("M",), "M", "messages", "messages so far", "program", 12),
    *everywhere("program", leave="leave", palette_rank=45),
)
