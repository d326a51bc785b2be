"""A search from its dataset to its model: what the command line, the screen and Python share."""

from __future__ import annotations

import dataclasses
import itertools
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuitrain.data.dataset import Dataset
from tuitrain.data.loading import load_dataset
from tuitrain.engine.build import choose_loss, n_outputs
from tuitrain.errors import ModelError, SearchError, SettingsError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.search_settings import Settings
from tuitrain.runs.model import Model, load_model
from tuitrain.search.conductor import Conductor, SearchProgress
from tuitrain.search.folds import Fold, make_folds
from tuitrain.search.journal_values import plain
from tuitrain.search.space.setting import own_setting
from tuitrain.search.space.space import Setting, Space
from tuitrain.search.strategies import check_strategy
from tuitrain.search.study.study import Study
from tuitrain.search.study.study_file import NAME, Source, study_name
from tuitrain.search.study.trial import USER, Trial
from tuitrain.search.workers.protocol import Workers
from tuitrain.search.workers.supervisor import Supervisor
from tuitrain.search.workers.thread import ThreadWorkers
from tuitrain.session.train import train
from tuitrain.text import visible

COMPARED = ("metric", "folds", "seeds")  # what makes the scores of a study comparable

MODEL_NAME = "best.safetensors"  # in a study's directory


@dataclass(frozen=True)
class Searched:
    """What a search came to. `model` is the best trial's, `test` its loss and metrics on the test part."""

    study: Study
    model: Model | None
    test: Mapping[str, float]
    progress: SearchProgress

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
        """What ``--json`` prints."""
        study, best = self.study, self.best
        counts = {state: sum(t.state == state for t in study.trials) for state in ("finished", "pruned", "failed")}
        described = None
        if best is not None:
            described = {
                "trial": best.number, "hyperparameters": plain(best.setting), "score": best.score,
                "deviation": best.deviation if best.deviation == best.deviation else None,
                "ties": [trial.number for trial in study.ties],
            }  # fmt: skip
        done = sum(counts.values())
        return {
            "strategy": study.settings.strategy, "metric": study.settings.metric, "trials": done, **counts,
            "best": described, "test": {k: v if abs(v) < float("inf") else None for k, v in self.test.items()},
            "seconds": round(study.seconds, 4),
            "trials_per_second": round(done / study.seconds, 3) if study.seconds else None,
            "ending": self.progress.ending, "study": str(study.path),
        }  # fmt: skip


def search(
    dataset: Dataset | str, space: Space | Mapping[str, Any] | None = None, *, strategy: str | None = None,
    trials: int | None = None, seconds: float | None = None, goal: float | None = None, metric: str | None = None,
    folds: int | None = None, seeds: int | None = None, prune: str | None = None, seed: int | None = None,
    base: Hyperparameters | None = None, tried: Sequence[Setting] = (), jobs: int = 0, dask: str | None = None,
    study: str | Path | None = None, on_progress: Callable[[SearchProgress], object] | None = None,
) -> Searched:  # fmt: skip
    """Search for good hyperparameters, and train the best network.

    Parameters
    ----------
    dataset
        a `Dataset`, or what `load_dataset` takes
    space
        what is searched: a `Space`, or hyperparameters to ranges as ``{"learning_rate": "1e-4..1"}``; a usual choice
        where None
    strategy
        ``grid``, ``random``, ``quasi`` (low-discrepancy), ``bayesian``, or a sampler such as ``optuna:tpe``; random
        where None
    trials, seconds, goal
        the budget; whichever is reached first ends the search, after the stacks that train; 50 trials where None
    metric
        what is made good on the validation rows: accuracy, f1, loss; r2, rmse, mae; the first that fits where None
    folds, seeds
        a trial's score is the mean over so many folds and seeds; five folds below 1,500 rows, else the validation part
        alone, and one seed, where None
    prune
        ``halving`` ends trials that are not among the best third at a rung; ``none``
    seed
        what proposals are drawn from; 0 where None
    base
        the hyperparameters that are not searched
    tried
        settings to try first
    jobs
        processes to train in; 0: in this one
    dask
        the address of a Dask scheduler, to train on several machines
    study
        a directory for the study, which is made; a temporary one where None. If it holds a study, that is gone on with:
        strategy and budget may be others, the rest is as it was where None
    on_progress
        called with `SearchProgress` about ten times a second

    Raises
    ------
    TuitrainError
        if the dataset cannot be read, space and settings do not fit, or they are not those of the study there is.
    """
    data = dataset if isinstance(dataset, Dataset) else load_dataset(dataset)
    settings = {
        "strategy": strategy, "trials": trials, "seconds": seconds, "goal": goal, "metric": metric, "folds": folds,
        "seeds": seeds, "prune": prune, "seed": seed,
    }  # fmt: skip
    told = {name: value for name, value in settings.items() if value is not None}
    if study is not None and (Path(study) / NAME).exists():
        opened = Study(Path(study))
        check_fingerprint(opened, data)
        if space is not None or base is not None:
            _check_space(opened, space, base)
        change_study(opened, told, tried=tried)
    else:
        chosen = space if isinstance(space, Space) else Space(space, base)
        parallel = max(1, jobs)
        if dask is not None and not jobs:
            from tuitrain.search.workers.dask_client import cluster_slots  # noqa: PLC0415 - an extra

            parallel = cluster_slots(dask)
        path = Path(study) if study is not None else Path(tempfile.mkdtemp(prefix="tuitrain-study-")) / "study"
        opened = create_study(path, chosen, Settings.from_mapping({**told, "parallel": parallel}), data, tried=tried)
    return run_study(opened, data, jobs=jobs, dask=dask, on_progress=on_progress)


