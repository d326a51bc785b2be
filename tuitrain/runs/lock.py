"""The lock of a study: held by the one process that writes.

Only the linking, the making and the renaming of a file are safe on network file systems, so nothing else is relied on.
A thread touches the lock while it is held, whatever else its process is busy with.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from tuitrain.errors import SearchError
from tuitrain.runs.file_checks import or_null, table, text, whole
from tuitrain.runs.files import open_regular, refuse_link
from tuitrain.text import visible
from tuitrain.translation import gettext as _

STALE_SECONDS = 120.0
BEAT_SECONDS = 15.0
_ATTEMPTS = 3
_HOLDER = table(
    {"pid": whole(1, 2**31 - 1)}, {"host": text, "place": text, "started": or_null(text), "id": text}, is_open=True
)


@dataclass(frozen=True)
class _Seen:
    """A lock as it was found: its owner, and what distinguishes it from any other, and from itself after a beat."""

    content: bytes
    inode: int
    touched_ns: int

    @property
    def holder(self) -> dict[str, Any]:
        """``host``, ``pid``, ``place`` and ``started`` of the process; empty where unknown."""
        try:
            found: dict[str, Any] = _HOLDER(json.loads(self.content))
        except (ValueError, RecursionError):
            return {}
        return found


class Lock:
    """Held until `release`; a lock whose process is gone, or that went stale, is taken over.

    Raises
    ------
    SearchError
        if another process holds it, saying which, or it cannot be written.
    FileError
        if it is a symbolic link.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        pid = os.getpid()
        told = {"host": socket.gethostname(), "pid": pid, "place": _place(), "started": _started(pid), "id": _unique()}
        self._own = json.dumps(told).encode()
        for _attempt in range(_ATTEMPTS):
            if self._make():
                break
            self._clear()
        else:
            raise SearchError(_("{path}: cannot be taken").format(path=visible(path)))
        self._is_released = threading.Event()
        threading.Thread(target=self._beat, name="lock", daemon=True).start()

    @property
    def is_held(self) -> bool:
        """Whether it is still this one's: another process may have taken it for dead, after a long standstill."""
        seen = _look(self._path)
        return seen is not None and seen.content == self._own

    def release(self) -> None:
        """Let others have it."""
        self._is_released.set()
        if self.is_held:
            self._path.unlink(missing_ok=True)

    def _make(self) -> bool:
        """Make the file, with its content at once; False where there is one already."""
        made = self._aside()
        try:
            made.write_bytes(self._own)
            _link(made, self._path)
        except FileExistsError:
            return self.is_held  # true where a server's answer was lost and the client asked again
        except OSError as error:
            raise SearchError(
                _("{path}: cannot be written: {why}").format(path=visible(self._path), why=error.strerror)
            ) from error
        finally:
            made.unlink(missing_ok=True)
        return True

    def _aside(self) -> Path:
        """Return a name next to the lock that nobody else uses."""
        return self._path.with_name(f"{self._path.name}.{_unique()}")

    def _clear(self) -> None:
        """Take a dead lock out of the way, by a name that no other process uses."""
        refuse_link(self._path)
        seen = _look(self._path)
        if seen is None:
            return
        if not self._is_dead(seen):
            raise SearchError(
                _("{study}: is being searched by {holder}").format(study=visible(self._path.parent), holder=_told(seen))
            )
        aside = self._aside()
        try:
            self._path.rename(aside)
        except FileNotFoundError:
            return  # another process was faster
        except OSError as error:
            raise SearchError(
                _("{path}: cannot be taken over: {why}").format(path=visible(self._path), why=error.strerror)
            ) from error
        try:
            taken = _look(aside)
            if taken != seen and taken is not None:  # another process was faster, and this lock is its own
                with suppress(OSError):  # there is a third one's: its owner sees that it is lost before it writes
                    _link(aside, self._path)
                raise SearchError(
                    _("{study}: is being searched by {holder}").format(
                        study=visible(self._path.parent), holder=_told(taken)
                    )
                )
        finally:
            aside.unlink(missing_ok=True)

    def _is_dead(self, seen: _Seen) -> bool:
        holder = seen.holder
        if holder.get("place") == _place():
            started = _started(holder["pid"])
            if started is None:
                return True
            if started and holder.get("started"):
                return bool(started != holder["started"])
        return self._age(seen) > STALE_SECONDS

    def _age(self, seen: _Seen) -> float:
        """Seconds since it was touched, by the clock of the file system: that of a server may differ from ours."""
        probe = self._aside()
        try:
            probe.touch()
            return (probe.stat().st_mtime_ns - seen.touched_ns) / 1e9
        except OSError as error:
            raise SearchError(
                _("{path}: cannot be written: {why}").format(path=visible(self._path), why=error.strerror)
            ) from error
        finally:
            probe.unlink(missing_ok=True)

    def _beat(self) -> None:
        while not self._is_released.wait(BEAT_SECONDS):
            with suppress(OSError, SearchError):  # a server that is away for a while; who holds it is asked elsewhere
                if self.is_held:
                    os.utime(self._path)


def _look(path: Path) -> _Seen | None:
    """Read the lock at `path`; None where there is none."""
    try:
        with open_regular(path) as file:
            content, about = file.read(), os.fstat(file.fileno())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SearchError(_("{path}: cannot be read: {why}").format(path=visible(path), why=error.strerror)) from error
    return _Seen(content, about.st_ino, about.st_mtime_ns)


def _link(made: Path, path: Path) -> None:
    """Let `made` be found as `path` too, or instead; FileExistsError if that is taken."""
    try:
        os.link(made, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        path.touch(exist_ok=False)
        made.replace(path)


def _told(seen: _Seen) -> str:
    holder = seen.holder
    return (
        _("process {pid} on {host}").format(pid=holder["pid"], host=visible(holder.get("host", "?")))
        if holder
        else _("another process")
    )


def _unique() -> str:
    return f"{os.getpid()}-{uuid4().hex}"


def _place() -> str:
    """Identify where process IDs mean the same: a machine since it was booted, and a container on it."""
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{socket.gethostname()} {boot} {Path('/proc/self/ns/pid').readlink()}"
    return socket.gethostname()


def _started(pid: int) -> str | None:
    """Return when a process of this place began, in the system's own count; empty where unknown, None if it is gone.

    Process IDs are reused, so an ID alone does not identify a process.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except (PermissionError, OverflowError):
        pass
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return None if fields[0] in {"Z", "X"} else fields[19]  # one that ended and was not waited for does nothing more


def is_locked(path: Path) -> bool:
    """Return whether a process that is alive, or may be, holds the lock at `path`."""
    try:
        seen = _look(path)
    except SearchError:
        return False
    if seen is None:
        return False
    holder = seen.holder
    if holder.get("place") == _place():
        started = _started(holder["pid"])
        return started is not None and (not started or not holder.get("started") or started == holder["started"])
    return time.time() - seen.touched_ns / 1e9 <= STALE_SECONDS
