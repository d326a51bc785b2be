"""What the page on depth asks: how the signal goes through the layers, and how it would under other choices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuitrain.session.questions import Answer, Question


@dataclass(frozen=True)
class DepthSignal(Question):
    """The signal through the layers; `choice` names another start of the same shape that is shown in its place."""

    choice: str = ""


@dataclass(frozen=True, eq=False)
class LayerSignal:
    """A hidden layer: histograms (24,) of its numbers over all rows and units, and what it hands on.

    `delta_log` counts log10 |δ|, `delta` counts |δ|; `zeros` is the share of δ that is exactly 0, which the former
    leaves out. `norm` is ‖δ‖, the root mean square length over the rows; `slope_factor` · `weight_factor` is its ratio
    to that of the layer after (of the last one, to that of the outputs).
    """

    units: int
    a: NDArray[np.int64]
    slope: NDArray[np.int64]
    delta_log: NDArray[np.int64]
    delta: NDArray[np.int64]
    zeros: float
    mean_slope: float
    norm: float
    slope_factor: float
    weight_factor: float

    @property
    def ratio(self) -> float:
        """The share of the length of the error that the layer hands on."""
        return self.slope_factor * self.weight_factor


@dataclass(frozen=True)
class Choice:
    """Another start of the same shape: `ratio` is ‖δ‖ of the first layer over that of the last hidden one.

    Where there is only one hidden layer it is over that of the outputs. `scale` multiplies the weights that
    `initializer` drew. NaN: not measured yet, or no error arrives.
    """

    name: str
    activation: str
    initializer: str
    scale: float
    ratio: float = float("nan")


@dataclass(frozen=True, eq=False)
class DepthAnswer(Answer):
    """The signal through the hidden layers, first to last, over `rows` rows of a part.

    The ranges (low, high) are those of the layers' histograms: of a, of f′, of log10 |δ| and of |δ|. `choices` are the
    other starts; the network itself has `activation` and the start `initializer` (resolved), and is at its start
    where `is_start`.
    """

    layers: tuple[LayerSignal, ...]
    a_range: tuple[float, float]
    slope_range: tuple[float, float]
    power_range: tuple[float, float]
    delta_range: tuple[float, float]
    activation: str
    initializer: str
    is_start: bool
    loss: str
    part: str
    rows: int
    sizes: tuple[int, ...]
    data: str
    choices: tuple[Choice, ...]

    @property
    def first_to_last(self) -> float:
        """‖δ‖ of the first layer over that of the last hidden one, or of the outputs where there is only one."""
        first, last = self.layers[0], self.layers[-1]
        if first is last:
            return first.ratio
        return first.norm / last.norm if last.norm else float("nan")
