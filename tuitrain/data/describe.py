"""Describe a table in words and figures, for `tuitrain datasets` and the chooser's preview."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tuitrain.data.catalog import BUNDLED
from tuitrain.data.cells.date_cells import clock_of, date_of
from tuitrain.data.dataset import build_dataset
from tuitrain.data.generators import RECIPES
from tuitrain.data.loading import load_tables
from tuitrain.data.progress import Progress, untold
from tuitrain.data.table import Column, Table, drop_useless, number_text
from tuitrain.data.target import choose_target, guess_notice, infer_task, read_target
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions
from tuitrain.text import cells, in_cells, rows_of, visible
from tuitrain.translation import gettext as _

PREVIEW_ROWS = 2000
FIRST_ROWS = 8
MOST_CLASSES = 30


@dataclass(frozen=True)
class Listed:
    """One line of the list of datasets."""

    name: str
    rows: int
    columns: int
    task: str
    meaning: str


@dataclass(frozen=True)
class ColumnSummary:
    """A summary of a column: a range for numbers, the most frequent texts otherwise."""

    name: str
    kind: str
    missing: int
    summary: str


@dataclass(frozen=True)
class Preview:
    """The contents of a table, or of its first rows unless `is_whole`; `first_rows` are the cells of a few rows.

    `guess` says why `target` is the one, and what else it may be; it is empty where the target was given. `notices` of
    a whole table are those that a training begins with.
    """

    name: str
    rows: int
    is_whole: bool
    columns: tuple[ColumnSummary, ...]
    target: str
    task: str
    balance: tuple[tuple[str, int], ...]
    notices: tuple[str, ...]
    first_rows: tuple[tuple[str, ...], ...] = ()
    guess: str = ""


def list_datasets() -> list[Listed]:
    """List every bundled and generated table."""
    listed = []
    for name, bundled in BUNDLED.items():
        table, _test = load_tables(name)
        listed.append(Listed(name, len(table), len(table.columns), bundled.task, _(bundled.meaning)))
    for name, recipe in RECIPES.items():
        table, _test = load_tables(name, most_rows=8)
        listed.append(Listed(name, recipe.n, len(table.columns), recipe.task, _(recipe.meaning)))
    return listed


def preview(
    source: str, options: DataOptions | None = None, *, most_rows: int | None = None, allow_stdin: bool = True,
    progress: Progress = untold,
) -> Preview:  # fmt: skip
    """Describe the table named by `source`; with `most_rows`, from its first rows alone.

    `allow_stdin` and `progress` as in `load_dataset`.
    """
    options = options or DataOptions()
    table, test_table = load_tables(source, options, most_rows=most_rows, allow_stdin=allow_stdin, progress=progress)
    chosen = choose_target(table, options.target)
    column = table.column(chosen)
    suggested = table.suggested_task if chosen == table.suggested_target else None
    task = suggested or infer_task(column)
    balance = _balance(column) if task == "classification" else ()
    summaries = tuple(map(summarize, table.columns))
    guess = _guess(table, column, options)
    notices = tuple(notice for notice in _notices(table, column, options, test_table) if notice != guess)
    first_rows = tuple(zip(*(_first_cells(c) for c in table.columns), strict=True))
    return Preview(
        table.name, len(table), not table.is_partial, summaries, chosen, task, balance, notices, first_rows, guess
    )


def _guess(table: Table, column: Column, options: DataOptions) -> str:
    """Return the notice of a guessed target; none where it cannot be one."""
    present = column if not column.missing.any() else column.take(np.flatnonzero(~column.missing))
    try:
        return "".join(guess_notice(table, read_target(present, options.task, table.name), options.target))
    except DataError:
        return ""


def _notices(table: Table, column: Column, options: DataOptions, test_table: Table | None) -> tuple[str, ...]:
    """Return what a training on the whole table would begin with, or why there can be none; of a part, the reader's."""
    questions = [c.question for c in table.columns if c.question]
    if table.is_partial or questions:
        return (*questions, *table.notices)
    try:
        return build_dataset(table, options, test_table=test_table).notices
    except DataError as error:
        others = [c for c in table.columns if c is not column]
        return (str(error), *table.notices, *drop_useless(others, keep_constant=bool(table.image_largest))[1])


