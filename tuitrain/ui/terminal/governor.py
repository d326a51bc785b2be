"""The frame governor: how often the screen is drawn while training runs.

A frame is drawn in plain Python and holds the interpreter's lock, so drawing is time that training waits. The governor
measures the processor time that the drawing thread used for the last frame, compositing and all, and spaces the next
one so that at most `DRAW_SHARE` of the time is spent on drawing; and likewise what was written, so that an SSH link
carries at most `BYTES_PER_SECOND`. Where nothing changed nothing is drawn, and nothing is written.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from tuitrain.session.session import SomeSnapshot

DRAW_SHARE = 0.03
BYTES_PER_SECOND = 9_000
SHORTEST, LONGEST = 0.1, 1.0  # seconds between frames
POLL = 0.05  # seconds between looks at the version while nothing changes


S = TypeVar("S", bound=SomeSnapshot)
S_co = TypeVar("S_co", bound=SomeSnapshot, covariant=True)
S_contra = TypeVar("S_contra", bound=SomeSnapshot, contravariant=True)


class Shows(Protocol[S_contra]):
    """Anything that shows a snapshot, and repaints only what changed."""

    def show(self, snapshot: S_contra) -> None: ...


class SnapshotSource(Protocol[S_co]):
    """What is drawn: a session's newest snapshot. Training waits between `hold` and `release`."""

    @property
    def snapshot(self) -> S_co: ...
    def hold(self) -> None: ...
    def release(self) -> None: ...


class Spacing:
    """The time between two frames, from what the last ones cost."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._bytes = 0.0

    def observe(self, seconds: float, written: int) -> None:
        """Take note of a frame: processor seconds and bytes; an expensive one counts at once, a cheap one soon."""
        self._seconds = max(seconds, (self._seconds + seconds) / 2)
        self._bytes = max(float(written), (self._bytes + written) / 2)

    @property
    def interval(self) -> float:
        """Seconds from one frame to the next."""
        wanted = max(self._seconds / DRAW_SHARE, self._bytes / BYTES_PER_SECOND)
        return min(max(wanted, SHORTEST), LONGEST)


class Governor(Generic[S]):
    """Draws the newest snapshot of `session` on everything that was added, when that is due.

    A snapshot is new when its `key` is; `longest` says how far frames are apart at most, 0 where none follow soon.
    """

    def __init__(
        self, session: SnapshotSource[S], watch: Callable[[], None], *, count_bytes: Callable[[], int] = lambda: 0,
        after_paint: Callable[[Callable[[], None]], object] = lambda then: then(),
        clock: Callable[[], float] = time.perf_counter, cost_clock: Callable[[], float] = time.thread_time,
        key: Callable[[S], object] = lambda snapshot: snapshot.version,
        longest: Callable[[S], float] = lambda snapshot: LONGEST if snapshot.is_running else 0.0,
    ) -> None:  # fmt: skip
        self._session, self._watch = session, watch
        self._count_bytes, self._clock, self._cost_clock = count_bytes, clock, cost_clock
        self._after_paint = after_paint
        self._shown: list[Shows[S]] = []
        self._key, self._seen, self._longest = key, object(), longest
        self._spacing = Spacing()
        self._due = 0.0
        self._held_seconds = 0.0
        self._cost_before: tuple[float, int] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def add(self, widget: Shows[S]) -> None:
        """Draw on this too."""
        self._shown.append(widget)

    def start(self) -> None:
        """Begin looking at the session, in the running event loop."""
        self.stop()
        self._tick()

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def look(self) -> float:
        """Draw if that is due; returns the seconds until the next look."""
        snapshot = self._session.snapshot
        now = self._clock()
        if self._key(snapshot) == self._seen:
            return POLL
        longest = self._longest(snapshot)
        if longest and now < self._due:
            return max(self._due - now, 0.001)
        if self._cost_before is not None:
            seconds, written = self._cost_before
            cost = max(self._cost_clock() - seconds, self._held_seconds)
            self._spacing.observe(cost, self._count_bytes() - written)
        self._cost_before = (self._cost_clock(), self._count_bytes())
        self._draw(snapshot)
        interval = min(self._spacing.interval, longest or LONGEST)
        self._due = now + interval
        return interval if longest else POLL

    def _draw(self, snapshot: S) -> None:
        """Draw while training waits: a frame is done in one go, rather than in turns that each must be waited for."""
        self._seen = self._key(snapshot)
        started = self._clock()
        self._session.hold()
        self._watch()
        for widget in self._shown:
            widget.show(snapshot)
        self._after_paint(lambda: self._release(started))

    def _release(self, started: float) -> None:
        """Let training go on; it has waited since `started`, which counts as the frame's cost if that was more."""
        self._held_seconds = self._clock() - started
        self._session.release()

    def _tick(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self.look(), self._tick)
