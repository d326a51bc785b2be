"""Strategies: pure functions from the history of a search to the settings to try next.

Each has a file with `propose(space, finished, pending, k, seed)`. `finished` are observations, `pending` the settings
that are queued or running; it returns at most `k` settings, none proposed before, and fewer when the space is
exhausted. There is no other state, so a search can be resumed, or continue with another strategy, at any time.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from tuitrain.errors import SettingsError
from tuitrain.search.space.space import Setting, Space
from tuitrain.search.strategies.observation import Observation
from tuitrain.text import quoted, suggest

STRATEGIES = ("manual", "grid", "random", "bayesian", "quasi")
HISTORY_FREE = ("grid", "random", "quasi")  # their proposals do not depend on results

__all__ = ["HISTORY_FREE", "STRATEGIES", "Observation", "check_strategy", "propose", "strategy_name"]


def strategy_name(name: str) -> str:
    """Return the canonical form of `name`, such as ``bayesian`` or ``optuna:tpe``, installed or not.

    Raises
    ------
    SettingsError
        if the strategy is unknown.
    """
    known = str(name).strip().lower()
    if known.startswith("optuna:"):
        from tuitrain.search.strategies.optuna_samplers import sampler_name  # noqa: PLC0415

        return str(sampler_name(known))
    if known not in STRATEGIES:
        raise SettingsError(f"strategy {quoted(name)}: {suggest(known, [*STRATEGIES, 'optuna:tpe'])}")
    return known


def check_strategy(name: str) -> str:
    """Return `strategy_name`, and check that the strategy can be used here.

    Raises
    ------
    SettingsError
        if the strategy is unknown, or a package that it needs is not installed.
    """
    name = strategy_name(name)
    if name.startswith("optuna:"):
        from tuitrain.search.strategies.optuna_samplers import check_installed  # noqa: PLC0415

        check_installed(name)
    return name


def propose(
    name: str, space: Space, finished: Sequence[Observation], pending: Sequence[Setting], k: int, seed: int
) -> list[dict[str, Any]]:
    """Return the proposals of the named strategy; none for ``manual``, where the user proposes."""
    if name == "manual" or k < 1:
        return []
    if name.startswith("optuna:"):
        from tuitrain.search.strategies.optuna_samplers import propose_with  # noqa: PLC0415

        proposed: list[dict[str, Any]] = propose_with(name, space, finished, pending, k, seed)
        return proposed
    found: list[dict[str, Any]] = import_module(f"tuitrain.search.strategies.{name}").propose(
        space, finished, pending, k, seed
    )
    return found
