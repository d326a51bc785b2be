"""Targets that are harder to learn, or to measure, than they look: rare classes, one huge value, mostly one value."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.table import Column, Table, number_text
from tuitrain.data.target import Target
from tuitrain.data.traps.trap import Trap
from tuitrain.text import listed, quoted
from tuitrain.translation import gettext as _
from tuitrain.translation import ngettext

FEW_OF_A_CLASS = 10  # rows
LEAST_ROWS = 20
LOOKED_AT = 2000  # rows, to see whether there are many different values
OUTWEIGHING = 0.95  # of the squared distances from the median
MOST_HUGE = 3  # values
MOSTLY = 0.9  # of the rows
COUNT_CLASSES = 5  # so many classes of whole numbers may be counts
MOST_NUMBERS = 60  # different whole numbers that may be classes
MOST_STEPS = 0.8  # of those between counts are small
UNEVEN = 4  # times as many rows of the most frequent class as of the rarest: counts rather than codes


def find_target_traps(
    table: Table, goal: Target, source_rows: NDArray[np.int64], trained: NDArray[np.int64], *, is_task_told: bool
) -> list[Trap]:
    """Return traps of the target; `source_rows` (N,) are the rows of `table` that its values stand in.

    `trained` are the places among them that are trained on; classes without any have a notice of their own.
    """
    if len(goal.values) < LEAST_ROWS:
        return []
    if goal.class_names:
        found = _rare_classes(goal, trained)
    else:
        found = [*_huge_values(table, goal, source_rows), *_mostly(goal)]
    return found if is_task_told else [*found, *_other_task(table.column(goal.name), goal)]


def _rare_classes(goal: Target, trained: NDArray[np.int64]) -> list[Trap]:
    """Name the classes of two to nine rows; those of one row have a notice of their own."""
    counts = np.bincount(goal.values, minlength=len(goal.class_names))
    is_trained = np.bincount(goal.values[trained], minlength=len(goal.class_names)) > 0
    is_rare = (counts > 1) & (counts < FEW_OF_A_CLASS) & is_trained
    rare = sorted(np.flatnonzero(is_rare).tolist(), key=lambda number: counts[number])
    if not rare:
        return []
    names = [goal.class_names[number] for number in rare]
    most = int(counts[rare[-1]])
    text = ngettext(
        "{classes} has only {most} rows, too few to learn it or to measure how well",
        "{classes} have only {least} to {most} rows each, too few to learn them or to measure how well",
        len(rare),
    )
    written = text.format(classes=listed("class", names, "classes"), least=int(counts[rare[0]]), most=most)
    return [Trap(written, (goal.name,), "rare")]


def _huge_values(table: Table, goal: Target, source_rows: NDArray[np.int64]) -> list[Trap]:
    """Name up to three values that are so far from the others that errors on these do not count."""
    values = goal.values.astype(np.float64)
    middle = float(np.median(values))
    with np.errstate(over="ignore"):
        distance = np.abs(values / 2 - middle / 2)
    nearest = np.sort(np.argpartition(-distance, MOST_HUGE)[: MOST_HUGE + 1])
    order = nearest[np.argsort(-distance[nearest], kind="stable")]
    largest, usual = float(distance[order[0]]), float(np.quantile(distance, MOSTLY))
    if not usual:
        return []  # nearly all are the same: see `_mostly`
    squares = (distance[order] / largest) ** 2
    total = float(((distance / largest) ** 2).sum())
    for count in range(1, MOST_HUGE + 1):
        is_gap = distance[order[count]] * 10 < distance[order[count - 1]]
        if is_gap and squares[:count].sum() >= OUTWEIGHING * total:
            break
    else:
        return []
    rest = np.delete(values, order[:count])
    shown = ", ".join(
        f"{number_text(float(values[place]))} ({table.place_of(int(source_rows[place]))})" for place in order[:count]
    )
    text = ngettext(
        "target {target}: {shown} outweighs all other values, which lie between {low:.4g} and {high:.4g}: errors on "
        "these will not count; check it, and remove its row if it is wrong",
        "target {target}: {shown} outweigh all other values, which lie between {low:.4g} and {high:.4g}: errors on "
        "these will not count; check them, and remove their rows if they are wrong",
        count,
    )
    written = text.format(target=quoted(goal.name), shown=shown, low=float(rest.min()), high=float(rest.max()))
    return [Trap(written, (goal.name,), "outlier")]


def _mostly(goal: Target) -> list[Trap]:
    """Tell of a number that is the same in nearly all rows."""
    value = float(np.median(goal.values))  # what most rows have is the median
    other = int((goal.values != value).sum())
    share = 1 - other / len(goal.values)
    if share < MOSTLY:
        return []
    text = _(
        "target {target} is {value} in {share:.0%} of the rows, other in {other:,}: R² of a few rows is a matter of "
        "luck, or not defined; search with --metric rmse"
    )
    written = text.format(
        target=quoted(goal.name), value=number_text(value), share=share, other=other
    )  # fmt: skip
    return [Trap(written, (goal.name,), "zeros")]


def _other_task(column: Column, goal: Target) -> list[Trap]:
    """Tell of whole numbers that were taken for classes and look like counts, or the other way round."""
    if column.kind != "number":
        return []
    if len(np.unique(column.values[:LOOKED_AT])) > MOST_NUMBERS:
        return []
    distinct, counts = np.unique(column.values[~np.isnan(column.values)], return_counts=True)
    is_even = counts.max() <= UNEVEN * np.quantile(counts, 0.1)
    if goal.class_names:
        is_run = len(distinct) >= COUNT_CLASSES and bool(np.mean(np.diff(distinct) <= 2) >= MOST_STEPS)
        if not is_run or counts.max() <= UNEVEN * counts.min():
            return []
        text = _(
            "target {target}: {count} different whole numbers, {low} to {high}, taken as classes; if it is a count or "
            "a grade, predict it as a number: --task regression"
        )
    else:
        is_whole = bool((distinct == np.round(distinct)).all())
        if not is_whole or len(distinct) > MOST_NUMBERS or not is_even or len(distinct) * 3 > len(goal.values):
            return []
        text = _(
            "target {target}: {count} different whole numbers, {low} to {high}, taken as a number; if they stand for "
            "classes: --task classification"
        )
    written = text.format(
        target=quoted(goal.name), count=len(distinct), low=number_text(float(distinct[0])),
        high=number_text(float(distinct[-1])),
    )  # fmt: skip
    return [Trap(written, (goal.name,), "task")]
