"""Fit the length scales, signal and noise of a Gaussian process by its marginal likelihood with priors.

`n` observations, `d` columns, `S` starts, `p` = d + 2 parameters, in logarithms: d length scales, the variance of the
signal, the variance of the noise. All arrays are float64; scores are standardised.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuitrain.search.gaussian_process.kernel import Kernel, inverse_lower
from tuitrain.search.gaussian_process.quasi_newton import minimise

Array = NDArray[np.float64]

# Normal priors of the logarithms: centre and deviation
LENGTH_CENTRE, LENGTH_SPREAD = np.log(0.5), 1.0
SIGNAL_CENTRE, SIGNAL_SPREAD = 0.0, 1.0
NOISE_CENTRE, NOISE_SPREAD = np.log(1e-3), 2.0
_LOW, _HIGH = (np.log(0.03), np.log(0.05), np.log(1e-6)), (np.log(30.0), np.log(30.0), np.log(2.0))


def centre(columns: int) -> Array:
    """Return the parameters (p,) at the priors' maximum."""
    return np.array([_length_centre(columns)] * columns + [SIGNAL_CENTRE, NOISE_CENTRE])


def _length_centre(columns: int) -> float:
    return float(LENGTH_CENTRE + 0.5 * np.log(max(columns, 1)) * 0.5)


def _spread(columns: int) -> Array:
    return np.array([LENGTH_SPREAD] * columns + [SIGNAL_SPREAD, NOISE_SPREAD])


def starts(columns: int) -> Array:
    """Return the starts of an uninformed fit, (3, p): the priors' centre; wiggly; smooth with more noise."""
    middle = centre(columns)
    shift = np.array([1.0] * columns + [0.0, 0.0])
    noisy = np.array([0.0] * columns + [0.0, 3.0])
    return np.stack([middle, middle - 0.9 * shift, middle + 0.9 * shift + noisy])


def negative_log_posterior(parameters: Array, differences: Array, scores: Array, matern: Kernel) -> tuple[Array, Array]:
    """Return -log p(scores | parameters) - log p(parameters) up to a constant (S,), and its gradient (S, p).

    `parameters` (S, p), `differences` (d, n, n) squared, `scores` (n,). Rasmussen & Williams (2006), equations
    2.30 and 5.9.
    """
    d, n, _ = differences.shape
    flat = differences.reshape(d, n * n)
    weights = np.exp(-2 * parameters[:, :d])
    signal, noise = np.exp(parameters[:, d]), np.exp(parameters[:, d + 1])
    kernel, slope = matern((weights @ flat).reshape(-1, n, n))
    kernel *= signal[:, None, None]
    slope *= signal[:, None, None]
    diagonal = np.arange(n)
    kernel[:, diagonal, diagonal] += noise[:, None]
    lower = np.linalg.cholesky(kernel)
    kernel[:, diagonal, diagonal] -= noise[:, None]
    inverse_factor = inverse_lower(lower)
    whitened = inverse_factor @ scores
    alpha = np.einsum("sij,si->sj", inverse_factor, whitened)
    value = 0.5 * np.square(whitened).sum(axis=1) + np.log(lower[:, diagonal, diagonal]).sum(axis=1)
    error = inverse_factor.transpose(0, 2, 1) @ inverse_factor - alpha[:, :, None] * alpha[:, None, :]
    slope *= error
    gradient = np.empty_like(parameters)
    gradient[:, :d] = -(slope.reshape(-1, n * n) @ flat.T) * weights
    gradient[:, d] = 0.5 * np.einsum("sij,sij->s", error, kernel)
    gradient[:, d + 1] = 0.5 * noise * np.einsum("sii->s", error)
    offset = (parameters - centre(d)) / _spread(d)
    return value + 0.5 * np.square(offset).sum(axis=1), gradient + offset / _spread(d)


def fit(differences: Array, scores: Array, kernel: Kernel, begin: Array, evaluations: int) -> Array:
    """Return the best parameters (p,) found from `begin` (S, p)."""
    d = len(differences)
    low, high = (np.array([end[0]] * d + [end[1], end[2]]) for end in (_LOW, _HIGH))
    found, values = minimise(
        lambda parameters, _: negative_log_posterior(parameters, differences, scores, kernel), begin,
        low=low, high=high, evaluations=evaluations, tolerance=1e-3,
    )  # fmt: skip
    best: Array = found[int(np.argmin(values))]
    return best
