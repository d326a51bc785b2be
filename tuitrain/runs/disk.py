"""The file operations that a run is written with, one method each, so that a test can let any of them fail.

A file is replaced whole: written beside, synced, renamed, and its directory synced, so that a reader finds the old one
or the new one at any moment, also after a power failure. Nothing is followed or opened but regular files.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

from tuitrain.translation import gettext as _

NEW = ".new"  # what a file's name ends with until it is whole
_MODE = 0o644


class Disk:
    """The operating system's files. Every method raises an `OSError` where it fails."""

    def make_directory(self, path: Path) -> None:
        """Make a directory that does not exist yet."""
        path.mkdir()

    def open(self, path: Path, flags: int) -> int:
        """Open a regular file for writing, made where there is none; a symbolic link is refused."""
        handle = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, _MODE)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise OSError(errno.EINVAL, _("is not a regular file"), str(path))
        return handle

    def write(self, handle: int, data: bytes) -> None:
        """Write all of `data`."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]

    def sync(self, handle: int) -> None:
        """Wait until what was written is on the disk."""
        os.fsync(handle)

    def truncate(self, handle: int, size: int) -> None:
        """Cut a file to `size` bytes."""
        os.ftruncate(handle, size)

    def rename(self, path: Path, other: Path) -> None:
        """Let a file be found as `other`, in place of what was there."""
        path.replace(other)

    def link(self, path: Path, other: Path) -> None:
        """Let a file be found as `other` too, whatever `path` becomes."""
        os.link(path, other, follow_symlinks=False)

    def sync_directory(self, path: Path) -> None:
        """Wait until the names in a directory are on the disk; a file system that cannot sync one is left alone."""
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
                raise
        finally:
            os.close(handle)

    def replace(self, path: Path, data: bytes) -> None:
        """Replace a file whole; where that fails, the old one stays and nothing is left beside it."""
        made = path.with_name(path.name + NEW)
        try:
            handle = self.open(made, os.O_WRONLY | os.O_TRUNC)
            try:
                self.write(handle, data)
                self.sync(handle)
            finally:
                os.close(handle)
            self.rename(made, path)
        except OSError:
            with suppress(OSError):
                made.unlink(missing_ok=True)
            raise
        self.sync_directory(path.parent)


DISK = Disk()


def is_full(error: OSError) -> bool:
    """Return whether a write failed for want of room, so that it may succeed later."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT}
