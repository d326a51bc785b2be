"""`tuitrain predict` and `tuitrain evaluate`: use a saved model."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuitrain.cli.options import check_data, hint_at_typing, reading_options, typed_options
from tuitrain.cli.output import tell
from tuitrain.cli.translated import command, option
from tuitrain.numbers import json_number
from tuitrain.options.data_options import DATA_FIELDS, DataOptions
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.data.table import Table
    from tuitrain.runs.model import Model

MODEL = click.argument("model_file", metavar="MODEL", type=click.Path(path_type=Path, dir_okay=False))


@command()
@MODEL
@click.argument("data")
@reading_options
@option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write CSV here.")
@option("--keep", is_flag=True, help="Write the columns of DATA before the prediction.")
@option("--id", "id_column", metavar="COLUMN", help="Write this column of DATA before the prediction.")
@option("--spread", is_flag=True, help="Write how far the members of an ensemble disagree, behind the prediction.")
def predict(
    model_file: Path, data: str, output: Path | None, keep: bool, id_column: str | None, spread: bool, **options: Any
) -> int:  # fmt: skip
    """Predict each row of DATA with MODEL: CSV with the prediction and, for classes, their probabilities."""
    from tuitrain.cli.predictions import check_output, write_predictions  # noqa: PLC0415
    from tuitrain.runs.model import load_model  # noqa: PLC0415
    from tuitrain.runs.predict_stream import Kept, predict_stream, predict_table  # noqa: PLC0415

    chosen = check_data(typed_options(DATA_FIELDS, options))
    model = load_model(model_file)
    check_output(output, [data, model_file])
    if spread:
        tell_spread(model)
    kept = Kept(id_column, keep, spread)
    with predict_stream(model, data, chosen, kept) as streamed:
        if streamed is not None:
            hint_at_typing(data)
            return write_predictions(streamed, output)
        keeps_cells = keep or id_column is not None
        found = predict_table(model, _read(data, model, chosen, keeps_cells=keeps_cells), kept)
        return write_predictions(found, output)


def tell_spread(model: Model) -> None:
    """Say what the spread of an ensemble's members meant on the test rows.

    Raises
    ------
    ModelError
        if the model is a single network.
    """
    from tuitrain.runs.spread import check_members, told  # noqa: PLC0415

    check_members(model)
    if said := told(model.spread, has_classes=bool(model.class_names)):
        tell(_("note: {notice}").format(notice=said))


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
        from tuitrain.cli.progress import AVERAGED, why_absent  # noqa: PLC0415

        absent = why_absent(found["loss"], int(found["rows"]))
        shown = {name: f"{value:.6g}" if math.isfinite(value) else absent for name, value in found.items()}
        click.echo("  ".join(f"{AVERAGED.get(name, name)} {value}" for name, value in shown.items()))


def _read(
    data: str, model: Model, options: DataOptions, *, reads_target: bool = False, keeps_cells: bool = False
) -> Table:  # fmt: skip
    """Read the table named by `data`; if its file has two parts, choose one and report it."""
    from tuitrain.runs.model_input import notices_for_model, read_for_model  # noqa: PLC0415

    hint_at_typing(data)
    table, test_table = read_for_model(model, data, options, reads_target=reads_target, keeps_cells=keeps_cells)
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
