"""The quality of Bayesian search against Optuna's Gaussian process, its TPE, and random search.

Run `python benchmarks/strategies.py` (Optuna's Gaussian process needs `pip install optuna scipy torch`; what is not
installed is left out). Every contestant searches Branin, Hartmann-6 and five tables of trained networks
(`make_networks.py`) from the same seeds, one by one and in batches of 8. Reported: median regrets at 30, 60 and 100
trials, who wins how many seeds (sign test; Conover, 1999), and the median time a trial. Then: how many held-out values
lie within one and two deviations of the model, and the time a trial from 100 to 200 trials. `--quick` is 4 seeds and
30 trials.
"""

from __future__ import annotations

import argparse
import json
import math
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from make_networks import FOLDER, TABLES

from tuitrain.engine.threads import blas_threads
from tuitrain.search.gaussian_process import surrogate
from tuitrain.search.space.columns import SearchColumn
from tuitrain.search.space.space import Space
from tuitrain.search.strategies import Observation, propose

MARKS = (30, 60, 100)
BATCH = 8
PROBLEMS = ("branin", "hartmann", *TABLES)
NEEDS = {"bayesian": (), "optuna-gp": ("optuna", "scipy", "torch"), "optuna-tpe": ("optuna",), "random": ()}
STRATEGIES = tuple(name for name, packages in NEEDS.items() if all(map(find_spec, packages)))


class Cube(Space):
    """The unit cube of `d` dimensions, with numbers of full precision."""

    def __init__(self, d: int) -> None:
        self.columns = tuple(SearchColumn(f"x{i}", f"x{i}", f"x{i}", False) for i in range(d))

    size = None
    start = None

    def encode(self, settings: Sequence[Mapping[str, Any]]) -> Any:
        return np.array([[setting[c.name] for c in self.columns] for setting in settings]).reshape(
            -1, len(self.columns)
        )

    def decode(self, points: Any) -> list[dict[str, Any]]:
        return [{c.name: float(x) for c, x in zip(self.columns, point, strict=True)} for point in points]

    def snap(self, points: Any) -> Any:
        return np.clip(np.nan_to_num(points, nan=0.5), 0, 1)

    def from_unit(self, unit: Any) -> Any:
        return np.array(unit, np.float64)


@dataclass(frozen=True)
class Problem:
    """A function to minimise; `optimum` is its lowest value."""

    name: str
    space: Space
    evaluate: Callable[[Mapping[str, Any]], float]
    optimum: float


def branin(setting: Mapping[str, Any]) -> float:
    x, y = 15 * setting["x0"] - 5, 15 * setting["x1"]
    inner = y - 5.1 / (4 * np.pi**2) * x**2 + 5 / np.pi * x - 6
    return float(inner**2 + 10 * (1 - 1 / (8 * np.pi)) * np.cos(x) + 10)


