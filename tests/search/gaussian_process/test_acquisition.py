"""Expected improvement against numbers of sixty digits, and its slopes against finite differences."""

from __future__ import annotations

import numpy as np
import pytest

from tuitrain.search.gaussian_process.acquisition import (
    erfcx,
    log_expected_improvement,
    log_expected_improvement_slopes,
    log_h_and_cdf,
)

# z, log h(z), log Φ(z): mpmath with 60 digits, from φ(z) + z erfc(-z/√2)/2
REFERENCE = np.array([
    (-1000.0, -500014.73445209116, -500007.82669481218),
    (-100.0, -5010.1295788002498, -5005.5242086942051),
    (-30.0, -457.724653760598, -454.3212439563432),
    (-25.25, -326.16252069701841, -322.93057705939401),
    (-24.75, -313.62270928383277, -310.41063989920994),
    (-10.0, -55.553122036122356, -53.231285150512471),
    (-5.0, -16.74430116266099, -15.064998393988726),
    (-2.0, -4.7687835239171142, -3.7831843336820319),
    (-1.0625, -2.6055530782741468, -1.9379115701325937),
    (-0.9375, -2.3675091288731299, -1.7472601439521883),
    (0.0, -0.91893853320467274, -0.69314718055994531),
    (0.5, -0.35982768374506382, -0.36894641528865639),
    (3.0, 1.0987396653277078, -0.0013508099647481938),
    (12.0, 2.4849066497880003, -1.776482112077679e-33),
])  # fmt: skip
ERFCX = np.array([
    (0.5, 0.61569034419292587), (1, 0.427583576155807), (2, 0.25539567631050574), (3.9375, 0.13905300477781452),
    (4.0625, 0.13500424547381068), (10, 0.056140992743822586), (100, 0.0056416137829894329),
])  # fmt: skip


def test_logarithms_are_exact_however_small_the_improvement() -> None:
    z = REFERENCE[:, 0]
    log_h, log_cdf = log_h_and_cdf(z)
    assert np.allclose(log_h, REFERENCE[:, 1], rtol=1e-12, atol=1e-12)
    assert np.allclose(log_cdf, REFERENCE[:, 2], rtol=1e-14, atol=1e-15)
    assert np.allclose(erfcx(ERFCX[:, 0]), ERFCX[:, 1], rtol=2e-15)


def test_shapes_are_kept() -> None:
    z = np.linspace(-40, 3, 24).reshape(2, 3, 4)
    assert np.array_equal(log_h_and_cdf(z)[0].ravel(), log_h_and_cdf(z.ravel())[0])


def test_expected_improvement_is_what_draws_come_to() -> None:
    draws = np.random.default_rng(0).normal(0.3, 0.7, 400_000)
    drawn = np.maximum(0.1 - draws, 0).mean()
    assert np.exp(log_expected_improvement(np.array([0.3]), np.array([0.7]), 0.1))[0] == pytest.approx(drawn, rel=0.01)


def test_slopes_are_those_of_finite_differences() -> None:
    mean, deviation = (part.ravel() for part in np.meshgrid(np.linspace(-1, 8, 30), [0.05, 0.3, 1.0]))
    step = 1e-6
    value, by_mean, by_deviation = log_expected_improvement_slopes(mean, deviation, 0.0)
    assert np.allclose(value, log_expected_improvement(mean, deviation, 0.0))
    for slope, shift in ((by_mean, (step, 0.0)), (by_deviation, (0.0, step))):
        up, down = (log_expected_improvement(mean + s * shift[0], deviation + s * shift[1], 0.0) for s in (1, -1))
        assert np.allclose(slope, (up - down) / (2 * step), rtol=1e-4, atol=1e-4)
