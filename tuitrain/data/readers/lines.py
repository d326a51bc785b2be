"""Say which lines were skipped, and how a text was decoded."""

from __future__ import annotations

from collections.abc import Sequence

from tuitrain.data.readers.encoding import Decoded
from tuitrain.text import counted
from tuitrain.translation import gettext as _
from tuitrain.translation import ngettext


def told_encoding(decoded: Decoded) -> str:
    """A notice about an encoding that was found."""
    return _("encoding {title}: {reason}; --encoding decides otherwise").format(
        title=decoded.title, reason=decoded.reason
    )


def told_comments(sign: str, lines: Sequence[int]) -> str:
    """A notice about comments that were skipped."""
    text = ngettext(
        "{lines} skipped, since it begins with {sign}; --comment none reads it",
        "{lines} skipped, since they begin with {sign}; --comment none reads them", len(lines),
    )  # fmt: skip
    return text.format(lines=lines_named(lines), sign=sign)


def lines_named(lines: Sequence[int]) -> str:
    """``line 3``, ``lines 1 to 4``, ``3 lines (2, 22, 41)``."""
    if len(lines) == 1:
        return _("line {line}").format(line=lines[0])
    if lines[-1] - lines[0] == len(lines) - 1:
        return _("lines {first} to {last}").format(first=lines[0], last=lines[-1])
    shown = ", ".join(map(str, lines[:5])) + (", …" if len(lines) > 5 else "")
    return _("{count} ({shown})").format(count=counted(len(lines), "line"), shown=shown)
