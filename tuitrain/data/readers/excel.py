"""Read the table of an Excel workbook: values as they are meant, what stands around the table left out and told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import compress

from tuitrain.data.cells.column_format import Told
from tuitrain.data.cells.objects import typed_columns
from tuitrain.data.notices import about
from tuitrain.data.readers import FileContent
from tuitrain.data.readers.archives import ZIP_MAGIC, Archive
from tuitrain.data.readers.compressed import size_text
from tuitrain.data.readers.excel_parts import (
    Sheet,
    SheetGrid,
    TooLargeError,
    Value,
    Workbook,
    read_grid,
    read_strings,
    read_workbook,
)
from tuitrain.data.readers.header import judge_first_row
from tuitrain.data.readers.header_rows import header_rows_of
from tuitrain.data.readers.python_values import typed_list
from tuitrain.data.readers.text import read_text_file
from tuitrain.data.table import Table, tidy_names
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions
from tuitrain.text import MOST_NAMES, counted, listed, quoted, suggest, visible
from tuitrain.translation import N_, ngettext
from tuitrain.translation import gettext as _

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHARE = 0.25  # of what other archives may unpack to: XML takes time, and a cell more memory than its text
SAVE = N_("open it and save it as .xlsx, or the sheet as CSV")
RANGE = re.compile(r"[A-Z]+([0-9]{1,7}):[A-Z]+([0-9]{1,7})")
SAMPLE_ROWS = 50
MOST_ABOVE = 25  # rows above the header that are looked at


def read_excel_file(file: FileContent, options: DataOptions) -> tuple[Table, None]:
    """Read the sheet that is named by the options, or the first that has a table.

    Raises
    ------
    DataError
        if the file is damaged, too large, no workbook, or has no such sheet or no table.
    """
    with file.open() as content:
        head = content.read(len(OLE_MAGIC))
        if head == OLE_MAGIC:
            text = _("{name}: is an old Excel file (.xls) or one with a password; {save}")
            raise DataError(text.format(name=file.name, save=_(SAVE)))
        if not head.startswith(ZIP_MAGIC):  # text is often given such a suffix, for a spreadsheet program to open it
            content.seek(0)
            return read_text_file(replace(file, data=content.read(), path=None, suffix=""), options)
        archive = Archive(content, file.name, _("an Excel workbook"), share=SHARE)
        try:
            return _read(archive, file, options), None
        except TooLargeError as error:
            text = _("{name}: unpacks to more than {limit}, the most for a file of this size")
            raise DataError(text.format(name=file.name, limit=size_text(archive.limit))) from error
        except DataError:
            raise
        except Exception as error:  # damaged bytes raise a dozen kinds of exception
            raise archive.damaged(error) from error


def _read(archive: Archive, file: FileContent, options: DataOptions) -> Table:
    archive.check_sizes([part for part in archive.sizes if part.endswith((".rels", "workbook.xml", "styles.xml"))])
    workbook = read_workbook(archive)
    if workbook is None:
        raise DataError(_("{name}: {found}").format(name=file.name, found=_other_archive(archive)))
    sheets = _candidates(workbook, options.sheet, file.name)
    parts = {sheet.part for sheet in sheets} | ({workbook.strings} if workbook.strings else set())
    archive.check_sizes(parts)
    strings = read_strings(archive, workbook.strings) if workbook.strings else []
    most_rows = None if file.most_rows is None else file.most_rows + MOST_ABOVE
    for sheet in sheets:
        grid = read_grid(archive, sheet, workbook, strings, most_bytes=archive.limit, most_rows=most_rows)
        if options.sheet is not None or _has_table(grid):
            notices = _sheet_notice(sheet, workbook) if options.sheet is None else []
            return _table(grid, sheet, file, notices, options)
    names = listed("sheet", [sheet.name for sheet in sheets])
    raise DataError(_("{name}: found no table in {sheets}").format(name=file.name, sheets=names))


def _other_archive(archive: Archive) -> str:
    if "mimetype" in archive.sizes:
        return _("is an OpenDocument file (.ods); {save}").format(save=_(SAVE))
    if any(part.endswith("workbook.bin") for part in archive.sizes):
        return _("is a binary Excel workbook (.xlsb); {save}").format(save=_(SAVE))
    return _("is a zip archive without an Excel workbook")


def _candidates(workbook: Workbook, wanted: str | None, name: str) -> list[Sheet]:
    """The sheets to look at, in their order."""
    if wanted is None:
        shown = [sheet for sheet in workbook.sheets if not sheet.is_hidden]
        if not shown:
            raise DataError(_("{name}: the workbook has no sheet with cells").format(name=name))
        return shown
    found = [sheet for sheet in workbook.sheets if sheet.name.strip().lower() == wanted.strip().lower()]
    if not found:
        known = suggest(wanted, [sheet.name for sheet in workbook.sheets])
        raise DataError(
            _("{name}: has no sheet {wanted}; {known}").format(name=name, wanted=quoted(wanted), known=known)
        )
    return found[:1]


def _has_table(grid: SheetGrid) -> bool:
    return len(grid.columns) > 1 and len(grid.rows) > 1


def _sheet_notice(sheet: Sheet, workbook: Workbook) -> list[str]:
    others = [other.name for other in workbook.sheets if other is not sheet and not other.is_hidden]
    if not others:
        return []
    text = _("sheet {name} is read; --sheet NAME reads another: {others}")
    return [text.format(name=quoted(sheet.name), others=", ".join(map(quoted, others[:MOST_NAMES])))]


@dataclass(frozen=True)
class _Place:
    """Where the table is among a grid's rows: its first row, and the row behind its last."""

    top: int
    bottom: int


