"""Expected improvement on a logarithmic scale: what is worth trying next, also where hardly anything is to be gained.

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
_NEAR, _FAR = -1.0, -25.0  # above: the plain formula; below: a series in 1/z²

# Cody (1969), as in the function CALERF of netlib: erfcx on [0.46875, 4], and beyond
_MIDDLE_P = (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1,
             2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
             1.23033935479799725e3)  # fmt: skip
_MIDDLE_Q = (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
             3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3)  # fmt: skip
_FAR_P = (1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
          1.60837851487422766e-2, 6.58749161529837803e-4)  # fmt: skip
_FAR_Q = (1.0, 2.56852019228982242e0, 1.87295284992346047e0, 5.27905102951428412e-1, 6.05183413124413191e-2,
          2.33520497626869185e-3)  # fmt: skip


def erfcx(x: Array) -> Array:
    """exp(x²) (1 - erf(x)), for x >= 0.5."""
    near, far = np.clip(x, 0.5, 4.0), np.maximum(x, 4.0)
    inverse = 1 / (far * far)
    tail = (1 / np.sqrt(np.pi) - inverse * _ratio(inverse, _FAR_P, _FAR_Q)) / far
    result: Array = np.where(x <= 4.0, _ratio(near, _MIDDLE_P, _MIDDLE_Q), tail)
    return result


def log_normal_cdf(z: Array) -> Array:
    """Log Φ(z)."""
    left = np.minimum(z, _NEAR)
    tail = -0.5 * left * left + np.log(0.5 * erfcx(-left / np.sqrt(2)))
    middle = np.log(0.5 * (1 + erf(np.maximum(z, _NEAR) / np.sqrt(2))))
    result: Array = np.where(z < _NEAR, tail, middle)
    return result


def log_h(z: Array) -> Array:
    """log(φ(z) + z Φ(z))."""
    near, middle, far = np.maximum(z, _NEAR), np.clip(z, _FAR, _NEAR), np.minimum(z, _FAR)
    plain = np.log(np.exp(-0.5 * near * near - _LOG_ROOT_2PI) + near * 0.5 * (1 + erf(near / np.sqrt(2))))
    scaled = -middle * np.sqrt(np.pi / 2) * erfcx(-middle / np.sqrt(2))
    tail = -0.5 * middle * middle - _LOG_ROOT_2PI + np.log1p(-scaled)
    t = 1 / (far * far)  # 1 - |z| Φ(z)/φ(z) = t - 3t² + 15t³ - 105t⁴ + 945t⁵ …
    series = np.log1p(-t * (3 - t * (15 - t * (105 - t * 945)))) + np.log(t)
    end = -0.5 * far * far - _LOG_ROOT_2PI + series
    result: Array = np.where(z >= _NEAR, plain, np.where(z > _FAR, tail, end))
    return result


def log_expected_improvement(mean: Array, deviation: Array, best: float) -> Array:
    """Log EI."""
    result: Array = log_h((best - mean) / deviation) + np.log(deviation)
    return result


def log_expected_improvement_slopes(mean: Array, deviation: Array, best: float) -> tuple[Array, Array, Array]:
    """Log EI and its derivatives by the mean, -Φ(z)/EI, and by the deviation, φ(z)/EI."""
    z = (best - mean) / deviation
    logarithm = log_h(z) + np.log(deviation)
    by_mean = -np.exp(log_normal_cdf(z) - logarithm)
    by_deviation = np.exp(-0.5 * z * z - _LOG_ROOT_2PI - logarithm)
    return logarithm, by_mean, by_deviation


def _ratio(x: Array, numerator: tuple[float, ...], denominator: tuple[float, ...]) -> Array:
    above, below = np.full_like(x, numerator[0]), np.full_like(x, denominator[0])
    for p, q in zip(numerator[1:], denominator[1:], strict=True):
        above = above * x + p
        below = below * x + q
    return above / below
