"""Trainings by hand: trials that tell what changed, and studies that last."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tuitrain.cli import commands
from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.search.by_hand import Training, manual_history, manual_space
from tuitrain.search.explanation import explain
from tuitrain.search.manual_study import ManualStudies
from tuitrain.search.study.study import Study
from tuitrain.search.training_log import TrainingLog

MOONS, IRIS = load_dataset("moons?n=120"), load_dataset("iris")
BASE = Hyperparameters(hidden_layers=(6,), epochs=4, patience=0)


def training(score: float, loss: float = 0.5, state: Any = "finished", message: str = "", **changes: Any) -> Training:
    return Training(BASE.replace(**changes), state, score, loss, 4, 3, 0.5, (score, score), message)


def test_trainings_tell_what_changed_and_what_it_did() -> None:
    failed = training(math.nan, math.nan, "failed", "diverged", learning_rate=0.05, l2=0.0)
    history = manual_history([training(0.8, l2=1e-4), training(0.85, learning_rate=0.05, l2=1e-4), failed],
                             "classification")  # fmt: skip
    assert history is not None
    assert set(history.space.names) == {"learning_rate", "l2"}
    assert [trial.message for trial in history.trials] == [
        "the first training", "learning rate 0.01 to 0.05: accuracy +0.0500 (better)", "L2 0.0001 to 0: diverged"
    ]  # fmt: skip
    assert history.best is not None
    assert history.best.number == 1
    assert manual_history([], "regression") is None


def test_equal_scores_are_ranked_by_loss() -> None:
    history = manual_history([training(0.9, 0.4), training(0.9, 0.2), training(0.9, 0.3)], "classification")
    assert history is not None
    assert history.best is not None
    assert history.best.number == 1


def test_the_space_is_wide_enough_for_what_was_tried_and_leaves_something_to_try() -> None:
    trainings = [training(0.9), training(0.8, learning_rate=3.0, activation="sigmoid", batch_size=7, l2=0.0, rho=0.9)]
    space = manual_space([*trainings, training(0.7, l2=1e-7)])
    assert space is not None
    for name in ("learning_rate", "activation", "batch_size", "l2"):
        assert name in space.names
    assert "rho" not in space.names  # it has no effect under adam
    encoded = space.encode([space.active(vars(item.hyperparameters)) for item in trainings])
    at = [column.name for column in space.columns]
    assert (encoded[:, at.index("learning_rate")] <= 1).all()
    assert encoded[1, at.index("batch_size")] == 0  # 7 is the lowest that is listed
    assert space.size is None
    idle = [training(0.9), training(0.8, momentum=0.5)]  # which has no effect under adam
    assert manual_space(idle).names == ("learning_rate",)  # type: ignore[union-attr]
    assert manual_space([training(0.9), training(0.8)]).names == ("learning_rate",)  # type: ignore[union-attr]


def test_the_surrogate_is_fitted_to_trainings_by_hand() -> None:
    trainings = [training(1 - abs(math.log10(rate / 0.03)) / 4, learning_rate=rate)
                 for rate in (1e-4, 1e-3, 0.01, 0.03, 0.1, 1.0)]  # fmt: skip
    history = manual_history(trainings, "classification")
    assert history is not None
    found = explain(history, "")
    assert found.slice is not None
    assert dict(found.importance) == {"learning rate": pytest.approx(1)}
    best = 10 ** (-4 + 4 * found.slice.places[found.slice.mean.argmax()])
    assert 0.01 < best < 0.1


def kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("*")) if folder.exists() else []


def test_from_the_second_training_on_they_are_a_study(tmp_path: Path) -> None:
    studies = ManualStudies(tmp_path)
    log = TrainingLog(studies)
    given = [training(0.8), training(0.9, learning_rate=0.05), training(0.7, learning_rate=0.05, activation="tanh"),
             training(math.nan, math.nan, "failed", "diverged", learning_rate=9.0, l2=0.0)]  # fmt: skip
    log.observe(object(), given[0], MOONS, has_ended=True)
    studies._writer.submit(int).result()
    assert kept(tmp_path) == []
    log.observe(object(), given[1], MOONS, has_ended=True)
    studies._writer.submit(int).result()
    (path,) = kept(tmp_path)
    assert path == studies.path_of(MOONS)
    assert "manual" in path.name
    before = (path / "journal.jsonl").read_bytes()
    assert Study(path).space.names == ("learning_rate",)
    for item in given[2:]:
        log.observe(object(), item, MOONS, has_ended=True)
    log.observe(object(), training(0.95), IRIS, has_ended=True)  # of another dataset: it is not among these
    log.close()
    assert not studies.problem
    assert (path / "journal.jsonl").read_bytes().startswith(before)  # it only grew
    study = Study(path)
    assert study.space.names == ("activation", "learning_rate", "l2")
    assert len(study.trials) == 4
    for trial, item in zip(study.trials, given, strict=True):
        assert study.hyperparameters(trial) == item.hyperparameters
        assert set(trial.setting) == set(study.space.names)
        assert (trial.state, trial.epochs, trial.curve[:0]) == (item.state, item.epochs, ())
        assert trial.score == pytest.approx(item.score, nan_ok=True)
    assert study.best is not None
    assert study.best.number == 1
    assert not (path / "lock").exists()


def test_such_a_study_is_exported_and_gone_on_with(tmp_path: Path) -> None:
    studies = ManualStudies(tmp_path)
    studies.keep(MOONS, [training(0.8), training(0.9, learning_rate=0.05), training(0.85, learning_rate=0.1, l2=0.0)])
    studies.close()
    (path,) = kept(tmp_path)
    done = CliRunner().invoke(commands, ["export", str(path), "--to", "csv"], catch_exceptions=False)
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert [(row["by"], float(row["score"])) for row in rows] == [("manual", 0.8), ("manual", 0.9), ("manual", 0.85)]
    assert [FIELDS["learning_rate"].parse(row["learning_rate"]) for row in rows] == [0.01, 0.05, 0.1]
    assert "optimizer" not in rows[0]
    arguments = ["search", "--resume", str(path), "--strategy", "bayesian", "--trials", "16", "--json"]
    done = CliRunner().invoke(commands, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    study = Study(path)
    assert [trial.by for trial in study.trials] == ["manual"] * 3 + ["bayesian"] * 13
    assert all(trial.state == "finished" for trial in study.trials)
    assert study.trials[1].score == 0.9


def test_what_cannot_be_kept_is_told_and_kept_with_the_next(tmp_path: Path) -> None:
    (tmp_path / "studies").write_text("in the way")
    studies = ManualStudies(tmp_path / "studies")
    trainings = [training(0.8), training(0.9, l2=0.0)]
    studies.keep(MOONS, trainings)
    studies._writer.submit(int).result()
    assert studies.problem.startswith("trainings by hand are not kept: ")
    assert studies.path_of(MOONS) is None
    (tmp_path / "studies").unlink()
    studies.keep(MOONS, [*trainings, training(0.7, l2=0.1)])
    studies.close()
    assert not studies.problem
    assert len(Study(kept(tmp_path / "studies")[0]).trials) == 3


def test_the_log_notes_what_ends_what_is_left_and_what_goes_on(tmp_path: Path) -> None:
    log = TrainingLog(ManualStudies(tmp_path))
    first, second = object(), object()
    assert not log.observe(first, None, MOONS, has_ended=False)
    assert not log.observe(first, training(0.5), MOONS, has_ended=False)
    assert log.observe(second, training(0.6), IRIS, has_ended=False)  # another took its place
    assert log.trainings[0].message == "left off by hand"
    assert log.of(MOONS) == tuple(log.trainings)
    assert log.observe(second, training(0.6), IRIS, has_ended=True)
    assert not log.observe(second, training(0.6), IRIS, has_ended=True)  # seen again
    longer = Training(BASE.replace(epochs=8), "finished", 0.7, 0.4, 8, 7, 1.0, (0.7,))
    assert not log.observe(second, longer, IRIS, has_ended=False)
    log.close()
    assert [item.epochs for item in log.of(IRIS)] == [4, 8]


def test_a_field_counts_as_changed_only_where_it_had_an_effect() -> None:
    trainings = [training(0.9, optimizer="adam"), training(0.8, optimizer="sgd", epsilon=1e-7, momentum=0.5),
                 training(0.7, optimizer="momentum", momentum=0.7)]  # fmt: skip
    space = manual_space(trainings)
    assert space is not None
    assert set(space.names) == {"optimizer"}


def test_a_training_whose_end_could_not_be_written_is_written_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish, failures = Study.finish, iter([None])

    def fails(self: Study, *arguments: Any, **named: Any) -> None:
        if len(self.trials) == 2 and next(failures, "over") is None:
            raise OSError("no space left")
        finish(self, *arguments, **named)

    monkeypatch.setattr(Study, "finish", fails)
    studies = ManualStudies(tmp_path)
    trainings = [training(0.9), training(0.8, learning_rate=0.02)]
    studies.keep(IRIS, trainings)
    studies.keep(IRIS, trainings)
    studies.close()
    path = studies.path_of(IRIS)
    assert path is not None
    assert [(trial.number, trial.state) for trial in Study(path).trials] == [(0, "finished"), (1, "finished")]
