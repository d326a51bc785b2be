"""The speed of a search against scikit-learn and against PyTorch with Optuna, on one core and on all.

Run `python benchmarks/search.py` (needs the `bench` extra). A grid of 64 (learning rate × L2 × beta1) on three folds:
all contestants train the same networks with Adam on the very same rows for the same epochs, without early stopping,
and train no best model at the end. They take turns; the figures are ratios of medians, above 1 the search is faster.
The others' processes are warm and keep their imports; ours start anew each time, as on the command line. Ours measures
the validation rows after each epoch, the others once.

`--quick` gives the others a quarter of the grid and counts their time fourfold. `--only` takes moons, breast_cancer,
digits, jobs or overhead.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np

from tuitrain.data.dataset import Dataset
from tuitrain.data.loading import load_dataset
from tuitrain.engine.threads import usable_cores
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.search_settings import Settings
from tuitrain.runs.journal import Journal
from tuitrain.search.api import conducting
from tuitrain.search.conductor import Conductor
from tuitrain.search.folds import make_folds
from tuitrain.search.space.space import Space
from tuitrain.search.stack import StackTask, train_stack
from tuitrain.search.study.opening import create_study
from tuitrain.search.study.study import Study

GRID = {
    "learning_rate": (0.0003, 0.001, 0.003, 0.01), "l2": (1e-6, 1e-5, 1e-4, 1e-3), "beta1": (0.8, 0.85, 0.9, 0.95),
}  # fmt: skip
FOLDS = 3
CORES = usable_cores()


@dataclass(frozen=True)
class Case:
    """A grid to search; `least_sklearn` and `least_torch` are the ratios to reach."""

    dataset: str
    hidden: tuple[int, ...]
    batch: int
    activation: str
    epochs: int
    least_sklearn: float
    least_torch: float

    @property
    def base(self) -> Hyperparameters:
        """The hyperparameters that are not searched."""
        return Hyperparameters(
            hidden_layers=self.hidden, activation=self.activation, batch_size=self.batch, epochs=self.epochs, patience=0
        )


CASES = {
    "moons": Case("moons", (8, 8), 32, "tanh", 100, 20.0, 30.0),
    "breast_cancer": Case("breast_cancer", (64, 32), 32, "relu", 60, 8.0, 10.0),
    "digits": Case("digits", (128, 64), 64, "relu", 20, 3.5, 3.0),
}


def our_search(case: Case, dataset: Dataset, jobs: int) -> Callable[[], Study]:
    """Make our search of the grid in `jobs` processes, without the best model's training."""

    def run() -> Study:
        with tempfile.TemporaryDirectory() as directory:
            space = Space({name: ",".join(map(str, values)) for name, values in GRID.items()}, case.base)
            settings = Settings(strategy="grid", trials=0, folds=FOLDS, parallel=jobs)
            study = create_study(Path(directory) / "study", space, settings, dataset)
            with conducting(study, dataset, jobs=jobs) as conductor:
                conductor.run()
        assert [trial.epochs for trial in study.finished] == [case.epochs] * 64
        return study

    return run


