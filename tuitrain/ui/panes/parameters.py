"""What training has found: the weights and biases of each layer."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from tuitrain.snapshot import Snapshot
from tuitrain.ui.panes.live_pane import LivePane
from tuitrain.ui.plots.bars import histogram, number
from tuitrain.ui.plots.heat import draw_matrix, picture_size
from tuitrain.ui.plots.lines import line, notice

HISTOGRAM_HEIGHT = 5
PICTURE_ROWS = 12
GAP = 2
RUNNING_SECONDS = 3.0


class ParametersPane(LivePane):
    """Per layer: count, mean, spread, a histogram of the weights and one of the biases, the matrix as a picture."""

    TITLE = "Parameters (found by training)"
    view = "parameters"
    _drawn_at = 0.0

    def show(self, snapshot: Snapshot) -> None:
        """Draw a snapshot, but seldom while training runs: a matrix's picture is costly to send."""
        if snapshot.is_running and self._strips and time.monotonic() - self._drawn_at < RUNNING_SECONDS:
            return
        self._drawn_at = time.monotonic()
        super().show(snapshot)

    def draw(self, width: int, height: int, snapshot: Snapshot) -> list[Strip]:
        found = snapshot.parameters
        if found is None:
            return notice(width, height, ("reading the parameters", "…"), self.palette["dim"])
        text, dim = self.palette["text"], self.palette["dim"]
        strips = [line(width, [(f"{snapshot.n_parameters:,} parameters", text), (" in all", dim)])]
        for index, (weights, biases) in enumerate(zip(found.weights, found.biases, strict=True)):
            fan_in, fan_out = weights.shape
            times = self.glyphs.times
            count = f"{fan_in}{times}{fan_out}+{fan_out} = {weights.size + biases.size:,}"
            strips.append(line(width, [(f"layer {index + 1}  ", self.palette["bar"]), (count, text)]))
            strips += self._spread(width, weights, biases)
            strips += self._picture(width, weights)
        return strips

    def _spread(self, width: int, weights: NDArray[Any], biases: NDArray[Any]) -> list[Strip]:
        """Figures over histograms, weights at the left and biases at the right."""
        half = (width - GAP) // 2
        columns = []
        for name, values in (("weights", weights.ravel()), ("biases", biases)):
            mean, spread = (self._figure(function(values)) for function in (np.mean, np.std))
            head = line(
                half, [(f"{name} ", self.palette["text"]), (f"mean {mean} spread {spread}", self.palette["dim"])]
            )
            picture = histogram(half, HISTOGRAM_HEIGHT, values, palette=self.palette, glyphs=self.glyphs)
            columns.append([head, *picture])
        gap = Strip.blank(GAP)
        return [Strip.join([left, gap, right]).adjust_cell_length(width) for left, right in zip(*columns, strict=True)]

    def _figure(self, value: Any) -> str:
        return number(float(value)).strip()

    def _picture(self, width: int, weights: NDArray[Any]) -> list[Strip]:
        """The matrix, its longer side across, where that fits."""
        matrix = weights if weights.shape[1] >= weights.shape[0] else weights.T
        across, down = picture_size(width, PICTURE_ROWS, *matrix.shape, glyphs=self.glyphs, palette=self.palette)
        if matrix.shape[1] > width * 4 or not across or not down:
            return []
        axes = "rows inputs, columns units" if matrix is weights else "rows units, columns inputs"
        head = line(width, [(axes, self.palette["dim"])])
        picture = draw_matrix(across, down, matrix, palette=self.palette, glyphs=self.glyphs)
        return [head, *(strip.adjust_cell_length(width) for strip in picture)]
