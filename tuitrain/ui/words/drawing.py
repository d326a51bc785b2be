"""The lines of a word's page: its text, its demonstration, the words that are near."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from textual.strip import Strip

from tuitrain import numbers
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.pages.demonstrations.movable import FigureRow, Movable
from tuitrain.pages.layout import rows_of
from tuitrain.pages.lookup import Explanation
from tuitrain.pages.markdown import Section, TextBlock
from tuitrain.session.asked.demonstration import DemonstrateAnswer
from tuitrain.text import counted
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.bars import curve_line, sparkline
from tuitrain.ui.plots.figures import decimal
from tuitrain.ui.plots.lines import Part, cut, cut_words, line, wrapped
from tuitrain.ui.theme import Theme
from tuitrain.ui.words.demonstrating import Moving, TrainedDemonstration

MOST_SIGNS = 32  # units that have a sign each
SPARK = 12  # cells of a curve
MOST_SAID = 2  # rows of what is to be seen
COUNTED = {"dead units", "saturated units"}
WHOLE = {"steps", "zero weights", "parameters", "best epoch", "epochs run", "support vectors"}
# How the measures are called above their columns
NAMES = {
    "loss": N_("loss"), "validation loss": N_("val. loss"), "score": N_("score"), "dead units": N_("dead"),
    "saturated units": N_("saturated"), "gradient first layer": N_("gradient, layer 1"),
    "gradient ratio": N_("first/last layer"), "steps": N_("steps"), "memory": N_("memory"),
    "weight norm": N_("weight norm"), "zero weights": N_("zero weights"), "parameters": N_("parameters"),
    "roughness": N_("roughness"), "gap": N_("gap"), "best epoch": N_("best epoch"), "epochs run": N_("epochs run"),
    "support vectors": N_("support vectors"), "loss at epoch 1": N_("loss, epoch 1"),
}  # fmt: skip


def text_lines(items: Sequence[Explanation], facts: str, width: int, theme: Theme) -> list[Strip]:
    """Draw a page: the first entry without its title, then `facts`, then what else is called so."""
    lines: list[Strip] = []
    room = width - 2
    for place, item in enumerate(items):
        if place:
            title = cut(theme.plain(item.title), room, theme=theme)
            lines += [line(width, []), line(width, [(f" {title}", theme["bold"])])]
        for heading, text in rows_of(_plain(item.sections, theme), room):
            shown = cut(text, room - cell_len(heading), theme=theme)
            lines.append(line(width, [(f" {theme.plain(heading)}", theme["key"]), (shown, theme["plain"])]))
        if facts and not place:
            lines += [line(width, [(f" {row}", theme["plain"])]) for row in wrapped(theme.plain(facts), room)]
    return lines


def _plain(sections: Iterable[Section], theme: Theme) -> Iterable[Section]:
    """Write the sections as the terminal can show them, before they are wrapped."""
    for section in sections:
        write = theme.formula if section.heading == "Formula" else theme.plain
        yield Section(section.heading, tuple(TextBlock(block.kind, write(block.text)) for block in section.blocks))


# A demonstration that trains


def training_rows(demonstration: TrainedDemonstration, width: int, theme: Theme) -> int:
    """How many lines `training_lines` draws at most: headings, conditions, where it is, and what is to be seen."""
    return 2 + len(demonstration.values) + len(_says(demonstration.told.says, width, theme))


def _says(text: str, width: int, theme: Theme) -> list[str]:
    return wrapped(theme.plain(text), width - 2)[:MOST_SAID]


def training_lines(demonstration: TrainedDemonstration, width: int, theme: Theme) -> list[Strip]:
    """Draw the conditions as a table that fills while they train."""
    told, answer = demonstration.told, demonstration.answer
    label = _(FIELDS[told.field].label)
    texts = [
        [_measure_text(name, answer, condition, place, theme) for place, name in enumerate(told.show)]
        for condition in range(len(demonstration.values))
    ]
    names = [theme.plain(_(NAMES[name])) for name in told.show]
    widths = [max(cell_len(text) for text in column) for column in zip(names, *texts, strict=True)]
    first = max(cell_len(text) for text in [label, *demonstration.value_texts]) + 2
    room = width - sum(widths) - 2 * len(widths) - SPARK - 2
    first = max(min(first, room), max(map(cell_len, demonstration.value_texts)) + 1)
    ends = _ends_of(answer)
    heading: list[Part] = [(f" {_padded(label, first - 1, theme)}", theme["dim"])]
    heading += [(f"{_padded(name, size, theme)}  ", theme["dim"]) for name, size in zip(names, widths, strict=True)]
    lines = [line(width, [*heading, (cut(_("loss by epoch"), SPARK + 2, theme=theme), theme["dim"])])]
    for condition, (value, row) in enumerate(zip(demonstration.value_texts, texts, strict=True)):
        is_moved = condition == len(texts) - 1
        parts: list[Part] = [(f" {value:<{first - 1}}", theme["accent" if is_moved else "plain"])]
        parts += [(f"{text:<{size}}  ", theme["plain"]) for text, size in zip(row, widths, strict=True)]
        course = _course(answer.losses[condition], answer.total) if answer is not None else ()
        parts.append((curve_line(course, SPARK, theme=theme, ends=ends), theme["train"]))
        lines.append(line(width, parts))
    where = cut_words(f" {_progress(demonstration, theme)}", width, theme=theme)
    lines += [line(width, [(where, theme["warning" if demonstration.problem else "dim"])])]
    is_over = answer is not None and answer.is_whole and demonstration.is_as_told
    says = _says(told.says, width, theme) if is_over else []
    return lines + [line(width, [(f" {row}", theme["bold"])]) for row in says]


def _course(losses: NDArray[np.float64], epochs: int) -> NDArray[np.float64]:
    """Return the losses at two epochs for each cell, so that all of them fill the room; NaN where none is known."""
    at = np.rint(np.linspace(0, epochs - 1, 2 * SPARK)).astype(int)
    return np.array([losses[epoch] if epoch < len(losses) else np.nan for epoch in at])


def _ends_of(answer: DemonstrateAnswer | None) -> tuple[float, float] | None:
    """Return the ends of all curves: what flies off is cut at twice a usual loss of the first epoch."""
    if answer is None or not np.isfinite(answer.losses).any():
        return None
    first = answer.losses[:, 0][np.isfinite(answer.losses[:, 0])]
    high = float(np.nanmax(answer.losses))
    low = float(np.nanmin(answer.losses))
    return low, max(min(high, 2 * float(np.median(first))), low) if len(first) else high


def _progress(demonstration: TrainedDemonstration, theme: Theme) -> str:
    answer, told = demonstration.answer, demonstration.told
    if demonstration.problem:
        return theme.plain(demonstration.problem)
    if answer is None:
        text = _("space trains them: {epochs} from the same start") if demonstration.question is None else _("…")
        return theme.plain(text.format(epochs=counted(told.epochs, "epoch")))
    stack = _("one stack of {count}").format(count=len(demonstration.values))
    where = _("epoch {epoch} of {epochs}, the same start, {how}").format(
        epoch=answer.done, epochs=answer.total, how=stack if answer.is_stack else _("one after another")
    )
    return theme.plain(f"{where} · {_('+ and − move the last value')}" if answer.is_whole else where)


def _measure_text(name: str, answer: DemonstrateAnswer | None, condition: int, place: int, theme: Theme) -> str:
    value = float(answer.measures[condition, place]) if answer is not None else math.nan
    if answer is None or math.isnan(value):
        return theme.signs.none
    if math.isinf(value):
        return f"{theme.signs.diverged} {_('diverged')}"
    if name in COUNTED:
        units, idle = answer.units[condition], round(value)
        shown = min(units, MOST_SIGNS)
        marked = round(idle * shown / units) if units else 0
        signs = "x" * marked + ("." if theme.ascii_only else "·") * (shown - marked)
        return _("{idle} of {units} {signs}").format(idle=idle, units=units, signs=signs)
    if name in WHOLE:
        return f"{value:,.0f}"
    if name == "memory":
        return numbers.memory(int(value))
    return theme.plain(numbers.significant(value))


# A demonstration that is computed


def function_rows(function: Movable, says: str, width: int, theme: Theme) -> int:
    """How many lines `function_lines` draws: the number, the headings, the rows, and what is to be seen."""
    return 2 + len(function.rows(function.start)) + len(_says(says, width, theme))


def function_lines(moving: Moving, says: str, width: int, theme: Theme) -> list[Strip]:
    """Draw the number that moves, and the table of what it makes."""
    function = moving.function
    rows = function.rows(moving.value)
    headings = [theme.plain(_(name)) for name in function.headings]
    texts = [[theme.plain(_figure(value)) for value in row.numbers] for row in rows]
    columns = list(zip(headings, *texts, strict=True))
    widths = [max(map(cell_len, column)) for column in columns]
    names = [theme.plain(_(row.name)) for row in rows]
    first = max(map(cell_len, names)) + 1
    gap = 2 if first + sum(widths) + 2 * len(widths) <= width else 1
    room = width - sum(widths) - gap * len(widths) - 1
    first = max(min(first, room), 1)
    lead: list[Part] = [
        (f" {theme.plain(_(function.label))} ", theme["plain"]),
        (theme.plain(numbers.signed(f"{moving.value:g}")), theme["accent"] + theme["bold"]),
        (theme.plain(f"   {_('+ and − move it')}"), theme["dim"]),
    ]
    lines = [line(width, lead), line(width, _table_row("", headings, first, widths, gap, theme, is_heading=True))]
    points = [value for row in rows for value in row.curve if math.isfinite(value)]
    ends = (min(points), max(points)) if points else (0.0, 0.0)  # one scale, so that the curves can be compared
    for row, name, shown in zip(rows, names, texts, strict=True):
        parts = _table_row(name, shown, first, widths, gap, theme)
        parts += _curve(row, moving, ends, width - sum(cell_len(text) for text, _style in parts) - 2, theme)
        lines.append(line(width, parts))
    return lines + [line(width, [(f" {row}", theme["bold"])]) for row in _says(says, width, theme)]


def _table_row(
    name: str, texts: Iterable[str], first: int, widths: Sequence[int], gap: int, theme: Theme, *,
    is_heading: bool = False,
) -> list[Part]:  # fmt: skip
    style = theme["dim"] if is_heading else theme["plain"]
    parts: list[Part] = [(f" {_padded(name, first - 1, theme)}", theme["plain"])]
    for text, size in zip(texts, widths, strict=True):
        parts.append((" " * (gap + size - cell_len(text)) + text, style))
    return parts


def _curve(row: FigureRow, moving: Moving, ends: tuple[float, float], room: int, theme: Theme) -> list[Part]:
    """The row's curve; one over the values of the number is marked where that is now."""
    if not row.curve or room < 8:
        return []
    if len(row.curve) != len(moving.function.values) or len(row.curve) > room:
        return [("  " + curve_line(row.curve, min(SPARK, room), theme=theme, ends=ends), theme["train"])]
    signs, at = sparkline(row.curve, len(row.curve), theme=theme, ends=ends), moving.at
    now = theme["accent"] + theme["bold"] + theme["unfocused"]
    return [("  " + signs[:at], theme["train"]), (signs[at], now), (signs[at + 1 :], theme["train"])]


