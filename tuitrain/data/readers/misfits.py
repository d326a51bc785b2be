"""Name the bytes of a text that do not fit its encoding, with the line they stand in."""

from __future__ import annotations

from dataclasses import dataclass

from tuitrain.errors import DataError
from tuitrain.translation import gettext as _


@dataclass(frozen=True)
class Before:
    """What stands in a file before the bytes that are looked at."""

    byte_count: int = 0
    line_count: int = 0

    def line_at(self, data: bytes, start: int) -> int:
        """Return the line of the byte at `start` of these bytes."""
        return self.line_count + data[:start].count(b"\n") + 1

    def behind(self, data: bytes) -> Before:
        """Return what stands before the bytes behind these."""
        return Before(self.byte_count + len(data), self.line_count + data.count(b"\n"))


START = Before()
FEW_ZEROS = 20  # bytes, of which one or more is zero in a binary file


def misfit(data: bytes, name: str, encoding: str, start: int, before: Before = START) -> str:
    """Say that a byte does not fit the encoding."""
    return _(
        "{name}, line {line}: byte {place} (0x{byte:02x}) is not {encoding}; expected {encoding} throughout"
    ).format(
        name=name, line=before.line_at(data, start), place=before.byte_count + start + 1, byte=data[start],
        encoding=encoding,
    )  # fmt: skip


def damage(data: bytes, name: str, start: int, before: Before) -> str:
    """Say that a byte is not UTF-8 in a file that is."""
    return _(
        "{name}, line {line}: byte {place} (0x{byte:02x}) is not UTF-8, as the rest is; mend the line, or say "
        "how it is written by --encoding"
    ).format(name=name, line=before.line_at(data, start), place=before.byte_count + start + 1, byte=data[start])


def refuse_zero_bytes(data: bytes, name: str, before: Before) -> None:
    """Refuse bytes with a zero among them.

    Raises
    ------
    DataError
        if there is one, with its line.
    """
    if b"\x00" not in data:
        return
    line = before.line_at(data, data.index(b"\x00"))
    if FEW_ZEROS * data.count(0) < len(data):
        raise DataError(
            _("{name}, line {line}: found a zero byte within a text; a program or a disk damaged it: mend the line, or "
              "remove such bytes, as by: tr -d '\\000'").format(name=name, line=line)
        )  # fmt: skip
    raise DataError(
        _("{name}, line {line}: found a zero byte, so this is a binary file; expected CSV or TSV text").format(
            name=name, line=line
        )
    )
