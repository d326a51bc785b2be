"""The parts that the features of a dataset fall into; together they are all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuitrain.data.preprocessing import Preprocessing
from tuitrain.text import visible
from tuitrain.translation import gettext as _
from tuitrain.translation import ngettext

MOST_NAMED = 4  # columns of texts that are listed one by one


@dataclass(frozen=True)
class FeaturePart:
    """So many features, and what they are: ``5 numbers``, ``3 plan``."""

    count: int
    what: str

    def __str__(self) -> str:
        return f"{self.count:,} {self.what}"


def feature_parts(encoding: Preprocessing) -> list[FeaturePart]:
    """Take the features of an encoding apart; the counts add up to the number of its encoded names."""
    plain = sum(1 for spec in encoding.numbers if not spec.part and not spec.words)
    words = sum(1 for spec in encoding.numbers if spec.words)
    dates = sum(1 for spec in encoding.numbers if spec.part)
    flags = sum(1 for spec in encoding.numbers if spec.flag)
    counted = [
        (plain, ngettext("number", "numbers", plain)), (words, _("yes/no")),
        (dates, ngettext("date part", "date parts", dates)), (flags, ngettext("gap flag", "gap flags", flags)),
    ]  # fmt: skip
    parts = [FeaturePart(count, what) for count, what in counted if count]
    if len(encoding.texts) <= MOST_NAMED:
        return [*parts, *(FeaturePart(len(text.levels), visible(text.name, 20)) for text in encoding.texts)]
    levels = sum(len(text.levels) for text in encoding.texts)
    return [*parts, FeaturePart(levels, _("values of {count} text columns").format(count=len(encoding.texts)))]


def features_of(encoding: Preprocessing, name: str) -> int:
    """How many features a column of the table becomes."""
    numbers = sum(1 + spec.flag for spec in encoding.numbers if spec.column == name)
    return numbers + sum(len(text.levels) for text in encoding.texts if text.name == name)


def date_parts(encoding: Preprocessing, name: str) -> Sequence[str]:
    """The parts that a column of dates becomes: days, month, weekday."""
    return [spec.part for spec in encoding.numbers if spec.column == name and spec.part]
