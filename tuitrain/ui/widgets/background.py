"""Work that would keep the screen waiting, done in a thread beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from textual.message_pump import MessagePump

Result = TypeVar("Result")


class Beside:
    """One piece of work at a time, for `owner`; what comes of a piece that was cancelled or superseded is dropped.

    The threads are daemons: one that hangs (a file that never ends, a share that is gone) keeps nobody from leaving.
    """

    def __init__(self, owner: MessagePump) -> None:
        self._owner = owner
        self._newest: object | None = None

    def begin(
        self, work: Callable[[], Result], then: Callable[[Result], Any], failed: Callable[[BaseException], Any]
    ) -> None:
        """Do `work`; in the screen's own thread go on with `then`, or tell `failed` whatever either of them raised."""
        piece = self._newest = object()

        def finish(callback: Callable[..., Any], found: Any) -> None:
            if self._newest is not piece:
                return
            self._newest = None
            try:
                callback(found)
            except Exception as error:
                failed(error)

        def run() -> None:
            callback: Callable[[Any], Any] = then
            found: Any
            try:
                found = work()
            except BaseException as error:  # some libraries raise what is no Exception: polars' PanicException
                callback, found = failed, error
            with suppress(RuntimeError):  # the screen has ended meanwhile
                self._owner.call_later(finish, callback, found)

        threading.Thread(target=run, name="beside the screen", daemon=True).start()

    def cancel(self) -> bool:
        """Take no notice of what is being done; False if that is nothing."""
        was_busy, self._newest = self._newest is not None, None
        return was_busy
