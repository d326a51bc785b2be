"""Columns that alone give the target away: written after the fact, or the target in another form."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.table import Column
from tuitrain.data.target import Target
from tuitrain.data.traps.scores import Score, chance, class_score, number_score
from tuitrain.data.traps.trap import Trap
from tuitrain.text import MOST_NAMES, listed, quoted
from tuitrain.translation import gettext as _
from tuitrain.translation import ngettext

PERFECT = 0.995
PROMISING = 0.9  # on a few rows, before all that are looked at are
LEAST_ROWS = 20
FEW_ROWS = 500
MANY_COLUMNS = 100
MOST_ROWS = 10_000
MOST_VALUES = 1_000_000  # of all columns together
MOST_CHANCE = 1e-3


def find_leaks(columns: Sequence[Column], goal: Target, rows: NDArray[np.int64]) -> list[Trap]:
    """Return a trap that names the columns, if any, each of which alone tells the target nearly perfectly.

    `rows` are those of training and validation. A single input is no leak: it is all there is to learn from.
    """
    columns = [column for column in columns if column.kind != "text" or not _is_unique(column)]
    if len(columns) < 2 or len(rows) < LEAST_ROWS:
        return []
    if goal.class_names and chance(goal.values[rows]) * len(columns) > MOST_CHANCE:
        return []
    most = max(FEW_ROWS, min(MOST_ROWS, MOST_VALUES // len(columns)))
    few = _spread(rows, FEW_ROWS)
    first = {column.name: _score(column, goal, few) for column in _promising(columns, goal, few)}
    by_name = {column.name: column for column in columns}
    found = {}
    for name, early in first.items():
        score = _score(by_name[name], goal, _spread(rows, most)) if early.value >= PROMISING else early
        if score.value >= PERFECT:
            found[name] = score
    if not found:
        return []
    rest = {name: score for name, score in first.items() if name not in found}
    best = max(rest, key=lambda name: rest[name].value, default=None)
    beside = None if best is None else (best, _score(by_name[best], goal, _spread(rows, most)))
    return [_told(found, goal.name, beside)]


def _promising(columns: Sequence[Column], goal: Target, rows: NDArray[np.int64]) -> list[Column]:
    """Of very many columns, return those worth a score: a screening of all numbers at once.

    Kept are numbers along which the target changes little from row to row, and columns with few values or gaps.
    """
    if len(columns) <= MANY_COLUMNS:
        return list(columns)
    numbers = [column for column in columns if column.kind != "text"]
    X = np.array([column.values[rows] for column in numbers], np.float64)
    order = np.argsort(X, axis=1, kind="stable")
    ordered = np.take_along_axis(X, order, axis=1)
    is_listed = (np.diff(ordered, axis=1) > 0).sum(axis=1) < len(rows) / 2  # or has gaps, which are last
    is_listed |= np.isnan(ordered[:, -1])
    codes = np.unique(goal.values[rows], return_inverse=True)[1]
    steps = np.diff(codes[order], axis=1)
    if goal.class_names:
        is_smooth = (steps != 0).mean(axis=1) < 2 * (1 - PROMISING) + len(goal.class_names) / len(rows)
    else:
        is_smooth = (steps.astype(np.float64) ** 2).mean(axis=1) < 4 * (1 - PROMISING) * codes.var()
    kept = {column.name for column, is_kept in zip(numbers, is_listed | is_smooth, strict=True) if is_kept}
    return [column for column in columns if column.kind == "text" or column.name in kept]


def _told(found: dict[str, Score], target: str, beside: tuple[str, Score] | None) -> Trap:
    names = sorted(found, key=lambda name: -found[name].value)
    scores = _figure(found[names[-1]])
    text = ngettext(
        "{columns} alone gives target {target} away ({scores}{beside}): is it known when a prediction is needed? "
        "If not, leave it out: {drop}",
        "{columns} each give target {target} away alone ({scores} or better{beside}): are they known when a "
        "prediction is needed? If not, leave them out: {drop}",
        len(names),
    )
    other = ""
    if beside is not None:
        other = _("; the best of the others, {name}: {score}").format(name=quoted(beside[0]), score=_figure(beside[1]))
    drop = " ".join(f"--drop {quoted(name)}" for name in names[:MOST_NAMES])
    written = text.format(
        columns=listed("column", names), target=quoted(target), scores=scores, beside=other, drop=drop
    )  # fmt: skip
    return Trap(written, tuple(names), "leak")


def _figure(score: Score) -> str:
    return f"{_(score.measure)} {score.figure:.3f}"


def _score(column: Column, goal: Target, rows: NDArray[np.int64]) -> Score:
    taken, target = column.take(rows), goal.values[rows]
    if goal.class_names:
        return class_score(taken, target) if len(np.unique(target)) > 1 else Score(0.0, "accuracy", 0.0)
    return number_score(taken, target.astype(np.float64))


def _spread(rows: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return at most so many of the rows, evenly spread."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]


def _is_unique(column: Column) -> bool:
    """Whether no text of the first rows comes again: then it says nothing of other rows."""
    head = [value for value in column.values[:FEW_ROWS] if value is not None]
    return len(head) > 1 and len(set(head)) == len(head)
