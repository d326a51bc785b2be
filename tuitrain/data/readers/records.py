"""Split a text into records by its delimiter and quote, with the line that each begins in."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tuitrain.translation import gettext as _

BLANKS_BEFORE_QUOTE = re.compile(r'[,;|\t] +["\']')
BLANKS_BEHIND_QUOTE = re.compile(r'(?<=[^"])" +(?=[,;|\r\n\t])')
RUNS_OF_BLANKS = re.compile(r"[ \t]{2,}|\t")
BLANK_ENDS = re.compile(r"(?m)^[ \t]+|[ \t]+(?=\r?$)")


@dataclass(frozen=True)
class Splitting:
    """How lines are split: `quote` is empty where nothing quotes, `comment` where no line is a comment."""

    delimiter: str
    quote: str = '"'
    comment: str = ""

    @property
    def options(self) -> dict[str, object]:
        """What `csv.reader` needs."""
        if not self.quote:
            return {"delimiter": self.delimiter, "quoting": csv.QUOTE_NONE, "quotechar": None}
        return {"delimiter": self.delimiter, "quotechar": self.quote, "skipinitialspace": True}


class _Lines:
    """The lines of a text without the comments between its records; a line within quotes is none."""

    def __init__(self, lines: Iterable[str], comment: str) -> None:
        self._lines = iter(lines)
        self._comment = comment
        self.number = 0
        self.is_between = True
        self.comments: list[int] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        while self.is_between and line.lstrip().startswith(self._comment):
            self.comments.append(self.number)
            line = next(self._lines)
            self.number += 1
        self.is_between = False
        return line


class Records:
    """The records of a text; iterating gives the line that each begins in, counted from `first_line`, and its cells.

    `line` is that of the record that is being read, for a message about it; `comments` are the lines skipped so far.
    Iterating raises `csv.Error` where the text breaks the rules of quoting, if `strict`.
    """

    def __init__(self, text: str, splitting: Splitting, *, first_line: int = 1, strict: bool = True) -> None:
        self._text, self._splitting, self._first_line, self._strict = text, splitting, first_line, strict
        self.line = first_line
        self.comments: list[int] = []
        self._stream = io.StringIO()

    @property
    def share(self) -> float:
        """The share of the text that is read."""
        return self._stream.tell() / max(1, len(self._text))

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        options = self._splitting.options
        self.line = first = self._first_line
        self._stream = io.StringIO(self._text, newline="")
        if not self._splitting.comment:
            reader = csv.reader(self._stream, strict=self._strict, **options)  # type: ignore[arg-type]
            for row in reader:
                yield self.line, row
                self.line = reader.line_num + first
            return
        lines = _Lines(self._stream, self._splitting.comment)
        reader = csv.reader(lines, strict=self._strict, **options)  # type: ignore[arg-type]
        while True:
            lines.is_between = True
            before, skipped = lines.number, len(lines.comments)
            try:
                row = next(reader)
            except StopIteration:
                return
            finally:
                self.comments = [number + first - 1 for number in lines.comments]
            yield before + first + len(lines.comments) - skipped, row
            self.line = lines.number + first


def sample_records(text: str, splitting: Splitting, most: int, first_line: int = 1) -> list[tuple[int, list[str]]]:
    """The first records that are not blank, as far as they can be split; the strict reader tells what is wrong."""
    found: list[tuple[int, list[str]]] = []
    try:
        for line, row in Records(text, splitting, first_line=first_line, strict=False):
            if any(map(str.strip, row)):
                found.append((line, row))
                if len(found) == most:
                    break
    except csv.Error:
        pass
    return found


def squeezed(text: str) -> str:
    """Make each run of blanks a single space, and none at the ends of lines, so that aligned columns can be split.

    Where quotes occur, runs stay, since some may be within them; the reader skips them elsewhere.
    """
    text = BLANK_ENDS.sub("", text.replace("\r\n", "\n"))
    return text.replace("\t", " ") if '"' in text else RUNS_OF_BLANKS.sub(" ", text)


def without_blanks_at_quotes(text: str) -> str:
    """Remove the blanks between a closing quote and the delimiter, which would be text behind a quote."""
    return BLANKS_BEHIND_QUOTE.sub('"', text) if '"' in text and '" ' in text else text


def csv_problem(name: str, line: int, error: csv.Error) -> str:
    """Say why a record cannot be split, and what to do."""
    if "unexpected end of data" in str(error):
        return _(
            "{name}, line {line}: a quote is opened and never closed; expected a closing quote, or --quote none"
        ).format(name=name, line=line)
    if "expected after" in str(error):
        return _(
            "{name}, line {line}: found text after a closing quote; expected the delimiter (write a quote as two, "
            "or say --quote none)"
        ).format(name=name, line=line)
    if "field larger" in str(error):
        return _("{name}, line {line}: a field is longer than {most:,} characters; is a quote left open?").format(
            name=name, line=line, most=csv.field_size_limit()
        )
    return _("{name}, line {line}: {error}").format(name=name, line=line, error=error)
