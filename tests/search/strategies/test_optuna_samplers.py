"""Optuna's samplers as strategies: new settings only, the same for the same history, and they learn."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

from tuitrain.errors import SearchError
from tuitrain.search.space.space import Space
from tuitrain.search.strategies import Observation, check_strategy, propose

optuna = pytest.importorskip("optuna")

from tuitrain.search.strategies import optuna_samplers  # noqa: E402

NAMES = [
    f"optuna:{name}"
    for name, sampler in optuna_samplers.SAMPLERS.items()
    if all(find_spec(package) for package in sampler.needs)
]
SOME = [name if name == "optuna:tpe" else pytest.param(name, marks=pytest.mark.long) for name in NAMES]
SMALL = Space({"optimizer": "momentum,adam", "momentum": "0.5,0.9,0.99", "batch_size": "16,32"})  # 3·2 + 2 settings
WIDE = Space({
    "hidden_layers": "0..3 x 16..128", "learning_rate": "1e-4..1", "epochs": "10..1000:log",
    "optimizer": "momentum,adam", "momentum": "..", "l2": "0,1e-4,1e-3",
})  # fmt: skip


def observed(settings: list[dict[str, Any]], seed: int = 0) -> list[Observation]:
    values = np.random.default_rng(seed).random(len(settings))
    values[::5] = np.nan
    return [Observation(setting, float(value)) for setting, value in zip(settings, values, strict=True)]


@pytest.mark.parametrize("name", SOME)
@pytest.mark.parametrize("k", [3, 20])
def test_a_finite_space_is_exhausted_without_repeats(name: str, k: int) -> None:
    found: list[dict[str, Any]] = []
    while more := propose(name, SMALL, observed(found[:-1]), found[-1:], k, seed=1):
        assert len(more) <= k
        found += more
    assert len(found) == len({str(sorted(setting.items())) for setting in found}) == SMALL.size == 8


@pytest.mark.parametrize("name", SOME)
def test_the_same_history_gives_the_same_new_settings(name: str) -> None:
    history = propose("random", WIDE, [], [], 20, seed=3)
    told, pending = observed(history[:16]), history[16:]
    first, again = (propose(name, WIDE, told, pending, 3, seed=3) for _ in range(2))
    assert first == again
    assert len(first) == 3
    for setting in first:
        assert setting not in history
        assert WIDE.active(setting) == setting  # what has no effect is not in it
        assert WIDE.decode(WIDE.encode([setting])) == [setting]  # it lies in the space
    assert propose(name, WIDE, told, pending, 3, seed=4) != first


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"optuna:random", "optuna:qmc"}])
def test_what_was_found_draws_the_proposals_near(name: str) -> None:
    space = Space({"learning_rate": "1e-4..1", "l2": "1e-6..1e-1"})

    def value(setting: dict[str, Any]) -> float:
        return float(((space.encode([setting]) - 0.25) ** 2).sum())

    history: list[Observation] = []
    for _ in range(4 if name == "optuna:gp" else 12):
        proposals = propose(name, space, history, [], 8, seed=0)
        history += [Observation(setting, value(setting)) for setting in proposals]
    random = [value(setting) for setting in propose("random", space, [], [], 200, seed=0)]
    assert np.median([item.value for item in history[-16:]]) < 0.6 * np.median(random)


@pytest.mark.parametrize("name", SOME)
def test_failed_and_foreign_trials_do_no_harm(name: str) -> None:
    space = Space({"activation": "relu,tanh", "learning_rate": "1e-4..1"})
    own = {"activation": "elu", "learning_rate": 3.0}  # beside the space
    failed = [Observation(setting, float("nan")) for setting in propose("random", space, [], [], 12, seed=0)]
    assert len(propose(name, space, failed, [own], 3, seed=0)) == 3
    assert len(propose(name, space, [*failed, Observation(own, 0.5)], [], 3, seed=0)) == 3


@pytest.mark.parametrize("name", SOME)
def test_nothing_is_printed(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    before = optuna.logging.get_verbosity()
    history = propose("random", WIDE, [], [], 14, seed=0)
    propose(name, WIDE, observed(history), [], 2, seed=0)
    assert capfd.readouterr() == ("", "")
    assert optuna.logging.get_verbosity() == before


def test_unknown_samplers_are_named() -> None:
    assert check_strategy(" Optuna:TPE ") == "optuna:tpe"
    with pytest.raises(SearchError, match="did you mean tpe"):
        check_strategy("optuna:tpee")
    with pytest.raises(SearchError, match="allowed: tpe, gp"):
        check_strategy("optuna:xyz")


@pytest.mark.parametrize(("missing", "told"), [("optuna", r"tuitrain\[optuna\]"), ("cmaes", "pip install cmaes")])
def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, missing: str, told: str) -> None:
    real = optuna_samplers.find_spec
    monkeypatch.setattr(optuna_samplers, "find_spec", lambda name: None if name == missing else real(name))
    with pytest.raises(SearchError, match=told):
        check_strategy("optuna:cmaes")
