"""Work that would keep the screen waiting, done in a thread beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from textual.message_pump import MessagePump

from tuitrain.data.progress import Progress, StoppedReading

Result = TypeVar("Result")
NAME = "beside the screen"  # of the threads


class Beside:
    """One piece of work at a time, for `owner`; what comes of a piece that was cancelled or superseded is dropped.

    A piece is stopped where it next tells its `Progress` how far it is. The threads are daemons: one that hangs (a file
    that never ends, a share that is gone) keeps nobody from leaving.
    """

    def __init__(self, owner: MessagePump) -> None:
        self._owner = owner
        self._newest: object | None = None
        self._stop = threading.Event()
        self._told = 0, 0

    def begin(
        self, work: Callable[[Progress], Result], then: Callable[[Result], Any],
        failed: Callable[[BaseException], Any], *, stops_last: bool = True,
    ) -> None:  # fmt: skip
        """Do `work`; in the screen's own thread go on with `then`, or tell `failed` whatever either of them raised.

        The piece before goes on beside it, unheard, unless `stops_last`.
        """
        piece = self._newest = object()
        if stops_last:
            self._stop.set()
            self._stop, self._told = threading.Event(), (0, 0)
        stop = self._stop

        def progress(done: int, total: int) -> None:
            if stop.is_set():
                raise StoppedReading
            if stop is self._stop:
                self._told = done, total

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
                found = work(progress)
            except StoppedReading:
                return
            except BaseException as error:  # some libraries raise what is no Exception: polars' PanicException
                callback, found = failed, error
            with suppress(RuntimeError):  # the screen has ended meanwhile
                self._owner.call_later(finish, callback, found)

        threading.Thread(target=run, name=NAME, daemon=True).start()

    def cancel(self) -> bool:
        """Stop what is being done; False if that is nothing."""
        self._stop.set()
        was_busy, self._newest = self._newest is not None, None
        return was_busy

    @property
    def share(self) -> float | None:
        """How much of the work is done; None where that is not known."""
        done, total = self._told
        return min(1.0, done / total) if total else None
