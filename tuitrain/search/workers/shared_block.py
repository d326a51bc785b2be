"""Share one constant object with all worker processes, its arrays in shared memory.

The object is pickled with its buffers out of band (PEP 574), and everything is laid end to end in one anonymous file in
memory: the pickle first, then each buffer at a multiple of 64 bytes. The file travels to the children as a descriptor.

Unlike `multiprocessing.shared_memory`, it has no name: nothing can be left in /dev/shm or unlinked twice, whoever is
killed; no resource tracker interferes; and a container's small /dev/shm is no limit.
"""

from __future__ import annotations

import mmap
import os
import pickle
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import reduction
from typing import IO, Any

from tuitrain.errors import SearchError
from tuitrain.translation import gettext as _

ALIGNMENT = 64


@dataclass(frozen=True)
class BlockLayout:
    """The places of the pickle (first) and the buffers in the file: (start, length) in bytes each."""

    size: int
    spans: tuple[tuple[int, int], ...]


def pack(shared: Any) -> list[memoryview]:
    """Pickle an object; return the pickle and the buffers of its arrays, which are not copied.

    Raises
    ------
    SearchError
        if it cannot be pickled.
    """
    buffers: list[pickle.PickleBuffer] = []
    try:
        stream = pickle.dumps(shared, protocol=5, buffer_callback=buffers.append)
    except Exception as error:
        raise SearchError(_("the data cannot be sent to the workers: {error}").format(error=error)) from error
    return [memoryview(stream), *(buffer.raw() for buffer in buffers)]


def write_pieces(pieces: list[memoryview], file: IO[bytes]) -> BlockLayout:
    """Write the pieces to an empty file, each at a multiple of 64 bytes."""
    spans = []
    for piece in pieces:
        start = -(-file.tell() // ALIGNMENT) * ALIGNMENT
        file.seek(start)
        file.write(piece)
        spans.append((start, piece.nbytes))
    return BlockLayout(
        file.seek(0, os.SEEK_END), tuple(spans)
    )  # `file.tell` would not do: an empty piece at the end writes nothing


def unpack(block: memoryview, layout: BlockLayout) -> Any:
    """Return the object whose pieces lie in `block`; its arrays are views of it, read-only if it is."""
    stream, *buffers = (block[start : start + length] for start, length in layout.spans)
    return pickle.loads(stream, buffers=buffers)


class SharedBlock:
    """The parent's side: the file, filled once. `close` frees the memory when the last child has ended."""

    def __init__(self, shared: Any) -> None:
        pieces = pack(shared)
        self._file = _anonymous_file()
        try:
            self.layout = write_pieces(pieces, self._file)
            self._file.flush()
        except OSError as error:
            with suppress(OSError):  # what could not be written is tried again when the file is closed
                self._file.close()
            text = _("the data cannot be put into memory for the workers: {why}")
            raise SearchError(text.format(why=error.strerror)) from error

    @property
    def descriptor(self) -> Descriptor:
        """Return the descriptor to pass to a child as an argument of its process."""
        return Descriptor(self._file.fileno())

    def close(self) -> None:
        """Close the file; children that have mapped it keep their view."""
        self._file.close()


class Descriptor:
    """A file descriptor as an argument of a spawned process: in the child it is open on the same file."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> tuple[Any, ...]:
        return _received, (reduction.DupFd(self.number),)  # while the child is being spawned: it inherits the file


def _received(duplicate: Any) -> Descriptor:
    return Descriptor(duplicate.detach())


def read_shared(descriptor: Descriptor, layout: BlockLayout) -> Any:
    """Read the object in a child: its arrays are read-only views of the parent's pages. Closes the descriptor."""
    try:
        block = memoryview(mmap.mmap(descriptor.number, layout.size, access=mmap.ACCESS_READ))
    finally:
        os.close(descriptor.number)
    return unpack(block, layout)


def _anonymous_file() -> IO[bytes]:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("tuitrain-shared"), "w+b")
    return tempfile.TemporaryFile()
