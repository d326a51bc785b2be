"""One constant object for all worker processes, its arrays in memory that they share.

The object is pickled with its buffers out of band (PEP 574), and everything is laid end to end in one anonymous file in
memory: the pickle first, then each buffer at a multiple of 64 bytes. The file travels to the children as a descriptor.

It has no name, which is why `multiprocessing.shared_memory` is not used: nothing can be left in /dev/shm or be
unlinked twice, whoever is killed; no resource tracker has an opinion; and a container's small /dev/shm is no limit.
"""

from __future__ import annotations

import mmap
import os
import pickle
import tempfile
from dataclasses import dataclass
from multiprocessing import reduction
from typing import IO, Any

from tuitrain.errors import SearchError

ALIGNMENT = 64


@dataclass(frozen=True)
class BlockLayout:
    """Where the pickle (first) and the buffers lie in the file: (start, length) in bytes each."""

    size: int
    spans: tuple[tuple[int, int], ...]


def pack(shared: Any) -> list[memoryview]:
    """The object as a pickle, followed by the buffers of its arrays, which are not copied.

    Raises
    ------
    SearchError
        if it cannot be pickled.
    """
    buffers: list[pickle.PickleBuffer] = []
    try:
        stream = pickle.dumps(shared, protocol=5, buffer_callback=buffers.append)
    except Exception as error:
        raise SearchError(f"the data cannot be sent to the workers: {error}") from error
    return [memoryview(stream), *(buffer.raw() for buffer in buffers)]


def write_pieces(pieces: list[memoryview], file: IO[bytes]) -> BlockLayout:
    """Lay the pieces into an empty file, each at a multiple of 64 bytes."""
    spans = []
    for piece in pieces:
        start = -(-file.tell() // ALIGNMENT) * ALIGNMENT
        file.seek(start)
        file.write(piece)
        spans.append((start, piece.nbytes))
    return BlockLayout(
        file.seek(0, os.SEEK_END), tuple(spans)
    )  # not where it is: an empty piece at the end writes nothing


def unpack(block: memoryview, layout: BlockLayout) -> Any:
    """The object whose pieces lie in `block`; its arrays are views of it, read-only if it is."""
    stream, *buffers = (block[start : start + length] for start, length in layout.spans)
    return pickle.loads(stream, buffers=buffers)


class SharedBlock:
    """The parent's side: the file, filled once. `close` gives the memory back when the last child has ended."""

    def __init__(self, shared: Any) -> None:
        pieces = pack(shared)
        self._file = _anonymous_file()
        self.layout = write_pieces(pieces, self._file)
        self._file.flush()

    @property
    def descriptor(self) -> Descriptor:
        """What to hand to a child as an argument of its process."""
        return Descriptor(self._file.fileno())

    def close(self) -> None:
        """Let go of the file; children that have it mapped keep their view."""
        self._file.close()


class Descriptor:
    """A file descriptor among the arguments of a spawned process: in the child it is an open one of the same file."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> tuple[Any, ...]:
        return _received, (reduction.DupFd(self.number),)  # while the child is being spawned: it inherits the file


def _received(duplicate: Any) -> Descriptor:
    return Descriptor(duplicate.detach())


def read_shared(descriptor: Descriptor, layout: BlockLayout) -> Any:
    """The object, in a child: its arrays are read-only views of the parent's pages. Closes the descriptor."""
    try:
        block = memoryview(mmap.mmap(descriptor.number, layout.size, access=mmap.ACCESS_READ))
    finally:
        os.close(descriptor.number)
    return unpack(block, layout)


def _anonymous_file() -> IO[bytes]:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("tuitrain-shared"), "w+b")
    return tempfile.TemporaryFile()
