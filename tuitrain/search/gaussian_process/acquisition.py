"""Expected improvement on a logarithmic scale, which ranks settings even where hardly any improvement is expected.

For a prediction with mean μ and deviation σ and a best value b, lower being better, EI = σ h(z), z = (b - μ)/σ,
h(z) = φ(z) + z Φ(z) (Jones, Schonlau & Welch, 1998). log h as in Ament et al. (2023, "Unexpected improvements to
expected improvement for Bayesian optimization", equation 9). All arrays have one shape and are float64.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.erf import erf

Array = NDArray[np.float64]

_LOG_ROOT_2PI = 0.5 * np.log(2 * np.pi)
_NEAR, _FARTHEST = -1.0, -25.0  # above: the plain formula; below: a series in 1/z²

# Cody (1969), as in the function CALERF of netlib: erfcx on [0.46875, 4], and beyond
_MIDDLE = np.array([
    (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1,
     2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
     1.23033935479799725e3),
    (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
     3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3),
])  # fmt: skip
_FAR = np.array([
    (1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
     1.60837851487422766e-2, 6.58749161529837803e-4),
    (1.0, 2.56852019228982242e0, 1.87295284992346047e0, 5.27905102951428412e-1, 6.05183413124413191e-2,
     2.33520497626869185e-3),
])  # fmt: skip


def erfcx(x: Array) -> Array:
    """Return exp(x²) (1 - erf(x)), for x >= 0.5."""
    far = np.maximum(x, 4.0)
    inverse = 1 / (far * far)
    tail = (1 / np.sqrt(np.pi) - inverse * _ratio(inverse, _FAR)) / far
    result: Array = np.where(x <= 4.0, _ratio(np.minimum(x, 4.0), _MIDDLE), tail)
    return result


def log_h_and_cdf(z: Array) -> tuple[Array, Array]:
    """Return log h(z) and log Φ(z)."""
    flat = np.ravel(z)
    both = np.empty((2, flat.size))
    for part, function in zip(
        (flat >= _NEAR, (flat < _NEAR) & (flat > _FARTHEST), flat <= _FARTHEST), (_near, _below, _far), strict=True
    ):
        if part.any():
            both[:, part] = function(flat[part])
    return both[0].reshape(z.shape), both[1].reshape(z.shape)


def _near(z: Array) -> tuple[Array, Array]:
    cdf = 0.5 * (1 + erf(z / np.sqrt(2)))
    return np.log(np.exp(-0.5 * z * z - _LOG_ROOT_2PI) + z * cdf), np.log(cdf)


def _below(z: Array) -> tuple[Array, Array]:
    scaled, density = erfcx(-z / np.sqrt(2)), -0.5 * z * z - _LOG_ROOT_2PI
    return density + np.log1p(z * np.sqrt(np.pi / 2) * scaled), density + np.log(np.sqrt(np.pi / 2) * scaled)


def _far(z: Array) -> tuple[Array, Array]:
    t, density = 1 / (z * z), -0.5 * z * z - _LOG_ROOT_2PI
    left = 3 - t * (15 - t * (105 - t * 945))  # |z| Φ(z)/φ(z) = 1 - t + 3t² - 15t³ + 105t⁴ - 945t⁵ …
    return density + np.log1p(-t * left) + np.log(t), density + np.log1p(-t * (1 - t * left)) - np.log(-z)


def log_expected_improvement(mean: Array, deviation: Array, best: float) -> Array:
    """Return log EI."""
    result: Array = log_h_and_cdf((best - mean) / deviation)[0] + np.log(deviation)
    return result


def log_expected_improvement_slopes(mean: Array, deviation: Array, best: float) -> tuple[Array, Array, Array]:
    """Return log EI and its derivatives by the mean, -Φ(z)/EI, and by the deviation, φ(z)/EI."""
    z = (best - mean) / deviation
    logarithm, log_cdf = log_h_and_cdf(z)
    logarithm = logarithm + np.log(deviation)
    by_mean = -np.exp(log_cdf - logarithm)
    by_deviation = np.exp(-0.5 * z * z - _LOG_ROOT_2PI - logarithm)
    return logarithm, by_mean, by_deviation


def _ratio(x: Array, coefficients: Array) -> Array:
    """Return the ratio of two polynomials, `coefficients` (2, c), highest power first, by Horner's rule for both."""
    both = np.multiply.outer(coefficients[:, 0], np.ones_like(x))
    for pair in coefficients[:, 1:].T:
        both *= x
        both += pair.reshape(2, *(1,) * x.ndim)
    result: Array = both[0] / both[1]
    return result
