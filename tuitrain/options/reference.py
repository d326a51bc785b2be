"""Options in words: an entry of the help for each, and the pages that list them."""

from __future__ import annotations

from collections.abc import Iterable

from tuitrain.options.field import Field
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.options.option import Option
from tuitrain.text import rows_of
from tuitrain.translation import gettext as _


def option_title(spec: Option) -> str:
    """The head of an entry: ``learning rate  --learning-rate``."""
    return f"{_(spec.label)}  {spec.flag}"


def option_paragraphs(spec: Option) -> list[str]:
    """What an option means, what is allowed, and when a change of it takes effect."""
    what = _(spec.meaning)
    meaning = f"{what[0].upper()}{what[1:]}. {_(spec.explanation)}".strip()
    facts = _("Allowed: {allowed}. Default: {default}.").format(allowed=spec.allowed, default=spec.default_text)
    if not isinstance(spec, Field):
        return [meaning, facts]
    applies = _("Changes while training.") if spec.live else _("Changes at reset.")
    only = "; ".join(f"{_(FIELDS[other].label)} {', '.join(values)}" for other, values in spec.when.items())
    return [meaning, f"{facts} {applies}", *([_("Matters only with {fields}.").format(fields=only)] if only else [])]


def entry_lines(title: str, paragraphs: Iterable[str], width: int) -> list[str]:
    """An entry of the help: its title, and indented paragraphs at most `width` wide."""
    body = [row for part in paragraphs for row in rows_of(part, width - 4, break_on_hyphens=False)]
    return [title, *(f"    {row}" for row in body), ""]


def reference_page(options: Iterable[Option], width: int = 80) -> str:
    """Every option under its group, with its meaning, range, default and when a change takes effect."""
    lines: list[str] = []
    group = ""
    for spec in options:
        if spec.group and spec.group != group:
            group = spec.group
            lines += [_(group).upper(), ""]
        lines += entry_lines(option_title(spec), option_paragraphs(spec), width)
    return "\n".join(lines)
