"""Detect how the bytes of a text table are to be read: encoding, delimiter, header."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from tuitrain.data.cells.column_format import MISSING_IN_NUMBERS
from tuitrain.data.cells.number_cells import plain
from tuitrain.data.cells.number_column import is_finite_number
from tuitrain.errors import DataError
from tuitrain.options import data_options
from tuitrain.translation import N_
from tuitrain.translation import gettext as _

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {sign: name for name, sign in data_options.DELIMITERS.items()}
SAMPLE_CHARACTERS = 65_536
SAMPLE_ROWS = 50
EXPECTED_TEXT = N_("expected CSV or TSV text")
MAGIC = {
    b"\x1f\x8b": N_("gzip archive"),
    b"PK\x03\x04": N_("zip archive or spreadsheet"), b"\xfd7zXZ": N_("xz archive"), b"BZh91AY": N_("bzip2 archive"),
    b"\x28\xb5\x2f\xfd": N_("zstandard archive"), b"7z\xbc\xaf": N_("7z archive"), b"\x89PNG": N_("PNG image"),
    b"\xff\xd8\xff": N_("JPEG image"), b"%PDF": N_("PDF document"), b"SQLite format 3": N_("SQLite database"),
    b"\x7fELF": N_("program"), b"\xd0\xcf\x11\xe0": N_("spreadsheet"), b"\x89HDF": N_("HDF5 file"),
    b"[{": N_("JSON file"), b"[[": N_("JSON file"), b'{"': N_("JSON file"),
    b"[\n": N_("JSON file"), b"{\n": N_("JSON file"),
    b"<html": N_("web page"), b"<!DOCTYPE": N_("web page"), b"<?xml": N_("XML file"),
    b"PAR1": N_("Parquet file (name it .parquet)"), b"\x93NUMPY": N_("NumPy file (name it .npy)"),
}  # fmt: skip
CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True)
class Format:
    """The layout of a text table; `notice` is a remark on it for the user."""

    delimiter: str
    has_header: bool
    notice: str = ""


def decode(data: bytes, name: str, *, is_cut: bool = False) -> tuple[str, list[str]]:
    """Decode a file, with a notice if its encoding was guessed; keep only whole lines if `is_cut`.

    Raises
    ------
    DataError
        if the file is empty or binary, or no supported encoding fits its bytes.
    """
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise DataError(_("{name}: the file is empty; expected a header and rows").format(name=name))
    for magic, kind in MAGIC.items():
        if data.startswith(magic):
            raise DataError(
                _("{name}: this is a {kind}; expected CSV or TSV text, .npy, .npz or .parquet").format(
                    name=name, kind=_(kind)
                )
            )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode_utf16(data, name, is_cut=is_cut), []
    if is_cut:
        data = data[: data.rfind(b"\n") + 1] or data
    if b"\x00" in data:
        line = data[: data.index(b"\x00")].count(b"\n") + 1
        is_wide = 3 * data.count(b"\x00") > len(data)
        kind = _("UTF-16 text without its mark (save it as UTF-8), or a binary file") if is_wide else _("a binary file")
        raise DataError(
            _("{name}, line {line}: found a zero byte, so this is {kind}; {expected}").format(
                name=name, line=line, kind=kind, expected=_(EXPECTED_TEXT)
            )
        )
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        start = error.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
    return _decode_windows(data, name, start)


def _decode_utf16(data: bytes, name: str, *, is_cut: bool) -> str:
    try:
        if not is_cut:
            return data.decode("utf-16")
        text = data[: len(data) // 2 * 2].decode("utf-16", errors="ignore")
        return text[: text.rfind("\n") + 1] or text
    except UnicodeDecodeError as error:
        raise DataError(
            _("{name}: starts as UTF-16, but byte {start} does not fit; expected UTF-16 throughout").format(
                name=name, start=error.start + 1
            )
        ) from error


def _decode_windows(data: bytes, name: str, start: int) -> tuple[str, list[str]]:
    """Decode Windows-1252, which has a letter for nearly every byte; control characters mean that it is not text."""
    line = data[:start].count(b"\n") + 1
    found = _("line {line} has a byte that is not UTF-8 (0x{byte:02x})").format(line=line, byte=data[start])
    if CONTROL.search(data):
        raise DataError(
            _("{name}, {found}, and control characters, so this is a binary file; {expected}").format(
                name=name, found=found, expected=_(EXPECTED_TEXT)
            )
        )
    try:
        return data.decode("cp1252"), [_("{found}; the file is read as Windows-1252").format(found=found)]
    except UnicodeDecodeError as error:
        raise DataError(
            _("{name}, {found}; expected UTF-8, UTF-16 with a byte order mark, or Windows-1252").format(
                name=name, found=found
            )
        ) from error


def sniff(text: str, name: str, delimiter: str | None = None, header: bool | None = None) -> Format:
    """Detect the delimiter and the header.

    Raises
    ------
    DataError
        if there are no rows.
    """
    sample = text[:SAMPLE_CHARACTERS]
    whole_lines = sample if len(text) <= len(sample) else sample[: sample.rfind("\n") + 1] or sample
    delimiter = delimiter or _find_delimiter(whole_lines)
    rows = _rows(squeezed(whole_lines) if delimiter == " " else whole_lines, delimiter)
    if not rows:
        raise DataError(_("{name}: found no rows; expected a header and rows").format(name=name))
    if header is not None:
        return Format(delimiter, header)
    is_header = _is_header(rows, delimiter)
    numeric = is_header and any(_is_number(cell, delimiter) for cell in rows[0])
    notice = _("the first row is taken as the header, although it holds numbers") if numeric else ""
    return Format(delimiter, is_header, notice)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    """Split the first rows as far as they can be split; the strict reader reports what is wrong with the others."""
    return list(islice((row for row in _tolerant_rows(text, delimiter) if any(map(str.strip, row))), SAMPLE_ROWS))


def _tolerant_rows(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        return


def _is_number(cell: str, delimiter: str) -> bool:
    return is_finite_number(plain(cell))


def _find_delimiter(text: str) -> str:
    """Return the delimiter that splits header and rows alike, most evenly, then into most numbers and fields.

    A space counts only if nothing else splits and it splits all rows alike; the fallback is a comma.
    """
    best, best_score = ",", (False, 0.0, 0.0, 0)
    for delimiter in DELIMITERS:
        rows = _rows(text, delimiter)
        widths = [len(row) for row in rows]
        common = max(set(widths), key=widths.count, default=1)
        if common < 2:
            continue
        cells = [cell for row in rows for cell in row]
        numbers = sum(_is_number(cell, delimiter) for cell in cells) / len(cells)
        score = (widths[0] == common, round(widths.count(common) / len(widths), 1), round(numbers, 2), common)
        if score > best_score:
            best, best_score = delimiter, score
    if not best_score[1]:
        widths = [len(row) for row in _rows(squeezed(text), " ")]
        return " " if widths and min(widths) > 1 and len(set(widths)) == 1 else ","
    return best


def squeezed(text: str) -> str:
    """Collapse each run of spaces into one and strip the ends of lines, so that aligned columns can be split."""
    return re.sub(r"(?m)^ +| +$", "", re.sub(r" {2,}", " ", text.replace("\r\n", "\n")))


def _is_header(rows: Sequence[Sequence[str]], delimiter: str) -> bool:
    """Return True if the first row names the columns below it.

    A row without numbers does, unless all its cells appear again below. A row with numbers (years, or the 0, 1, 2 …
    that data frames are written with) does if a word heads a column of numbers, or if the row counts up.
    """
    first, rest = [cell.strip() for cell in rows[0]], rows[1:]
    columns = [[row[place].strip() for row in rest if place < len(row)] for place in range(len(first))]
    if not any(_is_number(cell, delimiter) for cell in first):
        return not (rest and all(cell in column for cell, column in zip(first, columns, strict=True)))
    for cell, column in zip(first, columns, strict=True):
        present = [below for below in column if below and below.lower() not in MISSING_IN_NUMBERS]
        is_word = cell != "" and cell.lower() not in MISSING_IN_NUMBERS and not _is_number(cell, delimiter)
        if is_word and present and all(_is_number(below, delimiter) for below in present):
            return True
    counted = first[1:] if not first[0] else first
    if counted != [str(number) for number in range(len(counted))]:
        return False
    return not first[0] or (len(counted) > 2 and any("." in below for column in columns for below in column))
