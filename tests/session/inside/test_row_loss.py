"""The loss of a row is the engine's, its parts are those of information theory, and the distances those of the data."""

from __future__ import annotations

import numpy as np
import pytest

from tests.session.inside.answers import first_of
from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.asked.row_loss import ClassLossAnswer, RowLoss, ValueLossAnswer
from tuitrain.session.inside.row_loss import row_loss
from tuitrain.session.inspection import Copy
from tuitrain.ui.inspect.row_loss import cross_entropy


def trained(dataset: str, **fields: object) -> Trainer:
    trainer = Trainer(load_dataset(dataset), Hyperparameters(hidden_layers=(6,), **fields))  # type: ignore[arg-type]
    for _ in range(3):
        trainer.epoch()
    return trainer


def answer_of(trainer: Trainer, question: RowLoss | None = None) -> ClassLossAnswer | ValueLossAnswer:
    answer = first_of(row_loss(question or RowLoss(), Copy.of(trainer, trainer.dataset, 3)))  # type: ignore[arg-type]
    assert isinstance(answer, ClassLossAnswer | ValueLossAnswer)
    return answer


@pytest.mark.parametrize("dataset", ["iris", "moons"])
@pytest.mark.parametrize("loss", ["auto", "binary_cross_entropy"])
def test_rows_come_worst_first_with_the_networks_own_probabilities(dataset: str, loss: str) -> None:
    trainer = trained(dataset, loss=loss)
    validation = trainer.dataset.validation
    for place in (0, 3, len(validation.X) + 1):
        answer = answer_of(trainer, RowLoss(place))
        assert isinstance(answer, ClassLossAnswer)
        assert (np.diff(answer.losses) <= 0).all()
        at = list(validation.rows).index(answer.row)  # type: ignore[attr-defined]
        said = trainer.network.predict(validation.X[at : at + 1])[0, 0]
        expected = said if len(said) > 1 else np.array([1 - said[0], said[0]])
        np.testing.assert_allclose(answer.probabilities, expected, rtol=1e-5)
        assert answer.truth[validation.y[at]] == answer.truth.sum() == 1
        if loss == "auto":
            own = -np.log(answer.probabilities[validation.y[at]])
            assert answer.losses[place % len(answer.losses)] == pytest.approx(own, rel=1e-5)
            after = answer_of(trainer, RowLoss(place + 1))
            assert isinstance(after, ClassLossAnswer)
            assert answer.following is not None and answer.following.row == after.row
            assert answer.following.probabilities.tolist() == after.probabilities.tolist()
            assert answer.following.truth.tolist() == after.truth.tolist()
    examined = trainer.examine(validation).evaluate().loss[0]
    assert answer.mean == pytest.approx(float(examined), rel=1e-5)


def test_entropy_and_kl_add_up_to_cross_entropy() -> None:
    answer = answer_of(trained("moons"), RowLoss(example="colours"))
    assert isinstance(answer, ClassLossAnswer)
    t, p = answer.truth, answer.probabilities
    kl = sum(a * np.log(a / b) for a, b in zip(t, p, strict=True))
    assert cross_entropy(t, t) == pytest.approx(0.8018, abs=5e-5)
    assert cross_entropy(t, p) == pytest.approx(0.8869, abs=5e-5)
    assert kl == pytest.approx(cross_entropy(t, p) - cross_entropy(t, t)) == pytest.approx(0.0851, abs=5e-5)
    assert cross_entropy(np.array([0.0, 1.0]), np.array([0.5, 0.5])) == pytest.approx(np.log(2))


@pytest.mark.parametrize(("dataset", "has_x"), [("sine", True), ("diabetes", False)])
def test_distances_are_in_the_targets_own_units(dataset: str, has_x: bool) -> None:
    trainer = trained(dataset)
    answer = answer_of(trainer)
    assert isinstance(answer, ValueLossAnswer)
    validation, data = trainer.dataset.validation, load_dataset(dataset)
    assert (np.diff(np.abs(answer.truth - answer.predicted)) <= 1e-9).all()
    mse = float(np.square(answer.truth - answer.predicted).mean())
    loss = float(trainer.examine(validation).evaluate().loss[0])
    assert mse == pytest.approx(loss * data.target_scale**2, rel=1e-4)
    assert len(answer.x) == (len(validation.X) if has_x else 0)
    if has_x:
        at = [list(validation.rows).index(row) for row in answer.rows]  # type: ignore[attr-defined]
        column = data.preprocessing.numbers[0]
        np.testing.assert_allclose(answer.x, validation.X[at, 0] * column.scale + column.shift, rtol=1e-5, atol=1e-6)
        near = np.interp(answer.x, *answer.curve)
        np.testing.assert_allclose(near, answer.predicted, atol=0.02)
