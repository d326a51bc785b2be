"""What a file may hold: checks of type and range, put together into tables from a name to its check.

A check takes a value as JSON or TOML gives it, and returns it, or raises `ValueError` with what was found and what is
allowed. What is shown of a file is made visible, so that no message holds a control character. Every file that
tuitrain reads back has one such table, beside the code that writes it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from typing import Any

from tuitrain.options.data_options import DATA_FIELDS
from tuitrain.options.option import Option
from tuitrain.text import quoted, shown, suggest, visible
from tuitrain.translation import gettext as _

Check = Callable[[Any], Any]
MOST = 2**53  # whole numbers that a float holds exactly; no count of ours comes near


def whole(low: int = 0, high: int = MOST) -> Check:
    """Accept whole numbers from `low` to `high`."""

    def check(value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise ValueError(
                _("{value} is not a whole number from {low} to {high}").format(value=shown(value), low=low, high=high)
            )
        return value

    return check


def number(low: float = -math.inf, *, above: bool = False) -> Check:
    """Accept finite numbers, at least `low` or `above` it; whole ones become floats."""

    def check(value: Any) -> float:
        found = _as_float(value)
        if not math.isfinite(found) or found < low or (above and found == low):
            bound = (
                ""
                if low == -math.inf
                else _(" above {low:g}").format(low=low)
                if above
                else _(" of at least {low:g}").format(low=low)
            )
            raise ValueError(_("{value} is not a finite number{bound}").format(value=shown(value), bound=bound))
        return found

    return check


def _as_float(value: Any) -> float:
    """Return NaN for what is not a number, or too large for a float."""
    if type(value) is float:
        return value
    try:
        return float(value) if type(value) is int else math.nan
    except OverflowError:
        return math.nan


def score(value: Any) -> float | int | str | None:
    """Accept a number; null stands for NaN, and infinities may be texts."""
    is_number = type(value) is float or (type(value) is int and not math.isnan(_as_float(value)))
    if not (is_number or value is None or value in ("inf", "-inf")):
        raise ValueError(_("{value} is not a number, null, inf or -inf").format(value=shown(value)))
    return value  # type: ignore[no-any-return]


def scores(value: Any) -> list[Any]:
    """Accept a list of what `score` allows; a long one of floats alone costs no more than a look at their types."""
    if type(value) is list and set(map(type, value)) <= {float}:
        return value
    found: list[Any] = listed(score)(value)
    return found


def text(value: Any) -> str:
    """Accept a text of any length."""
    if not isinstance(value, str):
        raise ValueError(_("{value} is not a text").format(value=shown(value)))
    return value


def truth(value: Any) -> bool:
    """Accept true or false."""
    if not isinstance(value, bool):
        raise ValueError(_("{value} is neither true nor false").format(value=shown(value)))
    return value


def one_of(allowed: Collection[str]) -> Check:
    """Accept one of several words."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in allowed:
            hint = suggest(value if isinstance(value, str) else "", allowed)
            raise ValueError(f"{shown(value)}: {hint}")
        return value

    return check


def or_null(check: Check) -> Check:
    """Accept what `check` allows, or null."""
    return lambda value: None if value is None else check(value)


def listed(item: Check, *, least: int = 0, most: int | None = None) -> Check:
    """Accept lists of what `item` allows, with `least` to `most` items."""

    def check(value: Any) -> list[Any]:
        if type(value) is not list:
            raise ValueError(_("{value} is not a list").format(value=shown(value)))
        if len(value) < least or (most is not None and len(value) > most):
            wanted = (
                f"{least}"
                if least == most
                else _("at least {least}").format(least=least)
                if most is None
                else _("{least} to {most}").format(least=least, most=most)
            )
            raise ValueError(_("{value}, not of {wanted}").format(value=shown(value), wanted=wanted))
        try:
            return [item(part) for part in value]
        except ValueError:  # look for the place only now: most lists are long and right
            return [_within(_("item {place}").format(place=place), item, part) for place, part in enumerate(value, 1)]

    return check


def mapping(key: Check, item: Check) -> Check:
    """Accept tables from names that `key` allows to what `item` allows."""

    def check(value: Any) -> dict[Any, Any]:
        if type(value) is not dict:
            raise ValueError(_("{value} is not a table").format(value=shown(value)))
        return {key(name): _within(visible(name, 60), item, part) for name, part in value.items()}

    return check


def table(
    required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *, is_open: bool = False
) -> Check:
    """Accept tables with all of the `required` names; unknown names are refused, or kept if it `is_open`."""
    known = {**required, **(optional or {})}

    def check(value: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise ValueError(_("{value} is not a table").format(value=shown(value)))
        if required.keys() <= value.keys() <= known.keys():
            try:
                return {name: known[name](part) for name, part in value.items()}
            except ValueError:  # look for the place only now: most tables are right
                pass
        for name in required:
            if name not in value:
                raise ValueError(_("{name} is missing").format(name=name))
        found = {}
        for name, part in value.items():
            if name in known:
                found[name] = _within(name, known[name], part)
            elif is_open:
                found[name] = part
            else:
                raise ValueError(_("{name} is not known: {hint}").format(name=quoted(name), hint=suggest(name, known)))
        return found

    return check


def anything(value: Any) -> Any:
    """Accept any value; it is checked elsewhere, where more is known."""
    return value


def _within(place: str, check: Check, value: Any) -> Any:
    """Return `value`, checked; an error names the place."""
    try:
        return check(value)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None


def _check_of(option: Option) -> Check:
    """Return the check of an option's value as files hold it; what is allowed is checked where it is read."""
    if option.kind == "whole":
        return whole(int(option.minimum), int(option.maximum))
    plain = {"number": number(), "list": listed(text), "mapping": mapping(text, text)}
    return plain.get(option.kind, text)


DATA_OPTIONS: Mapping[str, Check] = {name: _check_of(option) for name, option in DATA_FIELDS.items()}
