"""How good the models are: tuitrain's default, its ensembles and the values of 0.1 beside boosted trees and a forest.

    python benchmarks/quality.py [--tables DIRECTORY] [--seeds 3] [--peers] [--only NAME,NAME] [--record FILE]

DIRECTORY has a folder for each table (`quality_tables.py` fetches ours): either train.csv, test.csv and meta.json with
``target``, ``task``; or the whole table, which is split by as many seeds (a fifth for the test), and meta.json with
``file`` and ``options``. Without --tables the bundled sets are taken. --peers adds LightGBM, HistGradientBoosting and
RandomForest with their defaults (extra ``bench``), on the same rows and inputs, without the bins; ``LightGBM as such``
is told the categories instead of one-hot columns. With --record an interrupted run goes on where it was.

Skill is R² for numbers (never below 0) and 1 - log-loss / log-loss of the training rows' class shares for classes
(never below -1); hard is R², or (accuracy - majority) / (1 - majority). ± is the standard error over the tables of the
difference from the first contender; won, even (up to 0.005) and lost count tables. CPU seconds are those of one thread.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tuitrain import Dataset, load_dataset, train

BUNDLED = ("iris", "wine", "breast_cancer", "diabetes")
FIXED = {"hidden_layers": "64x32", "learning_rate": 0.01, "schedule": "constant", "batch_size": 32, "l2": 0.01,
         "epochs": 200, "patience": 30}  # fmt: skip
OURS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "default": ({}, {}), "no bins": ({"encode_numbers": "standard"}, {}), "ensemble 4": ({}, {"ensemble": 4}),
    "ensemble 8": ({}, {"ensemble": 8}), "values of 0.1": ({"encode_numbers": "standard"}, FIXED),
}  # fmt: skip
PEERS = ("LightGBM", "LightGBM as such", "HistGB", "forest")
EVEN = 0.005
Load = Callable[[dict[str, Any]], Dataset]


class Score(NamedTuple):
    """What a contender reached on the test rows of one split; ``plain`` is accuracy or R²."""

    skill: float
    hard: float
    plain: float
    seconds: float


def splits(tables: Path | None, seeds: int) -> Iterator[tuple[str, int, Load]]:
    """Give each table's name and seed, and what loads its split with further data options."""

    def loader(source: str | Path, options: dict[str, Any]) -> Load:
        return lambda more: load_dataset(source, **{**options, **more})

    if tables is None:
        for name in BUNDLED:
            for seed in range(seeds):
                yield name, seed, loader(name, {"split_seed": seed})
        return
    for about in sorted(tables.glob("*/meta.json")):
        meta = json.loads(about.read_text(encoding="utf-8"))
        if "file" in meta:
            for seed in range(seeds):
                options = {"test": 0.2, "split_seed": seed, **meta["options"]}
                yield about.parent.name, seed, loader(about.parent / meta["file"], options)
        else:
            target = (meta.get("target") or f"column {meta['place'] + 1}").strip()
            for seed in range(seeds):  # the same test rows, other validation rows
                options = {"target": target, "task": meta["task"], "test_file": str(about.parent / "test.csv")}
                yield about.parent.name, seed, loader(about.parent / "train.csv", options | {"split_seed": seed})


def score(dataset: Dataset, loss: float, plain: float, seconds: float) -> Score:
    """Return the score for the log-loss on the test part and its accuracy, or for R²."""
    if not dataset.n_classes:
        return Score(max(0.0, plain), plain, plain, seconds)
    known = np.concatenate([dataset.train.y, dataset.validation.y])
    shares = np.bincount(known, minlength=dataset.n_classes) / len(known)
    prior = float(-np.log(np.maximum(shares[dataset.test.y], 1e-15)).mean())
    majority = float((dataset.test.y == shares.argmax()).mean())
    return Score(max(-1.0, 1 - loss / prior), (plain - majority) / (1 - majority), plain, seconds)


def ours(load: Load, seed: int, data: dict[str, Any], hyperparameters: dict[str, Any]) -> Score:
    """Train as `tuitrain train` does."""
    dataset = load(data)
    started = time.process_time()
    found = train(dataset, {**hyperparameters, "seed": seed}, threads=1).evaluations["test"]
    seconds = time.process_time() - started
    return score(dataset, found["loss"], found["accuracy" if dataset.n_classes else "r2"], seconds)


