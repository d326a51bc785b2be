"""A file that only grows: one JSON object a line, on the disk before `append` returns.

A kill may cut the last line short; such a line never happened, and is taken off before the next one is written. One
process writes at a time, which a `Holder` sees to.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tuitrain.errors import SearchError
from tuitrain.runs.disk import DISK, Disk
from tuitrain.runs.files import open_regular, reason, refuse_link
from tuitrain.text import quoted, visible
from tuitrain.translation import gettext as _


class Journal:
    """The journal at `path`, which need not exist."""

    def __init__(self, path: Path, disk: Disk = DISK) -> None:
        self._path, self._disk = path, disk
        self._whole = 0  # bytes that are known: `read` has given them, or `append` has written them
        self._lines = 0
        self._file: int | None = None

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._path

    @property
    def n_lines(self) -> int:
        """How many lines are known."""
        return self._lines

    def read(self) -> list[dict[str, Any]]:
        """Return the events that were not read yet, whoever wrote them.

        Raises
        ------
        SearchError
            if it cannot be read, holds something else than events, or has become shorter.
        """
        try:
            with open_regular(self._path) as file:
                size = os.fstat(file.fileno()).st_size
                file.seek(self._whole)
                data = file.read()
        except FileNotFoundError:
            size, data = 0, b""
        except OSError as error:
            raise SearchError(
                _("{path}: cannot be read: {why}").format(path=visible(self._path), why=reason(error))
            ) from error
        if size < self._whole:
            raise SearchError(_("{path}: has been cut short by another program").format(path=visible(self._path)))
        lines = data[: data.rfind(b"\n") + 1].split(b"\n")[:-1]
        events = [self._event(line, number) for number, line in enumerate(lines, self._lines + 1)]
        self._whole += sum(len(line) + 1 for line in lines)
        self._lines += len(lines)
        return events

    def append(self, events: Sequence[dict[str, Any]]) -> None:
        """Write events, all or none of them, and wait until they are on the disk; to be called under the lock.

        Raises
        ------
        SearchError
            if they cannot be written, or there are events that are not known.
        FileError
            if the file is a symbolic link: what it points to is not the study's to change.
        """
        lines = [json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n" for event in events]
        data = "".join(lines).encode(errors="backslashreplace")  # what is not text becomes a JSON escape
        try:
            file = self._opened()
            try:
                self._disk.write(file, data)
                self._disk.sync(file)
            except OSError:
                self._take_back(file)
                raise
        except OSError as error:
            raise SearchError(
                _("{path}: cannot be written: {why}").format(path=visible(self._path), why=reason(error))
            ) from error
        self._whole += len(data)
        self._lines += len(events)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            file, self._file = self._file, None
            os.close(file)

    def _opened(self) -> int:
        """Return the file, ending with what is known."""
        if self._file is not None:
            return self._file
        refuse_link(self._path)
        is_new = not self._path.exists()
        file = self._disk.open(self._path, os.O_RDWR | os.O_APPEND)
        try:
            os.lseek(file, self._whole, os.SEEK_SET)
            while tail := os.read(file, 1 << 16):
                if b"\n" in tail:
                    raise SearchError(
                        _("{path}: another process has written to it; open the study again").format(
                            path=visible(self._path)
                        )
                    )
            self._disk.truncate(file, self._whole)
            if is_new:
                self._disk.sync_directory(self._path.parent)
        except BaseException:
            os.close(file)
            raise
        self._file = file
        return file

    def _take_back(self, file: int) -> None:
        """Take off what may have been written of an event, which is not known, and of which the disk may hold half."""
        with suppress(OSError):  # it is done when the file is opened again, then
            self._disk.truncate(file, self._whole)
        self.close()

    def _event(self, line: bytes, number: int) -> dict[str, Any]:
        try:
            event = json.loads(line)
            if not isinstance(event, dict) or "event" not in event:
                raise ValueError(_("is not an event: a table with the name of one"))
        except (ValueError, RecursionError) as error:
            place = _("{path}, line {number}").format(path=visible(self._path), number=number)
            raise SearchError(f"{place}: {quoted(line[:40].decode(errors='replace'))}: {visible(error)}") from None
        return event
