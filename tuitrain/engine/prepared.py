"""Rows as the engine reads them, made once and shared by all trainings on one dataset.

`N` rows, `D` features.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.build import DataPart
from tuitrain.engine.network import with_ones

Array = NDArray[Any]


class PreparedRows:
    """Keeps the rows of parts of the data with their last column of ones, for as long as a training has it.

    The parts may not change in the meantime.
    """

    def __init__(self) -> None:
        self._made: dict[tuple[int, np.dtype[Any]], tuple[DataPart, Array]] = {}

    def of(self, part: DataPart, dtype: Any) -> Array:
        """Return the rows of a part, (N, D + 1) of `dtype`, read-only; they are kept."""
        key = id(part), np.dtype(dtype)
        if key not in self._made:
            rows = with_ones(part.X, dtype)
            rows.flags.writeable = False
            self._made[key] = part, rows  # with the part, whose id no other one gets as long as it is here
        return self._made[key][1]

    def find(self, part: DataPart, dtype: Any) -> Array:
        """Return the rows of a part, (N, D + 1) of `dtype`; made anew where they are not kept."""
        found = self._made.get((id(part), np.dtype(dtype)))
        return with_ones(part.X, dtype) if found is None else found[1]
