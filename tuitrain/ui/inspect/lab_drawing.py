"""What the A|B lab draws: both curves with a cursor, what differs beside the numbers, and the note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from tuitrain.numbers import MINUS
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.session.asked.lab import PairAnswer, TrainPair
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.experiment import Floats, loss_axis
from tuitrain.ui.inspect.lab_figures import (
    AT,
    UNKNOWN,
    Reading,
    common_end,
    counts,
    fixed_places,
    furthest,
    losses_at,
    results,
)
from tuitrain.ui.inspect.plot import Curve, draw_plot
from tuitrain.ui.plots.axes import most_ticks
from tuitrain.ui.plots.figures import right
from tuitrain.ui.plots.lines import Part, cut, line, wrapped
from tuitrain.ui.plots.ranges import Axis, epoch_axis, epoch_label, exact_axis, round_step
from tuitrain.ui.theme import Role, Theme

NAMES = ("A", "B")
ROLES: tuple[Role, Role] = ("train", "edit")
LINES = ("━", "╍")
_ASCII_LINES = ("*", "o")
DASHES = (None, (3, 2))
_FIGURE, _CHANGE = 7, 8  # cells of a loss, and of a difference
_LEAST_LABEL = 9  # cells of a field's label that still say which it is
HIGH = 20  # rows from which the numbers have room for counts
MOST_READINGS = 12
MOST_PROBLEM = 7  # lines of why settings cannot be trained
_HERE = "\ue000"  # stands for the cursor, one cell wide, while lines are broken


@dataclass(frozen=True)
class LabView:
    """What the page shows of an answer: the differing fields (those with effect are `effective`), where the cursor is.

    `field` is selected. `equal` counts the other fields with an effect. `place` is the cursor's on the axis, None
    before anything is trained.
    """

    answer: PairAnswer
    fields: tuple[str, ...]
    effective: frozenset[str]
    field: str
    equal: int
    axis: str
    place: float | None
    is_log: bool = False

    @property
    def pair(self) -> tuple[Hyperparameters, Hyperparameters | None]:
        """The settings that the answer is about."""
        asked = self.answer.question
        assert isinstance(asked, TrainPair)
        return asked.a, asked.b

    def values(self, name: str) -> tuple[str, str]:
        """A field's values in A and B; while there is no B, A's."""
        a, b = self.pair
        spec = FIELDS[name]
        return spec.format(getattr(a, name)), spec.format(getattr(b or a, name))


# Curves


def draw_curves(width: int, height: int, view: LabView, theme: Theme) -> list[Strip]:
    """Draw a legend, and both losses over the axis with the cursor."""
    sides, axis = view.answer.sides, view.axis
    x, y, along, losses = axes_of(view, *most_ticks(width, height - 1, label=4))
    curves = [
        Curve(along[place], losses[place], ROLES[place], DASHES[place], _ASCII_LINES[place])
        for place in reversed(range(len(sides))) if sides[place].done
    ]  # fmt: skip
    cursor = [(view.place, theme.signs.mark_edit)] if view.place is not None else []
    plot = draw_plot(width - 1, height - 1, x, y, curves, label=_(axis), theme=theme, verticals=cursor, log=view.is_log)
    return [_legend(width, view, theme), *plot]


def axes_of(view: LabView, across: int, up: int) -> tuple[Axis, Axis, list[Floats], list[Floats]]:
    """Return the axes, and each side's places and losses on them, from the first that is known."""
    answer, axis = view.answer, view.axis
    first = 0 if answer.part == "validation" else 1
    along = [side.along(axis)[first:] for side in answer.sides]
    losses = [side.losses[first:] for side in answer.sides]
    end = furthest(answer, axis)
    if axis == "second" or not end:
        x = exact_axis(0.0, end or 1.0, across)
    elif axis == "epoch" and not answer.is_whole:
        x = epoch_axis(0.0, end, across)
    else:
        step = round_step(end, across, whole=True)
        x = Axis(0.0, end, tuple((place, epoch_label(place)) for place in np.arange(0.0, end + 0.5, step).tolist()))
    longest = max(map(len, losses))
    padded = np.full((len(losses), longest), np.nan)
    for row, values in zip(padded, losses, strict=True):
        row[: len(values)] = values
    return x, loss_axis(padded, up, log=view.is_log), along, losses


