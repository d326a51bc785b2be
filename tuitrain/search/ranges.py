"""What a person types for a field that is searched: values, ranges, layer shapes; the one syntax of all fronts.

``0.01`` is a value, ``16,32,64`` a list, ``1e-4..1`` a range on the field's own scale, ``1e-4..1:linear`` on another,
``1e-4..1:n=5`` with the points that a grid takes, ``0..0.5:step=0.1`` in steps; ``32,64x32`` are layer shapes and
``1..3x16..128`` all of one to three layers of 16 to 128 units. ``..`` alone is the field's default range. What other
tools call uniform(…), loguniform(…), choice(…), linspace(…), logspace(…) is read too, and so are TOML's arrays and
tables.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tuitrain.fields import Field, Value
from tuitrain.text import quoted

Scale = Literal["linear", "log", "complement"]
GRID_POINTS = 5
_EXAMPLES = {"choice": "{0},{1}", "layers": "32,64x32 or 1..3x16..128"}
_CALL = re.compile(r"([a-z_]*)\s*([(\[{])(.*)[)\]}]", re.DOTALL)
_SHAPES = re.compile(r"(\d+)(?:\.\.(\d+))?\s*[x×]\s*(\d+)(?:\.\.(\d+))?")


@dataclass(frozen=True)
class Choices:
    """One of several values; a single one is fixed."""

    values: tuple[Value, ...]


@dataclass(frozen=True)
class Range:
    """Values from `low` to `high`, spread evenly on `scale` (``complement``: on the logarithm of 1 - value).

    `points` is how many of them a grid takes; with `step` there are no others than low, low + step …
    """

    low: float
    high: float
    scale: Scale
    points: int | None = None
    step: float | None = None


@dataclass(frozen=True)
class Shapes:
    """Hidden layers of equal width: from and to how many, from and to how many units each."""

    depth: tuple[int, int]
    width: tuple[int, int]


Domain = Choices | Range | Shapes


def own_scale(spec: Field) -> Scale:
    """The scale on which a range of the field is spread when nothing else is told."""
    if spec.scale == "complement":
        return "complement"
    return "log" if spec.scale in {"log", "doubling"} else "linear"


def parse_domain(spec: Field, given: Any) -> Domain:
    """Read what a field is to be searched over: a text, or a TOML value.

    Raises
    ------
    ValueError
        naming the field, the text, the place in it and an example.
    """
    if isinstance(given, Mapping):
        return _from_table(spec, given)
    if isinstance(given, str):
        return _Reader(spec, given).read()
    if isinstance(given, Sequence) and not isinstance(given, tuple):
        if not given:
            raise ValueError(f"{spec.label}: an empty list; for example {example(spec)}")
        values = [spec.parse(item) if isinstance(item, str) else spec.check(item) for item in given]
        return Choices(tuple(dict.fromkeys(values)))
    return Choices((spec.check(given),))


def format_domain(spec: Field, domain: Domain) -> str:
    """The canonical text, which `parse_domain` reads back and a shell takes without quotes."""
    if isinstance(domain, Choices):
        return ",".join(map(spec.format, domain.values))
    if isinstance(domain, Shapes):
        return f"{_span(*domain.depth)}x{domain.width[0]}..{domain.width[1]}"
    low, high = (spec.format(_typed(spec, value)) for value in (domain.low, domain.high))
    text = f"{low}..{high}"
    if domain.scale != own_scale(spec):
        text += f":{domain.scale}"
    if domain.points is not None:
        text += f":n={domain.points}"
    if domain.step is not None:
        text += f":step={spec.format(float(domain.step))}"
    return text


def example(spec: Field) -> str:
    """A range that the field would take."""
    if spec.search:
        return spec.search
    return _EXAMPLES.get(spec.kind, "1..10").format(*spec.choices)


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}..{high}"


def _typed(spec: Field, value: float) -> Value:
    return int(value) if spec.kind == "whole" else float(value)


def _from_table(spec: Field, table: Mapping[str, Any]) -> Domain:
    """A range written as ``{min = …, max = …, scale = …, n = …, step = …}``."""
    known = {"min", "max", "low", "high", "scale", "log", "n", "step", "values", "choices"}
    unknown = [key for key in table if key not in known]
    listed = table.get("values", table.get("choices"))
    if listed is not None and len(table) == 1:
        return parse_domain(spec, list(listed))
    low, high = table.get("min", table.get("low")), table.get("max", table.get("high"))
    if unknown or low is None or high is None:
        found = f"{quoted(unknown[0])} is not known" if unknown else "min and max are needed"
        raise ValueError(f"{spec.label}: {found}; for example {{min = 0.1, max = 1, scale = 'log', n = 5}}")
    suffix = [str(table["scale"])] if "scale" in table else ["log"] * bool(table.get("log"))
    suffix += [f"{key}={table[key]}" for key in ("n", "step") if key in table]
    return _Reader(spec, ":".join([f"{low}..{high}", *suffix])).read()


class _Reader:
    """Reads one text; errors tell the place in it."""

    def __init__(self, spec: Field, text: str) -> None:
        self._spec = spec
        self._text = text

    def read(self) -> Domain:
        text = self._text.strip()
        if not text:
            raise self._error("nothing is given", "")
        if text == "..":
            if not self._spec.search:
                raise self._error("there is no default range", "..")
            return _Reader(self._spec, self._spec.search).read()
        called = _CALL.fullmatch(text.lower())
        if called and (called[1] or called[2] != "(" or self._spec.kind != "layers"):
            return self._read_call(called[1], called[2], text[called.start(3) : called.end(3)])
        if self._spec.kind == "layers" and ".." in text:
            return self._read_shapes(text)
        if ".." in text:
            return self._read_range(text)
        return self._read_list(text)

    def _read_call(self, name: str, bracket: str, inside: str) -> Domain:
        parts = [part.strip() for part in inside.split(",")]
        if bracket == "{":
            pairs = dict(part.replace(":", "=", 1).split("=", 1) for part in parts if "=" in part or ":" in part)
            return _from_table(self._spec, {key.strip(" '\""): value.strip(" '\"") for key, value in pairs.items()})
        if name in {"", "choice", "choices", "list"}:
            return self._read_list(inside.strip().removeprefix("[").removesuffix("]"))
        if bracket == "[":
            parts = [part.strip() for part in re.split("[:,]", inside)]
        suffixes = {
            "uniform": "linear", "interval": "", "loguniform": "log", "log_uniform": "log", "linspace": "linear",
            "logspace": "log", "range": "", "randint": "",
        }  # fmt: skip
        if name not in suffixes:
            raise self._error(f"{quoted(name)} is not known: uniform, loguniform, choice, linspace or logspace", name)
        if len(parts) not in {2, 3}:
            raise self._error(f"{name} takes two bounds, and linspace and logspace how many points", inside)
        suffix = [suffixes[name]] * bool(suffixes[name]) + [f"n={points}" for points in parts[2:]]
        return self._read_range(":".join(["..".join(parts[:2]), *suffix]))

    def _read_list(self, text: str) -> Choices:
        values: list[Value] = []
        parts = re.split(r",(?![^(]*\))", text.rstrip(","))
        for part in parts:
            if not part.strip():
                raise self._error("a value is missing between two commas" if len(parts) > 1 else "nothing is given", "")
            try:
                values.append(self._spec.parse(part.strip().strip("'\"")))
            except ValueError as error:
                raise self._error(str(error).removeprefix(f"{self._spec.label}: "), part.strip()) from None
        return Choices(tuple(dict.fromkeys(values)))

    def _read_shapes(self, text: str) -> Shapes:
        found = _SHAPES.fullmatch(text.replace(" ", "").lower())
        if not found:
            raise self._error("is not layers x units", text)
        few, many, narrow, wide = (int(part) if part else None for part in found.groups())
        assert few is not None and narrow is not None
        many, wide = few if many is None else many, narrow if wide is None else wide
        if many < few or wide < narrow:
            raise self._error("runs downwards; write the smaller number first", text)
        if many > 32 or narrow < 1 or wide > self._spec.maximum:
            raise self._error(f"0 to 32 layers of 1 to {self._spec.maximum:g} units are allowed", text)
        return Shapes((few, many), (narrow, wide))

    def _read_range(self, text: str) -> Domain:
        spec = self._spec
        if spec.kind in {"choice", "layers"}:
            raise self._error("has no range; list values", "..")
        ends, *suffixes = text.split(":")
        low_text, _, high_text = ends.partition("..")
        scale, points, step = self._read_suffixes(suffixes)
        low, high = self._read_end(low_text), self._read_end(high_text)
        if scale == "log" and min(low, high) < 0:
            raise self._error("a log range has bounds above 0; write values, not exponents", low_text)
        low, high = self._checked(low, low_text), self._checked(high, high_text)
        if scale == "log" and low <= 0:
            raise self._error("a log range starts above 0; add :linear, or list 0 with other values", low_text)
        if low > high:
            raise self._error("runs downwards; write the smaller number first", text)
        if low == high:
            return Choices((_typed(spec, low),))
        return Range(low, high, scale, points, step)

    def _read_end(self, text: str) -> float:
        try:
            value = float(text) if "_" not in text else math.nan
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self._error(f"{quoted(text)} is not a number", text)
        return value

    def _checked(self, value: float, text: str) -> float:
        try:
            self._spec.check(value)
            return value
        except ValueError as error:
            raise self._error(str(error).removeprefix(f"{self._spec.label}: "), text) from None

    def _read_suffixes(self, suffixes: Sequence[str]) -> tuple[Scale, int | None, float | None]:
        scale: Scale = own_scale(self._spec)
        points: int | None = None
        step: float | None = None
        for suffix in suffixes:
            name, _, value = suffix.partition("=")
            name = name.strip().lower()
            if name in {"log", "linear", "complement"} and not value:
                scale = name  # type: ignore[assignment]
            elif name == "n":
                if not value.strip().isdigit() or not 2 <= int(value) <= 1000:
                    raise self._error("n is a whole number from 2 to 1000", suffix)
                points = int(value)
            elif name == "step":
                step = self._read_end(value)
                if step <= 0:
                    raise self._error("a step is above 0", suffix)
            else:
                raise self._error(f"{quoted(suffix)} is not :log, :linear, :n=5 or :step=0.1", suffix)
        return scale, points, step

    def _error(self, problem: str, token: str) -> ValueError:
        place = self._text.find(token) + 1 if token and token in self._text and token != self._text.strip() else 0
        where = f" (at character {place})" if place else ""
        shown = "" if problem.startswith(quoted(self._text)) else f"{quoted(self._text)}: "
        return ValueError(f"{self._spec.label}: {shown}{problem}{where}; for example {example(self._spec)}")
