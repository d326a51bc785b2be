"""Trainings by hand: trials that tell what changed, and studies that last."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.plain import plain_dataset
from tests.search.trainings_made_up import BASE, MOONS, training
from tuitrain.cli import commands
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.runs.finished import Edit, Note
from tuitrain.search.by_hand import manual_history, manual_space
from tuitrain.search.explanation import explain
from tuitrain.search.manual_study import ManualStudies
from tuitrain.search.study.study import Study

IRIS = plain_dataset("iris")


def test_trainings_tell_what_changed_and_what_it_did() -> None:
    failed = training(math.nan, math.nan, "diverged", "the loss is not finite", learning_rate=0.05, l2=0.0)
    history = manual_history([training(0.8, l2=1e-4), training(0.85, learning_rate=0.05, l2=1e-4), failed],
                             "classification")  # fmt: skip
    assert history is not None
    assert set(history.space.names) == {"learning_rate", "l2"}
    assert [trial.message for trial in history.trials] == [
        "the first training", "learning rate 0.01 to 0.05: accuracy +0.0500 (better)",
        "L2 0.0001 to 0: the loss is not finite",
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
    given = [training(0.8), training(0.9, learning_rate=0.05), training(0.7, learning_rate=0.05, activation="tanh"),
             training(math.nan, math.nan, "diverged", "why", learning_rate=9.0, l2=0.0)]  # fmt: skip
    studies.take(tuple(given[:1]))
    studies._writer.submit(int).result()
    assert kept(tmp_path) == []
    studies.take(tuple(given[:2]))
    studies._writer.submit(int).result()
    (path,) = kept(tmp_path)
    assert path == studies.path_of(MOONS.fingerprint)
    before = (path / "journal.jsonl").read_bytes()
    assert Study(path).space.names == ("learning_rate",)
    studies.take((*given, training(0.95, dataset=IRIS)))  # of another dataset: it is not among these
    studies.take((*given, training(0.95, dataset=IRIS)))  # seen again
    studies.close()
    assert not studies.problem
    assert [len(studies.of(dataset.fingerprint)) for dataset in (MOONS, IRIS)] == [4, 1]
    assert (path / "journal.jsonl").read_bytes().startswith(before)  # it only grew
    study = Study(path)
    assert study.space.names == ("activation", "learning_rate", "l2")
    assert len(study.trials) == 4
    for trial, item in zip(study.trials, given, strict=True):
        assert study.hyperparameters(trial) == item.hyperparameters
        assert set(trial.setting) == set(study.space.names)
        assert trial.epochs == item.epochs
        assert trial.score == pytest.approx(item.score, nan_ok=True)
    assert [trial.state for trial in study.trials] == ["finished"] * 3 + ["failed"]
    assert study.best is not None
    assert study.best.number == 1


def test_a_note_made_after_the_end_reaches_the_study_once(tmp_path: Path) -> None:
    studies = ManualStudies(tmp_path)
    first, second = training(0.8), training(0.9, record={"notes": (Note(2, 9, "on the way"),)}, l2=0.1)
    studies.take((first, second))
    studies._writer.submit(int).result()
    late = replace(first, notes=(Note(4, 20, "too early"),))
    studies.take((late, second))
    studies.take((late, replace(second, notes=(*second.notes, Note(4, 20, "at last")))))
    studies.close()
    assert not studies.problem
    (path,) = kept(tmp_path)
    messages = [trial.message for trial in Study(path).trials]
    assert messages[0] == "the first training; note at epoch 4: too early"
    assert messages[1].endswith("; note at epoch 2: on the way; note at epoch 4: at last")
    assert [trial.message for trial in manual_history(studies.trainings, "classification").trials] == messages  # type: ignore[union-attr]


def test_such_a_study_is_exported_and_gone_on_with(tmp_path: Path) -> None:
    studies = ManualStudies(tmp_path)
    studies.take((training(0.8), training(0.9, learning_rate=0.05), training(0.85, learning_rate=0.1, l2=0.0)))
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
    trainings = training(0.8), training(0.9, l2=0.0)
    studies.take(trainings)
    studies._writer.submit(int).result()
    assert studies.problem.startswith("trainings by hand are not kept: ")
    assert studies.path_of(MOONS.fingerprint) is None
    (tmp_path / "studies").unlink()
    studies.take((*trainings, training(0.7, l2=0.1)))
    studies.close()
    assert not studies.problem
    assert len(Study(kept(tmp_path / "studies")[0]).trials) == 3


def test_a_training_without_validation_rows_is_kept_and_ranked(tmp_path: Path) -> None:
    data = plain_dataset("moons?n=120", validation=0)
    on_train = {"part": "train"}
    given = (training(0.8, dataset=data, record=on_train), training(0.9, dataset=data, record=on_train, l2=0.1))
    studies = ManualStudies(tmp_path)
    studies.take(given)
    studies.close()
    assert not studies.problem
    best = Study(kept(tmp_path)[0]).best
    assert best is not None
    assert (best.number, best.score) == (1, 0.9)
    assert best.message.endswith("accuracy +0.1000 (better); scored on the training rows")


def test_edits_are_told_with_the_trial_and_reach_the_export(tmp_path: Path) -> None:
    last = BASE.replace(learning_rate=0.1)
    steps = tuple(Edit(2.0, 8, "learning_rate", old, new) for old, new in ((0.01, 0.02), (0.02, 0.05), (0.05, 0.04)))
    late = Edit(3.0, 12, "learning_rate", 0.04, 0.1)
    there_and_back = (Edit(1.5, 6, "l2", 0.0, 0.1), Edit(1.5, 6, "l2", 0.1, 0.0))
    edited = training(
        0.9, learning_rate=0.04, record={"edits": (*there_and_back, *steps, late), "last_hyperparameters": last}
    )
    broken = training(
        0.7, state="diverged", ending="why", learning_rate=0.04,
        record={"edits": (late,), "last_hyperparameters": last},
    )  # fmt: skip
    left = training(0.9, state="left", learning_rate=0.1)
    studies = ManualStudies(tmp_path)
    studies.take((training(0.8), edited, broken, left))
    studies.close()
    done = CliRunner().invoke(commands, ["export", str(kept(tmp_path)[0]), "--to", "csv"], catch_exceptions=False)
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert [row["message"] for row in rows[1:]] == [
        "learning rate 0.01 to 0.04: accuracy +0.1000 (better); learning rate 0.01 -> 0.04 at epoch 2; "
        "learning rate 0.04 -> 0.1 at epoch 3, after the best",
        "learning rate 0.04 to 0.1: accuracy -0.2000 (worse): why; "
        "learning rate 0.04 -> 0.1 at epoch 3, after the best",
        "nothing changed: accuracy +0.2000 (better); left after 4 epochs",
    ]
    # What diverged is recorded with the values that it diverged with, what did not with those that earned its score.
    assert [float(row["learning_rate"]) for row in rows] == [0.01, 0.04, 0.1, 0.1]


def test_a_training_that_is_continued_is_a_trial_more_and_tells_its_new_edits_alone(tmp_path: Path) -> None:
    first, second = Edit(1.0, 4, "l2", 0.0, 0.1), Edit(4.0, 16, "epochs", 4, 8)
    ended = training(0.8, record={"edits": (first,)})
    continued = training(
        0.9, epochs=8, record={"training": ended.training, "edits": (first, second), "epochs": 8, "best_epoch": 7}
    )
    same = training(0.9, epochs=8, record={"training": ended.training, "edits": (first, second), "epochs": 9})
    history = manual_history([ended, continued, same], "classification")
    assert history is not None
    assert [trial.message for trial in history.trials] == [
        "the first training; L2 0 -> 0.1 at epoch 1",
        "epochs 4 to 8: accuracy +0.1000 (better); epochs 4 -> 8 at epoch 4",
        "continued: accuracy +0.0000",
    ]


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
    trainings = training(0.9), training(0.8, learning_rate=0.02), training(0.7, learning_rate=0.03)
    studies.take(trainings[:2])
    studies._writer.submit(int).result()
    assert "no space left" in studies.problem
    studies.take(trainings)
    studies.close()
    path = studies.path_of(MOONS.fingerprint)
    assert path is not None
    assert [(trial.number, trial.state) for trial in Study(path).trials] == [(n, "finished") for n in range(3)]
