"""Looking back at an epoch, and forking from it: compared with trainings that were stopped there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.session.kept import CountingDisk, place
from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.errors import RunError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.checkpoint import Checkpoint
from tuitrain.runs.kept_epochs import MOST, keep, kept_epochs
from tuitrain.runs.line_file import read_lines
from tuitrain.runs.metrics_file import read_epochs
from tuitrain.runs.run import JOURNAL, LAST, METRICS, read_run
from tuitrain.session.commands import Command, Fork, SetHyperparameter, SetParameter, SetPreset, Start, Step
from tuitrain.session.forking import fork_of_run
from tuitrain.session.past import MOST_EPOCHS, Past
from tuitrain.session.replay import replay
from tuitrain.session.snapshot import PastMoment, Snapshot
from tuitrain.session.training import TrainingSession

MOONS = load_dataset("moons", validation=0.2)
H = Hyperparameters(hidden_layers=(6,), epochs=30, patience=0, dropout=0.2, momentum=0.8, optimizer="adam")
WAIT = 60.0
VIEWS = frozenset({"parameters", "metric", "boundary"})


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make any epoch again, however long that takes on a busy machine."""
    monkeypatch.setattr("tuitrain.session.time_travel.AGAIN_SECONDS", 1e9)
    monkeypatch.setattr("tuitrain.session.forking.FORK_SECONDS", 1e9)


@pytest.fixture
def session() -> Iterator[TrainingSession]:
    found = TrainingSession(MOONS, H)
    yield found
    found.close()


def obey(session: TrainingSession, *commands: Command) -> Snapshot:
    for command in commands:
        snapshot = session.wait_for_answer(session.send(command), WAIT)
        while snapshot.is_running:
            snapshot = session.wait(snapshot.version, WAIT)
    return snapshot


def look_back(session: TrainingSession, epoch: int, *, is_forward: bool = False) -> PastMoment:
    session.look_back(epoch, is_forward=is_forward)
    snapshot = session.snapshot
    while snapshot.past is None or snapshot.past.asked != epoch:
        before, snapshot = snapshot, session.wait(snapshot.version, WAIT)
        assert snapshot is not before, "no answer"
    return snapshot.past


def weights(moment: PastMoment) -> list[np.ndarray[Any, Any]]:
    assert moment.parameters is not None
    return [*moment.parameters.weights, *moment.parameters.biases]


def weights_of(trainer: Trainer) -> list[np.ndarray[Any, Any]]:
    return [w[0] for w in trainer.network.weights] + [b[0, 0] for b in trainer.network.biases]


def assert_same(found: list[np.ndarray[Any, Any]], expected: list[np.ndarray[Any, Any]]) -> None:
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("epoch", [0, 1, 7, 19, 29])
def test_an_epoch_looks_as_in_a_training_that_was_stopped_there(session: TrainingSession, epoch: int) -> None:
    session.watch(VIEWS, (4, 6))
    obey(session, Start())
    moment = look_back(session, epoch)
    alone = Trainer(MOONS, H)
    for _ in range(epoch):
        record = alone.epoch()
    assert moment.epoch == epoch and moment.step == alone.steps_done
    assert_same(weights(moment), weights_of(alone))
    assert moment.metric_view is not None and moment.metric_view.confusion is not None
    decided = alone.network.logits_of_rows(alone.network.rows_of(MOONS.validation.X))[0].argmax(axis=1)
    for truth in (0, 1):
        counts = [int(((MOONS.validation.y == truth) & (decided == answer)).sum()) for answer in (0, 1)]
        assert moment.metric_view.confusion[truth].tolist() == counts
    if epoch:
        assert [layer.gradient_norm for layer in moment.layers] == record.layer_gradient_norms[0].tolist()
        assert moment.validation_loss == record.validation_loss[0]
    session.look_back(None)
    while session.snapshot.past is not None:
        session.wait(session.snapshot.version, WAIT)
    assert session.snapshot.seen is session.snapshot


