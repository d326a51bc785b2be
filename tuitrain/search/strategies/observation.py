"""What a strategy is told of a trial that is over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Observation:
    """A setting and what it came to: lower is better; NaN or infinity for a trial that failed or diverged."""

    setting: Mapping[str, Any]
    value: float


def key(setting: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """What makes two settings the same."""
    return tuple(sorted(setting.items()))


def seen(finished: Iterable[Observation], pending: Iterable[Mapping[str, Any]]) -> set[tuple[tuple[str, Any], ...]]:
    """The settings that have been proposed."""
    return {key(item.setting) for item in finished} | {key(setting) for setting in pending}
