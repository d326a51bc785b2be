r"""Texts that are written otherwise than tables of delimited fields, rewritten line by line into such.

Backslashes before quotes (``"a \"b\" c"``), lines that are quoted as a whole, and fields of fixed width. The lines stay
as many as they were, so that messages can name them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from tuitrain.errors import DataError
from tuitrain.text import quoted
from tuitrain.translation import gettext as _

QUOTES = ('"', "'")
# A quote with a backslash before it can end no field where a text goes on behind it, or another quote does.
ESCAPED = {
    quote: re.compile(rf"\\{quote}(?=[^,;|\t\r\n{quote} ]|{quote}[ \t]*[,;|\t\r\n]| +[^,;|\t\r\n {quote}])")
    for quote in QUOTES
}
QUOTED_FIELD = {
    quote: re.compile(
        rf"(?ms)((?:^|[,;|\t])[ ]*){quote}((?:[^{quote}\\]|\\.|{quote}{quote})*){quote}(?=[ ]*(?:[,;|\t]|\r?$|\Z))"
    )
    for quote in QUOTES
}
BACKSLASH = re.compile(r"\\([\"'\\])")
ESCAPED_SIGN = re.compile(r"\\([,;|\t])")
CURVED_FIELD = re.compile(r"(?m)((?:^|[,;|\t]) *)(?:“([^“”\r\n\"]*)”|„([^„“”\r\n\"]*)[“”])(?= *(?:[,;|\t]|\r?$))")
LEAST_CURVED = 2  # fields with a delimiter within
WRAPPED = re.compile(r'(?m)^"((?:[^"\r\n]|"")*)"[ \t]*(?=\r?$)')
LEAST_LINES = 3
LOOKED_AT = 1000  # lines, whose blanks show where fields of fixed width begin
CUT = "\t"  # what separates them when they are rewritten


@dataclass(frozen=True)
class Rewriting:
    """How a text is rewritten before it is split.

    With `is_wrapped`, each line is in quotes as a whole; with `has_curved`, fields are in curved quotes. Within fields,
    backslashes stand before the quote `escaped`, or before the delimiter `parted` in fields without quotes; empty if
    they do not. `starts` are where fields of fixed width begin in a line, empty where none have one.
    """

    is_wrapped: bool = False
    has_curved: bool = False
    escaped: str = ""
    parted: str = ""
    starts: tuple[int, ...] = ()

    def apply(self, text: str, name: str, first_line: int = 0) -> str:
        """Rewrite whole lines; `name` stands for the file in messages, `first_line` is the first one's number.

        Raises
        ------
        DataError
            if a text stands where fields of fixed width are apart.
        """
        if self.is_wrapped:
            text = WRAPPED.sub(lambda match: match[1].replace('""', '"'), text)
        if self.has_curved:
            text = CURVED_FIELD.sub(lambda match: f'{match[1]}"{match[2] or match[3] or ""}"', text)
        if self.escaped:
            text = QUOTED_FIELD[self.escaped].sub(partial(_doubled, self.escaped), text)
        if self.parted:
            sign = re.escape(self.parted)
            plain = rf'(?:[^"{sign}\\\r\n]|\\(?!{sign}))*'
            field = re.compile(rf"(?m)(^|{sign})({plain}(?:\\{sign}{plain})+)(?={sign}|\r?$)")
            text = field.sub(lambda match: match[1] + '"' + ESCAPED_SIGN.sub(r"\1", match[2]) + '"', text)
        if self.starts:
            lines = text.replace("\r\n", "\n").split("\n")
            text = "\n".join(self._cut(line, name, first_line and first_line + n) for n, line in enumerate(lines))
        return text

    def _cut(self, line: str, name: str, number: int) -> str:
        if not line.strip():
            return ""
        line = line.expandtabs()
        for start in self.starts[1:]:
            if line[start - 1 : start].strip():
                at = _(", line {line}").format(line=number) if number else ""
                raise DataError(
                    _("{name}{at}: {text} stands across column {place}, where a field of fixed width begins; expected "
                      "a blank before it").format(name=name, at=at, text=quoted(line[:60]), place=start + 1)
                )  # fmt: skip
        ends = (*self.starts[1:], len(line))
        return CUT.join(line[start:end].strip() for start, end in zip(self.starts, ends, strict=True))


NOT_REWRITTEN = Rewriting()


def _doubled(quote: str, match: re.Match[str]) -> str:
    inner = BACKSLASH.sub(lambda found: quote * 2 if found[1] == quote else found[1], match[2])
    return f"{match[1]}{quote}{inner}{quote}"


def has_curved_quotes(sample: str) -> bool:
    """Whether fields with a delimiter within stand in curved quotes, which texts may have too."""
    fields = (match[2] or match[3] or "" for match in CURVED_FIELD.finditer(sample))
    return sum(re.search("[,;|\t]", field) is not None for field in fields) >= LEAST_CURVED


def escaped_quote(text: str) -> str:
    """The quote before which a backslash stands where it cannot end a field; empty if none does."""
    if "\\" not in text:  # sought alone first, which is ten times faster
        return ""
    for quote in QUOTES:
        is_seen = f"\\{quote}" in text and ESCAPED[quote].search(text) is not None
        if is_seen and any("\\" in match[2] for match in QUOTED_FIELD[quote].finditer(text)):
            return quote
    return ""


def escaped_delimiter(sample: str) -> str:
    """The delimiter before which a backslash stands, if rows have the same length only without those; else empty."""
    for sign in ",;|\t":
        if f"\\{sign}" in sample:
            lines = [line for line in sample.splitlines() if line.strip() and '"' not in line]
            whole = {line.count(sign) for line in lines}
            if len(whole) > 1 and len({line.count(sign) - line.count(f"\\{sign}") for line in lines}) == 1:
                return sign
    return ""


def is_wrapped(lines: Sequence[str]) -> bool:
    """Whether each line is in quotes as a whole, with a delimiter within."""
    present = [line for line in lines if line.strip()]
    return len(present) >= LEAST_LINES and all(
        (match := WRAPPED.fullmatch(line.rstrip())) is not None and re.search("[,;|\t]", match[1]) for line in present
    )


def starts_of_fields(lines: Sequence[str]) -> tuple[int, ...]:
    """Where the fields of fixed width begin in a line, of which the first names them; empty if they have none.

    Fields are apart where all lines are blank, and at least one has two blanks; each has a name.
    """
    present = [line.expandtabs().rstrip() for line in lines[:LOOKED_AT] if line.strip()]
    if len(present) < LEAST_LINES:
        return ()
    width = max(map(len, present))
    padded = [line.ljust(width) for line in present]
    filled = [any(line[place] != " " for line in padded) for place in range(width)]
    starts = [place for place in range(width) if filled[place] and (place == 0 or not filled[place - 1])]
    ends = [place + 1 for place in range(width) if filled[place] and (place + 1 == width or not filled[place + 1])]
    kept: list[int] = []
    for start, end in zip(starts, ends, strict=True):
        is_apart = any("  " in line[max(start - 2, 0) : start] or line[start : start + 1] == " " for line in padded[1:])
        if kept and not (is_apart and padded[0][start:end].strip()):
            continue  # a blank within a field
        kept.append(start)
    return (0, *kept[1:]) if len(kept) > 1 and padded[0][kept[0] : ends[0]].strip() else ()