def test_what_was_changed_by_hand_is_as_it_was_on_each_side_of_it(session: TrainingSession) -> None:
    session.watch({"parameters"})
    obey(session, Step(epochs=5), Step(batches=2), SetHyperparameter("learning_rate", 0.03), Step(epochs=4))
    obey(session, SetParameter(3, 0.25), Step(epochs=6))
    alone = Trainer(MOONS, H)
    expected = {}
    for step in range(16 * alone.steps_per_epoch):
        if step == 5 * alone.steps_per_epoch + 2:
            alone.set(None, "learning_rate", 0.03)
        if step == 9 * alone.steps_per_epoch:
            alone.network.set_parameter(0, 3, 0.25)
        if alone.step() is not None:
            expected[alone.epochs_done] = [array.copy() for array in weights_of(alone)]
    for epoch in (4, 5, 6, 8, 9, 10, 13):
        assert_same(weights(look_back(session, epoch)), expected[epoch])


def test_training_goes_on_while_an_epoch_is_looked_at(session: TrainingSession) -> None:
    session.watch({"parameters"})
    obey(session, Step(epochs=10))
    before = weights(look_back(session, 4))
    snapshot = obey(session, Start())
    assert snapshot.state == "done" and snapshot.epoch == 30
    assert snapshot.past is not None and snapshot.past.epoch == 4
    assert_same(weights(snapshot.past), before)
    alone = Trainer(MOONS, H)
    while not alone.is_done:
        alone.epoch()
    session.look_back(None)
    while session.snapshot.past is not None:
        session.wait(session.snapshot.version, WAIT)
    assert session.snapshot.parameters is not None
    assert_same(list(session.snapshot.parameters.weights), [w[0] for w in alone.network.weights])


@pytest.mark.parametrize("members", [1, 3])
def test_a_fork_trains_on_as_if_it_had_never_gone_further(members: int) -> None:
    h = H.replace(ensemble=members, patience=6, epochs=60)
    sessions = [TrainingSession(MOONS, h) for _ in range(2)]
    try:
        obey(sessions[0], Start())
        snapshot = obey(sessions[0], Fork(7))
        assert snapshot.state == "paused" and snapshot.epoch == snapshot.epochs_recorded == 7
        assert len(snapshot.earlier) == 1 and len(snapshot.earlier[0].epoch) > 7
        last = snapshot.earlier[0].validation_loss.copy()
        obey(sessions[0], SetHyperparameter("learning_rate", 0.05), Start())
        obey(sessions[1], Step(epochs=7), SetHyperparameter("learning_rate", 0.05), Start())
        found, expected = (one.state().state.arrays for one in sessions)
        assert found.keys() == expected.keys()
        for name in found:
            if not name.startswith("probe."):
                np.testing.assert_array_equal(found[name], expected[name], err_msg=name)
        histories = [one.snapshot.history for one in sessions]
        for name in ("epoch", "train_loss", "validation_loss", "validation_metric", "learning_rate"):
            np.testing.assert_array_equal(histories[0].column(name), histories[1].column(name))
        np.testing.assert_array_equal(sessions[0].snapshot.earlier[0].validation_loss, last)  # not written over
    finally:
        for one in sessions:
            one.close()


def test_a_fork_is_a_run_of_its_own_that_says_where_it_came_from(tmp_path: Path) -> None:
    session = TrainingSession(MOONS, H, place=place(tmp_path, CountingDisk(), "first"))
    try:
        obey(session, Step(epochs=6), SetHyperparameter("learning_rate", 0.02), Start(), Fork(9))
        snapshot = obey(session, SetHyperparameter("dropout", 0.0), Start())
        assert snapshot.run is not None and snapshot.run != tmp_path / "first"
        path = snapshot.run
    finally:
        session.close()
    first, forked = read_run(tmp_path / "first"), read_run(path)
    assert (first.status, forked.status) == ("done", "done")
    assert forked.about["forked"] == {"run": "first", "epoch": 9}
    assert forked.about["hyperparameters"] == first.about["hyperparameters"]
    epochs, before = (read_epochs(run / METRICS)[0] for run in (path, tmp_path / "first"))
    assert epochs[:9] == before[:9] and len(epochs) == 30 and epochs[9] != before[9]
    commands = [line["command"] for line in read_lines(path / JOURNAL)[0]]
    assert commands == ["step", "set_hyperparameter", "start", "fork", "set_hyperparameter", "start"]
    assert not replay(forked).different  # all that led to it is in it


