"""`tuitrain runs`: the table, its order, its conditions, what differs, notes and deleting."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
import pytest
from rich.cells import cell_len

from tests.cli.conftest import Called
from tests.plain import plain
from tests.session.kept import IRIS, CountingDisk, in_a_child, place, ticking, train
from tuitrain.cli.completion import complete_runs_and_studies
from tuitrain.cli.runs import curve_lines, table_lines
from tuitrain.errors import RunError
from tuitrain.runs.metrics_file import read_epochs
from tuitrain.runs.run import OpenRun, find_run, read_run
from tuitrain.runs.table import RunRow, read_rows, with_differences
from tuitrain.session.keeping import Keeper
from tuitrain.session.live_training import LiveTraining

H = plain(hidden_layers=(4,), epochs=3, patience=0)
SETTINGS = {"a": {}, "b": {"optimizer": "sgd"}, "c": {"learning_rate": 0.1, "epochs": 2}, "d": {}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory of four runs."""
    made = tmp_path_factory.mktemp("found")
    for name, changes in SETTINGS.items():
        live = LiveTraining(IRIS, H.replace(**changes))
        train(live, Keeper(place(made, CountingDisk(), name), clock=ticking()))
    return made


def listed(call: Callable[..., Called], folder: Path, *arguments: str) -> list[dict[str, object]]:
    done = call("runs", "--runs-dir", str(folder), "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_json_holds_what_the_runs_say(folder: Path, call: Callable[..., Called]) -> None:
    found = {row["name"]: row for row in listed(call, folder)}
    assert set(found) == set(SETTINGS)
    about = read_run(folder / "c").about
    assert found["c"] == {
        "name": "c", "kind": "training", "status": "done", "dataset": "iris", "epochs": 2, "metric": "accuracy",
        "best_score": about["best_score"], "edits": 0, "seconds": about["seconds"], "started": about["started"],
        "path": str(folder / "c"), "hyperparameters": H.replace(**SETTINGS["c"]).to_mapping(),
    }  # fmt: skip


def test_rows_are_sorted_and_chosen(folder: Path, call: Callable[..., Called]) -> None:
    def names(*arguments: str) -> list[object]:
        return [row["name"] for row in listed(call, folder, *arguments)]

    assert names("--sort", "name") == ["a", "b", "c", "d"]
    assert names("--sort", "-name") == ["d", "c", "b", "a"]
    assert names("--sort", "learning_rate")[0] == "c"
    assert names("--where", "optimizer == 'sgd'") == ["b"]
    assert sorted(map(str, names("--where", "epochs == 3 and optimizer == 'adam'"))) == ["a", "d"]
    refused = call("runs", "--runs-dir", str(folder), "--sort", "nam")
    assert refused.returncode == 1 and "did you mean name?" in refused.stderr


def test_csv_has_a_line_for_each_run(folder: Path, call: Callable[..., Called]) -> None:
    rows = list(csv.DictReader(io.StringIO(call("runs", "--runs-dir", str(folder), "--csv").stdout)))
    about = read_run(folder / "b").about
    (row,) = [row for row in rows if row["name"] == "b"]
    assert float(row["validation_accuracy"]) == float(row["best_score"]) == about["best_score"]
    assert (len(rows), row["optimizer"], row["epochs"]) == (4, "sgd", "3")


def test_what_differs_is_said_of_the_odd_ones(folder: Path) -> None:
    rows, problems = read_rows(folder, place(folder, CountingDisk()).now())
    told = {row.name: dict(row.differences) for row in with_differences(rows)}
    assert problems == []
    assert told == {"a": {}, "b": {"optimizer": "sgd"}, "c": {"learning_rate": 0.1, "epochs": 2}, "d": {}}
    for width in (40, 80, 120):
        assert max(map(len, table_lines(with_differences(rows), width))) <= width
    assert "optimiser sgd" in "\n".join(table_lines(with_differences(rows), 80))


def row(name: str, dataset: str, *, epochs: int = 30) -> RunRow:
    values = {
        "name": name, "kind": "training", "status": "done", "dataset": dataset, "epochs": epochs, "best_score": 0.8741,
        "metric": "accuracy", "edits": 0, "seconds": 1.0, "age": 400.0,
    }  # fmt: skip
    return RunRow(Path(name), values, {"epochs": 30}, None)


def test_names_in_wide_letters_are_shown_whole_and_align() -> None:
    names = ["고객_utf8-20261129-092246", "churn-20261129-092237"]
    head, *lines = table_lines([row(names[0], "고객_utf8.csv"), row(names[1], "churn.csv")], None)
    assert [line.split()[0] for line in lines] == names
    assert {cell_len(line[: line.index("done")]) for line in lines} == {head.index("state")}
    assert {cell_len(line[: line.index("30/30")]) for line in lines} == {head.index("epochs") + 1}


def test_the_score_has_room_on_80_cells_where_nothing_differs() -> None:
    head, line = table_lines([row("sensoren-20261129-092242", "sensoren.csv")], 80)
    assert "best score" in head and "differs by" not in head
    assert "0.8741 accuracy" in line and len(line) <= 80


def test_epochs_that_were_given_later_are_not_held_against_the_earlier_number() -> None:
    (line,) = table_lines([row("churn", "churn.csv", epochs=40)], None)[1:]
    assert "40" in line.split() and "40/30" not in line


def test_the_beginning_of_a_name_is_answered_with_the_latest_such_run(tmp_path: Path) -> None:
    for name in ("고객-20261129-092244", "고객-20261129-092831", "churn-20261129-092237"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text("{}")
    for given, meant in (("고객", "고객-20261129-092831"), ("chunr-20261129-092237", "churn-20261129-092237")):
        with pytest.raises(RunError, match=f"did you mean {meant}\\?"):
            find_run(given, tmp_path)


def test_curves_in_one_plot_are_told_apart_without_colour() -> None:
    places = np.arange(1.0, 9.0)
    epochs = {"epoch": places, "train_loss": 1 / places, "validation_loss": 2 / places}
    names = ("train_loss", "validation_loss")
    drawn = curve_lines(epochs, names, 80, 14)
    signs = [next(line.partition(name)[0].split()[-1] for line in drawn if name in line) for name in names]
    assert signs[0] != signs[1]


def test_show_and_diff_tell_of_runs(folder: Path, call: Callable[..., Called]) -> None:
    shown = call("runs", "--runs-dir", str(folder), "show", "b").stdout
    assert "optimiser" in shown and "train_loss" in shown and IRIS.fingerprint in shown
    lines = call("runs", "--runs-dir", str(folder), "diff", "a", "c").stdout.splitlines()
    cells = {line.rsplit(None, 2)[0].strip(): line.split()[-2:] for line in lines if len(line.split()) > 2}
    assert cells["learning rate"] == ["0.01", "0.1"]
    assert "optimiser" not in cells and "activation" not in cells


def test_a_note_is_kept_and_a_damaged_run_is_told(folder: Path, call: Callable[..., Called], tmp_path: Path) -> None:
    assert call("runs", "--runs-dir", str(folder), "note", "a", "the \x1b[31mbest").returncode == 0
    assert read_run(folder / "a").about["note"] == "the \\x1b[31mbest"
    assert [row["name"] for row in listed(call, folder, "--where", "'best' in note")] == ["a"]
    damaged = tmp_path / "runs" / "x"
    damaged.mkdir(parents=True)
    (damaged / "run.json").write_text('{"format": 1, "kind": "\x1b"}')
    done = call("runs", "--runs-dir", str(tmp_path / "runs"), "--json")
    assert json.loads(done.stdout) == [] and "is damaged" in done.stderr and "\x1b" not in done.stderr


def test_prune_asks_and_leaves_what_is_trained(tmp_path: Path, call: Callable[..., Called]) -> None:
    for name in "ab":
        train(LiveTraining(IRIS, H), Keeper(place(tmp_path, CountingDisk(), name), clock=ticking()))
    held = OpenRun.hold(tmp_path / "b")
    refused = call("runs", "--runs-dir", str(tmp_path), "prune", "b", "--yes")
    assert refused.returncode == 1 and f"process {os.getpid()}" in refused.stderr
    held.release()
    assert call("runs", "--runs-dir", str(tmp_path), "prune").stderr == "nothing to delete\n"
    assert call("runs", "--runs-dir", str(tmp_path), "prune", "a", "--yes").returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b"]


def test_what_cannot_be_deleted_is_told(tmp_path: Path, call: Callable[..., Called]) -> None:
    train(LiveTraining(IRIS, H), Keeper(place(tmp_path, CountingDisk(), "there"), clock=ticking()))
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "link").symlink_to(tmp_path / "there")
    done = call("runs", "--runs-dir", str(tmp_path / "r"), "prune", "link", "--yes")
    assert done.returncode == 1 and "link: could not be deleted; it is a symbolic link" in done.stderr
    assert (tmp_path / "there" / "run.json").exists()


def test_a_search_is_among_the_runs(tmp_path: Path, call: Callable[..., Called]) -> None:
    folder = ("--runs-dir", str(tmp_path / "r"))
    arguments = ("search", "iris", "--learning-rate", "0.01,0.1", "--epochs", "2", "--strategy", "grid", "--jobs", "0")
    done = call(*arguments, "--name", "tuned", "--json", *folder)
    assert done.returncode == 0, done.stderr
    (row,) = listed(call, tmp_path / "r")
    assert (row["name"], row["kind"], row["status"], row["epochs"]) == ("tuned", "search", "done", 4)
    assert row["best_score"] == json.loads(done.stdout)["best"]["score"]
    assert call("search", "--resume", "tuned", "--jobs", "0", *folder).returncode == 0
    assert call("search", "iris", "--name", "tuned", "--jobs", "0", *folder).returncode == 1


def test_a_run_is_exported_as_python_and_its_epochs_as_csv(
    tmp_path: Path, call: Callable[..., Called], folder: Path
) -> None:
    where = ("--runs-dir", str(folder))
    assert call("export", "a", "--to", "python", "-o", str(tmp_path / "m.py"), *where).returncode == 0
    program = [sys.executable, str(tmp_path / "m.py"), "--check"]
    assert subprocess.run(program, capture_output=True, check=False).returncode == 0
    rows = list(csv.DictReader(io.StringIO(call("export", "a", "--to", "csv", *where).stdout)))
    epochs, _is_cut = read_epochs(folder / "a" / "metrics.jsonl")
    assert [float(row["validation_loss"]) for row in rows] == [epoch["validation_loss"] for epoch in epochs]
    missing = call("export", "nothing", "--to", "python", *where)
    assert missing.returncode == 1 and "there is no such run" in missing.stderr


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("runs", "show", ""), "a b c d"), (("train", "--resume", "c"), "c"), (("train", "wi"), "wine"),
        (("runs", "--sort", "best_s"), "best_score"), (("replay", ""), "a b c d"),
    ],
)  # fmt: skip
def test_the_shell_is_offered_names(words: tuple[str, ...], offered: str, folder: Path) -> None:
    environment = {
        **os.environ, "TUITRAIN_RUNS": str(folder), "_TUITRAIN_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(("tuitrain", *words)), "COMP_CWORD": str(len(words)),
    }  # fmt: skip
    code = "import sys; sys.argv = ['tuitrain']; from tuitrain.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    found = [line.partition(",")[2] for line in done.stdout.splitlines() if line.startswith("plain")]
    assert found == offered.split(), done.stderr


