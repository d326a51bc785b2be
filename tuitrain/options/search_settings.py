"""How a study is searched: strategy, budget, score, pruning."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from tuitrain.engine.metrics import HIGHER_IS_BETTER
from tuitrain.errors import SettingsError
from tuitrain.search.strategies import HISTORY_FREE, strategy_name
from tuitrain.text import quoted, suggest

METRICS = {"classification": ("accuracy", "f1", "loss"), "regression": ("r2", "rmse", "mae", "loss")}
BOUNDED = ("accuracy", "f1", "r2")  # by 1
FEW_ROWS, FEW_ROWS_FOLDS = 1500, 5
BATCH = 8  # trials that a strategy which learns proposes at once
_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86400.0),
}
_PART = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)\s*")


@dataclass(frozen=True)
class Settings:
    """What a study keeps of how it is to be searched; valid by construction.

    The budget is `trials` (0: as many as the space or the time gives), `seconds` of searching and a `goal` for the
    score, whichever comes first. A trial is trained on each of `folds` (0: five where there are few rows, see
    `for_data`) and from each of `seeds` seeds. `batch` trials are proposed at once (0: see `at_once`). `parallel` is
    how many stacks are meant to run at a time: trials are shared out among so many, and a stack does not ask what the
    ones just before it found at their rungs, so that pruning is the same however many do. `stack` is the most members
    that train together (0: by their size).

    Raises
    ------
    SettingsError
        with a line for each setting that is not allowed.
    """

    strategy: str = "random"
    trials: int = 50
    seconds: float = 0.0
    goal: float | None = None
    metric: str = ""
    folds: int = 0
    seeds: int = 1
    prune: Literal["halving", "none"] = "none"
    seed: int = 0
    batch: int = 0
    parallel: int = 1
    stack: int = 0

    def __post_init__(self) -> None:
        problems = []
        for name, low, high in (
            ("trials", 0, 1_000_000), ("folds", 0, 100), ("seeds", 1, 100), ("batch", 0, 1000), ("parallel", 1, 1000),
            ("stack", 0, 4096), ("seed", 0, 2**63 - 1),
        ):  # fmt: skip
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                problems.append(f"{name}: {value!r} is not a whole number from {low} to {high}")
        if not _is_finite(self.seconds) or self.seconds < 0:
            problems.append(f"time: {self.seconds!r} is not a number of seconds")
        if self.goal is not None and not _is_finite(self.goal):
            problems.append(f"goal: {self.goal!r} is not a finite number")
        if self.prune not in ("halving", "none"):
            problems.append(f"prune {quoted(self.prune)}: allowed: halving, none")
        if self.metric != "" and self.metric not in list(HIGHER_IS_BETTER):
            problems.append(f"metric {quoted(self.metric)}: {suggest(str(self.metric), HIGHER_IS_BETTER)}")
        try:
            object.__setattr__(self, "strategy", strategy_name(self.strategy))
        except SettingsError as error:
            problems.append(str(error))
        if problems:
            raise SettingsError("\n".join(problems))

    def for_data(self, task: str, rows: int) -> Settings:
        """With the task's usual metric, and folds for `rows` of training and validation, where none are told.

        With few rows a single validation part is a matter of luck: a search over it finds what suits that part.

        Raises
        ------
        SettingsError
            if the metric does not fit the task.
        """
        allowed = METRICS[task]
        if self.metric and self.metric not in allowed:
            raise SettingsError(f"metric {self.metric}: for {task} there are {', '.join(allowed)}")
        metric = self.metric or allowed[0]
        check_goal(self.goal, metric)
        folds = self.folds or (FEW_ROWS_FOLDS if rows < FEW_ROWS else 1)
        return dataclasses.replace(self, metric=metric, folds=folds)

    @property
    def at_once(self) -> int:
        """How many trials a strategy that learns proposes: `batch`, or eight, or four for each stack that runs."""
        return self.batch or max(BATCH, 4 * self.parallel)

    @property
    def sign(self) -> float:
        """What turns the metric into a value of which less is better."""
        return -1.0 if HIGHER_IS_BETTER[self.metric] else 1.0

    @property
    def learns(self) -> bool:
        """Whether proposals depend on what was found."""
        return self.strategy not in HISTORY_FREE

    def to_mapping(self) -> dict[str, Any]:
        """The settings as TOML values."""
        return {name: value for name, value in vars(self).items() if value is not None}

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Settings:
        """The inverse of `to_mapping`.

        Raises
        ------
        SettingsError
            if a name is not known or a value not allowed.
        """
        names = [item.name for item in dataclasses.fields(cls)]
        unknown = [name for name in values if name not in names]
        if unknown:
            raise SettingsError(f"setting {quoted(unknown[0])}: {suggest(unknown[0], names)}")
        return cls(**values)


def check_goal(goal: float | None, metric: str) -> None:
    """Refuse a goal that cannot be reached.

    Raises
    ------
    SettingsError
        if it is above what the metric can be.
    """
    if goal is not None and metric in BOUNDED and goal > 1:
        raise SettingsError(f"goal: {metric} is never above 1, and {goal:g} is asked for")


def _is_finite(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def parse_time(text: str) -> float:
    """Seconds in ``90``, ``90s``, ``10m``, ``1.5h``, ``1h30m``, ``2 min``.

    Raises
    ------
    SettingsError
        if it is none of these, or no time at all.
    """
    typed = text.strip().lower()
    whole = f"{typed}s" if re.fullmatch(r"[0-9.]+", typed) else typed
    parts = _PART.findall(whole)
    is_read = re.fullmatch(f"(?:{_PART.pattern})+", whole) and all(unit in _UNITS for _, unit in parts)
    seconds = sum(float(number) * _UNITS[unit] for number, unit in parts) if is_read else 0.0
    if not 0 < seconds < math.inf:
        raise SettingsError(f"time {quoted(text)}: write a time above 0, as 90s, 10m, 1.5h or 1h30m")
    return seconds


def format_time(seconds: float) -> str:
    """A time as `parse_time` reads it: ``90s``, ``0.25s``; the shortest that gives it back."""
    shown = f"{Decimal(repr(float(seconds))):f}"
    return f"{shown.removesuffix('.0')}s"
