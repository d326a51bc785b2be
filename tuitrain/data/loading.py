"""Load the table that a user names, and make a dataset of it."""

from __future__ import annotations

import io
import os
import re
import stat
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, BinaryIO, TypeAlias

from tuitrain.data.catalog import BUNDLED, bundled_path
from tuitrain.data.cells.column_format import ColumnFormat, Told
from tuitrain.data.dataset import Dataset, build_dataset
from tuitrain.data.generators import RECIPES, generate
from tuitrain.data.progress import Progress, untold
from tuitrain.data.readers import EXCEL, PACKED_SUFFIXES, READERS, TEXT, ZIP_SUFFIX, FileContent, reader_of
from tuitrain.data.readers.archives import ZIP_MAGIC, Archive, only_table
from tuitrain.data.readers.compressed import MARK_LENGTH, PIECE, packing_of, unpack, without_packing
from tuitrain.data.readers.frames import Frame, frame_table, is_frame
from tuitrain.data.readers.text import read_text_table
from tuitrain.data.table import Table
from tuitrain.data.target import choose_target
from tuitrain.errors import DataError
from tuitrain.options.data_options import DATA_FIELDS, DataOptions
from tuitrain.options.option import takes
from tuitrain.text import nearest, quoted, suggest, visible
from tuitrain.translation import gettext as _

Source: TypeAlias = str | os.PathLike[str] | Frame
HEAD_BYTES = 8_000_000
FRAME_NAME = "table"  # of a table that a program holds
STANDARD_INPUT = ("/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")


@takes(DATA_FIELDS)
def load_dataset(
    source: Source, target: str | None = None, *, allow_stdin: bool = True, progress: Progress = untold,
    **options: Any,
) -> Dataset:  # fmt: skip
    """Read a table and make a dataset of it.

    Parameters
    ----------
    source
        a bundled or generated name (``iris``, ``moons?n=1000``), a path (anything with a suffix or a slash), or ``-``
        for standard input; a `Path` is always a file. Or a table of pandas, polars or Arrow, a mapping from names to
        columns, or a list of mappings
    allow_stdin
        False refuses ``-``, where standard input is the keyboard
    progress
        called while the table is read with the bytes that are read and those of the whole, 0 if that is not known

    Raises
    ------
    DataOptionError
        with a line for each option that is unknown or not allowed.
    DataError
        if the table cannot be read or does not fit the task; names the file, the line and what was found.
    """
    held = source if is_frame(source) else None
    source = FRAME_NAME if held is not None else source_text(source)
    if options.get("test_file") is not None:
        options["test_file"] = source_text(options["test_file"])
    chosen = DataOptions.from_mapping({"target": target, **options})
    if held is None:
        table, test_table = load_tables(source, chosen, allow_stdin=allow_stdin, progress=progress)
    else:
        table, test_table = frame_table(held, source, told=Told.of(chosen)), None
    dataset = dataset_of(source, table, test_table, chosen, allow_stdin=allow_stdin, progress=progress)
    return dataset if held is None else replace(dataset, options={})  # it cannot be read again


def dataset_of(
    source: str, table: Table, test_table: Table | None, options: DataOptions, *, allow_stdin: bool = True,
    progress: Progress = untold,
) -> Dataset:  # fmt: skip
    """Make a dataset of tables that `load_tables` has read; a test file that `options` names is read here.

    Raises
    ------
    DataError
        as `load_dataset` does.
    """
    if options.test_file is not None:
        formats = {column.name: column.format for column in table.columns if column.format is not None}
        if (target := choose_target(table, options.target)) in formats:
            formats[target] = replace(formats[target], allows_others=True)
        test_table = load_tables(
            options.test_file, options, allow_stdin=allow_stdin, formats=formats, progress=progress
        )[0]
    dataset = build_dataset(table, options, source=source, test_table=test_table)
    return replace(dataset, options=options.to_mapping())


def source_text(source: object) -> str:
    """Convert a source to text; a path object becomes text that can only name a file.

    Raises
    ------
    DataError
        if it is neither.
    """
    if isinstance(source, str):
        return source
    try:
        path = os.fsdecode(source)  # type: ignore[arg-type]
    except TypeError:
        shown = visible(repr(source), 60)
        hint = _("; for arrays: Dataset.from_arrays(X, y)") if hasattr(source, "__array__") else ""
        text = _("dataset: {shown} is not a Dataset, a name, a path or a table{hint}")
        raise DataError(text.format(shown=shown, hint=hint)) from None
    return path if "/" in path else f"./{path}"


