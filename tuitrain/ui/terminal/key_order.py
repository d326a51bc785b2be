"""Let each key act before the next one starts on its way: it is for what is shown then."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from textual import events
from textual.app import App
from textual.dom import DOMNode

LONGEST = 1.0  # seconds that a key may take before one that is typed later gives it up

Typed = events.Key | events.Paste


class KeyOrder:
    """Holds what is typed until the key before it has acted, however busy the program is.

    A key goes from what has the focus up to the application, which acts by the key's binding. Over a slow line many
    arrive in one read; Textual would send all of them on their way at once, and those behind one that closes a page
    would be lost with the pane that they were sent to. `deliver` hands a key on.
    """

    def __init__(self, app: App[Any], deliver: Callable[[Typed], Awaitable[None]]) -> None:
        self._app, self._deliver = app, deliver
        self._held: deque[Typed] = deque()
        self._under_way: Typed | None = None
        self._since = 0.0

    def holds(self, event: Typed) -> bool:
        """Return whether a key is under way, and keep what was typed behind it."""
        if self._under_way is None:
            return False
        self._held.append(event)
        if time.monotonic() - self._since >= LONGEST:
            self._app.call_later(self._ended, self._under_way)
        return True

    def begun(self, event: Typed, target: DOMNode) -> None:
        """Take note of a key that was handed to `target`."""
        self._under_way, self._since = event, time.monotonic()
        way = list(target.ancestors_with_self)  # up to the application
        self._walk(event, deque([*way, *way]))  # behind the key, and again behind the messages that it caused

    def _walk(self, event: Typed, way: deque[DOMNode]) -> None:
        """Wait in the queue of each on the way; one that is closing has none any more."""
        while way:
            if way.popleft().call_later(self._walk, event, way):
                return
        # a screen that was opened is ready when it gets to this
        if not self._app.screen.call_later(self._app.call_later, self._ended, event):
            self._app.call_later(self._ended, event)

    async def _ended(self, event: Typed) -> None:
        """Deliver what waits behind this key, up to one that goes on its way."""
        if event is self._under_way:
            self._under_way = None
            while self._held and self._under_way is None:
                await self._deliver(self._held.popleft())
