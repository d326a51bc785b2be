"""The lines of the Search screen's form: how is searched, and what each hyperparameter may be."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tuitrain.errors import TuitrainError
from tuitrain.options.hyperparameters import FIELDS, GROUPS, Hyperparameters
from tuitrain.options.search_settings import METRICS, Settings, format_time, parse_time
from tuitrain.search.space.columns import grid_values
from tuitrain.search.space.ranges import Choices, format_domain, parse_domain
from tuitrain.search.space.space import SEARCHED, Space
from tuitrain.text import quoted

STRATEGY_ROW = ("manual", "grid", "random", "bayesian")


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


def _whole(label: str, low: int, high: int, words: Mapping[str, str] | None = None) -> Callable[[str], str]:
    def parse(text: str) -> str:
        text = text.strip().lower()
        if words and text in words:
            return text
        if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
            allowed = f"a whole number from {low} to {high}" + "".join(f", or {word}" for word in words or ())
            raise ValueError(f"{label}: {quoted(text)} is not {allowed}")
        return str(int(text))

    return parse


def _one_of(label: str, choices: tuple[str, ...]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        found = [choice for choice in choices if choice.startswith(text.strip().lower())] if text.strip() else []
        if len(found) != 1 and text.strip().lower() not in choices:
            raise ValueError(f"{label}: {quoted(text)} is not one of {', '.join(choices)}")
        return text.strip().lower() if text.strip().lower() in choices else found[0]

    return parse


def _time(text: str) -> str:
    if text.strip().lower() in {"none", ""}:
        return "none"
    try:
        parse_time(text)
    except TuitrainError as error:
        raise ValueError(str(error)) from None
    return text.strip().lower()


def _goal(text: str) -> str:
    if text.strip().lower() in {"none", ""}:
        return "none"
    try:
        goal = float(text)
    except ValueError:
        goal = math.nan
    if not math.isfinite(goal):
        raise ValueError(f"goal: {quoted(text)} is not a number, or none")
    return f"{goal:g}"


def _strategy(text: str) -> str:
    from tuitrain.search.strategies import check_strategy  # noqa: PLC0415

    try:
        return check_strategy(text)
    except TuitrainError as error:
        raise ValueError(str(error)) from None


def setting_entries(task: str) -> list[Entry]:
    """How is searched."""
    metrics = METRICS[task]
    return [
        Entry("strategy", "strategy", "search", "random", "who proposes what is tried next",
              "manual: you do. grid: all combinations. random: drawn from the ranges. bayesian: a Gaussian process of "
              "what was found says where improvement is expected.", _strategy, (*STRATEGY_ROW, "quasi")),
        Entry("trials", "trials", "search", "50", "trials at most",
              "all: as many as the space, or the time, gives.", _whole("trials", 1, 1_000_000, {"all": "0"}),
              ("10", "20", "50", "100", "200", "500", "all")),
        Entry("time", "time", "search", "none", "time at most", "10m, 90s, 1h30m, or none.", _time,
              ("none", "1m", "10m", "1h")),
        Entry("goal", "goal", "search", "none", "a score that is good enough", "The search ends there.", _goal),
        Entry("metric", "metric", "search", metrics[0], "what is made good on the validation rows",
              "The score of a trial is this metric at its best epoch. The test part is never used for choosing.",
              _one_of("metric", metrics), metrics),
        Entry("folds", "folds", "search", "auto", "folds that a trial is validated on",
              "The score is their mean. auto: 5 where there are fewer than 1,500 rows, else the validation part alone.",
              _whole("folds", 1, 100, {"auto": "0"}), ("auto", "1", "3", "5", "10")),
        Entry("seeds", "seeds", "search", "1", "seeds that a trial is trained from",
              "More of them tell luck from merit.", _whole("seeds", 1, 100), ("1", "2", "3", "5", "10")),
        Entry("prune", "pruning", "search", "none", "end trials that fall behind",
              "halving: at 1/27, 1/9 and 1/3 of the epochs the best third of all seen there goes on.",
              _one_of("pruning", ("none", "halving")), ("none", "halving")),
    ]  # fmt: skip


def field_entries() -> list[Entry]:
    """What each hyperparameter may be."""

    def reader(name: str) -> Callable[[str], str]:
        return lambda text: format_domain(FIELDS[name], parse_domain(FIELDS[name], text))

    return [
        Entry(name, spec.label, group, spec.format(spec.default), spec.meaning, spec.explanation, reader(name),
              is_field=True)
        for group in GROUPS for name, spec in FIELDS.items() if spec.group == group
    ]  # fmt: skip


def first_texts(task: str, base: Hyperparameters) -> dict[str, str]:
    """What the form holds when it is first opened: usual settings, the usual ranges, and the values in use."""
    texts = {entry.name: entry.default for entry in setting_entries(task)}
    for name, spec in FIELDS.items():
        usual = format_domain(spec, parse_domain(spec, ".."))
        texts[name] = usual if name in SEARCHED else spec.format(getattr(base, name))
    return texts


def texts_of(space: Space, settings: Settings) -> dict[str, str]:
    """What the form holds for a study: the inverse of `space_of` and `settings_of`."""
    texts = {name: spec.format(getattr(space.base, name)) for name, spec in FIELDS.items()} | space.to_texts()
    texts |= {name: format_domain(FIELDS[name], domain) for name, domain in space.idle.items()}
    return texts | {
        "strategy": settings.strategy, "trials": str(settings.trials or "all"),
        "time": format_time(settings.seconds) if settings.seconds else "none",
        "goal": "none" if settings.goal is None else f"{settings.goal:g}", "metric": settings.metric,
        "folds": str(settings.folds or "auto"), "seeds": str(settings.seeds), "prune": settings.prune,
    }  # fmt: skip


def settings_of(texts: Mapping[str, str]) -> Settings:
    """The settings that the form's texts stand for.

    Raises
    ------
    TuitrainError
        if they do not go together.
    """
    trials = 0 if texts["trials"] == "all" or texts["strategy"] in {"grid", "manual"} else int(texts["trials"])
    return Settings(
        strategy=texts["strategy"], trials=trials,
        seconds=0.0 if texts["time"] == "none" else parse_time(texts["time"]),
        goal=None if texts["goal"] == "none" else float(texts["goal"]), metric=texts["metric"],
        folds=0 if texts["folds"] == "auto" else int(texts["folds"]), seeds=int(texts["seeds"]),
        prune="halving" if texts["prune"] == "halving" else "none",
    )  # fmt: skip


def space_of(texts: Mapping[str, str]) -> Space:
    """The space that the form's texts stand for.

    Raises
    ------
    TuitrainError
        if nothing is searched.
    """
    given = {name: texts[name] for name in FIELDS}
    fixed = {name: text for name, text in given.items() if not is_searched(name, text)}
    searched = {name: text for name, text in given.items() if name not in fixed}
    if not searched:
        raise TuitrainError("no field holds a range; give one, such as 1e-4..1, or press + on a field")
    return Space(searched, Hyperparameters.from_mapping(fixed))


def is_searched(name: str, text: str) -> bool:
    """Whether the text means more than one value."""
    domain = parse_domain(FIELDS[name], text)
    return not isinstance(domain, Choices) or len(domain.values) > 1


def points_text(name: str, text: str, most: int = 6) -> str:
    """How many points a grid takes of the field, and which: ``5 points: 0.0001, 0.001, …``."""
    spec = FIELDS[name]
    values: list[Any] = grid_values(spec, parse_domain(spec, text))
    if len(values) < 2:
        return "fixed"
    shown = ", ".join(map(spec.format, values[:most])) + (", …" if len(values) > most else "")
    return f"{len(values)} points on a grid: {shown}"
