"""Where the model is to be saved."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from tuitrain.errors import ModelError
from tuitrain.text import visible
from tuitrain.ui.model_files import typed_path
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.confirm import Confirm
from tuitrain.ui.widgets.dialog import Dialog
from tuitrain.ui.widgets.prompt import Prompt
from tuitrain.ui.widgets.text_lines import Lines

WIDTH = 66  # within the frame


class SaveDialog(Dialog[Path]):
    """Asks for a path, and again before it overwrites; dismisses with the path."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave")]
    DEFAULT_CSS = """
    SaveDialog { align: center middle; }
    SaveDialog Vertical { width: 70; height: 6; padding: 0 1;
                          border: $focus-frame $focus-colour; background: ansi_default; }
    SaveDialog Lines { height: 2; margin-top: 1; }
    """

    def __init__(self, theme: Theme, default: str) -> None:
        super().__init__()
        self._theme = theme
        self._default = default

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Save the model as (enter saves, esc leaves)"
            yield Prompt(self._default, compact=True)
            yield Lines()

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        self._say(_where(), "dim")

    def _say(self, text: str, style: str) -> None:
        rows = textwrap.wrap(self._theme.plain(visible(text, 130)), WIDTH)
        self.query_one(Lines).put(*([(row, self._theme.styles[style])] for row in rows[:2]))

    @on(Input.Submitted)
    def _accept(self, event: Input.Submitted) -> None:
        try:
            path = typed_path(event.value)
        except ModelError as error:
            self._say(str(error), "bad")
            return
        if os.path.lexists(path):
            self._ask_to_overwrite(path)
        else:
            self.dismiss(path)

    def _ask_to_overwrite(self, path: Path) -> None:
        def answered(answer: bool | None) -> None:
            if answer:
                self.dismiss(path)

        about = f"{visible(path.name, 40)} exists already."
        self.app.push_screen(Confirm(self._theme, "Overwrite?", about, yes="overwrite", no="keep it"), answered)

    def action_leave(self) -> None:
        self.dismiss(None)


def _where() -> str:
    """Where a name without a directory leads to."""
    try:
        return f"in {Path.cwd()}"
    except OSError:
        return "the directory that this was started in is gone: name one"
