"""Model files made by another hand or another version: one reason each, naming the file, never a traceback."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tuitrain
from tests.plain import plain, plain_dataset
from tuitrain.runs import model_file
from tuitrain.runs.model import Model


@pytest.fixture(scope="module")
def model() -> Model:
    return tuitrain.train(plain_dataset("iris"), plain(epochs=1)).model


def written(model: Model, change: Callable[[dict[str, Any], dict[str, Any]], object]) -> bytes:
    """A file with a right digest whose description and tensors `change` has changed."""
    description, tensors = json.loads(json.dumps(model._description())), dict(model._tensors())
    change(description, tensors)
    return model_file.encode(description, tensors)


def set_to(value: Any, *path: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    def change(description: dict[str, Any], _: dict[str, Any]) -> None:
        place: Any = description
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def tensor_of(name: str, array: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return lambda _, tensors: tensors.update({name: array})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (set_to(["setosa"], "class_names"), "class_names"),
        (set_to(["a", "b"], "class_names"), "3 outputs"),
        (set_to(["a", "b", "b"], "class_names"), "different texts"),
        (set_to([1], "hyperparameters"), "hyperparameters"),
        (set_to(0.9, "hyperparameters", "gravity"), r'saved by tuitrain .*"gravity"'),
        (set_to("warp", "activation"), '"warp"'),
        (set_to([4, 10**9, 10**9, 3], "layer_sizes"), "weights.0"),
        (set_to([4, "64", 32, 3], "layer_sizes"), "layer_sizes"),
        (set_to(None, "layer_sizes"), "layer_sizes"),
        (lambda d, _: d["preprocessing"]["numbers"].pop(), "4 inputs"),
        (set_to("much", "preprocessing", "numbers", 0, "scale"), "scale"),
        (set_to(0, "preprocessing", "numbers", 0, "scale"), "at least"),
        (set_to([], "preprocessing"), "description does not fit"),
        (set_to([{"name": "colour", "levels": [1]}], "preprocessing", "texts"), "levels"),
        (set_to("guess", "task"), "classification, regression"),
        (set_to(0, "target_scale"), "at least"),
        (set_to(None, "epoch"), "epoch"),
        (lambda d, _: d.pop("task"), "task"),
        (tensor_of("weights.0", np.zeros((1, 64), np.float32)), r"weights.0 is float32 \(1, 64\), not .*\(4, 64\)"),
        (tensor_of("biases.0", np.zeros(64, np.float64)), "biases.0 is float64"),
        (tensor_of("weights.9", np.zeros(1, np.float32)), "3 layers and the tensors"),
        (set_to(99, "format"), "format 99; this version reads 1"),
    ],
)
def test_a_part_that_does_not_fit_is_told(
    model: Model, change: Callable[[dict[str, Any], dict[str, Any]], object], message: str, tmp_path: Path
) -> None:
    (tmp_path / "crafted.st").write_bytes(written(model, change))
    with pytest.raises(tuitrain.ModelError, match=f"crafted.st: .*{message}"):
        tuitrain.load_model(tmp_path / "crafted.st")


def test_what_was_not_changed_is_the_same_file(model: Model, tmp_path: Path) -> None:
    (tmp_path / "same.st").write_bytes(written(model, lambda *_: None))
    assert tuitrain.load_model(tmp_path / "same.st").to_bytes() == model.to_bytes()


def test_a_model_that_records_no_weight_decay_was_trained_without(model: Model, tmp_path: Path) -> None:
    (tmp_path / "old.st").write_bytes(written(model, lambda d, _: d["hyperparameters"].pop("weight_decay")))
    assert model.hyperparameters.weight_decay == "auto"
    assert tuitrain.load_model(tmp_path / "old.st").hyperparameters.weight_decay == 0


def test_a_deeply_nested_header_is_no_model(tmp_path: Path) -> None:
    deep = b'{"a":' * 200_000
    (tmp_path / "deep").write_bytes(struct.pack("<Q", len(deep)) + deep + b" ")
    with pytest.raises(tuitrain.ModelError, match="deep: "):
        tuitrain.load_model(tmp_path / "deep")


@pytest.mark.parametrize("path", ["~nouser/x", "a\0b"])
def test_a_path_that_cannot_be_is_told(path: str, model: Model) -> None:
    with pytest.raises(tuitrain.ModelError, match=r"is not a user's directory|null"):
        tuitrain.load_model(path)
    with pytest.raises(tuitrain.ModelError, match=r"is not a user's directory|null"):
        model.save(path)
