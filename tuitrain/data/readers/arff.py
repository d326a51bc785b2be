"""Read ARFF files, as Weka and OpenML write them: a text table that declares the type of each column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from tuitrain.data.cells.column_format import Told
from tuitrain.data.cells.objects import typed_columns
from tuitrain.data.readers import FileContent
from tuitrain.data.readers.compressed import most_unpacked, size_text
from tuitrain.data.readers.encoding import decode
from tuitrain.data.readers.python_values import typed_list
from tuitrain.data.readers.typed import NUMBER, TEXT, TypedColumn, dates
from tuitrain.data.table import Table
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions
from tuitrain.text import counted, listed, quoted, visible
from tuitrain.translation import gettext as _

CELL_BYTES = 8  # of the list that a value stands in
NUMERIC = {"numeric", "real", "integer"}
QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
FIELD = re.compile(rf"\s*(?P<value>{QUOTED}|[^,\s'\"][^,'\"]*?|)\s*(?P<end>,|$)")
TOKEN = re.compile(rf"[,\s]*(?P<value>{QUOTED}|[^,\s'\"{{}}]+)")
ATTRIBUTE = re.compile(rf"@attribute\s+(?P<name>{QUOTED}|[^\s{{]+)\s*(?P<type>.*)", re.IGNORECASE)
SPARSE = re.compile(rf"\s*(?P<place>[0-9]+)\s+(?P<value>{QUOTED}|[^,\s'\"]+)\s*(?:,|$)")
ESCAPED = re.compile(r"\\(.)")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
DATE_PARTS = {
    "yyyy": "%Y", "yy": "%y", "MMM": "%b", "MM": "%m", "dd": "%d", "HH": "%H", "hh": "%I", "mm": "%M", "ss": "%S",
    "SSS": "%f", "a": "%p",
}  # fmt: skip
USUAL_DATE = "yyyy-MM-dd'T'HH:mm:ss"


@dataclass(frozen=True)
class Attribute:
    """A declared column: `kind` is number, text or date; `levels` those of a nominal one, `form` strptime's."""

    name: str
    kind: str
    levels: tuple[str, ...] = ()
    form: str = ""


def read_arff_file(file: FileContent, options: DataOptions) -> tuple[Table, None]:
    """Read a file; the options that are about columns hold.

    Raises
    ------
    DataError
        if the file is damaged, or a value is not what its attribute declares; names the line.
    """
    decoded = decode(file.data, file.name, encoding=options.encoding, is_cut=file.is_cut)
    notices = []
    if decoded.reason:
        text = _("encoding {title}: {reason}; --encoding decides otherwise")
        notices.append(text.format(title=decoded.title, reason=decoded.reason))
    reading = _ArffReading(file, decoded.text)
    attributes = reading.attributes()
    columns, is_partial = reading.columns(attributes)
    typed = {
        attribute.name: _typed(attribute, values) for attribute, values in zip(attributes, columns, strict=True)
    }  # fmt: skip
    made, remarks = typed_columns(typed, where=file.name, told=Told.of(options, file.formats))
    notices = [*notices, *reading.notices, *remarks]
    return Table(file.name, tuple(made), tuple(notices), is_partial=is_partial), None


