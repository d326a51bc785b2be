"""Options in words: an entry of the help for each, and the pages that list them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from tuitrain.options.field import Field
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.options.option import Option


def option_title(spec: Option) -> str:
    """The head of an entry: ``learning rate  --learning-rate``."""
    return f"{spec.label}  {spec.flag}"


def option_paragraphs(spec: Option) -> list[str]:
    """What an option means, what is allowed, and when a change of it takes effect."""
    meaning = f"{spec.meaning[0].upper()}{spec.meaning[1:]}. {spec.explanation}".strip()
    facts = f"Allowed: {spec.allowed}. Default: {spec.default_text}."
    if not isinstance(spec, Field):
        return [meaning, facts]
    applies = "Changes while training." if spec.live else "Changes at reset."
    only = "; ".join(f"{FIELDS[other].label} {', '.join(values)}" for other, values in spec.when.items())
    return [meaning, f"{facts} {applies}", *([f"Matters only with {only}."] if only else [])]


def entry_lines(title: str, paragraphs: Iterable[str], width: int) -> list[str]:
    """An entry of the help: its title, and indented paragraphs at most `width` wide."""
    body = [row for part in paragraphs for row in textwrap.wrap(part, width - 4, break_on_hyphens=False)]
    return [title, *(f"    {row}" for row in body), ""]


def reference_page(options: Iterable[Option], width: int = 80) -> str:
    """Every option under its group, with its meaning, range, default and when a change takes effect."""
    lines: list[str] = []
    group = ""
    for spec in options:
        if spec.group and spec.group != group:
            group = spec.group
            lines += [group.upper(), ""]
        lines += entry_lines(option_title(spec), option_paragraphs(spec), width)
    return "\n".join(lines)
