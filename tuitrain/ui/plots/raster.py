"""Dots in braille cells: curves and points on a canvas of characters, by a few NumPy calls.

Symbols: `R`, `C` rows and columns of the canvas in cells; `N` points of a curve. A cell has 4×2 dots in braille and
one in ASCII.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
