"""The rules: each finds what it is about, in a course that is made up, and nothing in a healthy one."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.diagnosis.courses import EPOCHS, course, poor, stuck
from tuitrain.cli.options import read_options
from tuitrain.cli.train import train
from tuitrain.diagnosis.course import Course
from tuitrain.diagnosis.finding import Figure, Finding, Remedy
from tuitrain.diagnosis.observation import Observed
from tuitrain.diagnosis.rules import findings
from tuitrain.diagnosis.rules.gradients import trouble_of
from tuitrain.errors import RunError
from tuitrain.runs.finished import Edit


def straight(linear_score: float) -> Observed:
    """Return what is observed of a network without hidden layers where a linear fit scores so much."""
    seen = poor().observation
    assert seen.data is not None
    return replace(seen, sizes=(4, 2), data=replace(seen.data, linear_score=linear_score))


SLOWLY = np.linspace(0.5, 0.48, EPOCHS)
EVERY_OTHER = np.where(np.arange(EPOCHS) % 2, 0.5, 0.7)
FAULTY: dict[str, list[Course]] = {
    "diverged": [course("diverged", ending="the loss became inf")],
    "rate_too_high": [
        course(train_loss=np.r_[40.0, np.full(EPOCHS - 1, 0.5)], h={"learning_rate": 1.0}),
        poor(h={"learning_rate": 0.1}),
        poor(h={"learning_rate": 0.01}, validation_loss=EVERY_OTHER, train_loss=EVERY_OTHER),
        poor(h={"optimizer": "momentum", "momentum": 0.999, "learning_rate": 0.01}),
        poor(h={"learning_rate": 0.1, "hidden_layers": ()}, observation=straight(linear_score=0.95)),
    ],
    "rate_too_low": [
        poor(h={"learning_rate": 1e-5}),
        poor(update_ratios=np.full((EPOCHS, 3), 1e-5)),
        poor(rates=np.geomspace(0.003, 1e-9, EPOCHS), h={"schedule": "exponential"}),
        course(h={"learning_rate": 3e-5}, deficit=0.03, best_epoch=EPOCHS, validation_loss=SLOWLY),
    ],
    "too_few_steps": [
        poor(step=40, epoch=2, best_epoch=2, h={"epochs": 2}),
        course(step=10, epoch=2, best_epoch=2, epochs=2, h={"epochs": 2}),
    ],
    "vanishing_gradient": [
        poor(start={"gradient_norms": (1e-5, 1e-3, 0.5)}), poor(start={"logit_spread": 1e-6}),
    ],
    "exploding_gradient": [poor(start={"gradient_norms": (4e3, 1e3, 5e2)})],
    "dead_units": [poor(now={"dead": (0.2, 1.0)})],
    "saturated_units": [poor(h={"activation": "tanh"}, now={"saturated": (0.9, 0.3)})],
    "symmetric_start": [
        course(start={"weight_sizes": (0.0, 0.0, 0.0)}), course(start={"alike": (0.95, 0.0)}),
    ],
    "no_better_than_constant": [
        poor(data={"tells": 0.0, "reference_score": 0.5}, validation_loss=np.full(EPOCHS, 0.7)),
    ],
    "one_class": [stuck(now={"predicted": (1.0, 0.0), "recalls": (1.0, 0.0)})],
    "underfitting": [
        poor(), poor(h={"activation": "identity"}),
        poor(observation=replace(poor().observation, sizes=(4, 2, 2))),
        poor(h={"learning_rate": 0.1, "hidden_layers": ()}, observation=straight(linear_score=0.7)),
    ],
    "overfitting": [
        course(validation_loss=np.r_[np.full(5, 0.3), np.full(EPOCHS - 5, 0.9)], best_epoch=5),
        course(validation_loss=np.r_[np.full(20, 0.3), np.full(EPOCHS - 20, 0.9)], best_epoch=20, deficit=0.04),
        course(validation_loss=np.full(EPOCHS, 0.5), train_loss=np.full(EPOCHS, 1e-4), best_epoch=5),
    ],
    "over_regularised": [
        poor(h={"l2": 1.0}), poor(h={"l1": 0.5}), poor(h={"dropout": 0.9}),
        poor(h={"optimizer": "adamw", "weight_decay": 30.0}),
    ],
    "clipped": [poor(h={"gradient_clip": 1e-4})],
    "noisy_batches": [poor(h={"batch_size": 1, "learning_rate": 0.01}, steps_per_epoch=640)],
    "unscaled_inputs": [
        course(data={"largest_size": 5000.0}), poor(data={"largest_size": 50.0}),
        poor(data={"smallest_spread": 1e-4}), course("diverged", data={"largest_size": 5000.0}),
    ],
    "unscaled_target": [
        course(data={"task": "regression", "class_shares": (), "target_extreme": 25.0, "target_quartiles": 0.01}),
    ],
    "imbalance": [
        course(data={"class_shares": (0.95, 0.05)}, now={"recalls": (1.0, 0.2), "validation_recalls": (1.0, 0.1)}),
    ],
    "leak": [course(data={"leaks": ("code",)})],
    "plateau": [stuck()],
}  # fmt: skip
CASES = [(kind, number) for kind, courses in FAULTY.items() for number in range(len(courses))]


@pytest.mark.parametrize(("kind", "number"), CASES)
def test_a_fault_is_the_first_finding_and_has_evidence_and_a_page(kind: str, number: int) -> None:
    found = findings(FAULTY[kind][number])[0]
    assert (found.kind, found.page) == (kind, kind)
    assert found.is_alarm
    assert found.evidence


@pytest.mark.parametrize(("kind", "number"), CASES)
def test_every_remedy_is_options_that_the_command_line_takes_and_that_change_something(kind: str, number: int) -> None:
    given = FAULTY[kind][number]
    for remedy in findings(given)[0].remedies:
        with train.make_context("train", ["iris", *shlex.split(remedy.options)]) as context:
            typed = {name: value for name, value in context.params.items() if name not in {"model_file", "as_json"}}
        chosen, data = read_options(typed)
        assert "--" in remedy.options
        if "--drop" not in remedy.options and "--scale" not in remedy.options:
            named = {part[2:].replace("-", "_") for part in shlex.split(remedy.options) if part.startswith("--")}
            assert all(getattr(chosen, name) != getattr(given.hyperparameters, name) for name in named)
            assert data == {"dataset": "iris"}


def test_a_healthy_training_is_held_against_the_constant_guess() -> None:
    (found,) = findings(course(best_epoch=40))
    assert (found.kind, found.severity) == ("done", "note")
    assert "accuracy 0.950 (constant guess 0.500)" in found.text


def test_dead_units_in_a_network_that_does_well_are_no_alarm() -> None:
    assert not any(found.is_alarm for found in findings(course(now={"dead": (0.9, 0.95)})))


def test_patience_that_ends_a_training_a_little_after_its_best_epoch_is_no_overfitting() -> None:
    for last in (0.2, 0.9):
        losses = np.r_[np.geomspace(0.6, 0.15, 20), np.full(30, last)]
        assert not any(found.is_alarm for found in findings(course(validation_loss=losses, best_epoch=20)))


def test_rare_classes_that_count_more_are_judged_by_recall_and_not_by_accuracy() -> None:
    now = {"recalls": (0.8, 0.8), "validation_recalls": (0.8, 0.8), "validation_score": 0.8, "loss": 0.6}
    data = {"class_shares": (0.95, 0.05), "constant_score": 0.95, "reference_recall": 0.6}
    shown = course(now=now, data=data, deficit=0.15, h={"class_weights": "balanced"})
    assert not any(found.is_alarm for found in findings(shown))
    missed = {**now, "recalls": (0.5, 0.5), "validation_recalls": (0.5, 0.5)}
    data |= {"reference_recall": 0.9}
    assert findings(course(now=missed, data=data, h={"class_weights": "balanced"}))[0].kind == "plateau"


@pytest.mark.parametrize(("epochs", "kind"), [(3, "too_early"), (30, "healthy")])
def test_a_training_that_goes_on_and_gets_better_is_not_blamed(epochs: int, kind: str) -> None:
    shown = course("running", epochs=epochs, best_epoch=epochs, deficit=0.3)
    assert findings(shown)[0].kind == kind


def test_a_training_that_has_not_begun_is_told_how() -> None:
    assert "press space" in findings(course("ready", epochs=0, step=0, best_epoch=0))[0].text


def test_the_last_change_by_hand_is_what_a_course_is_judged_from() -> None:
    jump = np.r_[np.full(20, 0.3), np.full(EPOCHS - 20, 40.0)]
    h: dict[str, Any] = {"learning_rate": 1.0}
    assert findings(course(train_loss=jump, h=h))[0].kind == "rate_too_high"
    after = course(train_loss=jump[::-1], h=h, edits=(Edit(30.5, 610, "dropout", 0.0, 0.4),))
    assert "rate_too_high" not in {found.kind for found in findings(after)}
    assert len(after.since_edit().train_loss) == EPOCHS - 31


def test_a_training_that_failed_has_its_reason_alone() -> None:
    assert findings(course("failed", ending="no memory")) == [Finding("failed", "error", "no memory")]


def test_what_ended_while_it_still_fell_is_noted() -> None:
    assert findings(course(best_epoch=EPOCHS))[0].kind == "unfinished"
    short = findings(course(best_epoch=10, epochs=10))[0]
    assert short.kind == "unfinished" and "in the last epoch;" in short.text


@pytest.mark.parametrize(
    ("norm", "trouble"), [(2.0, ""), (0.0021, ""), (0.0019, "vanishing"), (1001.0, "exploding"), (999.0, "")]
)
def test_a_gradient_is_judged_beside_the_largest(norm: float, trouble: str) -> None:
    assert trouble_of(norm, 2.0) == trouble


def test_a_finding_comes_back_from_json_and_nothing_else_does() -> None:
    found = Finding("leak", "warning", "leak", (Figure("columns", 1.0),), (Remedy("leave out", "--drop code", True),))
    assert Finding.from_json(json.loads(json.dumps(found.to_json()))).remedies == found.remedies
    with pytest.raises(RunError, match="severity: expected one of note, warning, error"):
        Finding.from_json({**found.to_json(), "severity": "terrible"})


def test_what_is_printed_of_a_finding_is_plain_json() -> None:
    described = Finding("leak", "warning", "leak", (Figure("columns", float("inf"), layer=2),)).described()
    assert described["evidence"] == [{"name": "columns", "value": None, "limit": None, "layer": 2, "epoch": None}]
    assert set(described) == {"kind", "severity", "text", "evidence", "remedies", "page"}


def test_nothing_is_blamed_before_the_network_was_looked_at() -> None:
    shown = replace(course("running", epochs=9, best_epoch=9), observation=Observed())
    assert not any(found.is_alarm for found in findings(shown))


def test_short_steps_of_a_network_that_knows_its_rows_by_heart_are_not_blamed() -> None:
    by_heart = {"now": {"loss": 1e-6, "score": 1.0}, "train_loss": np.full(EPOCHS, 1e-6)}
    creeping = {"update_ratios": np.full((EPOCHS, 3), 1e-7)}
    assert findings(poor(**creeping))[0].kind == "rate_too_low"
    found = [finding.kind for finding in findings(poor(**creeping, **by_heart, validation_loss=np.full(EPOCHS, 0.6)))]
    assert "rate_too_low" not in found and "overfitting" in found


def test_what_is_done_names_what_its_figures_measure() -> None:
    now = {"recalls": (0.9, 0.8), "validation_recalls": (0.9, 0.7), "score": 0.95, "validation_score": 0.94}
    even = findings(course("done", now=now))[0]
    weighed = findings(course("done", now=now, h={"class_weights": "balanced"}))[0]
    assert " accuracy 0.940 (" in even.text and " mean recall 0.800 (" in weighed.text
    alone, one_of = (findings(course("done", best_epoch=7, now=now, h={"ensemble": count}))[0].text for count in (1, 4))
    assert "done · best epoch 7" in alone and "the first network's best epoch 7" in one_of
