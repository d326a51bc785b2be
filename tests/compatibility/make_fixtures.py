"""Make the files in ``files/``, which stand for what users of 0.1 have on their disks.

They were made once, at tag 0.1.0 (``git switch --detach 0.1.0; python tests/compatibility/make_fixtures.py``), and
must never be made again with a later version: the tests beside them show that later versions read what 0.1 wrote.

- ``models/*.safetensors`` with ``*.csv`` (the rows to predict) and ``*.json`` (predictions and, where the model gives
  them, probabilities, at full precision; the hyperparameters).
  ``of-0.2`` was made in the same way at tag 0.2.0, of iris with six hidden units.
- ``studies/*`` with ``*.csv`` (what ``tuitrain export`` printed) and ``*.json`` (all hyperparameters of each trial, the
  best trial, the space): ``grid`` is finished, ``bayesian`` was killed with a stack half trained, ``manual`` holds
  trainings by hand.
- ``config.toml`` with ``config.json``, what it meant.

The lock that a killed search leaves behind names a machine and is removed.
"""

from __future__ import annotations

import csv
import json
import math
import os
import random
import shutil
from pathlib import Path
from typing import Any

from tuitrain import Hyperparameters, Model, Space, __version__, load_dataset, load_model, train
from tuitrain.configuration import read_configuration
from tuitrain.data.loading import load_tables
from tuitrain.search.export import write_csv
from tuitrain.search.face import create_study, run_study
from tuitrain.search.manual import Training
from tuitrain.search.manual_study import ManualStudies
from tuitrain.search.settings import Settings
from tuitrain.search.study import Study

FILES = Path(__file__).parent / "files"
CONFIG = """\
# A training of 0.1
learning_rate = 0.02

[data]
dataset = "houses.csv"
target = "price"
task = "regression"
validation = 0.2
test = 40
split_seed = 7
scale = "minmax"
drop = ["number"]
delimiter = "comma"

[network]
hidden_layers = [16, 8]
activation = "leaky_relu"
leaky_slope = 0.02
initializer = "he_normal"
loss = "huber"
huber_delta = 1.5

[optimisation]
optimizer = "nadam"
beta1 = 0.85
beta2 = 0.995
batch_size = "full"
schedule = "cosine"

[regularisation]
l1 = 1e-5
l2 = 0.001
dropout = 0.1

[run]
epochs = 12
patience = 0
seed = 3

[space]
l2 = "1e-6..1e-2"
hidden_layers = ["16x8", "32"]
learning_rate = {min = 1e-4, max = 1.0, scale = "log", n = 5}
"""


def main() -> None:
    assert __version__ == "0.1.0", "these are files of 0.1; a later version must not make them anew"
    shutil.rmtree(FILES, ignore_errors=True)
    for folder in ("models", "studies"):
        (FILES / folder).mkdir(parents=True)
    make_models()
    os.chdir("/")  # a study holds the directory in which it was begun
    make_grid()
    make_bayesian()
    make_manual()
    for study in sorted(path for path in (FILES / "studies").iterdir() if path.is_dir()):
        record_study(study)
    (FILES / "config.toml").write_text(CONFIG, encoding="utf-8")
    record_config(FILES / "config.toml")


# Models


def make_models() -> None:
    rng = random.Random(1)
    flowers, houses, mushrooms = [], [], []
    for _ in range(150):
        kind = rng.choice(["setosa", "versicolor", "virginica"])
        size = {"setosa": 1.4, "versicolor": 4.2, "virginica": 5.6}[kind]
        flowers.append([round(rng.gauss(size, 0.5), 2), round(rng.gauss(size / 3, 0.3), 2), kind])
    for number in range(120):
        area, town = round(rng.uniform(30, 200), 1), rng.choice(["Köln", "Bonn", 'Aachen "West"', ""])
        price = 2000 * area + {"Köln": 50_000, "Bonn": 20_000}.get(town, 0) + rng.gauss(0, 5000)
        houses.append([number, "" if number % 11 == 0 else area, town, rng.choice(["yes", "no"]), round(price)])
    for _ in range(100):
        width, colour = round(rng.gauss(5, 2), 2), rng.choice(["red", "brown"])
        mushrooms.append([width, colour, "yes" if width + 2 * (colour == "red") + rng.gauss(0, 0.5) > 6 else "no"])
    make_model("classification", ["length", "width", "kind"], flowers, Hyperparameters(
        hidden_layers=(8, 4), activation="tanh", epochs=30, seed=1))  # fmt: skip
    make_model("regression", ["number", "area", "town", "garden", "price"], houses, Hyperparameters(
        hidden_layers=(12,), activation="leaky_relu", leaky_slope=0.05, loss="huber", optimizer="adamw",
        learning_rate=0.02, epochs=40, seed=2), drop=("number",))  # fmt: skip
    make_model("hinge", ["width", "colour", "edible"], mushrooms, Hyperparameters(
        hidden_layers=(6,), activation="gelu", loss="hinge", optimizer="momentum", l1=1e-4, dropout=0.1,
        epochs=30, seed=3))  # fmt: skip


