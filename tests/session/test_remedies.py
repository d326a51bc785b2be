"""Findings of a session's training, and remedies as its commands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.session.test_conformance import until
from tuitrain.data.loading import load_dataset
from tuitrain.diagnosis.finding import Remedy
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.commands import Command, Reset, SetHyperparameter, Start
from tuitrain.session.remedy_commands import commands_of
from tuitrain.session.training import TrainingSession

H = Hyperparameters.from_mapping(
    {"hidden_layers": "16", "learning_rate": 0.01, "batch_size": 32, "l2": 0.001, "epochs": 30, "patience": 0}
)
ENDED = {"done", "diverged"}


@pytest.mark.parametrize(
    ("options", "restart", "commands"),
    [
        ("--l2 0.1", False, (SetHyperparameter("l2", 0.1),)),
        ("--hidden-layers 64x32 --l2 0.001", True,
         (SetHyperparameter("hidden_layers", (64, 32)), SetHyperparameter("l2", 0.001), Reset(), Start())),
    ],
)  # fmt: skip
def test_a_remedy_is_commands(options: str, restart: bool, commands: tuple[Command, ...]) -> None:
    session = TrainingSession(load_dataset("xor"), H)
    assert commands_of(Remedy("", options, restart), session.snapshot) == commands
    session.close()


def test_a_symmetric_start_is_found_and_its_remedy_mends_it() -> None:
    session = TrainingSession(load_dataset("xor"), H.replace(initializer="zeros"))
    session.send(Start())
    ended = until(session, lambda s: s.state in ENDED)
    first = ended.findings[0]
    assert (first.kind, first.severity) == ("symmetric_start", "error")
    assert ended.metrics["validation"]["accuracy"] < 0.7
    for command in commands_of(first.remedies[0], ended):
        number = session.send(command)
    mended = until(session, lambda s: s.answered >= number and s.state in ENDED)
    assert mended.metrics["validation"]["accuracy"] > 0.9
    assert not any(found.is_alarm for found in mended.findings)
    described = session.describe()["findings"]
    assert [found["kind"] for found in described] == [found.kind for found in mended.findings]
    session.close()


def test_leaving_out_a_leak_reads_the_data_again_without_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 200)
    rows = [f"{v:.3f},{'yes' if k else 'no'},{k * 7}" for v, k in zip(rng.normal(size=200), label, strict=True)]
    path = tmp_path / "leaky.csv"
    path.write_text("\n".join(["x,late,code", *rows]) + "\n")
    session = TrainingSession(load_dataset(str(path), target="late"), H.replace(epochs=3))
    session.send(Start())
    ended = until(session, lambda s: s.state in ENDED)
    assert ended.findings[0].kind == "leak"
    for command in commands_of(ended.findings[0].remedies[0], ended):
        number = session.send(command)
    again = until(session, lambda s: s.answered >= number and s.state in ENDED)
    assert again.dataset.feature_names == ("x",)
    assert again.findings[0].kind != "leak"
    session.close()


def test_a_training_that_diverged_has_its_findings_in_json() -> None:
    session = TrainingSession(load_dataset("plane"), H.replace(learning_rate=900.0, optimizer="momentum"))
    session.send(Start())
    ended = until(session, lambda s: s.state in ENDED)
    assert ended.state == "diverged"
    described = session.describe()
    assert described["findings"][0]["kind"] == "diverged"
    assert described["findings"][0]["remedies"][0]["options"].startswith("--learning-rate")
    session.close()
