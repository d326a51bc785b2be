"""Studies written for other tools are the studies that were searched; what cannot be written is told in a line."""

from __future__ import annotations

import csv
import gc
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tuitrain.cli import commands
from tuitrain.data.loading import load_dataset
from tuitrain.errors import TuitrainError
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.options.search_settings import Settings
from tuitrain.search.api import run_study
from tuitrain.search.space.space import Space
from tuitrain.search.study.opening import create_study
from tuitrain.search.study.study import Study

RANGES = {
    "hidden_layers": "0..2 x 4..8", "optimizer": "sgd,momentum", "momentum": "..", "learning_rate": "1e-4..1",
    "batch_size": "8..64", "l2": "0,1e-4", "epochs": "4..12",
}  # fmt: skip
TRIED = [
    {"hidden_layers": (9, 3), "optimizer": "momentum", "momentum": 0.9, "learning_rate": 3.0, "batch_size": 7,
     "l2": 0.1, "epochs": 5},
    {"hidden_layers": (), "optimizer": "sgd", "learning_rate": 0.1, "batch_size": 16, "l2": 0.0, "epochs": 5},
]  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Finished, pruned, failed and queued trials, two of them the user's own."""
    path = tmp_path_factory.mktemp("studies") / "iris"
    data = load_dataset("iris")
    settings = Settings(folds=2, trials=16, prune="halving", metric="loss", stack=2)
    made = create_study(path, Space(RANGES, Hyperparameters()), settings, data, tried=TRIED)
    run_study(made, data)
    made.begin_writing()
    made.queue([TRIED[0] | {"l2": 0.2}], by="user", stacks=[[16]])
    made.fail(len(made.stacks) - 1, 'it "broke",\nand more')
    made.queue([TRIED[1] | {"l2": 1e-4}], by="user", stacks=None)
    made.close()
    opened = Study(path)
    assert {trial.state for trial in opened.trials} == {"finished", "pruned", "failed", "queued"}
    return opened


def export(study: Study | Path, *arguments: str) -> tuple[int, str, str]:
    path = study.path if isinstance(study, Study) else study
    try:
        done = CliRunner().invoke(commands, ["export", str(path), *arguments], catch_exceptions=False)
    except TuitrainError as error:
        return 1, "", str(error)
    return done.exit_code, done.stdout, done.stderr


def test_csv_read_back_is_the_study(study: Study, tmp_path: Path) -> None:
    code, printed, _ = export(study, "--to", "csv")
    assert code == 0
    assert export(study, "--to", "csv", "-o", str(tmp_path / "trials.csv"))[:2] == (0, "")
    with (tmp_path / "trials.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows == list(csv.DictReader(printed.splitlines(keepends=True)))
    assert list(rows[0]) == [
        "number", "state", "by", *study.space.names, "score", "deviation", "loss", "trained_epochs",
        "best_epoch", "seconds", "message",
    ]  # fmt: skip
    for row, trial in zip(rows, study.trials, strict=True):
        assert {name: FIELDS[name].parse(row[name]) for name in study.space.names if row[name]} == trial.setting
        for name in ("number", "trained_epochs", "best_epoch", "score", "deviation", "loss", "seconds"):
            value = getattr(trial, name.removeprefix("trained_"))
            assert row[name] == "" if math.isnan(value) else float(row[name]) == value
        assert (row["state"], row["by"], row["message"]) == (trial.state, trial.by, trial.message)


@pytest.mark.parametrize("storage", ["{}/journal.log", pytest.param("sqlite:///{}/studies.db", marks=pytest.mark.long)])
def test_optuna_loads_the_study_that_was_searched(study: Study, storage: str, tmp_path: Path) -> None:
    optuna = pytest.importorskip("optuna")
    place = storage.format(tmp_path)
    assert export(study, "--to", "optuna", "--storage", place, "--name", "first")[0] == 0
    with opened(place) as storage_of_optuna:
        check_as_loaded(study, optuna.load_study(study_name="first", storage=storage_of_optuna))

    code, _, told = export(study, "--to", "optuna", "--storage", place, "--name", "first")
    assert (code, len(told.splitlines())) == (1, 1)
    assert 'already holds a study "first"' in told
    assert export(study, "--to", "optuna", "--storage", place, "--name", "second")[0] == 0


@contextmanager
def opened(place: str) -> Iterator[Any]:
    """A storage of Optuna's, closed at the end."""
    import optuna

    if "://" not in place:
        yield optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(place))
        return
    storage = optuna.storages.RDBStorage(place)
    yield storage
    storage.remove_session()
    storage.engine.dispose()


