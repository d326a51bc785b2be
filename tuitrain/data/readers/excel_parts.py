"""The parts of an Excel workbook (ECMA-376, Office Open XML): sheets, styles, shared texts and cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from posixpath import dirname, join, normpath
from typing import Any, TypeAlias
from xml.parsers.expat import ParserCreate

from tuitrain.data.readers.archives import Archive

Value: TypeAlias = float | str | bool | datetime | timedelta | None
Attributes: TypeAlias = Mapping[str, str]

ROOT_RELATIONS = "_rels/.rels"
WORKBOOK, STYLES, STRINGS, WORKSHEET = "/officeDocument", "/styles", "/sharedStrings", "/worksheet"
PIECE = 2**18  # bytes of XML that are parsed at a time
MOST_COLUMNS = 16_384  # of a sheet, as Excel has them
CELL_BYTES = 64  # of a number, the lists it stands in and the array that is made of them

DATE, TIME, ELAPSED = "date", "time", "elapsed"
BUILT_IN = {
    **dict.fromkeys([14, 15, 16, 17, 22, *range(27, 32), 34, 35, 36, *range(50, 59)], DATE),
    **dict.fromkeys([18, 19, 20, 21, 32, 33, 45, 47], TIME), 46: ELAPSED,
}  # fmt: skip
LITERAL = re.compile(r'"[^"]*"|\\.|[_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
FIRST_DAY = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}
LEAP_DAY = 60  # of the 1900 calendar, which has a 29th of February that never was
LARGEST_SERIAL = 2_958_466  # the day after the last of 9999
LETTERS = re.compile(r"[A-Z]{1,3}")


class DoctypeError(ValueError):
    """XML that declares entities, which no workbook does."""


class _Enough(Exception):  # noqa: N818 - no error: the rest is not needed
    """Enough rows were read."""


@dataclass(frozen=True)
class Sheet:
    """A worksheet of a workbook; `part` is its name in the archive."""

    name: str
    part: str
    is_hidden: bool


@dataclass(frozen=True)
class Workbook:
    """What is needed to read its sheets: `kinds` are those of the cell styles, `strings` the part with shared texts."""

    sheets: tuple[Sheet, ...]
    kinds: tuple[str, ...]
    counts_from_1904: bool
    strings: str | None


@dataclass
class SheetGrid:
    """The filled rows of a sheet: `columns` by their place, from 0, each no longer than `rows`.

    `rows` are the numbers of the rows in the sheet; `uncalculated` counts formulas without a value, by column;
    `merged` are ranges of cells that were made one: ``A2:A9``.
    """

    columns: dict[int, list[Value]] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)
    uncalculated: dict[int, int] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)
    is_partial: bool = False


class TooLargeError(Exception):
    """A sheet whose cells, with the empty ones between them, take more than `size` bytes."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


def parse(archive: Archive, part: str, start: Callable[[str, Attributes], None], **handlers: Any) -> None:
    """Parse a part: `start` gets names without their prefix; handlers are `end` and `text`. Damage raises anything."""
    parser = ParserCreate()
    parser.buffer_text = True
    end = handlers.get("end")

    def root(name: str, attributes: Attributes) -> None:
        """Take the root element: where its name has no prefix, no other needs to be looked at for one."""
        if ":" in name:
            parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
            parser.EndElementHandler = None if end is None else lambda name: end(name.rpartition(":")[2])
        else:
            parser.StartElementHandler, parser.EndElementHandler = start, end
        start(name.rpartition(":")[2], attributes)

    parser.StartElementHandler = root
    parser.CharacterDataHandler = handlers.get("text")
    parser.StartDoctypeDeclHandler = _refuse_doctype
    with archive.open(part) as content:
        while piece := content.read(PIECE):
            parser.Parse(piece, False)
        parser.Parse(b"", True)


def _refuse_doctype(*_declared: object) -> None:
    raise DoctypeError("declares entities")


