"""Where the model is to be saved."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from tuitrain.text import visible
from tuitrain.ui.line import Lines
from tuitrain.ui.screens.confirm import Confirm
from tuitrain.ui.theme import Theme

SUFFIX = ".safetensors"


def model_name(dataset_name: str) -> str:
    """A file name made of a dataset's: ``sales.csv`` gives ``sales.safetensors``."""
    stem = re.sub(r"\.[A-Za-z]\w*$", "", dataset_name)
    return (re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-")[:60] or "model") + SUFFIX


class SaveDialog(ModalScreen[Path]):
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
            yield Input(self._default, compact=True)
            yield Lines()

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        self._say(f"in {Path.cwd()}", "dim")

    def _say(self, text: str, style: str) -> None:
        self.query_one(Lines).put([(self._theme.plain(visible(text, 130)), self._theme.styles[style])])

    @on(Input.Submitted)
    def _accept(self, event: Input.Submitted) -> None:
        typed = event.value.strip()
        if not typed:
            self._say("type a file name", "bad")
            return
        path = Path(typed).expanduser()
        if not path.suffix:
            path = path.with_name(path.name + SUFFIX)
        if path.is_dir():
            self._say(f"{path} is a directory", "bad")
        elif not path.parent.is_dir():
            self._say(f"there is no directory {path.parent}", "bad")
        elif path.exists():
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
