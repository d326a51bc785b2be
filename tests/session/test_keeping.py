"""A run bears a kill and a failure at every operation on its files, and continues with the same bits."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from tests.session.kept import (
    IRIS,
    SMALL,
    CountingDisk,
    content,
    in_a_child,
    place,
    ticking,
    train_new,
    train_on,
)
from tests.session.test_conformance import until
from tuitrain.engine import Trainer
from tuitrain.errors import RunError
from tuitrain.runs.checkpoint import Checkpoint
from tuitrain.runs.model import Model, load_model
from tuitrain.runs.run import BEST, LAST, RUN, OpenRun, read_run, run_paths
from tuitrain.session import keeping
from tuitrain.session.commands import SetHyperparameter, SetParameter, Start, Step
from tuitrain.session.continuation import resume
from tuitrain.session.keeping import Keeper
from tuitrain.session.live_training import LiveTraining
from tuitrain.session.training import TrainingSession

KILLED = 9


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """Return a run that nothing disturbed, and how many operations it took."""
    folder, disk = tmp_path_factory.mktemp("undisturbed"), CountingDisk()
    train_new(folder, disk)
    return folder / "run", disk.count


def test_a_run_holds_what_the_engine_trains(undisturbed: tuple[Path, int]) -> None:
    path, _count = undisturbed
    trainer = Trainer(IRIS, [SMALL])
    while not trainer.is_done:
        trainer.epoch()
    assert (
        Checkpoint.read(path / LAST).state.arrays["parameters"].tobytes()
        == trainer.state().arrays["parameters"].tobytes()
    )
    assert load_model(path / BEST).to_bytes() == Model.of(trainer, IRIS).to_bytes()
    about = json.loads((path / RUN).read_text())
    assert (about["status"], about["epochs"], about["given"]) == ("done", 3, SMALL.to_mapping())
    assert about["hyperparameters"] == trainer.hyperparameters[0].to_mapping()
    assert about["dataset"]["source"]["fingerprint"] == IRIS.fingerprint


def killing(at: int, half: bool) -> CountingDisk:
    """Return a disk that kills its process before one of the operations; with `half`, in the middle of a write."""

    def before(number: int, name: str) -> None:
        if number == at:
            os._exit(KILLED)

    class HalfWriting(CountingDisk):
        def write(self, handle: int, data: bytes) -> None:
            if self.count + 1 == at:
                os.write(handle, data[: max(1, len(data) // 2)])
            super().write(handle, data)

    return HalfWriting(before) if half else CountingDisk(before)


def check_kill(at: int, folder: Path, expected: dict[str, object], *, half: bool) -> None:
    folder.mkdir()
    code = in_a_child(lambda: train_new(folder, killing(at, half)))
    assert code == KILLED
    paths = run_paths(folder)
    if not paths:
        assert not (folder / "run" / RUN).exists()  # it had not begun
        return
    assert read_run(paths[0]).status in {"interrupted", "done"}
    if read_run(paths[0]).status == "interrupted":
        train_on(paths[0])
    assert content(paths[0]) == expected, at


EVERY = pytest.mark.parametrize("stride", [7, pytest.param(1, marks=pytest.mark.long)])


@EVERY
@pytest.mark.parametrize("half", [True, False])
def test_a_kill_before_any_operation_loses_nothing(
    half: bool, stride: int, undisturbed: tuple[Path, int], tmp_path: Path
) -> None:
    path, count = undisturbed
    expected = content(path)
    for at in range(1 + half, count + 1, stride):
        check_kill(at, tmp_path / f"{at}", expected, half=half)


@EVERY
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_any_operation_may_fail(number: int, stride: int, undisturbed: tuple[Path, int], tmp_path: Path) -> None:
    path, count = undisturbed
    expected = content(path)
    for at in range(1 + (number == errno.EIO), count + 1, stride):

        def fail(found: int, name: str, at: int = at) -> None:
            if found == at:
                raise OSError(number, os.strerror(number))

        folder = tmp_path / f"{at}"
        folder.mkdir()
        keeper = train_new(folder, CountingDisk(fail))
        assert keeper.problems, at
        if not (paths := run_paths(folder)):
            assert "no run is kept" in keeper.problems[-1] and not any(folder.iterdir())
            continue
        if read_run(paths[0]).status != "done":
            train_on(paths[0])
        assert content(paths[0]) == expected, at


def test_a_kill_while_continuing_loses_nothing(undisturbed: tuple[Path, int], tmp_path: Path) -> None:
    expected = content(undisturbed[0])
    train_new_killed = in_a_child(lambda: train_new(tmp_path, killing(undisturbed[1] // 2, half=False)))
    assert train_new_killed == KILLED
    for at in range(1, 12):
        in_a_child(lambda at=at: train_on(tmp_path / "run", killing(at, half=False)))  # type: ignore[misc]
    if read_run(tmp_path / "run").status == "interrupted":
        train_on(tmp_path / "run")
    assert content(tmp_path / "run") == expected


def test_a_full_disk_is_waited_for(tmp_path: Path) -> None:
    is_room = [True]

    def before(number: int, name: str) -> None:
        if name == "write" and not is_room[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    live, keeper = LiveTraining(IRIS, SMALL), Keeper(place(tmp_path, CountingDisk(before), "run"), clock=ticking())
    keeper.begin(live)
    while not live.step():
        pass
    keeper.after_epoch(live)
    kept = (tmp_path / "run" / LAST).read_bytes()
    is_room[0] = False
    while not live.step():
        pass
    keeper.after_epoch(live)
    assert keeper.is_full and "no room" in keeper.problems[-1]
    assert not keeper.retry(live)
    assert (tmp_path / "run" / LAST).read_bytes() == kept
    is_room[0] = True
    assert keeper.retry(live)
    assert Checkpoint.read(tmp_path / "run" / LAST).about["epochs"] == 2
    keeper.leave()


def test_a_disk_that_is_full_before_the_first_checkpoint_is_told_of(tmp_path: Path) -> None:
    is_room = [True]

    def before(number: int, name: str) -> None:
        if name == "write" and not is_room[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    live, keeper = LiveTraining(IRIS, SMALL), Keeper(place(tmp_path, CountingDisk(before), "run"), clock=ticking())
    keeper.begin(live)
    is_room[0] = False
    while not live.step():
        pass
    keeper.after_epoch(live)
    assert keeper.is_full and keeper.problems[-1].endswith("run has no checkpoint yet")
    assert read_run(tmp_path / "run").status == "running" and not (tmp_path / "run" / LAST).exists()
    is_room[0] = True
    assert keeper.retry(live) and (tmp_path / "run" / LAST).exists()
    keeper.leave()
    nothing = Keeper(place(tmp_path, CountingDisk(before), "other"), clock=ticking())
    is_room[0] = False
    nothing.begin(live)
    assert nothing.problems == [f"no run is kept: {os.strerror(errno.ENOSPC)}"] and nothing.path is None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]


def test_a_run_is_held_by_one_process_and_freed_with_it(tmp_path: Path) -> None:
    read, write = os.pipe()

    def hold() -> None:
        live, keeper = LiveTraining(IRIS, SMALL), Keeper(place(tmp_path, CountingDisk(), "run"), clock=ticking())
        keeper.begin(live)
        os.write(write, str(os.getpid()).encode())
        os.read(stop, 1)

    stop, go = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            hold()
        finally:
            os._exit(0)
    holder = int(os.read(read, 100))
    assert read_run(tmp_path / "run").status == "running"
    with pytest.raises(RunError, match=f"held by process {holder} on "):
        OpenRun.hold(tmp_path / "run")
    os.kill(holder, KILLED)
    os.waitpid(pid, 0)
    assert read_run(tmp_path / "run").status == "interrupted"
    resume(tmp_path / "run").continued.run.release()
    for end in (read, write, stop, go):
        os.close(end)


def test_lines_cut_in_half_are_dropped_and_told(undisturbed: tuple[Path, int], tmp_path: Path) -> None:
    assert in_a_child(lambda: train_new(tmp_path, killing(undisturbed[1] - 12, half=False))) == KILLED
    path = tmp_path / "run"
    for name in ("metrics.jsonl", "journal.jsonl"):
        with (path / name).open("ab") as file:
            file.write(b'{"epoch":')
    found = resume(path)
    found.continued.run.release()
    assert [notice.split(":")[0] for notice in found.notices] == ["journal.jsonl", "metrics.jsonl"]
    train_on(path)
    assert content(path) == content(undisturbed[0])


def test_other_data_is_refused_with_what_changed(tmp_path: Path) -> None:
    from tuitrain.data.loading import load_dataset

    table = tmp_path / "own.csv"
    rows = [f"{n},{n * n % 7},{'ab'[n % 2]}" for n in range(40)]
    table.write_text("x,y,z\n" + "\n".join(rows) + "\n")
    killer = killing(70, half=False)
    assert in_a_child(lambda: train_new(tmp_path, killer, load_dataset(table))) in {KILLED, 0}
    path = tmp_path / "run"
    table.write_text("x,y,z\n" + "\n".join(rows[:-3]) + "\n")
    with pytest.raises(RunError, match=r"rows 37 \(was 40\)"):
        resume(path)
    table.write_text("x,w,z\n" + "\n".join(rows) + "\n")
    with pytest.raises(RunError, match='column "w" is new, column "y" is gone'):
        resume(path)
    table.write_text("x,y,z\n" + "\n".join([*rows[:-1], "39,7,b"]) + "\n")
    with pytest.raises(RunError, match="its values have changed"):
        resume(path)
    table.write_text("x,y,z\n" + "\n".join(rows) + "\n")
    resume(path).continued.run.release()


def test_edits_after_the_checkpoint_are_obeyed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill forgets neither an edit nor the step at which it was made."""
    h = SMALL.replace(epochs=12)

    def steer(session: TrainingSession) -> None:
        moves = [
            (Step(batches=2), 2), (SetHyperparameter("dropout", 0.0), 2), (Step(batches=4), 6),
            (SetHyperparameter("learning_rate", 0.05), 6), (Step(batches=1), 7),
            (SetHyperparameter("optimizer", "sgd"), 7), (SetParameter(3, 0.25), 7), (Step(batches=1), 8),
        ]  # fmt: skip
        for command, step in moves:
            number = session.send(command)
            until(session, lambda s, n=number, at=step: s.answered >= n and s.step == at and not s.is_running)

    def killed() -> None:
        plan, costs = Keeper._plan, iter([0.0])  # one checkpoint, after the first epoch
        monkeypatch.setattr(keeping, "INTERVAL", 0.0)
        monkeypatch.setattr(Keeper, "_plan", lambda keeper, cost: plan(keeper, next(costs, 1e6)))
        steer(TrainingSession(IRIS, h, place=place(tmp_path, CountingDisk(), "run")))
        os._exit(KILLED)

    assert in_a_child(killed) == KILLED
    assert Checkpoint.read(tmp_path / "run" / LAST).about["epochs"] == 1  # four steps, before the other edits
    found = resume(tmp_path / "run")
    ends = []
    for session in (TrainingSession(IRIS, h), TrainingSession(IRIS, found.hyperparameters, resumed=found)):
        if session.kept_in is None:
            steer(session)
        session.send(Start())
        until(session, lambda s: s.state == "done")
        ends.append((session.model().to_bytes(), session.snapshot.history.column("train_loss").tobytes()))
        assert [(edit.step, edit.name) for edit in session.snapshot.edits] == [
            (2, "dropout"), (6, "learning_rate"), (7, "optimizer")
        ]  # fmt: skip
        session.close()
    assert ends[0] == ends[1]
    assert read_run(tmp_path / "run").status == "done"
