"""Read Parquet files, by polars in a process of its own (the extra `parquet`)."""

from __future__ import annotations

import tempfile
from importlib.util import find_spec
from pathlib import Path

from tuitrain.data.cells.column_format import Told
from tuitrain.data.cells.objects import typed_columns
from tuitrain.data.readers import FileContent
from tuitrain.data.readers.answers import Refusal
from tuitrain.data.readers.child import DiedError, read_in_child
from tuitrain.data.readers.compressed import most_unpacked, size_text
from tuitrain.data.table import Table
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions
from tuitrain.text import extra, visible
from tuitrain.translation import gettext as _

CHILD = "tuitrain.data.readers.parquet_child"


def read_parquet_file(file: FileContent, options: DataOptions) -> tuple[Table, None]:
    """Read a Parquet file; the options that are about columns hold.

    Raises
    ------
    DataError
        if the extra is missing, or the file is damaged, empty or too large.
    """
    if find_spec("polars") is None:
        raise DataError(_("{name}: reading Parquet needs {extra}").format(name=file.name, extra=extra("parquet")))
    if file.path is not None:
        return _read(file.path, file, Told.of(options, file.formats)), None
    with tempfile.TemporaryDirectory(prefix="tuitrain-") as folder:
        path = Path(folder, "table.parquet")
        path.write_bytes(file.data)
        return _read(path, file, Told.of(options, file.formats)), None


def _read(path: Path, file: FileContent, told: Told) -> Table:
    limit = most_unpacked(path.stat().st_size)
    request = {"path": str(path.absolute()), "most_rows": file.most_rows, "limit": limit}
    try:
        facts, found = read_in_child(CHILD, request, limit=limit)
    except DiedError as error:
        raise DataError(_damage(file.name, _("the file is damaged"))) from error
    except Refusal as refusal:
        raise DataError(_refused(file.name, refusal, limit)) from refusal
    columns, notices = typed_columns(found, where=file.name, told=told)
    return Table(file.name, tuple(columns), tuple(notices), is_partial=facts["is_partial"])


def _damage(name: str, damage: str) -> str:
    return _("{name}: cannot be read as Parquet ({damage})").format(name=name, damage=damage)


def _refused(name: str, refusal: Refusal, limit: int) -> str:
    if refusal.key == "empty":
        return _("{name}: has no rows").format(name=name)
    if refusal.key == "large":
        text = _("{name}: unpacks to {size}; the most for a file of this size is {limit}")
        return text.format(name=name, size=size_text(refusal.details["size"]), limit=size_text(limit))
    return _damage(name, visible(refusal.details["error"], 100) or _("the file is damaged"))
