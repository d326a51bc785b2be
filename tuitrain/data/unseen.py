"""What a table holds that training did not see: counted piece by piece, and told for the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tuitrain.data.cells.date_cells import clock_of, date_of
from tuitrain.data.drift import Drift
from tuitrain.data.notices import about
from tuitrain.text import counted, listed, quoted
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.data.preprocessing import Preprocessing


@dataclass
class Unseen:
    """Counts by the names of columns: missing values that training did not have, values beyond its range, new texts.

    `drift` is what tells how far columns moved; `examples` are the first new text of each column; `writers` write the
    values of a column with a range.
    """

    missing: Counter[str] = field(default_factory=Counter)
    above: Counter[str] = field(default_factory=Counter)
    below: Counter[str] = field(default_factory=Counter)
    missing_texts: Counter[str] = field(default_factory=Counter)
    new_texts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    writers: dict[str, Callable[[float], str]] = field(default_factory=dict)
    drift: Drift = field(default_factory=Drift)

    def extend(self, other: Unseen) -> None:
        """Add what was found in further rows of the same table."""
        self.missing.update(other.missing)
        self.above.update(other.above)
        self.below.update(other.below)
        self.missing_texts.update(other.missing_texts)
        self.new_texts.update(other.new_texts)
        self.examples = {**other.examples, **self.examples}
        self.writers |= other.writers
        self.drift.extend(other.drift)

    def notices(
        self, preprocessing: Preprocessing, names: Sequence[str], *, target: str | None = None
    ) -> tuple[str, ...]:  # fmt: skip
        """Return notices on a table whose columns have these `names`, of which one may be the target."""
        told = []
        known = {*preprocessing.source_names, *preprocessing.column_names, target}
        if unknown := [name for name in names if name not in known]:
            told.append(_("{listed} not used by the model").format(listed=listed("column", unknown)))
        for number in preprocessing.numbers:
            if number.part in {"", "days"} and (absent := self.missing[number.column]):
                median = date_of(number.median) if number.part == "days" else f"{number.median:g}"
                found = _("{values}, which training did not have").format(values=counted(absent, "missing value"))
                told.append(
                    _("column {name}: {found}: taken as its median, {median}").format(
                        name=quoted(number.column), found=found, median=median
                    )
                )
        for name, (low, high) in preprocessing.ranges.items():
            told += self._beyond_training(name, low, high)
        for spec in preprocessing.texts:
            told += self._not_among_levels(spec.name)
        return (*told, *self.drift.notices(preprocessing))

    def _beyond_training(self, name: str, low: float, high: float) -> list[str]:
        found: list[str] = []
        if above := self.above[name]:
            text = _("{rows} above all training rows, whose highest is {value}")
            found.append(about(name, text.format(rows=counted(above, "row"), value=self.writers[name](high))))
        if below := self.below[name]:
            text = _("{rows} below all training rows, whose lowest is {value}")
            found.append(about(name, text.format(rows=counted(below, "row"), value=self.writers[name](low))))
        return found

    def _not_among_levels(self, name: str) -> list[str]:
        counts = []
        if absent := self.missing_texts[name]:
            counts.append(_("{values}, which training did not have").format(values=counted(absent, "missing value")))
        if new := self.new_texts[name]:
            counts.append(
                _("{values} not seen in training (such as {example})").format(
                    values=counted(new, "value"), example=quoted(self.examples[name])
                )
            )
        text = _("column {name}: {found}: taken as none of its values")
        return [text.format(name=quoted(name), found=found) for found in counts]


def writer_of(kind: str) -> Callable[[float], str]:
    """Return what writes the values of a column of that kind, other than text."""
    return date_of if kind == "date" else clock_of if kind == "time" else "{:.10g}".format
