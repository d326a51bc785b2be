"""`tuitrain predict` and `tuitrain evaluate`: use a saved model."""

from __future__ import annotations

import csv
import io
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from tuitrain.cli.options import check_data, hint_at_typing, reading_options, typed_options
from tuitrain.cli.output import tell
from tuitrain.cli.translated import command, option
from tuitrain.errors import DataError, FileError
from tuitrain.numbers import json_number
from tuitrain.options.data_options import DATA_FIELDS, DataOptions
from tuitrain.text import visible
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.data.table import Column, Table
    from tuitrain.runs.model import Model

MODEL = click.argument("model_file", metavar="MODEL", type=click.Path(path_type=Path, dir_okay=False))


@command()
@MODEL
@click.argument("data")
@reading_options
@option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write CSV here.")
@option("--keep", is_flag=True, help="Write the columns of DATA before the prediction.")
@option("--id", "id_column", metavar="COLUMN", help="Write this column of DATA before the prediction.")
def predict(
    model_file: Path, data: str, output: Path | None, keep: bool, id_column: str | None, **options: Any
) -> None:  # fmt: skip
    """Predict each row of DATA with MODEL: CSV with the prediction and, for classes, their probabilities."""
    from tuitrain.runs.files import followed, write_whole  # noqa: PLC0415
    from tuitrain.runs.model import load_model  # noqa: PLC0415

    chosen = check_data(typed_options(DATA_FIELDS, options))
    model = load_model(model_file)
    table = _read(data, model, chosen)
    rows = _predictions(model, table, _kept_columns(table, id_column, keep=keep))
    if output is None:
        is_shown = sys.stdout.isatty()  # a terminal obeys control characters; a file or a pipe gets the data unchanged
        _write(sys.stdout, [[visible(cell, sys.maxsize) for cell in row] for row in rows] if is_shown else rows)
        return
    if output.exists() and any(output.samefile(name) for name in (data, model_file) if Path(name).exists()):
        raise DataError(_("{output}: is the input; choose another output file").format(output=visible(output)))
    text = io.StringIO(newline="")
    _write(text, rows)
    if output.exists() and not output.is_file():
        _write_into(output, text.getvalue())  # a pipe, a device
    else:
        write_whole(followed(output), text.getvalue().encode())
    tell(_("{count} predictions written to {output}").format(count=len(table), output=visible(output)))


@command()
@MODEL
@click.argument("data")
@reading_options
@option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(model_file: Path, data: str, as_json: bool, **options: Any) -> None:
    """Measure MODEL on the rows of DATA, which must hold the target column."""
    from tuitrain.data.target import choose_target  # noqa: PLC0415
    from tuitrain.runs.model import load_model  # noqa: PLC0415

    chosen = check_data(typed_options(DATA_FIELDS, options))
    model = load_model(model_file)
    table = _read(data, model, chosen, reads_target=True)
    if table.name == model.dataset_name:
        tell(
            _("note: the model was trained on rows of {name}: if these are the same, expect less on new ones").format(
                name=table.name
            )
        )
    found = model.evaluate(table, tell=lambda notice: tell(_("note: {notice}").format(notice=notice)))
    if gone := int(table.column(choose_target(table, model.target_name)).missing.sum()):
        tell(
            _("note: {gone} of {count} rows have no target value and are left out").format(gone=gone, count=len(table))
        )
    if as_json:
        click.echo(json.dumps({name: json_number(value) for name, value in found.items()}))
    else:
        from tuitrain.cli.progress import why_absent  # noqa: PLC0415

        absent = why_absent(found["loss"], int(found["rows"]))
        shown = {name: f"{value:.6g}" if math.isfinite(value) else absent for name, value in found.items()}
        click.echo("  ".join(f"{name} {value}" for name, value in shown.items()))


def _write_into(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FileError(
            _("{output}: cannot be written: {why}").format(output=visible(output), why=error.strerror)
        ) from error


def _read(data: str, model: Model, options: DataOptions, *, reads_target: bool = False) -> Table:
    """Read the table named by `data`; if its file has two parts, choose one and report it."""
    from tuitrain.runs.model_input import notices_for_model, read_for_model  # noqa: PLC0415

    hint_at_typing(data)
    table, test_table = read_for_model(model, data, options, reads_target=reads_target)
    if test_table is not None:
        parts = {"x_train": table, "x_test": test_table}
        used, other = reversed(parts) if reads_target else parts
        table = parts[used]
        tell(
            _("note: {name} has two parts: {used} is used ({count:,} rows), {other} is not").format(
                name=table.name, used=used, count=len(table), other=other
            )
        )
    for notice in notices_for_model(model, table):
        tell(_("note: {notice}").format(notice=notice))
    return table


def _kept_columns(table: Table, id_column: str | None, *, keep: bool) -> list[Column]:
    """The columns that are written before the prediction: the one that names the rows first, then all if `keep`."""
    from tuitrain.data.target import choose_target  # noqa: PLC0415

    names = [] if id_column is None else [choose_target(table, id_column)]
    names += [name for name in table.names if keep and name not in names]
    return [table.column(name) for name in names]


def _predictions(model: Model, table: Table, kept: list[Column]) -> list[list[object]]:
    header: list[object] = [*(column.name for column in kept), "prediction"]
    columns: list[list[object]] = [["" if label is None else label for label in column.labels()] for column in kept]
    columns.append(list(model.predict(table)))
    if model.class_names and model.network.loss.gives_probabilities:
        header += [f"probability {name}" for name in model.class_names]
        columns += [[f"{value:.6f}" for value in column] for column in model.predict_proba(table).T]
    return [header, *(list(row) for row in zip(*columns, strict=True))]


def _write(file: TextIO, rows: list[list[object]]) -> None:
    csv.writer(file, lineterminator="\n").writerows(rows)
