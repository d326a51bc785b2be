"""The random numbers of a training: a generator for each member and purpose, and its state as an array.

`M` members.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import NDArray

Array = NDArray[Any]
WORDS = 6  # of a generator's state: two of 128 bits, and half a number that may be left from the last draw
_LOW = 2**64 - 1


class _Nothing(ISeedSequence):
    """A seed for a generator whose state is set at once: drawing a real one would take most of the time."""

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> Array:
        return np.zeros(n_words, dtype)


def generator(seed: int, purpose: str) -> Generator:
    """Make a member's generator for one purpose: initialize, shuffle or dropout, independent of each other."""
    return Generator(PCG64(SeedSequence([seed, *purpose.encode()])))


def to_words(generators: Sequence[Generator]) -> Array:
    """Return the states of generators that `generator` made, (M, 6) uint64."""
    rows = []
    for rng in generators:
        found: Any = rng.bit_generator.state
        state, inc = found["state"]["state"], found["state"]["inc"]
        rows.append((state >> 64, state & _LOW, inc >> 64, inc & _LOW, found["has_uint32"], found["uinteger"]))
    return np.array(rows, np.uint64).reshape(-1, WORDS)


def from_words(words: Array) -> list[Generator]:
    """Make generators in the states `words` (M, 6) uint64, as `to_words` returned them."""
    generators = []
    for high, low, inc_high, inc_low, has_uint32, uinteger in words.tolist():
        bits = PCG64(_Nothing())  # type: ignore[arg-type]  # NumPy takes any ISeedSequence
        bits.state = {
            "bit_generator": "PCG64", "state": {"state": high << 64 | low, "inc": inc_high << 64 | inc_low},
            "has_uint32": has_uint32, "uinteger": uinteger,
        }  # fmt: skip
        generators.append(Generator(bits))
    return generators
