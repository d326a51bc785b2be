"""The exported Python file agrees with the model, in an interpreter that has no tuitrain."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuitrain.data.loading import load_dataset
from tuitrain.engine.activations import ACTIVATIONS
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.model import Model
from tuitrain.runs.python_file import _run, python_file
from tuitrain.session.train import train

SMALL = {"hidden_layers": (5, 4), "epochs": 4}


def rows(count: int, regression: bool) -> list[dict[str, Any]]:
    """Rows with gaps, words, texts and dates."""
    random = np.random.default_rng(3)
    made = []
    for n in range(count):
        size = float(random.normal(5, 2))
        made.append({
            "size": None if n % 11 == 0 else round(size, 3),
            "colour": None if n % 13 == 0 else ["red", "green", "blue"][n % 3],
            "open": "yes" if n % 4 else "no", "day": f"2024-{n % 12 + 1:02}-{n % 28 + 1:02} {n % 24:02}:30",
            "target": size * 3 + n % 3 if regression else "high" if size > 5 else "low",
        })  # fmt: skip
    return made


def model_of(regression: bool, **changes: Any) -> Model:
    return train(load_dataset(rows(150, regression), "target"), Hyperparameters(**{**SMALL, **changes})).model


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_every_activation_is_written_right(activation: str) -> None:
    model = model_of(True, activation=activation)
    made = _run(python_file(model))
    data = rows(40, True)
    assert np.allclose(made.predict(data), model.predict(data), rtol=1e-6, atol=1e-5)  # of a spread of 6


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "cross_entropy", "hinge", "mse"])
def test_classes_and_probabilities_are_the_models(loss: str) -> None:
    for model in (model_of(False, loss=loss), train("wine", Hyperparameters(**SMALL, loss=loss)).model):
        made = _run(python_file(model))
        data = (
            rows(40, False) if model.target_name == "target" else [dict.fromkeys(model.preprocessing.column_names, 2.5)]
        )
        assert made.predict(data) == model.predict(data).tolist()
        if model.gives_probabilities:
            assert np.allclose(made.predict_proba(data), model.predict_proba(data), atol=1e-6)


@pytest.mark.parametrize(
    ("regression", "changes"),
    [
        (True, {"ensemble": 3}), (False, {"ensemble": 3}), (False, {"ensemble": 2, "loss": "binary_cross_entropy"}),
        (False, {"threshold": 0.2}),
    ],
)  # fmt: skip
def test_ensembles_and_thresholds_answer_as_the_model(regression: bool, changes: dict[str, Any]) -> None:
    model = model_of(regression, **changes)
    assert model.preprocessing.bins
    made, data = _run(python_file(model)), rows(60, regression)
    if regression:
        assert np.allclose(made.predict(data), model.predict(data), rtol=1e-6, atol=1e-6)
    else:
        assert made.predict(data) == model.predict(data).tolist()
        assert np.allclose(made.predict_proba(data), model.predict_proba(data), atol=1e-6)
    if "threshold" in changes:
        usual = np.array(model.class_names)[model.predict_proba(data).argmax(axis=1)]
        assert made.predict(data) != usual.tolist()


def test_it_runs_without_tuitrain_and_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    model = model_of(False)
    (tmp_path / "model.py").write_text(python_file(model), encoding="utf-8")
    data = [*rows(30, False), {**rows(1, False)[0], "colour": "violet"}]
    with (tmp_path / "data.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(data[0]))
        writer.writeheader()
        writer.writerows(data)
    block = (
        "import sys, runpy; sys.modules['tuitrain'] = None; sys.argv[:] = sys.argv[1:];"
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", block, "model.py", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)

    checked = run("--check")
    assert checked.returncode == 0 and "right" in checked.stdout, checked.stderr
    assert run("data.csv", "-o", "out.csv").returncode == 0
    found = list(csv.DictReader((tmp_path / "out.csv").read_text().splitlines()))
    assert [row["prediction"] for row in found] == model.predict(data).tolist()
    assert np.allclose([float(row["probability high"]) for row in found],
                       model.predict_proba(data)[:, model.class_names.index("high")], atol=1e-6)  # fmt: skip
    text = (tmp_path / "data.csv").read_text()
    for wrong, said in (
        (text.replace(",", ";"), "not separated by commas"), (text.replace("size", "weight"), "no column 'size'"),
        (text.replace("2024-02", "Feb 2024"), "expected a date as 2024-01-05"),
        (text.replace("yes", "sometimes"), "expected no or yes"),
    ):  # fmt: skip
        (tmp_path / "wrong.csv").write_text(wrong)
        refused = run("wrong.csv")
        assert refused.returncode == 1 and said in refused.stderr and "Traceback" not in refused.stderr
    broken = (
        (tmp_path / "model.py").read_text().replace('"target_mean": 0.0', '"target_mean": 0.0, "classes": ["x", "y"]')
    )
    (tmp_path / "model.py").write_text(broken)
    assert run("--check").returncode == 1


def test_percentages_keep_their_sign() -> None:
    data = [
        {**row, "share": f"{n % 7 * 5}%", "target": "a" if n % 7 > 3 else "b"} for n, row in enumerate(rows(80, False))
    ]
    model = train(load_dataset(data, "target"), Hyperparameters(**SMALL)).model
    made = _run(python_file(model))
    assert made.predict(data) == model.predict(data).tolist()
    assert np.allclose(made.predict_proba(data), model.predict_proba(data), atol=1e-6)
    with pytest.raises(ValueError, match=r"'share' holds 0.15 in row 1; expected a percentage"):
        made.predict([{**data[0], "share": 0.15}])
