"""How far columns of new rows have moved away from the training rows: counted piece by piece, told for the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.notices import about
from tuitrain.data.table import Column
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.data.preprocessing import Preprocessing

LEAST_ROWS = 50  # fewer differ by chance
FAR = 0.5  # standard deviations of the training rows, by which a mean has moved
OTHER_SHARE = 0.2  # of the rows that would have to hold another text
MOST_TOLD = 5  # columns, those that moved furthest first


def usual_values(columns: Sequence[Column]) -> dict[str, tuple[float, float]]:
    """Return mean and standard deviation of each column of numbers and times that varies."""
    found = {}
    for column in columns:
        if column.kind in {"number", "time"}:
            values = column.values[~np.isnan(column.values)].astype(np.float64)
            with np.errstate(over="ignore", invalid="ignore"):  # of huge values the deviation is not known
                spread = float(values.std()) if len(values) else 0.0
            if np.isfinite(spread) and spread > 0:
                found[column.name] = (float(values.mean()), spread)
    return found


@dataclass
class Drift:
    """Sums and counts of the values of number columns, and counts of each level of text columns (-1: of no level)."""

    sums: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    levels: dict[str, Counter[int]] = field(default_factory=dict)

    def add_numbers(self, name: str, column: Column) -> None:
        """Count the values of a column of numbers."""
        values = column.values[~np.isnan(column.values)]
        self.sums[name] += float(values.sum(dtype=np.float64))  # type: ignore[assignment]
        self.counts[name] += len(values)

    def add_levels(self, name: str, places: NDArray[np.int64]) -> None:
        """Count the levels of a text column, by their places."""
        numbers, found = np.unique(places, return_counts=True)
        self.levels.setdefault(name, Counter()).update(dict(zip(numbers.tolist(), found.tolist(), strict=True)))

    def extend(self, other: Drift) -> None:
        """Add what was found in further rows."""
        self.sums.update(other.sums)
        self.counts.update(other.counts)
        for name, counted in other.levels.items():
            self.levels.setdefault(name, Counter()).update(counted)

    def notices(self, preprocessing: Preprocessing) -> list[str]:
        """Say which columns have moved, and how far; those that moved furthest, and the number of others."""
        told = [*self._of_numbers(preprocessing.usual), *self._of_texts(preprocessing.shares)]
        told.sort(key=lambda found: -found[0])
        return [notice for _far, notice in told[:MOST_TOLD]]

    def _of_numbers(self, usual: Mapping[str, tuple[float, float]]) -> list[tuple[float, str]]:
        found: list[tuple[float, str]] = []
        for name, (mean, spread) in usual.items():
            if (count := self.counts[name]) < LEAST_ROWS:
                continue
            now = self.sums[name] / count
            far = (now - mean) / spread
            if abs(far) >= FAR:
                text = (
                    _("the mean is {now:.4g}, {far:.1f} standard deviations above the training rows' {mean:.4g}")
                    if far > 0
                    else _("the mean is {now:.4g}, {far:.1f} standard deviations below the training rows' {mean:.4g}")
                )
                remark = text.format(now=now, far=abs(far), mean=mean)
                found.append((abs(far) / FAR, about(name, remark)))
        return found

    def _of_texts(self, shares: Mapping[str, Sequence[float]]) -> list[tuple[float, str]]:
        found: list[tuple[float, str]] = []
        for name, before in shares.items():
            counted = self.levels.get(name, Counter())
            if (count := counted.total()) < LEAST_ROWS:
                continue
            moved = counted[-1] / count + sum(abs(counted[place] / count - share) for place, share in enumerate(before))
            if (other := moved / 2) >= OTHER_SHARE:
                text = _("{share:.0%} of the rows would need another value for the shares of the training rows")
                found.append((other / OTHER_SHARE, about(name, text.format(share=other))))
        return found
