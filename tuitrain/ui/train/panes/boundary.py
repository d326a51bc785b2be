"""What the network answers over the plane of two inputs, or along one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.strip import Strip

from tuitrain.session.snapshot import Snapshot
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.boundary import boundary_grid_shape, draw_boundary, draw_fit
from tuitrain.ui.plots.lines import notice
from tuitrain.ui.theme import Theme
from tuitrain.ui.train.panes.train_pane import TrainPane


class BoundaryPane(TrainPane):
    """The decision boundary, or the fitted curve, drawn live on the data."""

    SHOWS = TITLE = N_("Boundary")
    EXPLAINED = N_("what the network answers for every pair of inputs, and the rows (or along its one input)")
    view = "boundary"

    def __init__(self, theme: Theme, class_names: Callable[[], tuple[str, ...]], **rest: Any) -> None:
        super().__init__(theme, **rest)
        self._class_names = class_names

    @property
    def grid_shape(self) -> tuple[int, int]:
        """The rows and columns of answers that fill the pane."""
        width, height = self.size
        rows, columns = boundary_grid_shape(width, height, theme=self.look)
        return max(rows, 2), max(columns, 2)

    def looks_the_same(self, before: Snapshot, now: Snapshot) -> bool:
        return before.boundary is now.boundary

    def title(self, snapshot: Snapshot) -> tuple[str, str]:
        found, (title, note) = snapshot.boundary, super().title(snapshot)
        if found is not None and (found.grid.ndim == 1 or found.confidence is None):
            title = title.replace(_(self.SHOWS), _("Fitted curve") if found.grid.ndim == 1 else _("Fitted values"), 1)
        return title, note

    def when(self, snapshot: Snapshot) -> str:
        return self.kept(snapshot, snapshot.boundary.epoch) if snapshot.boundary is not None else ""

    def draw(self, width: int, height: int, snapshot: Snapshot) -> list[Strip]:
        found = snapshot.boundary
        if found is None:
            return self._why_empty(width, height)
        if found.grid.ndim == 1:
            return draw_fit(
                width, height, found.grid.astype(float), found.extent[:2], found.points[:, 0],
                found.labels.astype(float), (found.names[0], _("target")), theme=self.look,
            )  # fmt: skip
        return draw_boundary(
            width, height, found.grid, found.confidence, found.extent, found.points, found.labels, found.names,
            class_names=self._class_names(), theme=self.look,
        )  # fmt: skip

    def _why_empty(self, width: int, height: int) -> list[Strip]:
        """What data the picture is for, and how to get some, in two calm lines."""
        style = self.look["dim"]
        upper = notice(
            width, height // 2, (_("drawn for data with one or two number inputs"), _("needs 1 or 2 inputs")), style
        )
        lower = notice(width, 1, (_("for example moons: press d to choose it"), _("try moons: d")), style)
        above = max(0, height // 2 - 1)
        blank = [Strip.blank(width)] * height
        middle = [strip for strip in upper if strip.text.strip()] + lower
        return (blank[:above] + middle + blank)[:height]
