"""The last line: the keys that matter most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tuitrain.ui.keys import Action, footer_items
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.text_lines import Lines, Piece


class Footer(Lines):
    """The keys, as many as fit; it never changes but for its width."""

    def __init__(self, theme: Theme, actions: Sequence[Action], **rest: Any) -> None:
        super().__init__(**rest)
        self._theme = theme
        self._actions = actions

    def on_resize(self) -> None:
        line: list[Piece | None] = []
        for key, word in footer_items(self.size.width, self._actions):
            line += [(f" {key} ", self._theme.styles["key"]), (f"{word} ", self._theme.styles["plain"])]
        self.put(line)