def peer(name: str, load: Load, seed: int) -> Score:
    """Fit trees on all rows that are not test rows, as encoded without bins."""
    dataset = load({"encode_numbers": "standard"})
    joined = dataset.joined
    X, X_test = joined.train.X, joined.test.X
    more: dict[str, Any] = {}
    if name == "LightGBM as such":
        X, X_test, more["categorical_feature"] = *as_codes(joined, X, X_test), places_of_codes(joined)
    made = model_of(name, seed, bool(dataset.n_classes))
    started = time.process_time()
    made.fit(X, joined.train.y if dataset.n_classes else joined.train.y[:, 0], **more)
    seconds = time.process_time() - started
    if dataset.n_classes:
        p = np.full((len(X_test), dataset.n_classes), 1e-15)
        p[:, made.classes_] = made.predict_proba(X_test)
        loss = float(-np.log(np.clip(p[np.arange(len(p)), joined.test.y], 1e-15, 1)).mean())
        return score(dataset, loss, float((p.argmax(axis=1) == joined.test.y).mean()), seconds)
    truth, predicted = joined.test.y[:, 0].astype(float), made.predict(X_test)
    r2 = 1 - float(((truth - predicted) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())
    return score(dataset, 0.0, r2, seconds)


def model_of(name: str, seed: int, is_for_classes: bool) -> Any:
    """Make a peer with its defaults, of one thread."""
    if name.startswith("LightGBM"):
        from lightgbm import LGBMClassifier, LGBMRegressor

        return (LGBMClassifier if is_for_classes else LGBMRegressor)(verbose=-1, n_jobs=1, random_state=seed)
    import sklearn.ensemble as ensemble

    kind = "Classifier" if is_for_classes else "Regressor"
    if name == "HistGB":
        return getattr(ensemble, f"HistGradientBoosting{kind}")(random_state=seed)
    return getattr(ensemble, f"RandomForest{kind}")(random_state=seed, n_jobs=1)


def places_of_codes(dataset: Dataset) -> list[int]:
    """The places of text columns among the inputs of `as_codes`."""
    texts = dataset.preprocessing.texts
    numbers = dataset.train.X.shape[1] - sum(len(text.levels) for text in texts)
    return list(range(numbers, numbers + len(texts)))


def as_codes(dataset: Dataset, *parts: Any) -> list[Any]:
    """Put the number of its level, -1 for an unknown one, in the place of each text column's one-hot inputs."""
    coded = []
    for X in parts:
        first = X.shape[1] - sum(len(text.levels) for text in dataset.preprocessing.texts)
        columns = [X[:, :first]]
        for text in dataset.preprocessing.texts:
            block = X[:, first : first + len(text.levels)]
            columns.append(np.where(block.any(axis=1), block.argmax(axis=1), -1)[:, None])
            first += len(text.levels)
        coded.append(np.concatenate(columns, axis=1))
    return coded


def contenders(peers: bool) -> dict[str, Callable[[Load, int], Score]]:
    """Return what measures each contender."""
    found: dict[str, Callable[[Load, int], Score]] = {
        name: (lambda load, seed, data=data, h=h: ours(load, seed, data, h)) for name, (data, h) in OURS.items()
    }
    if peers:
        found |= {name: (lambda load, seed, name=name: peer(name, load, seed)) for name in PEERS}
    return found


def table_of(scores: dict[tuple[str, int, str], Score], names: Sequence[str]) -> list[str]:
    """Return the lines of the table, for the tables and seeds on which all the named contenders were measured."""
    runs = {(table, seed) for table, seed, _ in scores}
    runs = {run for run in runs if all((*run, name) in scores for name in names)}
    tables = sorted({table for table, _ in runs})
    if not tables:
        return []
    means = {
        name: np.array([
            np.mean([scores[table, seed, name] for own, seed in runs if own == table], axis=0) for table in tables
        ]) for name in names
    }  # fmt: skip
    count = len(tables)
    lines = [
        f"{count} tables, {len(runs)} splits; differences from {names[0]}, won/even/lost by skill",
        f"{'':18}{'skill':>7}{'hard':>7}{'acc./R²':>9}{'CPU s':>7}   skill             hard              w/e/l",
    ]
    for name in names:
        skill, hard, plain, seconds = means[name].mean(axis=0)
        gaps = (means[name] - means[names[0]])[:, :2]
        errors = gaps.std(axis=0, ddof=1) / np.sqrt(count) if count > 1 else np.full(2, np.nan)
        told = "   ".join(f"{gap:+.3f} ± {error:.3f}" for gap, error in zip(gaps.mean(axis=0), errors, strict=True))
        won, lost = int((gaps[:, 0] > EVEN).sum()), int((gaps[:, 0] < -EVEN).sum())
        lines.append(
            f"{name:18}{skill:7.3f}{hard:7.3f}{plain:9.3f}{seconds:7.2f}   {told}   {won}/{count - won - lost}/{lost}"
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--only", help="contenders, separated by commas; differences are taken from the first")
    parser.add_argument("--record", type=Path, help="a file that keeps each score as a line")
    asked = parser.parse_args()
    known = contenders(asked.peers)
    names = asked.only.split(",") if asked.only else list(known)
    if unknown := [name for name in names if name not in known]:
        parser.error(f"no contender {', '.join(unknown)}; there are {', '.join(known)}")
    scores: dict[tuple[str, int, str], Score] = {}
    if asked.record and asked.record.exists():
        for line in asked.record.read_text(encoding="utf-8").splitlines():
            table, seed, name, *values = json.loads(line)
            scores[table, seed, name] = Score(*values)
    for table, seed, load in splits(asked.tables, asked.seeds):
        for name in names:
            if (table, seed, name) not in scores:
                scores[table, seed, name] = known[name](load, seed)
                if asked.record:
                    with asked.record.open("a", encoding="utf-8") as file:
                        file.write(json.dumps([table, seed, name, *map(float, scores[table, seed, name])]) + "\n")
        told = "  ".join(f"{name} {scores[table, seed, name].skill:.3f}" for name in names)
        print(f"{table} {seed}".ljust(20), told, flush=True)
    print("\n" + "\n".join(table_of(scores, names)))


if __name__ == "__main__":
    main()
