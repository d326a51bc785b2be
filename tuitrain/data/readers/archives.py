"""Read the members of zip archives, whose sizes are checked before anything is unpacked."""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from pathlib import PurePosixPath
from typing import IO, BinaryIO

from tuitrain.data.readers.compressed import most_unpacked, size_text
from tuitrain.errors import DataError
from tuitrain.text import listed, quoted, visible
from tuitrain.translation import gettext as _

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
NOT_TABLES = ("__macosx", ".ds_store", "thumbs.db", "desktop.ini")
IS_ENCRYPTED = 1  # in a member's flags


class Archive:
    """A zip archive that is open for reading; `what` it should be stands in messages about damage.

    It may unpack to `most_unpacked` bytes, of which a small archive gets a `share`.

    Raises
    ------
    DataError
        if it is damaged.
    """

    def __init__(self, file: BinaryIO, name: str, what: str, *, share: float = 1.0) -> None:
        self._name, self._what = name, what
        try:
            file.seek(0, 2)
            self.limit = most_unpacked(file.tell(), share)
            file.seek(0)
            self._archive = zipfile.ZipFile(file)
            self.sizes = {info.filename: info.file_size for info in self._archive.infolist() if not info.is_dir()}
        except Exception as error:  # damaged bytes raise a dozen kinds of exception
            raise self.damaged(error) from error

    def damaged(self, error: Exception) -> DataError:
        """What is to be raised about damage."""
        return DataError(
            _("{name}: cannot be read as {what} ({damage})").format(
                name=self._name, what=self._what, damage=visible(error)
            )
        )

    def check_sizes(self, members: Collection[str]) -> None:
        """Raise a DataError if these members are larger together than the archive may unpack to."""
        size = sum(self.sizes[member] for member in members)
        if size > self.limit:
            text = _("{name}: unpacks to {size}; the most for a file of this size is {limit}")
            raise DataError(text.format(name=self._name, size=size_text(size), limit=size_text(self.limit)))

    def open(self, member: str) -> IO[bytes]:
        """Open a member; it gives no more bytes than its declared size. Damage raises any exception, here or later."""
        return self._archive.open(member)

    def is_encrypted(self, member: str) -> bool:
        """Whether a password is needed for a member."""
        return bool(self._archive.getinfo(member).flag_bits & IS_ENCRYPTED)


def only_table(archive: Archive, name: str, suffixes: Collection[str]) -> str:
    """The member that is the one table of an archive; its suffix is among `suffixes`, or it is alone without one.

    Raises
    ------
    DataError
        if there is none, or several.
    """
    members = [
        member for member in archive.sizes
        if not any(part.lower() in NOT_TABLES or part.startswith("._") for part in PurePosixPath(member).parts)
    ]  # fmt: skip
    tables = [member for member in members if member.lower().endswith(tuple(suffixes))]
    tables = members if not tables and len(members) == 1 and not PurePosixPath(members[0]).suffix else tables
    if len(tables) != 1:
        found = listed("table", tables) if tables else listed("file", members) if members else _("no file")
        raise DataError(
            _("{name}: found {found} in the archive; expected one table. Unpack it (unzip) and name one").format(
                name=name, found=found
            )
        )
    table = tables[0]
    if archive.is_encrypted(table):
        raise DataError(_("{name}: {table} needs a password; unpack it (unzip)").format(name=name, table=quoted(table)))
    archive.check_sizes([table])
    return table
