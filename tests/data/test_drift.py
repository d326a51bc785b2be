"""Columns that have moved away from the training rows are told, with how far; those that have not are not."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from click.testing import CliRunner

from tuitrain import load_dataset, load_model, train
from tuitrain.cli import commands


def write(path: Path, rows: int, *, move: float, red: float, seed: int) -> Path:
    rng = np.random.default_rng(seed)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["size", "weight", "colour", "y"])
        for _ in range(rows):
            size, weight = rng.normal(100 + move, 10), rng.normal(5, 1)
            colour = "red" if rng.random() < red else "blue"
            writer.writerow([f"{size:.3f}", f"{weight:.3f}", colour, f"{size + weight:.3f}"])
    return path


def said(*arguments: str) -> str:
    return CliRunner().invoke(commands, arguments, catch_exceptions=False).stderr


def test_what_has_moved_is_told_by_evaluate_and_predict(tmp_path: Path) -> None:
    data = write(tmp_path / "before.csv", 400, move=0, red=0.5, seed=0)
    dataset = load_dataset(data, target="y", test=0)
    model = tmp_path / "model"
    train(dataset, {"epochs": 2}).model.save(model)
    assert load_model(model).preprocessing.usual == dataset.preprocessing.usual
    same = write(tmp_path / "same.csv", 300, move=0, red=0.5, seed=1)
    assert "standard deviations" not in said("predict", str(model), str(same))
    assert "another value" not in said("evaluate", str(model), str(same))
    moved = write(tmp_path / "moved.csv", 300, move=20, red=0.9, seed=2)
    for command in ("predict", "evaluate"):
        told = said(command, str(model), str(moved))
        assert 'column "size": the mean is 1' in told
        assert "2.0 standard deviations above" in told or "1.9 standard deviations above" in told
        assert 'column "weight": the mean' not in told
        assert 'column "colour": 4' in told  # .9 in place of .5: 40 %, more or less
    few = write(tmp_path / "few.csv", 20, move=20, red=0.9, seed=2)
    assert "standard deviations" not in said("predict", str(model), str(few))
