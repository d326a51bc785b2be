"""Scores as tables: of all rows beside a baseline, and of each class."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from textual.strip import Strip

from tuitrain.numbers import number, share, signed
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.lines import Part, cut, line, padded
from tuitrain.ui.plots.names import are_distinct, distinct
from tuitrain.ui.theme import Theme

LABELS = {  # in the order of their use, where no class is looked for
    "accuracy": N_("accuracy"), "balanced_accuracy": N_("balanced acc."), "f1": N_("F1 macro"),
    "roc_auc": N_("ROC AUC"), "average_precision": N_("av. precision"), "mcc": "MCC", "log_loss": N_("log-loss"),
    "brier": N_("Brier"), "precision": N_("prec. macro"), "recall": N_("recall macro"), "r2": "R²", "rmse": "RMSE",
    "mae": "MAE", "median_error": N_("median error"), "mape": "MAPE",
}  # fmt: skip
OF_A_CLASS = {
    "f1": N_("F1 of {name}"), "precision": N_("prec. of {name}"), "recall": N_("recall of {name}"),
}  # fmt: skip
SHORTER = {
    "average_precision": N_("av. prec."), "balanced_accuracy": N_("balanced"), "median_error": N_("median"),
    "log_loss": N_("logloss"),
}  # fmt: skip
OF_A_CLASS_FIRST = ("f1", "average_precision", "balanced_accuracy", "roc_auc", "mcc", "accuracy")
NARROW = ("accuracy", "f1", "log_loss", "r2", "rmse", "mae")  # what a narrow column has room for
NARROW_OF_A_CLASS = ("f1", "average_precision", "log_loss")
UNITS_OF_TARGET = ("rmse", "mae", "median_error")  # not shares
SMALLEST_SHARE = 0.0005  # below, three places are all zeros
FIGURES = 6 + 7 + 6  # cells of a class's precision, recall and F1
SCORE = BESIDE = 6  # cells of a score, and of a baseline beside it
MOST_TOLD = 6  # cells of a class's name over the counts of what others were taken for
LEAST_LEFT = 8  # cells of a class's sign and name beside them
LEAST_NAME = 3  # cells of a class's name in a narrow matrix

LEAST_WITH_INTERVALS = 44
MOST_LABEL = 19  # cells of a score's label
NOISY = 6  # cells of the word behind an interval
WIDE = 0.1  # the length of an interval from which it is noisy
INTERVAL = 11  # cells of the ends of an interval
Intervals = Mapping[str, tuple[float, float]]
NONE: Intervals = MappingProxyType({})
Usual = Callable[[int], str]  # the constant answer that the baseline is of, in at most so many cells


def _score(name: str, value: float, theme: Theme) -> str:
    is_small = name in {"log_loss", "brier"} and 0 < value < SMALLEST_SHARE
    text = number(value) if name in UNITS_OF_TARGET or is_small else share(value)
    return theme.plain(text.strip())


def ordered(values: Mapping[str, float], *, of_a_class: bool, watched: str) -> list[str]:
    """The names of the scores, the most useful first: that which chooses the best epoch, then what fits the data."""
    first = [watched, *(OF_A_CLASS_FIRST if of_a_class else ())]
    return [name for name in dict.fromkeys([*first, *LABELS]) if name in values]


def label_of(name: str, positive: str, room: int, *, theme: Theme) -> str:
    """The label of a score in at most so many cells; of class `positive`, "" for means over the classes."""
    if not positive or name not in OF_A_CLASS:
        forms = [theme.plain(_(words[name])) for words in (LABELS, SHORTER) if name in words]
        return cut(_longest(forms, room), room, theme=theme)
    text = theme.plain(_(OF_A_CLASS[name]))
    left = room - cell_len(text.format(name=""))
    return (
        text.format(name=cut(positive, left, theme=theme))
        if left > 0
        else cut(text.partition(" ")[0], room, theme=theme)
    )


def interval_text(name: str, ends: tuple[float, float], theme: Theme) -> str:
    """``.52–.75``; "" where it is not known."""
    if any(map(math.isnan, ends)):
        return ""
    if name in UNITS_OF_TARGET:
        shown = [number(end).strip() for end in ends]
    else:
        shown = [
            signed(f"{end:.2f}").replace("0.", ".", 1) if abs(end) < 0.995 else signed(f"{end:.2f}") for end in ends
        ]
    return theme.plain("–".join(shown))


def _heading(text: str, room: int, theme: Theme) -> str:
    """Set a column's heading against its right edge, with at least a space before it."""
    return " " + padded(text, room - 1, theme=theme, right=True)


