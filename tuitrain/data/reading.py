"""CSV and TSV files, strictly: a malformed row is an error with file, line and what was found, never repaired."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.columns import NUMBER, Column, Table, clean_numbers, parse_column, tidy_names
from tuitrain.errors import DataError
from tuitrain.text import quoted

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
BLOCK_LINES = 50_000
MAGIC = {
    b"\x1f\x8b": "gzip archive",
    b"PK\x03\x04": "zip archive or spreadsheet", b"\x89PNG": "PNG image",
    b"%PDF": "PDF document", b"SQLite format 3": "SQLite database", b"\x7fELF": "program",
    b"\xd0\xcf\x11\xe0": "spreadsheet",
}  # fmt: skip


@dataclass(frozen=True)
class Format:
    """How a text is laid out."""

    delimiter: str
    has_header: bool
    decimal_comma: bool


def read_text_table(
    data: bytes, name: str, *, delimiter: str | None = None, header: bool | None = None, most_rows: int | None = None
) -> Table:
    """Read the bytes of a CSV or TSV file; `name` stands for the file in messages.

    Raises
    ------
    DataError
        for a binary or empty file, a row that is too short or too long, an unclosed quote.
    """
    text, notices = decode(data, name)
    layout = sniff(text, name, delimiter, header)
    quick = _read_numbers(text, layout) if most_rows is None else None
    if quick is not None:
        names, numbers = quick
        columns: Sequence[Any] = numbers
    else:
        names, columns, more = _read_cells(text, name, layout, most_rows)
        notices += more
    names, renamed = tidy_names(names)
    if not layout.has_header:
        notices.append(f"no header was found; the columns are called {quoted(names[0])} to {quoted(names[-1])}")
        renamed = []
    parsed: list[Column] = []
    for column_name, cells in zip(names, columns, strict=True):
        if isinstance(cells, np.ndarray):
            column, told = clean_numbers(column_name, cells)
        else:
            column, told = parse_column(column_name, cells, decimal_comma=layout.decimal_comma)
        parsed.append(column)
        notices += told
    return Table(name, tuple(parsed), tuple(notices + renamed))


def decode(data: bytes, name: str) -> tuple[str, list[str]]:
    """The text of a file, and a notice where its encoding had to be guessed."""
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise DataError(f"{name}: the file is empty; expected a header and rows")
    for magic, kind in MAGIC.items():
        if data.startswith(magic):
            raise DataError(f"{name}: this is a {kind}; expected CSV or TSV text, .npy, .npz or .parquet")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), []
        except UnicodeDecodeError as error:
            raise DataError(f"{name}: starts as UTF-16, but byte {error.start + 1} does not fit it") from error
    if b"\x00" in data:
        line = data[: data.index(b"\x00")].count(b"\n") + 1
        raise DataError(f"{name}, line {line}: found a zero byte, so this is a binary file; expected CSV or TSV text")
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        found = f"line {line} has a byte that is not UTF-8 (0x{data[error.start]:02x})"
    try:
        return data.decode("cp1252"), [f"{found}; the file is read as Windows-1252"]
    except UnicodeDecodeError as error:
        raise DataError(f"{name}, {found}; expected UTF-8, UTF-16 with a byte order mark, or Windows-1252") from error


def sniff(text: str, name: str, delimiter: str | None = None, header: bool | None = None) -> Format:
    """Find the delimiter, whether there is a header, and whether numbers have a decimal comma."""
    sample = text[:65_536]
    whole_lines = sample if len(text) <= len(sample) else sample[: sample.rfind("\n") + 1] or sample
    delimiter = delimiter or _find_delimiter(whole_lines)
    rows = [row for row in islice(_tolerant_rows(whole_lines, delimiter), 50) if row]
    if not rows:
        raise DataError(f"{name}: found no rows; expected a header and rows")
    decimal_comma = delimiter == ";" and any(re.fullmatch(r"\s*[+-]?[0-9]+,[0-9]+\s*", c) for row in rows for c in row)
    if header is None:
        first = [cell.strip().replace(",", ".") if decimal_comma else cell.strip() for cell in rows[0]]
        header = not any(NUMBER.fullmatch(cell) for cell in first)
    return Format(delimiter, header, decimal_comma)


def _tolerant_rows(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        return


def _find_delimiter(text: str) -> str:
    """The delimiter that splits the first rows most evenly into most fields; a comma where there is none."""
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        widths = [len(row) for row in islice(_tolerant_rows(text, delimiter), 30) if row]
        if not widths or max(widths) < 2:
            continue
        common = max(set(widths), key=widths.count)
        score = widths.count(common) / len(widths) * (2 if common > 1 else 0) + min(common, 100) / 1000
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _read_numbers(text: str, layout: Format) -> tuple[list[str], list[NDArray[np.float64]]] | None:
    """The quick way, for tables of plain numbers: None where any cell is anything else."""
    if layout.decimal_comma:
        return None
    lines = io.StringIO(text)
    names: list[str] = []
    if layout.has_header:
        header = lines.readline()
        if '"' in header:
            return None
        names = header.rstrip("\r\n").split(layout.delimiter)
    split = re.escape(layout.delimiter)
    other = re.compile(rf"[^0-9eE+.\-\r\n {split}]|(?:^|[{split}]) *[+-]?0[0-9]", re.MULTILINE)
    blocks = []
    while block := list(islice(lines, BLOCK_LINES)):
        if other.search("".join(block)):
            return None
        try:
            numbers = np.loadtxt(block, delimiter=layout.delimiter, comments=None, ndmin=2)
        except ValueError:
            return None
        if len(numbers) != len(block) or (names and numbers.shape[1] != len(names)):
            return None
        blocks.append(numbers)
    if not blocks or len({block.shape[1] for block in blocks}) > 1:
        return None
    whole = np.concatenate(blocks)
    names = names or [f"column {n}" for n in range(1, whole.shape[1] + 1)]
    return names, [np.ascontiguousarray(column) for column in whole.T]


def _read_cells(
    text: str, name: str, layout: Format, most_rows: int | None
) -> tuple[list[str], list[list[str]], list[str]]:
    """The strict way, cell by cell."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter, strict=True)
    rows: list[list[str]] = []
    names: list[str] | None = None
    expected, blank, started = 0, 0, 1
    try:
        for row in reader:
            line, started = started, reader.line_num + 1
            if not row or (len(row) == 1 and not row[0].strip() and expected > 1):
                blank += 1
                continue
            if expected and len(row) != expected:
                where = DELIMITER_NAMES[layout.delimiter]
                found = f"found {len(row)} fields, expected {expected}"
                raise DataError(f"{name}, line {line}: {found} (split at each {where})")
            expected = expected or len(row)
            if names is None:
                names = row if layout.has_header else [f"column {n}" for n in range(1, expected + 1)]
                if layout.has_header:
                    continue
            rows.append(row)
            if most_rows is not None and len(rows) >= most_rows:
                break
    except csv.Error as error:
        raise DataError(_csv_problem(name, started, error)) from error
    if names is None or not rows:
        raise DataError(f"{name}: found a header and no rows; expected at least one row")
    notices = [f"{blank} blank lines are skipped"] if blank and any(row for row in rows) else []
    return names, [list(column) for column in zip(*rows, strict=True)], notices


def _csv_problem(name: str, line: int, error: csv.Error) -> str:
    if "unexpected end of data" in str(error):
        return f"{name}, line {line}: a quote is opened and never closed; expected a closing quote"
    if "expected after" in str(error):
        return f"{name}, line {line}: found text after a closing quote; expected the delimiter (write a quote as two)"
    if "field larger" in str(error):
        return (
            f"{name}, line {line}: a field is longer than {csv.field_size_limit():,} characters; is a quote left open?"
        )
    return f"{name}, line {line}: {error}"
