"""How good the network is: confusion matrix, or residuals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.strip import Strip

from tuitrain.session.snapshot import MetricView, Snapshot
from tuitrain.ui.plots.bars import number
from tuitrain.ui.plots.confusion import draw_confusion
from tuitrain.ui.plots.lines import line, notice
from tuitrain.ui.plots.residuals import draw_residuals
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.pane import LivePane

LABELS = {"accuracy": "accuracy", "f1": "F1", "r2": "R²", "rmse": "RMSE", "mae": "MAE"}


class MetricPane(LivePane):
    """Accuracy and the confusion matrix, or R² and the residuals, on the validation part."""

    TITLE = "Metric"
    view = "metric"

    def __init__(self, theme: Theme, class_names: Callable[[], tuple[str, ...]], **rest: Any) -> None:
        super().__init__(theme, **rest)
        self._class_names = class_names

    def looks_the_same(self, before: Snapshot, now: Snapshot) -> bool:
        return before.metric_view is now.metric_view

    def draw(self, width: int, height: int, snapshot: Snapshot) -> list[Strip]:
        found = snapshot.metric_view
        if found is None:
            return notice(width, height, ("shown as soon as it is known", "none yet"), self.palette["dim"])
        head = self._head(width, found)
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

    def _head(self, width: int, found: MetricView) -> Strip:
        """The figures and the part that they are of; what does not fit whole is left out, the last figures first."""
        figures = [f"{LABELS.get(name, name)} {number(value)}" for name, value in found.values.items()]
        rows = (
            int(found.confusion.sum())
            if found.confusion is not None
            else (0 if found.truth is None else len(found.truth))
        )
        for count in range(len(figures), 0, -1):
            for part in (f"on {rows:,} {found.part} rows", f"on {found.part}", f"({found.part})"):
                text = self.look.plain("  ".join(figures[:count]))
                if len(text) + 2 + len(part) <= width:
                    return line(width, [(text, self.palette["text"]), (f"  {part}", self.palette["dim"])])
        return line(width, [(self.look.plain(figures[0]) if figures else "", self.palette["text"])])
