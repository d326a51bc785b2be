"""The one declaration of how a study is searched: strategy, budget, score, pruning.

The command line, the Search form, Python's arguments, their messages and the help are made from it, and the names of
strategies and metrics are declared here, so that nothing of the engine or the search is needed to know them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tuitrain.errors import SettingsError
from tuitrain.options.metric_names import CLASS_METRICS, LOSS, LOWER_IS_BETTER, VALUE_METRICS
from tuitrain.options.option import Option, check_all, declare, declared, read_all
from tuitrain.text import suggest
from tuitrain.translation import gettext as _

STRATEGIES = ("manual", "grid", "random", "bayesian", "quasi")
OPTUNA_PREFIX = "optuna:"
OPTUNA_SAMPLERS = ("tpe", "gp", "cmaes", "nsgaii", "qmc", "random")
HISTORY_FREE = ("grid", "random", "quasi")  # what they propose does not depend on what was found

METRICS = {
    "classification": ("accuracy", "f1", LOSS, *(name for name in CLASS_METRICS if name not in {"accuracy", "f1"})),
    "regression": ("r2", "rmse", "mae", LOSS, *(name for name in VALUE_METRICS if name not in {"r2", "rmse", "mae"})),
}
HIGHER_IS_BETTER = {name: name not in LOWER_IS_BETTER for names in METRICS.values() for name in names}
BOUNDED = tuple(name for name, is_higher in HIGHER_IS_BETTER.items() if is_higher)  # by 1
METRICS_BY_TASK = "; ".join(f"{', '.join(names)} ({task})" for task, names in METRICS.items())

FEW_ROWS, FEW_ROWS_FOLDS = 1500, 5
BATCH = 8  # trials proposed at once, by a strategy that learns


@dataclass(frozen=True, kw_only=True)
class SearchOption(Option):
    """A setting of a search. `steps` are the texts that a key goes through in the form, where `is_in_form`.

    A study keeps a setting that `is_compared`: with another, its scores could not be compared. One that is not
    `is_offered` is set by the program.
    """

    steps: tuple[str, ...] = ()
    is_in_form: bool = True
    is_compared: bool = False
    is_offered: bool = True


def _near_strategy(name: str) -> str:
    if name.startswith(OPTUNA_PREFIX):
        return _("of Optuna's samplers, {hint}").format(hint=suggest(name.removeprefix(OPTUNA_PREFIX), OPTUNA_SAMPLERS))
    return suggest(name, [*STRATEGIES, "optuna:tpe"])


def _near_metric(name: str) -> str:
    return suggest(name, HIGHER_IS_BETTER, otherwise=_("allowed: {names}").replace("{names}", METRICS_BY_TASK))


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

    strategy: str = declare(
        "random", "strategy", "choice", "how the next setting to try is chosen",
        "manual: you do. grid: all combinations. random: drawn from the ranges. bayesian: a Gaussian process of what "
        "was found says where improvement is expected. quasi: random without gaps (a low-discrepancy sequence).",
        choices=(*STRATEGIES, *(OPTUNA_PREFIX + name for name in OPTUNA_SAMPLERS)), steps=STRATEGIES,
        choices_text="manual, grid, random, bayesian, quasi, or a sampler of Optuna's such as optuna:tpe",
        refuse=_near_strategy,
    )  # fmt: skip
    trials: int = declare(
        50, "trials", "whole", "trials at most", "all: as many as the space, or the time, gives.",
        minimum=1, maximum=1_000_000, special={"all": 0}, unset="50; grid: all",
        steps=("10", "20", "50", "100", "200", "500", "all"),
    )  # fmt: skip
    seconds: float = declare(
        0.0, "time", "time", "time at most, such as 90s, 10m, 1h30m", "none: as long as it takes.",
        minimum=0, above_minimum=True, special={"none": 0.0}, flag_name="time", steps=("none", "1m", "10m", "1h"),
    )  # fmt: skip
    goal: float | None = declare(
        None, "goal", "number", "score that is good enough", "The search ends there.", special={"none": None},
    )  # fmt: skip
    metric: str = declare(
        "", "metric", "choice", "what is made good on the validation rows",
        "The score of a trial is this metric at its best epoch. The test part is never used for choosing. There are "
        f"{METRICS_BY_TASK}.",
        choices=tuple(dict.fromkeys(name for names in METRICS.values() for name in names)), is_compared=True,
        choices_text=METRICS_BY_TASK, refuse=_near_metric, special={"auto": ""},
        unset="accuracy or r2",
    )  # fmt: skip
    folds: int = declare(
        0, "folds", "whole", "folds that each trial is validated on",
        "The score is their mean. auto: 5 where there are fewer than 1,500 rows, else the validation part alone.",
        minimum=1, maximum=100, special={"auto": 0}, steps=("auto", "1", "3", "5", "10"), is_compared=True,
        unset="5 below 1,500 rows, else 1",
    )  # fmt: skip
    seeds: int = declare(
        1, "seeds", "whole", "seeds that each trial is trained with", "More seeds tell luck from merit.",
        minimum=1, maximum=100, steps=("1", "2", "3", "5", "10"), is_compared=True,
    )  # fmt: skip
    prune: Literal["halving", "none"] = declare(
        "none", "pruning", "choice", "end trials that fall behind",
        "halving: at 1/27, 1/9 and 1/3 of the epochs the best third of all seen there goes on.",
        choices=("none", "halving"), steps=("none", "halving"), flag_name="prune",
    )  # fmt: skip
    ensemble_best: int = declare(
        1, "best averaged", "whole", "best trials whose networks may answer together, as one model",
        "Their average, in which each counts as much as is best on rows that it was not trained on; 1: the best trial "
        "alone. 8 is usual.",
        minimum=1, maximum=100, steps=("1", "4", "8", "16"), flag_name="ensemble-best",
    )  # fmt: skip
    seed: int = declare(
        0, "search seed", "whole", "seed of the proposals", "The same seed proposes the same again.",
        minimum=0, maximum=2**63 - 1, flag_name="search-seed", is_in_form=False,
    )  # fmt: skip
    batch: int = declare(
        0, "batch", "whole", "trials proposed at once, by a strategy that learns",
        "More keep more processes busy; fewer let each proposal know more.", minimum=1, maximum=1000,
        special={"auto": 0}, unset="8, or 4 a core", is_in_form=False,
    )  # fmt: skip
    parallel: int = declare(
        1, "parallel", "whole", "stacks that are meant to run at a time", minimum=1, maximum=1000, is_in_form=False,
        is_offered=False,
    )  # fmt: skip
    stack: int = declare(
        0, "stack", "whole", "members that train together at most", minimum=1, maximum=4096, special={"auto": 0},
        is_in_form=False, is_offered=False,
    )  # fmt: skip

    def __post_init__(self) -> None:
        if problems := check_all(self, SETTINGS):
            raise SettingsError("\n".join(problems))

    def for_data(self, task: str, rows: int) -> Settings:
        """With the task's usual metric, and folds for `rows` of training and validation, where none are told.

        With few rows a single validation part is a matter of luck: a search over it finds what suits that part. A fold
        validates at least two rows; where there are not enough for two folds, the validation part is used alone.

        Raises
        ------
        SettingsError
            if the metric does not fit the task.
        """
        allowed = METRICS[task]
        if self.metric and self.metric not in allowed:
            raise SettingsError(
                _("metric {metric}: for {task} there are {names}").format(
                    metric=self.metric, task=task, names=", ".join(allowed)
                )
            )
        metric = self.metric or allowed[0]
        check_goal(self.goal, metric)
        folds = self.folds or (max(1, min(FEW_ROWS_FOLDS, rows // 2)) if rows < FEW_ROWS else 1)
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
        """The inverse of `to_mapping`; a text is read as a person would type it.

        Raises
        ------
        SettingsError
            with a line for each unknown name and each value that is not allowed.
        """
        return cls(**read_settings(values))


SETTINGS: dict[str, SearchOption] = declared(Settings, SearchOption)
OFFERED = {name: spec for name, spec in SETTINGS.items() if spec.is_offered}
IN_FORM = {name: spec for name, spec in SETTINGS.items() if spec.is_in_form}
COMPARED = tuple(name for name, spec in SETTINGS.items() if spec.is_compared)
CHANGED = tuple(name for name in IN_FORM if name not in COMPARED)  # what the form holds and a study may go on with

QUASI = Option(
    name="quasi", label="quasi", kind="flag", default=False,
    meaning="with random: a low-discrepancy sequence, which leaves no gaps",
    explanation="The same as the strategy quasi.",
)  # fmt: skip
JOBS = Option(
    name="jobs", label="jobs", kind="whole", default=None, minimum=0, maximum=1000,
    meaning="worker processes; 0: train in this one", unset="all cores",
)  # fmt: skip


def read_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """Read some settings by name, a text as a person would type it.

    Raises
    ------
    SettingsError
        with a line for each unknown name and each value that is not allowed.
    """
    read, problems = read_all(SETTINGS, values, _("setting"))
    if problems:
        raise SettingsError("\n".join(problems))
    return read


def check_goal(goal: float | None, metric: str) -> None:
    """Refuse a goal that cannot be reached.

    Raises
    ------
    SettingsError
        if it is above what the metric can be.
    """
    if goal is not None and metric in BOUNDED and goal > 1:
        raise SettingsError(
            _("goal: {goal:g} cannot be reached; {metric} is never above 1").format(metric=metric, goal=goal)
        )