def load_tables(
    source: str, options: DataOptions | None = None, *, most_rows: int | None = None, allow_stdin: bool = True,
    formats: Mapping[str, ColumnFormat] | None = None, progress: Progress = untold, keeps_cells: bool = False,
) -> tuple[Table, Table | None]:  # fmt: skip
    """Read the table named by `source`, and the test table if its file holds one.

    `most_rows` limits what is read, for a preview; `allow_stdin` and `progress` as in `load_dataset`; `formats` are
    those by which a model's columns are read. With `keeps_cells`, `Table.written` gives the cells of a text file.

    Raises
    ------
    DataError
        if `source` is neither a name nor a path, or its table cannot be read.
    """
    options = options or DataOptions()
    name, _mark, details = source.partition("?")
    if name in RECIPES:
        return generate(name, details, most_rows=most_rows), None
    if name in BUNDLED and not details:
        bundled = BUNDLED[name]
        said = Told.of(options, formats)  # how numbers and dates are written is known of these
        told = Told(missing=said.missing, also=said.also, kinds=said.kinds, formats=said.formats)
        table = read_text_table(
            bundled_path(name).read_bytes(), name, most_rows=most_rows, told=told, keeps_cells=keeps_cells
        )
        return replace(table, suggested_target=bundled.target, suggested_task=bundled.task), None
    if source == "-":
        if not allow_stdin or sys.stdin is None:
            raise DataError(_("dataset -: standard input cannot be read here; name a file, such as ./data.csv"))
        content = FileContent(
            b"", "standard input", "", most_rows, formats=formats or {}, progress=progress, keeps_cells=keeps_cells
        )
        return _read_standard_input(content, options)
    if re.match(r"[a-z][a-z0-9+.-]+://", source, re.IGNORECASE):
        raise DataError(
            _("dataset {source}: is a URL; download the file first, for example with curl -O").format(
                source=quoted(source)
            )
        )
    path = _path(source)
    if "/" not in source and not path.is_file() and (not path.suffix or "?" in source):
        raise DataError(_("dataset {source}: {meant}").format(source=quoted(source), meant=_meant(name)))
    return read_path(path, options, most_rows=most_rows, formats=formats, progress=progress, keeps_cells=keeps_cells)


def _read_standard_input(content: FileContent, options: DataOptions) -> tuple[Table, Table | None]:
    data = _read_pieces(sys.stdin.buffer, None, 0, content.progress)
    if packing := packing_of(data):
        data, _is_cut = unpack(io.BytesIO(data), packing, content.name, size=len(data), progress=content.progress)
    return TEXT.load()(replace(content, data=data), options)


def _path(source: str) -> Path:
    try:
        path = Path(source).expanduser()
        path.stat()
    except FileNotFoundError:
        return path
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(
            _("{source} is not a valid path: {reason}").format(source=quoted(source), reason=reason)
        ) from error
    return path


def _meant(name: str) -> str:
    """Suggest what an unknown dataset name may have meant."""
    known = [*BUNDLED, *RECIPES]
    hint = _("to name a file, include its suffix or a slash: data.csv, ./data")
    if name in BUNDLED:
        return _("{name} takes no options").format(name=name)
    if not name:
        return _("the name is empty; {hint}").format(hint=hint)
    if meant := nearest(name, known):
        return _("did you mean {name}? To name a file, include its suffix or a slash: data.csv, ./data").format(
            name=meant
        )
    return f"{suggest(name, known)}; {hint}"


def _refuse_endless(file: BinaryIO, path: Path) -> None:
    """Refuse a device such as /dev/zero, which never ends; a pipe, a terminal and standard input are read."""
    mode = os.fstat(file.fileno()).st_mode
    is_read = stat.S_ISREG(mode) or stat.S_ISFIFO(mode) or file.isatty() or str(path) in STANDARD_INPUT
    if not is_read:
        raise DataError(_("{path}: is not a regular file").format(path=visible(path)))


def _is_model(head: bytes, size: int) -> bool:
    """Return whether it begins as a safetensors file does: the length of a JSON object, then that."""
    return head[8:9] == b"{" and int.from_bytes(head[:8], "little") < size


