"""The searched fields as columns of numbers, which is what strategies compute with.

A number lies on its scale in [0, 1], a category is its index, what has no effect is NaN. `n` rows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.build import SHARED
from tuitrain.options.field import Field, Value
from tuitrain.search.space.ranges import GRID_POINTS, MOST_STEPS, Choices, Domain, Range, Scale, Shapes, own_scale
from tuitrain.translation import gettext as _

Array = NDArray[np.float64]
DIGITS = 4  # of a value drawn from a continuous range: short to read and to type


def to_scale(values: Any, scale: Scale) -> Any:
    """Map values to their scale: themselves, log(v), or -log(1 - v), which rises with v."""
    if scale == "log":
        return np.log(values)
    return -np.log1p(-np.asarray(values, np.float64)) if scale == "complement" else np.asarray(values, np.float64)


def from_scale(places: Any, scale: Scale) -> Any:
    """Map values back; the inverse of `to_scale`."""
    if scale == "log":
        return np.exp(places)
    return -np.expm1(-np.asarray(places, np.float64)) if scale == "complement" else np.asarray(places, np.float64)


@dataclass(frozen=True)
class Shift:
    """How far a number lies from its place for the surrogate, in widths of its own range, by two other columns.

    `offsets` (count,) belong to the values of the column `category`; the column `number` adds `slope` times its own
    place where it has an effect. A name is empty where there is no such column.
    """

    category: str = ""
    offsets: tuple[float, ...] = ()
    number: str = ""
    slope: float = 0.0


@dataclass(frozen=True)
class SearchColumn:
    """One searched number or category.

    `values` are all its values where they can be listed, ascending for numbers, and `places` (count,) where these lie
    in [0, 1]; both are empty for a continuous one, which lies between `low` and `high` on `scale`. `when` names the
    fields and values under which it has an effect, `shift` what its effect depends on otherwise (`equal_rates.py`).
    """

    name: str
    hyperparameter: str
    label: str
    is_category: bool
    values: tuple[Any, ...] = ()
    places: Array = field(default_factory=lambda: np.empty(0))
    scale: Scale = "linear"
    low: float = 0.0
    high: float = 1.0
    is_whole: bool = False
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shift: Shift | None = None

    @property
    def count(self) -> int | None:
        """How many values there are; None for a continuous column."""
        if self.values:
            return len(self.values)
        return int(self.high - self.low) + 1 if self.is_whole else None

    @property
    def levels(self) -> Array:
        """The places (count,) of all values of a column that is not continuous."""
        if self.is_category:
            return np.arange(len(self.values), dtype=np.float64)
        return self.places if self.values else self._place(np.arange(int(self.low), int(self.high) + 1))

    @cached_property
    def _numbered(self) -> dict[Any, int]:
        """The number of each value."""
        return {value: index for index, value in enumerate(self.values)}

    @property
    def is_structural(self) -> bool:
        """Whether trials must agree in it to share a stack."""
        return self.hyperparameter in SHARED

    def snap(self, places: Array) -> Array:
        """Return the nearest places (n,) that stand for a value."""
        if self.is_category:
            return np.clip(np.rint(places), 0, len(self.values) - 1)
        if self.values:
            middles = (self.places[1:] + self.places[:-1]) / 2
            nearest: Array = self.places[np.searchsorted(middles, places)]
            return nearest
        clipped: Array = np.clip(places, 0.0, 1.0)
        return np.clip(self._place(np.rint(self._value(clipped))), 0.0, 1.0) if self.is_whole else clipped

    def from_unit(self, unit: Array) -> Array:
        """Return places (n,) for numbers in [0, 1): listed values get equal shares, ranges are even on their scale."""
        if self.values:
            index = np.minimum((unit * len(self.values)).astype(np.int64), len(self.values) - 1)
            return index.astype(np.float64) if self.is_category else self.places[index]
        return self.snap(unit)

    def value(self, place: float) -> Any:
        """Return the value at a place."""
        if self.is_category:
            return self.values[round(place)]
        if self.values:
            return self.values[int(np.argmin(np.abs(self.places - place)))]
        value = float(np.clip(self._value(np.float64(place)), self.low, self.high))
        if self.is_whole:
            return round(value)
        return min(max(_rounded(value, self.scale, self.high - self.low), self.low), self.high)

    def place(self, value: Any) -> float:
        """Return the place of a value.

        Raises
        ------
        ValueError
            if a listed column does not hold it.
        """
        if self.values:
            index = self._numbered.get(value)
            if index is None:
                raise ValueError(f"{value!r} is not listed")
            return float(index) if self.is_category else float(self.places[index])
        with np.errstate(all="ignore"):  # 0 beside a log range, as a trial of the user's own, lies at its lower end
            return float(np.clip(self._place(np.float64(value)), 0.0, 1.0))

    def _value(self, places: Any) -> Any:
        low, high = (float(to_scale(end, self.scale)) for end in (self.low, self.high))
        return from_scale(low + places * (high - low), self.scale)

    def _place(self, values: Any) -> Any:
        low, high = (float(to_scale(end, self.scale)) for end in (self.low, self.high))
        return (to_scale(values, self.scale) - low) / (high - low)


def _rounded(value: float, scale: Scale, span: float) -> float:
    """Round `value` so that `DIGITS` digits of it, or of its place in a range as wide as `span`, remain."""
    decimals = math.ceil(DIGITS - math.log10(span))
    size = {"linear": 0.0, "log": abs(value), "complement": 1 - value}[scale]
    if size:
        decimals = max(decimals, DIGITS - 1 - math.floor(math.log10(size)))
    return round(value, decimals)


def make_columns(spec: Field, domain: Domain) -> list[SearchColumn]:
    """Return the columns of a field: one, or depth and width for shapes; none where the value is fixed."""
    if isinstance(domain, Shapes):
        return _shape_columns(spec, domain)
    when = spec.when
    if isinstance(domain, Choices):
        if len(domain.values) < 2:
            return []
        if all(isinstance(value, (int, float)) for value in domain.values):
            return [_listed(spec.name, spec, sorted(domain.values), own_scale(spec))]
        return [SearchColumn(spec.name, spec.name, spec.label, True, tuple(domain.values), when=when)]
    if (listed := _range_values(spec, domain)) is not None:
        return [_listed(spec.name, spec, listed, domain.scale)]
    return [
        SearchColumn(
            spec.name, spec.name, spec.label, False, scale=domain.scale, low=domain.low, high=domain.high,
            is_whole=spec.kind == "whole", when=when,
        )
    ]  # fmt: skip


def _shape_columns(spec: Field, domain: Shapes) -> list[SearchColumn]:
    columns = []
    for name, (low, high) in (("depth", domain.depth), ("width", domain.width)):
        if low < high:
            values = list(range(low, high + 1)) if name == "depth" else halves_of_octaves(low, high)
            columns.append(_listed(f"{spec.name}.{name}", spec, values, "linear" if name == "depth" else "log"))
    return columns


def _listed(name: str, spec: Field, values: Sequence[Any], scale: Scale) -> SearchColumn:
    """A column of listed numbers; where one of them has no place on the scale (0 on a log scale), they lie evenly."""
    label = spec.label if name == spec.name else f"{spec.label} {name.rpartition('.')[2]}"
    with np.errstate(all="ignore"):
        on_scale = to_scale(np.array(values, np.float64), scale)
    if not np.isfinite(on_scale).all():
        on_scale, scale = np.arange(len(values), dtype=np.float64), "linear"
    places = (on_scale - on_scale[0]) / (on_scale[-1] - on_scale[0])
    return SearchColumn(name, spec.name, label, False, tuple(values), places, scale, when=spec.when)


def _range_values(spec: Field, domain: Range) -> list[Any] | None:
    """Return the values of a range that has steps: of its own, or powers of two; None for any other."""
    count = domain.steps
    if domain.step is not None and count is not None:
        if count > MOST_STEPS:
            raise ValueError(
                _("{label}: has more than {most:,} steps; write a wider one").format(
                    label=_(spec.label), most=MOST_STEPS
                )
            )
        values = [float(f"{domain.low + index * domain.step:.12g}") for index in range(count)]
        return sorted({round(value) for value in values}) if spec.kind == "whole" else values
    if spec.scale == "doubling" and domain.scale == "log":
        return doublings(int(domain.low), int(domain.high))
    return None


def doublings(low: int, high: int) -> list[int]:
    """Return the powers of two from `low` to `high`, which are among them."""
    return sorted({low, *(2**k for k in range(64) if low < 2**k < high), high})


def halves_of_octaves(low: int, high: int) -> list[int]:
    """Return powers of two, what lies midway (16, 24, 32, 48 …), and the ends: few structures, so that stacks form."""
    between = {*(2**k for k in range(64)), *(3 * 2**k for k in range(62))}
    return sorted({low, *(value for value in between if low < value < high), high})


def grid_values(spec: Field, domain: Domain) -> list[Value]:
    """Return the points that a grid takes of a field."""
    if isinstance(domain, Choices):
        return list(domain.values)
    if isinstance(domain, Shapes):
        depths = range(domain.depth[0], domain.depth[1] + 1)
        shapes = [(width,) * depth for depth, width in product(depths, doublings(*domain.width))]
        return list(dict.fromkeys(shapes))
    listed = _range_values(spec, domain)
    if listed is not None and domain.points is None:
        return listed
    is_whole = spec.kind == "whole"
    count = domain.points or GRID_POINTS
    if is_whole and domain.points is None and domain.high - domain.low < GRID_POINTS:
        count = math.floor(domain.high - domain.low) + 1
    ends = to_scale(np.array([domain.low, domain.high]), domain.scale)
    values = from_scale(np.linspace(ends[0], ends[1], count), domain.scale)
    if is_whole:
        return sorted({round(float(value)) for value in values})
    span = domain.high - domain.low
    inner = [_rounded(float(value), domain.scale, span) for value in values[1:-1]]
    return [domain.low, *inner, domain.high]
