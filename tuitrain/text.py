"""Text that comes from people and files: shown, never interpreted."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

MOST_NAMES = 5


def visible(text: object, most: int = 200) -> str:
    """`text` on one line, control characters and escape sequences in a visible form, cut to `most` characters."""
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(text))
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def quoted(value: object) -> str:
    """`value` in double quotes, made visible, cut to 60 characters."""
    return f'"{visible(value, 60)}"'


def suggest(word: str, allowed: Iterable[str]) -> str:
    """``did you mean adam?`` where one name is near; else what is allowed."""
    names = list(allowed)
    by_lower = {name.lower(): name for name in names}
    near = difflib.get_close_matches(word.lower().replace("-", "_"), list(by_lower), n=1, cutoff=0.6)
    return f"did you mean {visible(by_lower[near[0]])}?" if near else "allowed: " + ", ".join(map(visible, names))


def extra(name: str) -> str:
    """How to install an extra, as a message about something missing ends."""
    return f"the extra {quoted(name)}: pip install 'tuitrain[{name}]', or in a checkout: pip install -e '.[{name}]'"


def counted(count: int, noun: str) -> str:
    """``1 row``, ``2,000 rows``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def listed(noun: str, names: Sequence[str], plural: str = "") -> str:
    """``column "a"``, ``columns "a", "b"``; after five of them, how many more there are."""
    shown = ", ".join(map(quoted, names[:MOST_NAMES]))
    more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
    return f"{noun if len(names) == 1 else plural or noun + 's'} {shown}{more}"
