"""Find what explains a word: its page, a short word of the screens, an option, or one of an option's choices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from gettext import NullTranslations

from tuitrain.options.data_options import DATA_FIELDS, DATASET, GENERATOR_FIELDS
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.options.option import Option
from tuitrain.options.presets import PRESET
from tuitrain.options.reference import option_paragraphs, option_title
from tuitrain.options.search_settings import JOBS, OFFERED, QUASI
from tuitrain.pages.markdown import Kind, Section, TextBlock
from tuitrain.pages.page import WordPage, load_pages
from tuitrain.pages.words import Word, load_words
from tuitrain.text import nearest
from tuitrain.translation import gettext as _
from tuitrain.translation import installed


@dataclass(frozen=True)
class Explanation:
    """What explains a word: a page, a short word or an option, in `sections`.

    `names` are the spellings that it is found by, `choices` the values of an option. `page` is the page that it is,
    None for another; `leads_to` is the id of the page that tells more, "" for none. `option` is the name of what can be
    set, "" for a word of a screen.
    """

    title: str
    sections: tuple[Section, ...]
    names: tuple[str, ...]
    choices: tuple[str, ...] = ()
    option: str = ""
    page: WordPage | None = None
    leads_to: str = ""

    @property
    def is_option(self) -> bool:
        """Whether it is something that can be set, rather than a word of a screen."""
        return bool(self.option)

    @property
    def first_sentence(self) -> str:
        """What it is, in short, without the full stop."""
        return self.sections[0].blocks[0].text.partition(". ")[0].rstrip(".")


def explanations() -> tuple[Explanation, ...]:
    """What there is to explain: the pages, then the short words, then the options."""
    return _explanations(installed())


@cache
def _explanations(_language: NullTranslations) -> tuple[Explanation, ...]:
    found = [_of_page(page) for page in load_pages().values()]
    found += [_of_word(word) for word in load_words().words]
    found += [_of_option(spec, _("a hyperparameter")) for spec in (PRESET, *FIELDS.values())]
    found += [_of_option(spec, _("an option about data")) for spec in (DATASET, *DATA_FIELDS.values())]
    found += [_of_option(spec, _("a setting of a search")) for spec in (*OFFERED.values(), QUASI, JOBS)]
    found += [_of_generator(spec) for spec in GENERATOR_FIELDS.values()]
    return tuple(found)


def _of_page(page: WordPage) -> Explanation:
    return Explanation(page.title, page.sections, (*page.names, page.title), page=page)


def _of_word(word: Word) -> Explanation:
    parts: tuple[tuple[str, Kind, str], ...] = (
        ("What", "paragraph", word.meaning), ("Formula", "formula", word.formula), ("Look for", "paragraph", word.look)
    )  # fmt: skip
    sections = tuple(Section(heading, (TextBlock(kind, text),)) for heading, kind, text in parts if text)
    also = f"  ({', '.join(word.aliases)})" if word.aliases else ""
    return Explanation(f"{word.name}{also}", sections, word.names, leads_to=word.page)


def _of_option(spec: Option, what: str) -> Explanation:
    initials = "".join(part[0] for part in spec.name.split("_")) if "_" in spec.name else ""
    names = tuple(filter(None, (_(spec.label), spec.label, spec.name, spec.flag.removeprefix("--"), initials)))
    title = _(spec.label) if spec is DATASET else option_title(spec)
    return Explanation(f"{title}  ({what})", _reference(spec), names, spec.choices, option=spec.name)


def _of_generator(spec: Option) -> Explanation:
    title = _("{label}  (of a generated dataset: moons?n=1000&noise=0.2&seed=1)").format(label=_(spec.label))
    return Explanation(title, _reference(spec), (spec.name,), option=spec.name)


def _reference(spec: Option) -> tuple[Section, ...]:
    return (Section("", tuple(TextBlock("paragraph", text) for text in option_paragraphs(spec))),)


def look_up(text: str, more: Sequence[Explanation] = ()) -> list[Explanation]:
    """What explains `text`: what is called so; else what has it as a choice; else what has it as part of a name.

    An option comes with the page that has its name, also where it was found by another. `more` is looked through
    besides `explanations`.
    """
    wanted = spelling(text)
    known = (*explanations(), *more)
    if not wanted:
        return []
    exact = [item for item in known if _is_called(wanted, _spellings(item.names))]
    if exact and exact[0].page is None:
        options = {spelling(item.option) for item in exact if item.option}
        exact[:0] = [item for item in known if item.page is not None and options & _spellings(item.names)]
    chosen = [item for item in known if wanted in _spellings(item.choices)]
    return exact + [item for item in chosen if item not in exact] or [
        item for item in known if any(wanted in name for name in _spellings(item.names))
    ]


def names_with(text: str, found: Sequence[Explanation]) -> list[str]:
    """The names that hold `text` as a word, of what is not among those `found`."""
    wanted = f" {spelling(text)} "
    others = [item for item in explanations() if item not in found]
    return [
        item.names[0].replace("_", " ") for item in others
        if any(wanted in f" {name} " for name in _spellings(item.names))
    ]  # fmt: skip


def meant_by(text: str, more: Sequence[Explanation] = ()) -> str | None:
    """Return the name, or the word of one, that a misspelt `text` probably means; None if none is close."""
    names = dict.fromkeys(name for item in (*explanations(), *more) for name in (*item.names, *item.choices))
    spelled = [name.replace("_", " ") for name in names]
    return nearest(text, [*spelled, *(part for name in spelled for part in name.split() if len(part) > 3)])


def _is_called(wanted: str, names: Iterable[str]) -> bool:
    """Whether `wanted` is one of the names; one that ends in ``…``, as ``always …``, may go on with anything."""
    return any(
        wanted in {name, name.removesuffix(" …")} or (name.endswith(" …") and wanted.startswith(name.removesuffix("…")))
        for name in names
    )


def _spellings(names: Iterable[str]) -> set[str]:
    return {spelling(name) for name in names}


def spelling(text: str) -> str:
    """Return a name in small letters, with spaces for hyphens and underscores, by which it is compared."""
    return " ".join(text.strip().removeprefix("--").lower().replace("-", " ").replace("_", " ").split())
