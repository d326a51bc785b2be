"""The application: the terminal's looks, and the Train screen on a session."""

from __future__ import annotations

from typing import Any

from textual.app import App
from textual.screen import Screen

from tuitrain.ui.screens.train import TrainScreen
from tuitrain.ui.theme import Theme, theme_of


class TuitrainApp(App[None], inherit_bindings=False):
    """Shows one session; it ends with the user, or with `exit`."""

    TITLE = "tuitrain"
    ENABLE_COMMAND_PALETTE = False  # ours is made from the key table
    BINDINGS = []  # noqa: RUF012 - the screens have them all

    def __init__(self, session: Any, theme: Theme | None = None) -> None:
        super().__init__()
        self.session = session
        self.look = theme or theme_of()
        self.theme = "ansi-dark"
        self.animation_level = "none"

    def get_default_screen(self) -> Screen[Any]:
        return TrainScreen(self.session, self.look)
