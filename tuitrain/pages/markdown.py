"""The plain Markdown that pages are written in: headings, paragraphs, lists and indented formulas, nothing else.

`code` and **bold** lose their marks, since the words stand for themselves on a screen.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["paragraph", "formula", "item"]
INDENT = "    "  # of a formula
_MARKS = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*")


@dataclass(frozen=True)
class TextBlock:
    """A paragraph, a line of a formula, or an item of a list; the text without marks."""

    kind: Kind
    text: str

    def rows(self, width: int) -> list[str]:
        """Wrap it to at most `width` characters; a formula goes on indented."""
        first, rest = {"paragraph": ("", ""), "formula": ("", "  "), "item": ("- ", "  ")}[self.kind]
        return textwrap.wrap(
            self.text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False,
            drop_whitespace=True, replace_whitespace=self.kind != "formula",
        )  # fmt: skip


@dataclass(frozen=True)
class Section:
    """A heading of the second level and the blocks below it."""

    heading: str
    blocks: tuple[TextBlock, ...]


def parse(text: str) -> tuple[str, tuple[Section, ...]]:
    """Read a page: its title, and the sections.

    Raises
    ------
    ValueError
        if something is none of what a page may hold, with the number of its line.
    """
    title = ""
    sections: list[tuple[str, list[TextBlock]]] = []
    paragraph: list[str] = []
    kind: Kind = "paragraph"

    def finish() -> None:
        if paragraph:
            sections[-1][1].append(TextBlock(kind, plain(" ".join(paragraph))))
            paragraph.clear()

    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("# "):
            if title or sections:
                raise ValueError(f"line {number}: a page has one title")
            title = line[2:].strip()
        elif line.startswith("## "):
            finish()
            sections.append((line[3:].strip(), []))
        elif not line.strip():
            finish()
        elif not sections:
            raise ValueError(f"line {number}: text before the first heading (## What)")
        elif line.startswith(INDENT) and (not paragraph or kind == "formula"):
            finish()
            sections[-1][1].append(TextBlock("formula", line.strip()))
        elif line.startswith("- "):
            finish()
            kind = "item"
            paragraph.append(line[2:].strip())
        elif re.match(r"\s*([#>|*+]|\d+\.|```)\s?", line) and not line.startswith("**") and not paragraph:
            raise ValueError(f"line {number}: pages know headings, paragraphs, - lists and indented formulas only")
        else:
            if not paragraph:
                kind = "paragraph"
            paragraph.append(line.strip())
    finish()
    return title, tuple(Section(heading, tuple(blocks)) for heading, blocks in sections)


def plain(text: str) -> str:
    """Leave out the marks of `code` and **bold**."""
    return _MARKS.sub(lambda match: match[1] or match[2], text)


def wrapped(blocks: Iterable[TextBlock], width: int) -> list[str]:
    """Wrap blocks one below the other; an empty row parts a paragraph from another one."""
    rows: list[str] = []
    before: Kind | None = None
    for block in blocks:
        if before == block.kind == "paragraph":
            rows.append("")
        rows += block.rows(width)
        before = block.kind
    return rows
