"""What the page on batches asks: how far the gradients of single batches are from that of all rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuitrain.session.questions import Answer, Question


@dataclass(frozen=True)
class BatchNoise(Question):
    """Gradients of batches of `batch_size` rows, 0 for that of the training; another `draw` makes other batches."""

    batch_size: int = 0
    draw: int = 0


@dataclass(frozen=True, eq=False)
class BatchNoiseAnswer(Answer):
    """Gradients of K batches beside that of all `rows`; the first of P entries is of all layers, then of each (P, …).

    `squares` (P,) is ‖∇J‖² of all rows, `spreads` (P,) is tr Σ, the variance of a single row's gradient (n - 1).
    `cosines` (P, K) are those of the batches with ∇J; `tips` (P, K, 2) where their gradients end, along ∇J and along
    the direction of the largest spread at a right angle to it. Rows are counted without penalties and dropout.
    `row_bytes` is the memory that a row of a batch takes.
    """

    data: str
    network: str
    batch_size: int
    own_size: int
    rows: int
    all_rows: int
    row_bytes: int
    squares: NDArray[np.float64]
    spreads: NDArray[np.float64]
    cosines: NDArray[np.float64]
    tips: NDArray[np.float64]
