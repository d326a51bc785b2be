"""The verdict: what it says, from snapshots alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ui.fake_session import FakeSession
from tuitrain.diagnosis.rules import verdict
from tuitrain.session.snapshot import Snapshot


def after(epochs: int) -> Snapshot:
    session = FakeSession()
    session.train(epochs)
    return session.snapshot


@pytest.mark.parametrize(("best", "said"), [(3, "best epoch 3"), (5, "the last the best: try more")])
def test_a_short_training_that_has_ended_is_judged(best: int, said: str) -> None:
    found = verdict(replace(after(5), state="done", best_epoch=best))
    assert found.startswith("✓ done after 5 epochs")
    assert said in found


def test_a_few_epochs_say_nothing_while_training_goes_on() -> None:
    assert "too early" in verdict(after(5))
    assert "press space" in verdict(FakeSession().snapshot)


def test_why_a_training_broke_is_said_whatever_was_done_since() -> None:
    broken = replace(after(5), state="diverged", ending="the loss is not finite", message="saved m.safetensors")
    assert verdict(broken) == "✗ the loss is not finite"


@pytest.mark.parametrize(
    ("share", "is_stuck", "warns"), [(0.92, False, False), (0.92, True, True), (0.99, False, True), (0.3, True, False)]
)
def test_dead_units_alarm_only_where_they_plausibly_hurt(share: float, is_stuck: bool, warns: bool) -> None:
    snapshot = after(20)
    if is_stuck:
        snapshot.history.column("train_loss").base[snapshot.history.COLUMNS.index("train_loss")][:] = 0.69
    layers = tuple(replace(layer, idle_share=share, idle_kind="dead") for layer in snapshot.layers[:-1])
    found = verdict(replace(snapshot, layers=(*layers, snapshot.layers[-1])))
    assert ("units are dead" in found) is warns


def test_what_has_not_improved_for_long_is_not_said_to_fall() -> None:
    shown = after(20)
    shown = replace(shown, best_epoch=4, best_loss=1e9)  # not so much worse as to be overfitting
    assert verdict(shown) == "· no better since epoch 4"
    assert verdict(replace(shown, best_epoch=19)).startswith("✓ healthy")
