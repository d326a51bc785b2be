"""Train every network of small spaces and keep the results for `strategies.py`.

Run `python benchmarks/make_networks.py` for all tables, or with the names of some of them (two to six minutes each on
one core); it writes `benchmarks/networks/NAME.npz`: `points` (N, d), the settings as rows of the space, and `losses`
(N,), each one's score at its best epoch (mean of four seeds).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from tuitrain.data.loading import load_dataset
from tuitrain.engine.threads import blas_threads
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.search.gaussian_process.candidates import distinct
from tuitrain.search.grouping import group_into_stacks
from tuitrain.search.space.space import Space
from tuitrain.search.stack import StackTask, train_stack

FOLDER = Path(__file__).with_name("networks")
SEEDS = 4  # a network's score is the mean over so many trainings: else the best of thousands is a matter of luck


@dataclass(frozen=True)
class Table:
    """A table of networks: all those of a space, trained on at most `rows` rows of a data set."""

    data: str
    metric: str
    ranges: Mapping[str, str]
    base: Mapping[str, Any] = field(default_factory=dict)  # beside the space, so that nobody is told where to begin
    rows: int | None = None  # few, where else all networks would be alike

    @property
    def space(self) -> Space:
        return Space(self.ranges, Hyperparameters(**{"batch_size": 32, "learning_rate": 0.01, **self.base}))


TABLES = {
    "digits": Table(
        "digits", "loss",
        {
            "hidden_layers": "1..3x8..64",
            "activation": "relu,tanh",
            "optimizer": "adam,momentum",
            "learning_rate": "0.0003,0.001,0.003,0.01,0.03,0.1,0.3",
            "momentum": "0.5,0.9,0.97",
            "l2": "0.00001,0.001,0.1",
        },
        {"epochs": 20, "hidden_layers": (32,)}, rows=500,
    ),
    "diabetes": Table(  # regression; without hidden layers the activation has no effect; a loss with a number
        "diabetes", "rmse",
        {
            "hidden_layers": "0..2x4..16",
            "activation": "relu,tanh",
            "loss": "auto,huber",
            "huber_delta": "0.3,1,3",
            "optimizer": "adam,sgd",
            "learning_rate": "0.0003,0.001,0.003,0.01,0.03,0.1,0.3",
            "dropout": "0,0.2,0.4",
        },
        {"epochs": 30, "hidden_layers": (5,)},
    ),
    "breast_cancer": Table(  # layer shapes as a list, which makes them a category; a schedule with a number of its own
        "breast_cancer", "loss",
        {
            "hidden_layers": "16,32,64,32x16,64x32",
            "optimizer": "adam,nesterov",
            "learning_rate": "0.001,0.003,0.01,0.03,0.1",
            "momentum": "0.8,0.95",
            "schedule": "constant,cosine,exponential",
            "schedule_factor": "0.1,0.5",
            "batch_size": "16,32,64,128",
            "dropout": "0,0.2,0.4",
        },
        {"epochs": 20, "hidden_layers": (32,), "schedule_epochs": 10},
    ),
    "moons": Table(  # deep and narrow networks, and how they begin: half of them learn nothing
        "moons?noise=0.25", "loss",
        {
            "hidden_layers": "1..4x2..16",
            "activation": "relu,tanh,sigmoid",
            "initializer": "glorot_uniform,he_normal,normal",
            "learning_rate": "0.0003,0.001,0.003,0.01,0.03,0.1,0.3",
            "weight_decay": "0.0001,0.1",
        },
        {"epochs": 20, "hidden_layers": (5,), "optimizer": "adamw"},
    ),
    "wine": Table(  # four optimizers, too many networks to list; looked at only after the strategy was settled
        "wine", "loss",
        {
            "hidden_layers": "1..2x4..32",
            "activation": "relu,sigmoid",
            "optimizer": "sgd,rmsprop,adam,nesterov",
            "learning_rate": "0.0003,0.001,0.003,0.01,0.03,0.1,0.3",
            "momentum": "0.5,0.9,0.97",
            "weight_decay": "0,0.01,0.1",
            "batch_size": "8,32",
        },
        {"epochs": 20, "hidden_layers": (8,)},
    ),
}  # fmt: skip


def train(table: Table) -> tuple[Any, Any]:
    """Return the rows of all settings (N, d), and their scores (N,), NaN for those that failed."""
    space, data = table.space, load_dataset(table.data)
    part = SimpleNamespace(X=data.train.X[: table.rows], y=data.train.y[: table.rows])
    fold = SimpleNamespace(
        task=data.task, n_classes=data.n_classes, target_scale=data.target_scale, train=part,
        validation=data.validation,
    )  # fmt: skip
    points = distinct(space.listed())
    numbered = [(number, space.hyperparameters(setting)) for number, setting in enumerate(space.decode(points))]
    scores = np.full(len(points), np.nan)
    inputs, outputs = data.train.X.shape[1], data.n_classes or 1
    for stack in group_into_stacks(numbered, inputs=inputs, outputs=outputs, members=SEEDS):
        task = StackTask(tuple(numbered[number] for number in stack), table.metric, SEEDS)
        for outcome in train_stack((fold,), task, lambda value: None, lambda: False).outcomes:
            scores[outcome.number] = outcome.score if outcome.state == "finished" else np.nan
    return points, scores


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or TABLES:
        with blas_threads(1):
            points, scores = train(TABLES[name])
        np.savez_compressed(FOLDER / f"{name}.npz", points=points.astype(np.float32), losses=scores.astype(np.float32))
        print(
            f"{name}: {len(points)} networks, {np.isnan(scores).sum()} failed; "
            f"scores {np.nanmin(scores):.4f} to {np.nanmax(scores):.4f}", flush=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