def _read_pieces(stream: IO[bytes], most_bytes: int | None, size: int, progress: Progress) -> bytes:
    """Read what a stream has, at most `most_bytes`; `size` is 0 where it is not known."""
    content = io.BytesIO()
    while most_bytes is None or content.tell() < most_bytes:
        progress(content.tell(), size)
        piece = stream.read(PIECE if most_bytes is None else min(PIECE, most_bytes - content.tell()))
        if not piece:
            break
        content.write(piece)
    return content.getvalue()


def _content(file: io.BufferedReader, path: Path, most_rows: int | None, progress: Progress) -> FileContent:
    """Read an open file, or its head for a preview; unpack it if it is packed."""
    is_regular = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    size = os.fstat(file.fileno()).st_size
    head = file.peek(MARK_LENGTH)
    packing = packing_of(head)
    name, suffix = path.name, path.suffix.lower()
    if packing is not None or suffix in PACKED_SUFFIXES:
        suffix = Path(without_packing(name)).suffix.lower()
        if packing is None and b"\x00" in head:  # some programs unpack what they download and keep the suffix
            text = _("{name}: is no {suffix} file, though its suffix says so, nor text; copy or download it again")
            raise DataError(text.format(name=visible(name), suffix=path.suffix.lower()))
    reader = reader_of(suffix)
    most_bytes = HEAD_BYTES if reader.reads_heads and most_rows is not None else None
    content = FileContent(b"", visible(name), suffix, most_rows, progress=progress)
    if packing is not None:
        data, is_cut = unpack(file, packing, content.name, size=size, most_bytes=most_bytes, progress=progress)
        return replace(content, data=data, is_cut=is_cut)
    if suffix == ZIP_SUFFIX and head.startswith(ZIP_MAGIC):
        return _zipped(io.BytesIO(file.read()), content)
    if reader.opens_paths and is_regular and most_bytes is None:
        return replace(content, path=path)
    data = _read_pieces(file, most_bytes, size, progress)
    return replace(content, data=data, is_cut=len(data) == most_bytes and bool(file.read(1)))


def _zipped(file: BinaryIO, content: FileContent) -> FileContent:
    """Read the one table of a zip archive, or its head for a preview."""
    archive = Archive(file, content.name, _("a zip archive"))
    table = only_table(archive, content.name, READERS)
    suffix = Path(table).suffix.lower()
    most_bytes = HEAD_BYTES if reader_of(suffix).reads_heads and content.most_rows is not None else None
    try:
        with archive.open(table) as member:
            data = _read_pieces(member, most_bytes, archive.sizes[table], content.progress)
            is_cut = len(data) == most_bytes and bool(member.read(1))
    except Exception as error:
        raise archive.damaged(error) from error
    return replace(content, data=data, suffix=suffix, is_cut=is_cut)


def read_path(
    path: Path, options: DataOptions | None = None, *, most_rows: int | None = None,
    formats: Mapping[str, ColumnFormat] | None = None, progress: Progress = untold, keeps_cells: bool = False,
) -> tuple[Table, Table | None]:  # fmt: skip
    """Read a file with the reader of its suffix; `formats`, `progress` and `keeps_cells` as in `load_tables`.

    Raises
    ------
    DataError
        if it cannot be read.
    """
    options = options or DataOptions()
    try:
        with path.open("rb") as file:
            _refuse_endless(file, path)
            head, size = file.peek(MARK_LENGTH), os.fstat(file.fileno()).st_size
            content = _content(file, path, most_rows, progress)
        is_model = _is_model(content.data, len(content.data)) if content.data else _is_model(head, size)
        if path.suffix.lower() == ".safetensors" or is_model:
            model = visible(path)
            raise DataError(
                _(
                    "{model}: is a model, not a table; to predict with it: tuitrain predict {model} "
                    "DATA; to measure it: tuitrain evaluate {model} DATA"
                ).format(model=model)
            )
        if options.sheet is not None and reader_of(content.suffix) is not EXCEL:
            text = _("{name}: has no sheets, so --sheet {sheet} says nothing about it")
            raise DataError(text.format(name=content.name, sheet=quoted(options.sheet)))
        return reader_of(content.suffix).load()(
            replace(content, formats=formats or {}, keeps_cells=keeps_cells), options
        )
    except FileNotFoundError:
        raise DataError(_("{path}: no such file").format(path=visible(path))) from None
    except IsADirectoryError:
        raise DataError(_("{path}: is a directory; expected a file").format(path=visible(path))) from None
    except OSError as error:
        raise DataError(_("{path}: cannot be read: {why}").format(path=visible(path), why=error.strerror)) from error
