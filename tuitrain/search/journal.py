"""A file that only grows: one JSON object a line, on the disk before `append` returns.

A kill may cut the last line short; such a line never happened, and is taken off before the next one is written. One
process writes at a time, which `Lock` sees to, also on network file systems, where only the making of a file is safe.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tuitrain.errors import SearchError
from tuitrain.text import quoted, visible

STALE_SECONDS = 120.0
BEAT_SECONDS = 15.0
_held: set[Path] = set()  # by this process


class Journal:
    """The journal at `path`, which need not exist; `events` are those read when it was opened.

    Raises
    ------
    SearchError
        if it cannot be read or holds what is no event.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.events, whole = _read(path)
        self._whole = whole
        self._file: int | None = None

    def append(self, events: Sequence[dict[str, Any]]) -> None:
        """Write events, all or none of each line, and wait until they are on the disk."""
        if self._file is None:
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            os.ftruncate(self._file, self._whole)
        text = "".join(json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n" for event in events)
        data = text.encode()
        try:
            rest = data
            while rest:
                rest = rest[os.write(self._file, rest) :]
            os.fsync(self._file)
            self._whole += len(data)  # so that nothing is lost when it is closed and opened again
        except OSError as error:
            raise SearchError(f"{visible(self._path)}: cannot be written: {error.strerror}") from error

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _read(path: Path) -> tuple[list[dict[str, Any]], int]:
    """All events of a journal, and how many bytes they take."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return [], 0
    except OSError as error:
        raise SearchError(f"{visible(path)}: cannot be read: {error.strerror}") from error
    whole = data.rfind(b"\n") + 1
    events = []
    for number, line in enumerate(data[:whole].split(b"\n")[:-1], 1):
        try:
            event = json.loads(line)
            if not isinstance(event, dict) or "event" not in event:
                raise ValueError("it is no event")
        except ValueError as error:
            raise SearchError(
                f"{visible(path)}, line {number}: {quoted(line[:40].decode(errors='replace'))}: {error}"
            ) from None
        events.append(event)
    return events, whole


class Lock:
    """Held by the one process that runs a study; a lock whose process is gone, or that went stale, is taken over.

    Raises
    ------
    SearchError
        if another process holds it, saying which.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._next_beat = 0.0
        own = json.dumps({"host": socket.gethostname(), "pid": os.getpid()})
        for _ in range(3):
            try:
                file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
            except FileExistsError:
                if not self._is_dead():
                    raise SearchError(f"{visible(path.parent)}: is being searched by {self._holder()}") from None
                path.unlink(missing_ok=True)
                continue
            except OSError as error:
                raise SearchError(f"{visible(path)}: cannot be written: {error.strerror}") from error
            os.write(file, own.encode())
            os.close(file)
            self._next_beat = time.monotonic() + BEAT_SECONDS
            _held.add(path.absolute())
            return
        raise SearchError(f"{visible(path)}: cannot be taken")

    def beat(self) -> None:
        """Show that the holder lives; call it now and then."""
        if time.monotonic() >= self._next_beat:
            self._next_beat = time.monotonic() + BEAT_SECONDS
            os.utime(self._path)

    def release(self) -> None:
        """Let others have it."""
        _held.discard(self._path.absolute())
        self._path.unlink(missing_ok=True)

    def _held_by(self) -> tuple[str, int]:
        try:
            held = json.loads(self._path.read_text())
            return str(held["host"]), int(held["pid"])
        except (OSError, ValueError, KeyError, TypeError):
            return "", 0

    def _holder(self) -> str:
        host, pid = self._held_by()
        return f"process {pid} on {visible(host)}" if pid else "another process"

    def _is_dead(self) -> bool:
        host, pid = self._held_by()
        if pid and host == socket.gethostname():
            return self._path.absolute() not in _held if pid == os.getpid() else not _is_alive(pid)
        try:
            return time.time() - self._path.stat().st_mtime > STALE_SECONDS
        except OSError:
            return True


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:  # a process that has ended and was not waited for does nothing more
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return True