def create_study(
    path: Path, space: Space, settings: Settings, dataset: Dataset, *, tried: Sequence[Setting] = ()
) -> Study:
    """Make a study of `dataset`; `study_dataset` gives it again.

    Raises
    ------
    SearchError
        if the settings do not fit the task, or the directory cannot be made.
    """
    check_strategy(settings.strategy)
    settings = settings.for_data(dataset.task, len(dataset.train) + len(dataset.validation))
    make_folds(dataset, settings.folds)
    outputs = n_outputs(choose_loss(space.base.loss, dataset.task), dataset.n_classes)
    told = Source(
        dataset.source, dataset.options, dataset.fingerprint, dataset.task, dataset.n_features, outputs,
        str(Path.cwd()),
    )  # fmt: skip
    return Study.create(path, space, settings, told, tried=tried)


def new_study_path(folder: Path, dataset: Dataset, strategy: str) -> Path:
    """A path in `folder` for a study that is begun now, where there is nothing yet."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    first = folder / study_name(f"{dataset.name}-{strategy}-{stamp}")
    further = (first.with_name(f"{first.name}-{number}") for number in itertools.count(2))
    return next(path for path in itertools.chain([first], further) if not path.exists())


def change_study(study: Study, told: Mapping[str, Any], *, tried: Sequence[Setting] = ()) -> None:
    """Let a study go on with the settings that are `told`; `tried` are more trials of the user's own.

    Raises
    ------
    TuitrainError
        if one of them is not allowed, or would make scores that cannot be compared with those there are.
    """
    for name in COMPARED:
        fixed = getattr(study.settings, name)
        if told.get(name) and told[name] != fixed:
            raise SettingsError(
                f"{name} is {fixed} in the study {visible(study.path)} and cannot change; begin another"
            )
    own = [own_setting(study.space, setting) for setting in tried]
    with study.writing():
        changed = dataclasses.replace(study.settings, **{n: v for n, v in told.items() if n not in COMPARED})
        check_strategy(changed.strategy)
        study.change(changed)
        known = [trial.setting for trial in study.trials]
        if new := [setting for setting in own if setting not in known]:
            study.queue(new, by=USER, stacks=None)


def _check_space(study: Study, space: Space | Mapping[str, Any] | None, base: Hyperparameters | None) -> None:
    """Refuse another space than the study's."""
    told = space if isinstance(space, Space) else Space(space, base)
    if told.to_texts() != study.space.to_texts() or told.base != study.space.base:
        raise SearchError(f"{visible(study.path)}: searches another space; begin a new study")