def _legend(width: int, view: LabView, theme: Theme) -> Strip:
    """Say which line is whose, with the value of the only field that differs where there is room."""
    named = ["", ""]
    for texts in (named_values(view), named_values(view, has_label=False)):
        if sum(map(cell_len, texts)) + 12 <= width:
            named = texts
            break
    parts: list[Part] = []
    for place, side in enumerate(view.answer.sides):
        sign = _ASCII_LINES[place] if theme.ascii_only else LINES[place]
        told = f" {theme.signs.diverged} {_('diverged')}" if side.ending == "diverged" else ""
        parts.append((f"  {sign} {NAMES[place]}{theme.plain(named[place])}{told}", theme[ROLES[place]]))
    return line(width, parts)


def named_values(view: LabView, *, has_label: bool = True) -> list[str]:
    """What the only field that differs is in A and in B, as they stand after their letters; else nothing."""
    if len(view.fields) != 1:
        return ["", ""]
    label = f" {_(FIELDS[view.fields[0]].label)}" if has_label else ""
    return [f"{label} {value}" for value in view.values(view.fields[0])]


# What differs, and the numbers


def draw_table(width: int, height: int, view: LabView, theme: Theme) -> list[Strip]:
    """Draw what differs, how much is equal, and the losses at some places with what both have come to."""
    below = 2 + len(results(view.answer)) + (1 if view.place is not None else 0)  # a heading, a line at least, results
    told = _told(width, view, theme)
    room = max(height - below - len(told) - 2, 1)
    above = [*_fields(width, room, view, theme), *told]
    rows = _numbers(view, height - len(above))
    spare = height - len(above) - len(rows) - 1
    gap = [line(width, [])] if spare > 0 else []
    head = (_(AT[view.axis]), "A", "B", theme.plain(f"B{MINUS}A"))
    return [*above, *gap, _cells(width, head, theme, theme["dim"]), *(_reading(width, row, theme) for row in rows)]


def _fields(width: int, room: int, view: LabView, theme: Theme) -> list[Strip]:
    """The differing fields with both values, those around the selected one where there is no room for all."""
    shown = view.fields if view.field in view.fields else (*view.fields, view.field)
    lines = [_field_lines(width, name, view, theme) for name in shown]
    at = shown.index(view.field)
    first, last = at, at + 1
    while last < len(shown) and sum(map(len, lines[first : last + 1])) <= room:
        last += 1
    while first > 0 and sum(map(len, lines[first - 1 : last])) <= room:
        first -= 1
    is_part = last - first < len(shown)
    name = _("{at} of {count}").format(at=at + 1, count=len(shown)) if is_part else _("field")
    head = line(width, [(f" {name}", theme["dim"]), (right("A  B", width - 2 - cell_len(name)), theme["dim"])])
    return [head, *(one for lines_of in lines[first:last] for one in lines_of)]


def _field_lines(width: int, name: str, view: LabView, theme: Theme) -> list[Strip]:
    """``▸optimiser      sgd│momentum``; values that do not fit beside the label stand below it, whole."""
    cursor = theme.signs.cursor if name == view.field else " "
    role: Role = "bold" if name == view.field else "plain"
    style = theme[role] if name in view.effective or name not in view.fields else theme["dim"]
    a, b = view.values(name)
    label, bar = _(FIELDS[name].label), theme.signs.bar
    room = width - cell_len(a) - cell_len(b) - 4
    if room >= min(_LEAST_LABEL, cell_len(label)):
        shown = cut(label, room, theme=theme)
        space = " " * (width - 3 - cell_len(shown) - cell_len(a) - cell_len(b))
        return [
            line(width, [(f"{cursor}{shown}{space}", style), (a, theme["train"]), (bar, theme["dim"]),
                         (b, theme["edit"])])
        ]  # fmt: skip
    rows = [line(width, [(f"{cursor}{cut(label, width - 1, theme=theme)}", style)])]
    for sign, value, value_role in zip(NAMES, (a, b), ROLES, strict=True):
        rows += [line(width, [(f"   {sign} {row}", theme[value_role])]) for row in wrapped(value, width - 6)]
    return rows