class _ArffReading:
    """The lines of a file, read once from its start."""

    def __init__(self, file: FileContent, text: str) -> None:
        self.notices: list[str] = []
        self._file, self._line = file, 0
        self._lines = self._filled(text)
        self._most_cells = most_unpacked(len(file.data)) // CELL_BYTES

    def _filled(self, text: str) -> Iterator[str]:
        """Yield the lines that are neither blank nor comments."""
        for line, content in enumerate(text.split("\n"), 1):
            stripped = content.strip()
            if stripped and not stripped.startswith("%"):
                self._line = line
                yield stripped

    def _refused(self, problem: str) -> DataError:
        return DataError(
            _("{name}, line {line}: {problem}").format(name=self._file.name, line=self._line, problem=problem)
        )

    def attributes(self) -> list[Attribute]:
        """Read the lines up to @data."""
        found: list[Attribute] = []
        for line in self._lines:
            keyword = line.split(None, 1)[0].lower()
            if keyword == "@data":
                break
            if keyword == "@attribute":
                found.append(self._attribute(line))
            elif keyword != "@relation":
                raise self._refused(
                    _("found {line}; expected @relation, @attribute or @data").format(line=quoted(line))
                )
        else:
            raise DataError(_("{name}: found no @data; expected an ARFF file").format(name=self._file.name))
        names = [attribute.name for attribute in found]
        repeated = (
            [name for name in dict.fromkeys(names) if names.count(name) > 1] if len(set(names)) < len(names) else []
        )
        if repeated or not found:
            columns = listed("attribute", repeated) if found else _("no @attribute")
            raise self._refused(
                _("found {columns} above; expected attributes with names of their own").format(columns=columns)
            )
        return found

    def _attribute(self, line: str) -> Attribute:
        match = ATTRIBUTE.fullmatch(line)
        if match is None:
            raise self._refused(_("found {line}; expected @attribute NAME TYPE").format(line=quoted(line)))
        name, declared = _bare(match["name"]), match["type"].strip()
        kind = declared.split(None, 1)[0].lower() if declared else ""
        if kind in NUMERIC:
            return Attribute(name, NUMBER)
        if kind == "string":
            return Attribute(name, TEXT)
        if kind == "date":
            written = _bare(declared[4:].strip()) or USUAL_DATE
            form = strptime_form(written)
            if form is None:
                raise self._refused(_("date format {form} is not known").format(form=quoted(written)))
            return Attribute(name, "date", form=form)
        if declared.startswith("{") and declared.endswith("}"):
            levels = self._fields(declared[1:-1])
            return Attribute(name, TEXT, tuple(_bare(level) for level in levels))
        expected = _("numeric, string, date or {levels}").format(levels="{…}")
        raise self._refused(
            _("attribute {name} is declared {type}; expected {expected}").format(
                name=quoted(name), type=quoted(declared), expected=expected
            )
        )

    def columns(self, attributes: Sequence[Attribute]) -> tuple[list[list[float | str | datetime | None]], bool]:
        """Read the rows, as one list of values for each attribute, and whether there are more."""
        columns: list[list[float | str | datetime | None]] = [[] for _attribute in attributes]
        levels = [frozenset(attribute.levels) for attribute in attributes]
        count, has_sparse = 0, False
        for line in self._lines:
            if self._file.most_rows is not None and count >= self._file.most_rows:
                return columns, True
            count += 1
            if count * len(attributes) > self._most_cells:
                limit = size_text(self._most_cells * CELL_BYTES)
                raise self._refused(
                    _("unpacks to more than {limit}, the most for a file of this size").format(limit=limit)
                )
            if line.startswith("{"):
                has_sparse = True
                cells = self._sparse(line, attributes)
            else:
                cells = self._dense(line, len(attributes))
            for column, attribute, allowed, cell in zip(columns, attributes, levels, cells, strict=True):
                column.append(None if cell == "?" else self._value(attribute, allowed, cell))
        if not count:
            raise DataError(_("{name}: found no rows below @data").format(name=self._file.name))
        if has_sparse:
            self.notices.append(
                _("sparse rows: what a row leaves out is 0, or the first level of a nominal attribute")
            )  # fmt: skip
        return columns, self._file.is_cut

    def _dense(self, line: str, width: int) -> list[str]:
        cells = line.split(",") if "'" not in line and '"' not in line else self._fields(line)
        if len(cells) != width:
            if line.endswith("}"):
                raise self._refused(_("found a weight in braces; expected values alone"))
            split = [match["value"] for match in TOKEN.finditer(line)]  # blanks may stand for commas
            if len(split) != width:
                raise self._refused(
                    _("found {values}, expected {width}").format(values=counted(len(cells), "value"), width=width)
                )
            return split
        return [cell.strip() for cell in cells]

    def _fields(self, text: str) -> list[str]:
        """Split at commas outside quotes; quotes stay."""
        fields, place = [], 0
        while True:
            match = FIELD.match(text, place)
            if match is None:
                found = quoted(text[place : place + 30])
                raise self._refused(_("found {found}; expected a value, with quotes closed").format(found=found))
            fields.append(match["value"])
            if match["end"] != ",":
                return fields
            place = match.end()

    def _sparse(self, line: str, attributes: Sequence[Attribute]) -> list[str]:
        cells = ["0" if a.kind == NUMBER else _requoted(a.levels[0]) if a.levels else "?" for a in attributes]
        inside, place = line[1:].rstrip("}").strip(), 0
        while place < len(inside):
            match = SPARSE.match(inside, place)
            if match is None or not line.endswith("}") or int(match["place"]) >= len(cells):
                found = quoted(inside[place : place + 30])
                raise self._refused(_("found {found}; expected {{PLACE VALUE, …}} with places below {count}").format(
                    found=found, count=len(cells)
                ))  # fmt: skip
            cells[int(match["place"])] = match["value"]
            place = match.end()
        return cells

    def _value(self, attribute: Attribute, levels: frozenset[str], cell: str) -> float | str | datetime:
        value = _bare(cell)
        try:
            if attribute.kind == NUMBER:
                if "_" in value:
                    raise ValueError(value)
                return float(value)
            if attribute.kind == "date":
                return datetime.strptime(value, attribute.form)
        except ValueError:
            wanted = _("a number") if attribute.kind == NUMBER else _("a date as it declares")
            raise self._refused(
                _("attribute {name} has {found}; expected {wanted} or ?").format(
                    name=quoted(attribute.name), found=quoted(value), wanted=wanted
                )
            ) from None
        if levels and value not in levels:
            known = ", ".join(visible(level, 30) for level in attribute.levels[:8])
            raise self._refused(
                _("attribute {name} has {found}; expected one of {levels}, or ?").format(
                    name=quoted(attribute.name), found=quoted(value), levels=known
                )
            )
        return value


def _bare(value: str) -> str:
    """A value without its quotes and escapes."""
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1]
        return ESCAPED.sub(lambda match: ESCAPES.get(match[1], match[1]), value) if "\\" in value else value
    return value


def _requoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def strptime_form(form: str) -> str | None:
    """Translate a date format of Java's SimpleDateFormat to strptime's; None if a part of it is not known."""
    result = []
    for part in re.findall(r"'[^']*'|[A-Za-z]+|[^A-Za-z']+", form):
        if part.startswith("'"):
            result.append(part[1:-1].replace("%", "%%") or "'")
        elif part[0].isalpha():
            runs = [match[0] for match in re.finditer(r"([A-Za-z])\1*", part)]
            if any(run not in DATE_PARTS for run in runs):
                return None
            result += [DATE_PARTS[run] for run in runs]
        else:
            result.append(part.replace("%", "%%"))
    return "".join(result)


def _typed(attribute: Attribute, values: list[float | str | datetime | None]) -> TypedColumn:
    if attribute.kind == NUMBER:
        return TypedColumn(NUMBER, np.array([np.nan if value is None else value for value in values], np.float64))
    if attribute.kind == TEXT:
        return TypedColumn(TEXT, [None if value is None else str(value) for value in values])
    return typed_list(values) if any(values) else dates(np.full(len(values), np.datetime64("NaT"), "datetime64[us]"))
