"""A table in words and figures: for `tuitrain datasets` and the chooser's preview."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tuitrain.data.catalog import BUNDLED
from tuitrain.data.columns import Column, number_text
from tuitrain.data.generators import RECIPES
from tuitrain.data.loading import load_tables
from tuitrain.data.target import choose_target, infer_task
from tuitrain.text import visible

PREVIEW_ROWS = 2000


@dataclass(frozen=True)
class Listed:
    """A line of the list of datasets."""

    name: str
    rows: int
    columns: int
    task: str
    meaning: str


@dataclass(frozen=True)
class ColumnSummary:
    """A column in short: `summary` is a range for numbers, the most frequent texts otherwise."""

    name: str
    kind: str
    missing: int
    summary: str


@dataclass(frozen=True)
class Preview:
    """What a table holds, from at most `PREVIEW_ROWS` rows where `is_whole` is false."""

    name: str
    rows: int
    is_whole: bool
    columns: tuple[ColumnSummary, ...]
    target: str
    task: str
    balance: tuple[tuple[str, int], ...]
    notices: tuple[str, ...]


def list_datasets() -> list[Listed]:
    """Every bundled and generated table."""
    listed = []
    for name, bundled in BUNDLED.items():
        table, _ = load_tables(name)
        listed.append(Listed(name, len(table), len(table.columns), bundled.task, bundled.meaning))
    for name, recipe in RECIPES.items():
        table, _ = load_tables(f"{name}?n=8")
        listed.append(Listed(name, recipe.n, len(table.columns), recipe.task, recipe.meaning))
    return listed


def preview(source: str, target: str | None = None, *, most_rows: int | None = None) -> Preview:
    """Describe the table that `source` names; with `most_rows`, from its first rows alone."""
    table, _ = load_tables(source, most_rows=most_rows)
    if target is None and source in BUNDLED:
        target = BUNDLED[source].target
    chosen = choose_target(table, target)
    column = table.column(chosen)
    task = infer_task(column)
    balance = _balance(column) if task == "classification" else ()
    is_whole = most_rows is None or len(table) < most_rows
    summaries = tuple(map(summarize, table.columns))
    return Preview(table.name, len(table), is_whole, summaries, chosen, task, balance, table.notices)


def summarize(column: Column) -> ColumnSummary:
    """Type, missing values and range or levels of a column."""
    missing = int(column.missing.sum())
    if column.kind == "number":
        present = column.values[~np.isnan(column.values)]
        text = (
            f"{_short(present.min())} to {_short(present.max())}, mean {_short(present.mean())}" if len(present) else ""
        )
        whole = len(present) and (present == np.round(present)).all()
        return ColumnSummary(column.name, "whole number" if whole else "number", missing, text)
    counts = _balance(column)
    shown = ", ".join(f"{visible(name, 20)} ({count})" for name, count in counts[:4])
    more = f", … {len(counts)} in all" if len(counts) > 4 else ""
    return ColumnSummary(column.name, column.kind, missing, shown + more)


def describe_lines(found: Preview, width: int = 80) -> list[str]:
    """The preview as lines of text at most `width` wide."""
    size = f"{found.rows:,} rows × {len(found.columns)} columns"
    head = f"{found.name}: {size}; predicts {visible(found.target, 40)} ({found.task})"
    name_width = min(max(len(column.name) for column in found.columns), 28)
    lines = [head, ""]
    for column in found.columns:
        mark = "▸" if column.name == found.target else " "
        missing = f"{column.missing:,} missing  " if column.missing else ""
        lines.append(
            f"{mark} {visible(column.name, 28):<{name_width}}  {column.kind:<12}  {missing}{column.summary}"[:width]
        )
    if found.balance:
        total = sum(count for _, count in found.balance)
        lines += ["", "classes"]
        for name, count in found.balance[:30]:
            lines.append(f"  {visible(name, 28):<{name_width}}  {count:>8,}  {count / total:6.1%}"[:width])
    lines += [""] * bool(found.notices) + [f"note: {notice}" for notice in found.notices]
    return lines


def _balance(column: Column) -> tuple[tuple[str, int], ...]:
    """Each label with its count, most frequent first."""
    if column.kind == "number":
        values, numbers = np.unique(column.values[~np.isnan(column.values)], return_counts=True)
        pairs = [(number_text(float(value)), int(count)) for value, count in zip(values, numbers, strict=True)]
        return tuple(pairs)
    counts: dict[str, int] = {}
    for label in column.labels():
        if label is not None:
            counts[label] = counts.get(label, 0) + 1
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _short(value: float) -> str:
    return f"{value:.4g}"