def test_completion_is_installed_where_the_shell_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Callable[..., Called]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert call("completion", "install", "fish").returncode == 0
    written = (tmp_path / ".config/fish/completions/tuitrain.fish").read_text()
    assert written.strip() == call("completion", "show", "fish").stdout.strip() and "_TUITRAIN_COMPLETE" in written


def test_a_search_is_shown_compared_noted_and_deleted(tmp_path: Path, call: Callable[..., Called]) -> None:
    where = ("--runs-dir", str(tmp_path / "r"))
    arguments = ("search", "iris", "--learning-rate", "0.01,0.1", "--epochs", "2", "--strategy", "grid", "--jobs", "0")
    found = [json.loads(call(*arguments, "--name", n, "--json", *where).stdout) for n in ("s", "t")]
    shown = call("runs", *where, "show", "s").stdout
    best = found[0]["best"]
    assert f"{best['score']:.4f} accuracy" in shown and "2 finished" in shown and "validation_accuracy" in shown
    assert f"learning_rate={best['hyperparameters']['learning_rate']}" in shown
    assert "all else equal" in call("runs", *where, "diff", "s", "t").stdout
    assert call("train", "iris", "--learning-rate", "0.3", "--epochs", "2", "--name", "u", *where).returncode == 0
    compared = [line.split() for line in call("runs", *where, "diff", "s", "u").stdout.splitlines()]
    assert ["learning", "rate", str(best["hyperparameters"]["learning_rate"]), "0.3"] in compared
    assert call("runs", *where, "note", "s", "the one").returncode == 0
    assert [row["name"] for row in listed(call, tmp_path / "r", "--where", "note == 'the one'")] == ["s"]
    assert call("runs", *where, "prune", "--where", "kind == 'search' and note == 'the one'", "--yes").returncode == 0
    assert sorted(path.name for path in (tmp_path / "r").iterdir()) == ["t", "u"]