@pytest.mark.parametrize("epoch", [3, 14, 22, 30])
def test_a_run_is_forked_at_any_epoch(epoch: int, tmp_path: Path) -> None:
    session = TrainingSession(MOONS, H, place=place(tmp_path, CountingDisk(), "first"))
    try:
        obey(session, Step(epochs=8), SetHyperparameter("learning_rate", 0.02), Step(epochs=8), SetParameter(3, 0.25))
        obey(session, Start())
    finally:
        session.close()
    live, forked = fork_of_run(tmp_path / "first", epoch)
    alone = Trainer(MOONS, H)
    while alone.epochs_done < epoch:
        if alone.steps_done == 8 * alone.steps_per_epoch:
            alone.set(None, "learning_rate", 0.02)
        if alone.steps_done == 16 * alone.steps_per_epoch:
            alone.network.set_parameter(0, 3, 0.25)
        alone.step()
    np.testing.assert_array_equal(live.trainer.network.parameters, alone.network.parameters)
    assert forked.epoch == live.history.length == len(forked.steps) == epoch
    assert (live.n_edits, len(forked.entries)) == ((0, 1) if epoch < 8 else (1, 3) if epoch < 16 else (1, 5))


def test_what_was_changed_of_a_member_or_by_a_preset_is_changed_again_for_a_fork(tmp_path: Path) -> None:
    iris, h = load_dataset("iris"), Hyperparameters(ensemble=2, hidden_layers=(4,))
    made = (Step(epochs=1), SetParameter(3, 0.5, member=1), SetPreset("textbook"), Step(epochs=1))
    whole = TrainingSession(iris, h, place=place(tmp_path, CountingDisk(), "first"))
    obey(whole, *made, Step(epochs=1))
    whole.close()
    alone = TrainingSession(iris, h)
    assert obey(alone, *made).hyperparameters.learning_rate == 0.1
    live, _forked = fork_of_run(tmp_path / "first", 2)
    expected = alone.state().state.arrays
    for name, array in live.members.state().state.arrays.items():
        np.testing.assert_array_equal(array, expected[name], err_msg=name)
    alone.close()


def test_an_epoch_that_a_run_does_not_have_is_refused(tmp_path: Path) -> None:
    session = TrainingSession(MOONS, H, place=place(tmp_path, CountingDisk(), "first"))
    try:
        obey(session, Step(epochs=8))
        snapshot = obey(session, Fork(9, tmp_path / "first"))
        assert "has no epoch 9; it has 8 epochs" in snapshot.message and snapshot.epoch == 8
    finally:
        session.close()


def test_the_ring_is_thinned_evenly_and_keeps_its_first() -> None:
    trainer, past = Trainer(MOONS, H.replace(epochs=10_000)), Past(lambda: 0.0, lambda: 0.0)
    room: Any = type("Room", (), {})

    for epoch in range(5 * MOST_EPOCHS):
        trainer.epochs_done = epoch
        past.note(trainer, lambda: (room, room))
    epochs = [kept.epoch for kept in past.epochs]
    assert epochs[0] == 0 and MOST_EPOCHS / 2 <= len(epochs) <= MOST_EPOCHS
    assert set(np.diff(epochs)) == {8} and epochs[-1] > 5 * MOST_EPOCHS - 16


