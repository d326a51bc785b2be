"""`tuitrain predict` and `tuitrain evaluate`: what a saved model is used for."""

from __future__ import annotations

import csv
import io
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from tuitrain.errors import DataError
from tuitrain.text import visible

if TYPE_CHECKING:
    from tuitrain.data.columns import Table
    from tuitrain.runs.model import Model

MODEL = click.argument("model_file", metavar="MODEL", type=click.Path(path_type=Path, dir_okay=False))


@click.command()
@MODEL
@click.argument("data")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write CSV here.")
def predict(model_file: Path, data: str, output: Path | None) -> None:
    """Predict each row of DATA with MODEL: CSV with the prediction and, for classes, their probabilities."""
    from tuitrain.runs.model import load_model, write_whole  # noqa: PLC0415

    model = load_model(model_file)
    table = _read(data, model)
    rows = _predictions(model, table)
    if output is None:
        _write(sys.stdout, rows)
        return
    if output.exists() and any(output.samefile(name) for name in (data, model_file) if Path(name).exists()):
        raise DataError(f"{visible(output)}: is what is read; it is not overwritten")
    text = io.StringIO(newline="")
    _write(text, rows)
    if output.exists() and not output.is_file():
        _write_into(output, text.getvalue())  # a pipe, a device
    else:
        write_whole(output, text.getvalue().encode())
    click.echo(f"{len(table)} predictions written to {output}", err=True)


@click.command()
@MODEL
@click.argument("data")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(model_file: Path, data: str, as_json: bool) -> None:
    """Measure MODEL on the rows of DATA, which must hold the target column."""
    from tuitrain.runs.model import load_model  # noqa: PLC0415

    model = load_model(model_file)
    table = _read(data, model)
    found = model.evaluate(table)
    if gone := len(table) - int(found["rows"]):
        click.echo(f"note: {gone} of {len(table)} rows have no value in the target: left out", err=True)
    if as_json:
        click.echo(json.dumps({name: value if math.isfinite(value) else None for name, value in found.items()}))
    else:
        click.echo("  ".join(f"{name} {value:.6g}" for name, value in found.items()))


def _write_into(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DataError(f"{visible(output)}: cannot be written: {error.strerror}") from error


def _read(data: str, model: Model) -> Table:
    from tuitrain.data.loading import load_tables  # noqa: PLC0415

    table, _ = load_tables(data)
    for notice in (*table.notices, *model.preprocessing.notices(table, target=model.target_name)):
        click.echo(f"note: {notice}", err=True)
    return table


def _predictions(model: Model, table: Table) -> list[list[object]]:
    header: list[object] = ["prediction"]
    columns: list[list[object]] = [list(model.predict(table))]
    if model.class_names and model.network.loss.gives_probabilities:
        header += [f"probability {name}" for name in model.class_names]
        columns += [[f"{value:.6f}" for value in column] for column in model.predict_proba(table).T]
    return [header, *(list(row) for row in zip(*columns, strict=True))]


def _write(file: TextIO, rows: list[list[object]]) -> None:
    csv.writer(file, lineterminator="\n").writerows(rows)
