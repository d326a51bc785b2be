"""`tuitrain runs`: list, show, compare, note and delete runs."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuitrain.cli.completion import complete_columns, complete_runs
from tuitrain.cli.output import tell
from tuitrain.cli.run_options import folder_of, runs_dir_option
from tuitrain.cli.translated import TranslatedGroup, command, option
from tuitrain.numbers import duration, memory
from tuitrain.text import cells as cells_of
from tuitrain.text import counted, in_cells, visible
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tuitrain.runs.run import Run
    from tuitrain.runs.table import RunRow

OLD_STUDIES = Path("studies")
NOT_SHOWN = "·"
RIGHT = {3, 5, 6, 7}  # columns of numbers
LEAST_DIFFERENCES = 20  # cells
MARKERS = "braille", "o"  # of the curves in one plot, told apart without colour


@click.group("runs", cls=TranslatedGroup, invoke_without_command=True)
@runs_dir_option
@option(
    "--sort",
    "by",
    metavar="COLUMN",
    shell_complete=complete_columns,
    help="Sort by a column, largest first; -COLUMN: smallest first [-age].",
)
@option("--where", metavar="CONDITION", help="Only these: \"validation_accuracy > .9 and optimizer == 'adam'\".")
@option("--csv", "as_csv", is_flag=True, help="Print comma-separated values, with every column.")
@option("--json", "as_json", is_flag=True, help="Print one JSON list.")
@click.pass_context
def runs(
    context: click.Context, runs_dir: Path | None, by: str | None, where: str | None, as_csv: bool, as_json: bool
) -> None:
    """List the runs: every training and search that was kept.

    Columns: name, kind, status, dataset, epochs (trained), best_epoch, best_score, metric, edits, seconds, age (in
    seconds), note, every hyperparameter, and train_, validation_ and test_ before loss, accuracy, f1, r2, rmse, mae.
    """
    context.obj = folder_of(runs_dir)
    if context.invoked_subcommand is not None:
        return
    rows = found_rows(context.obj, by or "-age", where)
    if as_json:
        click.echo(json.dumps([row.to_json() for row in rows], ensure_ascii=False))
    elif as_csv:
        write_csv(rows)
    elif rows:
        click.echo("\n".join(table_lines(rows, shutil.get_terminal_size().columns if sys.stdout.isatty() else None)))
    elif where is not None:
        tell(_("no run fulfils the condition"))
    else:
        tell(_("no runs in {folder}").format(folder=visible(context.obj)))


def found_rows(folder: Path, by: str, where: str | None) -> list[RunRow]:
    """Return the runs in a directory, and studies also where they were kept before; what cannot be read is told.

    Raises
    ------
    RunError
        if the condition or the column is none.
    """
    from tuitrain.runs.run import left_over  # noqa: PLC0415
    from tuitrain.runs.table import NAMES, check_column, read_rows, sort_rows, with_differences  # noqa: PLC0415
    from tuitrain.runs.where import RowCondition  # noqa: PLC0415
    from tuitrain.search.study.study_row import read_study_rows  # noqa: PLC0415

    condition = RowCondition(where, NAMES) if where is not None else None
    check_column(by.removeprefix("-"))
    now = datetime.now().astimezone()
    rows, problems = read_rows(folder, now)
    for place in dict.fromkeys((folder, OLD_STUDIES)):
        found, wrong = read_study_rows(place, now)
        rows, problems = rows + found, problems + wrong
    problems += [
        _("{path}: a kill has left it before it was a run; `tuitrain runs prune` deletes it").format(path=visible(path))
        for path in left_over(folder)
    ]
    for problem in problems:
        tell(_("note: {notice}").format(notice=problem))
    chosen = [row for row in rows if condition is None or condition.holds(row.values)]
    return sort_rows(with_differences(chosen), by)


def write_csv(rows: Sequence[RunRow]) -> None:
    """Print a line for each run, with every column."""
    from tuitrain.runs.table import NAMES  # noqa: PLC0415

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*NAMES, "path"])
    for row in rows:
        writer.writerow([*(row.values.get(name, "") for name in NAMES), row.path])


def table_lines(rows: Sequence[RunRow], width: int | None) -> list[str]:
    """Return the table as lines of at most `width` cells (None: of any length).

    Where there is little room, columns go from the right, and what differs is cut. Where nothing differs, it has no
    column.
    """
    heads = (_("name"), _("state"), _("dataset"), _("epochs"), _("best score"), _("edits"), _("time"), _("age"))
    cells = [heads, *(_cells(row) for row in rows)]
    widths = [max(cells_of(line[column]) for line in cells) for column in range(len(heads))]
    told = [differences(row) for row in rows]
    last = [_("differs by"), *told] if any(told) else ["" for _line in cells]
    least = min(LEAST_DIFFERENCES, max(map(cells_of, last)))
    while width is not None and len(widths) > 1 and sum(widths) + 2 * len(widths) + least > width:
        widths.pop()
    lines = []
    for line, differing in zip(cells, last, strict=True):
        parts = [
            text.rjust(size) if column in RIGHT else in_cells(text, size)
            for column, (text, size) in enumerate(zip(line, widths, strict=False))
        ]
        text = "  ".join([*parts, differing]).rstrip()
        lines.append(text if width is None else in_cells(text, width).rstrip())
    return lines


def _cells(row: RunRow) -> tuple[str, ...]:
    values = row.values
    best = values.get("best_score")
    total = row.hyperparameters.get("epochs") if values["kind"] == "training" else None
    if isinstance(total, int) and values["epochs"] > total:
        total = None  # of the best epoch; more were given later
    return (
        visible(row.name, 40), _(values["status"]), visible(values["dataset"], 24),
        str(values["epochs"]) if total is None else f"{values['epochs']}/{total}",
        NOT_SHOWN if best is None else f"{best:.4f} {values['metric']}", str(values["edits"] or NOT_SHOWN),
        duration(values["seconds"]), age_text(values.get("age")),
    )  # fmt: skip


def age_text(seconds: float | None) -> str:
    """Return an age in its largest unit: ``now``, ``12 min``, ``9 h``, ``3 d``."""
    if seconds is None:
        return NOT_SHOWN
    for size, unit in ((86400, _("d")), (3600, _("h")), (60, _("min"))):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return _("now")


def differences(row: RunRow) -> str:
    """Return what a run differs in, as ``learning rate 0.1, optimiser sgd``."""
    from tuitrain.options.hyperparameters import FIELDS  # noqa: PLC0415

    found = [f"{_(FIELDS[name].label)} {visible(value, 24)}" for name, value in row.differences.items()]
    kind = [_("search")] if row.values["kind"] == "search" else []
    return ", ".join(kind + found)


@command()
@click.argument("name", metavar="RUN", shell_complete=complete_runs)
@click.pass_obj
def show(folder: Path, name: str) -> None:
    """Show RUN: how it went, with its curves, and what it was trained with."""
    from tuitrain.runs.metrics_reading import is_cut_short, read_columns  # noqa: PLC0415
    from tuitrain.runs.run import METRICS  # noqa: PLC0415

    run = _run(folder, name)
    if run.about["kind"] == "search":
        from tuitrain.cli.search_shown import search_lines  # noqa: PLC0415

        click.echo("\n".join(search_lines(run, min(shutil.get_terminal_size().columns, 100))))
        return
    epochs = read_columns(run.path / METRICS)
    if is_cut_short(run.path / METRICS):
        tell(_("note: {notice}").format(notice=_("the last line of the epochs was cut in half, and is dropped")))
    for line in description(run):
        click.echo(line)
    columns = shutil.get_terminal_size().columns
    curves = ("train_loss", "validation_loss"), (f"validation_{run.about['metric']}", f"train_{run.about['metric']}")
    for names in curves:
        if lines := curve_lines(epochs, names, min(columns, 100), 14):
            click.echo("\n" + "\n".join(lines))


def description(run: Run) -> list[str]:
    """Return what is known of a run, as lines."""
    from tuitrain.options.hyperparameters import FIELDS, Hyperparameters  # noqa: PLC0415
    from tuitrain.runs.kept_epochs import kept_epochs  # noqa: PLC0415
    from tuitrain.runs.table import row_of  # noqa: PLC0415

    about, progress, facts = run.about, run.progress, run.facts
    values = row_of(run, datetime.now().astimezone()).values
    score = values.get("best_score")
    told = [
        (_("state"), _(run.status) + (f": {visible(about['ending'])}" if about.get("ending") else "")),
        (_("data"), _("{name}, {train} train, {validation} validation, {test} test").format(
            name=visible(facts.name), train=facts.train, validation=facts.validation, test=facts.test)),
        ("SHA-256", facts.fingerprint),
        (_("started"), about["started"]),
        (_("epochs"), _("{epochs} in {time}, best {best}").format(
            epochs=progress["epochs"], time=duration(float(progress["seconds"] or 0)), best=progress["best_epoch"])),
        (_("best score"), NOT_SHOWN if score is None else f"{score:.4f} {values['metric']}"),
        (_("edits"), str(progress["edits"])),
        (_("from"), visible(about["from"]) if about.get("from") else ""),
        (_("forked from"), forked_from(about)),
        (_("kept epochs"), ", ".join(map(str, kept_epochs(run.path)))),
        (_("note"), visible(about["note"], 500) if about.get("note") else ""),
        (_("versions"), ", ".join(f"{name} {visible(value, 60)}" for name, value in about["versions"].items())),
    ]  # fmt: skip
    for part, found in about.get("evaluations", {}).items():
        scores = ", ".join(f"{name} {value:.4f}" for name, value in found.items() if isinstance(value, int | float))
        told.append((_(part), scores))
    usual = Hyperparameters().to_mapping()
    changed = {
        name: value for name, value in about.get("given", about["hyperparameters"]).items() if usual.get(name) != value
    }
    told += [(_(FIELDS[name].label), visible(value, 60)) for name, value in changed.items() if name in FIELDS]
    told.append(("", _("all other hyperparameters are the usual ones")))
    size = max(len(name) for name, _value in told)
    return [visible(run.name), *(f"  {name:<{size}}  {value}" for name, value in told if value)]


def forked_from(about: Mapping[str, Any]) -> str:
    """Return ``RUN@EPOCH`` of what a run was forked from; "" where it was not."""
    found = about.get("forked") or {}
    return f"{visible(found.get('run', ''), 60)}@{visible(found.get('epoch', ''), 20)}" if found else ""


def curve_lines(epochs: Mapping[str, NDArray[Any]], names: Sequence[str], width: int, height: int) -> list[str]:
    """Draw columns of the epochs as curves, as lines; none where there is nothing to draw."""
    import numpy as np  # noqa: PLC0415
    import plotext  # noqa: PLC0415

    from tuitrain.ui.plots.thinning import thinned  # noqa: PLC0415

    figure = plotext.figure
    plotext.terminal.limit(False, False)
    figure.clear()
    figure.plot_size(width, height)
    is_empty = True
    for name, marker in zip(names, MARKERS, strict=False):
        if name not in epochs:
            continue
        places, values = thinned(epochs["epoch"], epochs[name])
        is_finite = np.isfinite(values)
        if is_finite.any():
            is_empty = False
            figure.draw(
                figure.signal(places[is_finite].tolist(), values[is_finite].tolist(), marker=marker).lines().label(name)
            )
    return [] if is_empty else str(figure.build().string(colorless=True)).split("\n")


@command()
@click.argument("names", metavar="RUN RUN …", shell_complete=complete_runs, nargs=-1, required=True)
@click.pass_obj
def diff(folder: Path, names: tuple[str, ...]) -> None:
    """Compare runs: the hyperparameters (of a search its best trial's), data and versions that differ, and scores."""
    if len(names) < 2:
        raise click.UsageError(_("name two runs or more"))
    found = [_run(folder, name) for name in names]
    rows = compared(found)
    widths = [max(cells_of(row[column]) for row in rows[:-1]) for column in range(len(found) + 1)]
    for row in rows:
        parts = [in_cells(value, max(width, cells_of(value))) for value, width in zip(row, widths, strict=True)]
        click.echo("  ".join(parts).rstrip())


def compared(found: Sequence[Run]) -> list[list[str]]:
    """Return a row for each thing in which runs differ: its name, and its value in each."""
    from tuitrain.options.hyperparameters import FIELDS  # noqa: PLC0415

    rows = [["", *(run.name for run in found)]]
    values_of = [
        (run.progress["best_hyperparameters"] if run.about["kind"] == "search" else None)
        or run.about["hyperparameters"]
        for run in found
    ]
    fields = [[values.get(name) for values in values_of] for name in FIELDS]
    differing = {n: v for n, v in zip(FIELDS, fields, strict=True) if any(value != v[0] for value in v)}
    rows += [[_(FIELDS[name].label), *(visible(value, 30) for value in values)] for name, values in differing.items()]
    others = {
        _("data"): [run.facts.fingerprint[:8] for run in found],
        **{name: [run.about["versions"].get(name, NOT_SHOWN) for run in found] for name in found[0].about["versions"]},
    }  # fmt: skip
    rows += [[n, *(visible(v, 30) for v in values)] for n, values in others.items() if len(set(map(str, values))) > 1]
    rows.append([_("state"), *(_(run.status) for run in found)])
    rows.append([_("epochs"), *(str(run.progress["epochs"]) for run in found)])
    parts: dict[tuple[str, str], None] = {}
    for run in found:
        parts |= {(part, name): None for part, e in run.about.get("evaluations", {}).items() for name in e}
    for part, name in parts:
        values = [run.about.get("evaluations", {}).get(part, {}).get(name) for run in found]
        rows.append([f"{_(part)} {name}", *(f"{v:.4f}" if isinstance(v, int | float) else NOT_SHOWN for v in values)])
    equal = len(FIELDS) - len(differing)
    rows.append([_("all else equal: {count} hyperparameters").format(count=equal), *("" for _run in found)])
    return rows


@command()
@click.argument("name", metavar="RUN", shell_complete=complete_runs)
@click.argument("text", metavar="TEXT")
@click.pass_obj
def note(folder: Path, name: str, text: str) -> None:
    """Write TEXT to RUN as its note, in place of the one that it has; an empty one takes it away."""
    from tuitrain.errors import FileError  # noqa: PLC0415
    from tuitrain.runs.files import reason  # noqa: PLC0415
    from tuitrain.runs.finished import note_text  # noqa: PLC0415
    from tuitrain.runs.run import OpenRun  # noqa: PLC0415

    path = _run(folder, name).path
    opened = OpenRun.hold(path)
    try:
        opened.write_about(note=note_text(text) if text.strip() else "")
    except OSError as error:
        raise FileError(_("{path}: cannot be written: {why}").format(path=visible(path), why=reason(error))) from error
    finally:
        opened.release()


@command()
@click.argument("names", metavar="[RUN] …", shell_complete=complete_runs, nargs=-1)
@option("--where", metavar="CONDITION", help='Those that fulfil a condition, as in "tuitrain runs --where".')
@option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def prune(folder: Path, names: tuple[str, ...], where: str | None, yes: bool) -> int:
    """Delete runs, after asking: those that are named or fulfil the condition.

    With neither, those without a whole epoch, and what a kill has left before it was a run. What is being trained is
    left alone.
    """
    from tuitrain.errors import RunError  # noqa: PLC0415
    from tuitrain.runs.holder import Holder  # noqa: PLC0415
    from tuitrain.runs.run import RUN, OpenRun, find_run, left_over  # noqa: PLC0415

    paths = [find_run(name, folder) for name in names]
    if where is not None or not names:
        rows = found_rows(folder, "name", where if where is not None else "epochs == 0")
        paths += [row.path for row in rows if row.values["status"] != "running" and (row.path / RUN).exists()]
    opened = [OpenRun.hold(path) for path in dict.fromkeys(paths)]
    if where is None and not names:
        opened += [OpenRun(path, {}, Holder(path)) for path in left_over(folder)]
    if not opened:
        tell(_("nothing to delete"))
        return 0
    try:
        for run in opened:
            click.echo(f"{visible(run.path)}  {memory(run.size)}")
        total = memory(sum(run.size for run in opened))
        question = _("delete {runs}, {size}? This cannot be taken back").format(
            runs=counted(len(opened), "run"), size=total
        )
        if not yes and not click.confirm(question, default=False):
            return 1
        while opened:
            run = opened.pop()
            run.remove()
            if os.path.lexists(run.path):
                raise RunError(
                    _("{path}: could not be deleted; it is a symbolic link, or may not be written").format(
                        path=visible(run.path)
                    )
                )
    finally:
        for run in opened:
            run.release()
    return 0


def _run(folder: Path, name: str) -> Run:
    from tuitrain.runs.run import find_run, read_run  # noqa: PLC0415

    return read_run(find_run(name, folder))


for subcommand in (show, diff, note, prune):
    runs.add_command(subcommand)
