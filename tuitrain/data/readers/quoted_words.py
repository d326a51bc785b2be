"""Mark fields whose quotes tell that they are words, which the csv module, that drops quotes, does not tell."""

from __future__ import annotations

import re

from tuitrain.data.cells.column_format import MISSING_IN_NUMBERS, QUOTED, Told
from tuitrain.data.readers.records import Splitting

QUOTES_SAMPLE = 65_536


def with_quoted_words_marked(text: str, splitting: Splitting, told: Told, *, head: str | None = None) -> str:
    """Put `QUOTED` before fields such as ``"NA"``, whose quotes tell that they are words; the csv module drops quotes.

    Where every field is quoted, quotes tell nothing; the start of the text shows it, or `head`, if that stands before.
    """
    quote = splitting.quote
    if not quote or quote not in text:
        return text
    words = MISSING_IN_NUMBERS - {*(told.missing or ()), *told.also}  # what the user tells is missing in quotes too
    sign, delimiter = re.escape(quote), re.escape(splitting.delimiter)
    either = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    if re.search(rf"(?i){sign} *(?:{either}) *{sign}", text) is None:  # which is many times faster
        return text
    quoted_word = re.compile(rf"(?im)(^ *|{delimiter} *){sign}(?= *(?:{either}) *{sign} *(?:{delimiter}|\r?$))")
    if quoted_word.search(text) is None:
        return text
    sample = (text if head is None else head)[: QUOTES_SAMPLE + 1]
    if len(sample) > QUOTES_SAMPLE:  # without the line that is cut, if it may end behind a quote
        sample = sample[: max(sample.rfind(f"{quote}\n"), sample.rfind(f"{quote}\r")) + 1] or sample
    bare = re.sub(rf"{sign}(?:[^{sign}]|{sign}{sign})*{sign}", sign, sample)
    fields = [field for line in bare.splitlines() if line.strip() for field in line.split(splitting.delimiter)]
    if all(field.strip() == quote for field in fields):
        return text
    return quoted_word.sub(lambda match: match[0] + QUOTED, text)


def has_quoted_names(text: str, splitting: Splitting) -> bool:
    """Whether all fields of the first line are quoted, and a number in the second is not."""
    if not splitting.quote:
        return False
    first, second = [*text[:QUOTES_SAMPLE].splitlines(), "", ""][:2]
    sign, delimiter = re.escape(splitting.quote), re.escape(splitting.delimiter)
    field = rf" *{sign}[^{sign}]*{sign} *"
    is_all_quoted = re.fullmatch(rf"{field}(?:{delimiter}{field})*", first) is not None
    return is_all_quoted and re.search(rf"(?:^|{delimiter}) *[-+.\d][\d.]* *(?:{delimiter}|$)", second) is not None
