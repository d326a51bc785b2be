"""What may break in a session breaks nothing else: threads end, states stay true, refusals change nothing."""

from __future__ import annotations

import gc
import warnings
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.session.test_conformance import until
from tuitrain.data.dataset import Dataset
from tuitrain.data.facts import DatasetSource
from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.errors import DataError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.search_settings import Settings
from tuitrain.search.conductor import Conductor
from tuitrain.search.space.space import Space
from tuitrain.session.commands import AskFirst, EstimateGrid, Pause, Reset, SetHyperparameter, Start, Step
from tuitrain.session.datasets import DATASETS, Datasets
from tuitrain.session.keeping import Keeper, RunPlace
from tuitrain.session.search import SearchSession, begin_search
from tuitrain.session.training import TrainingSession

QUICK = Hyperparameters(hidden_layers=(4,), epochs=6, patience=0)
ENDLESS = QUICK.replace(epochs=1_000_000)


@pytest.fixture
def session() -> Any:
    made = TrainingSession(load_dataset("moons?n=40"), QUICK)
    yield made
    made.close()


def test_a_session_ends_whatever_breaks_then(session: TrainingSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session._training, "close", lambda: 1 // 0)
    session.close()
    assert not session._thread.is_alive()
    assert session.wait(session.snapshot.version).state == "failed" or session.failure is not None


def test_a_session_whose_failure_fails_too_lets_nobody_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    session = TrainingSession(load_dataset("moons?n=40"), ENDLESS)
    monkeypatch.setattr(session._training, "fail", lambda error: 1 // 0)
    monkeypatch.setattr(Trainer, "step", lambda self: 1 // 0)
    monkeypatch.setattr("threading.excepthook", lambda arguments: None)
    number = session.send(Start())
    session._thread.join(60)
    assert not session._thread.is_alive()
    session.wait_for_answer(number + 1)  # never answered, and not waited for


def test_a_refused_value_does_not_pause_a_training() -> None:
    session = TrainingSession(load_dataset("diabetes"), ENDLESS)
    session.send(Start())
    until(session, lambda s: s.epoch > 1)
    session.send(SetHyperparameter("loss", "cross_entropy"))
    number = session.send(Reset())
    answered = session.wait_for_answer(number, 60)
    assert "needs classes" in session.journal[number - 1].refused
    assert answered.state == "running"
    session.close()
    assert session.snapshot.state == "paused"


def test_a_failure_is_forgotten_with_the_training_that_failed(
    session: TrainingSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Trainer, "step", lambda self: 1 // 0)
        session.send(Start())
        until(session, lambda s: s.state == "failed")
    assert isinstance(session.failure, ZeroDivisionError)
    session.send(Reset())
    session.send(Start())
    until(session, lambda s: s.state == "done")
    assert session.failure is None


@pytest.mark.parametrize("state", ["done", "failed"])
def test_a_run_whose_end_cannot_be_kept_holds_nobody_up(
    state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Keeper, "end", lambda *_arguments, **_named: {}["nothing"])
    if state == "failed":
        monkeypatch.setattr(Trainer, "step", lambda self: 1 // 0)
    session = TrainingSession(load_dataset("moons?n=40"), QUICK, place=RunPlace(tmp_path, "run"))
    session.send(Start())
    ended = until(session, lambda s: s.state == state)
    assert ended.run_notices[-1] == "KeyError: 'nothing'"
    with monkeypatch.context() as mended:
        mended.setattr(Keeper, "end", lambda *_arguments, **_named: None)
        session.close()


def test_the_same_value_again_changes_nothing() -> None:
    parameters = []
    for again in (False, True):
        session = TrainingSession(load_dataset("moons?n=40"), QUICK)
        session.send(Step(epochs=2))
        until(session, lambda s: s.epoch == 2 and s.state == "paused")
        if again:
            session.send(SetHyperparameter("optimizer", "adam"))
        session.send(Start())
        until(session, lambda s: s.state == "done")
        parameters.append(session.model().network.parameters.tobytes())
        assert session.snapshot.edits == ()
        session.close()
    assert parameters[0] == parameters[1]


def test_why_a_search_failed_is_not_forgotten_with_the_next_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(conductor: Conductor, seconds: float) -> bool:
        raise OSError("No space left on device")

    monkeypatch.setattr(Conductor, "step", full)
    session = SearchSession(jobs=0, folder=tmp_path)
    space = Space({"learning_rate": "1e-3..1"}, QUICK)
    source = DATASETS.keep(load_dataset("iris"))
    session.send(begin_search(source, space, Settings(trials=2, folds=1)))
    until(session, lambda s: s.state == "failed")
    session.wait_for_answer(session.send(AskFirst(True)), 60)
    texts = space.to_json()
    number = session.send(EstimateGrid(source, texts["ranges"], texts["base"], Settings(strategy="grid").to_mapping()))
    after = session.wait_for_answer(number, 60)
    session.close()
    assert (after.state, after.message) == ("failed", "OSError: No space left on device")


def test_a_search_that_could_not_be_begun_leaves_the_one_that_is_done(tmp_path: Path) -> None:
    session = SearchSession(jobs=0, folder=tmp_path)
    source = DATASETS.keep(load_dataset("iris"))
    space = Space({"learning_rate": "1e-3..1"}, QUICK)
    session.send(begin_search(source, space, Settings(trials=2, folds=1)))
    until(session, lambda s: s.state == "done")
    number = session.send(begin_search(source, space, Settings(trials=2, folds=1, metric="accuracy", goal=2.0)))
    after = session.wait_for_answer(number, 60)
    session.close()
    assert "never above 1" in session.journal[number - 1].refused
    assert (after.state, after.unfinished) == ("done", None)


def test_views_of_a_network_that_diverges_do_not_warn_on_the_terminal() -> None:
    hyperparameters = Hyperparameters(optimizer="sgd", learning_rate=1000.0, epochs=6)
    session = TrainingSession(load_dataset("sine"), hyperparameters)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        session.send(Start())
        until(session, lambda s: s.state == "diverged")
        session.watch({"metric", "boundary"}, (8, 8))
        until(session, lambda s: s.metric_view is not None and not np.isfinite(s.metric_view.predicted).all())
    session.close()
    assert [str(one.message) for one in caught] == []


def test_data_from_python_is_not_taken_for_a_name() -> None:
    made = Dataset.from_arrays(np.eye(30), np.arange(30) % 2, name="iris")
    with pytest.raises(DataError, match="from Python"):
        Datasets().find(DatasetSource.of(made))
    session = TrainingSession(made, QUICK)
    for number in range(4):
        DATASETS.keep(load_dataset(f"moons?n={40 + number}"))
    number = session.send(Reset(session.snapshot.dataset.source))
    session.wait_for_answer(number, 60)
    session.close()
    assert session.journal[number - 1].refused == ""


def test_a_pause_is_answered_also_where_nothing_runs(session: TrainingSession) -> None:
    number = session.send(Pause())
    assert session.wait_for_answer(number, 60).state == "ready"


def test_the_arrays_of_a_dataset_that_was_left_are_let_go() -> None:
    session = TrainingSession(load_dataset("moons?n=41"), QUICK)
    seen = []
    for number in range(6):
        data = load_dataset(f"moons?n={50 + number}")
        seen.append(weakref.ref(data.train.X))
        session.wait_for_answer(session.send(Reset(DATASETS.keep(data))), 60)
        session.wait_for_answer(session.send(Step(epochs=1)), 60)
        until(session, lambda s: s.epoch == 1 and s.state == "paused")
        del data
    gc.collect()
    session.close()
    assert sum(found() is not None for found in seen) <= 4  # those that are kept, and the one that is trained on
