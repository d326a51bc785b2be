"""`train(run=…)` of Python: the same training, kept, and ended by what `on_epoch` returns."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.session.kept import IRIS, SMALL, train_on
from tuitrain.errors import RunError
from tuitrain.runs.run import BEST, read_run
from tuitrain.session.train import train

pytestmark = pytest.mark.filterwarnings("ignore:a checkpoint takes")


def test_a_kept_training_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plain, kept = train(IRIS, SMALL), train(IRIS, SMALL, run="a")
    assert not Path("runs").exists() and plain.run is None
    assert kept.run == tmp_path / "a" and read_run(kept.run).status == "done"
    assert kept.model.to_bytes() == plain.model.to_bytes() == (kept.run / BEST).read_bytes()
    assert [record.train_loss.tobytes() for record in kept.history] == [r.train_loss.tobytes() for r in plain.history]
    assert read_run(kept.run).about["evaluations"]["test"] == plain.evaluations["test"]
    with pytest.raises(RunError, match="already exists"):
        train(IRIS, SMALL, run="a")
    named = train(IRIS, SMALL, run=True).run
    assert named is not None and named.parent == tmp_path / "runs" and named.name.startswith("iris-")


@pytest.mark.parametrize(("answer", "status"), [(False, "stopped"), ("keep", "stopped"), ("stop", "paused")])
def test_on_epoch_says_how_it_ends(answer: object, status: str, tmp_path: Path) -> None:
    found = train(IRIS, SMALL, lambda record: answer, run=tmp_path / "a")
    assert len(found.history) == 1 and read_run(tmp_path / "a").status == status
    whole = train(IRIS, SMALL)
    assert train_on(tmp_path / "a").trainer.state().arrays["best.parameters"].tobytes()
    assert (tmp_path / "a" / BEST).read_bytes() == whole.model.to_bytes()


def test_cancel_leaves_nothing_and_an_error_a_run_to_continue(tmp_path: Path) -> None:
    assert train(IRIS, SMALL, lambda record: "cancel", run=tmp_path / "a").run is None
    assert not (tmp_path / "a").exists()
    with pytest.raises(ZeroDivisionError):
        train(IRIS, SMALL, lambda record: 1 // 0, run=tmp_path / "b")
    assert read_run(tmp_path / "b").status == "interrupted"
    with pytest.raises(RunError, match="did you mean stop"):
        train(IRIS, SMALL, lambda record: "sto")


def test_data_from_python_is_kept_in_the_run(tmp_path: Path) -> None:
    rows = [{"a": n % 7, "b": "xyz"[n % 3], "c": n * 0.5} for n in range(60)]
    train(rows, SMALL, lambda record: "stop", run=tmp_path / "a")
    train_on(tmp_path / "a")
    assert (tmp_path / "a" / BEST).read_bytes() == train(rows, SMALL).model.to_bytes()
