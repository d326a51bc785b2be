"""Groups and times that a random split tears apart: hints at `--split group:COLUMN` and `--split time:COLUMN`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.guess import is_time_name, words_of
from tuitrain.data.table import Column
from tuitrain.data.target import Target
from tuitrain.data.traps.scores import coded
from tuitrain.data.traps.trap import Trap
from tuitrain.text import quoted
from tuitrain.translation import gettext as _

WHOSE = (
    "patient", "subject", "person", "participant", "user", "customer", "client", "member", "speaker", "student",
    "pupil", "household", "family", "animal", "donor", "driver", "player", "employee", "author", "session", "device",
    "machine", "unit", "engine", "vehicle", "well", "plant", "group", "환자", "피험자", "사용자", "고객", "회원",
    "학생", "그룹", "患者", "用户", "客户", "顧客", "被験者", "proband", "kunde", "kundin", "teilnehmer", "sujet",
    "client", "paciente", "usuario", "cliente", "paziente", "utente", "пациент", "клиент",
)  # fmt: skip
MOST_ROWS = 10_000
LEAST_ROWS = 30
LEAST_GROUPS = 4
LEAST_REPEATS = 2.0  # rows of a group, on average
ALIKE = 0.15  # of the target's variety that other rows of the group explain
SERIAL = 0.3  # correlation of the target with that of the next row in time


def find_groups(columns: Sequence[Column], goal: Target, rows: Sequence[NDArray[np.int64]]) -> list[Trap]:
    """Return a hint for a column that says whose a row is, if rows of one are alike and stand in several parts.

    `rows` are those of training, validation and test.
    """
    held_out = rows[2] if len(rows[2]) else rows[1]
    if len(goal.values) < LEAST_ROWS or not len(held_out):
        return []
    for column in columns:
        whose = next((word for word in words_of(column.name) if _whose(word)), None)
        if whose is None or not _may_name(column):
            continue
        codes, _values = coded(column)
        count = int(codes.max()) + 1
        if count < LEAST_GROUPS or len(codes) < LEAST_REPEATS * count or _alike(codes, goal) < ALIKE:
            continue
        shared = int(np.isin(codes[held_out], codes[rows[0]]).sum())
        if shared:
            text = _(
                "column {name}: {count:,} different values, and rows of one are alike in the target; rows of the same "
                "one stand in training for {shared:,} of {rows:,} {part} rows. If new rows are of new ones: "
                "--split group:{column}"
            )
            part = _("test") if len(rows[2]) else _("validation")
            written = text.format(
                name=quoted(column.name), count=count, shared=shared, rows=len(held_out), part=part,
                column=_as_argument(column.name),
            )  # fmt: skip
            return [Trap(written, (column.name,), "group")]
    return []


def find_times(columns: Sequence[Column], goal: Target) -> list[Trap]:
    """Return a hint for a column of times, if rows that follow each other in time are alike in the target."""
    if len(goal.values) < LEAST_ROWS:
        return []
    for column in columns:
        is_time = column.kind == "date" or (column.kind == "number" and is_time_name(column.name))
        if not is_time or np.isnan(column.values).any():
            continue
        correlation = _serial_correlation(column.values, goal)
        if correlation >= SERIAL:
            text = _(
                "column {name}: rows that follow each other in time are alike in the target (correlation "
                "{correlation:.2f}), and a random split tests between rows trained on. If later rows are to be "
                "predicted: --split time:{column}"
            )
            written = text.format(
                name=quoted(column.name), correlation=correlation, column=_as_argument(column.name)
            )  # fmt: skip
            return [Trap(written, (column.name,), "time")]
    return []


def _may_name(column: Column) -> bool:
    """Whether the column's values can be names or numbers of something: texts or whole numbers."""
    if column.kind == "number":
        present = column.values[~np.isnan(column.values)]
        return bool((present == np.round(present)).all())
    return column.kind == "text"


def _whose(word: str) -> bool:
    return word in WHOSE or word.removesuffix("id") in WHOSE or word.startswith(_BEGINNINGS)


_BEGINNINGS = tuple(word for word in WHOSE if not word.isascii())


def _as_argument(name: str) -> str:
    return name if name.isidentifier() else quoted(name)


def _alike(codes: NDArray[np.int64], goal: Target) -> float:
    """Return the share of the target's variety that the other rows of a row's group explain, at most 1."""
    if len(codes) > MOST_ROWS:  # whole groups, so that rows keep the others of theirs
        kept = codes % (-(-len(codes) // MOST_ROWS)) == 0
        codes, y = codes[kept], goal.values[kept]
    else:
        y = goal.values
    if not goal.class_names:
        ranked = np.unique(y, return_inverse=True)[1].astype(np.float64)
        return _explained(codes, ranked)
    labels, counts = np.unique(y, return_counts=True)
    usual = labels[np.argsort(-counts)][:5]
    return max((_explained(codes, (y == label).astype(np.float64)) for label in usual), default=0.0)


def _explained(codes: NDArray[np.int64], y: NDArray[np.float64]) -> float:
    """Return R² of predicting each row by the mean of the others in its group; groups of one row by the mean of all."""
    count, total = np.bincount(codes), np.bincount(codes, weights=y)
    spread = float(((y - y.mean()) ** 2).sum())
    if not spread:
        return 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        others = (total[codes] - y) / (count[codes] - 1)
    predicted = np.where(count[codes] > 1, others, y.mean())
    return 1 - float(((y - predicted) ** 2).sum()) / spread


def _serial_correlation(times: NDArray[np.float64], goal: Target) -> float:
    """Return the correlation of neighbours in time; of classes, the largest of any class against the others."""
    if len(np.unique(times)) * 2 < len(times):
        return 0.0
    order = np.argsort(times, kind="stable")[:MOST_ROWS]
    y = goal.values[order]
    if not goal.class_names:
        series = [np.unique(y, return_inverse=True)[1].astype(np.float64)]
    else:
        labels, counts = np.unique(y, return_counts=True)
        series = [(y == label).astype(np.float64) for label in labels[np.argsort(-counts)][:5]]
    return max((_correlation(one[:-1], one[1:]) for one in series), default=0.0)


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    if not np.ptp(one) or not np.ptp(other):
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
