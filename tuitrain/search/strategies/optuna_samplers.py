"""Optuna's samplers as strategies, such as ``optuna:tpe`` (extra ``optuna``).

Optuna keeps a study; a strategy here keeps nothing. So a study is built in memory from the history at each call, asked,
and thrown away. Samplers that are a function of the trials alone (TPE, GP, random) are given these as they are; those
that write their state beside the trials (CMA-ES, NSGA-II, QMC) are led through them again, which is quick for them.

`n` settings, `d` columns. Optuna is told the space's columns: the index of a category or of a listed number, a whole
number itself, and of a continuous one the place on its scale, in [0, 1].
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from tuitrain.errors import SettingsError
from tuitrain.search.space.columns import Array, SearchColumn
from tuitrain.search.space.space import Setting, Space
from tuitrain.search.strategies.observation import Observation, key, seen
from tuitrain.search.strategies.random import ATTEMPTS, draw_new, draw_rest
from tuitrain.text import extra, quoted, suggest

if TYPE_CHECKING:
    import optuna

PREFIX = "optuna:"
MOST_ASKED = 4  # for one proposal that is new, before it is drawn at random


@dataclass(frozen=True)
class Sampler:
    """How Optuna's sampler is made and used.

    `needs` are packages that Optuna leaves to the user. With `fills`, columns that have no effect are told as lying in
    the middle, since the sampler would draw at random what is not part of every trial. With `replays`, it must see
    each trial begin.
    """

    make: Callable[[int], optuna.samplers.BaseSampler]
    needs: tuple[str, ...] = ()
    fills: bool = False
    replays: bool = False


def _tpe(seed: int) -> optuna.samplers.BaseSampler:
    from optuna.samplers import TPESampler  # noqa: PLC0415

    return TPESampler(seed=seed, constant_liar=True, multivariate=True, warn_independent_sampling=False)


def _gp(seed: int) -> optuna.samplers.BaseSampler:
    from optuna.samplers import GPSampler  # noqa: PLC0415

    return GPSampler(seed=seed)


def _cmaes(seed: int) -> optuna.samplers.BaseSampler:
    from optuna.samplers import CmaEsSampler  # noqa: PLC0415

    return CmaEsSampler(seed=seed, warn_independent_sampling=False)


def _nsgaii(seed: int) -> optuna.samplers.BaseSampler:
    from optuna.samplers import NSGAIISampler  # noqa: PLC0415

    return NSGAIISampler(seed=seed, population_size=20)


def _qmc(seed: int) -> optuna.samplers.BaseSampler:
    from optuna.samplers import QMCSampler  # noqa: PLC0415

    return QMCSampler(seed=seed, scramble=True, warn_independent_sampling=False)


def _random(seed: int) -> optuna.samplers.BaseSampler:
    from optuna.samplers import RandomSampler  # noqa: PLC0415

    return RandomSampler(seed=seed)


SAMPLERS = {
    "tpe": Sampler(_tpe),
    "gp": Sampler(_gp, ("scipy", "torch"), fills=True),
    "cmaes": Sampler(_cmaes, ("cmaes",), fills=True, replays=True),
    "nsgaii": Sampler(_nsgaii, fills=True, replays=True),
    "qmc": Sampler(_qmc, ("scipy",), fills=True, replays=True),
    "random": Sampler(_random),
}


def sampler_name(name: str) -> str:
    """`name` as it is meant, such as ``optuna:tpe``.

    Raises
    ------
    SettingsError
        if there is no such sampler.
    """
    name = name.strip().lower()
    sampler = name.removeprefix(PREFIX)
    if sampler not in SAMPLERS:
        raise SettingsError(f"strategy {quoted(name)}: of Optuna's samplers, {suggest(sampler, SAMPLERS)}")
    return name


def check_installed(name: str) -> None:
    """See that the sampler `name` can propose.

    Raises
    ------
    SettingsError
        if Optuna or what the sampler needs is not installed.
    """
    if find_spec("optuna") is None:
        raise SettingsError(f"strategy {name}: Optuna is not installed; it is {extra('optuna')}")
    missing = [package for package in SAMPLERS[name.removeprefix(PREFIX)].needs if find_spec(package) is None]
    if missing:
        raise SettingsError(
            f"strategy {name}: Optuna needs {' and '.join(missing)} for it; pip install {' '.join(missing)}"
        )


def propose_with(
    name: str, space: Space, finished: Sequence[Observation], pending: Sequence[Setting], k: int, seed: int
) -> list[dict[str, Any]]:
    """At most `k` settings that the sampler `name` asks for and that have not been tried; fewer when none are left.

    Trials that failed are told with the worst finite value, so that the sampler keeps away from where they lie.
    """
    tried = seen(finished, pending)
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, len(tried), *b"optuna"])))
    found: list[dict[str, Any]] = []
    check_installed(name)
    sampler = SAMPLERS[name.removeprefix(PREFIX)]
    with silence(), _one_torch_thread() if "torch" in sampler.needs else nullcontext():
        asked = _Asked(space, sampler, seed, len(tried))
        asked.tell(finished, pending)
        while len(found) < k:
            setting = next((new for new in (asked.ask() for _ in range(MOST_ASKED)) if key(new) not in tried), None)
            if setting is None:
                setting = draw_new(space, rng.random((ATTEMPTS, len(space.columns))), tried)
            if setting is None:
                setting = draw_rest(space, rng, tried)
            if setting is None:
                break
            tried.add(key(setting))
            found.append(setting)
    return found


@contextmanager
def silence() -> Iterator[None]:
    """Keep Optuna's log and warnings off the terminal: what it tells there is meant for those who call it."""
    import optuna  # noqa: PLC0415

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        optuna.logging.set_verbosity(before)


