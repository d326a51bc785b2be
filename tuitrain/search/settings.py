"""How a study is searched: strategy, budget, score, pruning."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tuitrain.engine.metrics import HIGHER_IS_BETTER
from tuitrain.errors import SettingsError
from tuitrain.search.strategies import HISTORY_FREE, check_strategy
from tuitrain.text import quoted, suggest

METRICS = {"classification": ("accuracy", "f1", "loss"), "regression": ("r2", "rmse", "mae", "loss")}
BOUNDED = ("accuracy", "f1", "r2")  # by 1
FEW_ROWS, FEW_ROWS_FOLDS = 1500, 5
BATCH = 8  # trials that a strategy which learns proposes at once
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(?:([smhd])[a-z]*)?")


@dataclass(frozen=True)
class Settings:
    """What a study keeps of how it is to be searched; valid by construction.

    The budget is `trials` (0: as many as the space or the time gives), `seconds` of searching and a `goal` for the
    score, whichever comes first. A trial is trained on each of `folds` (0: five where there are few rows, see
    `for_data`) and from each of `seeds` seeds. `batch` trials are proposed at once (0: eight,
    or four for each stack that runs). `parallel` is how many stacks are
    meant to run at a time: trials are shared out among so many, and a stack does not ask what the ones just before it
    found at their rungs, so that pruning is the same however many do. `stack` is the most members that train together
    (0: by their size).

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
        if not self.seconds >= 0 or math.isinf(self.seconds):
            problems.append(f"time: {self.seconds!r} is not a number of seconds")
        if self.goal is not None and not math.isfinite(self.goal):
            problems.append(f"goal: {self.goal!r} is not a number")
        if self.prune not in {"halving", "none"}:
            problems.append(f"prune {quoted(self.prune)}: allowed: halving, none")
        if self.metric and self.metric not in HIGHER_IS_BETTER:
            problems.append(f"metric {quoted(self.metric)}: {suggest(self.metric, HIGHER_IS_BETTER)}")
        try:
            object.__setattr__(self, "strategy", check_strategy(self.strategy))
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
        if self.goal is not None and metric in BOUNDED and self.goal > 1:
            raise SettingsError(f"goal: {metric} is never above 1, and {self.goal:g} is asked for")
        folds = self.folds or (FEW_ROWS_FOLDS if rows < FEW_ROWS else 1)
        batch = self.batch or max(BATCH, 4 * self.parallel)
        return dataclasses.replace(self, metric=metric, folds=folds, batch=batch)

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


def parse_time(text: str) -> float:
    """Seconds in ``90``, ``90s``, ``10m``, ``1.5h``, ``1h30m``.

    Raises
    ------
    SettingsError
        if it is none of these.
    """
    parts = _TIME.findall(text.strip().lower())
    if not parts or _TIME.sub("", text.strip().lower()).strip():
        raise SettingsError(f"time {quoted(text)}: write 90s, 10m, 1.5h or 1h30m")
    return sum(float(number) * _UNITS[unit or "s"] for number, unit in parts)