def read_workbook(archive: Archive) -> Workbook | None:
    """Read the list of sheets and the styles; None if the archive is no workbook."""
    if ROOT_RELATIONS not in archive.sizes:
        return None
    path = next((target for kind, target in _relations(archive, "").values() if kind.endswith(WORKBOOK)), None)
    if path is None or not path.endswith(".xml") or path not in archive.sizes:
        return None
    relations = _relations(archive, path)
    sheets: list[Sheet] = []
    is_1904 = False

    def start(name: str, attributes: Attributes) -> None:
        nonlocal is_1904
        if name == "workbookPr":
            is_1904 = attributes.get("date1904") in {"1", "true"}
        elif name == "sheet":
            key = next((value for known, value in attributes.items() if known.endswith(":id")), "")
            kind, part = relations.get(key, ("", ""))
            if kind.endswith(WORKSHEET) and part in archive.sizes:
                sheets.append(Sheet(attributes.get("name", ""), part, attributes.get("state", "visible") != "visible"))

    parse(archive, path, start)
    if not sheets and not any(kind.endswith((WORKSHEET, STYLES)) for kind, _part in relations.values()):
        return None
    parts = {kind.rpartition("/")[2]: part for kind, part in relations.values() if part in archive.sizes}
    styles = parts.get(STYLES[1:])
    kinds = _style_kinds(archive, styles) if styles else ()
    return Workbook(tuple(sheets), kinds, is_1904, parts.get(STRINGS[1:]))


def _relations(archive: Archive, path: str) -> dict[str, tuple[str, str]]:
    """The parts that a part names: from their key to kind and name."""
    folder = dirname(path)
    part = join(folder, "_rels", path.rpartition("/")[2] + ".rels")
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, attributes: Attributes) -> None:
        if name == "Relationship":
            target = normpath(join("/", folder, attributes.get("Target", ""))).lstrip("/")
            found[attributes.get("Id", "")] = (attributes.get("Type", ""), target)

    if part in archive.sizes:
        parse(archive, part, start)
    return found


def _style_kinds(archive: Archive, part: str) -> tuple[str, ...]:
    """What the cell styles say about numbers: date, time, elapsed, or nothing."""
    codes: dict[int, str] = {}
    kinds: list[str] = []
    inside = ""

    def start(name: str, attributes: Attributes) -> None:
        nonlocal inside
        if name == "numFmt":
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name in {"cellXfs", "cellStyleXfs"}:
            inside = name
        elif name == "xf" and inside == "cellXfs":
            number = int(attributes.get("numFmtId", 0))
            kinds.append(kind_of(codes[number]) if number in codes else BUILT_IN.get(number, ""))

    parse(archive, part, start)
    return tuple(kinds)


def kind_of(code: str) -> str:
    """What a number format shows: a date, a time of day, an elapsed time, or a number, which is empty."""
    if code.strip().lower() in {"general", "@"}:
        return ""
    letters = LITERAL.sub("", code.split(";", 1)[0]).lower()
    if re.search(r"\[[hms]+\]", letters):
        return ELAPSED
    letters = letters.replace("am/pm", "h").replace("a/p", "h")
    if re.search("[yd]", letters) or ("m" in letters and not re.search("[hs]", letters)):
        return DATE
    return TIME if re.search("[hs]", letters) else ""


def read_strings(archive: Archive, part: str) -> list[str]:
    """Read the shared texts; the readings of East Asian words beside them are left out."""
    found: list[str] = []
    pieces: list[str] = []
    depth = {"t": 0, "rPh": 0}

    def start(name: str, attributes: Attributes) -> None:
        if name == "si":
            pieces.clear()
        elif name in depth:
            depth[name] += 1

    def end(name: str) -> None:
        if name == "si":
            found.append("".join(pieces))
        elif name in depth:
            depth[name] -= 1

    def text(data: str) -> None:
        if depth["t"] and not depth["rPh"]:
            pieces.append(data)

    parse(archive, part, start, end=end, text=text)
    return found


def read_grid(
    archive: Archive, sheet: Sheet, workbook: Workbook, strings: list[str], *, most_bytes: int, most_rows: int | None
) -> SheetGrid:  # fmt: skip
    """Read the cells of a sheet, up to `most_rows` filled rows.

    Raises
    ------
    TooLargeError
        if the cells take more than `most_bytes`.
    Exception
        of any kind if the part is damaged.
    """
    reading = _GridReading(workbook, strings, most_bytes, most_rows)
    try:
        parse(archive, sheet.part, reading.start, end=reading.end, text=reading.text)
    except _Enough:
        reading.grid.is_partial = True
    return reading.grid


