"""What every dialog is: a box over the screen that was there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from textual.geometry import Region
from textual.screen import ModalScreen
from textual.strip import Strip

Result = TypeVar("Result")


class Dialog(ModalScreen[Result]):
    """Shows the screen below as it is, and is painted once when it opens.

    Textual would take the screen below apart, tint each piece and put it together again each time anything changed,
    and paint all of it four times while a dialog opens: most of the time that opening one took.
    """

    _is_settled = False

    def __init__(self) -> None:
        super().__init__()
        self.opened: Callable[[], object] = lambda: None  # called when it is painted

    def on_mount(self) -> None:
        self.call_after_refresh(self.call_later, self._settle)

    def _settle(self) -> None:
        """Paint, now that everything is in its place."""
        self._is_settled = True
        self._compositor.update_widgets({self})
        self._compositor_refresh()
        self._tell_opened()

    def on_unmount(self) -> None:
        self._tell_opened()  # also where it was closed before it was painted

    def _tell_opened(self) -> None:
        """Once."""
        opened, self.opened = self.opened, lambda: None
        opened()

    def _compositor_refresh(self) -> None:
        if self._is_settled:
            super()._compositor_refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        stack: list[Any] = self.app.screen_stack
        place = stack.index(self) if self in stack else 0
        if not place:
            return super().render_lines(crop)
        below = stack[place - 1]._compositor.render_strips()
        blank = Strip.blank(crop.right)  # after resizing, the screen below may learn of its new size later
        lines = [below[y] if y < len(below) else blank for y in crop.line_range]
        return [line.adjust_cell_length(crop.right).crop(crop.x, crop.right) for line in lines]
