"""Values as JSON and back, by the types that dataclasses declare: what lets a session cross a process border.

A dataclass that is sent inherits `JsonFields`, and that is all it says of JSON.

JSON has no NaN, no arrays and no tuples: a float that is not finite becomes ``{"float": "nan"}``, an array its dtype,
shape and values in a list, a tuple a list. Every finite float keeps its bits.
"""

from __future__ import annotations

import dataclasses
import math
import re
import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from tuitrain.errors import RunError
from tuitrain.text import visible
from tuitrain.translation import gettext as _

NOT_FINITE = ("nan", "inf", "-inf")
ARRAY_KINDS = "biufU"  # booleans, integers, floats, texts; never objects
T = TypeVar("T")
_HINTS: dict[type[Any], dict[str, Any]] = {}  # of each dataclass, since to evaluate them takes a while


class JsonFields:
    """A dataclass that converts to a JSON object and back, field by field, by the types it declares."""

    def to_json(self) -> dict[str, Any]:
        """Convert to a JSON object."""
        return encode_fields(self)

    @classmethod
    def from_json(cls, json: Any) -> Self:
        """Convert a JSON object back; fields that it lacks keep their defaults.

        Raises
        ------
        RunError
            if a field is unknown or missing, or a value does not fit its type.
        """
        return decode_fields(cls, json)


