"""`tuitrain search` and `export`: what they find, keep and refuse, and what a signal does to them."""

from __future__ import annotations

import csv
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

import tuitrain
from tests.cli.conftest import Called
from tests.cli.test_cli import COMMAND, run
from tuitrain.cli import commands
from tuitrain.cli.search import STOPPING
from tuitrain.runs.run import read_run
from tuitrain.search.study.study import Study

SMALL = ("--learning-rate", "0.003,0.01,0.03", "--epochs", "6", "--patience", "0", "--hidden-layers", "8")
HERE = ("--runs-dir", "runs")


def table(path: Path) -> list[dict[str, str]]:
    """The trials of a study, by `tuitrain export`."""
    done = CliRunner().invoke(commands, ["export", str(path), "--to", "csv"])
    assert done.exit_code == 0
    return list(csv.DictReader(done.stdout.splitlines()))


def begin(*arguments: str, cwd: Path, command: Sequence[str] = COMMAND) -> subprocess.Popen[bytes]:
    """`tuitrain search` in a process of its own."""
    return subprocess.Popen(
        [*command, "search", *arguments], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip


def wait_for(condition: Callable[[], object], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_json_is_one_object_that_agrees_with_the_trials(tmp_path: Path) -> None:
    done = run("search", "iris", *SMALL, "--strategy", "grid", "--jobs", "0", "--study", "s", "--json", cwd=tmp_path)
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert {"strategy", "trials", "best", "test", "seconds", "trials_per_second", "study"} <= set(found)
    assert found["findings"] and {"kind", "severity", "text", "evidence", "remedies", "page"} == set(
        found["findings"][0]
    )
    assert Study(tmp_path / "s").settings.parallel == 1
    trials = table(tmp_path / "s")
    assert found["strategy"] == "grid" and found["trials"] == len(trials) == 3
    best = max(trials, key=lambda trial: (float(trial["score"]), -float(trial["loss"])))
    assert found["best"]["score"] == float(best["score"])
    assert found["best"]["deviation"] == float(best["deviation"])
    assert found["best"]["hyperparameters"] == {"learning_rate": float(best["learning_rate"])}
    model = tuitrain.load_model(tmp_path / "s" / "best.safetensors")
    dataset = tuitrain.load_dataset("iris")
    assert found["test"]["accuracy"] == pytest.approx(model.evaluate_part(dataset.test)["accuracy"])


def test_a_score_is_the_mean_of_trainings_that_can_be_made_by_hand(tmp_path: Path, call: Callable[..., Called]) -> None:
    """One fold, three seeds: each is a training of its own, with that seed."""
    done = call(
        "search", "wine", *SMALL, "--strategy", "grid", "--folds", "1", "--seeds", "3", "--jobs", "0", "--study", "s",
        "--metric", "loss", "--json",
    )  # fmt: skip
    assert done.returncode == 0
    dataset = tuitrain.load_dataset("wine")
    for trial in table(tmp_path / "s"):
        losses = []
        for seed in range(3):
            h = tuitrain.Hyperparameters(
                learning_rate=float(trial["learning_rate"]), epochs=6, patience=0, hidden_layers=(8,), seed=seed
            )
            losses.append(tuitrain.train(dataset, h).evaluations["validation"]["loss"])
        assert float(trial["score"]) == pytest.approx(statistics.fmean(losses), rel=1e-5)
        assert float(trial["deviation"]) == pytest.approx(statistics.stdev(losses), rel=1e-4)


def test_where_no_run_can_be_kept_the_search_is_kept_elsewhere_and_told(
    tmp_path: Path, call: Callable[..., Called], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "no").write_text("is no directory")
    here = ("--folds", "1", "--jobs", "0", "--runs-dir", "no/runs")
    for named in ((), ("--name", "mine")):
        done = call("search", "iris", *SMALL, "--strategy", "grid", *here, "--json", *named)
        assert done.returncode == 0, done.stderr
        path = Path(json.loads(done.stdout)["study"])
        assert f"no/runs: cannot be written: Not a directory; the search is kept in {path}, " in done.stderr
        assert (tmp_path in path.parents, path.name == "mine", read_run(path).status) == (True, bool(named), "done")
    done = call("search", "iris", *SMALL, *here, "--study", "no/s", "--trials", "1")
    assert (done.returncode, "cannot be written" in done.stderr) == (1, True)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "no"))  # nor anywhere else
    done = call("search", "iris", *SMALL, *here, "--trials", "1")
    assert done.stderr.splitlines()[-1] == "tuitrain: no/runs: cannot be written: Not a directory"


