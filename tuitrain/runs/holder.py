"""Who holds a run: one process at a time, by a lock that the kernel releases when the process is gone.

A file system without such locks cannot keep two processes apart; `Holder.is_kept_apart` says so.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
import time
from contextlib import suppress
from pathlib import Path

from tuitrain.errors import RunError
from tuitrain.runs.disk import DISK
from tuitrain.runs.file_checks import table, text, whole
from tuitrain.runs.files import reason, refuse_link
from tuitrain.text import visible
from tuitrain.translation import gettext as _

NAME = "lock"
_ATTEMPTS, _PAUSE = 5, 0.02  # another process may look, for a moment, whether the run is held
_HOLDER = table({"pid": whole(1, 2**31 - 1), "host": text}, is_open=True)
_HELD = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}


class Holder:
    """Holds the run at `path` until `release`, or until the process ends, whatever ends it.

    Raises
    ------
    RunError
        if another process holds it, saying which, or the lock cannot be written.
    FileError
        if the lock is a symbolic link.
    """

    def __init__(self, path: Path) -> None:
        self.is_kept_apart = True
        self._path = path
        refuse_link(path / NAME)
        try:
            self._handle = DISK.open(path / NAME, os.O_RDWR)
        except OSError as error:
            raise RunError(
                _("{path}: cannot be written: {why}").format(path=visible(path / NAME), why=reason(error))
            ) from error
        try:
            self._take(path)
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, json.dumps({"pid": os.getpid(), "host": socket.gethostname()}).encode(), 0)
        except OSError:
            pass  # the lock is held; who holds it is only told less well
        except RunError:
            os.close(self._handle)
            raise

    def _take(self, path: Path) -> None:
        for attempt in range(_ATTEMPTS):
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno in _NO_LOCKS:
                    self.is_kept_apart = False
                    return
                if error.errno not in _HELD:
                    raise RunError(
                        _("{path}: cannot be locked: {why}").format(path=visible(path), why=reason(error))
                    ) from error
                if attempt + 1 < _ATTEMPTS:
                    time.sleep(_PAUSE)
            else:
                return
        raise RunError(_("{path}: is held by {holder}").format(path=visible(path), holder=_described(self._handle)))

    def release(self) -> None:
        """Let others have it."""
        with suppress(OSError):
            os.ftruncate(self._handle, 0)
        os.close(self._handle)

    @property
    def is_in_place(self) -> bool:
        """Whether the run is still where it was: it may have been moved or removed since."""
        try:
            return os.path.samestat(os.fstat(self._handle), (self._path / NAME).lstat())
        except OSError:
            return False

    def found_again(self) -> Path | None:
        """Return where the run is now; None where it was removed, or the system does not tell."""
        with suppress(OSError):
            lock = Path(os.readlink(f"/proc/self/fd/{self._handle}"))  # noqa: PTH115 - of a link that is no path's
            if os.path.samestat(os.fstat(self._handle), lock.lstat()):
                return lock.parent
        return None


def is_held(path: Path) -> bool:
    """Return whether a process holds the run at `path`."""
    try:
        handle = os.open(path / NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in _HELD
    finally:
        os.close(handle)
    return False


def _described(handle: int) -> str:
    try:
        holder = _HOLDER(json.loads(os.pread(handle, 4096, 0)))
    except (OSError, ValueError, RecursionError):
        return _("another process")
    return _("process {pid} on {host}").format(pid=holder["pid"], host=visible(holder["host"], 60))
