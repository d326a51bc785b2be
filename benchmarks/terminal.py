"""Run a program in a real pseudo-terminal: its screen, its latency, and the bytes it writes.

Used by `screen.py` and by the tests; needs pyte (in the extras `test` and `bench`).
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Mapping, Sequence

try:
    import pyte
except ImportError:
    sys.exit("this needs pyte, which the extras have: pip install 'tuitrain[test]' or 'tuitrain[bench]'")

KEYS = {"space": " ", "enter": "\r", "tab": "\t", "escape": "\x1b", "down": "\x1b[B", "up": "\x1b[A", "ctrl+s": "\x13"}
QUIET = 0.004  # seconds without output after which a program's answer is complete
BASE = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


class Terminal:
    """A `command` in a terminal of the given columns and rows; use it as a context."""

    def __init__(
        self, command: Sequence[str], columns: int = 80, rows: int = 24, environment: Mapping[str, str] | None = None
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.bytes_read = 0
        self.raw = b""
        self.status: int | None = None
        self.first_paint: float | None = None
        self._started = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:  # pragma: no cover
            os.environ.update({**BASE, **(environment or {})})
            os.execvp(command[0], list(command))
        self.resize(columns, rows)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def resize(self, columns: int, rows: int) -> None:
        """Change the size, as a user drags a window."""
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def read(self, seconds: float) -> bool:
        """Read output for up to `seconds`; return True if there was any."""
        data = self._take(seconds)
        arrived = time.perf_counter()
        if not data:
            return False
        self._feed(data)
        if self.first_paint is None and self._is_full():
            self.first_paint = arrived - self._started
        return True

    def _take(self, seconds: float) -> bytes:
        """Return the bytes that arrive within `seconds`, not yet put on the screen."""
        ready, _, _ = select.select([self._fd], [], [], seconds)
        try:
            data = os.read(self._fd, 1 << 16) if ready else b""
        except OSError:
            data = b""
        if not data:
            self._poll()
        self.bytes_read += len(data)
        return data

    def _feed(self, data: bytes) -> None:
        self.raw = (self.raw + data)[-20_000:]
        self._stream.feed(data.replace(b"\x1b[>", b"\x1b[?").replace(b"\x1b[<", b"\x1b[?"))  # unknown to pyte

    def _is_full(self) -> bool:
        return sum(bool(line.strip()) for line in self.screen.display) >= self.screen.lines // 2

    def pump(self, seconds: float) -> None:
        """Read everything for `seconds`."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0 and self.status is None:
            self.read(min(left, 0.05))

    def wait_for(self, text: str, seconds: float = 60) -> None:
        """Read until `text` is on the screen.

        Raises
        ------
        TimeoutError
            if it does not come; the message holds the screen.
        """
        end = time.perf_counter() + seconds
        while text not in self.text:
            if time.perf_counter() > end or self.status is not None:
                raise TimeoutError(f"never saw {text!r}; the screen was:\n{self.text}")
            self.read(0.05)

    def wait_for_end(self, seconds: float = 60) -> int | None:
        """Read until the program ends; return its exit status."""
        end = time.perf_counter() + seconds
        while self.status is None and time.perf_counter() < end:
            self.read(0.05)
        return self.status

    def press(self, *keys: str, seconds: float = 0.08) -> None:
        """Type keys, characters or the names in `KEYS`, and take what comes for so many seconds after each."""
        for key in keys:
            os.write(self._fd, KEYS.get(key, key).encode())
            self.pump(seconds)

    def type(self, text: str) -> None:
        """Type a text at once, like a paste that the terminal does not announce."""
        os.write(self._fd, text.encode())
        self.pump(0.2)

    def latency(self, key: str, expected: str, *, appears: bool = True, seconds: float = 2) -> float | None:
        """Return the seconds from pressing `key` until the output that shows `expected` (or removes it) has arrived.

        Return None if it never does. Output is put on the screen only after `QUIET` seconds without more: pyte is
        slower than a terminal, and its time must not be measured.
        """
        self.pump(0.12)
        waiting: list[tuple[float, bytes]] = []  # the output and its arrival times
        started = time.perf_counter()
        os.write(self._fd, KEYS.get(key, key).encode())
        while time.perf_counter() - started < seconds and self.status is None:
            data = self._take(QUIET)
            if data:
                waiting.append((time.perf_counter(), data))
                continue
            found = None
            for arrived, data in waiting:
                self._feed(data)
                if found is None and (expected in self.text) is appears:
                    found = arrived - started
            if found is not None:
                return found
            waiting.clear()
        return None

    def rate(self, seconds: float) -> float:
        """Return the bytes written per second, over `seconds`."""
        started, before = time.perf_counter(), self.bytes_read
        self.pump(seconds)
        return (self.bytes_read - before) / (time.perf_counter() - started)

    def kill(self, number: int) -> None:
        """Send the program a signal."""
        os.kill(self.pid, number)

    def hang_up(self) -> None:
        """Close the terminal, as when a connection drops."""
        os.close(self._fd)
        self._fd = os.open(os.devnull, os.O_RDWR)

    def end(self) -> None:
        """End the program, gently at first."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if not self._poll():
                os.kill(self.pid, number)
                self.wait_for_end(3)

    @property
    def is_cooked(self) -> bool:
        """Whether the terminal echoes and edits lines, as a shell's programs expect; not while a screen is drawn."""
        flags = termios.tcgetattr(self._fd)[3]
        return flags & termios.ECHO != 0 and flags & termios.ICANON != 0

    @property
    def text(self) -> str:
        """The text on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def _poll(self) -> bool:
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None


def launch(
    *arguments: str, columns: int = 80, rows: int = 24, environment: Mapping[str, str] | None = None
) -> Terminal:
    """Start `tuitrain launch` with these arguments in a terminal."""
    return Terminal([sys.executable, "-m", "tuitrain", "launch", *arguments], columns, rows, environment)
