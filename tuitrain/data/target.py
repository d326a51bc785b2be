"""Choose the column to predict, and decide between classification and regression.

`N` rows, `K` classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells.number_column import is_number
from tuitrain.data.cells.units import same_unit
from tuitrain.data.guess import guess_target
from tuitrain.data.table import Column, Table, number_text
from tuitrain.errors import DataError
from tuitrain.text import counted, listed, quoted, suggest, visible
from tuitrain.translation import gettext as _

TASKS = ("classification", "regression")
MOST_CLASS_NUMBERS = 20
FIRST_ROWS = 3  # that may belong to a header
MOST_NUMBERS = 0.8  # of a target's different values, where the others may be none by mistake


@dataclass(frozen=True)
class Target:
    """The target: `values` (N,) int64 class numbers, or float64; `class_names` is empty for regression."""

    name: str
    task: str
    values: NDArray[Any]
    class_names: tuple[str, ...]


def choose_target(table: Table, wanted: str | None) -> str:
    """Return the target column's name: the one wanted, else the one that `guess_target` finds.

    Raises
    ------
    DataError
        if the wanted column does not exist.
    """
    by_lower = {name.lower(): name for name in reversed(table.names)}
    if wanted is not None:
        found = wanted if wanted in table.names else by_lower.get(visible(wanted).lower())
        if found is None:
            hint = suggest(wanted, table.names[:50], otherwise=_("found: {names}"))
            raise DataError(
                _("{name}: there is no column {wanted}; {hint}").format(
                    name=table.name, wanted=quoted(wanted), hint=hint
                )
            )
        return found
    if table.suggested_target in table.names:
        return table.suggested_target
    return guess_target(table).name


def predicting(name: str, n_classes: int) -> str:
    """Say what is predicted: ``predicting "species", 3 classes``, ``predicting "price", a number``."""
    what = _("{number} classes").format(number=n_classes) if n_classes else _("a number")
    return _("predicting {target}, {what}").format(target=quoted(name), what=what)


def guess_notice(table: Table, target: Target, wanted: str | None) -> list[str]:
    """Return a notice of a target that nobody named: what is predicted, why this column, what decides otherwise."""
    if wanted is not None or table.suggested_target in table.names:
        return []
    guess = guess_target(table)
    also = ""
    if guess.others:
        named = ", ".join(f"{quoted(name)} ({_what(table.column(name))})" for name in guess.others)
        also = _("; also possible: {names}").format(names=named)
    told = _("{told} (guessed: {why}{also}; --target names another)")
    return [told.format(told=predicting(target.name, len(target.class_names)), why=guess.why, also=also)]


def _what(column: Column) -> str:
    """Say briefly what a target of this column would be."""
    if infer_task(column) == "regression":
        return _("a number")
    values = set(column.values) if column.kind == "text" else set(np.unique(column.values[~column.missing]))
    return _("{number} classes").format(number=len(values - {None}))


def infer_task(column: Column) -> str:
    """Return classification for text, booleans, and up to 20 distinct whole numbers in ten times as many rows."""
    if column.kind == "time":
        return "regression"
    if column.kind != "number":
        return "classification"
    present = column.values[~np.isnan(column.values)]
    if not len(present) or (present != np.round(present)).any():
        return "regression"
    distinct = len(np.unique(present))
    return "classification" if distinct <= MOST_CLASS_NUMBERS and distinct <= len(present) / 10 else "regression"


def read_target(column: Column, task: str | None, where: str) -> Target:
    """Read the target's values; the column must not have missing values.

    Raises
    ------
    DataError
        if the column does not fit the task, or has a single class.
    """
    if column.kind == "date":
        raise DataError(
            _(
                "{where}: target {name} is a date; a target is classes or a number: choose another --target, or "
                "read it as one (--type {column}=text or number)"
            ).format(where=where, name=quoted(column.name), column=visible(column.name, 60))
        )
    task = task or infer_task(column)
    if task == "regression":
        if column.kind == "text":
            raise DataError(
                _("{where}: target {name} is text; regression needs numbers{advice}").format(
                    where=where, name=quoted(column.name), advice=_advice(column)
                )
            )
        values = column.values.astype(np.float64)
        if (values == values[0]).all():
            alike = number_text(float(values[0]))
            raise DataError(
                _("{where}: target {name} is {alike} in every row; there is nothing to learn").format(
                    where=where, name=quoted(column.name), alike=alike
                )
            )
        return Target(column.name, task, values, ())
    names, numbers = _classes(column)
    if len(names) < 2:
        raise DataError(
            _("{where}: target {name} has the single class {only}; two are needed").format(
                where=where, name=quoted(column.name), only=quoted(names[0])
            )
        )
    if len(names) > max(2, len(column) / 2):
        other = _("choose another --target") + ("" if column.kind == "text" else _(", or --task regression"))
        found = _("{count} classes in {rows} rows").format(count=len(names), rows=len(column))
        raise DataError(
            _("{where}: target {name} has {found}; {other}{advice}").format(
                where=where, name=quoted(column.name), found=found, other=other, advice=_advice(column)
            )
        )
    return Target(column.name, task, numbers, names)


def _advice(column: Column) -> str:
    """Advise on a text target whose cells are numbers with a unit, as the end of a sentence; empty for others."""
    found = same_unit({str(value) for value in column.values}) if column.kind == "text" else None
    if found is None:
        return _odd_value(column) if column.kind == "text" else ""
    text = _("its values look like numbers; write {cell} as {number}").format(cell=quoted(found[0]), number=found[1])
    return f" ({text})"


def _odd_value(column: Column) -> str:
    """Name a value that is no number where most are, as the end of a sentence; empty where most are none."""
    values = dict.fromkeys(str(value) for value in column.values)
    odd = [value for value in values if not is_number(value)]
    if not odd or odd[0] not in column.values[:FIRST_ROWS] or len(odd) > (1 - MOST_NUMBERS) * len(values):
        return ""
    return _(" (most of its values are numbers, but {value} is none: is it part of a header? --skip-lines)").format(
        value=quoted(odd[0])
    )


def class_numbers(column: Column, class_names: Sequence[str]) -> NDArray[np.int64]:
    """Number the classes of another table's target column, (N,) int64; -1 for one that is not among `class_names`."""
    place = {name: index for index, name in enumerate(class_names)}
    if column.kind == "boolean":  # yes, Yes and YES are one value, spelled as the first table had it
        place = {name.lower(): index for name, index in place.items()}
    labels = [str(label).lower() if column.kind == "boolean" else str(label) for label in column.labels()]
    return np.array([place.get(label, -1) for label in labels], np.int64)


