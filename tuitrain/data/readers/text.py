"""Read CSV and TSV files strictly: a malformed row is an error with file, line and finding, never repaired."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from tuitrain.data.cells.column_format import NUMBER, Told
from tuitrain.data.cells.number_column import has_points_of_thousands, is_doubtful
from tuitrain.data.cells.reading import read_columns
from tuitrain.data.readers import FileContent
from tuitrain.data.readers.checked_rows import Cells, CheckedRows, read_cells
from tuitrain.data.readers.compressed import PIECE
from tuitrain.data.readers.dialect import Layout, Wanted, lay_out
from tuitrain.data.readers.encoding import decode
from tuitrain.data.readers.file_kinds import DOS_END, refuse_other_kinds
from tuitrain.data.readers.mixed_rows import read_mixed_cells
from tuitrain.data.readers.number_block import spelled_twice_in
from tuitrain.data.readers.number_table import has_point, read_number_table
from tuitrain.data.readers.quoted_words import with_quoted_words_marked
from tuitrain.data.table import Table, tidy_names
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions
from tuitrain.text import counted, quoted
from tuitrain.translation import gettext as _

TAB_SUFFIXES = (".tsv", ".tab")


def read_text_file(file: FileContent, options: DataOptions) -> tuple[Table, None]:
    """Read a text table; a .tsv file with tabs is split at them, unless `options.delimiter` says otherwise.

    Raises
    ------
    DataError
        as `read_text_table` does.
    """
    return _read_text(file, Wanted.of(options), Told.of(options, file.formats)), None


def read_text_table(
    data: bytes, name: str, *, wanted: Wanted | None = None, most_rows: int | None = None, is_cut: bool = False,
    told: Told | None = None, keeps_cells: bool = False,
) -> Table:  # fmt: skip
    """Read the bytes of a CSV or TSV file; `name` stands for the file in messages.

    `wanted` is what is known about the layout, `told` about the cells. `most_rows` stops reading after that many rows;
    `is_cut` means that `data` is the head of a longer file. With `keeps_cells`, `Table.written` gives the cells.

    Raises
    ------
    DataError
        if the file is binary or empty, its layout can be read in two ways, a row is too short or too long, or a quote
        is not closed.
    """
    return _read_text(
        FileContent(data, name, "", most_rows, is_cut, keeps_cells=keeps_cells), wanted or Wanted(), told or Told()
    )


@dataclass(frozen=True)
class _Found:
    """What was read: `names` as the header has them, and what `Table` calls so."""

    names: list[str]
    columns: list[Cells]
    layout: Layout
    notices: list[str]
    is_partial: bool
    lines: list[tuple[int, int]]
    rows: CheckedRows | None = None


def _read_text(file: FileContent, wanted: Wanted, told: Told) -> Table:
    if wanted.delimiter is None and file.suffix in TAB_SUFFIXES and _has_tabs(file):
        wanted = replace(wanted, delimiter="\t")
    as_cells = {name for name, kind in told.kinds.items() if kind != NUMBER}
    as_cells |= {name for name, form in told.formats.items() if form.kind != NUMBER}
    with_points = {name for name, form in told.formats.items() if has_points_of_thousands(form, told)}
    found: _Found | set[str] = set()
    if file.most_rows is None and not file.keeps_cells and not as_cells and not with_points:
        found = _read_numbers(file, wanted, told)
    if isinstance(found, set):
        found = _read_strictly(file, wanted, told, as_cells | found, with_points)
    names, columns, left_out = without_empty_end(found.names, found.columns)
    names, renamed = told_names(names, found.layout, wanted)
    parsed, remarks = read_columns(
        names,
        columns,
        where=file.name,
        told=told,
        delimiter=found.layout.delimiter,
        line_of=None if found.rows is None else partial(_line_of, found),
    )
    return Table(
        file.name, tuple(parsed), tuple(found.notices + left_out + remarks + renamed), is_partial=found.is_partial,
        is_nameless=not found.layout.has_header, layout=found.layout, lines=tuple(found.lines),
        written=found.rows.cells if found.rows is not None and file.keeps_cells else None,
    )  # fmt: skip


def _line_of(found: _Found, place: int, text: str) -> int:
    """The first line with this text in a column of texts; 0 if there is none."""
    cells = found.columns[place]
    row = next((row for row, cell in enumerate(cells) if cell.strip() == text), -1) if isinstance(cells, list) else -1
    return 0 if row < 0 else row + next(shift for first, shift in reversed(found.lines) if first <= row)


def _has_tabs(file: FileContent) -> bool:
    with file.open() as stream:
        return any(b"\t" in piece for piece in iter(partial(stream.read, PIECE), b""))


def _read_numbers(file: FileContent, wanted: Wanted, told: Told) -> _Found | set[str]:
    """Read a table of plain numbers quickly; else return the names of the columns whose cells are to be looked at."""
    table = read_number_table(file, wanted)
    if table is None:
        return set()
    layout = table.laid_out.layout
    names = tidy_names(table.names)[0]
    doubtful = spelled_twice_in(table.laid_out.text, layout.delimiter, names)
    for place, (name, values) in enumerate(zip(names, table.columns, strict=True)):
        may_have_point = partial(has_point, file, wanted, place) if table.has_points else bool
        if is_doubtful(values, told, layout.delimiter, has_point=may_have_point):
            doubtful.add(name)
    if doubtful:
        return doubtful
    lines = [(0, layout.first_line + layout.has_header)]
    return _Found(table.names, [*table.columns], layout, [*table.laid_out.notices], file.is_cut, lines)


def _read_strictly(
    file: FileContent, wanted: Wanted, told: Told, as_cells: Collection[str], with_points: Collection[str]
) -> _Found:  # fmt: skip
    """Read a table of any cells; those of the columns `as_cells` stay texts, and those `with_points` if any has one."""
    text, layout, notices = _text_of(file, wanted)
    text = with_quoted_words_marked(text, layout.splitting, told)
    rows = CheckedRows(
        text, file.name, layout, file.most_rows, is_cut=file.is_cut, size=file.size, progress=file.progress
    )
    kept = {*as_cells, *(with_points if "." in text else ())}
    columns = read_mixed_cells(rows, told, kept) or read_cells(rows, told, kept)
    return _Found(rows.names, columns, layout, notices + rows.notices(), rows.is_partial, rows.lines, rows)


def _text_of(file: FileContent, wanted: Wanted) -> tuple[str, Layout, list[str]]:
    """The text of a table, its layout and notices on both; its bytes are let go."""
    file.progress(0, file.size)
    with file.open() as stream:
        data = stream.read()
    refuse_other_kinds(data, file.name)
    decoded = decode(data.removesuffix(DOS_END), file.name, encoding=wanted.encoding, is_cut=file.is_cut)
    del data
    if not decoded.text.strip("\ufeff \t\r\n"):
        raise DataError(_("{name}: the file is empty; expected a header and rows").format(name=file.name))
    laid_out = lay_out(decoded, file.name, wanted)
    return laid_out.text, laid_out.layout, [*laid_out.notices]


def told_names(headers: list[str], layout: Layout, wanted: Wanted) -> tuple[list[str], list[str]]:
    """Return the columns' names, with notices on those that were changed or made up."""
    names, renamed = tidy_names(headers)
    if not layout.has_header:
        renamed = [
            _("no header found; the columns are called {names}").format(
                names=_(" to ").join(map(quoted, dict.fromkeys((names[0], names[-1]))))
            )
        ]
        if wanted.header is None:
            why = _("{text} ({why}; --header yes decides otherwise)")
            renamed = [why.format(text=renamed[0], why=layout.evidence["header"])]
    elif len(renamed) > 2 and 2 * sum(not name.strip() for name in headers) > len(headers):
        renamed = [_("most of the first row is blank; if it is a title, --skip-lines leaves it out")]
    return names, renamed


def without_empty_end(names: list[str], columns: list[Cells]) -> tuple[list[str], list[Cells], list[str]]:
    """Drop the last columns that have neither header nor values, with a notice.

    A delimiter at the end of each row creates such a column, which would be taken for the target.
    """
    kept = len(names)
    while kept > 1 and not names[kept - 1].strip() and _is_empty(columns[kept - 1]):
        kept -= 1
    gone = len(names) - kept
    notices = (
        [_("{columns} without header and values left out").format(columns=counted(gone, "last column"))] if gone else []
    )
    return names[:kept], columns[:kept], notices


def _is_empty(cells: Cells) -> bool:
    if isinstance(cells, np.ndarray):
        return bool(np.isnan(cells).all())
    return isinstance(cells, list) and not any(map(str.strip, cells))
