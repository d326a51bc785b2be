"""The one key table: what can be done on the Train screen, by which key.

The bindings, the footer, the help and the palette are all made from `ACTIONS`. To add an action: add a line here and
a method ``action_<name>`` to the screen.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding

SECTIONS = ("training", "form", "panes", "program")


@dataclass(frozen=True)
class Action:
    """One thing that the user can do.

    `keys` are Textual's key names, `shown` is how they are written. `short` goes to the footer, `meaning` to the help
    and the palette. A higher `rank` stays longer in the footer when the terminal is narrow; 0 is never in it.
    """

    name: str
    keys: tuple[str, ...]
    shown: str
    short: str
    meaning: str
    section: str
    rank: int = 0
    also: str = ""


ACTIONS = (
    Action("start_pause", ("space",), "space", "start/pause", "start, pause or go on training", "training", 99),
    Action("step", ("s",), "s", "step", "train one batch", "training", 90),
    Action("epoch", ("e",), "e", "epoch", "train one epoch", "training", 89),
    Action("reset", ("r",), "r", "reset", "start over with the form's values", "training", 88),
    Action("save", ("ctrl+s",), "ctrl+s", "save", "save the model to a file", "training", 60),
    Action("dataset", ("d",), "d", "data", "choose another dataset", "training", 70),
    Action("up", ("up", "k"), "↑ k", "", "field above", "form", also="up k"),
    Action("down", ("down", "j"), "↓ j", "", "field below", "form", also="down j"),
    Action("page_up", ("pageup",), "page up", "", "a page up", "form"),
    Action("page_down", ("pagedown",), "page down", "", "a page down", "form"),
    Action("first", ("home",), "home", "", "first field", "form"),
    Action("last", ("end",), "end", "", "last field", "form"),
    Action("edit", ("enter",), "enter", "edit", "type a value (esc leaves it)", "form", 50),
    Action("nudge_up", ("plus", "+", "equals_sign", "="), "+", "", "next value up, or next choice", "form", also="+ ="),
    Action("nudge_down", ("minus", "-", "underscore", "_"), "-", "", "next value down", "form", also="- _"),
    Action("undo", ("u",), "u", "undo", "take back the last edit", "form", 65),
    Action("toggle_log", ("l",), "l", "log", "loss: logarithmic axis on and off", "panes", 40),
    Action("cycle_smoothing", ("z",), "z", "smooth", "loss: smoothing", "panes", 20),
    Action("cycle_view", ("v",), "v", "view", "loss: whole training or its last part", "panes", 21),
    Action("parameters", ("w",), "w", "weights", "parameters: what training has found", "panes", 32),
    Action("metric", ("m",), "m", "metric", "metric: confusion matrix or residuals", "panes", 31),
    Action("boundary", ("b",), "b", "boundary", "decision boundary, or fitted curve", "panes", 30),
    Action("next_pane", ("tab",), "tab", "pane", "next pane", "panes", 10),
    Action("previous_pane", ("shift+tab",), "shift+tab", "", "previous pane", "panes"),
    Action("help", ("question_mark", "?", "f1"), "?", "help", "these keys, and the selected field", "program", 95),
    Action("palette", ("ctrl+p",), "ctrl+p", "actions", "every action by name", "program", 45),
    Action("quit", ("q", "ctrl+q", "ctrl+c"), "q", "quit", "leave (asks while training)", "program", 94),
)  # fmt: skip

# Two keys that belong together take one place in the footer.
NUDGE_IN_FOOTER = ("+/-", "nudge", 80)


def bindings() -> list[Binding]:
    """The screen's bindings."""
    return [
        Binding(",".join(key for key in action.keys if len(key) > 1 or key.isalnum()), action.name, action.meaning)
        for action in ACTIONS
    ]


def footer_items(width: int) -> list[tuple[str, str]]:
    """(key, word) pairs that fit into `width` columns, the most wanted first to come in and in the table's order."""
    offered = [(action.shown, action.short, action.rank) for action in ACTIONS if action.rank]
    after_reset = next(index for index, item in enumerate(offered) if item[1] == "reset") + 1
    offered.insert(after_reset, NUDGE_IN_FOOTER)
    chosen: set[int] = set()
    used = 1
    for index in sorted(range(len(offered)), key=lambda index: -offered[index][2]):
        key, word, _ = offered[index]
        if used + len(key) + len(word) + 3 <= width + 2:
            chosen.add(index)
            used += len(key) + len(word) + 3
    return [offered[index][:2] for index in sorted(chosen)]


def described(*, ascii_only: bool = False) -> dict[str, list[tuple[str, str]]]:
    """Section to (keys, meaning), for the help."""
    return {
        section: [
            ((action.also if ascii_only and action.also else action.shown), action.meaning)
            for action in ACTIONS
            if action.section == section
        ]
        for section in SECTIONS
    }
