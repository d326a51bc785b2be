"""Every number of a computed demonstration is found again in another way."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, special, stats
from sklearn.metrics import f1_score, precision_score, recall_score

from tuitrain.pages.demonstration import FUNCTIONS
from tuitrain.pages.demonstrations import load_function
from tuitrain.pages.demonstrations.activations import value_and_slope
from tuitrain.pages.demonstrations.estimators import SAMPLES, errors
from tuitrain.pages.demonstrations.expected_improvement import BEST, MEANS
from tuitrain.pages.demonstrations.grid_random import OPTIMA
from tuitrain.pages.demonstrations.momentum_ravine import CURVATURES, RATE, distances, steps_to_bottom
from tuitrain.pages.demonstrations.schedule import shares
from tuitrain.pages.demonstrations.threshold import sample


def numbers(name: str, value: float) -> list[tuple[float, ...]]:
    return [row.numbers for row in load_function(name).rows(value)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_a_number_for_each_heading_at_each_value(name: str) -> None:
    function = load_function(name)
    assert function.start in function.values and list(function.values) == sorted(function.values)
    names = [row.name for row in function.rows(function.start)]
    for value in function.values:
        rows = function.rows(value)
        assert [row.name for row in rows] == names and all(len(row.numbers) == len(function.headings) for row in rows)


def test_cross_entropy_is_what_scipy_says() -> None:
    for p in load_function("cross_entropy").values:
        for t, found in zip(((1.0, 0.0), (0.9, 0.1)), numbers("cross_entropy", p), strict=True):
            h, kl = stats.entropy(t), stats.entropy(t, (p, 1 - p))
            assert found == pytest.approx((h, kl, -sum(a * math.log(b) for a, b in zip(t, (p, 1 - p), strict=True))))
            assert found[2] == pytest.approx(h + kl)


def test_softmax_is_what_scipy_says() -> None:
    for z in load_function("softmax").values:
        assert [found[1] for found in numbers("softmax", z)] == pytest.approx(special.softmax([z, 1, 0]).tolist())


FORMULAS = {
    "identity": lambda z: z, "sigmoid": special.expit, "tanh": math.tanh, "relu": lambda z: max(0.0, z),
    "leaky_relu": lambda z: max(z, 0.01 * z), "elu": lambda z: z if z > 0 else math.expm1(z),
    "gelu": lambda z: z * stats.norm.cdf(z), "silu": lambda z: z * special.expit(z),
    "softplus": lambda z: math.log1p(math.exp(z)),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMULAS)
def test_activations_follow_their_formulas_and_slopes_their_differences(name: str) -> None:
    at = list(load_function("activations").headings).index(name)
    for z in (-3.5, -1.0, 0.5, 4.0):
        values, slopes = numbers("activations", z)
        assert values[at] == pytest.approx(FORMULAS[name](z), rel=1e-6, abs=1e-9)
        difference = (FORMULAS[name](z + 1e-5) - FORMULAS[name](z - 1e-5)) / 2e-5
        assert slopes[at] == value_and_slope(name, z)[1] == pytest.approx(difference, abs=1e-5)


def test_huber_is_what_scipy_says_and_slopes_are_differences() -> None:
    for e in (-2.0, -0.5, 0.5, 3.0):
        squared, absolute, huber = numbers("huber", e)
        assert (squared[0], absolute[0]) == (e**2, abs(e))
        assert huber[0] == pytest.approx(special.huber(1.0, e))
        for (_, slope), loss in zip(
            (squared, absolute, huber), (np.square, np.abs, lambda e: special.huber(1.0, e)), strict=True
        ):
            assert slope == pytest.approx((loss(e + 1e-6) - loss(e - 1e-6)) / 2e-6)


def test_the_ravine_takes_as_many_steps_as_a_plain_loop() -> None:
    for momentum in (0.0, 0.5, 0.9, 0.99):
        place, velocity, away = np.ones(2), np.zeros(2), [math.sqrt(2)]
        for _ in range(1500):
            velocity = momentum * velocity + np.array(CURVATURES) * place
            place = place - RATE * velocity
            away.append(float(np.hypot(*place)))
        assert distances("momentum", momentum) == pytest.approx(away, rel=1e-6, abs=1e-12)
        far = [step for step, distance in enumerate(away) if distance > 1e-3 * away[0]]
        assert steps_to_bottom("momentum", momentum) == far[-1] + 1
    assert steps_to_bottom("sgd", 0.0) == steps_to_bottom("momentum", 0.0)
    assert steps_to_bottom("momentum", 0.9) < steps_to_bottom("momentum", 0.0) / 3
    assert steps_to_bottom("momentum", 0.9) < steps_to_bottom("momentum", 0.99)


def test_rate_on_bowl_is_a_power() -> None:
    for rate in load_function("rate_on_bowl").values:
        for curvature, (factor, left) in zip((2.0, 0.2), numbers("rate_on_bowl", rate), strict=True):
            assert factor == pytest.approx(abs(1 - rate * curvature))
            assert left == pytest.approx(factor**20, rel=1e-6, abs=1e-15)


def test_schedules_follow_their_formulas() -> None:
    epochs = load_function("schedule").values
    half = [(1 + math.cos(math.pi * epoch / 100)) / 2 for epoch in epochs]
    assert shares("constant") == pytest.approx([1] * len(epochs))
    assert shares("cosine") == pytest.approx(half, abs=1e-3)
    assert shares("inverse_scaling") == pytest.approx([1 / math.sqrt(1 + 10 * epoch) for epoch in epochs])
    step, exponential = shares("step"), shares("exponential")
    assert set(np.round(np.diff(np.log(exponential)), 9)) == {np.round(np.log(exponential[1] / exponential[0]), 9)}
    assert all(s >= e - 1e-12 for s, e in zip(step, exponential, strict=True))
    assert shares("one_cycle")[0] == pytest.approx(1 / 25) and max(shares("one_cycle")) == pytest.approx(1)


def test_estimators_come_to_what_theory_says() -> None:
    for n in (3, 10, 50):
        theory = {
            "mean": (0.0, 1 / n), "variance, / (n − 1)": (0.0, 2 / (n - 1)),
            "variance, / n": (1 / n**2, 2 * (n - 1) / n**2),
            "variance, / (n + 1)": ((2 / (n + 1)) ** 2, 2 * (n - 1) / (n + 1) ** 2),
        }  # fmt: skip
        for name, (bias, variance) in theory.items():
            found = errors(name, n)
            noise = 8 * math.sqrt(variance / SAMPLES)
            assert abs(math.sqrt(found[0]) - math.sqrt(bias)) < noise
            assert found[1] == pytest.approx(variance, rel=0.08)
            assert found[2] == pytest.approx(found[0] + found[1])


def test_grid_and_random_try_and_miss_what_theory_says() -> None:
    for trials in (9, 36):
        (levels, grid), (draws, random) = numbers("grid_random", float(trials))
        assert (levels, draws) == (math.isqrt(trials), trials)
        assert grid == pytest.approx(1 / (4 * levels), abs=4 / (math.sqrt(OPTIMA) * levels))
        # P(nearest > d) for an optimum u: the share left when the interval around u within the range is taken out
        missed = integrate.dblquad(
            lambda d, u, n=trials: (1 - min(u + d, 1) + max(u - d, 0)) ** n, 0, 1, 0, lambda u: max(u, 1 - u)
        )[0]
        assert random == pytest.approx(missed, rel=0.1)


def test_the_scores_of_a_threshold_are_scikit_learns() -> None:
    truth, p = sample()
    for threshold in (0.1, 0.5, 0.8):
        called = p >= threshold
        wanted = [f(truth, called) for f in (precision_score, recall_score, f1_score)]
        assert [found for (found,) in numbers("threshold", threshold)] == pytest.approx(wanted)


def test_expected_improvement_is_an_integral() -> None:
    for deviation in (0.02, 0.1, 0.3):
        for mean, (u, chance, gain) in zip(MEANS, numbers("expected_improvement", deviation), strict=True):
            density = stats.norm(mean, deviation)
            assert u == pytest.approx((BEST - mean) / deviation)
            assert chance == pytest.approx(density.cdf(BEST))
            low = mean - 12 * deviation
            whole = integrate.quad(lambda y: (BEST - y) * density.pdf(y), min(low, BEST), BEST)[0]  # noqa: B023
            assert gain == pytest.approx(whole, rel=1e-6, abs=1e-12)


def test_error_sharing_is_the_chapters_example() -> None:
    assert numbers("error_sharing", 2.0) == [pytest.approx((3, 0.36, 1.8)), pytest.approx((2, 0.24, 1.2))]
    e = 1e-6
    for place, w in enumerate((3.0, -2.0)):  # ∂J/∂h of J = (3 h₁ + w h₂ − c)² with the slope 0.6 there
        h = [1.0, 1.0]
        loss = lambda h: (3 * h[0] - 2 * h[1] - (1 - 0.3)) ** 2  # noqa: E731
        up, down = list(h), list(h)
        up[place] += e
        down[place] -= e
        assert numbers("error_sharing", -2.0)[place][2] == pytest.approx((loss(up) - loss(down)) / (2 * e), rel=1e-6)
        assert numbers("error_sharing", -2.0)[place][0] == w
    assert math.isinf(numbers("error_sharing", -3.0)[0][1])
