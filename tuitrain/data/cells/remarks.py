"""What is to be told about the columns of a table: one notice for all columns with the same remark.

It can be noted piece by piece, so that the notices on a table that is read in pieces are those on the whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuitrain.data.notices import Notice, about
from tuitrain.text import counted, quoted
from tuitrain.translation import gettext as _


class Remarks:
    """What was found in the columns so far."""

    def __init__(self) -> None:
        self._notices: dict[str, None] = {}
        self._infinite: dict[str, int] = {}
        self._shared: dict[str, dict[str, None]] = {}  # a remark: columns
        self._absent: dict[str, dict[str, int]] = {}  # a column: words for missing and their counts

    def add(self, notice: str) -> None:
        """Note what is told about one column."""
        self._notices[notice] = None

    def share(self, remark: str, name: str) -> None:
        """Note a remark that other columns may have too."""
        self._shared.setdefault(remark, {})[name] = None

    def count_infinite(self, name: str, count: int) -> None:
        """Note so many infinite values."""
        if count:
            self._infinite[name] = self._infinite.get(name, 0) + count

    def count_absent(self, name: str, word: str, count: int) -> None:
        """Note that a word was read as missing so many times."""
        words = self._absent.setdefault(name, {})
        words[word] = words.get(word, 0) + count

    def extend(self, other: Remarks) -> None:
        """Note what was found in more rows of the same columns."""
        self._notices |= other._notices
        for name, count in other._infinite.items():
            self.count_infinite(name, count)
        for remark, names in other._shared.items():
            for name in names:
                self.share(remark, name)
        for name, words in other._absent.items():
            for word, count in words.items():
                self.count_absent(name, word, count)

    def notices(self, names: Sequence[str]) -> list[str]:
        """Return the notices on columns, whose `names` come in the order of the table."""
        place = {name: index for index, name in enumerate(names)}
        told = list(self._notices)
        for name in sorted(self._infinite, key=place.__getitem__):
            remark = _("{values} taken as missing").format(values=counted(self._infinite[name], "infinite value"))
            told.append(_("column {name}: {remark}").format(name=quoted(name), remark=remark))
        told += [about(sorted(found, key=place.__getitem__), remark) for remark, found in self._shared.items()]
        by_word: dict[str, dict[str, int]] = {}
        for name in sorted(self._absent, key=place.__getitem__):
            for word, count in self._absent[name].items():
                by_word.setdefault(word, {})[name] = count
        return told + [_missing_notice(word, found) for word, found in by_word.items()]


def _missing_notice(word: str, found: dict[str, int]) -> Notice:
    cells = counted(sum(found.values()), "cell")
    return about(
        list(found), _("{word} ({cells}) is taken as missing; --missing none keeps it as a value").format(
            word=quoted(word), cells=cells
        )
    )  # fmt: skip
