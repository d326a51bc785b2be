"""How good the models are: tuitrain's default, its ensembles and the fixed values of 0.1 beside boosted trees.

    python benchmarks/quality.py [--tables DIRECTORY] [--seeds 3] [--peers]

Each table is a folder of DIRECTORY with train.csv, test.csv and meta.json (``target``, ``task``); without --tables the
bundled ones are split by as many seeds. --peers adds LightGBM and HistGradientBoosting (extra ``bench``).
Skill is R² for numbers (never below 0) and 1 - log-loss / log-loss of the training rows' class shares for classes
(never below -1); hard is R², or (accuracy - majority) / (1 - majority). ± is the standard error over the tables of the
difference from the default. CPU seconds include the measuring of what is trained.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tuitrain import Dataset, load_dataset, train

BUNDLED = ("iris", "wine", "breast_cancer", "diabetes")
FIXED = {"hidden_layers": "64x32", "learning_rate": 0.01, "schedule": "constant", "batch_size": 32, "l2": 0.01,
         "epochs": 200, "patience": 30}  # fmt: skip
OURS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "default": ({}, {}), "no bins": ({"encode_numbers": "standard"}, {}), "ensemble 4": ({}, {"ensemble": 4}),
    "ensemble 8": ({}, {"ensemble": 8}), "values of 0.1": ({"encode_numbers": "standard"}, FIXED),
}  # fmt: skip
Split = Callable[[dict[str, Any]], Dataset]


def splits(tables: Path | None, seeds: int) -> Iterator[tuple[str, Split]]:
    """Give each table's name, and what loads it with further data options."""
    if tables is None:
        for name in BUNDLED:
            for seed in range(seeds):
                yield f"{name} {seed}", lambda more, name=name, seed=seed: load_dataset(name, split_seed=seed, **more)
        return
    for about in sorted(tables.glob("*/meta.json")):
        meta = json.loads(about.read_text(encoding="utf-8"))
        target = (meta.get("target") or f"column {meta['place'] + 1}").strip()
        options = {"target": target, "task": meta["task"], "test_file": str(about.parent / "test.csv")}
        yield (
            about.parent.name,
            lambda more, about=about, options=options: load_dataset(about.parent / "train.csv", **options, **more),
        )


def skills(dataset: Dataset, loss: float, accuracy_or_r2: float) -> tuple[float, float]:
    """Return skill and hard of what was measured on the test part."""
    if not dataset.n_classes:
        return max(0.0, accuracy_or_r2), accuracy_or_r2
    known = np.concatenate([dataset.train.y, dataset.validation.y])
    shares = np.bincount(known, minlength=dataset.n_classes) / len(known)
    prior = float(-np.log(shares[dataset.test.y]).mean())
    majority = float((dataset.test.y == shares.argmax()).mean())
    return max(-1.0, 1 - loss / prior), (accuracy_or_r2 - majority) / (1 - majority)


def ours(load: Split, data: dict[str, Any], hyperparameters: dict[str, Any]) -> tuple[float, float, float]:
    dataset = load(data)
    started = time.process_time()
    found = train(dataset, hyperparameters, threads=1).evaluations["test"]
    seconds = time.process_time() - started
    return (*skills(dataset, found["loss"], found["accuracy" if dataset.n_classes else "r2"]), seconds)


def peer(name: str, load: Split) -> tuple[float, float, float]:
    """Fit boosted trees on all rows that are not test rows, as encoded without bins."""
    dataset = load({"encode_numbers": "standard"})
    joined = dataset.joined
    if name == "LightGBM":
        from lightgbm import LGBMClassifier, LGBMRegressor

        made: Any = (LGBMClassifier if dataset.n_classes else LGBMRegressor)(verbose=-1, n_jobs=1)
    else:
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        made = HistGradientBoostingClassifier() if dataset.n_classes else HistGradientBoostingRegressor()
    started = time.process_time()
    made.fit(joined.train.X, joined.train.y if dataset.n_classes else joined.train.y[:, 0])
    seconds = time.process_time() - started
    if dataset.n_classes:
        p = np.full((len(joined.test), dataset.n_classes), 1e-15)
        p[:, made.classes_] = made.predict_proba(joined.test.X)
        loss = float(-np.log(np.clip(p[np.arange(len(p)), joined.test.y], 1e-15, 1)).mean())
        return (*skills(dataset, loss, float((p.argmax(axis=1) == joined.test.y).mean())), seconds)
    truth, predicted = joined.test.y[:, 0].astype(float), made.predict(joined.test.X)
    r2 = 1 - float(((truth - predicted) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())
    return (*skills(dataset, 0.0, r2), seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--peers", action="store_true")
    asked = parser.parse_args()
    contenders = {
        name: (lambda load, data=data, h=h: ours(load, data, h)) for name, (data, h) in OURS.items()
    }  # fmt: skip
    if asked.peers:
        contenders |= {name: (lambda load, name=name: peer(name, load)) for name in ("LightGBM", "HistGB")}
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in contenders}
    for table, load in splits(asked.tables, asked.seeds):
        for name, measure in contenders.items():
            found[name].append(measure(load))
        print(table.ljust(20), "  ".join(f"{name} {rows[-1][0]:.3f}" for name, rows in found.items()), flush=True)
    print(f"\n{'':14} {'skill':>7} {'hard':>7} {'CPU s':>7}   skill against the default")
    base = np.array(found["default"])
    for name, rows in found.items():
        values = np.array(rows)
        gap = values[:, 0] - base[:, 0]
        error = gap.std(ddof=1) / np.sqrt(len(gap)) if len(gap) > 1 else float("nan")
        skill, hard, seconds = values.mean(axis=0)
        print(f"{name:14} {skill:7.3f} {hard:7.3f} {seconds:7.2f}   {gap.mean():+.3f} ± {error:.3f}")


if __name__ == "__main__":
    main()
