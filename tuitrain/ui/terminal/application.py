"""The part of the application that works with Textual's own: what is written, and how a crash ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import events
from textual.app import App
from textual.screen import Screen

from tuitrain.ui.terminal.driver import PromptDriver
from tuitrain.ui.terminal.key_order import KeyOrder
from tuitrain.ui.terminal.screen_diff import Painted, Update


class TerminalApp(App[None], inherit_bindings=False):
    """Writes to the terminal only what it does not show already; `crash` holds what broke the screen.

    `first` is the mode that it opens in; Textual knows only one for the class.
    """

    ENABLE_COMMAND_PALETTE = False  # ours is made from the key table

    def __init__(self, *, first: str) -> None:
        super().__init__(driver_class=PromptDriver, ansi_color=True)
        self._screen_stacks, self._current_mode = {first: []}, first
        self.theme = "ansi-dark"  # the terminal's own colours, dark or light
        self.animation_level = "none"
        self.crash: Exception | None = None
        self.painted = Painted()
        self._order = KeyOrder(self, self._deliver)

    async def on_event(self, event: events.Event) -> None:
        """Hand what is typed on in its order, one key at a time."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif not self._order.holds(event):
            await self._deliver(event)

    async def _deliver(self, event: events.Key | events.Paste) -> None:
        if isinstance(event, events.Key):
            self.key_comes()
        target = self.focused or self.screen
        await super().on_event(event)
        if event.is_forwarded:
            self._order.begun(event, target)

    def key_comes(self) -> None:
        """Called with each key, before anything else gets it."""

    @property
    def bytes_written(self) -> int:
        """What the terminal was sent so far."""
        return getattr(self._driver, "bytes_written", 0)

    @property
    def is_leaving(self) -> bool:
        """Whether the application is about to end."""
        return self._exit

    def on_resize(self) -> None:
        self.painted.forget()

    def paint_all(self) -> None:
        """Write the whole screen anew: something else has written on it."""
        self.painted.forget()
        self.refresh(layout=True)

    def delay_update(self, delay: float = 0.0) -> None:
        """Do not wait: Textual would show nothing for 0.05 s when another room is shown."""

    def call_from_anywhere(self, callback: Callable[[], object]) -> None:
        """Call it soon in the application's own thread, if it runs; from any thread, or a signal's handler."""
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(callback)

    def _display(self, screen: Screen[Any], renderable: Update) -> None:
        """Write only what the terminal does not show already; what is not written now is not remembered either."""
        is_written = self._running and not self._closed and not self._batch_count and self._driver is not None
        update: Any = self.painted.changed(renderable) if is_written else renderable
        super()._display(screen, update)

    def _fatal_error(self) -> None:
        """Keep the error for the caller, who says it in one line after the terminal is restored.

        What breaks while the screen is being taken down, as a dialog that was just opened, broke nothing.
        """
        if not self._exit:
            self.crash = self._exception
        self._close_messages_no_wait()
