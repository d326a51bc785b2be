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

from tuitrain.options.field import Field, Value
from tuitrain.options.option import decimal_hint
from tuitrain.text import quoted
from tuitrain.translation import gettext as _

Scale = Literal["linear", "log", "complement"]
GRID_POINTS = 5
MOST_STEPS = 10_000
_EXAMPLES = {"choice": "{0},{1}", "layers": "32,64x32 or 1..3x16..128"}
_CALL = re.compile(r"([a-z_]*)\s*([(\[{])(.*)[)\]}]", re.DOTALL)
_SHAPES = re.compile(r"(\d{1,9})(?:\.\.(\d{1,9}))?\s*[x×]\s*(\d{1,9})(?:\.\.(\d{1,9}))?", re.ASCII)
_POINTS = re.compile(r"[0-9]{1,4}")


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

    @property
    def steps(self) -> int | None:
        """How many values the steps give; None without steps."""
        return None if self.step is None else int(min((self.high - self.low) / self.step + 1e-9, 1e18)) + 1


@dataclass(frozen=True)
class Shapes:
    """Hidden layers of equal width: from and to how many, from and to how many units each."""

    depth: tuple[int, int]
    width: tuple[int, int]


Domain = Choices | Range | Shapes


def own_scale(spec: Field) -> Scale:
    """Return the scale on which a range of the field is spread when nothing else is given."""
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
            raise ValueError(
                _("{label}: an empty list; for example {example}").format(label=_(spec.label), example=example(spec))
            )
        values = [
            _checked_item(spec, item, _("value {place} of the list").format(place=place))
            for place, item in enumerate(given, 1)
        ]
        return Choices(tuple(dict.fromkeys(values)))
    return Choices((_checked_item(spec, given),))


def comma_notice(spec: Field, given: Any) -> str:
    """Return a notice of a text that may be one number with a decimal comma but is read as two; empty for others."""
    if spec.kind != "number" or not isinstance(given, str) or not (hint := decimal_hint(given)):
        return ""
    first, second = given.strip().split(",")
    return _("{label}: {text} is read as two values, {first} and {second}{hint} if one is meant").format(
        label=_(spec.label), text=quoted(given.strip()), first=first, second=spec.format(spec.parse(second)), hint=hint
    )


def settled(spec: Field, domain: Domain) -> Domain:
    """Return the domain, or the one value that it comes to: equal bounds, a step wider than the range."""
    if isinstance(domain, Shapes):
        is_one = domain.depth[0] == domain.depth[1] and (domain.depth[1] == 0 or domain.width[0] == domain.width[1])
        return Choices(((domain.width[0],) * domain.depth[0],)) if is_one else domain
    if isinstance(domain, Range) and (domain.low == domain.high or domain.steps == 1):
        return Choices((_typed(spec, domain.low),))
    return domain


def format_domain(spec: Field, domain: Domain) -> str:
    """Return the canonical text, which `parse_domain` reads back and a shell takes without quotes."""
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
    """Return a range that the field would take."""
    if spec.search:
        return spec.search
    return _EXAMPLES.get(spec.kind, "1..10").format(*spec.choices)


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}..{high}"


def _typed(spec: Field, value: float) -> Value:
    return int(value) if spec.kind == "whole" else float(value)


def _checked_item(spec: Field, item: Any, place: str = "") -> Value:
    """Convert a TOML value to the field's; `place` says where it stands."""
    try:
        return spec.parse(item) if isinstance(item, str) else spec.check(item)
    except ValueError as error:
        where = f" ({place})" if place else ""
        raise ValueError(
            _("{error}{where}; for example {example}").format(error=error, where=where, example=example(spec))
        ) from None