def _told(width: int, view: LabView, theme: Theme) -> list[Strip]:
    """How many fields are equal; what to do while there is no B; why one of them cannot be trained."""
    lines = [
        line(width, [(f" {theme.signs.error} {row}" if not number else f"   {row}", theme["bad"])])
        for name, side in zip(NAMES, view.answer.sides, strict=False) if side.problem
        for number, row in enumerate(wrapped(theme.plain(f"{name}: {side.problem}"), width - 4)[:MOST_PROBLEM])
    ]  # fmt: skip
    if view.pair[1] is None:
        hint = _("A is marked. + and − make a B of this field, o chooses another, enter types a value; or esc, edit "
                 "the form, and A again.")  # fmt: skip
        rows = wrapped(theme.plain(hint), width - 2)
        return [*lines, *(line(width, [(f" {row}", theme["warning"])]) for row in rows)]
    told = _("all else equal: {count} fields").format(count=view.equal)
    return [*lines, line(width, [(f" {cut(theme.plain(told), width - 2, theme=theme)}", theme["dim"])])]


def _numbers(view: LabView, room: int) -> list[Reading]:
    """The lines of the table that there is room for below its heading."""
    after = results(view.answer) + (counts(view.answer) if room >= HIGH else [])
    left = max(min(room - 1 - len(after), MOST_READINGS), 0)
    for count in range(left, -1, -1):
        places = fixed_places(common_end(view.answer, view.axis), view.axis, count)
        found = losses_at(view.answer, view.axis, places, view.place)
        if len(found) <= left:
            return found + after
    return after


def _reading(width: int, row: Reading, theme: Theme) -> Strip:
    style = theme["bold"] if row.is_cursor else theme["plain"]
    return _cells(width, (row.label, row.a, row.b, row.change), theme, style, is_cursor=row.is_cursor)


def _cells(width: int, texts: Sequence[str], theme: Theme, style: Style, *, is_cursor: bool = False) -> Strip:
    label, a, b, change = (theme.signs.none if text == UNKNOWN else theme.plain(text) for text in texts)
    room = width - 2 * _FIGURE - _CHANGE - 1  # a cell is left at the right
    shown = right(cut(label, room, theme=theme), room)
    if is_cursor:
        shown = theme.signs.cursor + shown[1:]
    return line(width, [(shown + right(a, _FIGURE) + right(b, _FIGURE) + right(change, _CHANGE), style)])


# The note


def draw_note(width: int, height: int, text: str, at: int | None, theme: Theme) -> list[Strip]:
    """Draw the note, with the cursor before character `at` while it is typed; the lines around it where it is long."""
    if at is None and not text:
        hint = _(": types a note on this pair, kept with both and in the sheet that x writes")
        return [line(width, [(f" {cut(theme.plain(hint), width - 2, theme=theme)}", theme["dim"])])]
    sign = "|" if theme.ascii_only else "▏"
    whole = theme.plain(text) if at is None else theme.plain(text[:at]) + _HERE + theme.plain(text[at:])
    rows = wrapped(whole, width - 2)
    seen = next((row for row, shown in enumerate(rows) if _HERE in shown), 0)
    first = max(0, min(seen - height + 1, len(rows) - height))
    shown = [row.replace(_HERE, sign) for row in rows[first : first + height]]
    if first + height < len(rows):
        shown[-1] = cut(shown[-1] + "   ", max(width - 3, 1), theme=theme) + theme.signs.ellipsis
    return [line(width, [(f" {row}", theme["plain"])]) for row in shown]