class _GridReading:
    """The handlers of a sheet's XML."""

    def __init__(self, workbook: Workbook, strings: list[str], most_bytes: int, most_rows: int | None) -> None:
        self.grid = SheetGrid()
        self._workbook, self._strings, self._most_rows = workbook, strings, most_rows
        self._most_cells, self._cells = most_bytes // CELL_BYTES, 0
        self._row, self._place, self._has_cells = 0, -1, False
        self._kind, self._style, self._has_formula = "n", 0, False
        self._pieces: list[str] = []
        self._collects, self._is_reading = False, False
        self._places: dict[str, int] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            reference = attributes.get("r")
            self._place = self._place + 1 if reference is None else self._place_of(reference)
            self._kind, self._style = attributes.get("t", "n"), int(attributes.get("s", 0))
            self._has_formula = False
            self._pieces.clear()
        elif name in {"v", "t"}:
            self._collects = not self._is_reading
        elif name == "f":
            self._has_formula = True
        elif name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._place, self._has_cells = -1, False
        elif name == "rPh":
            self._is_reading = True
        elif name == "mergeCell":
            self.grid.merged.append(attributes.get("ref", ""))

    def text(self, data: str) -> None:
        if self._collects:
            self._pieces.append(data)

    def end(self, name: str) -> None:
        if name in {"v", "t"}:
            self._collects = False
        elif name == "c":
            value = self._value("".join(self._pieces))
            if value is not None:
                self._keep(value)
        elif name == "rPh":
            self._is_reading = False

    def _place_of(self, reference: str) -> int:
        letters = LETTERS.match(reference)
        if letters is None:
            raise ValueError(reference)
        place = self._places.get(letters[0])
        if place is None:
            place = 0
            for letter in letters[0]:
                place = place * 26 + ord(letter) - 64
            place = self._places[letters[0]] = place - 1
            if place >= MOST_COLUMNS:
                raise ValueError(reference)
        return place

    def _keep(self, value: Value) -> None:
        grid = self.grid
        if not self._has_cells:
            self._has_cells = True
            if self._most_rows is not None and len(grid.rows) >= self._most_rows:
                raise _Enough
            grid.rows.append(self._row)
        column = grid.columns.setdefault(self._place, [])
        gap = len(grid.rows) - 1 - len(column)
        self._cells += gap + 1
        if gap < 0:
            raise ValueError("a cell appears twice")
        if self._cells > self._most_cells:
            raise TooLargeError(self._cells * CELL_BYTES)
        if gap:
            column.extend([None] * gap)
        column.append(value)

    def _value(self, text: str) -> Value:
        kind = self._kind
        if kind == "n":
            if not text:
                if self._has_formula:
                    self.grid.uncalculated[self._place] = self.grid.uncalculated.get(self._place, 0) + 1
                return None
            number = float(text)
            shown = self._workbook.kinds[self._style] if self._style < len(self._workbook.kinds) else ""
            return moment(number, shown, is_1904=self._workbook.counts_from_1904) if shown else number
        if kind == "s":
            return self._strings[int(text)].strip() or None if text else None
        if kind == "b":
            return text in {"1", "true"} if text else None
        if kind == "d" and text:
            return datetime.fromisoformat(text.removesuffix("Z"))
        return text.strip() or None  # texts of cells and formulas, errors such as #N/A


def moment(number: float, kind: str, *, is_1904: bool) -> float | datetime | timedelta:
    """The date, or the time as what has passed of the day, that a number stands for; itself if it is out of range."""
    if not -LARGEST_SERIAL < number < LARGEST_SERIAL:
        return number
    seconds = round(number * 86_400_000) / 1000
    if kind == ELAPSED or (kind == TIME and 0 <= number < 1):
        return timedelta(seconds=seconds)
    if number < 0:
        return number
    early = 1 if number < LEAP_DAY and not is_1904 else 0
    try:
        return FIRST_DAY[is_1904] + timedelta(days=early, seconds=seconds)
    except OverflowError:
        return number
