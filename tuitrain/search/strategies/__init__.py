"""Strategies: pure functions from the history of a search to the settings to try next.

Each has a file with `propose(space, finished, pending, k, seed)`. `finished` are observations, `pending` the settings
that are queued or running; it returns at most `k` settings, none proposed before, and fewer when the space is
exhausted. There is no other state, so a search can be resumed, or continue with another strategy, at any time.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from tuitrain.options.search_settings import OPTUNA_PREFIX, read_settings
from tuitrain.search.space.space import Setting, Space
from tuitrain.search.strategies.observation import Observation

__all__ = ["Observation", "check_strategy", "propose"]


def check_strategy(name: str) -> str:
    """Return the name of a strategy, as it is written, that is able to propose here.

    Raises
    ------
    SettingsError
        if the strategy is unknown, or a package that it needs is not installed.
    """
    name = str(read_settings({"strategy": name})["strategy"])
    if name.startswith(OPTUNA_PREFIX):
        from tuitrain.search.strategies.optuna_samplers import check_installed  # noqa: PLC0415

        check_installed(name)
    return name


def propose(
    name: str, space: Space, finished: Sequence[Observation], pending: Sequence[Setting], k: int, seed: int
) -> list[dict[str, Any]]:
    """Return the proposals of the named strategy; none for ``manual``, where the user proposes."""
    if name == "manual" or k < 1:
        return []
    if name.startswith(OPTUNA_PREFIX):
        from tuitrain.search.strategies.optuna_samplers import propose_with  # noqa: PLC0415

        proposed: list[dict[str, Any]] = propose_with(name, space, finished, pending, k, seed)
        return proposed
    found: list[dict[str, Any]] = import_module(f"tuitrain.search.strategies.{name}").propose(
        space, finished, pending, k, seed
    )
    return found
