"""A file that grows by lines of JSON; they need not be on the disk before `sync`.

A kill may cut the last line short; such a line never happened: `read_lines` leaves it out and says so, and `LineFile`
takes it off.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tuitrain.errors import RunError
from tuitrain.runs.disk import Disk
from tuitrain.runs.files import open_regular, reason
from tuitrain.text import quoted, visible
from tuitrain.translation import gettext as _


def read_lines(path: Path) -> tuple[list[dict[str, Any]], bool]:
    """Return the objects of a file, one a line, and whether its last line was cut short; none where it is missing.

    Raises
    ------
    RunError
        if it cannot be read, or a whole line is no JSON object.
    """
    try:
        with open_regular(path) as file:
            data = file.read()
    except FileNotFoundError:
        return [], False
    except OSError as error:
        raise RunError(_("{path}: cannot be read: {why}").format(path=visible(path), why=reason(error))) from error
    *lines, rest = data.split(b"\n")
    return [_object(line, path, number) for number, line in enumerate(lines, 1)], bool(rest)


def _object(line: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        found = json.loads(line)
        if not isinstance(found, dict):
            raise ValueError(_("is no object"))
    except (ValueError, RecursionError) as error:
        place = _("{path}, line {number}").format(path=visible(path), number=number)
        raise RunError(f"{place}: {quoted(line[:40].decode(errors='replace'))}: {visible(error)}") from None
    return found


def to_line(values: dict[str, Any]) -> bytes:
    """Return an object as a line."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode(errors="backslashreplace") + b"\n"


class LineFile:
    """The lines of `path`, of which the first `keep` are there already; what follows them is taken off.

    What could not be written is kept, and written with the next lines. Methods raise `OSError`.
    """

    def __init__(self, path: Path, disk: Disk, *, keep: int = 0) -> None:
        self._disk, self._pending = disk, b""
        self._handle = disk.open(path, os.O_RDWR)
        try:
            self._size = _end_of_line(self._handle, keep)
            disk.truncate(self._handle, self._size)
            os.lseek(self._handle, self._size, os.SEEK_SET)
        except OSError:
            os.close(self._handle)
            raise

    def append(self, lines: Sequence[bytes]) -> None:
        """Write lines, each with its end, all or none."""
        self._pending += b"".join(lines)
        if not self._pending:
            return
        try:
            self._disk.write(self._handle, self._pending)
        except OSError:
            with suppress(OSError):
                self._disk.truncate(self._handle, self._size)
                os.lseek(self._handle, self._size, os.SEEK_SET)
            raise
        self._size += len(self._pending)
        self._pending = b""

    def sync(self) -> None:
        """Wait until all lines are on the disk."""
        self.append(())
        self._disk.sync(self._handle)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)


def _end_of_line(handle: int, number: int) -> int:
    """Return where the line of that number ends; where the last whole one does if there are fewer."""
    size = found = 0
    while found < number and (data := os.pread(handle, 1 << 20, size)):
        ends = data.count(b"\n")
        if found + ends < number:
            last = data.rfind(b"\n") + 1
            if not last:  # a line longer than what is read at once
                return size
            size, found = size + last, found + ends
            continue
        at = -1
        while found < number:
            at = data.find(b"\n", at + 1)
            found += 1
        return size + at + 1
    return size
