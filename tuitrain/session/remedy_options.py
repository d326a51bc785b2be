"""The options of a remedy, as they are written for the command line, as values."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from tuitrain.options.data_options import DATA_FIELDS
from tuitrain.options.hyperparameters import FIELDS

_FIELDS = {spec.flag: spec for spec in FIELDS.values()}
_DATA = {spec.flag: spec for spec in DATA_FIELDS.values()}


def changes_of(options: str, data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the hyperparameters that a remedy changes, and the options of the data as they are with it.

    `data` are those as they are without it; an option that may be repeated is added to them.
    """
    words = shlex.split(options)
    changes: dict[str, Any] = {}
    read = dict(data)
    for flag, value in zip(words[::2], words[1::2], strict=True):
        if flag in _FIELDS:
            changes[_FIELDS[flag].name] = _FIELDS[flag].parse(value)
        else:
            spec = _DATA[flag]
            read[spec.name] = (*read.get(spec.name, ()), value) if spec.is_repeatable else value
    return changes, read
