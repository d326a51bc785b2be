"""Notes below the rows of a table: a source, a count of rows, the day on which it was made."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

MOST_LINES = 30
NOTE = re.compile(
    r"[\W_]*(?:sources?|notes?|footnotes?|generated|created|exported|retrieved|downloaded|last updated|updated|data "
    r"(?:source|from|as of|extracted)|copyright|disclaimer|end of|quelle|stand|anmerkung|hinweis|fuente|nota|notas|"
    r"fonte|bron|출처|자료|주석|주\)|단위|작성일|出典|資料|注|来源|出所)\b.*|[\W_]*(?:©|※|\*\)|\(c\) ).*|"
    r"\(?\d+ (?:rows?|records?|lines?)\b.*|\d+ rows? .*",
    re.IGNORECASE | re.DOTALL,
)


def is_note(row: Sequence[str]) -> bool:
    """Whether a record says nothing but a note in its first field, or in several, where the note has delimiters."""
    if NOTE.fullmatch(row[0].strip()) is None:
        return False
    return len(row) == 1 or not any(cell.strip() and not re.search(r"[^\W\d_]|\d{4}", cell) for cell in row[1:])


class LookAhead:
    """Records that can be looked at before they are read."""

    def __init__(self, records: Iterable[tuple[int, list[str]]]) -> None:
        self._records = iter(records)
        self._seen: deque[tuple[int, list[str]]] = deque()

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        return self

    def __next__(self) -> tuple[int, list[str]]:
        return self._seen.popleft() if self._seen else next(self._records)

    def ahead(self, most: int) -> list[tuple[int, list[str]]]:
        """The next records, at most so many."""
        while len(self._seen) < most and (record := next(self._records, None)) is not None:
            self._seen.append(record)
        return list(self._seen)[:most]


def note_lines(
    line: int, row: Sequence[str], rest: LookAhead, width: int, *, is_below_blank: bool
) -> list[int]:  # fmt: skip
    """The lines of the notes that begin with `row` and take what is left of a table; empty if anything else follows.

    The first of them has fewer fields than the `width` of the table, and is a note by its first words, or, below a
    blank line, by its blanks; what follows is shorter than a row too.
    """
    if not _is_short(row, width) or not (is_note(row) or (is_below_blank and len(row) == 1 and " " in row[0].strip())):
        return []
    lines = [line]
    following = rest.ahead(MOST_LINES + 1)
    if len(following) > MOST_LINES:
        return []
    for number, other in following:
        if not any(map(str.strip, other)):
            continue
        if not _is_short(other, width) or not any(map(str.isalpha, "".join(other))):
            return []
        lines.append(number)
    return lines


def _is_short(row: Sequence[str], width: int) -> bool:
    return 0 < len(row) < width or (width > 2 and len(row) == width and not any(map(str.strip, row[1:])))