def make_model(
    name: str, columns: list[str], rows: list[list[Any]], h: Hyperparameters, *, drop: tuple[str, ...] = ()
) -> None:
    """Train on `rows`, whose last column is the target; the first 25 are the ones that are predicted."""
    path = FILES / "models" / f"{name}.csv"
    write_rows(path, columns, rows)
    model = train(load_dataset(path, columns[-1], drop=drop), h).model
    model.save(path.with_suffix(".safetensors"))
    write_rows(path, columns[:-1], [row[:-1] for row in rows[:25]])
    record_model(path)


def record_model(path: Path) -> None:
    model: Model = load_model(path.with_suffix(".safetensors"))
    table = load_tables(str(path))[0]
    found: dict[str, Any] = {"predictions": model.predict(table).tolist(), "epoch": model.epoch}
    if model.class_names and model.network.loss.gives_probabilities:
        found["probabilities"] = model.predict_proba(table).tolist()
    write_json(path, found | {"hyperparameters": model.hyperparameters.to_mapping()})


# Studies


def make_grid() -> None:
    data = load_dataset("iris")
    base = Hyperparameters(hidden_layers=(6,), epochs=5, patience=0)
    ranges = {"learning_rate": "1e-3..1:n=3", "optimizer": "sgd,adamw,momentum", "momentum": "0,0.9"}
    settings = Settings(strategy="grid", trials=0, folds=2, seeds=2, metric="f1")
    study = create_study(FILES / "studies" / "grid", Space(ranges, base), settings, data, tried=[
        {"learning_rate": 1000.0, "optimizer": "sgd"}])  # fmt: skip
    run_study(study, data)


def make_bayesian() -> None:
    path, data = FILES / "studies" / "bayesian", load_dataset("diabetes")
    base = Hyperparameters(epochs=9, patience=0, hidden_layers=(4,))
    ranges = {"learning_rate": "1e-4..1", "l2": "1e-6..1e-1", "batch_size": "32..128", "hidden_layers": "4,8x4"}
    settings = Settings(strategy="bayesian", trials=20, prune="halving", stack=3, batch=6, folds=1, metric="rmse")
    study = create_study(path, Space(ranges, base), settings, data)
    start = study.start

    def die_while_training(chunk: int) -> None:
        """Note the stack as begun, and end at once, as after SIGKILL."""
        start(chunk)
        if len(study.done_chunks) == 5:
            os._exit(9)

    child = os.fork()
    if child == 0:
        study.start = die_while_training  # type: ignore[method-assign]
        run_study(study, data)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    (path / "lock").unlink()


def make_manual() -> None:
    data, trainings = load_dataset("moons?n=120"), []
    first = Hyperparameters(hidden_layers=(4,), epochs=4, patience=0)
    for h in (first, first.replace(learning_rate=0.1), first.replace(learning_rate=0.1, hidden_layers=(8, 3))):
        result = train(data, h)
        best = result.history[result.model.epoch - 1]
        curve = tuple(float(record.metrics["accuracy"][0]) for record in result.history)
        trainings.append(Training(
            h, "finished", curve[best.epoch - 1], float(best.validation_loss[0]), len(curve), best.epoch,
            round(result.seconds, 4), curve, "stopped by hand", data.fingerprint,
        ))  # fmt: skip
    studies = ManualStudies(FILES / "studies")
    studies.keep(data, trainings)
    studies.close()
    assert not studies.problem, studies.problem
    path = studies.path_of(data)
    assert path is not None
    path.rename(FILES / "studies" / "manual")


def record_study(path: Path) -> None:
    study = Study(path)
    with path.with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        write_csv(study, file)
    best = study.best
    write_json(path, {
        "space": study.space.to_texts(), "settings": study.settings.to_mapping(), "chosen": study.chosen,
        "best": best.number if best is not None else None, "ties": [trial.number for trial in study.ties],
        "hyperparameters": [study.hyperparameters(trial).to_mapping() for trial in study.trials],
        "curves": [[None if math.isnan(value) else value for value in trial.curve] for trial in study.trials],
    })  # fmt: skip


# Configuration


def record_config(path: Path) -> None:
    read = read_configuration(path)
    h = Hyperparameters.from_mapping(read.hyperparameters)
    space = Space(read.space, h)
    write_json(path, {"hyperparameters": h.to_mapping(), "data": read.data, "space": space.to_texts()})


def write_rows(path: Path, columns: list[str], rows: list[list[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([columns, *rows])


def write_json(path: Path, value: Any) -> None:
    path.with_suffix(".json").write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