def _from_table(spec: Field, table: Mapping[str, Any]) -> Domain:
    """Read a range written as ``{min = …, max = …, scale = …, n = …, step = …}``."""
    known = {"min", "max", "low", "high", "scale", "log", "n", "step", "values", "choices"}
    unknown = [key for key in table if key not in known]
    listed = table.get("values", table.get("choices"))
    if listed is not None and len(table) == 1:
        if not isinstance(listed, str | list | tuple):
            raise ValueError(
                _("{label}: values = {listed} is not a list; for example {example}").format(
                    label=_(spec.label), listed=quoted(listed), example=example(spec)
                )
            )
        return parse_domain(spec, list(listed) if isinstance(listed, tuple) else listed)
    low, high = table.get("min", table.get("low")), table.get("max", table.get("high"))
    if unknown or low is None or high is None:
        found = (
            _("{unknown} is not known").format(unknown=quoted(unknown[0])) if unknown else _("min and max are needed")
        )
        raise ValueError(
            _("{label}: {found}; for example {{min = 0.1, max = 1, scale = 'log', n = 5}}").format(
                label=_(spec.label), found=found
            )
        )
    suffix = [str(table["scale"])] if "scale" in table else ["log"] * bool(table.get("log"))
    suffix += [f"{key}={table[key]}" for key in ("n", "step") if key in table]
    return _Reader(spec, ":".join([f"{low}..{high}", *suffix])).read()


def _at_commas(text: str) -> list[str]:
    """Split at commas that do not stand between round brackets, in one pass."""
    if "(" not in text:
        return text.split(",")
    parts, start, depth = [], 0, 0
    for found in re.finditer(r"[(),]", text):
        depth = max(0, depth + {"(": 1, ")": -1}.get(found[0], 0))
        if found[0] == "," and not depth:
            parts.append(text[start : found.start()])
            start = found.end()
    return [*parts, text[start:]]


