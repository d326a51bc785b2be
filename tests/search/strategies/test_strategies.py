"""What all strategies promise, and what each is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tuitrain.errors import SearchError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.search.space.space import Space
from tuitrain.search.strategies import Observation, check_strategy, propose
from tuitrain.search.strategies.observation import key
from tuitrain.search.strategies.random import draw_rest

SMALL = Space({"optimizer": "momentum,adam", "momentum": "0.5,0.9,0.99", "batch_size": "16,32"})  # 3·2 + 2 settings
WIDE = Space({"learning_rate": "1e-4..1", "l2": "1e-6..1e-1", "optimizer": "momentum,adam", "momentum": ".."})
ALL = ("grid", "random", "quasi", "bayesian")


def observed(settings: list[dict[str, Any]], seed: int = 0) -> list[Observation]:
    values = np.random.default_rng(seed).random(len(settings))
    values[::5] = np.nan
    return [Observation(setting, float(value)) for setting, value in zip(settings, values, strict=True)]


@pytest.mark.parametrize("strategy", ALL)
@pytest.mark.parametrize("k", [1, 3, 20])
def test_a_finite_space_is_exhausted_without_repeats(strategy: str, k: int) -> None:
    found: list[dict[str, Any]] = []
    while True:
        more = propose(strategy, SMALL, observed(found[:-1]), found[-1:], k, seed=1)
        assert len(more) <= k
        if not more:
            break
        found += more
    assert len(found) == len({str(sorted(setting.items())) for setting in found}) == SMALL.size == 8


@pytest.mark.parametrize("strategy", ["random", "quasi", "bayesian"])
def test_every_whole_number_of_a_log_range_is_proposed_before_the_end(strategy: str) -> None:
    space = Space({"schedule_epochs": "1..40:log"}, Hyperparameters(schedule="step"))
    found: list[dict[str, Any]] = []
    while more := propose(strategy, space, observed(found), [], 8, seed=0):
        found += more
    assert sorted(setting["schedule_epochs"] for setting in found) == list(range(1, 41))


def test_whichever_whole_number_of_a_log_range_is_left_is_found() -> None:
    space, rng = Space({"schedule_epochs": "1..40:log"}, Hyperparameters(schedule="step")), np.random.default_rng(0)
    for left in range(1, 41):
        tried = {key({"schedule_epochs": number}) for number in range(1, 41) if number != left}
        assert draw_rest(space, rng, tried) == {"schedule_epochs": left}


@pytest.mark.parametrize("strategy", ALL)
def test_the_same_history_gives_the_same_proposals(strategy: str) -> None:
    first = propose(strategy, WIDE, [], [], 12, seed=3)
    history, pending = observed(first[:9]), first[9:]
    again = [propose(strategy, WIDE, history, pending, 4, seed=3) for _ in range(2)]
    assert again[0] == again[1]
    assert all(setting not in first for setting in again[0])
    if strategy != "grid":
        assert propose(strategy, WIDE, [], [], 12, seed=4) != first  # later, another seed may find the same best points


@pytest.mark.parametrize("strategy", ["random", "quasi", "grid"])
def test_what_does_not_learn_may_be_asked_in_pieces(strategy: str) -> None:
    whole = propose(strategy, WIDE, [], [], 10, seed=0)
    first = propose(strategy, WIDE, [], [], 4, seed=0)
    rest = propose(strategy, WIDE, observed(first[:2]), first[2:], 6, seed=0)
    assert first + rest == whole


def test_random_draws_spread_evenly_on_the_fields_scale() -> None:
    drawn = propose("random", Space({"learning_rate": "1e-4..1"}), [], [], 400, seed=0)
    decades = np.floor(np.log10([setting["learning_rate"] for setting in drawn])).astype(int)
    assert min(np.bincount(decades + 4, minlength=4)[:4]) > 75  # 100 ± 9 expected in each


def test_the_sequence_leaves_smaller_gaps_than_chance() -> None:
    space = Space({"learning_rate": "1e-4..1", "l2": "1e-6..1e-1"})

    def emptiest(strategy: str, seed: int) -> float:
        points = space.encode(propose(strategy, space, [], [], 64, seed=seed))
        probes = np.random.default_rng(seed).random((500, 2))
        return float(np.linalg.norm(probes[:, None] - points[None], axis=2).min(axis=1).max())

    gaps = {name: np.mean([emptiest(name, seed) for seed in range(8)]) for name in ("random", "quasi")}
    assert gaps["quasi"] < 0.8 * gaps["random"]


def test_unknown_strategies_are_named() -> None:
    with pytest.raises(SearchError, match="did you mean bayesian"):
        check_strategy("baysian")