def check_fingerprint(study: Study, dataset: Dataset) -> None:
    """Refuse a dataset that is not the one the study began with.

    Raises
    ------
    SearchError
        if it differs.
    """
    if dataset.fingerprint != study.source.fingerprint:
        raise SearchError(
            f"{visible(study.path)}: was begun with other data than {visible(dataset.name)} holds now, so that its "
            "scores could not be compared; begin a new study"
        )


def study_dataset(study: Study) -> Dataset:
    """The dataset of a study, read again.

    Raises
    ------
    TuitrainError
        if it cannot be read, or is not the same any more.
    """
    if study.source.source == "-" or not study.source.options:
        raise SearchError(f"{visible(study.path)}: its data came from standard input or from Python and is not kept")
    options: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in study.source.options.items()
    }
    if options.get("test_file"):
        options["test_file"] = find_source(study, options["test_file"])
    dataset = load_dataset(find_source(study, study.source.source), **options)
    check_fingerprint(study, dataset)
    return dataset


def find_source(study: Study, source: str) -> str:
    """A file's path as it was given, or from where the study was begun; a name of a dataset as it is."""
    there = Path(study.source.directory, source)
    return source if Path(source).exists() or not there.is_file() else str(there)


def make_workers(folds: tuple[Fold, ...], *, jobs: int = 0, dask: str | None = None) -> Workers:
    """A Dask cluster, `jobs` processes, or a thread of this process."""
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
    """A conductor of the study, open for writing; everything is closed at the end, and best models are kept."""
    folds = make_folds(dataset, study.settings.folds)
    study.begin_writing()
    try:
        check_strategy(study.settings.strategy)
        conductor = Conductor(
            study, folds, Supervisor(make_workers(folds, jobs=jobs, dask=dask)), asks_first=asks_first,
            on_best=lambda trial, parameters: keep_model(study, dataset, trial, parameters),
        )  # fmt: skip
        try:
            yield conductor
        finally:
            conductor.close()
    finally:
        study.close()


def run_study(
    study: Study, dataset: Dataset, *, jobs: int = 0, dask: str | None = None,
    on_progress: Callable[[SearchProgress], object] | None = None,
    on_conductor: Callable[[Conductor], object] | None = None,
) -> Searched:  # fmt: skip
    """Search a study to its end, then train its best trial's model and evaluate it on the test part, once."""
    with conducting(study, dataset, jobs=jobs, dask=dask) as conductor:
        if on_conductor is not None:
            on_conductor(conductor)
        conductor.run(on_progress)
        conductor.close_workers()
        model, test = choose(study, dataset)
        return Searched(study, model, test, conductor.progress())


def choose(study: Study, dataset: Dataset) -> tuple[Model | None, dict[str, float]]:
    """The best trial's model, and what it reaches on the test part; None and nothing where no trial has finished."""
    best = study.best
    if best is None:
        return None, {}
    model = best_model(study, dataset)
    test = model.evaluate_part(dataset.test) if len(dataset.test) else {}
    if study.chosen is None or study.chosen["trial"] != best.number:
        study.choose(best, test)
    return model, test


def model_path(study: Study) -> Path:
    """Where the best trial's model is kept."""
    return study.path / MODEL_NAME


def keep_model(study: Study, dataset: Dataset, trial: Trial, parameters: Any) -> None:
    """Save the best trial's model from its parameters."""
    h = study.hyperparameters(trial)
    Model.from_parameters(parameters, h, dataset, trial.best_epoch).save(model_path(study))


def best_model(study: Study, dataset: Dataset) -> Model:
    """The best trial's model: the one that was kept, or trained again.

    A trial of one fold and one seed gives the same bits again, since it is trained with as many threads. With several,
    its hyperparameters are trained on the dataset's own split; without validation rows for as many epochs as were best.
    """
    best = study.best
    assert best is not None
    h = study.hyperparameters(best)
    try:
        kept = load_model(model_path(study))
        if kept.hyperparameters == h and kept.dataset_fingerprint == dataset.fingerprint:
            return kept
    except ModelError:
        pass  # there is none yet, or it is damaged: it is made anew
    if not len(dataset.validation):
        h = h.replace(epochs=max(1, best.best_epoch), patience=0)
    model = dataclasses.replace(train(dataset, h, threads=1).model, hyperparameters=study.hyperparameters(best))
    model.save(model_path(study))
    return model
