"""The confusion matrix as a table: rows truth, columns prediction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from tuitrain.ui.plots.palette import Glyphs, Palette


def draw_confusion(
    width: int,
    height: int,
    counts: NDArray[np.int64],
    class_names: Sequence[str],
    *,
    palette: Palette,
    glyphs: Glyphs,
) -> list[Strip]:
    """Draw `counts` (K, K), shaded by the share of the row; names are cut to fit.

    Where the table with counts does not fit, a picture of the matrix is drawn, and the worst confusion named.
    """
    raise NotImplementedError
