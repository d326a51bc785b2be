"""Search from Python: `tune`, its result, and what the command line and the screen share of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuitrain.data.dataset import Dataset
from tuitrain.data.loading import Source, load_dataset
from tuitrain.errors import SearchError, SettingsError
from tuitrain.numbers import json_number
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.option import read_all, takes
from tuitrain.options.search_settings import JOBS, OFFERED, Settings, read_settings
from tuitrain.runs.files import refuse_link
from tuitrain.runs.model import Model
from tuitrain.search.best_model import StudyChoice, choose, keep_model, model_path
from tuitrain.search.conductor import Conductor, SearchProgress
from tuitrain.search.folds import Fold, make_folds
from tuitrain.search.space.setting import setting_to_json
from tuitrain.search.space.space import Setting, Space
from tuitrain.search.strategies import check_strategy
from tuitrain.search.study.opening import (
    change_study,
    check_ends,
    check_fingerprint,
    check_space,
    create_study,
)
from tuitrain.search.study.study import Study
from tuitrain.search.study.study_file import NAME
from tuitrain.search.study.trial import Trial
from tuitrain.search.workers.protocol import Workers
from tuitrain.search.workers.supervisor import Supervisor
from tuitrain.search.workers.thread import ThreadWorkers
from tuitrain.text import visible
from tuitrain.translation import gettext as _


@dataclass(frozen=True)
class SearchResult:
    """What a search came to.

    `model` is the best trial's or, where the best trials were to answer together, their average; `test` its loss and
    metrics on the test part. `chosen` has both, and what the average was made of.
    """

    study: Study
    chosen: StudyChoice
    progress: SearchProgress

    @property
    def model(self) -> Model | None:
        """The model that was chosen; None where no trial has finished."""
        return self.chosen.model

    @property
    def test(self) -> Mapping[str, float]:
        """The model's loss and metrics on the test part."""
        return self.chosen.test

    @property
    def best(self) -> Trial | None:
        """The best finished trial."""
        return self.study.best

    @property
    def trials(self) -> list[Trial]:
        """All trials in the order in which they were proposed."""
        return self.study.trials

    @property
    def best_hyperparameters(self) -> Hyperparameters | None:
        """All hyperparameters of the best trial."""
        return self.study.hyperparameters(self.best) if self.best is not None else None

    def to_json(self) -> dict[str, Any]:
        """Convert to the JSON object that ``--json`` prints."""
        study, best = self.study, self.best
        counts = {state: sum(t.state == state for t in study.trials) for state in ("finished", "pruned", "failed")}
        described = None
        if best is not None:
            described = {
                "trial": best.number, "hyperparameters": setting_to_json(best.setting), "score": best.score,
                "deviation": json_number(best.deviation),
                "ties": [trial.number for trial in study.ties],
            }  # fmt: skip
        done = sum(counts.values())
        return {
            "strategy": study.settings.strategy, "metric": study.settings.metric, "trials": done, **counts,
            "best": described, "test": {k: json_number(v) for k, v in self.test.items()},
            **self._average_to_json(),
            "seconds": round(study.seconds, 4),
            "trials_per_second": round(done / study.seconds, 3) if study.seconds else None,
            "ending": self.progress.ending, "study": str(study.path),
        }  # fmt: skip

    def _average_to_json(self) -> dict[str, Any]:
        """What the average was made of, and the best trial's scores on the test part beside it."""
        average = self.chosen.average
        if average is None:
            return {}
        return {
            "average": {
                "trials": list(average.trials), "weights": [round(weight, 6) for weight in average.weights],
                "score": json_number(average.score), "single_score": json_number(average.single_score),
                "single_test": {k: json_number(v) for k, v in self.chosen.single_test.items()},
            }
        }  # fmt: skip


@takes(OFFERED)
def tune(
    dataset: Dataset | Source, space: Space | Mapping[str, Any] | None = None, *,
    base: Hyperparameters | Mapping[str, Any] | None = None,
    tried: Sequence[Setting] = (), jobs: int = 0, dask: str | None = None, study: str | Path | None = None,
    on_progress: Callable[[SearchProgress], object] | None = None, **settings: Any,
) -> SearchResult:  # fmt: skip
    """Search for good hyperparameters, and train the best network.

    Parameters
    ----------
    dataset
        a `Dataset`, or what `load_dataset` takes
    space
        a `Space`, or hyperparameters to ranges as ``{"learning_rate": "1e-4..1"}``; a usual choice where None
    base
        the hyperparameters that are not searched: a `Hyperparameters`, or names to values
    tried
        settings to try first
    jobs
        processes to train in; 0: in this one
    dask
        the address of a Dask scheduler, to train on several machines
    study
        a directory for the study, which is made; a temporary one where None. A study that it holds is continued:
        strategy and budget may be others, the rest is as it was where None
    on_progress
        called with `SearchProgress` about ten times a second
    settings
        those that are None or not given are the usual ones, or a study's own. The first of `trials`, `seconds` and
        `goal` to be reached ends the search, after the stacks that train; one is needed, except for a grid

    Raises
    ------
    TuitrainError
        if the dataset cannot be read, space and settings do not fit, or they are not those of the study there is.
    """
    data = dataset if isinstance(dataset, Dataset) else load_dataset(dataset)
    jobs = _read_jobs(jobs)
    opened = _open_study(data, study, space, base, settings, tried=tried, jobs=jobs, dask=dask)
    return run_study(opened, data, jobs=jobs, dask=dask, on_progress=on_progress)


