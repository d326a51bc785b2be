"""What stands above the rows of a table, or between them, beside its header: comments, titles, units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tuitrain.data.cells.column_format import MISSING_IN_NUMBERS
from tuitrain.data.readers.delimiters import LEAST_SHARE, Split, find_split, is_number
from tuitrain.data.readers.header import judge_first_row

COMMENT_SIGNS = ("#", "%", "//", "!", "+-", "---")  # the last two of tables that are drawn with lines
LINE_END = re.compile(r"\r\n|\n|\r")
LONGEST_NAME = 40
MOST_TITLE_LINES = 50
TYPES = frozenset({"continuous", "discrete", "string", "time", "c", "d", "s", "t"})
ROLES = frozenset({"", "class", "meta", "ignore", "weight", "i", "m", "w"})
RULE = re.compile(r":?-{2,}:?|={2,}|:?-:")  # what stands below the header in a table of SQL or Markdown
LEAST_ROWS_BELOW = 2
UNITS = frozenset({
    "m", "cm", "mm", "km", "µm", "um", "nm", "in", "ft", "yd", "mi", "g", "kg", "mg", "µg", "ug", "t", "lb", "oz",
    "s", "sec", "ms", "µs", "us", "ns", "min", "h", "hr", "hrs", "d", "day", "days", "yr", "year", "years", "hz",
    "khz", "mhz", "ghz", "k", "c", "°c", "°f", "f", "degc", "degf", "deg", "°", "rad", "pa", "hpa", "kpa", "mpa",
    "bar", "mbar", "psi", "atm", "n", "kn", "j", "kj", "mj", "wh", "kwh", "mwh", "w", "kw", "mw", "gw", "v", "mv",
    "kv", "a", "ma", "µa", "ohm", "ω", "l", "ml", "dl", "m2", "m²", "m3", "m³", "m/s", "km/h", "kmh", "mph", "%",
    "‰", "ppm", "ppb", "mol", "mmol", "mmhg", "mg/dl", "g/l", "mg/l", "usd", "eur", "$", "€", "£", "kcal", "cal",
    "db", "lux", "lx", "count", "counts", "no.", "#", "-", "unit", "units", "pixel", "px", "bpm", "rpm", "1/s",
})  # fmt: skip


@dataclass(frozen=True)
class Comments:
    """Which lines are comments: those that begin with `sign`, or, where it is empty, the first `leading` lines.

    `header_at` is where, in the text, a sign stands before the header; None if before none.
    """

    sign: str = ""
    leading: int = 0
    header_at: int | None = None
    shown: str = ""


def place_behind_lines(text: str, count: int) -> int:
    """Where the text goes on behind so many lines."""
    if count == 0:
        return 0
    for number, end in enumerate(LINE_END.finditer(text), 1):
        if number == count:
            return end.end()
    return len(text)


def find_comments(text: str, sample: str, name: str, *, delimiter: str | None, quote: str | None) -> Comments:
    """Find which lines are comments, if any are."""
    for sign in COMMENT_SIGNS:
        if sign in text and (text.startswith(sign) or f"\n{sign}" in text or f"\r{sign}" in text):
            found = _comments_with(sign, text, sample, name, delimiter, quote)
            if found is not None:
                return found
    return Comments()


def _comments_with(
    sign: str, text: str, sample: str, name: str, delimiter: str | None, quote: str | None
) -> Comments | None:  # fmt: skip
    lines = LINE_END.split(sample)
    marked = [line for line in lines if line.startswith(sign)]
    if any(re.split(r"[,;|\t]", line, maxsplit=1)[0].strip().lower() in MISSING_IN_NUMBERS for line in marked):
        return None  # #N/A in the first column
    others = [line for line in lines if line.strip() and not line.startswith(sign)]
    leading = lines.index(others[0]) if others else len(lines)
    if not marked:
        start = min(place for place in (text.find(f"\n{sign}"), text.find(f"\r{sign}")) if place >= 0) + 1
        marked = [LINE_END.split(text[start : start + 2000], maxsplit=1)[0]]
    is_leading = sum(line.startswith(sign) for line in lines[:leading]) == len(marked)
    if len(others) < LEAST_ROWS_BELOW or (len(marked) > len(others) and not is_leading):
        return None
    split = find_split("\n".join(others), name, delimiter=delimiter, quote=quote, comment="").split
    if not _are_comments(sign, marked, split, is_leading=is_leading):
        return None
    head = lines[leading - 1] if leading and lines[leading - 1].startswith(sign) else ""
    header_at = None
    if head and _is_header(sign, head, split):
        header_at = place_behind_lines(text, leading - 1)
    rest = text[place_behind_lines(text, leading) :]
    is_elsewhere = rest.startswith(sign) or f"\n{sign}" in rest or f"\r{sign}" in rest
    return Comments(sign if is_elsewhere else "", leading - (header_at is not None), header_at, sign)


def _are_comments(sign: str, marked: Sequence[str], split: Split, *, is_leading: bool) -> bool:
    """Whether lines that begin with a sign are no rows: of another length, or text where numbers stand."""
    delimiter = split.splitting.delimiter
    if any(line.removeprefix(sign).strip().startswith(delimiter) for line in marked if delimiter != " "):
        return False  # a column that is called #
    rows = [Split.of(line, split.splitting).body for line in marked]
    lengths = [len(row[0]) if row else 0 for row in rows]
    firsts = [row[0].strip() for row in split.body[1:] if row]
    is_numeric = bool(firsts) and all(map(is_number, firsts))
    if 2 * sum(length != split.width for length in lengths) > len(lengths) or is_numeric:
        return True
    if any(cell.startswith(sign) for cell in firsts):
        return False
    is_spaced = 2 * sum(line.removeprefix(sign)[:1] in {" ", "\t"} for line in marked) > len(marked)
    return is_spaced or (is_leading and judge_first_row(split.body[0], split.body[1:]).is_header)


def _is_header(sign: str, line: str, split: Split) -> bool:
    """Whether a line behind a sign names the columns of rows that have no header of their own."""
    bare = line.strip().lstrip(sign)
    row = [cell.strip() for cell in (Split.of(bare.strip(), split.splitting).body or [[]])[0]]
    if len(row) != split.width or len(set(row)) < len(row) or not all(0 < len(cell) <= LONGEST_NAME for cell in row):
        return False
    if any(map(is_number, row)):
        return False
    verdict = judge_first_row(split.body[0], split.body[1:])
    return not verdict.is_header or (not bare.startswith((" ", "\t")) and not verdict.names_numbers)


def title_lines(split: Split) -> int:
    """How many records stand above the header as titles: they have fewer fields, or most of theirs are blank.

    The row below them must name the columns of the rows further down, all of which have the same length.
    """
    if split.width < 2 or split.share < LEAST_SHARE:
        return 0
    if split.has_row_names or split.has_blank_end:
        return split.leading - 1
    rows = [row for _line, row in split.records]
    if split.splitting.delimiter == " " and not split.leading and len(rows) > 1 and is_row_of_units(rows[1], rows[2:]):
        return 0 if all(map(is_unit, filter(None, rows[1]))) else 1  # a title that happens to have as many words
    count = split.leading or _padded_titles(split) or _groups_of_names(rows)
    if not 0 < count <= MOST_TITLE_LINES or len(rows) < count + 2:
        return 0
    header = [cell.strip() for cell in rows[count]]
    verdict = judge_first_row(header, rows[count + 1 :])
    is_header = verdict.is_header and (verdict.names_numbers or len(rows) > count + LEAST_ROWS_BELOW)
    return count if is_header and len(set(header)) == len(header) else 0


def _groups_of_names(rows: Sequence[Sequence[str]]) -> int:
    """1 if the first row names groups of columns, repeated or with blanks behind, above the columns' own names.

    A column of numbers of rows may have no name in either.
    """
    if len(rows) < LEAST_ROWS_BELOW + 2:
        return 0
    groups, names = ([cell.strip() for cell in row] for row in rows[:2])
    if groups[0] == names[0] == "" and len(names) > 2:
        groups, names = groups[1:], names[1:]
    is_repeated = any(cell in {"", before} for before, cell in pairwise(groups))
    is_named = all(names) and len(set(names)) == len(names) and not all(map(is_unit, names)) and names != groups
    has_groups = groups[0] != "" or rows[0][0].strip() == rows[1][0].strip() == ""
    return int(is_repeated and any(groups) and has_groups and is_named and not any(map(is_number, names + groups)))


def _padded_titles(split: Split) -> int:
    """How many leading records are mostly blank, above one that is not blank anywhere."""
    filled = [sum(bool(cell.strip()) for cell in row) for _line, row in split.records]
    count = next((place for place, found in enumerate(filled) if found == split.width), 0)
    return 0 if split.width < 3 or any(2 * found >= split.width for found in filled[:count]) else count


def is_row_of_units(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row has texts where all rows below have numbers, in at least two columns or as units are written."""
    cells = [cell.strip() for cell in row]
    rows = [[cell.strip() for cell in other] for other in below if len(other) == len(cells)]
    if any(cells) and rows and all(RULE.fullmatch(cell) for cell in cells if cell):
        return True
    if len(rows) < LEAST_ROWS_BELOW or any(map(is_number, cells)):
        return False
    above_numbers = []
    for place, cell in enumerate(cells):
        present = [other[place] for other in rows if other[place] and other[place].lower() not in MISSING_IN_NUMBERS]
        if present and all(map(is_number, present)):
            above_numbers.append(cell)
    filled = [cell for cell in above_numbers if cell and cell.lower() not in MISSING_IN_NUMBERS - {"-"}]
    if not filled or 2 * len(filled) < len(above_numbers):
        return False
    if all(map(is_unit, filled)):
        return True
    is_repeated = any(cell and cell in (other[place] for other in rows) for place, cell in enumerate(cells))
    return len(filled) > 1 and len(set(filled)) == len(filled) and not is_repeated


def rows_of_types(below: Sequence[Sequence[str]]) -> int:
    """How many of the rows below a header tell the types and the roles of columns, as Orange writes them: 0, 1 or 2."""
    rows = [[cell.strip().lower() for cell in row] for row in below[:2]]
    if len(rows) < 2 or len(rows[0]) < 2 or not all(cell in TYPES for cell in rows[0]) or len(below) < 3:
        return 0
    return 2 if all(cell in ROLES for cell in rows[1]) else 0


def is_unit(cell: str) -> bool:
    """Whether a cell is a usual unit, or stands in brackets as one."""
    return cell.lower() in UNITS or re.fullmatch(r"[(\[{<].*[)\]}>]", cell) is not None
