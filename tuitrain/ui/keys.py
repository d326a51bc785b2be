"""The one key table: what can be done on the Train screen, by which key; `search/keys.py` is the Search screen's.

The bindings, the footer, the help and the palette are all made from `ACTIONS`. To add an action: add a line here and
a method ``action_<name>`` to the screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.binding import Binding

SECTIONS = ("training", "form", "panes", "program")


@dataclass(frozen=True)
class Action:
    """One thing that the user can do.

    `keys` are Textual's key names, `shown` is how they are written. `short` goes to the footer, `meaning` to the help
    and the palette. A higher `rank` stays longer in the footer when the terminal is narrow; 0 is never in it.
    Neighbours with the same `pair`, keys and meaning, share that line of the help.
    """

    name: str
    keys: tuple[str, ...]
    shown: str
    short: str
    meaning: str
    section: str
    rank: int = 0
    pair: tuple[str, str] | None = None


MOVE = ("↑ ↓ j k", "move over the fields")
_PAGE = ("pgup pgdn", "a page up, a page down")
_ENDS = ("home end", "first field, last field")
_PACE = ("< >", "pace: slower, faster")
_NUDGE = ("+ -", "next value, next choice")
PANE = ("tab", "next pane (shift: back)")

ACTIONS = (
    Action("start_pause", ("space",), "space", "run/pause", "start, pause, resume", "training", 99),
    Action("step", ("s",), "s", "step", "train one batch", "training", 90),
    Action("epoch", ("e",), "e", "epoch", "train one epoch", "training", 89),
    Action("reset", ("r",), "r", "reset", "start over (reset)", "training", 88),
    Action("slower", ("less_than_sign",), "<", "", "pace: slower (fewer epochs a second)", "training", pair=_PACE),
    Action("faster", ("greater_than_sign",), ">", "", "pace: faster (more epochs a second)", "training", pair=_PACE),
    Action("save", ("ctrl+s",), "ctrl+s", "save", "save the model", "training", 60),
    Action("dataset", ("d",), "d", "data", "choose another dataset", "training", 70),
    Action("up", ("up", "k"), "↑ k", "", "field above", "form", pair=MOVE),
    Action("down", ("down", "j"), "↓ j", "", "field below", "form", pair=MOVE),
    Action("page_up", ("pageup",), "pgup", "", "a page up", "form", pair=_PAGE),
    Action("page_down", ("pagedown",), "pgdn", "", "a page down", "form", pair=_PAGE),
    Action("first", ("home",), "home", "", "first field", "form", pair=_ENDS),
    Action("last", ("end",), "end", "", "last field", "form", pair=_ENDS),
    Action("edit", ("enter",), "enter", "edit", "type a value (esc leaves)", "form", 50),
    Action("nudge_up", ("plus", "equals_sign"), "+ =", "", "next value up, next choice", "form", pair=_NUDGE),
    Action("nudge_down", ("minus", "underscore"), "- _", "", "next value down, previous choice", "form", pair=_NUDGE),
    Action("undo", ("u",), "u", "undo", "take back the last edit", "form", 65),
    Action("toggle_log", ("l",), "l", "log", "loss: logarithmic axis", "panes", 40),
    Action("cycle_smoothing", ("z",), "z", "smooth", "loss: smoothing", "panes", 20),
    Action("cycle_view", ("v",), "v", "view", "loss: all or recent epochs", "panes", 21),
    Action("parameters", ("w",), "w", "weights", "parameters: weights, biases", "panes", 32),
    Action("metric", ("m",), "m", "metric", "metric, predicted and true", "panes", 31),
    Action("boundary", ("b",), "b", "boundary", "decision boundary, curve", "panes", 30),
    Action("next_pane", ("tab",), "tab", "pane", "next pane", "panes", 10, pair=PANE),
    Action("previous_pane", ("shift+tab",), "shift+tab", "", "previous pane", "panes", pair=PANE),
    Action("search", ("2",), "2", "search", "search (1: back here)", "program", 92),
    Action("help", ("question_mark", "f1"), "?", "help", "this help", "program", 95),
    Action("messages", ("M",), "M", "messages", "messages so far", "program", 12),
    Action("palette", ("ctrl+p",), "ctrl+p", "actions", "every action by name", "program", 45),
    Action("suspend", ("ctrl+z",), "ctrl+z", "", "suspend; fg returns", "program"),
    Action("quit", ("q", "ctrl+q", "ctrl+c"), "q", "quit", "leave", "program", 94),
)

# Two keys that belong together take one place in the footer.
IN_FOOTER = (("+/-", "nudge", 80), ("< >", "pace", 66))


def bindings(actions: Sequence[Action] = ACTIONS) -> list[Binding]:
    """The screen's bindings. Escape is no action's: it closes dialogs and pages, and changes no screen."""
    keys = ((",".join(key for key in action.keys if key != "escape"), action) for action in actions)
    return [Binding(own, action.name, action.meaning) for own, action in keys]


def footer_items(width: int, actions: Sequence[Action] = ACTIONS) -> list[tuple[str, str]]:
    """(key, word) pairs that fit into `width` columns, the most wanted first to come in and in the table's order."""
    offered = [(action.shown, action.short, action.rank) for action in actions if action.rank]
    after_reset = [index for index, item in enumerate(offered) if item[1] == "reset"]
    if after_reset:
        offered[after_reset[0] + 1 : after_reset[0] + 1] = IN_FOOTER
    chosen: set[int] = set()
    used = 1
    for index in sorted(range(len(offered)), key=lambda index: -offered[index][2]):
        key, word, _ = offered[index]
        if used + len(key) + len(word) + 3 <= width + 1:
            chosen.add(index)
            used += len(key) + len(word) + 3
    return [offered[index][:2] for index in sorted(chosen)]


def described(actions: Sequence[Action] = ACTIONS, names: Sequence[str] = SECTIONS) -> dict[str, list[tuple[str, str]]]:
    """Section to (keys, meaning), for the help; pairs share a line."""
    sections: dict[str, list[tuple[str, str]]] = {section: [] for section in names}
    for action in actions:
        line = action.pair or (action.shown, action.meaning)
        if line not in sections[action.section][-1:]:
            sections[action.section].append(line)
    return sections
