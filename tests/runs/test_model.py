"""The model file: predictions survive it, damage is noticed, other rows are refused with a reason."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

import tuitrain
from tests.plain import plain, plain_arrays, plain_dataset
from tuitrain.data.loading import load_tables
from tuitrain.errors import DataError
from tuitrain.runs.model import Model
from tuitrain.session.train import train


@pytest.fixture(scope="module")
def classifier() -> Model:
    return tuitrain.train(plain_dataset("iris"), plain(epochs=40)).model


@pytest.fixture(scope="module")
def regressor() -> Model:
    return tuitrain.train("plane", tuitrain.Hyperparameters(epochs=60)).model


def test_what_is_loaded_predicts_the_same_bits(classifier: Model, tmp_path: Path) -> None:
    classifier.save(tmp_path / "m.safetensors")
    loaded = tuitrain.load_model(tmp_path / "m.safetensors")
    rows = np.random.default_rng(0).uniform(0, 8, (50, 4))
    assert loaded.predict_proba(rows).tobytes() == classifier.predict_proba(rows).tobytes()
    assert loaded.to_bytes() == classifier.to_bytes()


def test_rows_come_as_arrays_lists_or_mappings(classifier: Model) -> None:
    row = [5.1, 3.5, 1.4, 0.2]
    names = classifier.preprocessing.column_names
    found = [classifier.predict(rows)[0] for rows in (np.array([row]), [row], [dict(zip(names, row, strict=True))])]
    assert found == ["setosa"] * 3
    assert classifier.predict_proba([row]).sum() == pytest.approx(1)


def test_a_plane_is_predicted_in_its_own_units(regressor: Model) -> None:
    found = regressor.predict([[0.0, 0.0], [0.5, -0.5]])
    assert found == pytest.approx([1.0, 3.5], abs=0.4)
    with pytest.raises(tuitrain.ModelError, match="no probabilities"):
        regressor.predict_proba([[0, 0]])


def test_rows_that_do_not_fit_are_refused_with_a_reason(classifier: Model) -> None:
    with pytest.raises(tuitrain.DataError, match="expected 4"):
        classifier.predict([[1, 2, 3]])
    with pytest.raises(tuitrain.DataError, match='row 1 has no column "petal width cm"'):
        classifier.predict([{"sepal length cm": 1, "sepal width cm": 1, "petal length cm": 1}])
    with pytest.raises(tuitrain.DataError, match="expected a number"):
        classifier.predict([["long", 1, 2, 3]])


def test_any_damage_is_noticed(classifier: Model, tmp_path: Path) -> None:
    data = bytearray(classifier.to_bytes())
    rng = np.random.default_rng(0)
    for position in rng.integers(0, len(data), 60):
        damaged = bytearray(data)
        damaged[position] ^= 0x11
        (tmp_path / "m").write_bytes(damaged)
        try:
            loaded = tuitrain.load_model(tmp_path / "m")
        except tuitrain.ModelError:
            continue
        assert loaded.to_bytes() == bytes(data), f"byte {position} was changed unnoticed"


@pytest.mark.parametrize("content", [b"", b"not a model", b"PK\x03\x04", struct.pack("<Q", 2) + b"{}"])
def test_what_is_no_model_is_told_so(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(content)
    with pytest.raises(tuitrain.ModelError, match="m: "):
        tuitrain.load_model(tmp_path / "m")


def test_the_file_can_be_used_without_tuitrain(classifier: Model, tmp_path: Path) -> None:
    """The README's recipe: read the tensors and multiply."""
    from safetensors import safe_open

    path = tmp_path / "m.safetensors"
    classifier.save(path)
    row = np.array([[5.1, 3.5, 1.4, 0.2]])
    with safe_open(path, "np") as file:
        about = json.loads(file.metadata()["tuitrain"])
        numbers = about["preprocessing"]["numbers"]
        x = np.array([[(v - n["shift"]) / n["scale"] for v, n in zip(row[0], numbers, strict=True)]])
        for layer in range(3):
            x = x @ file.get_tensor(f"weights.{layer}") + file.get_tensor(f"biases.{layer}")
            x = np.maximum(x, 0) if layer < 2 else x
    p = np.exp(x - x.max()) / np.exp(x - x.max()).sum()
    assert p == pytest.approx(classifier.predict_proba(row), abs=1e-5)


def test_a_model_that_cannot_be_written_leaves_nothing_behind(classifier: Model, tmp_path: Path) -> None:
    with pytest.raises(tuitrain.ModelError, match="cannot be written"):
        classifier.save(tmp_path / "no" / "such" / "folder")
    assert list(tmp_path.iterdir()) == []


def test_on_epoch_sees_each_epoch_and_can_stop() -> None:
    seen: list[int] = []

    def watch(record: object) -> bool:
        seen.append(record.epoch)  # type: ignore[attr-defined]
        return len(seen) < 3

    result = tuitrain.train("moons", tuitrain.Hyperparameters(epochs=50), on_epoch=watch)
    assert seen == [1, 2, 3]
    assert result.ending == "stopped"
    assert len(result.history) == 3


