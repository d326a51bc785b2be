"""Scores as tables: of all rows beside a baseline, and of each class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from textual.strip import Strip

from tuitrain.numbers import number, share
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.lines import Part, cut, line, padded
from tuitrain.ui.theme import Theme

LABELS = {
    "accuracy": N_("accuracy"), "balanced_accuracy": N_("balanced acc."), "f1": N_("F1 macro"), "r2": "R²",
    "rmse": "RMSE", "mae": "MAE",
}  # fmt: skip
UNITS_OF_TARGET = ("rmse", "mae")  # not shares
FIGURES = 6 + 7 + 6 + 5  # cells of a class's precision, recall, F1, rows


def _score(name: str, value: float, theme: Theme) -> str:
    text = number(value) if name in UNITS_OF_TARGET else share(value)
    return theme.plain(text.strip())


def _heading(text: str, room: int, theme: Theme) -> str:
    """Set a column's heading against its right edge, with at least a space before it."""
    return " " + padded(text, room - 1, theme=theme, right=True)


def score_rows(
    width: int, values: Mapping[str, float], baselines: Mapping[str, float], usual: str, part: str, *, theme: Theme
) -> list[Strip]:
    """A table of the scores on a part (``validation``) and the baseline ``always usual`` beside each."""
    named = [name for name in LABELS if name in values]
    last = max(11, min(cell_len(usual) + 2, width // 3))
    left = max(width - 7 - last, 10)
    heading = cut(usual, last - 1, theme=theme)
    rows = [line(width, [
        (padded(f" {part}", left, theme=theme), theme["dim"]), (_heading(_("score"), 7, theme), theme["dim"]),
        (padded(heading, last, theme=theme, right=True), theme["dim"]),
    ])]  # fmt: skip
    for name in named:
        baseline = _score(name, baselines[name], theme) if name in baselines else ""
        rows.append(line(width, [
            (padded(f" {theme.plain(_(LABELS[name]))}", left, theme=theme), theme["plain"]),
            (_score(name, values[name], theme).rjust(7), theme["bold"]), (baseline.rjust(last), theme["dim"]),
        ]))  # fmt: skip
    return rows


def score_lines(
    width: int, values: Mapping[str, float], baselines: Mapping[str, float], usual: str, *, theme: Theme
) -> list[Strip]:
    """The scores below each other for a narrow column, the first one's baseline below it."""
    rows = []
    for place, name in enumerate(name for name in LABELS if name in values and name != "balanced_accuracy"):
        figure = _score(name, values[name], theme)
        label = padded(f" {theme.plain(_(LABELS[name]))}", width - 1 - cell_len(figure), theme=theme)
        rows.append(line(width, [(label, theme["plain"]), (figure, theme["bold"])]))
        if place == 0 and name in baselines:
            figure = _score(name, baselines[name], theme)
            label = padded(f"  {usual}", width - 2 - cell_len(figure), theme=theme) + " "
            rows.append(line(width, [(label, theme["dim"]), (figure, theme["dim"])]))
    return rows


def worst_first(scores: NDArray[np.float64], confusion: NDArray[np.int64]) -> list[int]:
    """The class numbers, those of the lowest F1 first; classes that occur nowhere are last."""
    occurs = (confusion.sum(axis=0) + confusion.sum(axis=1)) > 0
    return sorted(range(len(scores)), key=lambda number: (not occurs[number], scores[number, 2]))


def class_rows(
    width: int,
    height: int,
    scores: NDArray[np.float64],
    confusion: NDArray[np.int64],
    names: Sequence[str],
    *,
    theme: Theme,
) -> list[Strip]:
    """Precision, recall, F1 and rows of each class under a heading; of too many, the worst ones, which is said."""
    count = len(names)
    left = width - FIGURES
    is_cut = count > height - 1
    shown = worst_first(scores, confusion)[: height - 1] if is_cut else range(count)
    heading = _("worst {shown} of {all}").format(shown=len(shown), all=count) if is_cut else _("class")
    named = "".join(
        _heading(text, room, theme) for text, room in ((_("prec"), 6), (_("recall"), 7), ("F1", 6), (_("rows"), 5))
    )
    rows = [line(width, [
        (padded(f" {heading}", left, theme=theme), theme["dim"]), (named, theme["dim"]),
    ])]  # fmt: skip
    for number_of in shown:
        precision, recall, f1 = (theme.plain(share(float(value))) for value in scores[number_of])
        true = int(confusion[number_of].sum())
        sign = theme.signs.class_signs[number_of % len(theme.signs.class_signs)]
        known = recall if true else theme.plain(share(float("nan")))
        rows.append(line(width, [
            (f" {sign} ", theme.of_class(number_of)), (padded(names[number_of], left - 3, theme=theme), theme["plain"]),
            (f"{precision:>6}{known:>7}{f1:>6}{true:>5}", theme["plain"]),
        ]))  # fmt: skip
    return rows


def worst_lines(
    width: int, scores: NDArray[np.float64], confusion: NDArray[np.int64], names: Sequence[str], *, theme: Theme
) -> list[Strip]:
    """The three classes of the lowest F1, for a narrow column."""
    named = _heading("F1", 5, theme) + _heading(_("rows"), 5, theme)
    rows = [line(width, [(padded(f" {_('worst')}", width - 11, theme=theme), theme["dim"]), (named, theme["dim"])])]
    for number_of in worst_first(scores, confusion)[:3]:
        figures = f"{theme.plain(share(float(scores[number_of, 2])))}{int(confusion[number_of].sum()):>5}"
        name = padded(f" {names[number_of]}", width - 11, theme=theme)
        rows.append(line(width, [(name, theme["plain"]), (figures, theme["plain"])]))
    return rows


def confusion_lines(width: int, confusion: NDArray[np.int64], names: Sequence[str], *, theme: Theme) -> list[Strip]:
    """A confusion matrix for a narrow column: class numbers where names have no room, and the share of hits."""
    classes = len(confusion)
    digits = max(len(str(int(confusion.max()))), 2)
    column = max(digits + 1, min(4, (width - 11) // classes))
    left = width - 4 - column * classes
    if left < 3:
        return []
    arrows = (_("truth"), "v" if theme.ascii_only else "↓")
    heading = "".join(cut(name, column - 1, theme=theme).rjust(column) for name in names)
    corner = padded("".join(arrows) if left > cell_len("".join(arrows)) else arrows[1], left - 1, theme=theme)
    rows = [
        line(
            width,
            [
                (" ", theme["dim"]),
                (corner, theme["dim"]),
                (heading, theme["dim"]),
                (_heading(_("hit"), 4, theme), theme["dim"]),
            ],
        )
    ]
    for truth in range(classes):
        total = int(confusion[truth].sum())
        hit = f"{confusion[truth, truth] / total:.0%}" if total else theme.signs.none
        parts: list[Part] = [(padded(names[truth], left - 1, theme=theme, right=True) + " ", theme["plain"])]
        for other in range(classes):
            count = int(confusion[truth, other])
            style = theme["dim"] if not count else theme["good"] if truth == other else theme["warning"]
            parts.append(((str(count) if count else theme.signs.none).rjust(column), style))
        rows.append(
            line(width, [*parts, (_heading(_("all"), 4, theme) if hit == "100%" else hit.rjust(4), theme["dim"])])
        )
    return rows
