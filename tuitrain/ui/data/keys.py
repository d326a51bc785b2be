"""The keys of the dataset dialog."""

from __future__ import annotations

from tuitrain.ui.keys import ENDS, Action

_COLUMN = ("↑ ↓ j k", "another column")
_PAGE = ("pgup pgdn", "many columns on")
COLUMNS, FILE = "columns", "how the file is read"

DATASET_ACTIONS = (
    Action("train", ("enter",), "enter", "train", "train on it; answer what is asked", COLUMNS, 99),
    Action("up", ("up", "k"), "↑ k", "", "the column above", COLUMNS, pair=_COLUMN),
    Action("down", ("down", "j"), "↓ j", "", "the column below", COLUMNS, pair=_COLUMN),
    Action("page(-1)", ("pageup",), "pgup", "", "many columns up", COLUMNS, pair=_PAGE),
    Action("page(1)", ("pagedown",), "pgdn", "", "many columns down", COLUMNS, pair=_PAGE),
    Action("first", ("home",), "home", "", "the first column", COLUMNS, pair=ENDS),
    Action("last", ("end",), "end", "", "the last column", COLUMNS, pair=ENDS),
    Action("type", ("t",), "t", "type", "the next type that fits", COLUMNS, 98),
    Action("leave_out", ("x",), "x", "leave out", "leave it out, take it back", COLUMNS, 97),
    Action("target", ("y",), "y", "target", "what is predicted", COLUMNS, 96),
    Action("header", ("h",), "h", "header", "header, lines to skip", FILE, 93),
    Action("encoding", ("e",), "e", "encoding", "encoding", FILE, 88),
    Action("delimiter", ("d",), "d", "delimiter", "what separates the fields", FILE, 87),
    Action("numbers", ("n",), "n", "", "decimal and thousands", FILE),
    Action("missing", ("m",), "m", "", "words for missing", FILE),
    Action("find", ("slash",), "/", "find", "find a column", COLUMNS, 86),
    Action("undo", ("u",), "u", "undo", "take back the last change", COLUMNS, 92),
    Action("notes", ("exclamation_mark", "M"), "! M", "", "before you train, and all notices", COLUMNS),
    Action("help", ("question_mark",), "?", "help", "the word; again: all keys", COLUMNS, 95),
    Action("keys", ("f1",), "F1", "", "all keys", COLUMNS),
    Action("palette", ("ctrl+p",), "ctrl+p", "", "every action by name", COLUMNS),
    Action("suspend", ("ctrl+z",), "ctrl+z", "", "suspend; fg returns", COLUMNS),
    Action("quit", ("escape", "ctrl+c"), "esc", "back", "give up reading; back", COLUMNS, 94),
)
