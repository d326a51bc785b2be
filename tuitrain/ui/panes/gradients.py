"""The gradient's norm in each layer: how much of the error reaches it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Columns:
    """How wide each column is."""

    name: int
    bar: int
    history: int
    number: int = 6
    idle: int = 10

    @classmethod
    def of(cls, width: int, names: Sequence[str]) -> Columns:
        """Spread `width` over the columns: the bar takes what the others leave."""
        name = min(max(map(len, names)), 9 if width < 60 else 14)
        history = 7 if width < 60 else 14 if width < 90 else 24
        taken = 1 + name + 1 + 2 + cls.number + history + 1 + cls.number + cls.idle
        return cls(name, min(40, max(4, width - taken)), history)


class GradientsPane(LivePane):
    """‖∇‖ on a log scale, all layers first: bar, number, history, update/weight ratio, idle units."""

    TITLE = "Gradient ‖∇‖ per layer"

    def draw(self, width: int, height: int, snapshot: Snapshot) -> list[Strip]:
        if not snapshot.layers:
            texts = ("the gradient of each layer appears after the first epoch", "no gradients yet")
            return notice(width, height, texts, self.palette["dim"])
        length = snapshot.epochs_recorded
        first = max(0, length - RECENT)
        norms = [snapshot.gradient_norm, *(layer.gradient_norm for layer in snapshot.layers)]
        names = ["all", *(self._of_layer(number, layer) for number, layer in enumerate(snapshot.layers, 1))]
        columns = Columns.of(width, names)
        total = snapshot.history.column("gradient_norm", length)[first:]
        each = snapshot.history.layers("gradient_norm", length)[first:]
        histories = [total, *each.T]
        layers: list[LayerProbe | None] = [None, *snapshot.layers]
        ends = log_range(norms)
        rows = [
            self._row(width, columns, name, norm, ends, history, layer)
            for name, norm, history, layer in zip(names, norms, histories, layers, strict=True)
        ]
        return [self._header(width, columns), *rows] if len(rows) < height else rows

    def _of_layer(self, number: int, layer: LayerProbe) -> str:
        return f"{number} {layer.fan_in}{self.glyphs.arrow}{layer.fan_out}"

    def _header(self, width: int, columns: Columns) -> Strip:
        texts = (
            (" layer", columns.name + 2), ("norm, log scale", columns.bar + columns.number + 2),
            ("history", columns.history + 1), ("update", columns.number + 1), ("idle", columns.idle),
        )  # fmt: skip
        cells = "".join(padded(text, size, glyphs=self.glyphs) for text, size in texts)
        return line(width, [(cells, self.palette["dim"])])

    def _row(
        self, width: int, columns: Columns, name: str, norm: float, ends: tuple[float, float], history: Floats,
        layer: LayerProbe | None,
    ) -> Strip:  # fmt: skip
        palette = self.palette
        trouble = layer.trouble if layer else ""
        style = palette["bad" if trouble == "exploding" else "warning"] if trouble else palette["bar"]
        signs = ASCII_SIGNS if self.glyphs.ascii_only else SIGNS
        return line(width, [
            (signs[trouble], style),
            (padded(name, columns.name, glyphs=self.glyphs) + " ", palette["text"]),
            (bar(norm, *ends, columns.bar, log=True, glyphs=self.glyphs), style),
            (f" {number(norm):>{columns.number}} ", palette["text"]),
            (sparkline(history, columns.history, glyphs=self.glyphs, log=True), palette["dim"]),
            *self._tail(columns, layer),
        ])  # fmt: skip

    def _tail(self, columns: Columns, layer: LayerProbe | None) -> list[Part]:
        """Update ratio and idle share."""
        if layer is None:
            return []
        parts = [(f" {number(layer.update_ratio):>{columns.number}}", self.palette["dim"])]
        if layer.idle_share is not None:
            kind = "sat." if layer.idle_kind == "saturated" else layer.idle_kind
            is_bad = layer.idle_share > 0.5
            style = self.palette["warning" if is_bad else "dim"]
            parts.append((f" {kind} {percent(layer.idle_share)}{'!' if is_bad else ''}", style))
        return parts
