"""The inputs of a network: which of them are pixels, their means, and a grid over two of them in their own units."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset

Array = NDArray[Any]
MARGIN = 0.08  # of a grid, on each side of the rows
LEAST_PIXELS = 16
_PIXEL = re.compile(r"(.*?)(\d+)[_x,](\d+)")


def picture_of(dataset: Dataset) -> tuple[tuple[int, int], Array]:
    """Return the (rows, columns) of the image whose pixels the inputs are, and each input's place in it, (D,).

    Pixels are columns named ``pixel_3_7``, or the columns of an array of square images. (0, 0) and nothing where
    the inputs are no pixels.
    """
    numbers = dataset.preprocessing.numbers
    nothing = (0, 0), np.empty(0, np.int64)
    if dataset.preprocessing.texts or any(column.flag for column in numbers) or len(numbers) < LEAST_PIXELS:
        return nothing
    found = [_PIXEL.fullmatch(column.name) for column in numbers]
    known = [match for match in found if match]
    if len(known) == len(numbers) and len({match[1] for match in known}) == 1:
        places = np.array([(int(match[2]), int(match[3])) for match in known])
        rows, columns = (places.max(axis=0) + 1).tolist()
        return ((rows, columns), places[:, 0] * columns + places[:, 1]) if rows * columns <= 4 * len(known) else nothing
    side = math.isqrt(len(numbers))
    are_divided = len({(column.shift, column.scale) for column in numbers}) == 1 and numbers[0].scale > 1
    if are_divided and numbers[0].shift == 0 and side * side == len(numbers):
        return (side, side), np.arange(side * side)
    return nothing


def own_units_of(dataset: Dataset, place: int) -> tuple[float, float]:
    """Return (shift, scale) of the input at `place`: its own value is encoded · scale + shift."""
    numbers = dataset.preprocessing.numbers
    if place < len(numbers):
        return numbers[place].shift, numbers[place].scale
    flags = [column for column in numbers if column.flag]
    if place < len(numbers) + len(flags):
        column = flags[place - len(numbers)]
        return column.flag_shift, column.flag_scale
    return 0.0, 1.0


@dataclass(frozen=True)
class Grid:
    """Rows for a network over one or two of its inputs, the others at their mean.

    `X` (N, D) holds them line by line, the first line for the largest value of the second input; `shape` is (lines,
    columns). `extent` (x low, x high, y low, y high) is in the inputs' own units.
    """

    X: Array
    shape: tuple[int, int]
    extent: tuple[float, float, float, float]


def grid_over(dataset: Dataset, across: int, up: int | None, shape: tuple[int, int]) -> Grid:
    """Make a grid that covers the training rows over inputs `across` and `up` (None: over one input, of one line)."""
    train = dataset.train.X.astype(np.float64)
    lines, columns = shape if up is not None else (1, shape[1])
    x_low, x_high = _reach(train[:, across])
    rows = np.repeat(train.mean(axis=0)[None], lines * columns, axis=0)
    rows[:, across] = np.tile(np.linspace(x_low, x_high, columns), lines)
    shift, scale = own_units_of(dataset, across)
    left, right = x_low * scale + shift, x_high * scale + shift
    if up is None:
        return Grid(rows, (lines, columns), (left, right, 0.0, 1.0))
    y_low, y_high = _reach(train[:, up])
    rows[:, up] = np.repeat(np.linspace(y_high, y_low, lines), columns)
    shift, scale = own_units_of(dataset, up)
    return Grid(rows, (lines, columns), (left, right, y_low * scale + shift, y_high * scale + shift))


def _reach(values: Array) -> tuple[float, float]:
    """From the least to the largest value and a little beyond."""
    low, high = float(values.min()), float(values.max())
    beyond = MARGIN * (high - low) or 0.5
    return low - beyond, high + beyond
