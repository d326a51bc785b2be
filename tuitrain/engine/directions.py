"""The loss along directions from a network's weights: the step that is about to be made, a plane, the path walked.

Many points are the members of one stack, so that one pass measures them all. `P` parameters, `S` points.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.network import Network, equal_shares
from tuitrain.engine.parts import Parts, all_of

Array = NDArray[Any]
PATH_NUMBERS = 1_000_000  # of a path that are worked on at once
MOST_NUMBERS = 4_000_000  # parameters of a stack of points, and activations of a pass: more go in several stacks


class LossesAt:
    """J on the rows `X` (N, D), `y` of a network with other parameters; what a pass needs is made once.

    `network` tells shape, activation and loss; its parameters stay as they are.
    """

    def __init__(self, network: Network, X: Array, y: Array) -> None:
        self._like, self._y = network, np.asarray(y)
        self._rows, self._share = network.rows_of(np.asarray(X), np.float64), equal_shares(len(X), np.float64)
        self._most = max(int(MOST_NUMBERS // max(network.n_parameters, len(X) * max(network.layer_sizes))), 1)
        self._copies: Network | None = None

    def __call__(self, points: Array) -> Array:
        """Return J at each of `points` (S, P): (S,) float64; where it overflows, infinity."""
        stack = self._most
        losses = [self._of_stack(points[start : start + stack]) for start in range(0, len(points), stack)]
        found: Array = np.concatenate(losses)
        return np.where(np.isnan(found), np.inf, found)

    def _of_stack(self, points: Array) -> Array:
        copies = self._copies
        if copies is None or copies.members != len(points):
            like = self._like
            copies = self._copies = Network(
                like.layer_sizes, activation=like.activation.name, loss=like.loss.name, members=len(points),
                dtype=np.float64, leaky_slope=like.leaky_slope, huber_delta=like.huber_delta,
            )  # fmt: skip
            self._target = copies.loss.weigh(copies.encode(self._y, len(self._rows)), self._share)
            self._through = copies.make_pass(len(self._rows))
        copies.parameters[...] = points
        with np.errstate(all="ignore"):
            self._through.forward(self._rows.T)
            return self._through.loss(self._target, self._share).astype(np.float64)


def losses_at(network: Network, points: Array, X: Array, y: Array) -> Array:
    """Return J on the rows `X` (N, D), `y` at each of `points` (S, P), as `LossesAt` does."""
    return LossesAt(network, X, y)(points)


def random_direction(network: Network, parameters: Array, rng: np.random.Generator) -> Array:
    """Return a random direction (P,) whose part at each unit is as long as the unit's own weights.

    Li et al. (2018, section 4) call it filter normalisation: so scale-free layers do not distort the picture.
    """
    direction = rng.standard_normal(network.n_parameters)
    start = 0
    for fan_in, fan_out in zip(network.layer_sizes, network.layer_sizes[1:], strict=False):
        end = start + (fan_in + 1) * fan_out
        drawn = direction[start:end].reshape(fan_in + 1, fan_out)
        own = np.asarray(parameters[start:end], np.float64).reshape(fan_in + 1, fan_out)
        drawn *= np.linalg.norm(own, axis=0) / np.maximum(np.linalg.norm(drawn, axis=0), 1e-12)
        start = end
    return direction


def principal_directions(path: Array) -> tuple[Array, float]:
    """Return the two main directions of a path (T, P), (2, P) of length 1, and the share of its variance they show.

    With fewer than three different points the missing directions are zero.
    """
    return all_of(principal_directions_in_parts(path))


def principal_directions_in_parts(path: Array) -> Parts[tuple[Array, float]]:
    """As `principal_directions`, some parameters at a time."""
    points, size = path.shape
    at_once = max(PATH_NUMBERS // points, 1)
    pieces = [slice(first, first + at_once) for first in range(0, size, at_once)]
    products = np.zeros((points, points))  # far smaller than (T, P) for a large network
    for piece in pieces:
        centred = _centred(path[:, piece])
        products += centred @ centred.T
        yield
    squares, columns = np.linalg.eigh(products)
    squares, columns = np.maximum(squares[::-1], 0), columns[:, ::-1]
    sizes = np.sqrt(squares)
    directions = np.zeros((2, size))
    found = min(2, int((sizes > 1e-7 * max(sizes[0], 1e-300)).sum()))
    for piece in pieces:
        directions[:found, piece] = (columns[:, :found].T @ _centred(path[:, piece])) / sizes[:found, None]
        yield
    total = float(np.square(sizes).sum())
    return directions, float(np.square(sizes[:found]).sum() / total) if total else 1.0


def _centred(path: Array) -> Array:
    """Return a path (T, ...) in float64 with the mean of its points at 0."""
    found: Array = np.asarray(path, np.float64) - np.mean(path, axis=0, dtype=np.float64)
    return found
