"""`tuitrain search` and `export`, run as a user runs them: in processes of their own."""

from __future__ import annotations

import csv
import json
import os
import signal
import statistics
import subprocess
import time
from pathlib import Path

import pytest

import tuitrain
from tests.test_cli import COMMAND, run

SMALL = ("--learning-rate", "0.003,0.01,0.03", "--epochs", "6", "--patience", "0", "--hidden-layers", "8")


def table(path: Path) -> list[dict[str, str]]:
    """The trials of a study, by `tuitrain export`."""
    done = run("export", str(path), "--to", "csv")
    assert done.returncode == 0
    return list(csv.DictReader(done.stdout.splitlines()))


def test_json_is_one_object_that_agrees_with_the_trials(tmp_path: Path) -> None:
    done = run("search", "iris", *SMALL, "--strategy", "grid", "--jobs", "0", "--study", "s", "--json", cwd=tmp_path)
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert {"strategy", "trials", "best", "test", "seconds", "trials_per_second", "study"} <= set(found)
    trials = table(tmp_path / "s")
    assert found["strategy"] == "grid" and found["trials"] == len(trials) == 3
    best = max(trials, key=lambda trial: (float(trial["score"]), -float(trial["loss"])))
    assert found["best"]["score"] == float(best["score"])
    assert found["best"]["deviation"] == float(best["deviation"])
    assert found["best"]["hyperparameters"] == {"learning_rate": float(best["learning_rate"])}
    model = tuitrain.load_model(tmp_path / "s" / "best.safetensors")
    dataset = tuitrain.load_dataset("iris")
    assert found["test"]["accuracy"] == pytest.approx(model.evaluate_part(dataset.test)["accuracy"])


def test_a_score_is_the_mean_of_trainings_that_can_be_made_by_hand(tmp_path: Path) -> None:
    """One fold, three seeds: each is a training of its own, with that seed."""
    done = run(
        "search", "wine", *SMALL, "--strategy", "grid", "--folds", "1", "--seeds", "3", "--jobs", "0", "--study", "s",
        "--metric", "loss", "--json", cwd=tmp_path,
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


def test_ranges_come_from_a_file_and_own_trials_first(tmp_path: Path) -> None:
    (tmp_path / "space.toml").write_text('[space]\nlearning_rate = "1e-3..1e-1"\nhidden_layers = ["4", "8"]\n', "utf-8")
    done = run(
        "search", "iris", "--space", "space.toml", "--epochs", "3", "--trials", "4", "--try",
        "learning_rate=.05 hidden_layers=8", "--jobs", "0", "--study", "s", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    trials = table(tmp_path / "s")
    assert len(trials) == 4
    assert (trials[0]["learning_rate"], trials[0]["hidden_layers"], trials[0]["by"]) == ("0.05", "8", "user")
    assert all(0.001 <= float(trial["learning_rate"]) <= 0.1 for trial in trials)
    assert {trial["hidden_layers"] for trial in trials} <= {"4", "8"}


def test_ctrl_c_keeps_what_was_found_and_resume_goes_on(tmp_path: Path) -> None:
    arguments = ["search", "digits", "--trials", "40", "--folds", "1", "--epochs", "15", "--hidden-layers",
                 "32,48,64,96,128", "--learning-rate", "..", "--jobs", "1", "--study", "s"]  # fmt: skip
    process = subprocess.Popen(
        [*COMMAND, *arguments], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )  # fmt: skip
    end = time.monotonic() + 40
    while time.monotonic() < end:
        if (tmp_path / "s" / "journal.jsonl").exists() and '"finished"' in (tmp_path / "s/journal.jsonl").read_text():
            break
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said.decode()
    before = [trial for trial in table(tmp_path / "s") if trial["state"] == "finished"]
    assert 0 < len(before) < 40
    done = run("search", "--resume", "s", "--jobs", "0", "--json", cwd=tmp_path)
    assert done.returncode == 0
    assert json.loads(done.stdout)["trials"] == 40
    after = {trial["number"]: trial for trial in table(tmp_path / "s")}
    assert len(after) == 40
    assert all(after[trial["number"]] == trial for trial in before)


def test_a_grid_tells_what_it_takes_before_it_begins(tmp_path: Path) -> None:
    done = run("search", "iris", *SMALL, "--strategy", "grid", "--l2", "0,0.01", "--jobs", "0", cwd=tmp_path)
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
        (("--resume", "nowhere"), "nowhere"),
        (("--quasi", "--strategy", "grid"), "quasi"),
    ],
)
def test_mistakes_are_told_in_one_message(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    data = () if "--resume" in arguments else ("iris",)
    done = run("search", *data, "--jobs", "0", "--trials", "2", "--epochs", "2", *arguments, cwd=tmp_path)
    assert done.returncode in {1, 2}
    assert said in done.stderr
    assert done.stdout == ""
    assert not list(tmp_path.glob("studies/*"))
