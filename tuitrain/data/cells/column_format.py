"""What was decided about the cells of a column, and what the user said about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args
from unicodedata import normalize

from tuitrain.options.data_options import DECIMALS, IGNORE, THOUSANDS, DataOptions

Kind = Literal["number", "boolean", "text", "date", "time"]
KINDS: tuple[str, ...] = get_args(Kind)
NUMBER, BOOLEAN, TEXT, DATE, TIME = KINDS

MISSING = frozenset({
    "na", "n/a", "nan", "null", "?", "<na>", "\\n",
    "#n/a", "#value!", "#div/0!", "#ref!", "#num!", "#null!", "#name?", "#nv", "#wert!", "#bezug!", "#zahl!", "#n/d",
    "(null)", "[null]", "<null>", "n.a.", "n. a.",
})  # fmt: skip
MISSING_IN_NUMBERS = MISSING | {
    "none", "-", "--", "---", "\u2013", "\u2014", ".", "..", "...", "\u2026", "missing", "nil", "unknown", "undefined",
    "n.d.", "k.a.", "k. a.", "tbd", "not available", "(blank)", "결측", "欠損",
}  # fmt: skip
QUOTED = "\ue000"  # stands before a cell that was quoted though it looks like a missing value; private use in Unicode


@dataclass(frozen=True)
class ColumnFormat:
    """How the cells of one column are read; a model keeps it and reads new tables by it.

    `decimal` is ``.`` or ``,``; `thousands` a sign or empty; with `percent`, 15% is 0.15; `currency` is the sign or
    code that was read off; `date_order` is empty except for dates whose parts are all numbers. `words` are the two
    spellings of a boolean, false first. `missing` are the words read as missing, in lower case; None: the usual ones.
    """

    kind: str
    decimal: str = "."
    thousands: str = ""
    percent: bool = False
    currency: str = ""
    date_order: str = ""
    words: tuple[str, ...] = ()
    missing: tuple[str, ...] | None = None

    def missing_words(self) -> frozenset[str]:
        """The words that are read as missing, in lower case; an empty cell always is."""
        if self.missing is not None:
            return frozenset(self.missing)
        return MISSING if self.kind == TEXT else MISSING_IN_NUMBERS

    def to_json(self) -> dict[str, Any]:
        """Convert to JSON values, without what is as usual."""
        usual = ColumnFormat(self.kind)
        return {name: value for name, value in vars(self).items() if name == "kind" or value != getattr(usual, name)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ColumnFormat:
        """Read back what `to_json` returned."""
        values = dict(data)
        for name in ("words", "missing"):
            if values.get(name) is not None:
                values[name] = tuple(values[name])
        return cls(**values)


@dataclass(frozen=True)
class Told:
    """What is known before the cells are looked at: None, or empty, where it is to be found.

    `kinds` are those of columns, by name; `formats` come from a model, by name, and go before what would be found, but
    behind what the user says.
    """

    decimal: str | None = None
    thousands: str | None = None
    date_order: str | None = None
    missing: tuple[str, ...] | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, ColumnFormat] = field(default_factory=dict)

    @classmethod
    def of(cls, options: DataOptions, formats: Mapping[str, ColumnFormat] | None = None) -> Told:
        """What the options say, and a model's formats."""
        return cls(
            None if options.decimal is None else DECIMALS[options.decimal],
            None if options.thousands is None else THOUSANDS[options.thousands],
            options.date_order,
            None if options.missing is None else tuple(word.strip().lower() for word in options.missing),
            {normalize("NFC", name.strip()): kind for name, kind in options.types if kind != IGNORE},
            formats or {},
        )