def _longest(texts: Iterable[str], room: int) -> str:
    """The first of `texts` that fits; else the last one."""
    text = ""
    for text in texts:
        if cell_len(text) <= room:
            break
    return text


def score_rows(
    width: int, values: Mapping[str, float], baselines: Mapping[str, float], usual: Usual, part: str, *, theme: Theme,
    names: Sequence[str] = (), positive: str = "", intervals: Intervals = NONE, is_noisy: bool = False,
) -> list[Strip]:  # fmt: skip
    """A table of the scores on a part (``validation``), the baseline ``always usual`` and the interval beside each.

    `names` are the scores in their order; () all in the order of `LABELS`.
    """
    named = names or [name for name in LABELS if name in values]
    has_intervals = bool(intervals) and width >= LEAST_WITH_INTERVALS
    room = width - INTERVAL - (NOISY if is_noisy else 0) if has_intervals else width
    labels = [f" {label_of(name, positive, MOST_LABEL, theme=theme)}" for name in named]
    most = max(room - SCORE - max(map(cell_len, (*labels, f" {part}"))), 11)
    heading = usual(most - 1)
    last = max(11, min(cell_len(heading) + 2, most))
    left = max(room - SCORE - last, 10)
    head = [
        (padded(f" {part}", left, theme=theme), theme["dim"]), (_heading(_("score"), SCORE, theme), theme["dim"]),
        (_heading(heading, last, theme), theme["dim"]),
    ]  # fmt: skip
    rows = [line(width, [*head, (_heading(_("90 % range"), INTERVAL, theme) if has_intervals else "", theme["dim"])])]
    for name, label in zip(named, labels, strict=True):
        parts = _score_parts(name, label, left, last, values, baselines, theme)
        if has_intervals:
            low_high = intervals.get(name, (math.nan, math.nan))
            text = interval_text(name, low_high, theme)
            parts.append((f" {text:>{INTERVAL - 1}}", theme["plain"]))
            is_wide = bool(text) and name not in UNITS_OF_TARGET and low_high[1] - low_high[0] >= WIDE
            parts.append((f" {_('noisy')}" if is_noisy and is_wide else "", theme["warning"]))
        rows.append(line(width, parts))
    return rows