def check_as_loaded(study: Study, loaded: Any) -> None:
    states = {"finished": "COMPLETE", "pruned": "PRUNED", "failed": "FAIL", "queued": "WAITING"}
    assert loaded.direction.name == "MINIMIZE"
    assert loaded.metric_names == ["loss"]
    assert study.best is not None
    assert loaded.best_trial.number == study.best.number == loaded.user_attrs["best_trial"]
    assert loaded.best_value == study.best.score
    for theirs, ours in zip(loaded.trials, study.trials, strict=True):
        told = theirs.system_attrs["fixed_params"] if ours.state == "queued" else theirs.params
        assert {n: FIELDS[n].parse(v) if isinstance(v, str) else v for n, v in told.items()} == ours.setting
        assert (theirs.number, theirs.state.name) == (ours.number, states[ours.state])
        assert theirs.value == (None if math.isnan(ours.score) or ours.state == "failed" else ours.score)
        assert theirs.intermediate_values == {e: v for e, v in enumerate(ours.curve, 1) if math.isfinite(v)}
        assert theirs.user_attrs["by"] == ours.by
        if ours.is_done:
            assert theirs.user_attrs["epochs"] == ours.epochs
            assert abs(theirs.duration.total_seconds() - ours.seconds) < 1e-3
    rate = loaded.trials[0].distributions["learning_rate"]
    assert (rate.low, rate.high, rate.log) == (1e-4, 3.0, True)  # as wide as the user's own trials need
    loaded.optimize(lambda trial: 1.0, n_trials=1)  # the one that waits
    assert loaded.trials[17].state.name == "COMPLETE"


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:.*sqlite3.Connection:pytest.PytestUnraisableExceptionWarning")
def test_what_cannot_be_written_is_told_in_a_line(study: Study, tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    (tmp_path / "text").write_text("what a user wrote\n")
    (tmp_path / "json").write_text('{"a": 1}\n')
    for storage, told in {
        f"{tmp_path}/text": "not an Optuna", f"{tmp_path}/json": "not an Optuna", str(tmp_path): "directory",
        f"{tmp_path}/none/journal": "No such file", f"sqlite:///{tmp_path}/none/x.db": "unable to open",
        f"sqlite:///{tmp_path}/text": "not a database", "nonsense://me:secret@host/x": "cannot be opened",
    }.items():  # fmt: skip
        code, printed, message = export(study, "--to", "optuna", "--storage", storage)
        assert (code, printed, len(message.splitlines())) == (1, "", 1)
        assert told in message
        assert "secret" not in message
    assert (tmp_path / "text").read_text() == "what a user wrote\n"
    gc.collect()  # Optuna forgets the connection over which it found no database; Python 3.13 tells of it here


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--to", "pdf"], 2), (["--to", "optuna"], 2), ([], 2), (["--to", "csv", "--storage", "x"], 2),
        (["--to", "optuna", "--storage", "x", "-o", "y"], 2), (["--to", "csv", "-o", "/none/x.csv"], 1),
    ],
)  # fmt: skip
def test_wrong_usage_is_told(study: Study, arguments: list[str], code: int) -> None:
    assert export(study, *arguments)[0] == code


def test_a_directory_without_a_study_is_told(tmp_path: Path) -> None:
    code, _, message = export(tmp_path, "--to", "csv")
    assert (code, "is not a study" in message) == (1, True)


@pytest.mark.long
@pytest.mark.parametrize(
    ("ranges", "word"),
    [({"optimizer": "rmsprop,sgd", "rho": "0.8..0.99"}, {"optimizer": "rmsprop", "rho": "auto"}),
     ({"epsilon": "1e-10..1e-3"}, {"epsilon": "auto"}), ({"batch_size": "8..64:n=3"}, {"batch_size": "full"})],
)  # fmt: skip
def test_a_word_beside_a_range_is_written(ranges: dict[str, str], word: dict[str, Any], tmp_path: Path) -> None:
    optuna = pytest.importorskip("optuna")
    name = next(key for key in word if key != "optimizer")
    within = {**word, name: {"rho": 0.9, "epsilon": 1e-8, "batch_size": 16}[name]}
    made = create_study(tmp_path / "s", Space(ranges), Settings(folds=1), load_dataset("iris"), tried=[word, within])
    made.begin_writing()
    made.queue([], by="user", stacks=[[0], [1]])
    for stack in (0, 1):
        made.fail(stack, "as it happens")
    made.close()
    storage = f"sqlite:///{tmp_path}/o.db"
    assert export(made, "--to", "optuna", "--storage", storage)[0] == 0
    with opened(storage) as read_again:
        read = optuna.load_study(study_name=optuna.get_all_study_names(read_again)[0], storage=read_again)
        assert [trial.params for trial in read.trials] == [word, within]