class _Reader:
    """Reads one text; errors name the place in it."""

    def __init__(self, spec: Field, text: str) -> None:
        self._spec = spec
        self._text = text

    def read(self) -> Domain:
        text = self._text.strip()
        if not text:
            raise self._error(_("nothing is given"))
        if text == "..":
            if not self._spec.search:
                raise self._error(_("there is no default range"), "..")
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
            raise self._error(
                _("{name} is not known: uniform, loguniform, choice, linspace or logspace").format(name=quoted(name)),
                name,
            )
        if len(parts) not in {2, 3}:
            raise self._error(
                _("{name} takes two bounds, and linspace and logspace how many points").format(name=name), inside
            )
        suffix = [suffixes[name]] * bool(suffixes[name]) + [f"n={points}" for points in parts[2:]]
        return self._read_range(":".join(["..".join(parts[:2]), *suffix]))

    def _read_list(self, text: str) -> Choices:
        values: list[Value] = []
        text = text.rstrip(", ")
        if (numbers := self._plain_numbers(text)) is not None:
            return Choices(tuple(dict.fromkeys(numbers)))
        at = self._text.find(text)
        for part in _at_commas(text):
            try:
                if not part.strip():
                    raise ValueError(
                        _("a value is missing between two commas") if values or "," in text else _("no value")
                    )
                values.append(self._spec.parse(part.strip().strip("'\"")))
            except ValueError as error:
                problem = str(error).removeprefix(f"{_(self._spec.label)}: ")
                problem += decimal_hint(text) if self._spec.kind == "number" else ""
                raise self._error(problem, part.strip(), at + len(part) - len(part.lstrip())) from None
            at += len(part) + 1
        return Choices(tuple(dict.fromkeys(values)))

    def _plain_numbers(self, text: str) -> list[float] | None:
        """Read a list of numbers that are all well inside their range, at once, since there may be many; else None."""
        if self._spec.kind != "number" or "_" in text:
            return None
        try:
            numbers = list(map(float, text.split(",")))
        except ValueError:
            return None
        low, high = self._spec.minimum, self._spec.maximum
        return numbers if all(low < number < high for number in numbers) else None

    def _read_shapes(self, text: str) -> Domain:
        found = _SHAPES.fullmatch(text.replace(" ", "").lower())
        if not found:
            raise self._error(_("is not layers x units"), text)
        few, many, narrow, wide = (int(part) if part else None for part in found.groups())
        assert few is not None and narrow is not None
        many, wide = few if many is None else many, narrow if wide is None else wide
        if many < few or wide < narrow:
            raise self._error(_("runs downwards; write the smaller number first"), text)
        if many > 32 or narrow < 1 or wide > self._spec.maximum:
            raise self._error(
                _("0 to 32 layers of 1 to {maximum:g} units are allowed").format(maximum=self._spec.maximum), text
            )
        return settled(self._spec, Shapes((few, many), (narrow, wide)))

    def _read_range(self, text: str) -> Domain:
        spec = self._spec
        if spec.kind in {"choice", "layers"}:
            raise self._error(_("has no range; list values"), "..")
        ends, *suffixes = text.split(":")
        low_text, dots, high_text = ends.partition("..")
        at = max(0, self._text.find(low_text)), max(0, self._text.find(high_text, self._text.find(dots) + len(dots)))
        scale, points, step = self._read_suffixes(suffixes)
        low, high = self._read_end(low_text, at[0]), self._read_end(high_text, at[1])
        if scale == "log" and min(low, high) < 0:
            raise self._error(_("a log range has bounds above 0; write values, not exponents"), low_text)
        low, high = self._checked(low, low_text, at[0]), self._checked(high, high_text, at[1])
        if scale == "log" and low <= 0:
            raise self._error(_("a log range starts above 0; add :linear, or list 0 with other values"), low_text)
        if scale == "complement" and high >= 1:
            raise self._error(_("a complement range ends below 1; end it at 0.999, or add :linear"), high_text, at[1])
        if low > high:
            raise self._error(_("runs downwards; write the smaller number first"), text)
        found = Range(low, high, scale, points, step)
        if (found.steps or 0) > MOST_STEPS:
            raise self._error(_("has more than {most:,} steps; write a wider one").format(most=MOST_STEPS), "step=")
        return settled(spec, found)

    def _read_end(self, text: str, at: int | None = None) -> float:
        if not text.strip():
            raise self._error(_("a number is missing"), at=at)
        try:
            value = float(text) if "_" not in text else math.nan
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self._error(
                _("{text} is not a number{hint}").format(text=quoted(text), hint=decimal_hint(text)), text, at
            )
        return value

    def _checked(self, value: float, text: str, at: int) -> float:
        try:
            self._spec.check(value)
            return value
        except ValueError as error:
            raise self._error(str(error).removeprefix(f"{_(self._spec.label)}: "), text, at) from None

    def _read_suffixes(self, suffixes: Sequence[str]) -> tuple[Scale, int | None, float | None]:
        scale: Scale = own_scale(self._spec)
        points: int | None = None
        step: float | None = None
        for suffix in suffixes:
            name, _equals, value = suffix.partition("=")
            name = name.strip().lower()
            if name in {"log", "linear", "complement"} and not value:
                scale = name  # type: ignore[assignment]
            elif name == "n":
                if not _POINTS.fullmatch(value.strip()) or not 2 <= int(value) <= 1000:
                    raise self._error(_("n is a whole number from 2 to 1000"), suffix)
                points = int(value)
            elif name == "step":
                step = self._read_end(value, self._text.find(suffix) + suffix.find("=") + 1)
                if step <= 0:
                    raise self._error(_("a step is above 0"), suffix)
            else:
                raise self._error(
                    _("{suffix} is not :log, :linear, :n=5 or :step=0.1").format(suffix=quoted(suffix)), suffix
                )
        return scale, points, step

    def _error(self, problem: str, token: str = "", at: int | None = None) -> ValueError:
        """The error for `token`, which stands `at` so many characters from the text's beginning (None: where found)."""
        if at is None and token and token in self._text:
            at = self._text.find(token)
        is_all = bool(token) and token == self._text.strip()
        where = _(" (at character {at})").format(at=at + 1) if at is not None and not is_all else ""
        shown = "" if problem.startswith(quoted(self._text)) else f"{quoted(self._text)}: "
        return ValueError(
            _("{label}: {shown}{problem}{where}; for example {example}").format(
                label=_(self._spec.label), shown=shown, problem=problem, where=where, example=example(self._spec)
            )
        )
