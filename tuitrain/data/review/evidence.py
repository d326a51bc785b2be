"""How a text table was read, part by part: what was decided, why, and the key under which it can be changed."""

from __future__ import annotations

from dataclasses import dataclass

from tuitrain.data.cells.column_format import ColumnFormat, Told
from tuitrain.data.table import Column, Table
from tuitrain.options.data_options import DECIMALS, DELIMITERS, THOUSANDS, DataOptions
from tuitrain.text import quoted
from tuitrain.translation import N_
from tuitrain.translation import gettext as _

ENCODING, DELIMITER, DECIMAL, HEADER, MISSING = "encoding", "delimiter", "decimal", "header", "missing"
KEYS = {ENCODING: "e", DELIMITER: "d", DECIMAL: "n", HEADER: "h", MISSING: "m"}
LABELS = {
    ENCODING: N_("encoding"), DELIMITER: N_("delimiter"), DECIMAL: N_("decimal"), HEADER: N_("header"),
    MISSING: N_("missing"),
}  # fmt: skip
OPTION_MARK = "; --"  # before the option that decides otherwise: on the screen, a key does


@dataclass(frozen=True)
class Evidence:
    """One part of how the file was read: `value` is what was decided, `why` the evidence; `is_told` by the user."""

    part: str
    value: str
    why: str
    is_told: bool = False

    @property
    def key(self) -> str:
        """The key that changes it."""
        return KEYS[self.part]


def evidence_of(table: Table, options: DataOptions) -> list[Evidence]:
    """List the parts of the reading of a text table; a table that was no text has none."""
    layout = table.layout
    found = []
    if layout is not None:
        told = layout.reasons
        header = _("line {line}").format(line=layout.header_line) if layout.has_header else _("none")
        found = [
            _part(ENCODING, layout.encoding, told.get("encoding", ""), options.encoding is not None),
            _part(DELIMITER, _name_of(layout.delimiter), told.get("delimiter", ""), options.delimiter is not None),
            _numbers(table, options),
            _part(HEADER, header, told.get("header", ""), options.header is not None),
            _missing(table, options),
        ]
    elif any(column.examples for column in table.columns):
        found = [_numbers(table, options), _missing(table, options)]
    return found


def _part(part: str, value: str, why: str, is_told: bool) -> Evidence:
    return Evidence(part, value, _("as you said") if is_told else why, is_told)


def without_option(text: str) -> str:
    """A sentence without the option at its end that decides otherwise."""
    return text.partition(OPTION_MARK)[0]


def _name_of(sign: str) -> str:
    return next((_(name) for name, known in DELIMITERS.items() if known == sign), sign)


def _numbers(table: Table, options: DataOptions) -> Evidence:
    """Which signs numbers have, by the first column that shows each."""
    is_told = options.decimal is not None or options.thousands is not None
    shown: dict[tuple[str, str], Column] = {}
    for column in table.columns:
        form = column.format
        if column.kind == "number" and isinstance(form, ColumnFormat) and _has_signs(column, form):
            shown.setdefault((form.decimal, form.thousands), column)
    names = {sign: _(name) for name, sign in DECIMALS.items()}
    decimals = dict.fromkeys(names[decimal] for decimal, _thousands in shown) or {_("point"): None}
    words = {sign: _(name) for name, sign in THOUSANDS.items()}
    told = [
        _("{name} has {cell}: decimal {decimal}, thousands {thousands}").format(
            name=column.name, cell=column.examples[0], decimal=names[decimal], thousands=words[thousands]
        )
        for (decimal, thousands), column in shown.items()
    ]
    why = "; ".join(told) or _("all numbers are written plainly")
    return Evidence(DECIMAL, ", ".join(decimals), why, is_told)


def _has_signs(column: Column, form: ColumnFormat) -> bool:
    return bool(column.examples) and (form.decimal != "." or bool(form.thousands))


def _missing(table: Table, options: DataOptions) -> Evidence:
    """Which words are taken as missing, with their counts."""
    is_told = options.missing is not None
    told = [without_option(notice) for notice in table.notices if "--missing" in notice]
    value = _("the usual words")
    if options.missing is not None:
        words = Told.of(options)
        value = _("the usual words and {words}").format(words=", ".join(map(quoted, words.also)))
        if words.missing is not None:
            value = ", ".join(map(quoted, words.missing)) or _("none but empty cells")
    return Evidence(MISSING, value, "; ".join(told) or _("no word stands for a missing value"), is_told)
