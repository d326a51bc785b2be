"""What every session does and shows, the same for a training and a search, for the real ones and what stands for them.

A screen that is tested on made-up snapshots is tested only as far as these are like the real ones. A session in another
process passes with an entry in `KINDS`: nothing here looks behind the `Session` protocol.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.plain import plain, plain_dataset
from tests.ui.fake_session import FakeSession
from tests.ui.snapshots_made_up import healthy
from tuitrain.data.dataset import Dataset
from tuitrain.diagnosis.rules import findings
from tuitrain.options.search_settings import Settings
from tuitrain.runs.history import History
from tuitrain.search.space.space import Space
from tuitrain.session.commands import (
    AskFirst,
    Command,
    ContinueSearch,
    Pause,
    ResumeSearch,
    SetHyperparameter,
    SetPace,
    Start,
    Step,
    Stop,
    TryNext,
)
from tuitrain.session.datasets import DATASETS
from tuitrain.session.judging import course_of
from tuitrain.session.search import SearchSession, begin_search
from tuitrain.session.snapshot import Snapshot
from tuitrain.session.training import TrainingSession

EPOCHS = 9
QUICK = plain(hidden_layers=(6, 5), epochs=50, patience=0)


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
    "real": lambda: real(plain_dataset("moons?n=28")),
    "real, without validation": lambda: real(plain_dataset("moons?n=28", validation=0)),
    "real, regression": lambda: real(plain_dataset("sine?n=28")),
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


def test_the_findings_are_those_of_the_moment(snapshot: Snapshot) -> None:
    if snapshot.findings:  # made up without them
        assert list(snapshot.findings) == findings(course_of(snapshot))


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
        assert set(view.values) >= {"r2", "rmse", "mae"}
        assert len(view.truth) == len(view.predicted)


@pytest.fixture(params=["real", "fake"])
def session(request: pytest.FixtureRequest) -> Any:
    made: Any = TrainingSession(plain_dataset("moons?n=28"), QUICK) if request.param == "real" else FakeSession()
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


# What every session does, of a training or of a search


@dataclass(frozen=True)
class Kind:
    """How to make a session, and what to tell it.

    `work` is long: it does not end before `end` is sent. `quick` changes little, `refused` are commands of its own that
    it refuses, `foreign` one of the other kind; `view` is looked at when `shows` says so.
    """

    make: Callable[[Path], Any]
    work: Callable[[], Command]
    quick: Command
    refused: tuple[Command, ...]
    foreign: Command
    view: str
    shows: Callable[[Any], bool]


TRAINING = Kind(
    make=lambda folder: TrainingSession(plain_dataset("moons?n=28"), QUICK.replace(epochs=1_000_000)),
    work=Start, quick=SetPace(0.0),
    refused=(SetHyperparameter("learning_rate", -1), SetHyperparameter("lerning_rate", 0.1), SetPace(-1.0)),
    foreign=TryNext({"l2": 0.1}), view="metric", shows=lambda s: s.metric_view is not None,
)  # fmt: skip


def long_search() -> Command:
    base = plain(hidden_layers=(4,), epochs=3, patience=0)
    space = Space({"learning_rate": "1e-3..1", "l2": "1e-6..1e-1"}, base)
    settings = Settings(strategy="random", trials=100_000, folds=1)
    return begin_search(DATASETS.keep(plain_dataset("moons?n=28")), space, settings)


SEARCH = Kind(
    make=lambda folder: SearchSession(jobs=0, folder=folder),
    work=long_search, quick=AskFirst(False),
    refused=(ResumeSearch(Path("no such study")), ContinueSearch({"strategy": "guess"})),
    foreign=SetPace(1.0), view="surrogate", shows=lambda s: s.explained is not None,
)  # fmt: skip

KINDS = {
    "training": TRAINING,
    "search": SEARCH,
    "fake": Kind(
        make=lambda folder: FakeSession(hyperparameters=QUICK), work=lambda: Step(epochs=2), quick=TRAINING.quick,
        refused=TRAINING.refused, foreign=TRAINING.foreign, view="metric", shows=TRAINING.shows,
    ),
}  # fmt: skip


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


@pytest.fixture
def opened(kind: Kind, tmp_path: Path) -> Iterator[Any]:
    made = kind.make(tmp_path)
    yield made
    made.close()


def answer(session: Any, command: Command) -> Any:
    """Send a command; return the snapshot that answers it."""
    number = session.send(command)
    found = session.wait_for_answer(number, 60)
    assert found.answered >= number
    return found


def test_commands_are_numbered_from_one_and_answered_in_order(kind: Kind, opened: Any) -> None:
    assert opened.snapshot.answered == 0
    sent = [kind.quick, kind.work(), kind.quick, kind.foreign, kind.quick]
    assert [opened.send(command) for command in sent] == [1, 2, 3, 4, 5]
    assert opened.wait_for_answer(5, 60).answered == 5
    assert [entry.command for entry in opened.journal] == sent  # the number does not count in the comparison
    assert [entry.number for entry in opened.journal] == [1, 2, 3, 4, 5]
    assert [bool(entry.refused) for entry in opened.journal] == [False, False, False, True, False]


def test_what_is_refused_says_why_and_ends_nothing(kind: Kind, opened: Any) -> None:
    answer(opened, kind.work())
    for command in (*kind.refused, kind.foreign):
        running = opened.snapshot.is_running
        refused = answer(opened, command)
        assert opened.journal[-1].refused
        assert refused.message == opened.journal[-1].refused
        assert refused.is_running == running
    assert kind.foreign.kind in opened.snapshot.message
    answer(opened, kind.quick)
    assert opened.journal[-1].refused == ""
    assert getattr(opened, "failure", None) is None


def test_a_new_version_is_waited_for_and_no_longer_than_asked(kind: Kind, opened: Any) -> None:
    answer(opened, kind.quick)
    at_rest = until_quiet(opened)
    assert opened.wait(at_rest.version, 0.0) is at_rest
    assert opened.wait_for_answer(opened.journal[-1].number + 1, 0.0) is at_rest
    opened.send(kind.quick)
    assert opened.wait(at_rest.version, 60).version > at_rest.version


def until_quiet(session: Any) -> Any:
    """The snapshot of a session that has nothing to do."""
    before = session.snapshot
    while (now := session.wait(before.version, 0.2)) is not before:
        before = now
    return now


def test_what_is_looked_at_is_computed(kind: Kind, opened: Any) -> None:
    answer(opened, kind.work())
    assert not kind.shows(opened.snapshot)
    opened.watch({kind.view}, column="l2")
    until(opened, kind.shows)


def test_what_is_held_goes_on_when_it_is_released_or_told_something(kind: Kind, opened: Any) -> None:
    opened.hold(10_000.0)
    answer(opened, kind.work())
    opened.hold(10_000.0)
    assert answer(opened, kind.quick).answered == 2
    opened.hold(10_000.0)
    opened.release()
    if kind is not KINDS["fake"]:  # which does not work by itself
        version = opened.snapshot.version
        until(opened, lambda s: s.version > version + 2)


@pytest.mark.parametrize("is_working", [False, True])
def test_closing_ends_the_session_and_again_changes_nothing(kind: Kind, opened: Any, is_working: bool) -> None:
    answer(opened, kind.work() if is_working else kind.quick)
    own = [thread for thread in threading.enumerate() if thread is getattr(opened, "_thread", None)]
    opened.close()
    ended, journal = opened.snapshot, list(opened.journal)
    assert journal[-1].command == Stop()
    assert ended.answered == journal[-1].number == 2
    assert not any(thread.is_alive() for thread in own)
    opened.close()
    assert opened.snapshot is ended
    assert list(opened.journal) == journal


def test_after_the_end_nothing_is_answered_and_nobody_waits_for_ever(kind: Kind, opened: Any) -> None:
    answer(opened, Stop())
    opened.close()
    ended = opened.snapshot
    number = opened.send(kind.quick)
    assert opened.send(kind.work()) == number + 1
    assert opened.wait_for_answer(number) is ended  # without a limit: it would hang
    assert opened.wait(ended.version) is ended
    opened.watch({kind.view})
    opened.hold(10_000.0)
    opened.release()
    assert number not in [entry.number for entry in opened.journal]


FITS = """\
from tuitrain.session.race import RaceSession, RaceSnapshot
from tuitrain.session.search import SearchSession
from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.session.session import Session
from tuitrain.session.snapshot import Snapshot
from tuitrain.session.training import TrainingSession

def check(training: TrainingSession, search: SearchSession, race: RaceSession) -> None:
    a: Session[Snapshot] = training
    b: Session[SearchSnapshot] = search
    c: Session[RaceSnapshot] = race
    d: Session[SearchSnapshot] = training  # line 12 does not fit
"""
ROOT = Path(__file__).parents[2]


@pytest.mark.long
def test_all_sessions_fit_the_protocol_by_their_types(tmp_path: Path) -> None:
    written = tmp_path / "fits.py"
    written.write_text(FITS, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), str(written)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    errors = [line.removeprefix(str(written)) for line in done.stdout.splitlines() if ": error:" in line]
    assert [error.split(":")[1] for error in errors] == ["12"], done
