"""Say what is wrong with the pages of words: `python -m tuitrain.pages.check [DIRECTORY …]`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tuitrain.data.loading import load_dataset
from tuitrain.errors import TuitrainError
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.pages.demonstration import TrainingDemonstration
from tuitrain.pages.lookup import spelling
from tuitrain.pages.markdown import wrapped
from tuitrain.pages.page import WordPage, page_files, read_page
from tuitrain.pages.words import load_words

WIDTH, MOST_LINES = 76, 40
NEIGHBOURS = range(3, 6)
# Letters that are no symbols: the base of exp, the circle's number, d of differentials, signs of sums and products
_NO_SYMBOLS = set("eπdΣΠ∂")
_SYMBOL = re.compile(r"(?<![\w′'])(?!a [a-z]{2})([A-Za-zα-ωΑ-Ω])(?![a-zA-Z'])")


def problems_of(pages: Mapping[str, WordPage]) -> list[str]:
    """Return a line for each thing that is wrong with pages that could be read."""
    found = [f"{page.id}: {problem}" for page in pages.values() for problem in _of_page(page, pages)]
    owners: dict[str, str] = {}
    for page in pages.values():
        for name in dict.fromkeys(map(spelling, (*page.names, page.title))):
            owner = owners.setdefault(name, page.id)
            if owner != page.id:
                found.append(f"{page.id}: {name!r} is a name of {owner} too")
    return found


def _of_page(page: WordPage, pages: Mapping[str, WordPage]) -> Iterator[str]:
    lines = sum(1 + len(wrapped(section.blocks, WIDTH)) for section in page.sections)
    if lines > MOST_LINES:
        yield f"{lines} lines of {WIDTH} cells; at most {MOST_LINES}"
    if not page.names:
        yield "no names"
    if len(page.near) not in NEIGHBOURS:
        yield f"{len(page.near)} neighbours; 3 to 5"
    for name in page.near:
        if name not in pages or name == page.id:
            yield f"its neighbour {name!r} does not exist"
    if symbols := sorted(unexplained(page)):
        yield f"its formulas do not explain {', '.join(symbols)}"
    if isinstance(page.demonstration, TrainingDemonstration):
        yield from _of_training(page.demonstration)


def unexplained(page: WordPage) -> set[str]:
    """Return the letters of its formulas that no paragraph of the section names."""
    section = page.section("Formula")
    if section is None:
        return set()
    texts = {kind: " ".join(block.text for block in section.blocks if (block.kind == "formula") == kind)
             for kind in (True, False)}  # fmt: skip
    used, told = (set(_SYMBOL.findall(texts[kind])) for kind in (True, False))
    return used - told - _NO_SYMBOLS


def _of_training(told: TrainingDemonstration) -> Iterator[str]:
    try:
        load_dataset(told.data)
    except TuitrainError as error:
        yield f"demonstration: {error}"
    for field, values in [*((key, (value,)) for key, value in told.given.items()), (told.field, told.values)]:
        if field not in FIELDS:
            yield f"demonstration: {field!r} is no hyperparameter"
            continue
        for value in values:
            try:
                Hyperparameters().replace(**{field: FIELDS[field].parse(str(value))})
            except (TuitrainError, ValueError) as error:
                yield f"demonstration: {error}"


def names_of_words(pages: Mapping[str, WordPage]) -> list[str]:
    """Return a line for each short word whose name a page has taken over: it goes out of ``words.toml``."""
    owners = {spelling(name): page.id for page in pages.values() for name in page.names}
    return [
        f"words.toml: {name!r} of {word.name!r} is a name of the page {owners[spelling(name)]}"
        for word in load_words().words for name in word.names if spelling(name) in owners
    ]  # fmt: skip


def main(directories: Iterable[str]) -> int:
    """Print what is wrong with the pages of the directories together; of the package without any."""
    places = [Path(name) for name in directories] or [Path(__file__).parent / "en"]
    pages, found = {}, []
    for place in places:
        for name, entry in page_files(place):
            try:
                pages[name] = read_page(name, entry.read_text(encoding="utf-8"))
            except ValueError as error:
                found.append(f"{name}: {error}")
    found += [*problems_of(pages), *names_of_words(pages)]
    print(*found, f"{len(pages)} pages, {len(found)} problems", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