def separate_sigmoids() -> tuple[tuitrain.Dataset, Model]:
    """Three classes, each output by itself, trained until the sigmoids saturate in float32."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 2)) * 3
    dataset = plain_arrays(X, np.arange(300) % 3, task="classification")
    settings = tuitrain.Hyperparameters(hidden_layers=(), loss="binary_cross_entropy", epochs=1)
    model = tuitrain.train(dataset, settings).model
    model.network.weights[0][0] = [[60, 90, -80], [50, 70, -40]]
    return dataset, model


def test_predictions_are_what_the_training_was_measured_by() -> None:
    dataset, model = separate_sigmoids()
    raw = np.random.default_rng(1).normal(size=(500, 2)) * 3
    X = np.stack([(raw[:, i] - n.shift) / n.scale for i, n in enumerate(model.preprocessing.numbers)], axis=1)
    logits = X @ model.network.weights[0][0] + model.network.biases[0][0, 0]
    assert list(model.predict(raw)) == [dataset.class_names[k] for k in logits.argmax(axis=1)]
    truth = np.array([dataset.class_names.index(name) for name in model.predict(raw)])
    part = dataset.train.__class__(X.astype(np.float32), truth, np.arange(500))
    assert model.evaluate_part(part)["accuracy"] == 1.0


def test_probabilities_stay_numbers_and_agree_with_the_predictions_far_from_the_training_rows() -> None:
    dataset, model = separate_sigmoids()
    far = np.array([[1e3, 1e3], [-1e3, -1e3], [1e30, -1e30], [30, -48]])
    found = model.predict_proba(far)
    assert np.isfinite(found).all()
    assert found.sum(axis=1) == pytest.approx(1)
    chosen = [dataset.class_names.index(name) for name in model.predict(far)]
    assert list(found[range(4), chosen]) == list(found.max(axis=1))


def test_probabilities_of_separate_sigmoids_are_their_shares() -> None:
    _, model = separate_sigmoids()
    model.network.weights[0][0] *= 0.01
    raw = np.random.default_rng(2).normal(size=(20, 2))
    X = np.stack([(raw[:, i] - n.shift) / n.scale for i, n in enumerate(model.preprocessing.numbers)], axis=1)
    sigmoids = 1 / (1 + np.exp(-(X @ model.network.weights[0][0].astype(float) + model.network.biases[0][0, 0])))
    expected = sigmoids / sigmoids.sum(axis=1, keepdims=True)
    assert model.predict_proba(raw) == pytest.approx(expected, abs=1e-6)


def test_a_word_means_the_same_whatever_else_the_file_holds(tmp_path: Path) -> None:
    words = ["none", "light", "heavy"]
    rows = "".join(f"{20 + i % 50},{words[i % 3]},{'yes' if i % 3 == 0 else 'no'}\n" for i in range(240))
    (tmp_path / "smoke.csv").write_text("age,smoking,well\n" + rows)
    model = train(plain_dataset(str(tmp_path / "smoke.csv")), plain(epochs=30)).model
    alone = model.predict_proba([{"age": 40, "smoking": "none"}])
    among = model.predict_proba([{"age": 40, "smoking": "none"}, {"age": 40, "smoking": "light"}])
    assert np.allclose(alone[0], among[0], atol=1e-6)
    assert model.predict([{"age": 40, "smoking": "none"}])[0] == "yes"


def test_rows_that_are_none_are_refused() -> None:
    with pytest.raises(DataError, match="expected rows"):
        train("iris", plain(epochs=1)).model.predict(3)


@pytest.mark.parametrize("first", [2**53 - 1, 2**53, 1234567890123456788, 2**63 - 3])
def test_labels_and_ids_beyond_what_a_float_holds_keep_their_digits(first: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    kind = np.arange(90) % 3
    labels = first + kind.astype(np.int64)
    X = np.stack([labels, rng.integers(0, 9, 90)], axis=1)
    dataset = plain_arrays(X, labels)
    assert dataset.class_names == tuple(str(first + k) for k in range(3))
    tuitrain.train(dataset, tuitrain.Hyperparameters(epochs=60)).model.save(tmp_path / "m.safetensors")
    model = tuitrain.load_model(tmp_path / "m.safetensors")
    assert list(model.predict(X)) == [str(label) for label in labels]
    np.savez(tmp_path / "t.npz", X=X, y=labels)
    from_file = plain_dataset(tmp_path / "t.npz")
    assert from_file.fingerprint == dataset.fingerprint
    (tmp_path / "t.csv").write_text(
        "x1,x2,y\n" + "".join(f"{a},{b},{y}\n" for (a, b), y in zip(X, labels, strict=True))
    )
    for name in ("t.npz", "t.csv"):
        assert model.evaluate(load_tables(str(tmp_path / name))[0])["accuracy"] == 1.0
