"""Lets a page go on by itself, so many steps a second."""

from __future__ import annotations

from collections.abc import Callable

from textual.message_pump import MessagePump
from textual.timer import Timer

PACES = (0.5, 1.0, 2.0, 4.0, 8.0)  # steps a second


class Player:
    """Calls `play` of a page at a pace that the user chooses."""

    def __init__(self, page: MessagePump, play: Callable[[], object]) -> None:
        self._page, self._play = page, play
        self.pace = PACES[1]
        self._timer: Timer | None = None

    @property
    def is_playing(self) -> bool:
        """Whether it goes on by itself."""
        return self._timer is not None

    def start(self) -> None:
        """Go on by itself, at the pace that is set."""
        self.stop()
        self._timer = self._page.set_interval(1 / self.pace, self._play)

    def stop(self) -> bool:
        """Go on no more; return whether it did."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.stop()
        return timer is not None

    def take_pace(self, by: int) -> None:
        """Take the next faster pace, or the slower one, now too."""
        self.pace = PACES[min(max(PACES.index(self.pace) + by, 0), len(PACES) - 1)]
        if self.is_playing:
            self.start()
