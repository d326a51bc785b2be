"""How good the network is: confusion matrix, or predicted against true values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.strip import Strip

from tuitrain.snapshot import Snapshot
from tuitrain.ui.panes.live_pane import LivePane
from tuitrain.ui.plots.bars import number
from tuitrain.ui.plots.confusion import draw_confusion
from tuitrain.ui.plots.lines import line, notice
from tuitrain.ui.plots.residuals import draw_residuals
from tuitrain.ui.theme import Theme

LABELS = {"accuracy": "accuracy", "f1": "F1", "r2": "R²", "rmse": "RMSE", "mae": "MAE"}


class MetricPane(LivePane):
    """Accuracy and the confusion matrix, or R² and the residuals, on the validation part."""

    TITLE = "Metric"
    view = "metric"

    def __init__(self, theme: Theme, class_names: Callable[[], tuple[str, ...]], **rest: Any) -> None:
        super().__init__(theme, **rest)
        self._class_names = class_names

    def draw(self, width: int, height: int, snapshot: Snapshot) -> list[Strip]:
        found = snapshot.metric_view
        if found is None:
            return notice(width, height, ("no figures yet",), self.palette["dim"])
        figures = "  ".join(f"{LABELS[name]} {number(value).strip()}" for name, value in found.values.items())
        figures = self.look.plain(figures)
        head = line(width, [(figures, self.palette["text"]), (f"  on {found.part}", self.palette["dim"])])
        if found.confusion is not None:
            names = self._class_names()
            if len(names) == len(found.confusion):
                picture = draw_confusion(
                    width, height - 1, found.confusion, names, palette=self.palette, glyphs=self.glyphs
                )
                return [head, *picture]
        if found.truth is not None and found.predicted is not None:
            picture = draw_residuals(
                width, height - 1, found.truth, found.predicted, palette=self.palette, glyphs=self.glyphs
            )
            return [head, *picture]
        return [head]
