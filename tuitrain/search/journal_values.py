"""What a journal's lines hold for settings and scores, which JSON has no words for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from tuitrain.options.hyperparameters import FIELDS
from tuitrain.search.space.space import Setting


def plain(setting: Setting) -> dict[str, Any]:
    """A setting as JSON values."""
    return {name: FIELDS[name].format(value) if isinstance(value, tuple) else value for name, value in setting.items()}


def read_setting(values: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of `plain`."""
    return {n: FIELDS[n].parse(v) if isinstance(v, str) else FIELDS[n].check(v) for n, v in values.items()}


def finite(value: Any) -> Any:
    """JSON knows no NaN: null stands for it; infinities are kept as texts."""
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return [finite(part) for part in value] if isinstance(value, tuple | list) else value


def number_of(value: Any) -> float:
    """The inverse of `finite` for one number."""
    return math.nan if value is None else float(value)