def test_ranges_come_from_a_file_and_own_trials_first(tmp_path: Path, call: Callable[..., Called]) -> None:
    (tmp_path / "space.toml").write_text('[space]\nlearning_rate = "1e-3..1e-1"\nhidden_layers = ["4", "8"]\n', "utf-8")
    done = call(
        "search", "iris", "--space", "space.toml", "--epochs", "3", "--trials", "4", "--try",
        "learning_rate=.05 hidden_layers=8", "--jobs", "0", "--study", "s",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    trials = table(tmp_path / "s")
    assert len(trials) == 4
    assert (trials[0]["learning_rate"], trials[0]["hidden_layers"], trials[0]["by"]) == ("0.05", "8", "user")
    assert all(0.001 <= float(trial["learning_rate"]) <= 0.1 for trial in trials)
    assert {trial["hidden_layers"] for trial in trials} <= {"4", "8"}


@pytest.mark.long
def test_ctrl_c_keeps_what_was_found_and_resume_goes_on(tmp_path: Path) -> None:
    arguments = ["digits", "--trials", "40", "--folds", "1", "--epochs", "15", "--hidden-layers",
                 "32,48,64,96,128", "--learning-rate", "..", "--jobs", "1", "--study", "s"]  # fmt: skip
    process = begin(*arguments, cwd=tmp_path)
    journal = tmp_path / "s" / "journal.jsonl"
    wait_for(lambda: journal.exists() and '"finished"' in journal.read_text())
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130, said.decode()
    before = [trial for trial in table(tmp_path / "s") if trial["state"] == "finished"]
    assert 0 < len(before) < 40
    done = run("search", "--resume", "s", "--jobs", "0", "--json", cwd=tmp_path)
    assert done.returncode == 0
    assert json.loads(done.stdout)["trials"] == 40
    after = {trial["number"]: trial for trial in table(tmp_path / "s")}
    assert len(after) == 40
    assert all(after[trial["number"]] == trial for trial in before)


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
def test_a_signal_while_the_workers_start_is_not_lost(number: signal.Signals, tmp_path: Path) -> None:
    """It comes when there is a study, which is before there is anything that could be stopped."""
    process = begin("digits", "--trials", "2000", "--folds", "1", "--jobs", "2", "--study", "s", cwd=tmp_path)
    wait_for((tmp_path / "s" / "run.json").exists)
    process.send_signal(number)
    process.communicate(timeout=120)
    assert process.returncode == 128 + number
    assert len(table(tmp_path / "s")) < 2000 or {trial["state"] for trial in table(tmp_path / "s")} != {"finished"}


SLOW = """
import pathlib, time, tuitrain.cli.presses as presses, tuitrain.search.trained as trained
presses.SECONDS = 600.0  # however busy the machine is
from tuitrain.cli import main
def fit(*given, **named):
    pathlib.Path("trains").touch()
    time.sleep(600)
trained.fit = fit
main()
"""


def test_a_second_ctrl_c_ends_at_once(tmp_path: Path) -> None:
    """Also while the best model is trained, which takes ten minutes here."""
    process = begin(
        "iris", *SMALL, "--strategy", "grid", "--folds", "2", "--jobs", "0", "--study", "s", cwd=tmp_path,
        command=(sys.executable, "-c", SLOW),
    )  # fmt: skip
    wait_for((tmp_path / "trains").exists)
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    said = b""
    while STOPPING.encode() not in said:  # the first is obeyed, and ends nothing yet
        more = os.read(process.stderr.fileno(), 4096)
        assert more, said
        said += more
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert read_run(tmp_path / "s").status == "paused"
    assert [trial["state"] for trial in table(tmp_path / "s")] == ["finished"] * 3


def test_a_study_is_gone_on_with_by_the_same_command(tmp_path: Path, call: Callable[..., Called]) -> None:
    same = ("--folds", "2", "--metric", "accuracy", "--validation", "0.2", "--drop", "petal width cm", "--jobs", "0")
    done = call("search", "iris", *SMALL, *same, "--trials", "2", "--time", "1h", "--study", "s")
    assert done.returncode == 0, done.stderr
    done = call("search", "iris", *same, "--resume", "s", "--trials", "3", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["trials"] == 3
    done = call("search", "--resume", "s", "--time", "2h", "--json", "--jobs", "0")
    assert (json.loads(done.stdout)["trials"], json.loads(done.stdout)["ending"]) == (3, "all trials are done")
    others = (
        "--metric f1",
        "--preset textbook",
        "--split-seed 3",
        "--drop x",
        "--validation 0.3",
        "--study t",
        "--folds 3",
        "--target species2",
    )
    for other in others:
        done = call("search", "--resume", "s", *other.split(), "--jobs", "0")
        assert done.returncode == 2, (other, done.stderr)
        assert other.split()[0].removeprefix("--") in done.stderr
    assert call("search", "wine", "--resume", "s", "--jobs", "0").returncode == 2


def test_notices_reach_the_user(tmp_path: Path, call: Callable[..., Called]) -> None:
    done = call("search", "iris", *SMALL, "--momentum", "0.5,0.9", "--trials", "2", "--jobs", "0")
    notes = [line for line in done.stderr.splitlines() if line.startswith("note: ")]
    assert len(notes) == 1
    assert notes[0].startswith("note: momentum is not searched: it matters only with")


def test_a_grid_is_searched_though_one_combination_cannot_train(tmp_path: Path, call: Callable[..., Called]) -> None:
    done = call(
        "search", "diabetes", "--strategy", "grid", "--loss", "mse,cross_entropy", "--epochs", "2", "--jobs", "0",
        "--folds", "1", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "note: the cost of the grid is unknown" in done.stderr
    found = json.loads(done.stdout)
    assert (found["trials"], found["failed"]) == (2, 1)


def test_a_grid_tells_what_it_takes_before_it_begins(tmp_path: Path, call: Callable[..., Called]) -> None:
    grid = ("search", "iris", *SMALL, "--strategy", "grid", "--l2", "0,0.01", "--jobs", "0")
    done = call(*grid, "--try", "l2=0.02")
    (line,) = [line for line in done.stderr.splitlines() if "combinations" in line]
    assert line.startswith("  6 combinations, about ")
    assert line.endswith(" MB of memory")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--learning-rate", "1e-4..x"), "learning rate"),
        (("--strategy", "bayes"), "did you mean bayesian"),
        (("--metric", "r2"), "accuracy, f1, loss"),
        (("--folds", "500"), "folds"),
        (("--try", "learningrate=1"), "learning"),
        (("--time", "soon"), "time"),
        (("--time", "0s"), "time"),
        (("--momentum", "0.5,0.9", "--learning-rate", "0.1"), "nothing is searched"),
        (("--resume", "nowhere"), "nowhere"),
        (("--quasi", "--strategy", "grid"), "quasi"),
    ],
)
def test_mistakes_are_told_in_one_message(
    tmp_path: Path, call: Callable[..., Called], arguments: tuple[str, ...], said: str
) -> None:
    data = () if "--resume" in arguments else ("iris",)
    done = call("search", *data, "--jobs", "0", "--trials", "2", "--epochs", "2", *arguments)
    assert done.returncode in {1, 2}
    assert said in done.stderr
    assert done.stdout == ""
    assert not list(tmp_path.glob("runs/*"))


def test_all_trials_of_a_search_that_nothing_ends_are_refused(tmp_path: Path, call: Callable[..., Called]) -> None:
    done = call("search", "iris", "--trials", "all", "--jobs", "0", "--study", "s")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "tuitrain: nothing ends this search: give trials, time or a goal\n"
    assert not (tmp_path / "s").exists()


def test_a_search_bears_that_all_standard_streams_are_closed(tmp_path: Path) -> None:
    program = f"{sys.executable} -m tuitrain search iris --trials 2 --epochs 2 --jobs 1 --study s <&- >&- 2>&-"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(["sh", "-c", program], cwd=tmp_path, env=environment, timeout=120, check=False)
    assert done.returncode == 0
    assert [trial.state for trial in Study(tmp_path / "s").trials] == ["finished", "finished"]


def searching(folder: Path) -> subprocess.Popen[bytes]:
    """A search that goes on for long, of which a trial is finished."""
    small = ("--folds", "1", "--epochs", "3", "--hidden-layers", "4", "--learning-rate", "..")
    endless = ("--strategy", "random", "--trials", "100000", "--jobs", "0", "--name", "s", *HERE)
    process = begin("iris", *small, *endless, cwd=folder)
    journal = folder / "runs" / "s" / "journal.jsonl"
    wait_for(lambda: process.poll() is not None or (journal.exists() and b'"finished"' in journal.read_bytes()))
    assert process.poll() is None
    return process


def test_a_search_is_a_run_that_one_process_holds(tmp_path: Path, call: Callable[..., Called]) -> None:
    process = searching(tmp_path)
    try:
        (row,) = json.loads(call("runs", *HERE, "--json").stdout)
        assert (row["name"], row["kind"], row["status"], row["dataset"]) == ("s", "search", "running", "iris")
        refused = call("search", "--resume", "s", "--jobs", "0", *HERE)
        assert refused.returncode == 1
        assert refused.stderr == f"tuitrain: runs/s: is held by process {process.pid} on {socket.gethostname()}\n"
        assert call("runs", *HERE, "prune", "s", "--yes").returncode == 1
    finally:
        process.kill()
        process.communicate()
    (row,) = json.loads(call("runs", *HERE, "--json").stdout)
    trials = table(tmp_path / "runs" / "s")
    assert row["status"] == "interrupted"
    assert row["best_score"] == max(float(trial["score"]) for trial in trials if trial["score"])
    assert row["epochs"] == sum(int(trial["epochs"]) for trial in trials if trial["epochs"])


def test_run_json_tells_what_a_search_was_made_with_and_came_to(tmp_path: Path, call: Callable[..., Called]) -> None:
    done = call("search", "iris", *SMALL, "--trials", "3", "--jobs", "0", "--name", "s", "--json", *HERE)
    found, about = json.loads(done.stdout), read_run(tmp_path / "runs" / "s").about
    assert (about["kind"], about["status"], about["ending"]) == ("search", "done", "all trials are done")
    assert about["dataset"]["source"]["source"] == "iris" and about["versions"]["threads"] == 1
    assert about["dataset"]["source"]["fingerprint"] == tuitrain.load_dataset("iris").fingerprint
    assert about["best_score"] == found["best"]["score"] and about["evaluations"] == {"test": found["test"]}
    assert about["best_hyperparameters"]["learning_rate"] == found["best"]["hyperparameters"]["learning_rate"]
    (row,) = json.loads(call("runs", *HERE, "--where", "kind == 'search'", "--json").stdout)
    assert (row["best_score"], row["started"]) == (about["best_score"], about["started"])
    assert row["hyperparameters"] == about["best_hyperparameters"]
    assert call("search", "iris", *SMALL, "--jobs", "0", "--name", "s", *HERE).stderr.endswith(
        "continue it: --resume s\n"
    )


@pytest.mark.parametrize(
    ("number", "status"),
    [
        (signal.SIGINT, "stopped"),
        (signal.SIGTERM, "interrupted"),
        pytest.param(signal.SIGHUP, "interrupted", marks=pytest.mark.long),
    ],
)
def test_a_signal_ends_a_search_as_it_ends_a_training(number: signal.Signals, status: str, tmp_path: Path) -> None:
    process = searching(tmp_path)
    process.send_signal(number)
    out, said = process.communicate(timeout=60)
    assert (process.returncode, read_run(tmp_path / "runs" / "s").status) == (128 + number, status)
    assert bool(out) == (status == "stopped")
    assert (b"to continue: tuitrain search --resume runs/s" in said) == (status != "stopped")


def test_data_from_standard_input_are_kept_with_the_search(tmp_path: Path, call: Callable[..., Called]) -> None:
    rows = "\n".join(["a,b,c", *(f"{n},{n % 7},{'yes' if n % 3 else 'no'}" for n in range(60))])
    arguments = ("--epochs", "2", "--jobs", "0", "--folds", "1", "--learning-rate", "..", *HERE)
    done = run("search", "-", *arguments, "--trials", "2", "--name", "s", cwd=tmp_path, data=rows.encode())
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "runs" / "s" / "data.safetensors").exists() and "cannot be read again" not in done.stderr
    done = call("search", "--resume", "s", "--trials", "4", "--jobs", "0", "--json", *HERE)
    assert json.loads(done.stdout)["trials"] == 4, done.stderr
