"""The findings: what they say, from snapshots alone."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.ui.fake_session import FakeSession
from tuitrain.diagnosis.finding import Finding
from tuitrain.diagnosis.rules import findings
from tuitrain.diagnosis.rules.gradients import trouble_of
from tuitrain.errors import RunError
from tuitrain.session.snapshot import Snapshot


def after(epochs: int) -> Snapshot:
    session = FakeSession()
    session.train(epochs)
    return session.snapshot


@pytest.mark.parametrize(("best", "said"), [(3, "best epoch 3"), (5, "the last the best: try more")])
def test_a_short_training_that_has_ended_is_judged(best: int, said: str) -> None:
    (found,) = findings(replace(after(5), state="done", best_epoch=best))
    assert (found.kind, found.severity) == ("done", "good")
    assert found.text.startswith("done after 5 epochs")
    assert said in found.text


def test_a_few_epochs_say_nothing_while_training_goes_on() -> None:
    assert ["too early" in found.text for found in findings(after(5))] == [True]
    assert ["press space" in found.text for found in findings(FakeSession().snapshot)] == [True]


def test_why_a_training_broke_is_said_whatever_was_done_since() -> None:
    broken = replace(after(5), state="diverged", ending="the loss is not finite", message="saved m.safetensors")
    assert findings(broken) == [Finding("diverged", "error", "the loss is not finite")]


@pytest.mark.parametrize(
    ("share", "is_stuck", "warns"), [(0.92, False, False), (0.92, True, True), (0.99, False, True), (0.3, True, False)]
)
def test_dead_units_alarm_only_where_they_plausibly_hurt(share: float, is_stuck: bool, warns: bool) -> None:
    snapshot = after(20)
    if is_stuck:
        snapshot.history.column("train_loss").base[snapshot.history.COLUMNS.index("train_loss")][:] = 0.69
    layers = tuple(replace(layer, idle_share=share, idle_kind="dead") for layer in snapshot.layers[:-1])
    found = findings(replace(snapshot, layers=(*layers, snapshot.layers[-1])))[0]
    assert (found.kind == "dead") is ("units are dead" in found.text) is warns


def test_what_has_not_improved_for_long_is_not_said_to_fall() -> None:
    shown = after(20)
    shown = replace(shown, best_epoch=4, best_loss=1e9)  # not so much worse as to be overfitting
    assert findings(shown) == [Finding("no_better", "note", "no better since epoch 4")]
    assert [found.kind for found in findings(replace(shown, best_epoch=19))] == ["healthy"]


def test_all_that_is_found_is_listed_and_the_most_pressing_first() -> None:
    shown = after(20)
    idle, *others = shown.layers
    layers = (replace(idle, idle_share=0.99, idle_kind="saturated"), replace(others[0], trouble="exploding"))
    found = findings(replace(shown, layers=layers, best_epoch=4, best_loss=0.01, train_loss=0.01))
    assert [(f.kind, f.severity) for f in found] == [
        (kind, "warning") for kind in ("saturated", "exploding", "overfitting")
    ]


@pytest.mark.parametrize(
    ("norm", "trouble"), [(2.0, ""), (0.0021, ""), (0.0019, "vanishing"), (1001.0, "exploding"), (999.0, "")]
)
def test_a_gradient_is_judged_beside_the_largest(norm: float, trouble: str) -> None:
    assert trouble_of(norm, 2.0) == trouble


def test_a_finding_comes_back_from_json_and_nothing_else_does() -> None:
    found = Finding("jumping", "warning", "the loss jumps · try a learning rate of 0.003")
    assert Finding.from_json(json.loads(json.dumps(found.to_json()))) == found
    with pytest.raises(RunError, match="severity: expected one of good, note, warning, error"):
        Finding.from_json({**found.to_json(), "severity": "terrible"})
