"""What was decided about the cells of a column, and what the user said about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
    "n.d.", "k.a.", "k. a.", "tbd", "not available", "(blank)", "결측", "欠損", ":",
    *(sign * count for sign in "*#" for count in range(2, 13)),  # for numbers that were too wide to be written
}  # fmt: skip
SCALED = "×"  # the unit of a column whose letters multiply
NO_OTHERS = "none"  # before other words: they stand in place of the usual ones
QUOTED = "\ue000"  # stands before a cell that was quoted though it looks like a missing value; private use in Unicode


@dataclass(frozen=True)
class ColumnFormat:
    """How the cells of one column are read; a model keeps it and reads new tables by it.

    `decimal` is ``.`` or ``,``; `thousands` a sign or empty; with `percent`, 15% is 0.15; `currency` is the sign or
    code that was read off; `date_order` is empty except for dates whose parts are all numbers. `words` are the two
    spellings of a boolean, false first. `missing` are the words read as missing, in lower case; None: the usual ones.
    `also` are words beside these. With `minutes`, times of two numbers are minutes and
    seconds. `unit` is what stands behind numbers and is read off; ×: letters for thousands, which multiply them.
    Where a boolean `allows_others`, as a target whose unknown classes are told, a column with other words is text.
    """

    kind: str
    decimal: str = "."
    thousands: str = ""
    percent: bool = False
    currency: str = ""
    date_order: str = ""
    words: tuple[str, ...] = ()
    missing: tuple[str, ...] | None = None
    also: tuple[str, ...] = ()
    minutes: bool = False
    unit: str = ""
    allows_others: bool = False

    def missing_words(self) -> frozenset[str]:
        """The words that are read as missing, in lower case; an empty cell always is."""
        usual = MISSING if self.kind == TEXT else MISSING_IN_NUMBERS
        return (usual if self.missing is None else frozenset(self.missing)) | frozenset(self.also)

    @property
    def given_words(self) -> tuple[str, ...]:
        """The words that were told, in lower case; numbers may be among them."""
        return (*(self.missing or ()), *self.also)

    def to_json(self) -> dict[str, Any]:
        """Convert to JSON values, without what is as usual."""
        usual = ColumnFormat(self.kind)
        return {name: value for name, value in vars(self).items() if name == "kind" or value != getattr(usual, name)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ColumnFormat:
        """Read back what `to_json` returned."""
        values = dict(data)
        for name in ("words", "missing", "also"):
            if values.get(name) is not None:
                values[name] = tuple(values[name])
        return cls(**values)


@dataclass(frozen=True)
class Told:
    """What is known before the cells are looked at: None, or empty, where it is to be found.

    `missing` are the words for missing in place of the usual ones, `also` those beside them. `kinds` are those of
    columns, by name; `formats` come from a model, by name, and go before what would be found, but behind what the user
    says.
    """

    decimal: str | None = None
    thousands: str | None = None
    date_order: str | None = None
    missing: tuple[str, ...] | None = None
    also: tuple[str, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, ColumnFormat] = field(default_factory=dict)

    @classmethod
    def of(cls, options: DataOptions, formats: Mapping[str, ColumnFormat] | None = None) -> Told:
        """What the options say, and a model's formats."""
        words = None if options.missing is None else tuple(word.strip().lower() for word in options.missing)
        is_exact = words is not None and (not words or words[0] == NO_OTHERS)
        return cls(
            None if options.decimal is None else DECIMALS[options.decimal],
            None if options.thousands is None else THOUSANDS[options.thousands],
            options.date_order,
            tuple(word for word in words or () if word != NO_OTHERS) if is_exact else None,
            () if is_exact else words or (),
            {normalize("NFC", name.strip()): kind for name, kind in options.types if kind != IGNORE},
            formats or {},
        )

    def column(self, kind: str, **values: Any) -> ColumnFormat:
        """Make a column's format with the words for missing that were told."""
        return ColumnFormat(kind, missing=self.missing, also=self.also, **values)

    def over(self, form: ColumnFormat) -> ColumnFormat:
        """Return a model's format with the words for missing that were told."""
        if self.missing is not None:
            return replace(form, missing=self.missing, also=self.also)
        return replace(form, also=tuple(dict.fromkeys((*form.also, *self.also)))) if self.also else form
