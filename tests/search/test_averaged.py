"""The average of a search's best trials: unlike networks in one file, weighed by rows that they were not trained on."""

from __future__ import annotations

import ast
import csv
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from sklearn.metrics import accuracy_score, log_loss, r2_score

from tuitrain import Hyperparameters, load_dataset, load_model, tune
from tuitrain.cli import commands
from tuitrain.cli.progress import search_summary
from tuitrain.engine.average import average
from tuitrain.engine.probabilities import class_probabilities
from tuitrain.options.search_settings import Settings
from tuitrain.runs.average_model import AverageModel
from tuitrain.runs.model import Model
from tuitrain.search.api import SearchResult
from tuitrain.search.averaged import greedy_counts
from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.session.train import train
from tuitrain.ui.search.status import SearchStatusRow
from tuitrain.ui.theme import theme_of

UNLIKE = {"hidden_layers": "none,6,8x4", "activation": "relu,tanh,leaky_relu", "learning_rate": "1e-3..1e-1"}
BASE = {"epochs": 3, "patience": 0}
CANCER = load_dataset("breast_cancer")


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> SearchResult:
    """A search whose best trials are averaged by their log-loss."""
    folder = tmp_path_factory.mktemp("averaged")
    return tune(CANCER, UNLIKE, base=BASE, trials=14, folds=1, metric="loss", ensemble_best=6, study=folder / "s")


@pytest.fixture(scope="module")
def unlike() -> AverageModel:
    """Three networks of other layers and activations, one of them without hidden layers and so without bins."""
    kinds: list[dict[str, Any]] = [
        {"hidden_layers": (6,), "activation": "tanh"}, {"hidden_layers": ()},
        {"hidden_layers": (8, 4), "activation": "leaky_relu", "leaky_slope": 0.3},
    ]  # fmt: skip
    models = [train(load_dataset("iris"), Hyperparameters(**kind, epochs=4)).model for kind in kinds]
    return AverageModel.of_models(models, [0.5, 0.3, 0.2])


def alone(found: SearchResult) -> list[Model]:
    """Each averaged trial, trained by itself."""
    assert found.chosen.average is not None
    study = found.study
    trials = [study.trial(number) for number in found.chosen.average.trials]
    return [train(CANCER, study.hyperparameters(trial), threads=1).model for trial in trials]


def test_the_average_answers_with_the_weighed_mean_of_its_trials_models(searched: SearchResult) -> None:
    chosen, data, model = searched.chosen, CANCER, searched.model
    assert chosen.average is not None
    assert isinstance(model, AverageModel)
    assert len(chosen.average.trials) > 1
    expected: Any = 0
    for one, weight in zip(alone(searched), chosen.average.weights, strict=True):
        expected = expected + weight * class_probabilities(one.logits_of(data.test.X), "cross_entropy")
    np.testing.assert_allclose(model.probabilities(model.logits_of(data.test.X)), expected, atol=1e-6)
    assert chosen.test["loss"] == pytest.approx(log_loss(data.test.y, expected), rel=1e-4)
    assert chosen.test["accuracy"] == pytest.approx(accuracy_score(data.test.y, expected.argmax(axis=1)))
    assert searched.best is not None
    single = train(data, searched.study.hyperparameters(searched.best), threads=1)
    assert chosen.single_test == single.evaluations["test"]
    assert (searched.study.path / "best.safetensors").read_bytes() == single.model.to_bytes()


def test_weights_are_chosen_greedily_on_the_validation_rows(searched: SearchResult) -> None:
    data, study, chosen = CANCER, searched.study, searched.chosen
    assert chosen.average is not None
    trials = [study.trial(number) for number in chosen.average.candidates]
    assert trials == study.finished[:6]
    models = [train(data, study.hyperparameters(trial), threads=1).model for trial in trials]
    each = [class_probabilities(one.logits_of(data.validation.X), "cross_entropy") for one in models]
    y = data.validation.y

    def loss_of(shares: Any) -> float:
        return float(-np.log(shares[np.arange(len(y)), y]).mean())

    picked: list[int] = []
    rounds: list[tuple[float, list[int]]] = []
    for _ in range(25):
        losses = [loss_of(np.mean([each[place] for place in [*picked, new]], axis=0)) for new in range(6)]
        picked.append(int(np.argmin(losses)))
        rounds.append((min(losses), list(picked)))
    loss, best = min(rounds, key=lambda one: one[0])
    counted = {trials[place].number: best.count(place) / len(best) for place in set(best)}
    assert dict(zip(chosen.average.trials, chosen.average.weights, strict=True)) == pytest.approx(counted)
    assert chosen.average.score == pytest.approx(loss, rel=1e-4)
    assert chosen.average.single_score == pytest.approx(min(map(loss_of, each)), rel=1e-4)