def test_the_ring_takes_no_more_than_its_share_of_the_time() -> None:
    trainer, seconds, costs = Trainer(MOONS, H.replace(epochs=10_000)), [0.0], [0.0]
    past = Past(lambda: seconds[0], lambda: costs[0])
    room: Any = type("Room", (), {})

    def keep() -> tuple[Any, Any]:
        costs[0] += 0.01
        return room, room

    for epoch in range(4000):
        trainer.epochs_done, seconds[0] = epoch, epoch * 0.02
        past.note(trainer, keep)
    assert 0.004 < costs[0] / seconds[0] <= 0.0051


def test_the_ring_has_a_bound_of_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = Trainer(MOONS, H.replace(epochs=100))
    one = trainer.network.parameters.nbytes * 6  # at most so many arrays of this size are in a state
    monkeypatch.setattr("tuitrain.session.past.MOST_BYTES", 7 * one)
    past, sizes = Past(lambda: 0.0, lambda: 0.0), []
    room: Any = type("Room", (), {})
    while not trainer.is_done:
        past.note(trainer, lambda: (trainer.state(), room))  # type: ignore[arg-type, return-value]
        trainer.step()
        kept: list[Any] = [*past._states, *(kept.state for kept in past.epochs)]
        large = [a for state in kept for a in state.arrays.values() if a.shape == trainer.network.parameters.shape]
        sizes.append(sum(array.nbytes for array in large))
    assert max(sizes) <= 7 * one and len(past.epochs) >= 3


def test_a_few_checkpoints_are_kept_evenly(tmp_path: Path) -> None:
    last = tmp_path / LAST
    for epoch in range(1, 101):
        if epoch > 1:
            keep(last, epoch - 1, CountingDisk())
        last.unlink(missing_ok=True)
        last.write_text(str(epoch))
    kept = kept_epochs(tmp_path)
    assert MOST / 2 <= len(kept) <= MOST and len(set(np.diff(list(kept)))) == 1
    assert all(path.read_text() == str(epoch) for epoch, path in kept.items())
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [LAST, *(f"epoch-{epoch}.safetensors" for epoch in kept)]
    )


def test_large_checkpoints_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / LAST).write_bytes(bytes(100))
    monkeypatch.setattr("tuitrain.runs.kept_epochs.MOST_BYTES", 199)
    keep(tmp_path / LAST, 1, CountingDisk())
    assert not kept_epochs(tmp_path)


def test_a_kept_checkpoint_shortens_the_way_to_an_epoch(tmp_path: Path) -> None:
    from tests.session.kept import train_new

    train_new(tmp_path, CountingDisk())  # three epochs, a checkpoint after each
    kept = kept_epochs(tmp_path / "run")
    assert list(kept) == [1, 2]
    assert Checkpoint.read(kept[2]).state.counters["epochs_done"] == 2
    live, _forked = fork_of_run(tmp_path / "run", 2, seconds=-1.0)  # nothing may be trained again
    assert live.history.length == 2
    kept[2].unlink()
    with pytest.raises(RunError, match=r"epoch 2 would have to be trained again .* kept epochs: 1"):
        fork_of_run(tmp_path / "run", 2, seconds=-1.0)


def test_an_epoch_that_takes_too_long_is_shown_by_its_nearest(
    session: TrainingSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuitrain.session.past.EPOCHS_SHARE", 1e9)  # kept after every epoch, whatever that costs
    obey(session, Start())
    monkeypatch.setattr("tuitrain.session.time_travel.AGAIN_SECONDS", -1.0)
    kept = [one.epoch for one in session._training.live.past.epochs]
    del session._training.live.past.epochs[1:-1]
    first, last = kept[0], kept[-1]
    assert first == 0 and last > 2
    assert (look_back(session, last - 1).epoch, look_back(session, 1, is_forward=True).epoch) == (0, last)
    monkeypatch.setattr("tuitrain.session.forking.FORK_SECONDS", -1.0)
    assert f"epoch 1 cannot be made again; the nearest that is kept is {first}" in obey(session, Fork(1)).message
