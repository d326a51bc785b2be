"""Optuna's samplers as strategies, such as ``optuna:tpe`` (extra ``optuna``).

Optuna keeps a study; a strategy here keeps nothing. So each call builds a study in memory from the history, asks it,
and discards it. Samplers that are a function of the trials alone (TPE, GP, random) get these as they are; for those
that store state beside the trials (CMA-ES, NSGA-II, QMC) the trials are replayed, which is quick.

`n` settings, `d` columns. Optuna sees the space's columns: a category or a listed number as its index, a whole number
as itself, and a continuous number as its place on its scale, in [0, 1].
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
from tuitrain.options.search_settings import OPTUNA_PREFIX
from tuitrain.search.space.columns import Array, SearchColumn
from tuitrain.search.space.space import Setting, Space
from tuitrain.search.strategies.observation import Observation, key, seen
from tuitrain.search.strategies.random import ATTEMPTS, draw_new, draw_rest
from tuitrain.text import extra
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    import optuna

MOST_ASKED = 4  # to find a new proposal before one is drawn at random


@dataclass(frozen=True)
class Sampler:
    """How one of Optuna's samplers is created and used.

    `needs` are packages that Optuna leaves to the user to install. With `fills`, columns without effect are given the
    middle of their range, since the sampler would draw at random whatever is not part of every trial. With `replays`,
    the sampler must see each trial begin.
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


def check_installed(name: str) -> None:
    """Check that the sampler `name` can be used here.

    Raises
    ------
    SettingsError
        if Optuna, or a package that the sampler needs, is not installed.
    """
    if find_spec("optuna") is None:
        raise SettingsError(
            _("strategy {name}: Optuna is not installed; it is {extra}").format(name=name, extra=extra("optuna"))
        )
    missing = [package for package in SAMPLERS[name.removeprefix(OPTUNA_PREFIX)].needs if find_spec(package) is None]
    if missing:
        raise SettingsError(
            _("strategy {name}: Optuna needs {names} for it; pip install {packages}").format(
                name=name, names=_(" and ").join(missing), packages=" ".join(missing)
            )
        )


def propose_with(
    name: str, space: Space, finished: Sequence[Observation], pending: Sequence[Setting], k: int, seed: int
) -> list[dict[str, Any]]:
    """Propose at most `k` untried settings with the sampler `name`; fewer when none are left.

    Failed trials get the worst finite value, so that the sampler avoids their neighbourhood.
    """
    tried = seen(finished, pending)
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, len(tried), *b"optuna"])))
    found: list[dict[str, Any]] = []
    check_installed(name)
    sampler = SAMPLERS[name.removeprefix(OPTUNA_PREFIX)]
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
    """Keep Optuna's log and warnings off the terminal: they are meant for its direct callers."""
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
    """Limit torch to one thread: 174 instead of 296 ms a proposal at 60 trials (measured), and other cores train."""
    import torch  # noqa: PLC0415

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class _Asked:
    """An Optuna study in memory, filled with a history and then asked."""

    def __init__(self, space: Space, sampler: Sampler, seed: int, tried: int) -> None:
        import optuna  # noqa: PLC0415

        self._space, self._sampler = space, sampler
        self._order = sorted(range(len(space.columns)), key=lambda place: _level(space.columns, space.columns[place]))
        # A replaying sampler draws anew for each trial; any other needs new random numbers at each call
        state = np.random.SeedSequence([seed, *b"optuna"] if sampler.replays else [seed, tried, *b"optuna"])
        self._study = optuna.create_study(sampler=sampler.make(int(state.generate_state(1)[0])))
        self._distributions = [_distribution(column) for column in space.columns]

    def tell(self, finished: Sequence[Observation], pending: Sequence[Setting]) -> None:
        """Add the history to the study."""
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
                return  # the user's own trial with a category that Optuna does not know
        params = self._params(point)
        states = optuna.trial.TrialState
        state = states.RUNNING if is_running else states.FAIL if value is None else states.COMPLETE
        if self._sampler.replays:
            self._study.enqueue_trial(params)
            trial = self._study.ask()
            _ = trial.relative_params  # it stores its state there, and is not asked when all is fixed
            self._suggest(trial)
            if not is_running:
                self._study.tell(trial, value, state)
            return
        distributions = {name: self._distributions[self._place(name)] for name in params}
        self._study.add_trial(
            optuna.trial.create_trial(state=state, value=value, params=params, distributions=distributions)
        )

    def ask(self) -> dict[str, Any]:
        """Return the sampler's next setting; its trial stays open, so that the next one differs."""
        return self._space.decode(self._suggest(self._study.ask()))[0]

    def _params(self, point: Array) -> dict[str, Any]:
        """Convert a row (1, d) to Optuna's parameters."""
        filled = np.nan_to_num(point, nan=0.5) if self._sampler.fills else point
        return {
            column.name: _parameter(column, float(place))
            for column, place in zip(self._space.columns, filled[0], strict=True)
            if not np.isnan(place)
        }

    def _suggest(self, trial: optuna.trial.Trial) -> Array:
        """Ask a trial for a row (1, d): columns that govern others first, columns without effect not at all."""
        point = np.full((1, len(self._space.columns)), np.nan)
        for place in self._order:
            column = self._space.columns[place]
            if self._sampler.fills or not np.isnan(self._space.snap(point)[0, place]):
                point[0, place] = _asked_place(column, trial)
        return point

    def _place(self, name: str) -> int:
        return next(place for place, column in enumerate(self._space.columns) if column.name == name)


def _level(columns: Sequence[SearchColumn], column: SearchColumn) -> int:
    """Count the columns that must be known, one after another, to decide whether this one has an effect."""
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


def _parameter(column: SearchColumn, place: float) -> int | float:
    """Convert a place to Optuna's parameter value."""
    if column.is_category:
        return int(place)
    if column.values:
        return int(np.argmin(np.abs(column.places - place)))
    return int(column.value(place)) if column.is_whole else place


def _asked_place(column: SearchColumn, trial: optuna.trial.Trial) -> float:
    """Ask a trial for a column's place."""
    if column.is_category:
        return float(trial.suggest_categorical(column.name, tuple(range(len(column.values)))))
    if column.values:
        return float(column.places[trial.suggest_int(column.name, 0, len(column.values) - 1)])
    if column.is_whole:
        low, high = int(column.low), int(column.high)
        return column.place(trial.suggest_int(column.name, low, high, log=column.scale == "log"))
    return float(trial.suggest_float(column.name, 0.0, 1.0))
