"""What the short lists of the dataset dialog offer: each line with the options that it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tuitrain.data.cells.column_format import DATE, NUMBER, Told
from tuitrain.data.cells.reading import read_column
from tuitrain.data.review.facts import written
from tuitrain.data.table import Column
from tuitrain.errors import DataError
from tuitrain.options.data_options import DATE_ORDERS, DELIMITERS, DataOptions
from tuitrain.text import visible
from tuitrain.translation import N_
from tuitrain.translation import gettext as _

ENCODINGS = (
    "utf-8", "cp949", "shift_jis", "euc_jp", "gb18030", "big5", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254",
    "utf-16", "koi8-r", "mac_roman",
)  # fmt: skip
ENCODING_WORDS = {
    "cp949": N_("Korean"), "shift_jis": N_("Japanese"), "euc_jp": N_("Japanese"), "gb18030": N_("Chinese"),
    "big5": N_("Chinese, traditional"), "cp1252": N_("Western European"), "cp1250": N_("Central European"),
    "cp1251": N_("Cyrillic"), "cp1253": N_("Greek"), "cp1254": N_("Turkish"), "koi8-r": N_("Cyrillic"),
    "mac_roman": N_("old Macintosh"),
}  # fmt: skip
NUMBERS = (
    ("1,234.5", "point", "comma"), ("1.234,5", "comma", "point"), ("1 234,5", "comma", "space"),
    ("1 234.5", "point", "space"), ("1'234.5", "point", "apostrophe"), ("1234.5", "point", "none"),
    ("1234,5", "comma", "none"),
)  # fmt: skip
MOST_SKIPPED = 5
HEAD = 50_000  # bytes of a file that are looked at
FOUND = N_("as found")
TYPED = "typed"  # instead of options: a line is typed


@dataclass(frozen=True)
class ReadingChoice:
    """One line of a list: its text, and the options that it sets; `asks` for a line to be typed."""

    text: str
    options: dict[str, Any] = field(default_factory=dict)
    asks: str = ""

    def is_set(self, options: DataOptions) -> bool:
        """Whether the options are those of this line."""
        return not self.asks and all(getattr(options, name) == value for name, value in self.options.items())


def headers() -> list[ReadingChoice]:
    """Whether there is a header, and how many lines stand above it."""
    choices = [
        ReadingChoice(
            _("{found}: header and lines above it").format(found=_(FOUND)), {"header": None, "skip_lines": None}
        ),
        ReadingChoice(_("yes: the first row names the columns"), {"header": "yes", "skip_lines": None}),
        ReadingChoice(_("no: the first row is a row like the others"), {"header": "no", "skip_lines": None}),
    ]
    skips = [
        ReadingChoice(
            _("skip {count} at the top, then a header").format(count=count), {"header": "yes", "skip_lines": count}
        )
        for count in range(MOST_SKIPPED + 1)
    ]
    return [*choices, *skips, ReadingChoice(_("skip more lines …"), asks="skip_lines")]


def delimiters() -> list[ReadingChoice]:
    """What separates the fields."""
    shown = {"\t": "tab", " ": "space"}
    return [
        ReadingChoice(_(FOUND), {"delimiter": None}),
        *(
            ReadingChoice(f"{_(name)}   {shown.get(sign, sign)}", {"delimiter": name})
            for name, sign in DELIMITERS.items()
        ),
    ]  # fmt: skip


def encodings(source: str) -> list[ReadingChoice]:
    """The encodings that the file's first bytes can be, each with a line of the file read by it."""
    head = _head(source)
    line = next((line for line in head.splitlines() if not line.isascii()), head[:60])
    choices = [ReadingChoice(_(FOUND), {"encoding": None})]
    for name in ENCODINGS:
        try:
            text = line.decode(name)
        except UnicodeError:
            continue
        word = _(ENCODING_WORDS[name]) if name in ENCODING_WORDS else ""
        choices.append(ReadingChoice(f"{name:<10} {visible(text, 40)}   {word}".rstrip(), {"encoding": name}))
    return [*choices, ReadingChoice(_("another …"), asks="encoding")]


def _head(source: str) -> bytes:
    """The first bytes of the file, but for the last line of them; none where it cannot be read."""
    try:
        with Path(source).expanduser().open("rb") as file:
            head = file.read(HEAD)
    except (OSError, RuntimeError, ValueError):
        return b""
    return head if len(head) < HEAD else head[: head.rfind(b"\n") + 1]


def head_lines(source: str, most: int, encoding: str | None) -> list[str]:
    """The first lines of the file as they are, for one that cannot be read as a table."""
    try:
        text = _head(source).decode(encoding or "utf-8", "replace")
    except LookupError:
        text = ""
    return [visible(line.replace("\t", " → "), 300) for line in text.splitlines()[:most]]


def numbers() -> list[ReadingChoice]:
    """How numbers are written."""
    return [
        ReadingChoice(_("{found}, for each column").format(found=_(FOUND)), {"decimal": None, "thousands": None}),
        *(
            ReadingChoice(
                _("{example}   decimal {decimal}, thousands {thousands}").format(
                    example=f"{example:<8}", decimal=_(decimal), thousands=_(thousands)
                ),
                {"decimal": decimal, "thousands": thousands},
            )
            for example, decimal, thousands in NUMBERS
        ),
    ]


def missing_words() -> list[ReadingChoice]:
    """Which words stand for a missing value."""
    return [
        ReadingChoice(_("the usual words: NA, N/A, NaN, null, ?, and - or none among numbers"), {"missing": None}),
        ReadingChoice(_("none: only an empty cell is missing"), {"missing": ()}),
        ReadingChoice(_("words of your own beside the usual ones …"), asks="missing"),
    ]


def answers(column: Column, options: DataOptions) -> list[ReadingChoice]:
    """The answers to a column's question: each reading with what an example becomes, as text, left out."""
    types = tuple(pair for pair in options.types if pair[0] != column.name)
    return [
        *_orders(column),
        *_signs(column),
        ReadingChoice(_("keep it as text"), {"types": (*types, (column.name, "text"))}),
        ReadingChoice(_("leave it out"), {"drop": (*options.drop, column.name)}),
    ]


def _orders(column: Column) -> list[ReadingChoice]:
    found = []
    for order in DATE_ORDERS:
        read = _read(column, Told(date_order=order, kinds={column.name: DATE}))
        if read is not None:
            found.append(ReadingChoice(_("{order}: {what}").format(order=order, what=read), {"date_order": order}))
    return found if len(found) > 1 else []


def _signs(column: Column) -> list[ReadingChoice]:
    found: dict[str, ReadingChoice] = {}
    for _example, decimal, thousands in NUMBERS:
        options = DataOptions(decimal=decimal, thousands=thousands)
        told = Told.of(options)
        read = _read(column, Told(told.decimal, told.thousands, kinds={column.name: NUMBER}))
        if read is not None and read not in found:
            text = _("{what} (decimal {decimal}, thousands {thousands})")
            found[read] = ReadingChoice(
                text.format(what=read, decimal=_(decimal), thousands=_(thousands)),
                {"decimal": decimal, "thousands": thousands},
            )
    return [*found.values()] if len(found) > 1 else []


def _read(column: Column, told: Told) -> str | None:
    """What the examples become when they are read so; None where they cannot be."""
    cells: Sequence[str] = column.examples
    try:
        read = read_column(column.name, list(cells), told=told)[0]
    except DataError:
        return None
    if read.question or read.kind != told.kinds[column.name]:
        return None
    return ", ".join(f"{cell} → {written(read, float(value))}" for cell, value in zip(cells, read.values, strict=True))
