"""Dropout in the hidden layers of a stack: each member has a rate and random numbers of its own.

`M` members, `H` units of a layer, `B` rows of the batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tuitrain.engine.random_numbers import from_words, generator, to_words

Array = NDArray[Any]


class Dropout:
    """Inverted dropout (Srivastava et al., 2014, section 10): a share of the hidden units is silenced in each pass.

    The others are scaled up by 1 / (1 - rate), so that the expected activation stays. All rates are 0 at first.
    `dtype` is that of the activations.
    """

    def __init__(self, seeds: Sequence[int], dtype: Any) -> None:
        self._dtype = dtype
        self._words = to_words([generator(seed, "dropout") for seed in seeds])
        self._generators: list[Generator] = []  # none as long as no unit is silenced: to make them takes time
        self.set_rates(np.zeros(len(seeds)))

    def set_rates(self, rates: Array) -> None:
        """Silence these shares of the units from the next pass on, (M,) float64, each in [0, 1)."""
        self.is_used = bool(rates.any())
        self._rates = rates.astype(self._dtype).reshape(-1, 1, 1)
        self._scale = (1 / (1 - rates)).astype(self._dtype).reshape(-1, 1, 1)
        if self.is_used and not self._generators:
            self._generators = from_words(self._words)

    def draw(self, mask: Array) -> None:
        """Fill `mask` (M, H, B), in the activations' dtype, with 0 or the scale."""
        for rng, part in zip(self._generators, mask, strict=True):
            rng.random(out=part, dtype=part.dtype)
        np.multiply(np.greater_equal(mask, self._rates), self._scale, out=mask)

    def arrays(self) -> dict[str, Array]:
        """Return the states of the generators, (M, 6) uint64, for a `State`."""
        return {"dropout.generator": to_words(self._generators) if self._generators else self._words}

    def restore(self, arrays: Mapping[str, Array]) -> None:
        """Continue from what `arrays` gave, for as many members as that has; their rates have to be set again."""
        self._words, self._generators = arrays["dropout.generator"], []
        self.set_rates(np.zeros(len(self._words)))
