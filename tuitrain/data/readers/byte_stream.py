"""The bytes of a text file, unpacked and read piece by piece, so that a file of any size needs little memory."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tuitrain.data.catalog import BUNDLED
from tuitrain.data.generators import RECIPES
from tuitrain.data.readers import PACKED_SUFFIXES, TEXT, ZIP_SUFFIX, FileContent, reader_of
from tuitrain.data.readers.compressed import (
    MARK_LENGTH,
    TAR_MARK,
    packing_of,
    refuse_tar,
    unpacked_pieces,
    without_packing,
)
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions
from tuitrain.text import visible
from tuitrain.translation import gettext as _

STANDARD_INPUT = "-"
SAFETENSORS = ".safetensors"


class ByteStream:
    """What an open file holds, unpacked if it is packed; `content` has its name and suffix, and no data."""

    def __init__(self, file: io.BufferedReader, content: FileContent) -> None:
        self._file, self.content = file, content
        mode = os.fstat(file.fileno())
        self._size = mode.st_size if stat.S_ISREG(mode.st_mode) else None
        self._is_over = False
        packing = packing_of(file.peek(MARK_LENGTH))
        self._pieces = None if packing is None else unpacked_pieces(file, packing, content.name, size=self._size)
        self._rest = b""
        if self._pieces is not None:
            head = self.read(TAR_MARK.stop)
            self._rest = head + self._rest
            refuse_tar(head, content.name)

    @property
    def share(self) -> float | None:
        """How much of the file was read, 0 to 1; None if its size is not known."""
        return None if not self._size else min(self._file.tell() / self._size, 1.0)

    def read(self, most: int) -> bytes:
        """Read so many bytes; fewer only at the end.

        Raises
        ------
        DataError
            if a packed file is damaged, or the file cannot be read.
        """
        try:
            return self._read_packed(most) if self._pieces is not None else self._read_plain(most)
        except OSError as error:
            raise DataError(
                _("{path}: cannot be read: {why}").format(path=self.content.name, why=error.strerror)
            ) from error

    @contextmanager
    def damage_first(self) -> Iterator[None]:
        """Tell of damage to a packed file before what is wrong in its content, which it may have caused."""
        try:
            yield
        except DataError:
            for _piece in self._pieces or ():
                pass
            raise

    def _read_plain(self, most: int) -> bytes:
        if self._is_over:  # a terminal would begin anew
            return b""
        data = self._file.read(most)
        self._is_over = len(data) < most
        return data

    def _read_packed(self, most: int) -> bytes:
        assert self._pieces is not None
        parts, count = [self._rest], len(self._rest)
        while count < most and (piece := next(self._pieces, b"")):
            parts.append(piece)
            count += len(piece)
        data = b"".join(parts)
        self._rest = data[most:]
        return data[:most]


def streamed_content(source: str, options: DataOptions) -> FileContent | None:
    """Describe the text file that `source` names, if it can be read piece by piece; None if it is anything else.

    What cannot be read at all is anything else too: the reader of whole tables says why.
    """
    if source == STANDARD_INPUT:
        return None if sys.stdin is None or options.sheet is not None else FileContent(b"", "standard input", "")
    if source.partition("?")[0] in {*RECIPES, *BUNDLED} or options.sheet is not None:
        return None
    path = Path(source)
    try:
        path = path.expanduser()
        found = path.stat()
        is_regular = stat.S_ISREG(found.st_mode)
        head = _head_of(path) if is_regular else b""
    except (OSError, RuntimeError, ValueError):
        return None
    is_pipe = stat.S_ISFIFO(found.st_mode) and ("/" in source or bool(path.suffix))
    suffix = path.suffix.lower()
    is_packed, says_packed = packing_of(head) is not None, suffix in PACKED_SUFFIXES
    if is_packed or says_packed:
        suffix = Path(without_packing(path.name)).suffix.lower()
    is_model = head[8:9] == b"{" and int.from_bytes(head[:8], "little") < found.st_size
    is_odd = is_model or suffix in {SAFETENSORS, ZIP_SUFFIX} or (says_packed and not is_packed and b"\x00" in head)
    if not (is_regular or is_pipe) or reader_of(suffix) is not TEXT or is_odd:
        return None
    return FileContent(b"", visible(path.name), suffix, path=path)


def _head_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MARK_LENGTH)


@contextmanager
def open_stream(content: FileContent) -> Iterator[ByteStream]:
    """Open what `streamed_content` described.

    Raises
    ------
    DataError
        if it cannot be opened.
    """
    if content.path is None:
        yield ByteStream(sys.stdin.buffer, content)  # type: ignore[arg-type]
        return
    try:
        file = content.path.open("rb")
    except OSError as error:
        raise DataError(_("{path}: cannot be read: {why}").format(path=content.name, why=error.strerror)) from error
    with file:
        yield ByteStream(file, content)
