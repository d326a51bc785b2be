"""The small words of the screens that have no page of their own: for `tuitrain help NAME` and the help page.

They stand in `en/words.toml`, by topic. Options are not there: their declarations explain them.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word as the program writes it, and what it means.

    `aliases` are other words for it, as a screen writes it where there is less room, or as people say it. `formula` is
    empty where there is none, `look` says what to look for or what to do, `page` is the id of the page that tells more.
    """

    name: str
    topic: str
    meaning: str
    aliases: tuple[str, ...] = ()
    formula: str = ""
    look: str = ""
    page: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The word and its aliases."""
        return (self.name, *self.aliases)


@dataclass(frozen=True)
class Words:
    """All words, and what each topic is about."""

    topics: dict[str, str]
    words: tuple[Word, ...]


@cache
def load_words() -> Words:
    """Read the words."""
    content = tomllib.loads((files("tuitrain.pages") / "en" / "words.toml").read_text(encoding="utf-8"))
    words = [
        Word(topic=topic, aliases=tuple(entry.pop("aliases", ())), **entry)
        for topic, entries in content["words"].items()
        for entry in entries
    ]
    return Words(content["topics"], tuple(words))
