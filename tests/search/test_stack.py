"""Trials in stacks: the same bits as alone, folds, pruning, what is said of failures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from _pytest.mark import ParameterSet
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler

from tests.plain import plain, plain_dataset
from tuitrain.data.dataset import Dataset
from tuitrain.errors import SearchError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.search.folds import make_folds
from tuitrain.search.grouping import STACK_PARAMETERS, group_into_stacks, n_parameters, structure
from tuitrain.search.halving import rungs, survivors
from tuitrain.search.space.space import Space
from tuitrain.search.stack import Curves, StackResult, StackTask, train_stack
from tuitrain.session.train import train

IRIS, CANCER, DIABETES = (plain_dataset(name) for name in ("iris", "breast_cancer", "diabetes"))


def rates(count: int, **rest: Any) -> list[Hyperparameters]:
    return [plain(learning_rate=10 ** (-4 + 4 * i / count), hidden_layers=(16,), **rest) for i in range(count)]


def run(data: Dataset, trials: list[Hyperparameters], *, folds: int = 1, metric: str = "", **rest: Any) -> StackResult:
    metric = metric or ("accuracy" if data.n_classes else "r2")
    task = StackTask(tuple(enumerate(trials)), metric, **rest)
    return train_stack(make_folds(data, folds), task, lambda value: None, lambda: False)


def later(*values: Any) -> ParameterSet:
    """A case that is left to the long tests."""
    return pytest.param(*values, marks=pytest.mark.long)


@pytest.mark.parametrize(
    ("data", "metric"),
    [
        (IRIS, "accuracy"),
        (DIABETES, "rmse"),
        *(pytest.param(*rest, marks=pytest.mark.long) for rest in [(CANCER, "f1"), (IRIS, "loss")]),
    ],
)
def test_a_trials_score_is_that_of_the_same_training_alone(data: Dataset, metric: str) -> None:
    trials = rates(6, epochs=25, patience=4)
    result = run(data, trials, metric=metric)
    for outcome, h in zip(sorted(result.outcomes, key=lambda o: o.number), trials, strict=True):
        alone = train(data, h)
        assert outcome.state == "finished"
        assert outcome.best_epoch == alone.model.epoch
        assert outcome.epochs == alone.history[-1].epoch
        assert outcome.score == alone.evaluations["validation"][metric]
        if outcome.number == result.best:
            assert np.array_equal(result.parameters, alone.model.network.parameters[0])
    scores = [outcome.score for outcome in result.outcomes]
    best = max(scores) if metric in {"accuracy", "f1"} else min(scores)
    assert next(o.score for o in result.outcomes if o.number == result.best) == best


@pytest.mark.parametrize(
    ("data", "metric"),
    [
        (DIABETES, "mape"),
        *(pytest.param(*rest, marks=pytest.mark.long) for rest in [(CANCER, "average_precision"), (IRIS, "roc_auc")]),
    ],
)
def test_metrics_of_the_outputs_are_those_of_the_same_training_alone_too(data: Dataset, metric: str) -> None:
    trials = rates(4, epochs=12, patience=3)
    result = run(data, trials, metric=metric)  # some end before others, and the stack goes on without them
    for outcome, h in zip(sorted(result.outcomes, key=lambda o: o.number), trials, strict=True):
        found = train(data, h).to_json()["scores"]["validation"]["metrics"][metric]
        assert outcome.score == pytest.approx(found["value"], rel=1e-6)


def test_folds_hold_each_row_out_once_and_are_stratified_as_scikit_learns() -> None:
    folds = make_folds(CANCER, 5)
    held = np.concatenate([fold.validation.rows for fold in folds])
    assert len(set(held)) == len(held) == 5 * (484 // 5)
    assert not set(held) & set(CANCER.test.rows)
    y = np.concatenate([CANCER.train.y, CANCER.validation.y])
    theirs = [y[test].mean() for _, test in StratifiedKFold(5).split(np.zeros(len(y)), y)]
    assert [fold.validation.y.mean() for fold in folds] == pytest.approx(theirs, abs=0.02)
    assert {len(fold.train) for fold in folds} == {484 - 96}


def test_each_folds_features_are_standardised_on_its_own_training_rows() -> None:
    table = np.concatenate([CANCER.train.X, CANCER.validation.X]).astype(np.float64)
    rows = np.concatenate([CANCER.train.rows, CANCER.validation.rows])
    place = {row: index for index, row in enumerate(rows)}
    for fold in make_folds(CANCER, 4):
        train_rows, held = ([place[row] for row in part.rows] for part in (fold.train, fold.validation))
        scaler = StandardScaler().fit(table[train_rows])
        assert np.allclose(fold.train.X, scaler.transform(table[train_rows]), atol=1e-5)
        assert np.allclose(fold.validation.X, scaler.transform(table[held]), atol=1e-4)


def test_folds_and_seeds_are_means_of_trainings_alone() -> None:
    h = plain(hidden_layers=(8,), epochs=12, seed=5)
    result = run(IRIS, [h, h.replace(learning_rate=0.1)], folds=3, seeds=2)
    first = min(result.outcomes, key=lambda outcome: outcome.number)
    alone = []
    for fold in make_folds(IRIS, 3):
        for seed in (5, 6):
            outcome = train_stack(
                (fold,), StackTask(((0, h.replace(seed=seed)),), "accuracy"), print, lambda: False
            ).outcomes[0]
            alone.append(outcome.score)
    assert first.score == pytest.approx(np.mean(alone), abs=1e-12)
    assert first.deviation == pytest.approx(np.std(alone, ddof=1), abs=1e-12)


def test_halving_costs_a_fifth_and_the_survivor_keeps_its_bits() -> None:
    trials = rates(27, epochs=27, patience=0)
    result = run(CANCER, trials, rungs=tuple(rungs(27)))
    states = [outcome.state for outcome in result.outcomes]
    assert (states.count("finished"), states.count("pruned")) == (1, 26)
    assert result.member_epochs <= 0.2 * 27 * 27
    (survivor,) = (outcome for outcome in result.outcomes if outcome.state == "finished")
    alone = train(CANCER, trials[survivor.number])
    assert result.best == survivor.number
    assert np.array_equal(result.parameters, alone.model.network.parameters[0])
    assert survivor.score == alone.evaluations["validation"]["accuracy"]


def test_the_best_third_of_all_seen_at_a_rung_goes_on() -> None:
    assert rungs(27) == [1, 3, 9]
    assert rungs(200) == [7, 21, 63, 189]
    values = {number: (float(number), 0.0) for number in range(9)}
    assert survivors(values, []) == [0, 1, 2]
    assert survivors(values, [(-1.0, 0.0)] * 9) == []
    assert survivors(values, [(5.0, 0.0)] * 9) == [0, 1, 2, 3, 4, 5]
    assert survivors({3: (0.0, 2.0), 4: (0.0, 1.0), 5: (float("nan"), 0.0)}, []) == [4]


def test_a_diverged_trial_is_told_and_the_others_go_on() -> None:
    trials = [plain(optimizer="sgd", learning_rate=rate, epochs=10) for rate in (0.01, 900.0, 0.001)]
    outcomes = sorted(run(DIABETES, trials).outcomes, key=lambda outcome: outcome.number)
    assert [outcome.state for outcome in outcomes] == ["finished", "failed", "finished"]
    assert "learning rate 900" in outcomes[1].message


def test_what_does_not_fit_the_task_fails_with_its_reason() -> None:
    (outcome,) = run(DIABETES, [plain(loss="hinge")]).outcomes
    assert outcome.state == "failed"
    assert "needs classes" in outcome.message


def test_a_stop_leaves_out_what_has_not_ended_and_curves_are_told() -> None:
    told: list[Curves] = []
    looks = iter([False] * 3 + [True] * 100)
    task = StackTask(((0, plain(epochs=100_000, patience=0)),), "accuracy")
    result = train_stack(make_folds(CANCER), task, told.append, lambda: next(looks))  # type: ignore[arg-type]
    assert result.outcomes == ()
    assert told[-1].epoch == sum(len(news.values[0]) for news in told)


def test_stacks_are_of_one_structure_and_fit_the_cache() -> None:
    space = Space({"hidden_layers": "8,256x128", "learning_rate": "1e-3..1:n=30", "batch_size": "16,32"})
    trials = [(i, space.hyperparameters(setting)) for i, setting in enumerate(space.grid())]
    found = group_into_stacks(trials, inputs=64, outputs=10, members=1)
    assert sorted(number for stack in found for number in stack) == list(range(len(trials)))
    for stack in found:
        assert len({structure(trials[number][1]) for number in stack}) == 1
        size = n_parameters((64, *trials[stack[0]][1].hidden_layers, 10))
        assert len(stack) * size <= max(STACK_PARAMETERS, size)
    assert max(len(stack) for stack in group_into_stacks(trials, inputs=64, outputs=10, members=1, parallel=8)) <= 15


def test_a_search_needs_validation_rows() -> None:
    with pytest.raises(SearchError, match="needs validation rows"):
        make_folds(plain_dataset("iris", validation=0))
    with pytest.raises(SearchError, match="folds"):
        make_folds(IRIS, 99)
