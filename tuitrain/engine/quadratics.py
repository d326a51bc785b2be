"""Quadratic bowls: the loss of a fitted line, its curvature, and what a step leaves of a distance from the minimum.

`N` rows, `P` parameters: 2 for a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.optimizers import make_optimizer

Array = NDArray[Any]


@dataclass(frozen=True)
class Bowl:
    """J(θ) = least + ½ (θ - minimum)ᵀ H (θ - minimum); `minimum` (P,), `hessian` (P, P)."""

    minimum: Array
    least: float
    hessian: Array

    @classmethod
    def of_line(cls, x: Array, y: Array) -> Bowl:
        """Return the mean squared error of y = w x + b over (w, b), for `x`, `y` (N,)."""
        columns = np.stack([np.asarray(x, np.float64), np.ones(len(x))], axis=1)
        minimum = np.linalg.lstsq(columns, y, rcond=None)[0]
        least = float(np.square(columns @ minimum - y).mean())
        return cls(minimum, least, 2 * columns.T @ columns / len(x))

    def losses(self, points: Array) -> Array:
        """Return J at `points` (..., P)."""
        away = points - self.minimum
        found: Array = self.least + np.einsum("...i,ij,...j->...", away, self.hessian, away) / 2
        return found

    def gradient(self, point: Array) -> Array:
        """Return ∂J/∂θ at a point, (P,)."""
        found: Array = self.hessian @ (point - self.minimum)
        return found

    def curvatures(self) -> tuple[Array, Array]:
        """Return the Hessian's eigenvalues, the largest first, (P,), and their directions as rows, (P, P)."""
        values, vectors = np.linalg.eigh(self.hessian)
        return values[::-1], vectors.T[::-1]

    def descend(self, optimizer: str, start: Array, rate: float, steps: int, **settings: Any) -> Array:
        """Let an optimizer walk from `start` (P,): (steps + 1, P)."""
        rule = make_optimizer(optimizer, (1, len(start)), np.float64, **settings)
        path = np.empty((steps + 1, len(start)))
        path[0] = start
        here = path[:1].copy()
        with np.errstate(all="ignore"):
            for step in range(steps):
                rule.step(here, self.gradient(here[0])[None], np.full((1, 1), rate))
                path[step + 1] = here[0]
        return path


def momentum_modulus(rate: float, curvature: float, momentum: float) -> float:
    """Return the larger modulus of the roots of z² - (1 + μ - ηλ) z + μ: what momentum leaves of a distance a step.

    Where the roots are complex it is √μ (Goh, 2017, Why momentum really works).
    """
    return float(np.abs(np.roots([1.0, -(1 + momentum - rate * curvature), momentum])).max())
