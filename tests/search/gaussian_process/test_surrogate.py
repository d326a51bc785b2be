"""The Gaussian process against finite differences, dense formulas and scikit-learn."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

from tuitrain.engine.threads import blas_threads
from tuitrain.search.gaussian_process import marginal_likelihood as evidence
from tuitrain.search.gaussian_process.kernel import (
    CoordinateLayout,
    Kernel,
    inverse_lower,
    matern32,
    matern52,
    squared_distances,
)
from tuitrain.search.gaussian_process.low_discrepancy import points as evenly_spread
from tuitrain.search.gaussian_process.score_scale import ScoreScale, worst_for_failed
from tuitrain.search.gaussian_process.surrogate import Surrogate, condition_all, fit, importance, outlook
from tuitrain.search.space.space import Space

MIXED = Space(
    {"learning_rate": "1e-4..1", "optimizer": "momentum,adam,sgd", "momentum": "..", "batch_size": "16,32,64"}
)
SMOOTH = Space({"learning_rate": "1e-4..1", "l2": "1e-6..1e-1", "dropout": "0..0.5"})


def sample(space: Space, count: int, seed: int) -> Any:
    return space.from_unit(np.random.default_rng(seed).random((count, len(space.columns))))


def made_up(points: Any) -> Any:
    x = np.nan_to_num(points, nan=0.2)
    return np.sin(4 * x[:, 0]) + x[:, 1] * (1 - x[:, 2]) + 0.3 * x[:, -1]


def given_model(space: Space, count: int, seed: int, noise: float = 1e-3) -> Surrogate:
    points, rng = sample(space, count, seed), np.random.default_rng(seed)
    d = len(space.columns)
    parameters = np.concatenate([rng.normal(-0.5, 0.4, d), [0.3, np.log(noise)]])
    scores = made_up(points)
    return condition_all(
        CoordinateLayout(space.columns), ScoreScale.of(scores), parameters, points, scores - scores.mean()
    )


@pytest.mark.parametrize("kernel", [matern32, matern52])
def test_the_gradient_of_the_posterior_is_that_of_finite_differences(kernel: Kernel) -> None:
    points = sample(MIXED, 25, 0)
    layout = CoordinateLayout(MIXED.columns)
    differences, scores = layout.squared_differences(layout.embed(points)), made_up(points)
    parameters = evidence.starts(4) + np.random.default_rng(0).normal(0, 0.3, (3, 6))
    _, gradient = evidence.negative_log_posterior(parameters, differences, scores, kernel)
    for place in range(6):
        step = 1e-5 * np.eye(6)[place]
        up, down = (
            evidence.negative_log_posterior(parameters + s * step, differences, scores, kernel)[0] for s in (1, -1)
        )
        assert np.allclose(gradient[:, place], (up - down) / 2e-5, rtol=1e-5, atol=1e-4)


def test_fitting_the_starts_together_finds_the_best_of_them() -> None:
    points = sample(MIXED, 40, 1)
    layout = CoordinateLayout(MIXED.columns)
    differences, scores = layout.squared_differences(layout.embed(points)), made_up(points)
    together = evidence.fit(differences, scores, matern32, evidence.starts(4), 60)
    alone = [evidence.fit(differences, scores, matern32, start[None], 60) for start in evidence.starts(4)]
    values = evidence.negative_log_posterior(np.stack([together, *alone]), differences, scores, matern32)[0]
    assert values[0] == pytest.approx(values[1:].min(), abs=1e-6)


def test_many_observations_are_fitted_as_well_as_from_all_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated = []
    count = evidence.negative_log_posterior

    def counted(parameters: Any, differences: Any, *rest: Any) -> Any:
        evaluated.append(len(parameters) * differences.shape[1] ** 3)
        return count(parameters, differences, *rest)

    points = sample(MIXED, 100, 2)
    with blas_threads(1):
        model = fit(MIXED.columns, points, made_up(points))
        differences = model.layout.squared_differences(model.layout.embed(points))
        monkeypatch.setattr(evidence, "negative_log_posterior", counted)
        fit(MIXED.columns, points, made_up(points))
        cost = sum(evaluated)
        evaluated.clear()
        best = evidence.fit(differences, model.scores, matern32, evidence.starts(4), 40)
    values = count(np.stack([model.parameters, best]), differences, model.scores, matern32)[0]
    assert values[0] == pytest.approx(values[1], abs=1.0)
    assert cost < 0.6 * sum(evaluated)


@pytest.mark.parametrize(("space", "nu"), [(SMOOTH, 2.5), (MIXED, 1.5)])
def test_the_posterior_is_scikit_learns(space: Space, nu: float) -> None:
    """Rougher where a column takes only some values."""
    model = given_model(space, 40, 2)
    lengths = model.lengths[model.layout.owner]
    kernel = ConstantKernel(model.signal) * Matern(lengths, nu=nu) + WhiteKernel(model.noise)
    theirs = GaussianProcessRegressor(kernel, optimizer=None, alpha=0.0).fit(
        model.layout.embed(model.points), model.scores
    )
    others = sample(space, 100, 3)
    mean, deviation = model.predict(others)
    their_mean, their_deviation = theirs.predict(model.layout.embed(others), return_std=True)
    assert np.allclose(mean, their_mean, atol=1e-8)
    assert np.allclose(deviation**2 + model.noise, their_deviation**2, atol=1e-8)


def test_distances_between_categories_and_to_what_has_no_effect() -> None:
    layout = CoordinateLayout(MIXED.columns)
    place = {column.name: index for index, column in enumerate(MIXED.columns)}
    row = np.array([0.5 if not column.is_category else 0.0 for column in MIXED.columns])
    rows = np.repeat(row[None], 6, axis=0)
    rows[1, place["optimizer"]] = 1
    rows[2, place["optimizer"]] = 2
    rows[3, place["momentum"]] = np.nan
    rows[4, place["momentum"]] = 1.0
    rows[5, place["momentum"]] = np.nan
    squares = layout.squared_differences(layout.embed(rows))
    optimizer, momentum = squares[place["optimizer"]], squares[place["momentum"]]
    assert optimizer[0, 1] == optimizer[0, 2] == optimizer[1, 2] == pytest.approx(1)
    assert momentum[0, 3] == pytest.approx(0.75)
    assert momentum[4, 3] == pytest.approx(1)
    assert momentum[3, 5] == pytest.approx(0)


def test_learning_rates_that_come_to_the_same_lie_in_one_place() -> None:
    """Of four decades, sgd's rates lie two below adam's, and momentum .9 adds one again."""
    ranges = {"optimizer": "momentum,adam,sgd", "momentum": "0.5..0.99"}
    settings = [
        {"learning_rate": 0.01, "optimizer": "adam"},
        {"learning_rate": 1.0, "optimizer": "sgd"},
        {"learning_rate": 0.1, "optimizer": "momentum", "momentum": 0.9},
        {"learning_rate": 0.01, "optimizer": "momentum", "momentum": 0.99},
        {"learning_rate": 0.1, "optimizer": "adam"},
    ]
    for rates in ("1e-4..1", "0.0001,0.001,0.01,0.1,1"):
        space = Space({"learning_rate": rates, **ranges})
        layout = CoordinateLayout(space.columns)
        place = [column.name for column in space.columns].index("learning_rate")
        at = layout.embed(space.encode(settings))[:, layout.number[place]]
        assert at - at[0] == pytest.approx([0, 0, 0, 0, 0.25])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.floats(-2, 2))
def test_the_kernel_of_mixed_settings_is_positive_definite(seed: int, log_length: float) -> None:
    coordinates = CoordinateLayout(MIXED.columns).embed(sample(MIXED, 60, seed)) / np.exp(log_length)
    for kernel in (matern32, matern52):
        assert np.linalg.eigvalsh(kernel(squared_distances(coordinates, coordinates))[0]).min() > -1e-7


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 100), st.integers(0, 2**32))
def test_triangles_are_inverted(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    lower = np.tril(rng.normal(size=(2, n, n))) / n + 2 * np.eye(n)
    assert np.allclose(inverse_lower(lower) @ lower, np.eye(n), atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 5), st.integers(0, 2**32))
def test_believing_more_is_the_same_as_beginning_with_it(count: int, seed: int) -> None:
    model = given_model(MIXED, 20, seed)
    more, others = sample(MIXED, count, seed + 1), sample(MIXED, 30, seed + 2)
    believed = model.mean(more)
    grown = model.condition(more)
    anew = condition_all(
        model.layout, model.scale, model.parameters, np.concatenate([model.points, more]),
        np.concatenate([model.scores, believed]),
    )  # fmt: skip
    for a, b in zip(grown.predict(others), anew.predict(others), strict=True):
        assert np.allclose(a, b, atol=1e-6)
    assert np.allclose(grown.mean(others), model.mean(others), atol=1e-6)  # belief leaves the mean as it was
    told = model.condition(more, believed + 1.0)
    assert np.all(told.mean(more) > model.mean(more))


def test_slopes_of_mean_and_deviation_are_those_of_finite_differences() -> None:
    model = given_model(MIXED, 30, 4)
    places = np.flatnonzero([not column.is_category for column in MIXED.columns])
    at = sample(MIXED, 10, 5)
    _, _, by_mean, by_deviation = model.predict_slopes(model.scaled(at), places)
    for row, place in enumerate(places):
        step = 1e-5 * np.eye(len(MIXED.columns))[place]
        (up, up_deviation), (down, down_deviation) = (model.predict(at + s * step) for s in (1, -1))
        is_active = ~np.isnan(at[:, place])
        assert np.allclose(by_mean[is_active, row], (up - down)[is_active] / 2e-5, atol=1e-5)
        assert np.allclose(by_deviation[is_active, row], (up_deviation - down_deviation)[is_active] / 2e-5, atol=1e-5)


@settings(max_examples=50)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40))
def test_scores_are_put_on_a_scale_and_back(values: list[float]) -> None:
    scores = np.array(values)
    scale = ScoreScale.of(scores)
    standard = scale.to_standard(scores)
    assert np.isfinite(standard).all()
    assert np.all(np.diff(standard[np.argsort(scores, kind="stable")]) >= 0)
    spread = max(np.ptp(scores), abs(scores).max() * 1e-6)
    assert np.allclose(scale.to_score(standard), scores, atol=1e-6 * spread, rtol=1e-6)


def test_a_hopeless_score_does_not_flatten_the_others() -> None:
    good = np.linspace(0, 1, 20)
    scale = ScoreScale.of(np.append(good, 1e6))
    assert np.ptp(scale.to_standard(good)) > 0.5
    assert np.array_equal(worst_for_failed(np.array([1.0, np.nan, 3.0, np.inf])), [1.0, 3.0, 3.0, 3.0])
    assert np.array_equal(worst_for_failed(np.array([np.nan])), [0.0])


def test_only_the_best_fifth_stays_as_it_is() -> None:
    scores = np.arange(101.0)
    scale = ScoreScale.of_best(scores)
    assert scale is not None
    steps = np.diff(scale.to_standard(scores))
    assert np.allclose(steps[:20], steps[0])
    assert steps[20] / steps[0] == pytest.approx(20 * np.log(1 + 1 / 20))
    assert np.allclose(scale.to_score(scale.to_standard(scores)), scores)
    assert ScoreScale.of_best(np.array([1.0, 1.0, 1.0, 2.0, 3.0])) is None


def test_the_best_are_told_apart_where_a_column_takes_only_some_values() -> None:
    for space, share in ((SMOOTH, 0.5), (MIXED, 0.2)):
        points = sample(space, 60, 0)
        scores = np.exp(4 * made_up(points))
        order = np.argsort(scores)
        steps = np.diff(fit(space.columns, points, scores).scores[order]) / np.diff(scores[order])
        assert np.allclose(steps[: int(share * 60) - 1], steps[0])
        assert steps[int(share * 60) + 8] < 0.95 * steps[0]


def test_held_out_values_lie_within_two_deviations() -> None:
    shares = []
    for seed in range(6):
        points, rng = sample(SMOOTH, 260, seed), np.random.default_rng(seed)
        values = made_up(points) + rng.normal(0, 0.05, len(points))
        model = fit(SMOOTH.columns, points[:60], values[:60])
        mean, deviation = model.predict(points[60:])
        off = np.abs(model.scale.to_standard(values[60:]) - mean) / np.sqrt(deviation**2 + model.noise)
        shares.append((off < 2).mean())
    assert 0.9 <= np.mean(shares) <= 0.99


def test_an_outlook_is_in_the_scores_own_units() -> None:
    points = sample(SMOOTH, 50, 0)
    scores = 100 + 20 * made_up(points)
    model = fit(SMOOTH.columns, points, scores)
    best = int(np.argmin(scores))
    truth = points[[best]].repeat(60, axis=0)
    truth[:, 0] = np.linspace(0, 1, 60)
    found = outlook(model, truth)
    assert np.abs(found.mean - (100 + 20 * made_up(truth))).max() < 1.5
    assert np.all((found.low <= found.mean) & (found.mean <= found.high))
    assert np.array_equal(np.exp(found.log_improvement), found.improvement)
    at_best = outlook(model, points[[best]])
    assert at_best.mean[0] == pytest.approx(scores[best], abs=0.3)
    assert at_best.high[0] - at_best.low[0] < 2.0
    started = time.process_time()
    for _ in range(10):
        outlook(model, truth)
    assert (time.process_time() - started) / 10 < 0.01


def test_importance_is_the_share_of_the_variance() -> None:
    points, rng = sample(SMOOTH, 90, 0), np.random.default_rng(0)
    model = fit(SMOOTH.columns, points, 3 * points[:, 0] + points[:, 2])
    shares = importance(model, SMOOTH, sample=rng.random((64, 3)), joint=evenly_spread(1024, 3, 0))
    assert shares == pytest.approx([0.9, 0.0, 0.1], abs=0.03)
    points = sample(MIXED, 90, 0)
    place = [column.name for column in MIXED.columns].index("optimizer")
    model = fit(MIXED.columns, points, points[:, place] == 1)
    shares = importance(model, MIXED, sample=rng.random((64, 4)), joint=evenly_spread(1024, 4, 0))
    assert shares[place] > 0.8
    assert shares.sum() <= 1 + 1e-12


def test_what_two_do_only_together_is_missing_from_the_importances() -> None:
    """Of 6 (x - 1/2) (y - 1/2) + y - 1/2: y alone has 1/12, the product 36/144; so 1/4 and 3/4 of their sum."""
    points = sample(SMOOTH, 120, 0)
    x, y = points[:, 0] - 0.5, points[:, 1] - 0.5
    model = fit(SMOOTH.columns, points, 6 * x * y + y)
    shares = importance(model, SMOOTH, sample=evenly_spread(64, 3, 0), joint=evenly_spread(1024, 3, 0))
    assert shares == pytest.approx([0.0, 0.25, 0.0], abs=0.03)


def test_failed_trials_and_equal_scores_leave_a_model() -> None:
    points = sample(MIXED, 12, 0)
    for values in (np.full(12, np.nan), np.full(12, 3.0), np.where(np.arange(12) % 3, np.inf, 1.0)):
        mean, deviation = fit(MIXED.columns, points, values).predict(sample(MIXED, 20, 1))
        assert np.isfinite(mean).all()
        assert np.isfinite(deviation).all()
