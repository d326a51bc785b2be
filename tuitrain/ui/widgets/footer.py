"""The last line: the keys that matter most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from tuitrain.translation import N_
from tuitrain.ui.keys import Action, footer_items
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.text_lines import Lines, Piece

START_WORDS = {
    "ready": N_("start"), "running": N_("pause"), "choosing": N_("pause"), "paused": N_("go on"),
    "stopped": N_("go on"),
}  # fmt: skip


class Footer(Lines):
    """The keys, as many as fit, each with what it does now."""

    def __init__(self, theme: Theme, actions: Sequence[Action], **rest: Any) -> None:
        super().__init__(**rest)
        self._theme = theme
        self._actions = actions
        self._words: Mapping[str, str] = {}
        self._ranks: Mapping[str, int] = {}
        self._written: Mapping[str, str] = {}

    def say_now(
        self, words: Mapping[str, str], ranks: Mapping[str, int] = MappingProxyType({}),
        written: Mapping[str, str] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        """Take what keys do now: action names to words, and to the ranks of those that are more wanted than usual.

        `written` maps them to how their keys are written, where that is not as always.
        """
        if (words, ranks, written) != (self._words, self._ranks, self._written):
            self._words, self._ranks, self._written = dict(words), dict(ranks), dict(written)
            self._redraw()

    def on_resize(self) -> None:
        self._redraw()

    def _redraw(self) -> None:
        line: list[Piece | None] = []
        items = footer_items(self.size.width, self._actions, self._words, self._ranks, self._written)
        for key, word in items:
            line += [(f" {self._theme.plain(key)} ", self._theme["key"]), (f"{word} ", self._theme["plain"])]
        self.put(line)