def test_what_a_kill_left_before_it_was_a_run_is_told_and_deleted(tmp_path: Path, call: Callable[..., Called]) -> None:
    for at in (5, 7, 12):  # after the lock is there, before run.json is

        def die(number: int, name: str, at: int = at) -> None:
            if number == at:
                os._exit(9)

        keeper = Keeper(place(tmp_path, CountingDisk(die), f"{at}"), clock=ticking())
        assert in_a_child(lambda keeper=keeper: keeper.begin(LiveTraining(IRIS, H))) == 9  # type: ignore[misc]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "lock").touch()
    (tmp_path / "mine" / "thesis.txt").touch()
    told = call("runs", "--runs-dir", str(tmp_path)).stderr
    left = [n for n in ("5", "7", "12") if not (tmp_path / n / "run.json").exists()]
    assert left and [n for n in (*left, "mine") if f"{n}: a kill has left it" in told] == left
    assert call("runs", "--runs-dir", str(tmp_path), "prune", "--yes").returncode == 0
    assert (tmp_path / "mine" / "thesis.txt").exists() and not any((tmp_path / n).exists() for n in left)


def test_an_export_on_a_full_disk_leaves_what_was_there(
    tmp_path: Path, folder: Path, call: Callable[..., Called], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "m.py").write_text("as before")
    monkeypatch.setattr(os, "fsync", full)
    for form, name in (("python", "m.py"), ("csv", "e.csv")):
        done = call("export", "a", "--to", form, "-o", str(tmp_path / name), "--runs-dir", str(folder))
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == f"tuitrain: {tmp_path / name}: cannot be written: No space left on device\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.py"]
    assert (tmp_path / "m.py").read_text() == "as before"


