"""Unpack gzip, bzip2 and xz files piece by piece, and never beyond a stated size."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from tuitrain.data.progress import Progress, untold
from tuitrain.errors import DataError
from tuitrain.text import visible
from tuitrain.translation import gettext as _

LEAST_LIMIT = 2**30  # bytes; a small file may unpack to as many
LARGEST_RATIO = 20  # a larger file may unpack to as many times its size
PIECE = 2**20  # bytes that are unpacked at a time
XZ_MEMORY = 2**28  # bytes; `xz -9` needs a quarter of that
TAR_MARK = slice(257, 262)


class Unpacker(Protocol):
    """What unpacks one stream; `bz2.BZ2Decompressor` describes the members."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Gzip:
    """A gzip stream as an `Unpacker`."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def needs_input(self) -> bool:
        return not self._stream.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._stream.decompress(self._stream.unconsumed_tail + data, max_length)


@dataclass(frozen=True)
class Packing:
    """A way to pack one file; `command` unpacks it in a shell."""

    name: str
    suffix: str
    magic: bytes
    command: str
    unpacker: Callable[[], Unpacker]


PACKINGS = (
    Packing("gzip", ".gz", b"\x1f\x8b\x08", "gunzip", _Gzip),
    Packing("bzip2", ".bz2", b"BZh", "bunzip2", bz2.BZ2Decompressor),
    Packing("xz", ".xz", b"\xfd7zXZ\x00", "unxz", lambda: lzma.LZMADecompressor(memlimit=XZ_MEMORY)),
)
BZ2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")  # begin a stream with, and one without content, behind the level
MARK_LENGTH = 10  # bytes at the start of a file that tell how it is packed


class _DamagedError(Exception):
    """A stream that cannot be unpacked."""


def packing_of(head: bytes) -> Packing | None:
    """Return how a file is packed, by its first bytes; None if it is not."""
    for packing in PACKINGS:
        if head.startswith(packing.magic) and (packing.name != "bzip2" or head[4:10] in BZ2_BLOCKS):
            return packing
    return None


def without_packing(name: str) -> str:
    """A file's name without the suffix of a packing: ``t.csv.gz`` is a ``t.csv``."""
    lower = name.lower()
    return next((name[: -len(packing.suffix)] for packing in PACKINGS if lower.endswith(packing.suffix)), name)


def most_unpacked(size: int, share: float = 1.0) -> int:
    """The bytes that a file of `size` bytes may unpack to; a small one to a `share` of the usual limit."""
    return max(int(share * LEAST_LIMIT), LARGEST_RATIO * size)


def size_text(count: int) -> str:
    """Format a number of bytes: ``1.0 GB``."""
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"


def unpack(
    file: BinaryIO, packing: Packing, name: str, *, size: int, most_bytes: int | None = None,
    progress: Progress = untold,
) -> tuple[bytes, bool]:  # fmt: skip
    """Unpack a file of `size` bytes that is open at its start; return the content and whether it was cut.

    `most_bytes` stops after as many. `name` stands for the file in messages. `progress` is told of the packed bytes.

    Raises
    ------
    DataError
        if the file is damaged or cut short, unpacks beyond `most_unpacked`, or holds a tar archive.
    OSError
        if the file cannot be read.
    """
    content = io.BytesIO()
    for piece in unpacked_pieces(file, packing, name, size=size, progress=progress):
        content.write(piece)
        if most_bytes is not None and content.tell() > most_bytes:
            break
    refuse_tar(bytes(content.getbuffer()[: TAR_MARK.stop]), name)
    is_cut = most_bytes is not None and content.tell() > most_bytes
    if is_cut:
        content.truncate(most_bytes)
    return content.getvalue(), is_cut


def unpacked_pieces(
    file: BinaryIO, packing: Packing, name: str, *, size: int | None, progress: Progress = untold
) -> Iterator[bytes]:  # fmt: skip
    """Yield the content of a file of `size` bytes that is open at its start, in pieces of at most `PIECE` bytes.

    A `size` of None means that it is not known, as of a pipe; the content then has no limit. `progress` is told of the
    packed bytes.

    Raises
    ------
    DataError
        if the file is damaged or cut short, or unpacks beyond `most_unpacked`.
    OSError
        if the file cannot be read.
    """
    limit, count = None if size is None else most_unpacked(size), 0
    try:
        for piece in _pieces(file, packing):
            count += len(piece)
            progress(file.tell() if size else count, size or 0)
            if limit is not None and count > limit:
                text = _(
                    "{name}: unpacks to more than {limit}, the most for a file of this size; if that is meant, unpack "
                    "it ({command}) and name the result"
                )  # fmt: skip
                raise DataError(text.format(name=name, limit=size_text(limit), command=packing.command))
            yield piece
    except _DamagedError as error:
        text = _("{name}: is packed by {packing}, and {damage} after {unpacked} unpacked; copy or download it again")
        raise DataError(
            text.format(name=name, packing=packing.name, damage=error, unpacked=size_text(count))
        ) from error


def refuse_tar(head: bytes, name: str) -> None:
    """Refuse a tar archive by the first bytes of what was unpacked.

    Raises
    ------
    DataError
        if it is one.
    """
    if head[TAR_MARK] == b"ustar":
        raise DataError(_("{name}: holds a tar archive; unpack it (tar -xf) and name the table").format(name=name))


def _pieces(file: BinaryIO, packing: Packing) -> Iterator[bytes]:
    """Yield the content of all streams of a file; zeros may follow each."""
    packed = file.read(PIECE)
    while packed:
        if not packed.startswith(packing.magic):
            raise _DamagedError(_("has other bytes behind its end"))
        unpacker = packing.unpacker()
        while not unpacker.eof:
            data = b""
            if unpacker.needs_input:
                data, packed = packed or file.read(PIECE), b""
            piece = _unpacked(unpacker, data)
            if piece:
                yield piece
            elif not data and unpacker.needs_input and not unpacker.eof:
                raise _DamagedError(_("ends early"))
        packed = (unpacker.unused_data + packed).lstrip(b"\x00")
        while not packed and (more := file.read(PIECE)):
            packed = more.lstrip(b"\x00")
        packed += file.read(MARK_LENGTH) if 0 < len(packed) < MARK_LENGTH else b""


def _unpacked(unpacker: Unpacker, data: bytes) -> bytes:
    try:
        return unpacker.decompress(data, PIECE)
    except (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError) as error:
        if "emory" in str(error):
            needed = _("needs more memory than {limit} to unpack").format(limit=size_text(XZ_MEMORY))
            raise _DamagedError(needed) from error
        raise _DamagedError(_("is damaged ({error})").format(error=visible(error))) from error
