"""The columns that may be predicted, each with its classes or its range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tuitrain.data.guess import guess_target
from tuitrain.data.review.facts import ColumnFacts
from tuitrain.data.table import Table
from tuitrain.data.target import read_target
from tuitrain.errors import DataError
from tuitrain.text import visible
from tuitrain.translation import gettext as _

MOST_CLASSES = 4  # that are named
MOST_LOOKED_AT = 100  # columns, beside those that the target is guessed among


@dataclass(frozen=True)
class TargetCandidate:
    """A column that may be predicted, and what that would be: ``2 classes: no 5,341, yes 293``."""

    name: str
    what: str


def candidates_of(table: Table, facts: Mapping[str, ColumnFacts], target: str) -> list[TargetCandidate]:
    """List the columns that can be predicted: the target, those that may be meant as well, then the others."""
    guess = guess_target(table)
    first = dict.fromkeys([target, guess.name, *guess.others])
    names = [name for name in dict.fromkeys([*first, *table.names[:MOST_LOOKED_AT]]) if name in table.names]
    found = []
    for name in names:
        what = _what(table, facts[name])
        if what:
            found.append(TargetCandidate(name, what))
    return found


def _what(table: Table, fact: ColumnFacts) -> str:
    """What a target of this column would be; empty for one that cannot be predicted."""
    column = table.column(fact.name)
    if column.question:
        return ""
    present = column.take(np.flatnonzero(~column.missing)) if fact.missing else column
    if not len(present):
        return ""
    task = table.suggested_task if fact.name == table.suggested_target else None
    try:
        goal = read_target(present, task, table.name)
    except DataError:
        return ""
    if not goal.class_names:
        return _("a number, {range}").format(range=fact.contents)
    counts = np.bincount(goal.values, minlength=len(goal.class_names))
    order = np.argsort(-counts, kind="stable")[:MOST_CLASSES]
    shown = ", ".join(f"{visible(goal.class_names[place], 20)} {counts[place]:,}" for place in order)
    more = ", …" if len(counts) > MOST_CLASSES else ""
    return _("{count} classes: {shown}").format(count=len(counts), shown=shown + more)