@contextmanager
def _one_torch_thread() -> Iterator[None]:
    """The matrices are small: measured, 174 instead of 296 ms a proposal at 60 trials; and other cores train."""
    import torch  # noqa: PLC0415

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class _Asked:
    """A study of Optuna's in memory, which is told a history and then asked."""

    def __init__(self, space: Space, sampler: Sampler, seed: int, tried: int) -> None:
        import optuna  # noqa: PLC0415

        self._space, self._sampler = space, sampler
        self._order = sorted(range(len(space.columns)), key=lambda place: _level(space.columns, space.columns[place]))
        # What is led through all trials draws anew for each; any other needs new numbers at each call
        state = np.random.SeedSequence([seed, *b"optuna"] if sampler.replays else [seed, tried, *b"optuna"])
        self._study = optuna.create_study(sampler=sampler.make(int(state.generate_state(1)[0])))
        self._distributions = [_distribution(column) for column in space.columns]

    def tell(self, finished: Sequence[Observation], pending: Sequence[Setting]) -> None:
        """Make the history part of the study."""
        finite = [item.value for item in finished if math.isfinite(item.value)]
        for item in finished:
            value = item.value if math.isfinite(item.value) else max(finite, default=None)
            self._add(item.setting, value, is_running=False)
        for setting in pending:
            self._add(setting, None, is_running=True)

    def _add(self, setting: Setting, value: float | None, *, is_running: bool) -> None:
        import optuna  # noqa: PLC0415

        point = self._space.encode([setting])
        for place, column in enumerate(self._space.columns):
            if column.is_category and column.hyperparameter in setting and np.isnan(point[0, place]):
                return  # a trial of the user's own, of a category that Optuna does not know
        params = self._params(point)
        states = optuna.trial.TrialState
        state = states.RUNNING if is_running else states.FAIL if value is None else states.COMPLETE
        if self._sampler.replays:
            self._study.enqueue_trial(params)
            trial = self._study.ask()
            _ = trial.relative_params  # where such a sampler notes its state; else never asked when all is fixed
            self._suggest(trial)
            if not is_running:
                self._study.tell(trial, value, state)
            return
        distributions = {name: self._distributions[self._place(name)] for name in params}
        self._study.add_trial(
            optuna.trial.create_trial(state=state, value=value, params=params, distributions=distributions)
        )

    def ask(self) -> dict[str, Any]:
        """What the sampler would try now; the trial stays open, so that the next one is another."""
        return self._space.decode(self._suggest(self._study.ask()))[0]

    def _params(self, point: Array) -> dict[str, Any]:
        """A row (1, d) as Optuna's parameters."""
        filled = np.nan_to_num(point, nan=0.5) if self._sampler.fills else point
        return {
            column.name: _told(column, float(place))
            for column, place in zip(self._space.columns, filled[0], strict=True)
            if not np.isnan(place)
        }

    def _suggest(self, trial: optuna.trial.Trial) -> Array:
        """The row (1, d) of a trial; what governs others is asked first, and what has no effect not at all."""
        point = np.full((1, len(self._space.columns)), np.nan)
        for place in self._order:
            column = self._space.columns[place]
            if self._sampler.fills or not np.isnan(self._space.snap(point)[0, place]):
                point[0, place] = _asked_place(column, trial)
        return point

    def _place(self, name: str) -> int:
        return next(place for place, column in enumerate(self._space.columns) if column.name == name)


def _level(columns: Sequence[SearchColumn], column: SearchColumn) -> int:
    """How many columns must be known, one after another, before it is known whether this one has an effect."""
    governors = [other for other in columns if other.name in column.when]
    if column.name.endswith(".width"):
        governors += [other for other in columns if other.name == f"{column.hyperparameter}.depth"]
    return 1 + max((_level(columns, other) for other in governors), default=0)


def _distribution(column: SearchColumn) -> optuna.distributions.BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution  # noqa: PLC0415

    if column.is_category:
        return CategoricalDistribution(tuple(range(len(column.values))))
    if column.values:  # by index: each value gets an equal share, as in our own draws
        return IntDistribution(0, len(column.values) - 1)
    if column.is_whole:
        return IntDistribution(int(column.low), int(column.high), log=column.scale == "log")
    return FloatDistribution(0.0, 1.0)


def _told(column: SearchColumn, place: float) -> int | float:
    """What Optuna is told of a place."""
    if column.is_category:
        return int(place)
    if column.values:
        return int(np.argmin(np.abs(column.places - place)))
    return int(column.value(place)) if column.is_whole else place


def _asked_place(column: SearchColumn, trial: optuna.trial.Trial) -> float:
    """The place of a column that a trial asks for."""
    if column.is_category:
        return float(trial.suggest_categorical(column.name, tuple(range(len(column.values)))))
    if column.values:
        return float(column.places[trial.suggest_int(column.name, 0, len(column.values) - 1)])
    if column.is_whole:
        low, high = int(column.low), int(column.high)
        return column.place(trial.suggest_int(column.name, low, high, log=column.scale == "log"))
    return float(trial.suggest_float(column.name, 0.0, 1.0))
