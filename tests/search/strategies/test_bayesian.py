"""The Bayesian strategy: how it begins, what it takes into account, and that it finds what chance does not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from tuitrain.engine.build import SHARED
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.search.space.space import Space
from tuitrain.search.strategies import Observation, propose
from tuitrain.search.strategies.observation import key

PLANE = Space({"learning_rate": "1e-4..1", "dropout": "0..0.9"})
MIXED = Space({"hidden_layers": "8,16,32,64", "activation": "relu,tanh", "learning_rate": "1e-4..1", "l2": "1e-6..0.1"})


def branin(setting: Mapping[str, Any]) -> float:
    """Dixon & Szegö (1978), over log learning rate and dropout as the unit square; its lowest value is 0.397887."""
    x = 15 * (math.log10(setting["learning_rate"]) + 4) / 4 - 5
    y = 15 * setting["dropout"] / 0.9
    inner = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
    return inner**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def lowest(strategy: str, trials: int, k: int, seed: int) -> float:
    """The lowest value that a strategy finds."""
    finished: list[Observation] = []
    while len(finished) < trials:
        proposed = propose(strategy, PLANE, finished, [], min(k, trials - len(finished)), seed)
        finished += [Observation(setting, branin(setting)) for setting in proposed]
    return min(item.value for item in finished)


@pytest.mark.parametrize("k", [8, pytest.param(1, marks=pytest.mark.long)])
def test_it_finds_the_lowest_value_of_branin(k: int) -> None:
    """Random search is .8 above it after 30 trials, in the median of 20 seeds (benchmarks/strategies.py)."""
    found = [lowest("bayesian", 34, k, seed) for seed in range(3)]
    assert np.median(found) < 0.397887 + 0.08
    assert np.median([lowest("random", 34, k, seed) for seed in range(3)]) > np.median(found)


def test_it_begins_with_the_forms_setting_and_spreads() -> None:
    space = Space({"learning_rate": "1e-4..1", "l2": "1e-6..0.1"}, Hyperparameters(learning_rate=0.02, l2=0.001))
    first = propose("bayesian", space, [], [], 10, 0)
    assert first[0] == {"learning_rate": 0.02, "l2": 0.001}
    places = np.sort(space.encode(first[1:])[:, 0])
    assert np.diff(places).max() < 0.35  # nine of chance leave .35 or more open in a third of all draws
    assert len({key(setting) for setting in first}) == 10


def test_what_runs_is_not_proposed_again_and_changes_what_is_proposed() -> None:
    finished = [Observation(setting, branin(setting)) for setting in propose("random", PLANE, [], [], 14, 0)]
    alone = propose("bayesian", PLANE, finished, [], 1, 0)
    after = propose("bayesian", PLANE, finished, alone, 1, 0)
    assert key(after[0]) != key(alone[0])
    distance = np.abs(PLANE.encode(alone) - PLANE.encode(after)).max()
    assert distance > 0.02  # it does not stand beside it, where nothing more is to be learned


@pytest.mark.parametrize("k", [8, 16, 32])
def test_a_batch_has_two_structures_or_more_and_these_stand_together(k: int) -> None:
    values = np.random.Generator(np.random.PCG64(1)).random(20)
    settings = propose("random", MIXED, [], [], 20, 0)
    proposed = propose("bayesian", MIXED, list(map(Observation, settings, values)), [], k, 0)
    whole = [MIXED.hyperparameters(setting) for setting in proposed]
    structures = [tuple(getattr(h, name) for name in SHARED) for h in whole]
    assert len({key(setting) for setting in proposed}) == k
    assert 2 <= len(set(structures)) < k


@pytest.mark.parametrize("seed", range(3))
def test_the_second_group_has_another_structure_also_where_one_is_clearly_the_best(seed: int) -> None:
    space = Space({"hidden_layers": "8,16,32", "learning_rate": "1e-4..1", "l2": "1e-6..0.1"})
    settings = propose("random", space, [], [], 20, seed)
    values = [(math.log10(s["learning_rate"]) + 2) ** 2 + 5 * (s["hidden_layers"] != (8,)) for s in settings]
    proposed = propose("bayesian", space, list(map(Observation, settings, values)), [], 8, seed)
    assert len({key(setting) for setting in proposed}) == 8
    assert len({setting["hidden_layers"] for setting in proposed}) >= 2


def test_a_failed_trial_is_the_worst_and_stops_nothing() -> None:
    settings = propose("random", PLANE, [], [], 16, 0)
    finished = [
        Observation(setting, float("nan") if setting["learning_rate"] > 0.01 else branin(setting))
        for setting in settings
    ]
    proposed = propose("bayesian", PLANE, finished, [], 8, 0)
    assert len(proposed) == 8
    assert np.median([setting["learning_rate"] for setting in proposed]) < 0.01
