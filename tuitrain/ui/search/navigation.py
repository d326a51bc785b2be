"""How one moves about on the Search screen: lines, values, panes."""

from __future__ import annotations

from typing import Any

from tuitrain.ui.search.layout import PANES
from tuitrain.ui.widgets.pane_screen import PlacedScreen


class Navigation(PlacedScreen, inherit_bindings=False):
    """The part of the Search screen that moves cursors and the focus, and nudges values."""

    panes: tuple[Any, ...]
    trials: Any
    status: Any

    def _has_focus(self, name: str) -> bool:
        return self.focused is not None and self.focused.id == name

    def action_up(self) -> None:
        self._move(-1)

    def action_down(self) -> None:
        self._move(1)

    def _move(self, steps: int) -> None:
        if self._has_focus("trials"):
            self.trials.action_cursor(steps)
        else:
            self.form.move(steps)

    def action_first(self) -> None:
        self._move(-100_000)

    def action_last(self) -> None:
        self._move(100_000)

    def action_undo(self) -> None:
        if not self.form.undo():
            self.status.say("nothing to undo")

    def action_next_pane(self) -> None:
        self._turn(1)

    def action_previous_pane(self) -> None:
        self._turn(-1)

    def _turn(self, direction: int) -> None:
        """Give the focus to the next pane, and a place on the screen where it has none."""
        order = ("form", *PANES)
        focused = self.focused.id if self.focused is not None else "form"
        at = order.index(focused) if focused in order else 0
        self._show_pane(order[(at + direction) % len(order)])

    def _show_pane(self, name: str, *, focus: bool = True) -> None:
        if name != "form":
            self.arrangement.pane = name
            self.place_children(self.size)
        if focus:
            widget = self.form if name == "form" else next(pane for pane in self.panes if pane.id == name)
            self.call_after_refresh(widget.focus)