def _table(grid: SheetGrid, sheet: Sheet, file: FileContent, notices: list[str], options: DataOptions) -> Table:
    where = _("{name}, sheet {sheet}").format(name=file.name, sheet=quoted(sheet.name))
    if not grid.columns:
        raise DataError(_("{where}: found no cells").format(where=where))
    count = len(grid.rows)
    places = sorted(grid.columns)
    columns = [grid.columns[place] + [None] * (count - len(grid.columns[place])) for place in places]
    place = _place(columns, grid.rows, options.skip_lines)
    header = None if options.skip_lines is not None or options.header is not None else _header_rows(columns, place)
    if header is not None:
        place = header.place
        notices += header.notices(grid.rows)
    notices += _outside(place, grid.rows)
    columns = [column[place.top : place.bottom] for column in columns]
    filled = [any(value is not None for value in column) for column in columns]
    places, columns = list(compress(places, filled)), list(compress(columns, filled))
    numbers = grid.rows[place.top : place.bottom]
    if blank := numbers[-1] - numbers[0] + 1 - len(numbers):
        notices.append(_("{rows} skipped").format(rows=counted(blank, "blank row")))
    headers = [_text(column[0]) for column in columns]
    if header is not None:
        headers = [*compress(header.names, filled)]
        columns = [[name, *column[header.count :]] for name, column in zip(headers, columns, strict=True)]
        numbers = numbers[header.count - 1 :]
    has_header, told_header = _has_header(columns, numbers[0], where, options.header)
    notices += told_header
    if has_header:
        columns = [column[1:] for column in columns]
    else:
        headers = [f"column {number}" for number in range(1, len(columns) + 1)]
        notices.append(
            _("no header found; the columns are called {first} to {last} (--header yes decides otherwise)").format(
                first=quoted(headers[0]), last=quoted(headers[-1])
            )
        )
    if not columns[0]:
        raise DataError(_("{where}: found a header and no rows; expected at least one row").format(where=where))
    names, renamed = tidy_names(headers)
    typed = {name: typed_list(column[: file.most_rows]) for name, column in zip(names, columns, strict=True)}
    made, remarks = typed_columns(typed, where=where, told=Told.of(options, file.formats))
    notices += renamed + _uncalculated(grid, places, names) + _merged(grid.merged, numbers) + remarks
    return Table(file.name, tuple(made), tuple(notices), is_partial=grid.is_partial, is_nameless=not has_header)


@dataclass(frozen=True)
class _HeaderRows:
    """The first `count` rows of a place, which name the columns together: `names`."""

    place: _Place
    count: int
    names: Sequence[str]

    def notices(self, rows: Sequence[int]) -> list[str]:
        """Tell that they do."""
        first, last = rows[self.place.top], rows[self.place.top + self.count - 1]
        text = _("rows {first} to {last} are taken together as the header, as in {name}; --skip-lines {above} takes "
                 "the first one alone")  # fmt: skip
        return [text.format(first=first, last=last, name=quoted(self.names[-1]), above=first - 1)]


