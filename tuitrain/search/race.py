"""Race several strategies on the same space and budget, each from several seeds.

A setting's score does not depend on who proposed it, so every setting is trained only once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset
from tuitrain.engine.threads import blas_threads
from tuitrain.options.search_settings import BATCH, Settings
from tuitrain.search.folds import make_folds
from tuitrain.search.grouping import group_into_stacks
from tuitrain.search.space.space import Setting, Space
from tuitrain.search.stack import StackTask, TrialOutcome, train_stack
from tuitrain.search.strategies import Observation, propose
from tuitrain.search.strategies.observation import key
from tuitrain.search.workers.supervisor import Failed, Finished, Supervisor

Floats = NDArray[np.float64]
LANES = ("grid", "random", "bayesian")


@dataclass(frozen=True)
class LaneResult:
    """A strategy's best score so far by trial (t,): the median over seeds, and the quartiles; NaN before the first."""

    name: str
    trials: Floats
    median: Floats
    low: Floats
    high: Floats


class Race:
    """A race of `lanes` on `supervisor`'s workers; `step` runs a batch of each lane and seed, then calls `on_news`.

    Grid and random search do not depend on results, but propose batch by batch like the others.
    """

    def __init__(
        self, dataset: Dataset, space: Space, settings: Settings, supervisor: Supervisor, *,
        lanes: tuple[str, ...] = LANES, seeds: int = 5, trials: int = 40,
        on_news: Callable[[Race], object] = lambda race: None,
    ) -> None:  # fmt: skip
        self.on_news = on_news
        self.settings = settings.for_data(dataset.task, len(dataset.train) + len(dataset.validation))
        self._dataset, self._space, self._supervisor = dataset, space, supervisor
        self._scores: dict[Any, float] = {}
        self._trials = trials
        runs = [(lane, seed) for lane in lanes for seed in range(1 if lane == "grid" else seeds)]
        self._history: dict[tuple[str, int], list[dict[str, Any]]] = {run: [] for run in runs}
        self._ended: set[tuple[str, int]] = set()
        self._next_task = 0
        self.is_stopped = False

    @property
    def done(self) -> int:
        """How many trials the slowest run has done."""
        return min(len(self._known(history)) for history in self._history.values())

    @property
    def trained(self) -> int:
        """How many settings have been trained, whoever proposed them."""
        return len(self._scores)

    def step(self) -> bool:
        """Let each run propose a batch and train the new settings; return False when all runs are done."""
        waiting: dict[Any, dict[str, Any]] = {}
        for run, history in self._history.items():
            if run in self._ended:
                continue
            most = min(self.settings.batch, self._trials - len(history))
            observed = [Observation(setting, self._scores[key(setting)]) for setting in history]
            with blas_threads(1):
                proposed = propose(run[0], self._space, observed, [], most, run[1]) if most else []
            history.extend(proposed)
            if not proposed:
                self._ended.add(run)
            waiting |= {key(setting): setting for setting in proposed if key(setting) not in self._scores}
        self._train(list(waiting.values()))
        return len(self._ended) < len(self._history) and not self.is_stopped

    def _train(self, settings: list[dict[str, Any]]) -> None:
        if not settings:
            return
        numbered = [(number, self._space.hyperparameters(setting)) for number, setting in enumerate(settings)]
        members = self.settings.folds * self.settings.seeds
        stacks = group_into_stacks(
            numbered, inputs=self._dataset.n_inputs, outputs=self._dataset.n_outputs, members=members,
            parallel=self.settings.parallel,
        )  # fmt: skip
        for stack in stacks:
            task = StackTask(tuple(numbered[number] for number in stack), self.settings.metric, self.settings.seeds)
            self._supervisor.submit(self._next_task, train_stack, task)
            self._next_task += 1
        left = len(stacks)
        while left and not self.is_stopped:
            for outcomes in self._results():
                left -= 1
                for outcome in outcomes:
                    value = self.settings.sign * outcome.score if outcome.state == "finished" else float("nan")
                    self._scores[key(settings[outcome.number])] = value
                self.on_news(self)
        if not self.is_stopped:  # a stack that failed altogether has no scores
            self._scores = {**dict.fromkeys(map(key, settings), float("nan")), **self._scores}

    def _results(self) -> Iterator[tuple[TrialOutcome, ...]]:
        for event in self._supervisor.events(0.1):
            if isinstance(event, Finished):
                yield event.result.outcomes
            elif isinstance(event, Failed):
                yield ()

    def _known(self, history: Sequence[Setting]) -> list[float]:
        """Return the scores of a run's trials up to the first that has not been trained."""
        scores = (self._scores.get(key(setting)) for setting in history)
        return list(takewhile(lambda score: score is not None, scores))  # type: ignore[arg-type]

    def lanes(self) -> list[LaneResult]:
        """Return each strategy's curve so far."""
        found: dict[str, list[Floats]] = {}
        for (lane, _), history in self._history.items():
            values = np.array(self._known(history))
            best = np.fmin.accumulate(values) if len(values) else values
            found.setdefault(lane, []).append(self.settings.sign * best)
        return [_lane(name, curves) for name, curves in found.items()]


def _lane(name: str, curves: list[Floats]) -> LaneResult:
    length = min(len(curve) for curve in curves)
    table = np.array([curve[:length] for curve in curves])
    if not length:
        nothing = np.empty(0)
        return LaneResult(name, nothing, nothing, nothing, nothing)
    low, median, high = np.quantile(table, [0.25, 0.5, 0.75], axis=0)
    return LaneResult(name, np.arange(1.0, length + 1), median, low, high)


@contextmanager
def racing(
    dataset: Dataset, space: Space, settings: Settings, *, jobs: int = 0, seeds: int = 5, trials: int = 40,
    on_news: Callable[[Race], object] = lambda race: None,
) -> Iterator[Race]:  # fmt: skip
    """Return a race with workers of its own, which end with it; `on_news` is called after each stack."""
    from tuitrain.search.api import make_workers  # noqa: PLC0415 - it imports much

    settings = settings.for_data(dataset.task, len(dataset.train) + len(dataset.validation))
    supervisor = Supervisor(make_workers(make_folds(dataset, settings.folds), jobs=jobs))
    try:
        settings = replace(settings, parallel=max(1, jobs), batch=BATCH)
        yield Race(dataset, space, settings, supervisor, seeds=seeds, trials=trials, on_news=on_news)
    finally:
        supervisor.close()


def run_race(
    dataset: Dataset, space: Space, settings: Settings, *, jobs: int = 0, seeds: int = 5, trials: int = 40
) -> list[LaneResult]:
    """Run a whole race."""
    with racing(dataset, space, settings, jobs=jobs, seeds=seeds, trials=trials) as race:
        while race.step():
            pass
        return race.lanes()
