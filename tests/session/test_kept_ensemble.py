"""A run of an ensemble continues with the same bits, also when some of its members have ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.session.kept import IRIS, CountingDisk, place, train_on
from tests.session.test_conformance import until
from tuitrain.engine import Record
from tuitrain.errors import HyperparameterError, RunError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.checkpoint import Checkpoint
from tuitrain.runs.run import BEST, LAST, METRICS, read_run
from tuitrain.session.commands import SetHyperparameter, Start, Step
from tuitrain.session.continuation import resume
from tuitrain.session.live_training import LiveTraining
from tuitrain.session.replay import replay
from tuitrain.session.train import Result, train
from tuitrain.session.training import TrainingSession

pytestmark = pytest.mark.filterwarnings("ignore:a checkpoint takes")
H = Hyperparameters(hidden_layers=(4,), epochs=14, patience=2, learning_rate=0.1, dropout=0.2, seed=3, ensemble=4)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return train(IRIS, H, run=tmp_path_factory.mktemp("whole") / "run")


def content(path: Path) -> dict[str, Any]:
    """Return what a run has come to, without seconds."""
    checkpoint = Checkpoint.read(path / LAST)
    arrays = {name: a.tobytes() for name, a in checkpoint.state.to_arrays().items()}
    ended = {
        number: (m.parameters.tobytes(), m.epoch, m.loss, m.diverged, m.hyperparameters)
        for number, m in checkpoint.ended.items()
    }
    about = read_run(path).about
    kept = {name: about[name] for name in ("status", "best_epoch", "evaluations", "given", "hyperparameters")}
    epochs = len((path / METRICS).read_text().splitlines())
    return {"arrays": arrays, "ended": ended, "best": (path / BEST).read_bytes(), "epochs": epochs, **kept}


def test_members_end_at_several_epochs(whole: Result) -> None:
    """Else the other tests would say little."""
    assert whole.run is not None
    ended = Checkpoint.read(whole.run / LAST).ended
    assert 0 < len(ended) < H.ensemble and 0 in ended
    other = train(IRIS, H)
    assert whole.model.to_bytes() == (whole.run / BEST).read_bytes() == other.model.to_bytes()
    assert [len(record.train_loss) for record in whole.history] == [len(r.train_loss) for r in other.history]
    assert whole.findings == other.findings


@pytest.mark.parametrize("stride", [3, pytest.param(1, marks=pytest.mark.long)])
def test_an_ensemble_is_continued_with_the_same_bits(whole: Result, tmp_path: Path, stride: int) -> None:
    assert whole.run is not None
    for stop in range(1, len(whole.history), stride):

        def on_epoch(record: Record, stop: int = stop) -> str | None:
            return "stop" if record.epoch == stop else None

        path = tmp_path / f"{stop}"
        train(IRIS, H, on_epoch, run=path)
        assert read_run(path).status == "paused"
        live = train_on(path)
        assert live.members.model().to_bytes() == whole.model.to_bytes()
        expected = {**content(whole.run), "evaluations": {}}  # these are the session's to write
        assert {**content(path), "evaluations": {}} == expected, stop


def test_a_session_continues_an_ensemble_within_an_epoch_and_repeats_it(whole: Result, tmp_path: Path) -> None:
    assert whole.run is not None
    session = TrainingSession(IRIS, H, place=place(tmp_path, CountingDisk(), "run"))
    session.send(Step(epochs=len(whole.history) - 1))
    until(session, lambda s: s.epoch == len(whole.history) - 1 and not s.is_running)
    session.send(Step(batches=1))
    until(session, lambda s: s.step_in_epoch == 1)
    session.close()
    found = resume(tmp_path / "run")
    assert found.hyperparameters.seed == H.seed
    session = TrainingSession(found.dataset, found.hyperparameters, resumed=found)
    session.send(Start())
    until(session, lambda s: s.state == "done")
    session.close()
    assert content(tmp_path / "run") == content(whole.run)
    told = session.describe()
    assert told["ensemble"] == whole.to_json()["ensemble"] and told["given"]["ensemble"] == 4
    assert told["findings"] == [finding.described() for finding in whole.findings]
    assert replay(read_run(tmp_path / "run")).different == ()


def test_the_gradient_of_a_network_that_had_ended_before_is_not_known(whole: Result, tmp_path: Path) -> None:
    train(IRIS, H, lambda record: "stop" if len(record.train_loss) < H.ensemble else None, run=tmp_path / "run")
    ended = set(Checkpoint.read(tmp_path / "run" / LAST).ended)
    assert 0 < len(ended) < H.ensemble
    session = TrainingSession(IRIS, H, resumed=resume(tmp_path / "run"))
    for member in range(H.ensemble):
        session.watch([], member=member)
        until(session, lambda s, member=member: s.member == member)
        known = [not np.isnan(layer.gradient_norm) for layer in session.snapshot.layers]
        assert known == [member not in ended] * 2
    session.close()


def test_what_was_left_to_auto_stays_so_in_a_run(tmp_path: Path) -> None:
    """A reset after continuing, and a change before the first step, settle the automatic values anew."""
    given = Hyperparameters(hidden_layers=(4,), epochs=3)
    session = TrainingSession(IRIS, given, place=place(tmp_path, CountingDisk(), "run"))
    session.send(Step(batches=1))
    until(session, lambda s: s.step == 1)
    session.close()
    found = resume(tmp_path / "run")
    assert found.given == given and found.hyperparameters.schedule == "cosine"
    session = TrainingSession(found.dataset, found.hyperparameters, resumed=found)
    assert session.snapshot.given == given
    session.wait_for_answer(session.send(SetHyperparameter("hidden_layers", "auto")))
    session.close()
    rate = {**given.to_mapping(), "learning_rate": 0.1}
    assert LiveTraining(IRIS, Hyperparameters.from_mapping(rate)).hyperparameters.schedule == "constant"
    assert LiveTraining(IRIS, found.hyperparameters, given=given).given == given


def test_a_checkpoint_of_other_members_is_refused(whole: Result, tmp_path: Path) -> None:
    assert whole.run is not None
    path = tmp_path / "run"
    train(IRIS, H, lambda record: "stop", run=path)
    kept = Checkpoint.read(path / LAST)
    ended = Checkpoint.read(whole.run / LAST).ended
    (path / LAST).write_bytes(Checkpoint(kept.state, kept.about, ended).to_bytes())
    with pytest.raises(RunError, match="its members are not those of an ensemble of 4"):
        resume(path)


def test_an_ensemble_begins_with_no_weights_of_another(whole: Result) -> None:
    with pytest.raises(HyperparameterError, match="ensemble"):
        LiveTraining(IRIS, H, first=whole.model.network.parameters[0])
