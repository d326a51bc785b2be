"""What is shown while the dataset of the command line is read: the file's first lines, and how long it takes."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from tuitrain.numbers import memory
from tuitrain.text import visible
from tuitrain.translation import gettext as _
from tuitrain.ui.data.loading_bar import loading_text
from tuitrain.ui.plots.lines import cut
from tuitrain.ui.widgets.background import Beside
from tuitrain.ui.widgets.text_lines import Lines

if TYPE_CHECKING:
    from tuitrain.ui.app import TuitrainApp

TICK = 0.25  # seconds between two looks at the clock
MOST_LINES = 200
HEAD = 50_000  # bytes


class LoadingScreen(Screen[None], inherit_bindings=False):
    """Loads what the application is to load; then gives it the dataset, or what went wrong."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,ctrl+c,ctrl+q", "give_up", "give up")]
    DEFAULT_CSS = """
    LoadingScreen { overflow: hidden hidden; }
    LoadingScreen #lines { height: 1fr; }
    """

    def compose(self) -> ComposeResult:
        self._header, self._lines = Lines(id="header"), Lines(id="lines")
        self._status, self._footer = Lines(id="status"), Lines(id="footer")
        yield from (self._header, self._lines, self._status, self._footer)

    @property
    def _host(self) -> TuitrainApp:
        app: TuitrainApp = self.app  # type: ignore[assignment]
        return app

    def on_mount(self) -> None:
        load = self._host.to_load
        assert load is not None
        self._source = load.source
        self._began = time.monotonic()
        self._beside = Beside(self)
        self.set_interval(TICK, self._tell)
        self.call_after_refresh(self._beside.begin, load.read, self._host.take_dataset, self._host.take_failure)

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        theme, (width, height) = self._host.look, self.app.size
        head = f" tuitrain {theme.plain('›')} "
        size = os.stat(self._source).st_size if os.path.exists(self._source) else 0  # noqa: PTH110, PTH116 - quick
        name = visible(self._source.rpartition("/")[2], 40)
        about = theme.plain(f"{name} {theme.signs.dot} {memory(size)}")
        about = cut(about, width - cell_len(head) - 1, theme=theme)
        self._header.put([(head, theme["title"]), (about, theme["plain"])])
        texts = _first_lines(self._source, min(MOST_LINES, max(0, height - 4)))
        self._lines.put([], *([(" " + cut(theme.plain(text), width - 2, theme=theme), theme["dim"])] for text in texts))
        self._footer.put([(" esc ", theme["key"]), (_("leave"), theme["plain"])])
        self._tell()

    def _tell(self) -> None:
        theme = self._host.look
        text = loading_text(visible(self._source, 40), time.monotonic() - self._began, self._beside.share, theme=theme)
        self._status.put([(f" {text}", theme["bold"])])

    def on_unmount(self) -> None:
        self._beside.cancel()

    def action_give_up(self) -> None:
        self._beside.cancel()
        self._host.exit()


def _first_lines(source: str, most: int) -> list[str]:
    """The first lines of a text file; none of a binary one."""
    try:
        with open(os.path.expanduser(source), "rb") as file:  # noqa: PTH123, PTH111 - quick
            head = file.read(HEAD)
    except OSError:
        return []
    if b"\0" in head[:1000]:
        return []
    text = head.decode("utf-8", "replace")
    return [visible(row, 300) for row in text.splitlines()[:most]]
