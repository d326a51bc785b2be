"""The loss against epochs: train and validation, live edits, the best epoch, earlier runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from textual.strip import Strip

from tuitrain.ui.plots.palette import Glyphs, Palette
from tuitrain.ui.plots.raster import Floats

View = Literal["full", "recent"]


def draw_loss(
    width: int,
    height: int,
    train: Floats,
    validation: Floats,
    *,
    epochs: Floats | None = None,
    log: bool = False,
    smoothing: float = 0.0,
    view: View = "full",
    best_epoch: float | None = None,
    edits: Sequence[tuple[float, str]] = (),
    earlier: Sequence[tuple[Floats, Floats]] = (),
    palette: Palette,
    glyphs: Glyphs,
) -> list[Strip]:
    """Draw the losses: a title line with the newest figures, the canvas, the axis of epochs.

    `train` and `validation` are (E,) float64, NaN where nothing was measured (all NaN, or (0,): no such curve);
    `epochs` (E,) ascending, 1..E if None. `smoothing` in [0, 1) is the weight of the past in the exponential mean
    (0: none); the raw curve stays faintly visible behind. `view` "recent" shows the last quarter (at least 20 epochs).
    `edits` are (epoch, what changed: ``learning rate 0.01→0.03``); `earlier` are (epochs, values) of earlier runs.
    Returns `height` strips of `width` cells.
    """
    raise NotImplementedError
