"""The application: the terminal's looks, the Train screen on a session, and a clean end whatever ends it."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from typing import Any

from textual.app import App
from textual.screen import Screen

from tuitrain.ui.driver import PromptDriver
from tuitrain.ui.painted import Painted, Update
from tuitrain.ui.screens.train import TrainScreen
from tuitrain.ui.theme import Theme, theme_of

ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
GRACE = 3.0  # seconds that the terminal may take to be restored after a signal


class TuitrainApp(App[None], inherit_bindings=False):
    """Shows one session until the user leaves, a signal arrives, or training ends with `quit_when_done`.

    `crash` holds what broke the screen, `ended_by_signal` the signal's number.
    """

    TITLE = "tuitrain"
    CSS = """
    OptionList { text-wrap: nowrap; text-overflow: ellipsis; }
    OptionList > .option-list--option-highlighted, OptionList:focus > .option-list--option-highlighted {
        color: $chosen; background: $chosen-background; text-style: $chosen-style;
    }
    """
    ENABLE_COMMAND_PALETTE = False  # ours is made from the key table

    def __init__(
        self, session: Any, theme: Theme | None = None, *, start: bool = False, quit_when_done: bool = False,
        handle_signals: bool = False,
    ) -> None:  # fmt: skip
        self.look = theme or theme_of()  # the CSS variables are asked for by the base class
        super().__init__(driver_class=PromptDriver, ansi_color=True)
        self.session = session
        self.theme = "ansi-dark"  # the terminal's own colours, dark or light
        self.animation_level = "none"
        self.crash: Exception | None = None
        self.ended_by_signal = 0
        self.painted = Painted()
        self._start = start
        self._quit_when_done = quit_when_done
        self._handle_signals = handle_signals

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return self.look.css_variables

    def get_default_screen(self) -> Screen[Any]:
        return TrainScreen(
            self.session, self.look, leave=self.leave, start=self._start, quit_when_done=self._quit_when_done
        )

    def on_mount(self) -> None:
        if self._handle_signals:
            for number in ENDING_SIGNALS:
                asyncio.get_running_loop().add_signal_handler(number, self._end_by, number)

    def on_resize(self) -> None:
        self.painted.forget()

    def _display(self, screen: Screen[Any], renderable: Update) -> None:
        """Write only what the terminal does not show already; what is not written now is not remembered either."""
        is_written = self._running and not self._closed and not self._batch_count and self._driver is not None
        update: Any = self.painted.changed(renderable) if is_written else renderable
        super()._display(screen, update)

    def _end_by(self, number: int) -> None:
        """Leave as after a key; where the terminal is gone and does not let us, end all the same."""
        self.ended_by_signal = int(number)
        last = threading.Timer(GRACE, os._exit, (128 + number,))
        last.daemon = True
        last.start()
        self.leave()

    def leave(self) -> None:
        """End the application; training waits meanwhile, or the closing would have to wait for its turns."""
        self.session.hold(GRACE)
        self.exit()

    def _fatal_error(self) -> None:
        """Keep the error for the caller, who says it in one line after the terminal is restored."""
        self.crash = self._exception
        self._close_messages_no_wait()
