"""The key table of the Search screen: bindings, footer, help and palette are made from it."""

from __future__ import annotations

from dataclasses import replace

from tuitrain.ui.keys import ENDS, MOVE, PANE, Action, everywhere, in_section, room_actions

_STRATEGY = ("m g r b", "the strategy")
_AXES = ("x y", "map: choose the axes")
_GUESS = ("← →", "guess lower, higher")
_SLICE = ("[ ]", "surrogate: hyperparameter")

COLUMNS = (("search", "panes"), ("trials", "program"))  # of the help, and the sections in each
SEARCH_ACTIONS = (
    *in_section("search", (
        Action("start_pause", ("space",), "space", "run/pause", "start, pause, go on", "", 99),
        Action("guess(-1)", ("left",), "←", "guess", "guess lower", "", 22, pair=_GUESS),
        Action("guess(1)", ("right",), "→", "", "guess higher", "", pair=_GUESS),
        Action("strategy('manual')", ("m",), "m", "", "manual", "", pair=_STRATEGY),
        Action("strategy('grid')", ("g",), "g", "", "grid", "", pair=_STRATEGY),
        Action("strategy('random')", ("r",), "r", "", "random", "", pair=_STRATEGY),
        Action("strategy('bayesian')", ("b",), "b", "", "bayesian", "", pair=_STRATEGY),
        Action("new_search", ("n",), "n", "new", "new search with this form", "", 55),
        Action("one_at_a_time", ("o",), "o", "one", "one at a time, all at once", "", 28),
        Action("enqueue", ("e",), "e", "try", "try your guess, Train form", "", 35),
        Action("veto", ("v",), "v", "veto", "look at proposals first", "", 30),
        Action("race", ("R",), "R", "race", "race of the strategies", "", 25),
        Action("note", ("colon",), ":", "note", "note, kept in the study", ""),
    )),
    *in_section("trials", (
        Action("up", ("up", "k"), "↑ k", "", "line above", "", pair=MOVE),
        Action("down", ("down", "j"), "↓ j", "", "line below", "", pair=MOVE),
        Action("first", ("home",), "home", "", "first line", "", pair=ENDS),
        Action("last", ("end",), "end", "", "last line", "", pair=ENDS),
        Action("enter", ("enter",), "enter", "open", "type, open; show the choice", "", 72),
        Action("adopt", ("a",), "a", "adopt", "adopt its values", "", 70),
        Action("train_trial", ("t",), "t", "train", "train the trial (screen 1)", "", 69),
        Action("mark", ("full_stop",), ".", "mark", "mark a trial", "", 58),
        Action("compare", ("c",), "c", "compare", "compare marked trials", "", 40),
        Action("sort", ("s",), "s", "sort", "sort by another column", "", 45),
        Action("find", ("slash",), "/", "find", "find a field; filter trials", "", 44),
        Action("nudge_up", ("plus", "equals_sign"), "+ =", "", "usual range, next choice", ""),
        Action("nudge_down", ("minus", "underscore"), "- _", "", "one value, last choice", ""),
        Action("fold", ("comma",), ",", "", "open or fold a group", ""),
        Action("undo", ("u",), "u", "", "take back the last edit", ""),
    )),
    *in_section("panes", (
        Action("axis('x')", ("x",), "x", "axes", "x", "", 74, pair=_AXES),
        Action("axis('y')", ("y",), "y", "", "y", "", pair=_AXES),
        Action("before", ("left_square_bracket",), "[", "field", "surrogate: hyperparameter before", "", 74,
               pair=_SLICE),
        Action("after", ("right_square_bracket",), "]", "", "surrogate: hyperparameter after", "", pair=_SLICE),
        Action("next_pane", ("tab",), "tab", "pane", "next pane", "", 75, pair=PANE),
        Action("previous_pane", ("shift+tab",), "shift+tab", "", "previous pane", "", pair=PANE),
    )),
    Action("messages", ("M",), "M", "messages", "messages so far", "program", 12),
    *(replace(action, rank=20) for action in room_actions("search", "program")),  # the first row names the rooms
    *everywhere("program", leave="leave; the study stays", palette_rank=15),
)  # fmt: skip
