"""The lines of the Search screen's form: how is searched, and what each hyperparameter may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tuitrain.errors import TuitrainError
from tuitrain.options.hyperparameters import FIELDS, GROUPS, Hyperparameters
from tuitrain.options.search_settings import IN_FORM, METRICS, SearchOption, Settings
from tuitrain.search.space.columns import grid_values
from tuitrain.search.space.ranges import Choices, format_domain, parse_domain
from tuitrain.search.space.space import SEARCHED, Space
from tuitrain.text import quoted
from tuitrain.translation import gettext as _

STRATEGY_ROW = ("manual", "grid", "random", "bayesian")

SEARCHABLE = {name: spec for name, spec in FIELDS.items() if name != "metric"}  # a search has a metric of its own


@dataclass(frozen=True)
class Entry:
    """One line: `parse` turns what was typed into its canonical text, or raises ValueError; `choices` for a nudge."""

    name: str
    label: str
    group: str
    default: str
    meaning: str
    explanation: str
    parse: Callable[[str], str]
    choices: tuple[str, ...] = ()
    is_field: bool = False


def _completed(text: str, choices: tuple[str, ...]) -> str:
    """The only choice that begins with what was typed; else what was typed."""
    typed = text.strip().lower()
    found = [choice for choice in choices if choice.startswith(typed)] if typed and typed not in choices else []
    return found[0] if len(found) == 1 else text


def _setting_parser(spec: SearchOption, choices: tuple[str, ...]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if spec.name == "strategy":
            return _strategy(text)
        word = "none" if not text.strip() and "none" in spec.special else text
        value = spec.parse(_completed(word, choices))
        if spec.name == "metric" and value not in choices:
            told = _("{label}: {text} is not one of {choices}")
            raise ValueError(told.format(label=_(spec.label), text=quoted(text), choices=", ".join(choices)))
        return spec.format(value)

    return parse


def _strategy(text: str) -> str:
    from tuitrain.search.strategies import check_strategy  # noqa: PLC0415

    try:
        return check_strategy(text)
    except TuitrainError as error:
        raise ValueError(str(error)) from None


def setting_entries(task: str) -> list[Entry]:
    """How is searched."""
    found = []
    for spec in IN_FORM.values():
        is_metric = spec.name == "metric"
        steps = METRICS[task] if is_metric else spec.steps
        choices = steps if spec.kind == "choice" else ()
        default = METRICS[task][0] if is_metric else spec.format(spec.default)
        parse = _setting_parser(spec, choices)
        found.append(Entry(spec.key, spec.label, "search", default, spec.meaning, spec.explanation, parse, steps))
    return found


def field_entries() -> list[Entry]:
    """What each hyperparameter may be."""

    def reader(name: str) -> Callable[[str], str]:
        return lambda text: format_domain(FIELDS[name], parse_domain(FIELDS[name], text))

    return [
        Entry(spec.key, spec.label, group, spec.format(spec.default), spec.meaning, spec.explanation, reader(name),
              is_field=True)
        for group in GROUPS for name, spec in SEARCHABLE.items() if spec.group == group
    ]  # fmt: skip


def first_texts(task: str, base: Hyperparameters) -> dict[str, str]:
    """What the form holds when it is first opened: usual settings, the usual ranges, and the values in use."""
    texts = {entry.name: entry.default for entry in setting_entries(task)}
    for name, spec in SEARCHABLE.items():
        texts[name] = usual_range(name) if name in SEARCHED else spec.format(getattr(base, name))
    return texts


def texts_of(space: Space, settings: Settings) -> dict[str, str]:
    """What the form holds for a study: the inverse of `space_of` and `settings_of`."""
    texts = {name: spec.format(getattr(space.base, name)) for name, spec in SEARCHABLE.items()} | space.to_texts()
    texts |= {name: format_domain(FIELDS[name], domain) for name, domain in space.idle.items()}
    return texts | {spec.key: spec.format(getattr(settings, name)) for name, spec in IN_FORM.items()}


def settings_of(texts: Mapping[str, str]) -> Settings:
    """The settings that the form's texts stand for.

    Raises
    ------
    TuitrainError
        if they do not go together.
    """
    told = {spec.key: texts[spec.key] for spec in IN_FORM.values()}
    if texts["strategy"] in {"grid", "manual"}:
        told["trials"] = "all"
    return Settings.from_mapping(told)


def space_of(texts: Mapping[str, str]) -> Space:
    """The space that the form's texts stand for.

    Raises
    ------
    TuitrainError
        if nothing is searched.
    """
    given = {name: texts[name] for name in SEARCHABLE}
    fixed = {name: text for name, text in given.items() if not is_searched(name, text)}
    searched = {name: text for name, text in given.items() if name not in fixed}
    if not searched:
        raise TuitrainError(_("no field holds a range; give one, such as 1e-4..1, or press + on a field"))
    return Space(searched, Hyperparameters.from_mapping(fixed))


def is_searched(name: str, text: str) -> bool:
    """Whether the text means more than one value."""
    domain = parse_domain(FIELDS[name], text)
    return not isinstance(domain, Choices) or len(domain.values) > 1


def usual_range(name: str) -> str:
    """The range that a search of the field takes where none is given."""
    return format_domain(FIELDS[name], parse_domain(FIELDS[name], ".."))


def points_text(name: str, text: str, most: int = 6) -> str:
    """How many points a grid takes of the field, and which: ``5 points: 0.0001, 0.001, …``."""
    spec = FIELDS[name]
    values: list[Any] = grid_values(spec, parse_domain(spec, text))
    if len(values) < 2:
        return _("fixed")
    shown = ", ".join(map(spec.format, values[:most])) + (", …" if len(values) > most else "")
    return _("{number} points on a grid: {points}").format(number=len(values), points=shown)
