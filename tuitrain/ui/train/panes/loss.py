"""The losses against epochs, live."""

from __future__ import annotations

from typing import ClassVar

from textual.strip import Strip

from tuitrain.options.hyperparameters import FIELDS
from tuitrain.runs.finished import Edit
from tuitrain.session.snapshot import EarlierRun, Floats, Snapshot
from tuitrain.ui.plots.loss_plot import View, draw_loss
from tuitrain.ui.widgets.pane import LivePane

SMOOTHING = (0.0, 0.6, 0.9, 0.97)


class LossPane(LivePane):
    """Training and validation loss, the best epoch, live edits as vertical lines, earlier runs as faint curves."""

    TITLE = "Loss"
    VIEWS: ClassVar[tuple[View, ...]] = ("full", "recent")
    is_log = False
    smoothing = 0.0
    scale_view: View = "full"

    def toggle_log(self) -> None:
        """Switch between a linear and a logarithmic axis."""
        self.is_log = not self.is_log
        self._say_and_redraw()

    def cycle_smoothing(self) -> None:
        """Smooth more, and after the most, not at all."""
        self.smoothing = SMOOTHING[(SMOOTHING.index(self.smoothing) + 1) % len(SMOOTHING)]
        self._say_and_redraw()

    def cycle_view(self) -> None:
        """Switch between the whole training and its last quarter."""
        self.scale_view = self.VIEWS[(self.VIEWS.index(self.scale_view) + 1) % len(self.VIEWS)]
        self._say_and_redraw()

    def _say_and_redraw(self) -> None:
        settings = ["log axis"] * self.is_log + [f"smoothed {self.smoothing:g}"] * bool(self.smoothing)
        settings += ["recent epochs"] * (self.scale_view == "recent")
        self.border_subtitle = ", ".join(settings)
        self.redraw()

    def _mark_hidden(self, hidden: int) -> None:
        """Nothing scrolls here."""

    def looks_the_same(self, before: Snapshot, now: Snapshot) -> bool:
        marks = [(one.best_epoch, len(one.edits), [id(run) for run in one.earlier]) for one in (before, now)]
        is_longer = before.history is not now.history or before.epochs_recorded != now.epochs_recorded
        return not is_longer and marks[0] == marks[1]

    def draw(self, width: int, height: int, snapshot: Snapshot) -> list[Strip]:
        length = snapshot.epochs_recorded
        column = snapshot.history.column
        return draw_loss(
            width, height, column("train_loss", length), column("validation_loss", length),
            epochs=column("epoch", length), log=self.is_log, smoothing=self.smoothing, view=self.scale_view,
            best_epoch=snapshot.best_epoch or None, edits=[self._edit(edit) for edit in snapshot.edits],
            earlier=[_curve(run) for run in snapshot.earlier], palette=self.palette, glyphs=self.glyphs,
        )  # fmt: skip

    def _edit(self, edit: Edit) -> tuple[float, str]:
        spec = FIELDS[edit.name]
        return edit.epoch, f"{spec.label} {spec.format(edit.old)}{self.glyphs.arrow}{spec.format(edit.new)}"


def _curve(run: EarlierRun) -> tuple[Floats, Floats]:
    """An earlier run's validation loss, or its training loss where there was none."""
    has_validation = bool((run.validation_loss == run.validation_loss).any())
    return run.epoch, run.validation_loss if has_validation else run.train_loss