def _figure(value: float) -> str:
    if not math.isfinite(value):
        return decimal(value)
    return f"{value:,.0f}" if value == round(value) and 100 <= abs(value) < 1e6 else decimal(value, 3)


def _padded(text: str, width: int, theme: Theme) -> str:
    shown = cut(text, width, theme=theme)
    return shown + " " * (width - cell_len(shown))


# The words that are near


def link_rows(names: Sequence[str], width: int) -> list[list[int]]:
    """Put links into rows of at most `width` cells: the places of each row's."""
    rows: list[list[int]] = [[]]
    used = 0
    for place, name in enumerate(names):
        if rows[-1] and used + cell_len(name) + 4 > width:
            rows.append([])
            used = 0
        rows[-1].append(place)
        used += cell_len(name) + 4
    return rows


def link_lines(names: Sequence[str], chosen: int, width: int, theme: Theme) -> list[Strip]:
    """Draw the links; the chosen one is marked."""
    lines = []
    for row in link_rows(names, width):
        parts: list[Part] = []
        for place in row:
            is_chosen = place == chosen
            mark = theme.signs.cursor if is_chosen else " "
            parts += [(f" {mark}", theme["accent"]), (f"{names[place]}  ", theme["title" if is_chosen else "plain"])]
        lines.append(line(width, parts))
    return lines
