"""What a screen binds to a key."""

from __future__ import annotations

from textual.binding import Binding, NoBinding
from textual.screen import Screen


def bindings_of(screen: Screen[object], key: str) -> list[Binding]:
    """Return what the screen itself binds to a key, in order; none where it binds nothing."""
    try:
        return list(screen._bindings.get_bindings_for_key(key))
    except NoBinding:
        return []
