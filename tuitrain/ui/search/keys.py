"""The key table of the Search screen: bindings, footer, help and palette are made from it."""

from __future__ import annotations

from tuitrain.ui.keys import MOVE, PANE, Action

_STRATEGY = ("m g r b", "the strategy")
_ENDS = ("home end", "first line, last line")
_AXES = ("x y", "map: choose the axes")
_SLICE = ("[ ]", "surrogate: hyperparameter")

SEARCH_SECTIONS = ("search", "trials", "panes", "program")
SEARCH_ACTIONS = (
    Action("start_pause", ("space",), "space", "run/pause", "start, pause, go on", "search", 99),
    Action("strategy('manual')", ("m",), "m", "", "manual", "search", pair=_STRATEGY),
    Action("strategy('grid')", ("g",), "g", "", "grid", "search", pair=_STRATEGY),
    Action("strategy('random')", ("r",), "r", "", "random", "search", pair=_STRATEGY),
    Action("strategy('bayesian')", ("b",), "b", "", "bayesian", "search", pair=_STRATEGY),
    Action("new_search", ("n",), "n", "new", "new search with this form", "search", 80),
    Action("enqueue", ("e",), "e", "try", "try the Train form", "search", 35),
    Action("veto", ("v",), "v", "veto", "look at proposals first", "search", 30),
    Action("race", ("R",), "R", "race", "race of the strategies", "search", 25),
    Action("up", ("up", "k"), "↑ k", "", "line above", "trials", pair=MOVE),
    Action("down", ("down", "j"), "↓ j", "", "line below", "trials", pair=MOVE),
    Action("first", ("home",), "home", "", "first line", "trials", pair=_ENDS),
    Action("last", ("end",), "end", "", "last line", "trials", pair=_ENDS),
    Action("enter", ("enter",), "enter", "open", "type a range; open a trial", "trials", 60),
    Action("adopt", ("a",), "a", "adopt", "adopt its values", "trials", 70),
    Action("train_trial", ("t",), "t", "train", "train the trial (screen 1)", "trials", 69),
    Action("mark", ("full_stop",), ".", "", "mark a trial", "trials"),
    Action("compare", ("c",), "c", "compare", "compare marked trials", "trials", 40),
    Action("sort", ("s",), "s", "sort", "sort by another column", "trials", 45),
    Action("filter", ("slash",), "/", "filter", "filter, as relu rank<10", "trials", 44),
    Action("nudge_up", ("plus", "equals_sign"), "+ =", "", "usual range, next choice", "trials"),
    Action("nudge_down", ("minus", "underscore"), "- _", "", "one value, last choice", "trials"),
    Action("undo", ("u",), "u", "", "take back the last edit", "trials"),
    Action("axis('x')", ("x",), "x", "", "x", "panes", pair=_AXES),
    Action("axis('y')", ("y",), "y", "", "y", "panes", pair=_AXES),
    Action("slice(-1)", ("left_square_bracket",), "[", "", "[", "panes", pair=_SLICE),
    Action("slice(1)", ("right_square_bracket",), "]", "", "]", "panes", pair=_SLICE),
    Action("next_pane", ("tab",), "tab", "pane", "next pane", "panes", 50, pair=PANE),
    Action("previous_pane", ("shift+tab",), "shift+tab", "", "previous pane", "panes", pair=PANE),
    Action("train_screen", ("1", "escape"), "1", "train", "the Train screen", "program", 90),
    Action("help", ("question_mark", "f1"), "?", "help", "this help", "program", 95),
    Action("palette", ("ctrl+p",), "ctrl+p", "actions", "every action by name", "program", 15),
    Action("suspend", ("ctrl+z",), "ctrl+z", "", "suspend; fg returns", "program"),
    Action("quit", ("q", "ctrl+q", "ctrl+c"), "q", "quit", "leave; the study stays", "program", 94),
)