def score_pairs(
    width: int, values: Mapping[str, float], baselines: Mapping[str, float], usual: Usual, part: str, *, theme: Theme,
    names: Sequence[str] = (), positive: str = "",
) -> list[Strip]:  # fmt: skip
    """What `score_rows` shows with two scores on each line, for little height."""
    named = names or [name for name in LABELS if name in values]
    begin = f" {part} {theme.signs.dot} {_('score')}, "
    heading = begin + usual(max(width - cell_len(begin), 11))
    rows = [line(width, [(cut(heading, width, theme=theme), theme["dim"])])]
    half = -(-len(named) // 2)
    labels = [f" {label_of(name, positive, MOST_LABEL, theme=theme)}" for name in named]
    spare = width - 2 * (SCORE + BESIDE) - 1
    left = max(min(max(map(cell_len, labels[:half])), spare - 10), spare // 2)
    for first in range(half):
        parts: list[Part] = []
        for place, room in ((first, left), (first + half, spare - left)):
            if place < len(named):
                parts += [(" ", theme["dim"])] * bool(parts)
                parts += _score_parts(named[place], labels[place], room, BESIDE, values, baselines, theme)
        rows.append(line(width, parts))
    return rows


def _score_parts(
    name: str, label: str, left: int, last: int, values: Mapping[str, float], baselines: Mapping[str, float],
    theme: Theme,
) -> list[Part]:  # fmt: skip
    """The label of a score in `left` cells, the score, and its baseline in `last` cells."""
    baseline = _score(name, baselines[name], theme) if name in baselines else ""
    return [
        (padded(label, left, theme=theme), theme["plain"]),
        (_score(name, values[name], theme).rjust(SCORE), theme["bold"]), (baseline.rjust(last), theme["dim"]),
    ]  # fmt: skip


def score_lines(
    width: int, values: Mapping[str, float], baselines: Mapping[str, float], usual: Usual, *, theme: Theme,
    names: Sequence[str] = (), positive: str = "",
) -> list[Strip]:  # fmt: skip
    """The main scores below each other for a narrow column, the first one's baseline below it."""
    rows = []
    for place, name in enumerate(names or [name for name in LABELS if name in values and name in NARROW]):
        figure = _score(name, values[name], theme)
        room = width - 2 - cell_len(figure)
        label = padded(f" {label_of(name, positive, room - 1, theme=theme)}", room + 1, theme=theme) + " "
        rows.append(line(width, [(label, theme["plain"]), (figure, theme["bold"])]))
        if place == 0 and name in baselines:
            figure = _score(name, baselines[name], theme)
            room = width - 3 - cell_len(figure)
            label = padded(f"  {usual(room)}", room + 2, theme=theme) + " "
            rows.append(line(width, [(label, theme["dim"]), (figure, theme["dim"])]))
    return rows


def worst_first(scores: NDArray[np.float64], confusion: NDArray[np.int64]) -> list[int]:
    """The class numbers, those of the lowest F1 first; classes without a row are last."""
    rows = confusion.sum(axis=1)
    return sorted(range(len(scores)), key=lambda number: (not rows[number], scores[number, 2]))


def _class_score(
    number_of: int, which: int, scores: NDArray[np.float64], confusion: NDArray[np.int64], theme: Theme
) -> str:
    """Precision (0), recall (1) or F1 (2) of a class.

    Nothing is known of a class without a row, nor the precision of one that is never answered.
    """
    has_rows, is_answered = confusion[number_of].any(), confusion[:, number_of].any()
    is_known = has_rows and (which > 0 or is_answered)
    return theme.plain(share(float(scores[number_of, which]) if is_known else float("nan")))


def _rows_width(confusion: NDArray[np.int64]) -> int:
    """The cells of the column that counts each class's rows."""
    return max(5, len(str(int(confusion.sum(axis=1).max(initial=0)))) + 1)


def class_rows(
    width: int,
    height: int,
    scores: NDArray[np.float64],
    confusion: NDArray[np.int64],
    names: Sequence[str],
    *,
    theme: Theme,
) -> list[Strip]:
    """Precision, recall, F1 and rows of each class under a heading; of too many, the worst ones, which is said.

    Of a few classes, what each was taken for stands beside them where there is room.
    """
    count, rows_width = len(names), _rows_width(confusion)
    is_cut = count > height - 1
    widths, told = _told_columns(confusion, names, theme)
    if is_cut or width - FIGURES - rows_width - cell_len(told) < LEAST_LEFT:
        widths, told = [], ""
    left = width - FIGURES - rows_width - cell_len(told)
    shown = worst_first(scores, confusion)[: height - 1] if is_cut else range(count)
    headings = [_("class")]
    if is_cut:
        headings = [_("worst {shown} of {all}").format(shown=len(shown), all=count),
                    _("worst {shown}").format(shown=len(shown))]  # fmt: skip
    precisions = (_("precision"), _("precis."), _("prec."))
    room = left + 6  # of the first two headings
    heading = _longest([*(f" {text}" for text in headings), ""], room - 1 - cell_len(precisions[-1]))
    precision = _longest(precisions, room - 1 - cell_len(heading))
    space = max(room - cell_len(heading), 0)
    rows = [line(width, [(
        heading + padded(precision, space, theme=theme, right=True) + _heading(_("recall"), 7, theme)
        + _heading("F1", 6, theme) + _heading(_("rows"), rows_width, theme) + told, theme["dim"],
    )])]  # fmt: skip
    short = distinct(names, max(left - 3, 1), theme=theme)
    for number_of in shown:
        precision, recall, f1 = (_class_score(number_of, which, scores, confusion, theme) for which in range(3))
        sign = theme.signs.class_signs[number_of % len(theme.signs.class_signs)]
        rows.append(line(width, [
            (f" {sign} ", theme.of_class(number_of)),
            (padded(short[number_of], left - 3, theme=theme), theme["plain"]),
            (f"{precision:>6}{recall:>7}{f1:>6}{int(confusion[number_of].sum()):>{rows_width}}", theme["plain"]),
            (" " * (cell_len(told) - sum(widths)), theme["plain"]),
            *(_count(int(confusion[number_of, other]), number_of == other, room, theme)
              for other, room in enumerate(widths)),
        ]))  # fmt: skip
    return rows


def _told_columns(confusion: NDArray[np.int64], names: Sequence[str], theme: Theme) -> tuple[list[int], str]:
    """The cells of the columns that tell what a class was taken for, and their heading."""
    digits = max(len(str(int(confusion.max(initial=0)))), LEAST_NAME)
    short = [cut(name, MOST_TOLD, theme=theme) for name in names]
    if not are_distinct(names, MOST_TOLD, theme=theme):
        return [], ""
    widths = [max(cell_len(name), digits) + 1 for name in short]
    heading = "".join(padded(name, room, theme=theme, right=True) for name, room in zip(short, widths, strict=True))
    return widths, f"  {_('told')}{heading}"


def _count(count: int, is_right: bool, room: int, theme: Theme) -> Part:
    """A count of a confusion matrix."""
    style = theme["dim"] if not count else theme["good"] if is_right else theme["warning"]
    return (str(count) if count else theme.signs.none).rjust(room), style


def worst_lines(
    width: int, scores: NDArray[np.float64], confusion: NDArray[np.int64], names: Sequence[str], *, theme: Theme
) -> list[Strip]:
    """The three classes of the lowest F1, for a narrow column."""
    rows_width = _rows_width(confusion)
    left = width - 6 - rows_width
    named = _heading("F1", 6, theme) + _heading(_("rows"), rows_width, theme)
    rows = [line(width, [(padded(f" {_('worst')}", left, theme=theme), theme["dim"]), (named, theme["dim"])])]
    short = distinct(names, max(left - 1, 1), theme=theme)
    for number_of in worst_first(scores, confusion)[:3]:
        f1 = _class_score(number_of, 2, scores, confusion, theme)
        figures = f"{f1:>6}{int(confusion[number_of].sum()):>{rows_width}}"
        name = padded(f" {short[number_of]}", left, theme=theme)
        rows.append(line(width, [(name, theme["plain"]), (figures, theme["plain"])]))
    return rows


def confusion_lines(width: int, confusion: NDArray[np.int64], names: Sequence[str], *, theme: Theme) -> list[Strip]:
    """A confusion matrix for a narrow column, and the share of hits where the names leave room for it.

    Empty where the counts have no room, or the names would not be told apart.
    """
    form = _form(width, confusion, names, theme)
    if form is None:
        return []
    column, hit_width = form
    left = width - hit_width - column * len(confusion)
    across, down = distinct(names, column - 1, theme=theme), distinct(names, left - 1, theme=theme)
    heading = "".join(padded(name, column, theme=theme, right=True) for name in across)
    corner, heading = corner_heading(heading, left, theme=theme)
    parts: list[Part] = [(corner, theme["dim"]), (heading, theme["plain"])]
    if hit_width:
        parts.append((_heading(_("hit"), hit_width, theme), theme["dim"]))
    rows = [line(width, parts)]
    for truth, counts in enumerate(confusion):
        parts = [(padded(down[truth], left, theme=theme, right=True), theme["plain"])]
        parts += [_count(int(count), truth == other, column, theme) for other, count in enumerate(counts)]
        if hit_width:
            parts.append((_heading(_hit(counts, truth, theme), hit_width, theme), theme["dim"]))
        rows.append(line(width, parts))
    return rows


def _hit(counts: NDArray[np.int64], truth: int, theme: Theme) -> str:
    """The share of a class's rows that are answered right, in three cells; only where it is whole, ``all``."""
    total, right = int(counts.sum()), int(counts[truth])
    if not total:
        return theme.signs.none
    return _("all") if right == total else f"{min(int(100 * right / total + 0.5), 99)}%"


def _form(width: int, confusion: NDArray[np.int64], names: Sequence[str], theme: Theme) -> tuple[int, int] | None:
    """The cells of a column of counts and of that of hits: names of three letters are worth more than hits."""
    digits = max(len(str(int(confusion.max()))), 2)
    named = max(digits, min(max(map(cell_len, names)), LEAST_NAME))
    for column, hit_width in ((max(named + 1, 4), 4), (named + 1, 4), (named + 1, 0), (digits + 1, 4), (digits + 1, 0)):
        left = width - hit_width - column * len(confusion)
        if left > LEAST_NAME and all(are_distinct(names, room, theme=theme) for room in (column - 1, left - 1)):
            return column, hit_width
    return None


def corner_heading(heading: str, left: int, *, theme: Theme) -> tuple[str, str]:
    """Say in `left` cells before `heading` what a matrix's rows and columns are; in more where that begins with spaces.

    Returns what is said, and what is left of `heading`.
    """
    truth, predicted = _("truth"), _("predicted")
    texts = [f"{truth}↓ {predicted}→", f"{truth}↓", "↓"]
    if theme.ascii_only:
        texts = [f"{truth} / {predicted}", truth, ""]
    free = max(left, left + cell_len(heading) - cell_len(heading.lstrip(" ")) - 1)
    corner = cut(f" {_longest(texts, free - 1)}", free, theme=theme)
    corner += " " * (left - cell_len(corner))
    return corner, heading[cell_len(corner) - left :]
