"""One part of the split: training, validation or test.

`N` rows, `D` features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Part:
    """One part of the split.

    `X` (N, D) float32; `y` (N,) int64 class numbers, or (N, 1) float32 standardised values; `rows` (N,) int64, the row
    numbers in the source.
    """

    X: NDArray[np.float32]
    y: NDArray[Any]
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.X)
