"""Each optimizer against torch.optim over 200 steps (figures made by reference/make_reference.py)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuitrain.engine import make_optimizer
from tuitrain.engine.optimizer import PIECE
from tuitrain.engine.optimizers import OPTIMIZERS
from tuitrain.engine.penalties import Penalties
from tuitrain.errors import HyperparameterError
from tuitrain.options.hyperparameters import OPTIMIZERS as DECLARED

REFERENCE = np.load(Path(__file__).parent / "reference" / "optimizers.npz")
SETTINGS: dict[str, dict[str, float]] = {
    "momentum": {"momentum": 0.8}, "nesterov": {"momentum": 0.8}, "adadelta": {"rho": 0.85}, "rmsprop": {"rho": 0.9},
    "adam": {"beta1": 0.8, "beta2": 0.95}, "adamax": {"beta1": 0.8, "beta2": 0.95},
    "nadam": {"beta1": 0.8, "beta2": 0.95},
}  # fmt: skip


def run(name: str, start: Any, rates: Any, steps: int = 200, **settings: Any) -> Any:
    parameters = start.copy()
    optimizer = make_optimizer(name, parameters.shape, parameters.dtype, **settings)
    nothing = np.zeros(len(start))
    decay = np.full(len(start), 0.1 if name == "adamw" else 0.0)
    penalties = Penalties(np.ones((1, start.shape[1]), start.dtype), nothing, nothing, decay, nothing)
    for step in range(steps):
        gradients = np.tanh(parameters @ REFERENCE["matrix"].astype(start.dtype)) + 0.1 * np.sin(step)
        penalties.begin(parameters, gradients, rates)
        optimizer.step(parameters, gradients.astype(start.dtype), rates, penalties)
    return parameters


def test_the_table_holds_what_the_hyperparameters_declare() -> None:
    assert tuple(OPTIMIZERS) == DECLARED


@pytest.mark.parametrize("name", DECLARED)
def test_equals_torch(name: str) -> None:
    result = run(name, REFERENCE["start"], np.array([[0.05]]), **SETTINGS.get(name, {}))
    assert np.abs(result - REFERENCE[name]).max() < 1e-10


@pytest.mark.parametrize("name", DECLARED)
def test_a_stack_with_settings_of_their_own_is_bit_identical_to_each_alone(name: str) -> None:
    start = np.repeat(REFERENCE["start"], 3, axis=0).astype(np.float32)
    start[:, ::4] = 0  # where L1 holds some of them
    rates = np.array([[0.01], [0.02], [0.03]])
    each = {
        "momentum": [0.5, 0.8, 0.9], "beta1": [0.5, 0.8, 0.9], "beta2": [0.9, 0.95, 0.99], "rho": [0.8, 0.9, 0.95],
        "epsilon": [1e-8, 1e-6, 1e-4],
    }  # fmt: skip
    together = make_optimizer(name, start.shape, np.float32, **{k: np.array(v)[:, None] for k, v in each.items()})
    alone = [make_optimizer(name, (1, 40), np.float32, **{k: v[m] for k, v in each.items()}) for m in range(3)]
    stack, single = start.copy(), [start[:1].copy() for _ in range(3)]
    l1, decay, nothing = np.array([0, 2.0, 3.0]), np.array([0.2, 0, 0.1]), np.zeros(3)
    mask = np.ones((1, 40), np.float32)
    of_stack = Penalties(mask, l1, nothing, decay, nothing)
    of_each = [Penalties(mask, l1[m : m + 1], nothing[:1], decay[m : m + 1], nothing[:1]) for m in range(3)]
    rng = np.random.default_rng(0)
    for _ in range(30):
        gradients = rng.standard_normal(start.shape).astype(np.float32)
        of_stack.begin(stack, gradients, rates)
        together.step(stack, gradients, rates, of_stack)
        for m in range(3):
            own = slice(m, m + 1)
            of_each[m].begin(single[m], gradients[own], rates[own])
            alone[m].step(single[m], gradients[own], rates[own], of_each[m] if of_each[m].has_pieces else None)
    for m in range(3):
        assert stack[m].tobytes() == single[m].tobytes()
    assert (stack == 0).any(axis=1).tolist() == [False, True, True]


@pytest.mark.parametrize("shape", [(1, 5 * PIECE + 3), (40, PIECE // 7)])
def test_working_in_pieces_changes_nothing(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    gradients = rng.standard_normal(shape).astype(np.float32)
    whole, rates = np.zeros(shape, np.float32), np.full((shape[0], 1), 0.01)
    in_pieces = make_optimizer("adam", shape)
    for _ in range(3):
        in_pieces.step(whole, gradients, rates)
    for column in (0, PIECE // 7 - 1, shape[1] - 1):
        own = np.zeros((shape[0], 1), np.float32)
        optimizer = make_optimizer("adam", own.shape)
        for _ in range(3):
            optimizer.step(own, gradients[:, column : column + 1], rates)
        assert np.array_equal(whole[:, column : column + 1], own)


def test_a_beta_changed_on_the_way_keeps_the_average() -> None:
    """After the change the literature's average m (1 - β) goes on from where it was; recomputed here by hand."""
    p, g = np.zeros((1, 1)), np.ones((1, 1))
    optimizer = make_optimizer("adam", (1, 1), np.float64, beta1=0.9)
    optimizer.step(p, g, np.array([[0.1]]))
    optimizer.set("beta1", 0.5)
    optimizer.step(p, 3 * g, np.array([[0.1]]))
    average = 0.5 * (0.1 * 1) + 0.5 * 3
    square = 0.999 * 0.001 + 0.001 * 9
    second = 0.1 * (average / (1 - 0.9 * 0.5)) / (np.sqrt(square / (1 - 0.999**2)) + 1e-8)
    assert p[0, 0] == pytest.approx(-0.1 / (1 + 1e-8) - second, abs=1e-12)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(HyperparameterError, match="did you mean adam"):
        make_optimizer("adm", (1, 1))
    with pytest.raises(HyperparameterError, match="did you mean momentum"):
        make_optimizer("sgd", (1, 1), momentun=0.9)