def encode(value: Any) -> Any:
    """Convert a value to JSON: scalars, texts, arrays, dataclasses, mappings, sets and sequences of these.

    Raises
    ------
    TypeError
        if there is no JSON for it.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"float": repr(float(value))}
    if isinstance(value, np.generic):
        return encode(value.item())
    if isinstance(value, np.ndarray):
        return _encode_array(value)
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "to_json"):
        return value.to_json()
    if hasattr(value, "to_mapping"):
        return encode(value.to_mapping())
    if dataclasses.is_dataclass(value):
        return encode_fields(value)
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, frozenset | set):
        return [encode(item) for item in sorted(value)]
    if isinstance(value, Sequence):
        return [encode(item) for item in value]
    raise TypeError(f"no JSON for {type(value).__name__}")


def encode_fields(value: Any) -> dict[str, Any]:
    """Convert a dataclass to a JSON object, field by field."""
    return {field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)}


def decode(json: Any, hint: Any, where: str = "") -> Any:
    """Convert JSON back to a value of the type that `hint` declares; `where` names its place in messages.

    Raises
    ------
    RunError
        if the JSON does not fit the type.
    """
    if hint in (Any, object):
        return _decode_any(json)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _decode_union(json, arguments, where)
    if origin is Literal:
        return _checked(
            json, json in arguments, _("one of {choices}").format(choices=", ".join(map(str, arguments))), where
        )
    if origin is np.ndarray or hint is np.ndarray:
        return _decode_array(json, where)
    if origin is tuple:
        items = _checked(json, isinstance(json, list), "a list", where)
        if arguments[-1] is Ellipsis:
            return tuple(decode(item, arguments[0], where) for item in items)
        _checked(json, len(items) == len(arguments), _("{count} values").format(count=len(arguments)), where)
        return tuple(decode(item, kind, where) for item, kind in zip(items, arguments, strict=True))
    if origin in (frozenset, list, Sequence):
        items = _checked(json, isinstance(json, list), "a list", where)
        found = [decode(item, arguments[0], where) for item in items]
        return frozenset(found) if origin is frozenset else tuple(found)
    if origin in (dict, Mapping):
        return _decode_mapping(json, arguments, where)
    return _decode_class(json, hint, where)


def decode_fields(cls: type[T], json: Any, where: str = "") -> T:
    """Convert a JSON object back to a dataclass; fields that it lacks keep their defaults.

    Raises
    ------
    RunError
        if it holds a field that is not known, lacks one without a default, or a value does not fit.
    """
    where = where or " ".join(re.findall("[A-Z][^A-Z]*", cls.__name__)).lower()
    _checked(json, isinstance(json, dict), _("an object"), where)
    hints = _hints(cls)
    values = {}
    for name, value in json.items():
        _checked(name, name in hints, _("a field of {name}").format(name=cls.__name__), where)
        values[name] = decode(value, hints[name], f"{where}.{name}")
    try:
        return cls(**values)
    except TypeError as error:
        raise RunError(f"{where}: {visible(error)}") from error


def _hints(cls: type[Any]) -> dict[str, Any]:
    if cls not in _HINTS:
        known = get_type_hints(cls)
        _HINTS[cls] = {field.name: known[field.name] for field in dataclasses.fields(cls) if field.init}
    return _HINTS[cls]


def _checked(json: Any, fits: bool, expected: str, where: str) -> Any:
    if not fits:
        raise RunError(
            _("{where}: expected {expected}, found {json}").format(
                where=where or _("value"), expected=expected, json=visible(repr(json), 60)
            )
        )
    return json


def _is_float(json: Any) -> bool:
    return isinstance(json, dict) and set(json) == {"float"} and json["float"] in NOT_FINITE


def _decode_any(json: Any) -> Any:
    if _is_float(json):
        return float(json["float"])
    if isinstance(json, list):
        return tuple(map(_decode_any, json))
    if isinstance(json, dict):
        return {key: _decode_any(value) for key, value in json.items()}
    return json


def _decode_union(json: Any, arguments: tuple[Any, ...], where: str) -> Any:
    """Take the first type that fits, as ``Estimate | None`` has at most one that is not a scalar."""
    if json is None and type(None) in arguments:
        return None
    kinds = [kind for kind in arguments if kind is not type(None)]
    for kind in kinds[:-1]:
        try:
            return decode(json, kind, where)
        except RunError:
            continue
    return decode(json, kinds[-1], where)


def _decode_mapping(json: Any, arguments: tuple[Any, ...], where: str) -> dict[Any, Any]:
    _checked(json, isinstance(json, dict) and not _is_float(json), _("an object"), where)
    key_kind, kind = arguments
    try:
        return {int(k) if key_kind is int else k: decode(item, kind, f"{where}.{k}") for k, item in json.items()}
    except ValueError as error:
        raise RunError(f"{where}: {visible(error)}") from error


def _decode_class(json: Any, hint: Any, where: str) -> Any:
    if hint is float:
        is_number = isinstance(json, int | float) and not isinstance(json, bool)
        try:
            return float(json["float"]) if _is_float(json) else float(_checked(json, is_number, "a number", where))
        except OverflowError:
            raise RunError(_("{where}: a number beyond all floats").format(where=where or _("value"))) from None
    if hint in (bool, int, str):
        fits = isinstance(json, hint) and not (hint is int and isinstance(json, bool))
        return _checked(json, fits, {bool: _("true or false"), int: _("a whole number"), str: _("a text")}[hint], where)
    if hint is Path:
        return Path(_checked(json, isinstance(json, str), "a path", where))
    if hasattr(hint, "from_json"):
        return hint.from_json(json)
    if hasattr(hint, "from_mapping"):
        return hint.from_mapping(_decode_any(_checked(json, isinstance(json, dict), _("an object"), where)))
    return decode_fields(hint, json, where)


def _encode_array(array: np.ndarray[Any, Any]) -> dict[str, Any]:
    if array.dtype.kind not in ARRAY_KINDS:
        raise TypeError(f"no JSON for arrays of {array.dtype}")
    flat = array.ravel().tolist()
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        flat = [value if math.isfinite(value) else repr(value) for value in flat]
    return {"dtype": array.dtype.str, "shape": list(array.shape), "values": flat}


def _decode_array(json: Any, where: str) -> np.ndarray[Any, Any]:
    _checked(json, isinstance(json, dict) and set(json) == {"dtype", "shape", "values"}, _("an array"), where)
    try:
        dtype = np.dtype(_checked(json["dtype"], isinstance(json["dtype"], str), _("the name of a dtype"), where))
        _checked(json["dtype"], dtype.kind in ARRAY_KINDS, _("a dtype of numbers or texts"), where)
        values = (
            [float(v) if isinstance(v, str) else v for v in json["values"]] if dtype.kind == "f" else json["values"]
        )
        return np.array(values, dtype).reshape([int(size) for size in json["shape"]])
    except (TypeError, ValueError, OverflowError) as error:
        raise RunError(f"{where}: {visible(error)}") from error
