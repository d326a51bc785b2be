"""Trainings that continue from a file: run by test_state.py in a process of its own.

A line of JSON names the file of a state and a plan; the answer is two digests: of the state that training begins in,
and of the one that it ends in.
"""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Any

import numpy as np
from sklearn.datasets import load_diabetes, load_iris

from tuitrain.data.dataset import Dataset
from tuitrain.engine import Trainer
from tuitrain.engine.state import State
from tuitrain.errors import HyperparameterError
from tuitrain.options.hyperparameters import Hyperparameters

DATA = {
    "classes": Dataset.from_arrays(*load_iris(return_X_y=True), task="classification", encode_numbers="standard"),
    "values": Dataset.from_arrays(
        *(part[:120] for part in load_diabetes(return_X_y=True)), task="regression", encode_numbers="standard"
    ),
    "without validation": Dataset.from_arrays(
        *load_iris(return_X_y=True), task="classification", validation=0, test=0, encode_numbers="standard"
    ),
}
FOLDS = [
    Dataset.from_arrays(*load_iris(return_X_y=True), task="classification", seed=seed, encode_numbers="standard")
    for seed in range(2)
]


def datasets(name: str, which: list[int]) -> Any:
    """One dataset for all, or with the name `folds` one for each member."""
    return [FOLDS[fold] for fold in which] if name == "folds" else DATA[name]


def edit(trainer: Trainer, member: int | None, name: str, value: Any) -> None:
    """Edit live, unless the edit asks a member to train again that the others have left behind."""
    try:
        trainer.set(member, name, value)
    except HyperparameterError as error:
        if "cannot continue from there" not in str(error):
            raise


def train(trainer: Trainer, actions: list[list[Any]], start: int, stop: int | None = None) -> None:
    """Train from step `start` to `stop`, or to the end; `actions` are [step, "set" or "take", …]."""
    step = start
    while stop is None or step < stop:
        for _, kind, *rest in (action for action in actions if action[0] == step):
            if kind == "take":
                trainer.take(rest[0])
            else:
                edit(trainer, *rest)
        later = any(action[0] > step for action in actions)
        if trainer.is_done and not later:
            return
        trainer.step()
        step += 1


def digest(trainer: Trainer) -> str:
    """Of all arrays of the trainer's state, with their names, types and shapes."""
    found = hashlib.sha256()
    for name, array in sorted(trainer.state().to_arrays().items()):
        found.update(f"{name} {array.dtype} {array.shape}".encode())
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def main() -> None:
    for line in sys.stdin:
        plan = json.loads(line)
        with np.load(plan["file"], allow_pickle=False) as arrays:
            state = State.from_arrays(arrays)
        given = [Hyperparameters.from_mapping(values) for values in plan["hyperparameters"]]
        trainer = Trainer(datasets(plan["data"], plan["which"]), given, state=state)
        assert trainer.hyperparameters == given
        begun = digest(trainer)
        train(trainer, plan["actions"], plan["stop"])
        print(begun, digest(trainer), flush=True)


if __name__ == "__main__":
    main()