def test_an_export_to_an_output_that_takes_nothing_fails(folder: Path) -> None:
    program = [sys.executable, "-m", "tuitrain", "export", "a", "--to", "csv", "--runs-dir", str(folder)]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "tuitrain: cannot write: No space left on device\n")


def test_the_shell_is_offered_a_search_once(tmp_path: Path, call: Callable[..., Called]) -> None:
    assert call("search", "iris", "--learning-rate", "0.1,0.2", "--epochs", "1", "--jobs", "0", "--strategy", "grid",
                "--name", "s", "--runs-dir", "r").returncode == 0  # fmt: skip
    context = click.Context(click.Command("export"))
    context.params["runs_dir"] = Path("r")
    assert [item.value for item in complete_runs_and_studies(context, click.Option(["-x"]), "")] == ["s"]


def test_a_run_is_ranked_by_the_metric_that_chose_its_epoch(tmp_path: Path, call: Callable[..., Called]) -> None:
    done = call(
        "train",
        "iris",
        "--runs-dir",
        str(tmp_path),
        "--name",
        "ranked",
        "--epochs",
        "3",
        "--metric",
        "log_loss",
        "--json",
    )
    wanted = json.loads(done.stdout)["scores"]["validation"]["metrics"]["log_loss"]["value"]
    (row,) = listed(call, tmp_path, "--where", "validation_log_loss > 0 and test_log_loss > 0")
    assert (row["metric"], row["best_score"]) == ("log_loss", wanted)
    assert f"{wanted:.4f} log_loss" in call("runs", "--runs-dir", str(tmp_path), "show", "ranked").stdout
