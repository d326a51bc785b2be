"""Where the parts of the dataset dialog are, and its status row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich.cells import cell_len
from textual.geometry import Region, Size

from tuitrain.ui.plots.lines import cut
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.frame import share_lines
from tuitrain.ui.widgets.layout import LAST_ROWS, SMALLEST, PlacedLayout
from tuitrain.ui.widgets.status_row import StatusRow


class DatasetLayout(PlacedLayout):
    """The panes one below the other: the columns, and what `wanted` of them there is room for."""

    def __init__(self, wanted: Callable[[Size], dict[str, int]]) -> None:
        super().__init__()
        self._wanted = wanted

    def boxes(self, size: Size) -> dict[str, Region]:
        """The panes' frames; neighbours share a line."""
        top, found = 1, {}
        for name, lines in self._wanted(size).items():
            found[name] = Region(0, top, size.width, lines + 2)
            top += lines + 1
        return found

    def places(self, size: Size) -> dict[str, Region]:
        width, height = size
        if width < SMALLEST.width or height < SMALLEST.height:
            return {"too_small": size.region}
        bottom = height - len(LAST_ROWS)
        rows = {name: Region(0, bottom + row, width, 1) for row, name in enumerate(LAST_ROWS)}
        framed = {name: place.region for name, place in share_lines(self.boxes(size)).items()}
        return {"header": Region(0, 0, width, 1), **rows, **framed}


class DatasetStatus(StatusRow):
    """What is used and how many features that is, with the options for the command line; or the newest message."""

    def __init__(self, theme: Theme, **rest: Any) -> None:
        super().__init__(theme, **rest)
        self._forms: tuple[str, ...] = ("",)
        self._right = ""

    def tell(self, forms: Sequence[str], right: str = "") -> None:
        """Show the first of the forms that fits while there is no message."""
        self._forms, self._right = tuple(forms), right
        self.redraw()

    def state(self) -> None:
        return None

    def waiting(self) -> str:
        return self._right

    def redraw(self) -> None:
        if self._message:
            super().redraw()
            return
        theme = self._theme
        right = theme.plain(f" {self._right} " if self._right else "")
        room = self.size.width - cell_len(right) - 2
        forms = [theme.plain(form) for form in self._forms]
        text = next((form for form in forms if cell_len(form) <= room), cut(forms[-1], max(room, 1), theme=theme))
        self.put([(f" {text}", theme["plain"]), None, (right, theme["warning"])])