def _first_cells(column: Column) -> list[str]:
    labels = column.take(np.arange(min(FIRST_ROWS, len(column)))).labels()
    return ["" if label is None else visible(label, 40) for label in labels]


def summarize(column: Column) -> ColumnSummary:
    """Summarise a column: its type, missing values, and range or levels."""
    missing = int(column.missing.sum())
    if column.kind == "number":
        present = column.values[~np.isnan(column.values)].astype(np.float64)
        if not len(present):
            return ColumnSummary(column.name, "number", missing, _("no values"))
        low, high, mean = present.min(), present.max(), float((present / len(present)).sum())
        is_whole = bool((present == np.round(present)).all())
        text = _("{low} to {high}, mean {mean}").format(low=_short(low), high=_short(high), mean=_short(mean))
        return ColumnSummary(column.name, "whole number" if is_whole else "number", missing, text)
    if column.kind in {"date", "time"}:
        present = column.values[~np.isnan(column.values)]
        write = date_of if column.kind == "date" else clock_of
        ends = [write(float(value)) for value in (present.min(), present.max())] if len(present) else []
        text = _("{low} to {high}").format(low=ends[0], high=ends[1]) if ends else _("no values")
        return ColumnSummary(column.name, column.kind, missing, text)
    counts = _balance(column)
    shown = ", ".join(f"{visible(name, 20)} ({count})" for name, count in counts[:4])
    more = _(", … {count} in all").format(count=len(counts)) if len(counts) > 4 else ""
    return ColumnSummary(column.name, column.kind, missing, shown + more)


def describe_lines(found: Preview, width: int = 80) -> list[str]:
    """Format the preview as lines of text at most `width` wide."""
    more = "" if found.is_whole else _("more than ")
    size = _("{more_than}{rows:,} rows × {count} columns").format(
        more_than=more, rows=found.rows, count=len(found.columns)
    )
    lines = [
        *_wrapped(
            _("{name}: {size}; predicts {target} ({task})").format(
                name=found.name, size=size, target=visible(found.target, 40), task=found.task
            ),
            width,
        ),
        "",
    ]
    name_width = min(max(cells(visible(column.name)) for column in found.columns), 28)
    for column in found.columns:
        mark = "▸" if column.name == found.target else " "
        missing = _("{missing:,} missing  ").format(missing=column.missing) if column.missing else ""
        name, kind = in_cells(visible(column.name), name_width), in_cells(_(column.kind), 12)
        lines.append(in_cells(f"{mark} {name}  {kind}  {missing}{visible(column.summary, width)}", width).rstrip())
    if found.balance:
        lines += ["", _("classes")]
        total = sum(count for _, count in found.balance)
        name_width = min(max(cells(visible(name)) for name, _ in found.balance), 28)
        for name, count in found.balance[:MOST_CLASSES]:
            lines.append(f"  {in_cells(visible(name), name_width)}  {count:>8,}  {count / total:6.1%}")
        if len(found.balance) > MOST_CLASSES:
            lines.append(_("  … {count} in all").format(count=len(found.balance)))
    notices = [found.guess] * bool(found.guess) + list(found.notices)
    lines += [""] * bool(notices)
    return lines + [line for notice in notices for line in _wrapped(_("note: {notice}").format(notice=notice), width)]


def _wrapped(text: str, width: int) -> list[str]:
    return rows_of(text, max(20, width), indent="  ")


def _balance(column: Column) -> tuple[tuple[str, int], ...]:
    """Count each label, most frequent first."""
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
    """`value` in four significant digits, and all those before the point where people write them: ``588912``."""
    return f"{value:.0f}" if 1e4 <= abs(value) < 1e12 else f"{value:.4g}"