def sklearn_search(case: Case, dataset: Dataset, share: float) -> Callable[[], object]:
    """Make scikit-learn's GridSearchCV on the same rows."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import GridSearchCV
    from sklearn.neural_network import MLPClassifier

    warnings.simplefilter("ignore", ConvergenceWarning)
    os.environ["PYTHONWARNINGS"] = "ignore"  # for its processes
    parts = (dataset.train, dataset.validation)
    X, y, rows = (np.concatenate([getattr(part, name) for part in parts]) for name in ("X", "y", "rows"))
    splits = [tuple(np.flatnonzero(np.isin(rows, part.rows)) for part in (f.train, f.validation))
              for f in make_folds(dataset, FOLDS)]  # fmt: skip
    model = MLPClassifier(
        case.hidden, activation=case.activation, batch_size=case.batch, max_iter=case.epochs, tol=0.0,
        n_iter_no_change=case.epochs + 1, random_state=0,
    )  # fmt: skip
    grid = {
        "learning_rate_init": GRID["learning_rate"], "alpha": GRID["l2"],
        "beta_1": GRID["beta1"][: max(1, round(len(GRID["beta1"]) * share))],
    }  # fmt: skip
    search = GridSearchCV(model, grid, cv=splits, n_jobs=CORES, refit=False)
    return lambda: search.fit(X, y)


def torch_search(case: Case, dataset: Dataset, share: float, pool: ProcessPoolExecutor) -> Callable[[], object]:
    """Make a loop of PyTorch under Optuna in one process for each core, each with a share of the grid."""
    folds = [(f.train.X, f.train.y, f.validation.X, f.validation.y) for f in make_folds(dataset, FOLDS)]
    kept = max(1, round(len(GRID["beta1"]) * share))
    points = [{"learning_rate": rate, "l2": l2} for rate, l2 in product(GRID["learning_rate"], GRID["l2"])]
    shares = [points[start::CORES] for start in range(CORES)]

    def run() -> None:
        begun = [
            pool.submit(torch_share, case, dataset.n_classes, folds, part, GRID["beta1"][:kept]) for part in shares
        ]
        assert sum(future.result() for future in begun) == len(points) * kept

    return run


def torch_share(case: Case, classes: int, folds: list[Any], points: list[dict[str, float]], betas: Any) -> int:
    """Run a process's share of the grid as an Optuna study; return the number of trials."""
    import optuna
    import torch

    torch.set_num_threads(1)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    parts = [tuple(torch.tensor(array) for array in fold) for fold in folds]

    def objective(trial: Any) -> float:
        point = points[trial.suggest_categorical("point", list(range(len(points))))]
        beta1 = trial.suggest_categorical("beta1", list(betas))
        return statistics.fmean(torch_fit(case, classes, part, {**point, "beta1": beta1}) for part in parts)

    sampler = optuna.samplers.GridSampler({"point": list(range(len(points))), "beta1": list(betas)})
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(objective)
    return len(study.trials)


def torch_fit(case: Case, classes: int, fold: Any, point: dict[str, float]) -> float:
    """Train in a plain loop with fused Adam; return the accuracy on the validation rows."""
    import torch

    X, y, X_validation, y_validation = fold
    torch.manual_seed(0)
    sizes = [X.shape[1], *case.hidden, classes]
    activation = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}[case.activation]
    layers: list[torch.nn.Module] = []
    for fan_in, fan_out in pairwise(sizes):
        layers += [torch.nn.Linear(fan_in, fan_out), activation()]
    model = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.Adam(
        model.parameters(),
        lr=point["learning_rate"],
        betas=(point["beta1"], 0.999),
        weight_decay=point["l2"],
        fused=True,
    )
    criterion = torch.nn.CrossEntropyLoss()
    for _ in range(case.epochs):
        order = torch.randperm(len(X))
        for start in range(0, len(X), case.batch):
            index = order[start : start + case.batch]
            optimizer.zero_grad()
            loss = criterion(model(X[index]), y[index])
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        return float((model(X_validation).argmax(1) == y_validation).float().mean())


def interleaved(contestants: list[Callable[[], object]], rounds: int) -> list[float]:
    """Median seconds of one call of each, called in turn."""
    times: list[list[float]] = [[] for _ in contestants]
    for _ in range(rounds):
        for call, found in zip(contestants, times, strict=True):
            started = time.perf_counter()
            call()
            found.append(time.perf_counter() - started)
    return [statistics.median(found) for found in times]


def verdict(value: float, least: float, *, is_most: bool = False) -> str:
    is_met = value <= least if is_most else value >= least
    return f"{value:5.2f} ({'≤' if is_most else '≥'} {least:g}{'' if is_met else ' MISSED'})"


def compare(case: Case, quick: bool) -> None:
    """Compare the grid with the other two."""
    dataset = load_dataset(case.dataset)
    share = 0.25 if quick else 1.0
    with ProcessPoolExecutor(CORES, mp_context=multiprocessing.get_context("spawn")) as pool:
        sklearn, torch = sklearn_search(case, dataset, share), torch_search(case, dataset, share, pool)
        warm = Case(case.dataset, case.hidden, case.batch, case.activation, 1, 0, 0)
        sklearn_search(warm, dataset, 1.0)()
        for future in [pool.submit(time.sleep, 0.3) for _ in range(CORES)]:
            future.result()
        torch_search(warm, dataset, 1.0, pool)()
        ours, theirs, optuna = interleaved([our_search(case, dataset, CORES), sklearn, torch], 3 if quick else 5)
    name = f"{case.dataset} {'-'.join(map(str, case.hidden))}, {case.batch}, {case.epochs} epochs"
    ratios = [verdict(t / share / ours, n) for t, n in ((theirs, case.least_sklearn), (optuna, case.least_torch))]
    print(f"{name:<42} {ours:6.2f} s   {ratios[0]:<24} {ratios[1]}", flush=True)


