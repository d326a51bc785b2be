"""Coefficients, support vectors and importance are those of scikit-learn and of plain loops."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.svm import SVC

from tests.plain import plain, plain_dataset
from tests.session.inside.answers import first_of
from tuitrain.engine import Trainer
from tuitrain.errors import RunError
from tuitrain.session.asked.inputs import (
    ImportanceAnswer,
    InputImportance,
    LinearAnswer,
    LinearModel,
    SupportAnswer,
    SupportVectors,
)
from tuitrain.session.inside.importance import columns_of, input_importance
from tuitrain.session.inside.linear import linear_model
from tuitrain.session.inside.support import support_vectors
from tuitrain.session.inspection import Copy
from tuitrain.session.questions import Answer


def trainer_of(dataset: str, epochs: int = 3, **fields: object) -> Trainer:
    made = {"hidden_layers": (), "patience": 0, **fields}
    trainer = Trainer(plain_dataset(dataset), plain(**made))  # type: ignore[arg-type]
    for _ in range(epochs):
        trainer.epoch()
    return trainer


def copy_of(trainer: Trainer) -> Copy:
    return Copy.of(trainer, trainer.dataset, 3)  # type: ignore[arg-type]


def linear(trainer: Trainer) -> LinearAnswer:
    answer = next(linear_model(LinearModel(), copy_of(trainer)))
    assert isinstance(answer, LinearAnswer)
    return answer


def own_rows(data, part) -> np.ndarray:
    """The inputs in their own units; numbers only."""
    numbers = data.preprocessing.numbers
    return part.X.astype(float) * [c.scale for c in numbers] + [c.shift for c in numbers]


@pytest.mark.parametrize("dataset", ["plane", "diabetes"])
def test_coefficients_predict_in_own_units_and_least_squares_are_scikit_learns(dataset: str) -> None:
    trainer = trainer_of(dataset)
    data, answer = plain_dataset(dataset), linear(trainer)
    X, y = own_rows(data, data.train), data.own_units(data.train.y[:, 0])
    reference = LinearRegression().fit(X, y)
    np.testing.assert_allclose(answer.exact[0], reference.coef_, rtol=1e-3, atol=1e-5)
    assert answer.exact_intercepts[0] == pytest.approx(reference.intercept_, rel=1e-3)
    said = data.own_units(trainer.network.predict(data.train.X)[0, :, 0])
    np.testing.assert_allclose(X @ answer.coefficients[0] + answer.intercepts[0], said, rtol=1e-4, atol=1e-3)
    moved = X.copy()
    moved[:, 1] += X[:, 1].std()
    rise = (moved - X) @ answer.coefficients[0]
    np.testing.assert_allclose(rise, answer.effects[0, 1], rtol=1e-4)
    validation = data.own_units(data.validation.y[:, 0])
    wrong = np.square(validation - own_rows(data, data.validation) @ answer.coefficients[0] - answer.intercepts[0])
    r2 = 1 - wrong.sum() / np.square(validation - validation.mean()).sum()
    assert answer.scores["validation"] == pytest.approx(r2, abs=1e-4)


def test_a_trained_line_comes_to_least_squares() -> None:
    answer = linear(trainer_of("plane", 60, optimizer="sgd", learning_rate=0.1, l2=0.0))
    np.testing.assert_allclose(answer.coefficients, answer.exact, atol=0.05)


@pytest.mark.parametrize(("dataset", "loss"), [("moons", "auto"), ("moons", "binary_cross_entropy"), ("iris", "auto")])
def test_scores_of_classes_are_those_that_probabilities_come_from(dataset: str, loss: str) -> None:
    trainer = trainer_of(dataset, loss=loss)
    data, answer = plain_dataset(dataset), linear(trainer)
    scores = own_rows(data, data.train) @ answer.coefficients.T + answer.intercepts
    said = trainer.network.predict(data.train.X)[0]
    if len(answer.outputs) == 1:
        assert answer.what == "log-odds" and answer.outputs == data.class_names[1:]
        np.testing.assert_allclose(1 / (1 + np.exp(-scores[:, 0])), said[:, -1], atol=1e-4)
    else:
        powers = np.exp(scores)
        np.testing.assert_allclose(powers / powers.sum(axis=1, keepdims=True), said, atol=1e-4)
    hits = (
        np.mean(said.argmax(axis=1) == data.train.y)
        if said.shape[1] > 1
        else np.mean((said[:, 0] > 0.5) == data.train.y)
    )
    assert answer.scores["train"] == pytest.approx(float(hits))


def test_support_vectors_and_margin_follow_c_as_scikit_learns_do() -> None:
    trainer = trainer_of("breast_cancer", loss="hinge", C=0.1)
    data = plain_dataset("breast_cancer")
    answer = list(support_vectors(SupportVectors(), copy_of(trainer)))[-1]
    assert isinstance(answer, SupportAnswer) and answer.is_whole
    assert [one.C for one in answer.others] == pytest.approx([0.01, 0.1, 1])
    X = data.train.X.astype(float)
    for one in answer.others:
        reference = SVC(kernel="linear", C=one.C).fit(X, data.train.y)
        assert one.margin == pytest.approx(2 / np.linalg.norm(reference.coef_), rel=0.015)
        assert abs(one.count - len(reference.support_)) <= max(4, 0.05 * len(reference.support_))
        assert one.accuracy == pytest.approx(reference.score(X, data.train.y), abs=0.01)


def test_support_vectors_are_the_rows_with_a_small_t_z() -> None:
    trainer = trainer_of("moons", loss="hinge")
    data = plain_dataset("moons")
    answer = first_of(support_vectors(SupportVectors(), copy_of(trainer)))
    assert isinstance(answer, SupportAnswer)
    w, b = trainer.network.weights[0][0, :, 0], float(trainer.network.biases[0][0, 0, 0])
    tz = (data.train.X @ w + b) * np.where(data.train.y == 1, 1, -1)
    supports = data.train.rows[tz <= 1 + answer.tolerance]
    assert set(answer.rows.tolist()) == set(supports.tolist()) and answer.count == len(supports)
    np.testing.assert_allclose(answer.tz, np.sort(tz)[: len(supports)], atol=1e-5)
    assert answer.margin == pytest.approx(2 / float(np.linalg.norm(w)))
    z = answer.points @ answer.plane[:2] + answer.plane[2]
    np.testing.assert_allclose(z * np.where(answer.sides == 1, 1, -1), tz, atol=1e-4)


@pytest.mark.parametrize(("dataset", "layers"), [("mixed", (8,)), ("diabetes", ())])
def test_importance_is_that_of_a_plain_loop(dataset: str, layers: tuple[int, ...]) -> None:
    trainer = trainer_of(dataset, hidden_layers=layers)
    data = plain_dataset(dataset)
    answer = list(input_importance(InputImportance(4), copy_of(trainer)))[-1]
    assert isinstance(answer, ImportanceAnswer) and answer.is_whole
    part = data.validation

    class Permuted:
        X, y = part.X.copy(), part.y

    assert answer.base == pytest.approx(float(trainer.examine(part).evaluate().loss[0]), rel=1e-5)
    rng = np.random.default_rng(0)
    orders = [rng.permutation(len(part)) for _ in range(4)]
    for place, name in enumerate(answer.columns):
        inputs = [
            at for at, encoded in enumerate(data.encoded_names)
            if encoded == name or encoded == f"{name} missing" or encoded.startswith(f"{name}=")
        ]  # fmt: skip
        rises = []
        for order in orders:
            Permuted.X = part.X.copy()
            for at in inputs:
                Permuted.X[:, at] = part.X[order, at]
            rises.append(float(trainer.examine(Permuted).evaluate().loss[0]) - answer.base)
        assert answer.rises[place] == pytest.approx(np.mean(rises), abs=1e-5)
        assert answer.deviations[place] == pytest.approx(np.std(rises), abs=1e-5)
    assert sorted(answer.columns) == sorted(data.feature_names)
    assert sum(map(len, columns_of(data).values())) == data.n_features


def test_they_survive_json_and_say_what_they_need() -> None:
    copy = copy_of(trainer_of("moons", loss="hinge"))
    found = (linear_model(LinearModel(), copy), support_vectors(SupportVectors(), copy))
    for answer in (*map(first_of, found), first_of(input_importance(InputImportance(), copy))):
        back = Answer.from_json(json.loads(json.dumps(answer.to_json())))
        assert type(back) is type(answer) and back.question == answer.question
    deep = copy_of(trainer_of("moons", hidden_layers=(4,)))
    with pytest.raises(RunError, match="hidden layers"):
        next(linear_model(LinearModel(), deep))
    with pytest.raises(RunError, match="hinge"):
        first_of(support_vectors(SupportVectors(), copy_of(trainer_of("iris", loss="hinge"))))
