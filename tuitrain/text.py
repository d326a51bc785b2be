"""Text that comes from people and files: shown, never interpreted."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from tuitrain.translation import ngettext

MOST_NAMES = 5


def visible(text: object, most: int = 200) -> str:
    """`text` on one line, control characters and escape sequences in a visible form, cut to `most` characters."""
    try:
        whole = str(text)
    except (ValueError, RecursionError):  # a number of thousands of digits, or deep nesting, as a file may hold them
        whole = f"<{type(text).__name__} that is too large to show>"
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in whole)
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def quoted(value: object) -> str:
    """`value` in double quotes, made visible, cut to 60 characters."""
    return f'"{visible(value, 60)}"'


def shown(value: object) -> str:
    """A value that was found in a file, as a message shows it: short, on one line, nothing in it interpreted."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, int) and abs(value) >= 10**20:
        return f"a number of about {int(value.bit_length() * 0.30103) + 1} digits"
    try:
        return visible(repr(value), 60)
    except (ValueError, RecursionError):  # a huge number in a list, or lists in lists in lists
        return f"a {type(value).__name__} that is too large to show"


def suggest(word: str, allowed: Iterable[str]) -> str:
    """``did you mean adam?`` where one name is near; else what is allowed."""
    names = list(allowed)
    by_lower = {name.lower(): name for name in names}
    near = difflib.get_close_matches(word.lower().replace("-", "_"), list(by_lower), n=1, cutoff=0.6)
    return f"did you mean {visible(by_lower[near[0]])}?" if near else "allowed: " + ", ".join(map(visible, names))


def listed_or(words: Iterable[str]) -> str:
    """Join words by commas and a final ``or``: ``a, b or c``."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def extra(name: str) -> str:
    """How to install an extra, as a message about something missing ends."""
    return f"the extra {quoted(name)}: pip install 'tuitrain[{name}]', or in a checkout: pip install -e '.[{name}]'"


def counted(count: int, noun: str) -> str:
    """Format a count with its noun: ``1 row``, ``2,000 rows``."""
    return f"{count:,} {ngettext(noun, f'{noun}s', count)}"


def listed(noun: str, names: Sequence[str], plural: str = "") -> str:
    """List names with their noun: ``column "a"``, ``columns "a", "b"``; the first five and a count of the rest."""
    shown = ", ".join(map(quoted, names[:MOST_NAMES]))
    more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
    return f"{noun if len(names) == 1 else plural or noun + 's'} {shown}{more}"
