"""What a session shows fits together, the same whoever makes the snapshot: the real session, or what stands for it.

A screen that is tested on made-up snapshots is tested only as far as these are like the real ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from tests.ui.fake_session import FakeSession
from tests.ui.snapshots_made_up import healthy
from tuitrain.data.dataset import Dataset
from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.history import History
from tuitrain.session.commands import Pause, SetHyperparameter, SetPace, Start, Step
from tuitrain.session.snapshot import Snapshot
from tuitrain.session.training import TrainingSession

EPOCHS = 9
QUICK = Hyperparameters(hidden_layers=(6, 5), epochs=50, patience=0)


def until(session: Any, holds: Callable[[Snapshot], object], seconds: float = 60.0) -> Snapshot:
    end = time.monotonic() + seconds
    while not holds(session.snapshot):
        assert time.monotonic() < end, session.snapshot
        session.wait(session.snapshot.version, 0.05)
    return session.snapshot


def real(dataset: Dataset) -> Snapshot:
    session = TrainingSession(dataset, QUICK)
    session.watch({"metric"})
    session.send(Step(epochs=EPOCHS))
    until(session, lambda s: s.epoch == EPOCHS and s.state == "paused" and s.metric_view is not None)
    session.close()
    return session.snapshot


def fake() -> Snapshot:
    session = FakeSession(hyperparameters=QUICK)
    session.train(EPOCHS)
    return session.snapshot


MADE: dict[str, Callable[[], Snapshot]] = {
    "real": lambda: real(load_dataset("moons?n=28")),
    "real, without validation": lambda: real(load_dataset("moons?n=28", validation=0)),
    "real, regression": lambda: real(load_dataset("sine?n=28")),
    "fake": fake,
    "made up": lambda: healthy(30),
}


@pytest.fixture(params=MADE)
def snapshot(request: pytest.FixtureRequest) -> Snapshot:
    return MADE[request.param]()


def measured(history: History, length: int) -> dict[str, bool]:
    """Which columns hold numbers: all of them or none."""
    found = {}
    for name in History.COLUMNS:
        known = np.isfinite(history.column(name, length))
        assert known.all() or not known.any(), name
        found[name] = bool(known.all())
    return found


def test_the_history_holds_what_was_measured_and_nothing_else(snapshot: Snapshot) -> None:
    columns = measured(snapshot.history, snapshot.epochs_recorded)
    part, other = ("validation", "train") if columns["validation_loss"] else ("train", "validation")
    assert columns[f"{part}_metric"] and not columns[f"{other}_metric"]
    assert all(columns[name] for name in ("epoch", "train_loss", "learning_rate", "gradient_norm", "seconds"))
    idle = snapshot.history.layers("idle_share", snapshot.epochs_recorded)
    assert np.isfinite(idle[:, :-1]).all()
    assert np.isnan(idle[:, -1]).all()
    for name in ("gradient_norm", "update_ratio"):
        assert np.isfinite(snapshot.history.layers(name, snapshot.epochs_recorded)).all()


def test_the_snapshot_agrees_with_the_last_row_of_its_history(snapshot: Snapshot) -> None:
    length = snapshot.epochs_recorded
    last = {name: float(snapshot.history.column(name, length)[-1]) for name in History.COLUMNS}
    assert snapshot.epoch == length == last["epoch"]
    assert snapshot.step == snapshot.epoch * snapshot.steps_per_epoch + snapshot.step_in_epoch
    assert snapshot.seconds >= last["seconds"]
    for name in ("train_loss", "validation_loss", "gradient_norm", "learning_rate"):
        assert getattr(snapshot, name) == pytest.approx(last[name], nan_ok=True), name
    (part,) = snapshot.metrics
    (value,) = snapshot.metrics[part].values()
    assert value == last[f"{part}_metric"]
    losses = snapshot.history.column("validation_loss", length)
    best = int(losses.argmin()) + 1 if part == "validation" else length
    assert snapshot.best_epoch == best
    assert snapshot.best_loss == snapshot.history.column(f"{part}_loss", length)[best - 1]


def test_the_layers_are_those_of_the_network(snapshot: Snapshot) -> None:
    fans = [(layer.fan_in, layer.fan_out) for layer in snapshot.layers]
    assert [fan_out for _, fan_out in fans[:-1]] == list(snapshot.hyperparameters.hidden_layers)
    assert all(before[1] == after[0] for before, after in pairwise(fans))
    assert snapshot.n_parameters == sum(fan_in * fan_out + fan_out for fan_in, fan_out in fans)
    assert [layer.idle_share is None for layer in snapshot.layers] == [False] * (len(fans) - 1) + [True]
    assert [bool(layer.idle_kind) for layer in snapshot.layers] == [True] * (len(fans) - 1) + [False]
    norms = snapshot.history.layers("gradient_norm", snapshot.epochs_recorded)[-1]
    assert [layer.gradient_norm for layer in snapshot.layers] == pytest.approx(norms.tolist())


def test_the_metric_view_holds_every_row_of_its_part(snapshot: Snapshot) -> None:
    view = snapshot.metric_view
    if view is None:  # made up without one
        return
    (part,) = snapshot.metrics
    assert view.part == part
    if view.confusion is not None:
        assert set(view.values) >= {"accuracy", "f1"}
        assert view.confusion.shape[0] == view.confusion.shape[1]
    else:
        assert view.truth is not None and view.predicted is not None
        assert set(view.values) == {"r2", "rmse", "mae"}
        assert len(view.truth) == len(view.predicted)


@pytest.fixture(params=["real", "fake"])
def session(request: pytest.FixtureRequest) -> Any:
    made: Any = TrainingSession(load_dataset("moons?n=28"), QUICK) if request.param == "real" else FakeSession()
    yield made
    made.close()


def test_commands_are_answered_alike(session: Any) -> None:
    session.send(SetPace(3.0))
    assert until(session, lambda s: s.pace == 3.0).state == "ready"
    session.send(SetHyperparameter("l2", 0.25))
    assert until(session, lambda s: s.hyperparameters.l2 == 0.25).pending == {}
    session.send(SetHyperparameter("hidden_layers", (4,)))
    ready = until(session, lambda s: s.hyperparameters.hidden_layers == (4,))
    assert (ready.step, ready.edits, dict(ready.pending)) == (0, (), {})
    session.send(SetPace(0))
    session.send(Step(batches=1))
    stepped = until(session, lambda s: s.step == 1 and s.state == "paused")
    session.send(SetHyperparameter("learning_rate", 0.02))
    (edit,) = until(session, lambda s: s.edits).edits
    assert (edit.step, edit.name, edit.old, edit.new) == (1, "learning_rate", 0.01, 0.02)
    assert edit.epoch == pytest.approx(1 / stepped.steps_per_epoch)
    session.send(SetHyperparameter("hidden_layers", (7,)))
    waiting = until(session, lambda s: s.pending)
    assert (waiting.hyperparameters.hidden_layers, dict(waiting.pending)) == ((4,), {"hidden_layers": (7,)})
    session.send(Start())
    until(session, lambda s: s.state in {"running", "done"})
    session.send(Pause())
    until(session, lambda s: s.state in {"paused", "done"})
    assert session.snapshot.finished == len(session.finished)