def test_unlike_networks_survive_their_file(unlike: AverageModel, tmp_path: Path) -> None:
    model = unlike
    assert [one.network.bins is None for one in model.networks] == [False, True, False]
    model.save(tmp_path / "model")
    again = load_model(tmp_path / "model")
    assert again.to_bytes() == (tmp_path / "model").read_bytes()
    X = load_dataset("iris").test.X
    assert np.array_equal(again.logits_of(X), model.logits_of(X))
    assert np.array_equal(again.member_logits(X), model.member_logits(X))


def test_the_command_line_takes_the_file(unlike: AverageModel, tmp_path: Path) -> None:
    model, path = unlike, tmp_path / "model"
    model.save(path)
    run = CliRunner().invoke
    rows = list(csv.DictReader(run(commands, ["predict", str(path), "iris", "--spread"]).stdout.splitlines()))
    table = load_dataset("iris")
    chosen = int(table.test.rows[0])
    each = np.stack([class_probabilities(z, "cross_entropy") for z in model.member_logits(table.test.X[:1])])[:, 0]
    weights = np.array(model.weights)
    mean = weights @ each
    spread = np.sqrt(weights @ (each - mean) ** 2 / (1 - (weights**2).sum()))[mean.argmax()]
    assert rows[chosen]["prediction"] == model.class_names[mean.argmax()]
    assert float(rows[chosen]["spread"]) == pytest.approx(spread, rel=1e-4)
    scores = json.loads(run(commands, ["evaluate", str(path), "iris", "--json"]).stdout)
    right = [row["prediction"] == name for row, name in zip(rows, names_of_iris(), strict=True)]
    assert scores["accuracy"] == pytest.approx(np.mean(right))
    exported = tmp_path / "exported.py"
    assert run(commands, ["export", str(path), "--to", "python", "-o", str(exported)]).exit_code == 0
    checked = subprocess.run([sys.executable, exported, "--check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_study_is_exported_with_its_average_and_summed_up(searched: SearchResult, tmp_path: Path) -> None:
    exported = tmp_path / "exported.py"
    done = CliRunner().invoke(
        commands, ["export", str(searched.study.path), "--to", "python", "-o", str(exported)], catch_exceptions=False
    )
    assert done.exit_code == 0
    chosen = searched.chosen
    assert chosen.average is not None
    weights = [one["weight"] for one in json.loads(vars_of(exported)["json"])["networks"]]
    assert weights == pytest.approx(chosen.average.weights)
    told = search_summary(searched)
    for words in (
        f"{chosen.average.score:.4f} out of fold",
        f"{chosen.average.single_score:.4f} the best alone",
        f"loss {chosen.test['loss']:.4f}",
        f"loss {chosen.single_test['loss']:.4f}",
        "average.safetensors",
    ):
        assert words in told  # fmt: skip
    shown = searched.to_json()
    assert shown["test"]["loss"] == chosen.test["loss"]
    assert shown["average"]["single_test"]["loss"] == chosen.single_test["loss"]
    assert shown["average"]["trials"] == list(chosen.average.trials)


def vars_of(exported: Path) -> dict[str, str]:
    """What the file holds before it is run."""
    line = next(line for line in exported.read_text().splitlines() if line.startswith("MODEL:"))
    found: dict[str, str] = ast.literal_eval(line.partition(" = ")[2])
    return found


def test_the_screens_status_tells_both_scores() -> None:
    settings = Settings(metric="accuracy", folds=1)
    progress = SimpleNamespace(best=None, trials=(), trials_per_second=0, seconds_left=None, seconds=0)
    seen = SearchSnapshot(
        1,
        "done",
        settings=settings,
        progress=progress,
        test={"accuracy": 0.9},
        single_test={"accuracy": 0.8},  # type: ignore[arg-type]
    )
    row = SearchStatusRow(theme_of({"LANG": "C.UTF-8", "TERM": "xterm-256color"}), lambda text: None)
    parts = ["".join(part) for part in row._results(seen, settings, progress, is_wide=True)]  # type: ignore[arg-type]
    assert parts == ["test 0.9000 averaged, 0.8000 the best alone"]


def names_of_iris() -> list[str]:
    with Path("datasets/iris.csv").open() as file:
        return [row["species"] for row in csv.DictReader(file)]


def test_with_folds_the_rows_are_those_that_each_fold_left_out(tmp_path: Path) -> None:
    data = load_dataset("diabetes")
    found = tune(
        data, {"hidden_layers": "none,6", "learning_rate": "1e-3..1e-1"}, base=BASE, trials=6, folds=3,
        ensemble_best=3, study=tmp_path / "s",
    )  # fmt: skip
    average = found.chosen.average
    assert average is not None
    best = found.best
    assert best is not None
    assert average.score >= average.single_score
    assert average.single_score == pytest.approx(best.score, abs=0.05)  # rows of all folds together, not their mean
    assert isinstance(found.model, Model)
    predicted = found.model.logits_of(data.test.X)[:, 0]
    assert found.test["r2"] == pytest.approx(r2_score(data.test.y[:, 0], predicted), abs=1e-4)


def test_going_on_without_new_trials_keeps_the_average_and_more_trials_make_another(tmp_path: Path) -> None:
    given: dict[str, Any] = {"study": tmp_path / "s"}
    first = tune("iris", UNLIKE, base=BASE, trials=4, folds=1, ensemble_best=3, **given)
    path = tmp_path / "s" / "average.safetensors"
    made = path.stat().st_mtime_ns if path.exists() else 0
    again = tune("iris", trials=4, **given)
    assert again.chosen.average == first.chosen.average or again.to_json()["average"] == first.to_json()["average"]
    assert (path.stat().st_mtime_ns if path.exists() else 0) == made
    assert tune("iris", ensemble_best=1, **given).chosen.average is None


def test_a_score_that_is_not_defined_on_the_test_rows_is_so_when_the_study_is_opened_again(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(16, 2)).round(3)
    text = "".join(f"{a},{b},{a + b:.3f}\n" for a, b in rows)
    (tmp_path / "t.csv").write_text(f"a,b,y\n{text}")
    data = load_dataset(tmp_path / "t.csv", test=0.06, validation=0.3)  # R² of a single row is not defined
    given: dict[str, Any] = {"study": tmp_path / "s"}
    first = tune(data, {"learning_rate": "1e-3..1e-1"}, base=BASE, trials=4, folds=1, ensemble_best=3, **given)
    assert first.to_json()["test"]["r2"] is None
    assert tune(data, **given).to_json()["test"] == first.to_json()["test"]
    assert (tmp_path / "s" / "journal.jsonl").read_text().count('"chosen"') == 1


def test_a_threshold_is_chosen_for_the_average_and_answers_count_by_it(tmp_path: Path) -> None:
    data = load_dataset("breast_cancer", positive="malignant")
    found = tune(
        data, {"learning_rate": "1e-3..1e-1"}, base={**BASE, "hidden_layers": 4, "threshold": "auto"}, trials=4,
        folds=1, metric="f1", ensemble_best=4, study=tmp_path / "s",
    )  # fmt: skip
    model = found.model
    assert model is not None
    assert model.threshold is not None
    assert model.positive == data.positive
    single = load_model(tmp_path / "s" / "best.safetensors")
    assert single.threshold is not None
    scores = model.probabilities(model.logits_of(data.test.X))[:, data.positive]
    said = model.decided_numbers(model.logits_of(data.test.X)) == data.positive
    assert (said == (scores >= model.threshold)).all()


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy", "mse"])
def test_greedy_selection_leaves_out_what_makes_the_average_worse(loss: str) -> None:
    truth = np.random.default_rng(0).normal(0, 1, (200, 1 if loss != "cross_entropy" else 3))
    noise = np.random.default_rng(1).normal(0, 1, (4, *truth.shape))
    outputs = truth + noise * np.array([0.3, 0.3, 0.4, 9.0])[:, None, None]
    wanted = average(truth[None], loss)
    counts = greedy_counts(outputs, loss, lambda found: (float(np.abs(found - wanted).mean()), 0.0))
    assert counts[3] == 0
    assert (counts[:2] > 0).all()


def test_folds_are_scored_in_the_targets_own_units_also_where_each_trial_is_an_ensemble(tmp_path: Path) -> None:
    data = load_dataset("diabetes")
    single, several = (
        tune(
            data, {"hidden_layers": "none,6"}, base={**BASE, "ensemble": count}, trials=2, folds=3, metric="mape",
            ensemble_best=2, study=tmp_path / str(count),
        ).chosen.average
        for count in (1, 2)
    )  # fmt: skip
    assert single is not None
    assert several is not None
    assert several.single_score == pytest.approx(single.single_score)  # the folds' networks are the same
