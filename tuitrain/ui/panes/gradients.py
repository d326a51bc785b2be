"""The gradient's norm in each layer: how much of the error reaches it."""

from __future__ import annotations

from rich.style import Style
from textual.strip import Strip

from tuitrain.snapshot import Floats, LayerProbe, Snapshot
from tuitrain.ui.panes.live_pane import LivePane
from tuitrain.ui.plots.bars import bar, log_range, number, percent, sparkline
from tuitrain.ui.plots.lines import line, notice, padded

Part = tuple[str, Style]
SIGNS = {"vanishing": "↓", "exploding": "↑", "": " "}
ASCII_SIGNS = {"vanishing": "v", "exploding": "^", "": " "}
RECENT = 200  # epochs of a sparkline


class GradientsPane(LivePane):
    """‖∇‖ on a log scale, all layers first: bar, number, history, update/weight ratio, idle units."""

    TITLE = "Gradient ‖∇‖ per layer"

    def draw(self, width: int, height: int, snapshot: Snapshot) -> list[Strip]:
        if not snapshot.layers:
            texts = ("the gradient of each layer appears after the first epoch", "no gradients yet")
            return notice(width, height, texts, self.palette["dim"])
        length = snapshot.epochs_recorded
        first = max(0, length - RECENT)
        history = snapshot.history
        norms = [snapshot.gradient_norm, *(layer.gradient_norm for layer in snapshot.layers)]
        low, high = log_range(norms)
        total = history.column("gradient_norm", length)[first:]
        each = history.layers("gradient_norm", length)[first:]
        rows = [self._row(width, "all", norms[0], (low, high), total, None)]
        for index, layer in enumerate(snapshot.layers):
            name = f"{index + 1} {layer.fan_in}{self.glyphs.arrow}{layer.fan_out}"
            rows.append(self._row(width, name, layer.gradient_norm, (low, high), each[:, index], layer))
        if len(rows) < height:
            rows.append(self._legend(width))
        return rows

    def _row(
        self, width: int, name: str, norm: float, ends: tuple[float, float], history: Floats, layer: LayerProbe | None
    ) -> Strip:
        palette = self.palette
        trouble = layer.trouble if layer else ""
        style = palette["bad" if trouble == "exploding" else "warning"] if trouble else palette["bar"]
        spark_width = 8 if width < 60 else 14 if width < 90 else 24
        tail = self._tail(layer)
        bar_width = max(4, min(40, width - 13 - 8 - spark_width - sum(len(text) for text, _ in tail)))
        signs = ASCII_SIGNS if self.glyphs.ascii_only else SIGNS
        parts: list[Part] = [
            (signs[trouble], style),
            (padded(name, 10, glyphs=self.glyphs) + " ", palette["text"]),
            (bar(norm, *ends, bar_width, log=True, glyphs=self.glyphs), style),
            (f" {number(norm):>7} ", palette["text"]),
            (sparkline(history, spark_width, glyphs=self.glyphs, log=True), palette["dim"]),
            *tail,
        ]
        return line(width, parts)

    def _tail(self, layer: LayerProbe | None) -> list[Part]:
        """Update ratio and idle share, as wide for every row."""
        if layer is None:
            return [(" " * 18, self.palette["text"])]
        idle = f" {layer.idle_kind[:4]:>4} {percent(layer.idle_share):>4}" if layer.idle_share is not None else ""
        is_bad = layer.idle_share is not None and layer.idle_share > 0.5
        update = [(f" {number(layer.update_ratio):>7}", self.palette["dim"])]
        return [*update, (f"{idle:<10}", self.palette["warning" if is_bad else "dim"])]

    def _legend(self, width: int) -> Strip:
        text = "bar and number: norm on a log scale; then its course, the update as a share of the weights, idle units"
        return line(width, [(self.look.plain(" " + text)[:width], self.palette["dim"])])
