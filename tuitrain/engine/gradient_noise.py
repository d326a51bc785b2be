"""The gradient of all rows, that of batches of them, and how single rows spread around it.

`N` rows, `P` parameters, `L` layers, `K` batches.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.network import Network, equal_shares

Array = NDArray[Any]


def row_gradients(network: Network, X: Array, y: Array) -> tuple[Array, Array]:
    """Return the sum of the rows' gradients (P,), and the sum of their squared lengths by layer (L,), float64.

    A row's gradient at a layer is the outer product of its inputs and its deltas, so that its length is the product of
    theirs: no row's gradient has to be made. The network has one member.
    """
    rows = network.rows_of(np.asarray(X))
    share = equal_shares(len(rows), network.dtype)
    target = network.loss.weigh(network.encode(np.asarray(y), len(rows)), share)
    through = network.make_pass(len(rows))
    through.train(np.swapaxes(rows, -1, -2), target, share)
    squares = [part.astype(np.float64).sum() * len(rows) ** 2 for part in through.row_squares(rows.T)]
    return network.gradients[0].astype(np.float64) * len(rows), np.array(squares)


def by_layer(network: Network, vector: Array) -> list[Array]:
    """Return the whole vector (…, P) and its part of each layer: L + 1 views."""
    return [vector, *(vector[..., part] for part in network.slices)]


def spread_of_rows(squares: float, gradient: Array, rows: int) -> float:
    """Return tr Σ, the variance of single rows' gradients, from the sum of their squared lengths and their mean."""
    return max((squares - rows * float(gradient @ gradient)) / max(rows - 1, 1), 0.0)


def tips_of_products(gram: Array, products: Array, square: float) -> Array:
    """Return where the gradients of batches end, (K, 2): along the full one, and across it, from their products alone.

    `gram` (K, K) holds their products with one another, `products` (K,) those with the full one, whose squared length
    is `square`. Across is the direction at a right angle in which they spread most; the parts across have the products
    gram - along · alongᵀ.
    """
    along = products / max(float(np.sqrt(square)), 1e-300)
    values, vectors = np.linalg.eigh(gram - np.outer(along, along))
    away = vectors[:, -1] * np.sqrt(max(float(values[-1]), 0.0))
    return np.stack([along, away], axis=1)
