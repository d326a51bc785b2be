"""Train every network of a small space on the digits and keep the results for `strategies.py`.

Run `python benchmarks/make_networks.py` (about four minutes on one core); it writes `benchmarks/networks.npz`: `points`
(N, d), the settings as rows of the space, and `losses` (N,), each one's lowest validation loss (mean cross
entropy; mean of four seeds).
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np

from tuitrain.data.loading import load_dataset
from tuitrain.engine.threads import blas_threads
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.search.gaussian_process.candidates import listed
from tuitrain.search.grouping import group_into_stacks
from tuitrain.search.space.space import Space
from tuitrain.search.stack import StackTask, train_stack

FILE = Path(__file__).with_name("networks.npz")
ROWS = 500  # of training: few, so that the networks differ
SEEDS = 4  # a network's loss is the mean over so many trainings: else the best of thousands is a matter of luck
SPACE = {
    "hidden_layers": "1..3x8..64",
    "activation": "relu,tanh",
    "optimizer": "adam,momentum",
    "learning_rate": "0.0003,0.001,0.003,0.01,0.03,0.1,0.3",
    "momentum": "0.5,0.9,0.97",
    "l2": "0.00001,0.001,0.1",
}


def make_space() -> Space:
    """Make the space of the table."""
    return Space(SPACE, Hyperparameters(epochs=20, batch_size=32, hidden_layers=(32,), learning_rate=0.01))


def main() -> None:
    space = make_space()
    data = load_dataset("digits")
    train = SimpleNamespace(X=data.train.X[:ROWS], y=data.train.y[:ROWS])
    fold = SimpleNamespace(
        task=data.task,
        n_classes=data.n_classes,
        target_scale=data.target_scale,
        train=train,
        validation=data.validation,
    )
    settings = space.decode(listed(space))
    numbered = [(number, space.hyperparameters(setting)) for number, setting in enumerate(settings)]
    losses = np.full(len(settings), np.nan)
    with blas_threads(1):
        for stack in group_into_stacks(numbered, inputs=data.train.X.shape[1], outputs=10, members=SEEDS):
            task = StackTask(tuple(numbered[number] for number in stack), "loss", SEEDS)
            for outcome in train_stack((fold,), task, lambda value: None, lambda: False).outcomes:
                losses[outcome.number] = outcome.score if outcome.state == "finished" else np.nan
    np.savez_compressed(FILE, points=space.encode(settings).astype(np.float32), losses=losses.astype(np.float32))
    print(
        f"{len(settings)} networks, {np.isnan(losses).sum()} failed; "
        f"losses {np.nanmin(losses):.4f} to {np.nanmax(losses):.4f}"
    )


if __name__ == "__main__":
    main()
