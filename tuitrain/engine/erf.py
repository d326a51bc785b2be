"""The error function, for GELU; NumPy has none.

Rational approximations of Cody (1969, Mathematics of Computation 23, 631-637), to about 1e-16.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_SMALL_P = (1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2, 3.77485237685302021e2,
            3.20937758913846947e3)  # fmt: skip
_SMALL_Q = (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3)
_MIDDLE_P = (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1,
             2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
             1.23033935479799725e3)  # fmt: skip
_MIDDLE_Q = (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
             3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3)  # fmt: skip
_SMALL, _LARGE = 0.46875, 6.0  # beyond 6, erf is 1 to the last bit of a float64


def erf(x: NDArray[Any]) -> NDArray[Any]:
    """Return the error function of each element: shape and dtype of `x`, NaN where `x` is NaN."""
    magnitude = np.minimum(np.abs(x), _LARGE)
    small = np.minimum(magnitude, _SMALL)
    square = small * small
    near_zero = small * _ratio(square, _SMALL_P, _SMALL_Q)
    middle = np.maximum(magnitude, _SMALL)
    far = 1 - np.exp(-middle * middle) * _ratio(middle, _MIDDLE_P, _MIDDLE_Q)
    result: NDArray[Any] = np.copysign(np.where(magnitude <= _SMALL, near_zero, far), x)
    return result


def _ratio(x: NDArray[Any], numerator: tuple[float, ...], denominator: tuple[float, ...]) -> NDArray[Any]:
    above, below = np.full_like(x, numerator[0]), np.full_like(x, denominator[0])
    for p, q in zip(numerator[1:], denominator[1:], strict=True):
        above *= x
        above += p
        below *= x
        below += q
    above /= below
    return above
