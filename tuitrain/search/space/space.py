"""The space of a search: what each hyperparameter may be, and settings in it as rows of numbers.

`n` settings, `d` columns. A setting maps the searched hyperparameters that have an effect to their values; all other
hyperparameters are as in the space's `base`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

import numpy as np

from tuitrain.errors import HyperparameterError, RunError
from tuitrain.options.automatic import AUTO, SETTLED
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters, field_name
from tuitrain.search.space.columns import Array, SearchColumn, grid_values, make_columns
from tuitrain.search.space.equal_rates import with_equal_rates
from tuitrain.search.space.ranges import (
    Choices,
    Domain,
    Range,
    Shapes,
    comma_notice,
    format_domain,
    parse_domain,
    settled,
)
from tuitrain.text import quoted, suggest
from tuitrain.translation import gettext as _

Setting = Mapping[str, Any]
SEARCHED = ("hidden_layers", "activation", "learning_rate", "batch_size", "l2")  # when no range is given


class Space:
    """What is searched; `ranges` maps hyperparameters to what `parse_domain` reads, or to a domain.

    A range of a single value changes `base`. With no range of more than one value, the hyperparameters of `SEARCHED`
    that are not fixed get their default ranges. `notices` names the fields that can have no effect here, and texts
    that may be meant otherwise; `idle` maps the former to their domains.

    Raises
    ------
    HyperparameterError
        with a line for each name that is not known and each range that cannot be read, or if nothing is searched.
    """

    def __init__(self, ranges: Mapping[str, Any] | None = None, base: Hyperparameters | None = None) -> None:
        domains = _read(ranges or {})
        commas = [comma_notice(FIELDS[field_name(key) or ""], given) for key, given in (ranges or {}).items()]
        self._commas = tuple(filter(None, commas))
        if not any(_is_searched(domain) for domain in domains.values()):
            missing = [name for name in SEARCHED if name not in domains]
            domains |= _read(dict.fromkeys(missing, ".."))
        fixed = {name: domain.values[0] for name, domain in domains.items() if not _is_searched(domain)}  # type: ignore[union-attr]
        self.base = (base or Hyperparameters()).replace(**fixed)
        searched = {name: domains[name] for name in FIELDS if name in domains and _is_searched(domains[name])}
        idle = [name for name in searched if not self._can_matter(name, searched)]
        self.notices = self._commas + tuple(
            _("{label} is not searched: {why}").format(label=_(FIELDS[name].label), why=self._why_idle(name))
            for name in idle
        )
        self.idle: dict[str, Domain] = {name: searched[name] for name in idle}
        self.domains: dict[str, Domain] = {name: d for name, d in searched.items() if name not in idle}
        try:
            columns = [column for name, domain in self.domains.items() for column in make_columns(FIELDS[name], domain)]
        except ValueError as error:
            raise HyperparameterError(str(error)) from None
        if not columns:
            advice = _("nothing is searched: give a hyperparameter a range, as learning_rate=1e-4..1")
            raise HyperparameterError("\n".join([*self.notices, advice]))
        self.columns: tuple[SearchColumn, ...] = with_equal_rates(columns, self.base)
        self._place = {column.name: index for index, column in enumerate(self.columns)}

    def __repr__(self) -> str:
        return f"Space({self.to_texts()})"

    def to_texts(self) -> dict[str, str]:
        """Return the searched fields as their canonical texts."""
        return {name: format_domain(FIELDS[name], domain) for name, domain in self.domains.items()}

    def to_json(self) -> dict[str, Any]:
        """Convert to a JSON object: all ranges that were given, as texts, and the values of what is not searched."""
        idle = {name: format_domain(FIELDS[name], domain) for name, domain in self.idle.items()}
        return {"ranges": {**self.to_texts(), **idle}, "base": self.base.to_mapping()}

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> Space:
        """Convert a JSON object back.

        Raises
        ------
        TuitrainError
            if it is not a space.
        """
        if not isinstance(json, Mapping) or set(json) != {"ranges", "base"}:
            raise RunError(_("space: expected ranges and base"))
        return cls(json["ranges"], Hyperparameters.from_mapping(json["base"]))

    def settled(self, rows: int, *, has_bins: bool = True) -> Space:
        """Return the same space for trials on so many rows: ``auto`` is replaced by what it comes to in the base.

        `has_bins` says whether number columns have bins. All trials are trained for as many epochs, whatever batch size
        each has.
        """
        base = self.base
        if "learning_rate" in self.domains and base.schedule == AUTO:
            base = base.replace(schedule="constant")  # as where a rate is given: a trial can be repeated by hand
        base = base.settled(rows, has_bins=has_bins)
        if base == self.base and all(AUTO not in values for values in map(_listed, self.domains.values())):
            return self
        own = {name: getattr(base, name) for name in SETTLED}
        domains = {**self.idle, **self.domains}
        domains |= {
            name: Choices(tuple(dict.fromkeys(own[name] if value == AUTO else value for value in _listed(domain))))
            for name, domain in domains.items() if name in own and AUTO in _listed(domain)
        }  # fmt: skip
        space = Space(domains, base)
        space._commas = self._commas  # of texts, which `domains` are no more
        space.notices = space._commas + space.notices
        return space

    @property
    def names(self) -> tuple[str, ...]:
        """The searched hyperparameters, in the form's order."""
        return tuple(self.domains)

    @property
    def size(self) -> int | None:
        """How many settings there are; None where a range is continuous."""
        counts = {}
        for name in self.domains:
            of_field = [column.count for column in self.columns if column.hyperparameter == name]
            if None in of_field:
                return None
            counts[name] = prod(count for count in of_field if count is not None)
            domain = self.domains[name]
            if isinstance(domain, Shapes) and domain.depth[0] == 0:
                counts[name] = counts[name] * domain.depth[1] // (domain.depth[1] + 1) + 1
        return self._combinations(counts.__getitem__)

    @property
    def grid_size(self) -> int:
        """How many settings `grid` gives."""
        counts = {name: len(grid_values(FIELDS[name], domain)) for name, domain in self.domains.items()}
        return self._combinations(counts.__getitem__)

    @property
    def start(self) -> Setting | None:
        """The setting that `base` stands for, if it lies in the space."""
        setting = {name: getattr(self.base, name) for name in self.domains}
        if not all(_holds(FIELDS[name], self.domains[name], value) for name, value in setting.items()):
            return None
        return self.active(setting)

    def hyperparameters(self, setting: Setting) -> Hyperparameters:
        """Return all hyperparameters of a trial."""
        return self.base.replace(**setting)

    def active(self, setting: Setting) -> dict[str, Any]:
        """Return the part of a setting that has an effect, in the form's order."""
        whole = self.base.replace(**setting)
        return {name: setting[name] for name in FIELDS if name in setting and whole.matters(name)}

    def grid(self) -> Iterator[dict[str, Any]]:
        """Return all combinations of the points that a grid takes; neighbours agree in what a stack must share."""
        structural = [
            name for name in self.domains if any(c.is_structural for c in self.columns if c.hyperparameter == name)
        ]
        names = [*structural, *(name for name in self.domains if name not in structural)]
        governors = [name for name in names if self._governs(name)]
        values = {name: grid_values(FIELDS[name], self.domains[name]) for name in names}
        order = [*governors, *(name for name in names if name not in governors)]

        def extend(chosen: dict[str, Any], rest: Sequence[str]) -> Iterator[dict[str, Any]]:
            if not rest:
                yield {name: chosen[name] for name in self.domains if name in chosen}
                return
            name = rest[0]
            matters = self.base.replace(**{n: v for n, v in chosen.items() if n in governors}).matters(name)
            for value in values[name] if matters else [None]:
                yield from extend({**chosen, name: value} if matters else chosen, rest[1:])

        yield from extend({}, order)

    def encode(self, settings: Sequence[Setting]) -> Array:
        """Convert settings to rows (n, d) float64; NaN where a column has no effect or lacks the value."""
        points = np.full((len(settings), len(self.columns)), np.nan)
        for row, setting in enumerate(settings):
            for place, column in enumerate(self.columns):
                if column.hyperparameter in setting:
                    points[row, place] = self._encoded(column, setting[column.hyperparameter])
        return points

    def listed(self) -> Array:
        """All rows (n, d) of a space of known `size`; those that differ only in what has no effect come repeatedly."""
        return self.snap(np.array(list(product(*(column.levels for column in self.columns)))))

    def decode(self, points: Array) -> list[dict[str, Any]]:
        """Return the settings that rows (n, d) stand for."""
        return [self._decoded(point) for point in self.snap(points)]

    def snap(self, points: Array) -> Array:
        """Return the nearest rows (n, d) that stand for settings; columns without effect become NaN."""
        snapped = np.empty_like(points)
        for place, column in enumerate(self.columns):
            filled = np.where(np.isnan(points[:, place]), 0.0 if column.is_category else 0.5, points[:, place])
            snapped[:, place] = column.snap(filled)
        return self._blank(snapped)

    def from_unit(self, unit: Array) -> Array:
        """Return rows (n, d) for numbers (n, d) in [0, 1), such that even numbers give an even sample of the space."""
        points = np.empty_like(unit, np.float64)
        for place, column in enumerate(self.columns):
            points[:, place] = column.from_unit(unit[:, place])
        return self._blank(points)

    def _blank(self, points: Array) -> Array:
        for place, column in enumerate(self.columns):
            for other, allowed in column.when.items():
                governor = self._place.get(other)
                if governor is not None:
                    known = [i for i, value in enumerate(self.columns[governor].values) if value in allowed]
                    points[~np.isin(points[:, governor], known), place] = np.nan
            if column.name.endswith(".width"):
                depth = self._place.get(f"{column.hyperparameter}.depth")
                if depth is not None and self.columns[depth].values[0] == 0:
                    points[points[:, depth] == 0, place] = np.nan
        return points

    def _decoded(self, point: Array) -> dict[str, Any]:
        setting: dict[str, Any] = {}
        for name, domain in self.domains.items():
            if isinstance(domain, Shapes):
                setting[name] = self._shape(name, domain, point)
                continue
            place = self._place[name]
            if not np.isnan(point[place]):
                setting[name] = self.columns[place].value(float(point[place]))
        return setting

    def _shape(self, name: str, domain: Shapes, point: Array) -> tuple[int, ...]:
        found = []
        for part, fallback in (("depth", domain.depth[0]), ("width", domain.width[0])):
            place = self._place.get(f"{name}.{part}")
            is_given = place is not None and not np.isnan(point[place])
            found.append(self.columns[place].value(float(point[place])) if is_given and place is not None else fallback)
        return (int(found[1]),) * int(found[0])

    def _encoded(self, column: SearchColumn, value: Any) -> float:
        if isinstance(self.domains[column.hyperparameter], Shapes):
            if not value and column.name.endswith("width"):
                return float("nan")
            value = len(value) if column.name.endswith("depth") else max(value)
        try:
            return column.place(value)
        except ValueError:  # a trial of the user's own may lie beside what is listed
            is_number = not column.is_category and isinstance(value, (int, float))
            if not is_number:
                return float("nan")
            nearest = min(range(len(column.values)), key=lambda index: abs(column.values[index] - value))
            return float(column.places[nearest])

    def _governs(self, name: str) -> bool:
        return any(name in FIELDS[other].when for other in self.domains)

    def _combinations(self, count: Callable[[str], int]) -> int:
        """Count the settings when each field that has an effect has so many values."""
        governors = [name for name in self.domains if self._governs(name)]
        rest = [name for name in self.domains if name not in governors]
        total = 0
        choices = [self.domains[name].values for name in governors]  # type: ignore[union-attr]
        for values in product(*choices):
            whole = self.base.replace(**dict(zip(governors, values, strict=True)))
            total += prod(count(name) for name in rest if whole.matters(name))
        return total

    def _can_matter(self, name: str, searched: Mapping[str, Domain]) -> bool:
        for other, allowed in FIELDS[name].when.items():
            domain = searched.get(other)
            possible = domain.values if isinstance(domain, Choices) else (getattr(self.base, other),)
            if not set(possible) & set(allowed):
                return False
        return True

    def _why_idle(self, name: str) -> str:
        parts = [
            _("it matters only with {label} {names}").format(
                label=_(FIELDS[other].label), names=_(" or ").join(allowed)
            )
            for other, allowed in FIELDS[name].when.items()
        ]
        return "; ".join(parts)