def machine(case: Case, dataset: Dataset, processes: int) -> Callable[[], object]:
    """Fork independent processes that each train a stack of five trials for a few epochs."""
    folds, h = make_folds(dataset, FOLDS), case.base.replace(epochs=10)
    task = StackTask(tuple((number, h) for number in range(5)), "accuracy")
    context = multiprocessing.get_context("fork")

    def run() -> None:
        arguments = (folds, task, lambda value: None, lambda: False)
        begun = [context.Process(target=train_stack, args=arguments) for _ in range(processes)]
        for process in begun:
            process.start()
        for process in begun:
            process.join()

    return run


def scaling(quick: bool) -> None:
    """Compare all cores with one, processes both times, and with the machine's own gain from that many processes."""
    for name in ("digits", "breast_cancer"):
        case = CASES[name]
        dataset = load_dataset(name)
        contestants = [our_search(case, dataset, jobs) for jobs in (1, CORES)]
        contestants += [machine(case, dataset, count) for count in (1, CORES)]
        one, many, alone, together = interleaved(contestants, 3 if quick else 5)
        target = {4: 3.2, 2: 1.7}.get(CORES)
        ratio = verdict(one / many, target) if target else f"{one / many:5.2f}"
        print(f"--jobs {CORES} against --jobs 1, {name:<14} {one:6.2f} s / {many:5.2f} s   {ratio}"
              f"   the machine itself {CORES * alone / together:.2f}", flush=True)  # fmt: skip


def overhead(strategy: str, name: str) -> None:
    """Measure the share of a study's time spent on asking the strategy and writing the journal, with the usual space.

    The strategy works in a thread of its own while stacks train: a search loses only the time in which all workers wait
    for it, and the writing.
    """
    written = [0.0]
    append = Journal.append

    def timed(self: Journal, events: Any) -> None:
        started = time.perf_counter()
        append(self, events)
        written[0] += time.perf_counter() - started

    waited, step = [0.0], Conductor.step

    def timed_step(self: Conductor, timeout: float) -> bool:
        is_waiting = self._thinking is not None and not self._submitted
        started = time.perf_counter()
        goes_on = step(self, timeout)
        waited[0] += (time.perf_counter() - started) * is_waiting
        return goes_on

    Journal.append, Conductor.step = timed, timed_step  # type: ignore[method-assign]
    dataset = load_dataset(name)
    with tempfile.TemporaryDirectory() as directory:
        settings = Settings(strategy=strategy, trials=200, parallel=CORES)
        study = create_study(Path(directory) / "study", Space(), settings, dataset)
        with conducting(study, dataset, jobs=CORES) as conductor:
            conductor.run()
    Journal.append, Conductor.step = append, step  # type: ignore[method-assign]
    both, lost = (100 * (asked + written[0]) / study.seconds for asked in (study.propose_seconds, waited[0]))
    print(
        f"ask and tell, {strategy}, {name}, 200 trials: {study.propose_seconds:.2f} s + {written[0]:.2f} s of "
        f"{study.seconds:.1f} s: {verdict(both, 3.0, is_most=True)} %; workers waited {waited[0]:.2f} s: {lost:.1f} %",
        flush=True,
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=[*CASES, "jobs", "overhead"])
    options = parser.parse_args()
    chosen = [options.only] if options.only else [*CASES, "jobs", "overhead"]
    print(f"{CORES} cores\ngrid of 64 × {FOLDS} folds                     ours      faster than scikit-learn, PyTorch")
    for name in chosen:
        if name in CASES:
            compare(CASES[name], options.quick)
    if "jobs" in chosen:
        scaling(options.quick)
    if "overhead" in chosen:
        for strategy, name in (("random", "breast_cancer"), ("bayesian", "breast_cancer"), ("bayesian", "digits")):
            overhead(strategy, name)


if __name__ == "__main__":
    main()
