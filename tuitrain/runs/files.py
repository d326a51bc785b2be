"""Paths that users enter, names for model files, and files that are written atomically."""

from __future__ import annotations

import errno
import os
import re
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from tuitrain.errors import FileError
from tuitrain.text import quoted, visible
from tuitrain.translation import gettext as _

SUFFIX = ".safetensors"
MOST_LETTERS, MOST_BYTES = 60, 200  # of a dataset's name in a model's; file systems allow 255 bytes in all


def expanded(path: str | os.PathLike[str]) -> Path:
    """Return the path with ``~`` and ``~user`` as their directories.

    Raises
    ------
    FileError
        if there is no such user, or no name for a file.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        user = quoted(Path(path).parts[0])
        raise FileError(
            _("{path}: {user} is not a user's directory; write ./~ for a name that begins with ~").format(
                path=visible(path), user=user
            )
        ) from error


def open_regular(path: Path) -> BinaryIO:
    """Open a file of ours for reading; a pipe or a device in its place is refused, and not waited for.

    Raises
    ------
    OSError
        if it cannot be opened, or is not a regular file.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        mode = os.fstat(handle).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, _("is not a regular file"))
    except OSError:
        os.close(handle)
        raise
    return os.fdopen(handle, "rb")


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that there is never half of it; a symbolic link there is replaced, and not followed.

    Raises
    ------
    FileError
        if it cannot be written.
    """
    with whole_file(path) as write:
        write(data)


@contextmanager
def whole_file(path: Path) -> Iterator[Callable[[bytes], None]]:
    """Give what writes a file piece by piece; it stands there when all is done, and if anything fails, nothing does.

    A symbolic link there is replaced, and not followed.

    Raises
    ------
    FileError
        if it cannot be written.
    """

    def failure(error: OSError | ValueError) -> FileError:
        return FileError(_("{path}: cannot be written: {error}").format(path=visible(path), error=reason(error)))

    def write(data: bytes) -> None:
        try:
            file.write(data)
        except OSError as error:
            raise failure(error) from error

    try:
        handle, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    except (OSError, ValueError) as error:
        raise failure(error) from error
    file = os.fdopen(handle, "wb")
    try:
        yield write
        try:
            file.flush()
            os.fsync(file.fileno())
            file.close()
            Path(made).chmod(0o644)
            Path(made).replace(path)
        except (OSError, ValueError) as error:
            raise failure(error) from error
    except BaseException:
        with suppress(OSError):  # what is still to be written to a full disk
            file.close()
        Path(made).unlink(missing_ok=True)
        raise


def followed(path: Path) -> Path:
    """Return the file that `path` stands for, behind any symbolic links, whether it exists or not.

    Raises
    ------
    FileError
        if it cannot be a path, or a link leads back to itself.
    """
    try:
        found = Path(os.path.realpath(path))
    except (OSError, ValueError) as error:
        raise FileError(
            _("{path}: cannot be written: {error}").format(path=visible(path), error=reason(error))
        ) from error
    if found.is_symlink():
        raise FileError(_("{path}: is a symbolic link that leads back to itself").format(path=visible(path)))
    return found


def refuse_link(path: Path) -> None:
    """Keep away from a file of ours that is a symbolic link: what it points to is somebody else's.

    Raises
    ------
    FileError
        if it is one, naming where it leads.
    """
    if path.is_symlink():
        target = visible(path.readlink())
        raise FileError(
            _("{path}: is a symbolic link to {target} and is not written through; remove the link").format(
                path=visible(path), target=target
            )
        )


def reason(error: OSError | ValueError) -> str:
    """Return why a path could not be used, in the system's words."""
    return (isinstance(error, OSError) and error.strerror) or str(error)


def model_name(dataset_name: str, *, stamp: str = "") -> str:
    """Make a file name from a dataset's: ``sales.csv`` gives ``sales.safetensors``, or ``sales-STAMP.safetensors``.

    It keeps letters of every script, and holds no separator and no dot but the suffix's.
    """
    stem = re.sub(r"\.[A-Za-z]\w*$", "", dataset_name)
    letters = re.sub(r"[^\w-]+", "-", stem).strip("-")[:MOST_LETTERS]
    name = os.fsencode(letters)[:MOST_BYTES].decode(errors="ignore") or "model"
    return (f"{name}-{stamp}" if stamp else name) + SUFFIX


def typed_path(typed: str, suffix: str = SUFFIX) -> Path:
    """Return the path of a file that was typed, a model's or another's, with the suffix where it has none.

    Raises
    ------
    FileError
        if no file can be written under that name.
    """
    typed = typed.strip()
    if not typed:
        raise FileError(_("type a file name"))
    try:
        path = Path(typed).expanduser()
        if typed.endswith("/") or path.name in {"", "..", "~"}:
            raise FileError(_("{typed} is a directory; name a file in it").format(typed=visible(typed, 60)))
        if not path.suffix:
            path = path.with_name(path.name + suffix)
        if path.is_dir():
            raise FileError(_("{path} is a directory").format(path=visible(path, 60)))
        if not path.parent.is_dir():
            raise FileError(_("there is no directory {parent}").format(parent=visible(path.parent, 60)))
        path.lstat()
    except FileNotFoundError:
        pass
    except (OSError, RuntimeError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise FileError(
            _("{typed} is not a name for a file: {why}").format(typed=visible(typed, 40), why=visible(why, 60))
        ) from error
    return path
