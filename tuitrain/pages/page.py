"""The pages of words: `en/ID.md`, Markdown after a few lines of TOML between ``+++``.

A page says what a word means, its formula, what to look for and what to try; it names its neighbours, and may declare
a live demonstration. To add one, add its file; `python -m tuitrain.pages.check` says what is wrong with it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from tuitrain.pages.demonstration import Demonstration, read_demonstration
from tuitrain.pages.markdown import Section, parse
from tuitrain.translation import N_

# The headings that a page may have, in their order, and how each is written beside the text
HEADINGS = {
    "What": N_("What"), "Formula": N_("Formula"), "Look for": N_("Look for"), "Try": N_("Try"),
    "More exactly": N_("Exactly"), "Source": N_("Source"),
}  # fmt: skip
# The topics in the order of the glossary, and what each is about
TOPICS = {
    N_("foundations"): N_("what learning is, and how the gradient is found"),
    N_("losses"): N_("losses, and what they have to do with information"),
    N_("network"): N_("layers, activations, initial weights, linear models"),
    N_("optimisation"): N_("rates, steps, batches, schedules"),
    N_("regularisation"): N_("what keeps a network from learning the noise"),
    N_("findings"): N_("what the line above the loss may say"),
    N_("metrics"): N_("how good a network is"),
    N_("search"): N_("trials, scores, strategies and the panes of the Search screen"),
    N_("panes"): N_("the panes and pages, and what stands in them"),
}
_FENCE = "+++"
_KEYS = {"title", "topic", "names", "near", "demonstration"}


@dataclass(frozen=True)
class WordPage:
    """A page of words; `id` is its file's name, `names` are what it is found by, `near` are neighbours' ids."""

    id: str
    title: str
    topic: str
    names: tuple[str, ...]
    near: tuple[str, ...]
    sections: tuple[Section, ...]
    demonstration: Demonstration | None = None

    def section(self, heading: str) -> Section | None:
        """Return the section of that heading, None if it has none."""
        return next((section for section in self.sections if section.heading == heading), None)

    @property
    def meaning(self) -> str:
        """Its first sentence."""
        what = self.section("What")
        text = what.blocks[0].text if what is not None and what.blocks else self.title
        return text.partition(". ")[0].rstrip(".") + "."


def read_page(name: str, text: str) -> WordPage:
    """Read the text of a page.

    Raises
    ------
    ValueError
        if it is no page, with the reason.
    """
    head, fence, body = text.removeprefix(_FENCE).partition(f"\n{_FENCE}\n")
    if not text.startswith(_FENCE) or not fence:
        raise ValueError(f"a page begins with TOML between lines of {_FENCE}")
    front = tomllib.loads(head)
    if unknown := sorted(set(front) - _KEYS):
        raise ValueError(f"unknown key {unknown[0]!r}; known are {', '.join(sorted(_KEYS))}")
    if missing := sorted(_KEYS - {"demonstration"} - set(front)):
        raise ValueError(f"{missing[0]} is missing")
    title, sections = parse(body)
    if title != front["title"]:
        raise ValueError(f"the heading {title!r} is not the title {front['title']!r}")
    if front["topic"] not in TOPICS:
        raise ValueError(f"topic {front['topic']!r}: allowed are {', '.join(TOPICS)}")
    headings = [section.heading for section in sections]
    if headings != [heading for heading in HEADINGS if heading in headings]:
        raise ValueError(f"headings {', '.join(headings)}: allowed, in this order, are {', '.join(HEADINGS)}")
    if "What" not in headings or not all(section.blocks for section in sections):
        raise ValueError("What is missing, or a section is empty")
    demonstration = read_demonstration(front["demonstration"]) if "demonstration" in front else None
    return WordPage(name, title, front["topic"], tuple(front["names"]), tuple(front["near"]), sections, demonstration)


@cache
def load_pages() -> Mapping[str, WordPage]:
    """Read all pages, by id: by topic in the order of `TOPICS`, and by title within one."""
    found = [read_page(name, entry.read_text(encoding="utf-8")) for name, entry in page_files(_directory())]
    topics = list(TOPICS)
    return {page.id: page for page in sorted(found, key=lambda page: (topics.index(page.topic), page.title.lower()))}


def page_files(directory: Traversable) -> list[tuple[str, Traversable]]:
    """List the ids and files of the pages in a directory."""
    names = sorted(entry.name for entry in directory.iterdir() if entry.name.endswith(".md"))
    return [(name.removesuffix(".md"), directory / name) for name in names]


def _directory() -> Traversable:
    return files("tuitrain.pages") / "en"