def known_rows(
    column: Column, class_names: Sequence[str], where: str
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[str]]:
    """The rows of a target column that hold a known class, (K,) int64, their class numbers, and a notice on the others.

    Raises
    ------
    DataError
        if no row does.
    """
    numbers = class_numbers(column, class_names)
    rows = np.flatnonzero(numbers >= 0)
    if len(rows) == len(numbers):
        return rows, numbers, []
    unknown = [str(label) for label, number in zip(column.labels(), numbers, strict=True) if number < 0]
    known = ", ".join(visible(name, 40) for name in class_names[:10]) + ", …" * (len(class_names) > 10)
    classes = listed("class", list(dict.fromkeys(unknown)), "classes")
    if not len(rows):
        raise DataError(
            _("{where}: target {name} holds {classes}, which training did not see; known: {known}").format(
                where=where, name=quoted(column.name), classes=classes, known=known
            )
        )
    left_out = _("{rows} with {classes}, which training did not see, left out of the score").format(
        rows=counted(len(unknown), "row"), classes=classes
    )
    return rows, numbers[rows], [left_out]


def _classes(column: Column) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    if column.kind == "text":
        names = sorted(set(column.values))
        place = {name: index for index, name in enumerate(names)}
        return tuple(names), np.array([place[value] for value in column.values], np.int64)
    distinct, numbers = np.unique(column.values, return_inverse=True)
    shown = [column.words[int(value)] if column.kind == "boolean" else number_text(float(value)) for value in distinct]
    return tuple(shown), numbers.astype(np.int64)
