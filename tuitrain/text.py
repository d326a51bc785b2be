"""Text that comes from people and files: shown, never interpreted."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from tuitrain.translation import gettext as _
from tuitrain.translation import ngettext

MOST_NAMES = 5


def visible(text: object, most: int = 200) -> str:
    """`text` on one line, control characters and escape sequences in a visible form, cut to `most` characters."""
    try:
        whole = str(text)
    except (ValueError, RecursionError):  # a number of thousands of digits, or deep nesting, as a file may hold them
        whole = f"<{_('{type} that is too large to show').format(type=type(text).__name__)}>"
    shown = whole if whole.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in whole)
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def cells(text: str) -> int:
    """Count the cells of the terminal that a text takes; a wide letter takes two."""
    from rich.cells import cell_len  # noqa: PLC0415 - not for the first paint

    return cell_len(text)


def in_cells(text: str, width: int) -> str:
    """Pad or cut a text to exactly so many cells of the terminal, where wide letters take two; … ends what is cut."""
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415 - not for the first paint

    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, width - 1).rstrip() + "…", width)


def rows_of(text: str, width: int, *, indent: str = "", break_on_hyphens: bool = True) -> list[str]:
    """Break a text into rows of at most so many cells, between words where that is possible; `indent` begins the later.

    A word that has no room in a row of its own is broken.
    """
    from rich.cells import cell_len, chop_cells  # noqa: PLC0415 - not for the first paint

    if cell_len(text) == len(text):
        return textwrap.wrap(text, width, subsequent_indent=indent, break_on_hyphens=break_on_hyphens)
    rows: list[str] = []
    row = ""
    for word in text.split():
        if row.strip() and cell_len(row) + 1 + cell_len(word) <= width:
            row += f" {word}"
            continue
        if row.strip():
            rows.append(row)
        room = max(width - cell_len(indent), 2)
        pieces = [word] if cell_len(word) <= room else chop_cells(word, room)
        rows += [(indent if rows or at else "") + piece for at, piece in enumerate(pieces[:-1])]
        row = (indent if rows else "") + pieces[-1]
    return [*rows, row] if row.strip() else rows


def quoted(value: object) -> str:
    """`value` in double quotes, made visible, cut to 60 characters."""
    return f'"{visible(value, 60)}"'


def shown(value: object) -> str:
    """A value that was found in a file, as a message shows it: short, on one line, nothing in it interpreted."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, int) and abs(value) >= 10**20:
        return _("a number of about {count} digits").format(count=int(value.bit_length() * 0.30103) + 1)
    try:
        return visible(repr(value), 60)
    except (ValueError, RecursionError):  # a huge number in a list, or lists in lists in lists
        return _("a {type} that is too large to show").format(type=type(value).__name__)


def nearest(word: str, names: Iterable[str]) -> str | None:
    """Return the name that `word` probably means, whatever its case, hyphens and spaces; None if none is close.

    Close is a name with the same first letter, one change in four letters away; else one that has a word which begins
    with `word`, of three letters or more.
    """
    spelled = _spelled(word)
    by_spelling: dict[str, str] = {}
    for name in names:
        by_spelling.setdefault(_spelled(name), name)
    same = [name for name in by_spelling if name[:1] == spelled[:1] or name[:2] == spelled[1::-1]]
    changes = {name: _changes(spelled, name) for name in same}
    close = [name for name in same if 4 * changes[name] <= max(len(spelled), len(name))]
    if close:
        return by_spelling[min(close, key=changes.__getitem__)]
    longer = (name for name in by_spelling if len(spelled) > 2 and f"_{spelled}" in f"_{name}")
    return next((by_spelling[name] for name in longer), None)


def _spelled(text: str) -> str:
    return text.lower().replace("-", "_").replace(" ", "_")


def _changes(one: str, other: str) -> int:
    """Count the letters to add, leave out, replace or swap with the next to make `other` of `one`.

    The optimal string alignment distance (Damerau, 1964; Levenshtein, 1966).
    """
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, wanted in enumerate(other, 1):
            changes = min(last[j] + 1, row[-1] + 1, last[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                changes = min(changes, before[j - 2] + 1)
            row.append(changes)
        before, last = last, row
    return last[-1]


def suggest(word: str, allowed: Iterable[str], otherwise: str = "") -> str:
    """Return ``did you mean adam?`` where one name is close; else what is allowed, or `otherwise` with ``{names}``."""
    names = list(allowed)
    meant = nearest(word, names)
    if meant is not None:
        return _("did you mean {name}?").format(name=visible(meant))
    return (otherwise or _("allowed: {names}")).format(names=", ".join(map(visible, names)))


def listed_or(words: Iterable[str]) -> str:
    """Join words by commas and a final ``or``: ``a, b or c``."""
    *first, last = words
    return _("{first} or {last}").format(first=", ".join(first), last=last) if first else last


def extra(name: str) -> str:
    """How to install an extra, as a message about something missing ends."""
    return _("the extra {quoted}: pip install 'tuitrain[{name}]', or in a checkout: pip install -e '.[{name}]'").format(
        quoted=quoted(name), name=name
    )


def counted(count: int, noun: str) -> str:
    """Format a count with its noun: ``1 row``, ``2,000 rows``."""
    return f"{count:,} {ngettext(noun, f'{noun}s', count)}"


def listed(noun: str, names: Sequence[str], plural: str = "") -> str:
    """List names with their noun: ``column "a"``, ``columns "a", "b"``; the first five and a count of the rest."""
    shown = ", ".join(map(quoted, names[:MOST_NAMES]))
    if len(names) > MOST_NAMES:
        shown = _("{names} and {count:,} more").format(names=shown, count=len(names) - MOST_NAMES)
    return f"{ngettext(noun, plural or f'{noun}s', len(names))} {shown}"
