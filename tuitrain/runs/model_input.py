"""Read a table for a model: its columns as training read them, and matched to those of training."""

from __future__ import annotations

from dataclasses import replace

from tuitrain.data.cells.column_format import ColumnFormat
from tuitrain.data.cells.looked import are_codes
from tuitrain.data.loading import STANDARD_INPUT, load_tables
from tuitrain.data.notices import Notice
from tuitrain.data.table import Table
from tuitrain.data.target import class_numbers
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions
from tuitrain.runs.model import Model
from tuitrain.text import counted, quoted
from tuitrain.translation import gettext as _

MOST_ROWS = 1000  # by which columns are matched to their places


def read_for_model(
    model: Model, source: str, options: DataOptions, *, reads_target: bool = False, keeps_cells: bool = False,
) -> tuple[Table, Table | None]:  # fmt: skip
    """Read the table that `source` names as the model's training table was read; and its test table, if it has one.

    With `reads_target`, the target column is read as in training too; `keeps_cells` as in `load_tables`.

    Raises
    ------
    DataError
        if a cell does not fit the format of its column, or the columns cannot be matched to those of training.
    """
    known, wanted = model.preprocessing, formats_of(model, reads_target=reads_target)
    if not known.is_nameless or source in {"-", *STANDARD_INPUT}:
        formats = wanted
        table, test = load_tables(source, options, formats=formats, keeps_cells=keeps_cells)
        return _by_place(model, table) if known.is_nameless else table, test
    names = names_by_place(model, load_tables(source, options, most_rows=MOST_ROWS)[0])
    formats = {f"column {place}": wanted[name] for place, name in enumerate(names, 1) if name in wanted}
    table, test = load_tables(source, options, formats=formats, keeps_cells=keeps_cells)
    return _renamed(table, names), test


def formats_of(model: Model, *, reads_target: bool = False) -> dict[str, ColumnFormat]:
    """Return the formats by which columns are read for a model, by name.

    Whether NA is missing among texts is settled by those of training, however few or many a new table has.
    """
    known = model.preprocessing
    formats = dict(known.formats if reads_target else known.needed_formats)
    if reads_target and model.target_name in formats:
        formats[model.target_name] = replace(formats[model.target_name], allows_others=True)
    for spec in known.texts:
        form = formats.get(spec.name)
        if form is not None and form.missing is None:
            levels = [level for level in spec.levels if level is not None]
            words = form.missing_words() - ({"na"} if are_codes(levels) else set())
            formats[spec.name] = replace(form, missing=tuple(sorted(words)))
    return formats


def _by_place(model: Model, table: Table) -> Table:
    return _renamed(table, names_by_place(model, table))


def _renamed(table: Table, names: list[str]) -> Table:
    columns = tuple(replace(column, name=name) for column, name in zip(table.columns, names, strict=True))
    return replace(table, columns=columns)


def names_by_place(model: Model, table: Table) -> list[str]:
    """The names that the columns of a table without header had in training, which had none either.

    The target may be left out. Where as many columns stand as in training, the target's place must hold targets: else
    they may be other columns in the same number.
    """
    if not table.is_nameless:
        raise DataError(
            _("{name}: has a header, and the model was trained on a table without one; its columns cannot be matched "
              "by name (--header no, or take the header out)").format(name=table.name)
        )  # fmt: skip
    inputs = list(model.preprocessing.source_names)
    place = _target_place(model)
    if len(table.columns) == len(inputs):
        return inputs
    if len(table.columns) != len(inputs) + 1:
        raise DataError(
            _("{name}: found {found}; expected {count} as in training, or {inputs} without the target").format(
                name=table.name, found=counted(len(table.columns), "column"), count=len(inputs) + 1, inputs=len(inputs)
            )
        )
    column = table.columns[place]
    present = column.take((~column.missing).nonzero()[0])
    is_target = bool((class_numbers(present, model.class_names) >= 0).all()) if model.class_names else (
        column.kind != "text"
    )  # fmt: skip
    if not is_target:
        labels = [label for label in present.labels() if label is not None]
        odd = next(label for label in labels if label not in model.class_names)
        raise DataError(
            _("{name}: neither table has a header, so that columns are matched by place; {column} was the target in "
              "training and holds {value} here. Leave the target out, or give both tables a header").format(
                name=table.name, column=quoted(column.name), value=quoted(odd)
            )
        )  # fmt: skip
    return [*inputs[:place], model.target_name, *inputs[place:]]


def _target_place(model: Model) -> int:
    """The place of the target among the columns of the training table, whose made-up names count them."""
    number = model.target_name.rpartition(" ")[2]
    return int(number) - 1 if number.isdigit() else len(model.preprocessing.source_names)


def notices_for_model(model: Model, table: Table) -> list[str]:
    """What is to be told about a table before it is predicted from: nothing about columns that the model ignores."""
    needed = {*model.preprocessing.column_names, model.target_name}
    about_table = [
        notice for notice in table.notices
        if not (isinstance(notice, Notice) and notice.columns and not needed & set(notice.columns))
    ]  # fmt: skip
    return [*about_table, *model.preprocessing.notices(table, target=model.target_name)]