def _listed(domain: Domain) -> tuple[Any, ...]:
    """The values of a domain that lists some."""
    return domain.values if isinstance(domain, Choices) else ()


def _is_searched(domain: Domain) -> bool:
    return not isinstance(domain, Choices) or len(domain.values) > 1


def _read(ranges: Mapping[str, Any]) -> dict[str, Domain]:
    problems: list[str] = []
    domains: dict[str, Domain] = {}
    for key, given in ranges.items():
        name = field_name(key)
        if name is None:
            problems.append(_("hyperparameter {key}: {hint}").format(key=quoted(key), hint=suggest(key, tuple(FIELDS))))
            continue
        try:
            domain = given if isinstance(given, Choices | Range | Shapes) else parse_domain(FIELDS[name], given)
            domains[name] = settled(FIELDS[name], domain)
        except ValueError as error:
            problems.append(str(error))
    if problems:
        raise HyperparameterError("\n".join(problems))
    return domains


def _holds(spec: Any, domain: Domain, value: Any) -> bool:
    """Return whether a value of the form lies in a domain."""
    if isinstance(domain, Choices):
        return value in domain.values
    if isinstance(domain, Shapes):
        widths = [column for column in make_columns(spec, domain) if column.name.endswith("width")]
        allowed = widths[0].values if widths else (domain.width[0],)
        is_even = len(set(value)) == 1 and value[0] in allowed
        return domain.depth[0] <= len(value) <= domain.depth[1] and (is_even or not value)
    columns = make_columns(spec, domain)
    is_within = isinstance(value, (int, float)) and domain.low <= value <= domain.high
    return is_within and (not columns[0].values or value in columns[0].values)
