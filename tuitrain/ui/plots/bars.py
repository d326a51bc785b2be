"""Bars, sparklines, histograms, and numbers of a fixed width."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from tuitrain.ui.plots.palette import Glyphs, Palette, Role


def number(value: float, width: int = 6) -> str:
    """`value` in at most `width` (≥ 5) characters: ``0.081``, ``3.1e-2``, ``12.3k``; ``nan`` and ``inf`` in words."""
    raise NotImplementedError


def percent(share: float) -> str:
    """A share in 0..1 in four characters: ``  6%``, ``<1%``, ``100%``; ``  –`` where it is not a number."""
    raise NotImplementedError


def bar(value: float, low: float, high: float, width: int, *, log: bool, glyphs: Glyphs) -> str:
    """A horizontal bar of `width` cells: full at `high`, empty at `low`, in eighths of a cell."""
    raise NotImplementedError


def log_range(values: Sequence[float]) -> tuple[float, float]:
    """A stable range (powers of ten) for bars on a log scale, holding all positive finite `values`."""
    raise NotImplementedError


def sparkline(values: Sequence[float] | NDArray[np.floating], width: int, *, glyphs: Glyphs, log: bool = False) -> str:
    """The course of `values` in `width` characters, newest right; buckets are averaged; gaps are spaces."""
    raise NotImplementedError


def histogram(
    width: int, height: int, values: NDArray[np.floating], *, palette: Palette, glyphs: Glyphs, role: Role = "bar"
) -> list[Strip]:
    """How `values` are spread: columns of eighth blocks over a line with the low, zero and high end."""
    raise NotImplementedError
