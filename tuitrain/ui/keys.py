"""Keys: what an action is, what keys mean on every screen, and the bindings and footer that are made of a key table.

Each screen has a table of its actions (`train/keys.py`, `search/keys.py`). Its bindings, footer, help and palette are
all made from that table. To add an action: add a line to the table, and a method ``action_<name>`` to the screen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from rich.cells import cell_len
from textual.binding import Binding

from tuitrain.translation import gettext as _
from tuitrain.ui.screens import PAGES, ROOMS


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
ENDS = ("home end", "first line, last line")
PANE = ("tab", "next pane (shift: back)")
LAST = ("help", "quit")  # of every footer

# What a key does on every screen where the thing exists: the names of its actions, without their arguments.
SHARED: Mapping[str, tuple[str, ...]] = {
    "slash": ("find",),
    "full_stop": ("mark",),
    "colon": ("note",),
    "u": ("undo",),
    "h": ("cycle_axis",),
    "l": ("toggle_log",),
    "z": ("cycle_smoothing",),
    "left_square_bracket": ("before",),
    "right_square_bracket": ("after",),
    "plus": ("nudge_up",),
    "minus": ("nudge_down",),
    "less_than_sign": ("slower",),
    "greater_than_sign": ("faster",),
    "comma": ("fold",),
    "space": ("start_pause",),
    "s": ("sort", "step", "take_step"),  # where there is no table, a step
    "up": ("up",),
    "down": ("down",),
    "tab": ("next_pane", "next_part", "next_unit"),
    "question_mark": ("help",),
    "ctrl+p": ("palette",),
    "M": ("messages",),
    "q": ("quit",),
    **{room.digit: ("show",) for room in ROOMS},
}


def room_actions(own: str, section: str) -> tuple[Action, ...]:
    """The keys that open the other rooms."""
    return tuple(
        Action(
            f"show('{room.name}')",
            (room.digit,),
            room.digit,
            room.title.lower(),
            room.meaning,
            section,
            10 if room.name == "runs" else 92,  # the first row names it too
        )
        for room in ROOMS
        if room.name != own
    )


def page_actions(section: str) -> tuple[Action, ...]:
    """The keys that open the pages on the inside of learning, and the menu of them."""
    menu = Action("show('why')", ("semicolon",), ";", "see why", "see why: menu of pages", section, 87)
    together = "capitals", "pages on why; ; lists them"
    pages = (
        Action(f"show('{page.name}')", (page.letter,), page.letter, page.name, page.meaning, section, pair=together)
        for page in PAGES
    )
    return (menu, *pages)


def everywhere(section: str, *, leave: str, palette_rank: int) -> tuple[Action, ...]:
    """The keys that every room has."""
    return (
        Action("help", ("question_mark",), "?", "help", "the word; again: all keys", section, 95),
        Action("keys", ("f1",), "F1", "", "all keys", section),
        Action("palette", ("ctrl+p",), "ctrl+p", "actions", "every action by name", section, palette_rank),
        Action("suspend", ("ctrl+z",), "ctrl+z", "", "suspend; fg returns", section),
        Action("quit", ("q", "ctrl+q", "ctrl+c"), "q", "quit", leave, section, 94),
    )


def in_section(section: str, actions: Sequence[Action]) -> tuple[Action, ...]:
    """The actions, listed in this section of the help."""
    return tuple(replace(action, section=section) for action in actions)


def bindings(actions: Sequence[Action]) -> list[Binding]:
    """The screen's bindings. Escape is no action's: it closes dialogs and pages, and changes no screen."""
    return [Binding(",".join(action.keys), action.name, action.meaning) for action in actions]


def most_in_footer(width: int) -> int:
    """How many keys a footer of so many columns names: 8 of 80, 12 of 120."""
    return width // 10


def footer_items(
    width: int,
    actions: Sequence[Action],
    words: Mapping[str, str] = MappingProxyType({}),
    ranks: Mapping[str, int] = MappingProxyType({}),
    written: Mapping[str, str] = MappingProxyType({}),
) -> list[tuple[str, str]]:
    """(key, word) pairs that fit into `width` columns, the most wanted ones, in the table's order.

    Neighbours whose `pair` has a rank take one place; help and the way out come last. `words` maps actions' names to
    what their keys do now, "" where that is nothing: such a key is left out. `ranks` maps those to their rank that are
    more wanted now than usual, `written` to how their keys are written where that is not as always.
    """

    def word(action: Action) -> str:
        return _(words.get(action.name, action.short))

    offered: list[tuple[Action, str]] = []
    for action in actions:
        key = action.pair[0].replace(" ", "") if action.pair is not None else action.shown
        key = written.get(action.name, key)
        is_second = action.pair is not None and bool(offered) and offered[-1][0].pair == action.pair
        if action.rank and words.get(action.name, " ") and not is_second:
            offered.append((action, key))
    offered.sort(key=lambda item: LAST.index(item[0].name) if item[0].name in LAST else -1)
    chosen: set[int] = set()
    used = 1
    order = [ranks.get(action.name, action.rank) for action, _ in offered]
    for index in sorted(range(len(offered)), key=lambda index: -order[index]):
        action, key = offered[index]
        room = cell_len(key) + cell_len(word(action)) + 3
        if used + room <= width + 1 and len(chosen) < most_in_footer(width):
            chosen.add(index)
            used += room
    shown = [(key, word(action)) for action, key in offered]
    return [shown[index] for index in sorted(chosen)]


def described(actions: Sequence[Action], names: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Section to (keys, meaning), for the help; pairs share a line."""
    sections: dict[str, list[tuple[str, str]]] = {section: [] for section in names}
    for action in actions:
        keys, meaning = action.pair or (action.shown, action.meaning)
        line = keys, _(meaning)
        if line not in sections[action.section][-1:]:
            sections[action.section].append(line)
    return sections