def _header_rows(columns: Sequence[Sequence[Value]], place: _Place) -> _HeaderRows | None:
    """Find rows that name the columns together where the last of them does not, from the row above the table on."""
    for top in dict.fromkeys((max(place.top - 1, 0), place.top)):
        head = slice(top, top + SAMPLE_ROWS)
        rows = list(zip(*([_text(cell) for cell in column[head]] for column in columns), strict=True))
        found = header_rows_of(rows)
        if found is not None and (found.has_index or len({*filter(None, rows[1])}) < len(rows[1])):
            return _HeaderRows(_Place(top, place.bottom), found.count, found.names)
    return None


def _place(columns: Sequence[Sequence[Value]], rows: Sequence[int], skipped: int | None) -> _Place:
    """Find the table: below titles and above remarks, which are rows with fewer cells than half of the usual number.

    Only single cells are remarks, and only behind a blank row. `skipped` are the sheet's rows to leave out above, if
    the user says so.
    """
    filled = [sum(column[row] is not None for column in columns) for row in range(len(rows))]
    usual = Counter(filled[: SAMPLE_ROWS * 2]).most_common(1)[0][0]
    usual = max(usual, 2)
    top = next((row for row, cells in enumerate(filled[:MOST_ABOVE]) if 2 * cells > usual and cells > 1), 0)
    if skipped is not None:
        top = min(sum(number <= skipped for number in rows), len(rows) - 1)
    bottom = len(rows)
    while bottom > top + 1 and filled[bottom - 1] == 1 and usual > 2:
        bottom -= 1
    if bottom < len(rows) and rows[bottom] == rows[bottom - 1] + 1:  # no blank row: they belong to the table
        bottom = len(rows)
    return _Place(top, bottom)


def _outside(place: _Place, rows: Sequence[int]) -> list[str]:
    """Tell of the rows around the table that are left out."""
    parts = []
    for outside, text in (
        (rows[: place.top], N_("{rows} above the header skipped")),
        (rows[place.bottom :], N_("{rows} below the table skipped")),
    ):
        if outside:
            shown = ngettext("row {first}", "rows {first} to {last}", len(outside))
            parts.append(_(text).format(rows=shown.format(first=outside[0], last=outside[-1])))
    return parts


def _has_header(columns: Sequence[Sequence[Value]], row: int, where: str, wanted: str | None) -> tuple[bool, list[str]]:
    """Decide whether the first row names the columns, as in text tables; return that and what is to be told of it."""
    if wanted is not None:
        return wanted == "yes", []
    rows = list(zip(*([_text(cell) for cell in column[:SAMPLE_ROWS]] for column in columns), strict=True))
    verdict = judge_first_row(rows[0], rows[1:])
    if verdict.is_open:
        text = _("{where}, row {row}: this may be a header or a row: {why}; say which by --header yes or --header no")
        raise DataError(text.format(where=where, row=row, why=verdict.why))
    if not verdict.is_header or not verdict.is_guessed:
        return verdict.is_header, []
    text = _("row {row} is taken as the header, since {why}; --header no decides otherwise")
    return True, [text.format(row=row, why=verdict.why)]


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    if isinstance(value, datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    return visible(value, 500) if isinstance(value, (str, bool, timedelta)) else repr(value)


def _merged(ranges: Sequence[str], rows: Sequence[int]) -> list[str]:
    """Tell of cells of several rows of the table that were made one: the first row alone has the value."""
    found = []
    for cells in ranges:
        ends = RANGE.fullmatch(cells)
        if ends and int(ends[2]) > int(ends[1]) and rows[0] < int(ends[2]) and int(ends[1]) <= rows[-1]:
            found.append(cells)
    if not found:
        return []
    text = ngettext(
        "cells {ranges} are merged: the first has the value, the others are missing",
        "cells {ranges} and others are merged: the first of them has the value, the others are missing", len(found),
    )  # fmt: skip
    return [text.format(ranges=visible(found[0], 40))]


def _uncalculated(grid: SheetGrid, places: Sequence[int], names: Sequence[str]) -> list[str]:
    """Tell of formulas whose values the file does not hold, since the program that wrote it did not calculate."""
    notices = []
    for place, count in grid.uncalculated.items():
        cells = counted(count, "formula")
        text = _("{cells} without a value, taken as missing; open the file in a spreadsheet program and save it")
        named = dict(zip(places, names, strict=True)).get(place)
        remark = text.format(cells=cells)
        notices.append(about(named, remark) if named else remark)
    return notices
