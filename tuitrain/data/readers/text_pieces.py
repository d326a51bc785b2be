"""The text of a file in pieces of whole lines, decoded one after the other.

The encoding is found from the head of the file, or, as long as everything is ASCII, where the first other byte stands.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from tuitrain.data.readers.byte_stream import ByteStream
from tuitrain.data.readers.encoding import MARKS, MOST_BYTES, TITLES, Decoded, decode, wide_encoding
from tuitrain.data.readers.file_kinds import DOS_END, refuse_other_kinds
from tuitrain.data.readers.misfits import Before, damage, misfit, refuse_zero_bytes
from tuitrain.errors import DataError

HEAD_BYTES = MOST_BYTES + 500_000  # in which everything that is looked at to find the encoding has room
PIECE_BYTES = 2**20


class TextPieces:
    """The head of a text file, decoded, and, by iterating once, the pieces behind it; each ends where a line does.

    `is_cut` says whether there are any. `late` is how the text was decoded where that was found behind the head.
    """

    def __init__(
        self, stream: ByteStream, *, encoding: str | None = None, head_bytes: int = HEAD_BYTES,
        piece_bytes: int = PIECE_BYTES,
    ) -> None:  # fmt: skip
        self._stream, self._name, self._told = stream, stream.content.name, encoding
        self._piece_bytes = piece_bytes
        self._next = b""  # what was read and is not yet decoded
        self._before = Before()
        self.late: Decoded | None = None
        self.is_cut = True
        data = self._take(head_bytes)
        refuse_other_kinds(data, self._name)
        while self.is_cut and b"\n" not in data and b"\r" not in data:
            data += self._take(piece_bytes)
        if self.is_cut:
            end = data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, -1) + 1 or len(data)
            wide = _wide_codec(data, encoding)
            self._next, data = (self._next, data) if wide else (data[end:] + self._next, data[:end])
        decoded = decode(data, self._name, encoding=encoding, is_cut=self.is_cut)
        self._codec = _codec(data, encoding, decoded.encoding)
        self._is_open = encoding is None and decoded.encoding == "utf-8" and data.isascii()
        self._decoder = codecs.getincrementaldecoder(self._codec)()
        self._rest = ""  # of a line that goes on in the next piece
        if self.is_cut:
            text = self._decoded(data).removeprefix("\ufeff")
            end = _end_of_lines(text)
            text, self._rest = text[:end], text[end:]
            decoded = Decoded(text, decoded.encoding, decoded.reason)
        self.head = decoded

    def __iter__(self) -> Iterator[str]:
        while self.is_cut:
            text = self._rest + self._decoded(self._take(self._piece_bytes))
            end = _end_of_lines(text) if self.is_cut else len(text)
            self._rest = text[end:]
            if end:
                yield text[:end]

    def _take(self, most: int) -> bytes:
        """Take bytes from the file, and find out whether any follow."""
        while len(self._next) <= most and (more := self._stream.read(max(most, self._piece_bytes))):
            self._next += more
        data, self._next = self._next[:most], self._next[most:]
        self.is_cut = bool(self._next)
        return data if self.is_cut else data.removesuffix(DOS_END)

    def _decoded(self, data: bytes) -> str:
        """Decode the next bytes of the file."""
        if self._is_open:
            if data.isascii():
                refuse_zero_bytes(data, self._name, self._before)
                self._before = self._before.behind(data)
                return data.decode("ascii")
            data = self._decide(data)
        if not self._codec.startswith(("utf-16", "utf-32")):
            refuse_zero_bytes(data, self._name, self._before)
        try:
            text = self._decoder.decode(data, final=not self.is_cut)
        except UnicodeDecodeError as error:
            raise DataError(self._problem(error, data)) from error
        self._before = self._before.behind(data)
        return text

    def _decide(self, data: bytes) -> bytes:
        """Find the encoding where all bytes before `data` were ASCII; return these and more, by which it was found."""
        while self.is_cut and (len(data) < MOST_BYTES or data[: data.rfind(b"\n") + 1].isascii()):
            data += self._take(self._piece_bytes)
        self.late = decode(data, self._name, is_cut=self.is_cut, before=self._before)
        self._codec = self.late.encoding
        self._decoder = codecs.getincrementaldecoder(self._codec)()
        self._is_open = False
        return data

    def _problem(self, error: UnicodeDecodeError, data: bytes) -> str:
        found = bytes(error.object)  # these bytes, and the last ones before them if a character began there
        begun = len(found) - len(data)
        before = Before(self._before.byte_count - begun, self._before.line_count)
        if self._told is None and self._codec.startswith("utf-8"):
            return damage(found, self._name, error.start, before)
        title = self._told or TITLES.get(self._codec[:6], TITLES.get(self._codec, self._codec))
        return misfit(found, self._name, title, error.start, before)


def _wide_codec(data: bytes, told: str | None) -> str:
    """The codec of an encoding of two or four bytes a character; empty if it is another."""
    if told is not None:
        known = codecs.lookup(told).name
    else:
        marked = next((known for mark, known in MARKS if data.startswith(mark)), "")
        known = marked or wide_encoding(data) or ""
    return known if known.startswith(("utf-16", "utf-32")) else ""


def _codec(data: bytes, told: str | None, found: str) -> str:
    """The codec for a file that begins with `data` and was `found` to be in this encoding."""
    if wide := _wide_codec(data, told):
        return wide
    known = found if told is None else codecs.lookup(told).name
    return "utf-8-sig" if known == "utf-8" else known


def _end_of_lines(text: str) -> int:
    """Where the last whole line of a text ends; a carriage return ends one where nothing else does, as on old Macs."""
    return text.rfind("\n") + 1 or text.rfind("\r", 0, -1) + 1