def _read_jobs(jobs: int) -> int:
    read, problems = read_all({JOBS.name: JOBS}, {JOBS.name: jobs}, "setting")
    if problems:
        raise SettingsError(problems[0])
    return read[JOBS.name] or 0


def _open_study(
    data: Dataset, study: str | Path | None, space: Space | Mapping[str, Any] | None,
    base: Hyperparameters | Mapping[str, Any] | None, settings: Mapping[str, Any], *,
    tried: Sequence[Setting], jobs: int, dask: str | None,
) -> Study:  # fmt: skip
    """Return the study that is there, changed as asked, or a new one."""
    base = None if base is None else Hyperparameters.of(base)
    path = None if study is None else _study_path(study)
    told = read_settings({name: value for name, value in settings.items() if value is not None})
    if path is not None and (path / NAME).exists():
        opened = Study(path)
        check_fingerprint(opened, data)
        if space is not None or base is not None:
            check_space(opened, space, base, data)
        change_study(opened, told, tried=tried, must_end=True)
        return opened
    chosen = space if isinstance(space, Space) else Space(space, base)
    decided = Settings.from_mapping({**told, "parallel": _count_slots(jobs, dask)})
    check_ends(decided, chosen)
    path = path or Path(tempfile.mkdtemp(prefix="tuitrain-study-")) / "study"
    return create_study(path, chosen, decided, data, tried=tried)


def _count_slots(jobs: int, dask: str | None) -> int:
    """Return how many tasks can be trained at once."""
    if dask is not None and not jobs:
        from tuitrain.search.workers.dask_client import cluster_slots  # noqa: PLC0415 - an extra

        return cluster_slots(dask)
    return max(1, jobs)


def _study_path(study: str | os.PathLike[str]) -> Path:
    try:
        path = Path(study)
        path.stat()
    except FileNotFoundError:
        return path
    except (OSError, TypeError, ValueError) as error:
        shown = visible(repr(study), 60)
        raise SearchError(
            _("study {shown}: is not a path ({error})").format(shown=shown, error=visible(error, 60))
        ) from None
    return path


def make_workers(folds: tuple[Fold, ...], *, jobs: int = 0, dask: str | None = None) -> Workers:
    """Return a Dask cluster, `jobs` processes, or a thread of this process as workers."""
    if dask is not None:
        from tuitrain.search.workers.dask import DaskWorkers  # noqa: PLC0415 - an extra

        return DaskWorkers(folds, dask)
    if jobs:
        from tuitrain.search.workers.processes import ProcessWorkers  # noqa: PLC0415

        return ProcessWorkers(folds, jobs)
    return ThreadWorkers(folds)


@contextmanager
def conducting(
    study: Study, dataset: Dataset, *, jobs: int = 0, dask: str | None = None, asks_first: bool = False
) -> Iterator[Conductor]:
    """Yield a conductor of the study, which is open for writing; keep best models, and close everything at the end."""
    folds = make_folds(dataset, study.settings.folds)
    refuse_link(model_path(study))  # now, and not when the first trial is the best
    study.begin_writing()
    try:
        check_strategy(study.settings.strategy)
        conductor = Conductor(
            study, folds, Supervisor(make_workers(folds, jobs=jobs, dask=dask)), asks_first=asks_first,
            on_best=lambda trial, parameters: keep_model(study, dataset, trial, parameters),
        )  # fmt: skip
        try:
            study.claim()
            yield conductor
        finally:
            conductor.close()
        study.end(conductor.ending)
    finally:
        study.close()


def run_study(
    study: Study, dataset: Dataset, *, jobs: int = 0, dask: str | None = None,
    on_progress: Callable[[SearchProgress], object] | None = None,
    on_conductor: Callable[[Conductor], object] | None = None,
) -> SearchResult:  # fmt: skip
    """Search a study to its end, then train the model that it chose and evaluate it on the test part, once."""
    with conducting(study, dataset, jobs=jobs, dask=dask) as conductor:
        if on_conductor is not None:
            on_conductor(conductor)
        conductor.run(on_progress)
        conductor.close_workers()
        return SearchResult(study, choose(study, dataset), conductor.progress())