def hartmann(setting: Mapping[str, Any]) -> float:
    x = np.array([setting[f"x{i}"] for i in range(6)])
    A = np.array(
        [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
    )
    P = np.array([[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
                  [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]]) * 1e-4  # fmt: skip
    return float(-np.array([1.0, 1.2, 3.0, 3.2]) @ np.exp(-(A * (x - P) ** 2).sum(axis=1)))


@cache
def networks(name: str) -> Problem:
    """Return the search of a table of networks; what was not kept is refused with a KeyError."""
    space, kept = TABLES[name].space, np.load(FOLDER / f"{name}.npz")

    def names(points: Any) -> list[bytes]:
        return [row.tobytes() for row in np.nan_to_num(points, nan=-1.0).round(4).astype(np.float32)]

    table = dict(zip(names(kept["points"]), kept["losses"].tolist(), strict=True))
    return Problem(
        name, space, lambda setting: table[names(space.encode([setting]))[0]], float(np.nanmin(kept["losses"]))
    )


def problem_named(name: str) -> Problem:
    if name == "branin":
        return Problem(name, Cube(2), branin, 0.39788735772973816)
    return Problem(name, Cube(6), hartmann, -3.322368011415515) if name == "hartmann" else networks(name)


def search_ours(problem: Problem, strategy: str, k: int, trials: int, seed: int) -> tuple[list[float], list[float]]:
    """Return the values in the order found, and the seconds of each ask."""
    finished: list[Observation] = []
    seconds = []
    while len(finished) < trials:
        started = time.process_time()
        found = propose(strategy, problem.space, finished, [], min(k, trials - len(finished)), seed)
        seconds.append(time.process_time() - started)
        finished += [Observation(setting, problem.evaluate(setting)) for setting in found]
    return [item.value for item in finished], seconds


def search_optuna(problem: Problem, strategy: str, k: int, trials: int, seed: int) -> tuple[list[float], list[float]]:
    """Search in the same way with a sampler of Optuna; listed numbers are given as indices."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    sampler: Any = optuna.samplers.TPESampler(seed=seed)
    if strategy == "optuna-gp":
        sampler = optuna.samplers.GPSampler(seed=seed)
    study = optuna.create_study(sampler=sampler)
    values, seconds = [], []
    while len(values) < trials:
        started = time.process_time()
        asked = [study.ask() for _ in range(min(k, trials - len(values)))]
        settings = [_suggested(problem.space, trial) for trial in asked]
        for trial, setting in zip(asked, settings, strict=True):
            value = problem.evaluate(setting)
            failed = not math.isfinite(value)
            study.tell(trial, None if failed else value, state=optuna.trial.TrialState.FAIL if failed else None)
            values.append(value)
        seconds.append(time.process_time() - started)
    return values, seconds


def _suggested(space: Space, trial: Any) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    point = np.full(len(space.columns), np.nan)
    for place in sorted(range(len(space.columns)), key=lambda i: bool(space.columns[i].when)):
        column = space.columns[place]
        if any(chosen.get(other) not in allowed for other, allowed in column.when.items()):
            continue
        if column.is_category:
            chosen[column.name] = trial.suggest_categorical(column.name, column.values)
            point[place] = column.values.index(chosen[column.name])
        elif column.values:
            point[place] = column.places[trial.suggest_int(column.name, 0, len(column.values) - 1)]
        else:
            point[place] = trial.suggest_float(column.name, 0.0, 1.0)
    return space.decode(point[None])[0]


def run(task: tuple[str, str, int, int, int]) -> tuple[list[float], float]:
    """Return the regrets (trials,) of the best so far, and the seconds a trial."""
    name, strategy, k, trials, seed = task
    problem = problem_named(name)
    search = search_optuna if strategy.startswith("optuna") else search_ours
    with blas_threads(1):
        values, seconds = search(problem, strategy, k, trials, seed)
    regrets = np.fmin.accumulate(np.nan_to_num(values, nan=np.inf)) - problem.optimum
    return regrets.tolist(), sum(seconds) / trials


def sign_test(wins: int, losses: int) -> float:
    """Return the two-sided p of the wins and losses if both are equally likely."""
    n, least = wins + losses, min(wins, losses)
    return min(1.0, 2 * sum(math.comb(n, i) for i in range(least + 1)) / 2**n) if n else 1.0


def collect(tasks: list[Any], jobs: int, file: Path | None) -> dict[Any, Any]:
    """Return the result of each task; those in `file` are not run again, the others are added to it."""
    kept = [json.loads(line) for line in file.read_text().splitlines()] if file and file.exists() else []
    results = {tuple(task): result for task, result in kept}
    missing = [task for task in tasks if task not in results]
    with get_context("spawn").Pool(jobs) as pool:
        for task, result in zip(missing, pool.imap(run, missing), strict=True):
            results[task] = result
            if file:
                with file.open("a") as out:
                    out.write(json.dumps([task, result]) + "\n")
    return results


def compare(
    names: Sequence[str], strategies: Sequence[str], ks: Sequence[int], seeds: int, trials: int, jobs: int,
    file: Path | None,
) -> None:  # fmt: skip
    tasks = [(n, s, k, trials, seed) for seed in range(seeds) for n in names for k in ks for s in strategies]
    results = collect(tasks, jobs, file)
    marks = [mark for mark in MARKS if mark <= trials]
    for name in names:
        for k in ks:
            found = {s: [results[name, s, k, trials, seed] for seed in range(seeds)] for s in strategies}
            print(f"\n{name}, {'one by one' if k == 1 else f'batches of {k}'}: median regret at {marks}, ms a trial")
            ours = found.get("bayesian")
            for strategy, runs in found.items():
                medians = [float(np.median([regrets[mark - 1] for regrets, _ in runs])) for mark in marks]
                text = "  ".join(f"{median:9.5f}" for median in medians)
                line = f"  {strategy:11s} {text}  {1e3 * np.median([seconds for _, seconds in runs]):7.1f}"
                if ours is not None and strategy != "bayesian":
                    line += "   ours better/worse:" + "".join(_paired(ours, runs, mark) for mark in marks)
                print(line, flush=True)


def _paired(ours: Sequence[Any], theirs: Sequence[Any], mark: int) -> str:
    pairs = [(a[0][mark - 1], b[0][mark - 1]) for a, b in zip(ours, theirs, strict=True)]
    wins = sum(a < b - 1e-9 for a, b in pairs)
    losses = sum(b < a - 1e-9 for a, b in pairs)
    return f"  {wins}/{losses} (p {sign_test(wins, losses):.3f})"


def calibrate(names: Sequence[str], seeds: int) -> None:
    """Count held-out values within one and two deviations, noise included, of models of 40 to 100 random trials."""
    print("\ncalibration: share of held-out values within one and two deviations")
    for name in names:
        problem = problem_named(name)
        inside = []
        for seed in range(seeds):
            space, rng = problem.space, np.random.default_rng(seed)
            settings = space.decode(space.from_unit(rng.random((300, len(space.columns)))))
            values = np.array([problem.evaluate(setting) for setting in settings])
            settings, values = (
                [s for s, v in zip(settings, values, strict=True) if np.isfinite(v)],
                values[np.isfinite(values)],
            )
            points, n = space.encode(settings), (40, 60, 80, 100)[seed % 4]
            model = surrogate.fit(space.columns, points[:n], values[:n])
            mean, deviation = model.predict(points[n:])
            off = np.abs(model.scale.to_standard(values[n:]) - mean) / np.sqrt(deviation**2 + model.noise)
            inside.append([(off < 1).mean(), (off < 2).mean()])
        print(f"  {name:9s} {np.mean(inside, axis=0).round(3).tolist()}")


def time_long(names: Sequence[str]) -> None:
    """Measure milliseconds a trial in batches of 8, in parts of a search of 200 trials."""
    print("\nms a trial in batches of 8, trials 1-50, 51-100, 101-150, 151-200")
    for name in names:
        with blas_threads(1):
            _, seconds = search_ours(problem_named(name), "bayesian", BATCH, 200, 0)
        parts = np.array_split(np.array(seconds), 4)
        print(f"  {name:9s} {[round(1e3 * float(part.mean()) / BATCH, 1) for part in parts]}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--results", type=Path, help="a file that keeps what was run, which is not run again")
    parser.add_argument(
        "--only", nargs="*", default=[], help="problems, strategies, or k=1, k=8, compare, calibration, time"
    )
    options = parser.parse_args()
    if options.quick:
        options.seeds, options.trials = 4, 30
    only = set(options.only)
    names = [name for name in PROBLEMS if name in only] or list(PROBLEMS)
    strategies = [s for s in STRATEGIES if s in only] or list(STRATEGIES)
    ks = [k for k in (1, BATCH) if f"k={k}" in only] or [1, BATCH]
    parts = only & {"compare", "calibration", "time"} or {"compare", "calibration", "time"}
    if "compare" in parts:
        compare(names, strategies, ks, options.seeds, options.trials, options.jobs, options.results)
    if "calibration" in parts:
        calibrate(names, options.seeds)
    if "time" in parts:
        time_long(names)


if __name__ == "__main__":
    main()
