"""Observations: the finished trials as strategies see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Observation:
    """A setting and its value: lower is better; NaN or infinity for a trial that failed or diverged."""

    setting: Mapping[str, Any]
    value: float


def key(setting: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Return a key that is equal for equal settings."""
    return tuple(sorted(setting.items()))


def seen(finished: Iterable[Observation], pending: Iterable[Mapping[str, Any]]) -> set[tuple[tuple[str, Any], ...]]:
    """Return the keys of all settings proposed so far."""
    return {key(item.setting) for item in finished} | {key(setting) for setting in pending}
