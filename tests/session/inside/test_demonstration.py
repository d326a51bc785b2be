"""What a demonstration shows is what plain trainings of the same settings come to."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.plain import plain, plain_dataset
from tuitrain.engine import Trainer
from tuitrain.session.asked.demonstration import Demonstrate, DemonstrateAnswer
from tuitrain.session.inside.demonstration import demonstrate
from tuitrain.session.inside.measures import MEASURES
from tuitrain.session.inspection import Inspection
from tuitrain.session.questions import Answer, Question


def whole(**asked: object) -> DemonstrateAnswer:
    answers = list(demonstrate(Demonstrate(**asked)))  # type: ignore[arg-type]
    assert answers[-1].is_whole and not any(one.is_whole for one in answers[:-1])
    assert isinstance(answers[-1], DemonstrateAnswer)
    return answers[-1]


def epochs(data: str, count: int, **fields: object) -> tuple[Trainer, list[object], list[float]]:
    """A training alone, with the losses of its steps and its records."""
    trainer, records, losses = Trainer(plain_dataset(data), plain(epochs=count, **fields)), [], []  # type: ignore[arg-type]
    while not trainer.is_done:
        record = trainer.step()
        losses.append(float(trainer.last_step[0][0]))
        records += [record] if record is not None else []
    return trainer, records, losses


SHOWN = ("loss", "validation loss", "score", "dead units", "gradient first layer", "gradient ratio", "steps",
         "roughness", "gap", "best epoch", "epochs run", "loss at epoch 1", "parameters", "memory")  # fmt: skip


@pytest.mark.parametrize(
    ("field", "values", "is_stack"),
    [("learning_rate", ("0.1", "10"), True), ("batch_size", ("16", "full"), False), ("patience", ("0", "2"), True)],
)
def test_each_condition_is_the_training_alone(field: str, values: tuple[str, ...], is_stack: bool) -> None:
    given = {"hidden_layers": "16", "optimizer": "sgd", "learning_rate": "1", "l2": "0", "seed": "1"}
    answer = whole(
        data="circles?n=200&noise=0.4", epochs=9, field=field, values=values, show=SHOWN,
        given=tuple((name, text) for name, text in given.items() if name != field),
    )  # fmt: skip
    assert answer.is_stack is is_stack
    for value, measured, losses in zip(values, answer.measures, answer.losses, strict=True):
        fields = {"hidden_layers": (16,), "optimizer": "sgd", "learning_rate": 1.0, "l2": 0.0, "seed": 1, "patience": 0}
        fields[field] = value if value == "full" else int(value) if field != "learning_rate" else float(value)
        _trainer, records, steps = epochs("circles?n=200&noise=0.4", 9, **fields)
        last = records[-1]
        train = [float(record.train_loss[0]) for record in records]
        assert losses[: len(train)].tolist() == train and np.isnan(losses[len(train) :]).all()
        norms = last.layer_gradient_norms[0]
        rows = len(plain_dataset("circles?n=200&noise=0.4").train)
        batch = rows if fields.get("batch_size") == "full" else fields.get("batch_size", 32)
        wanted = {
            "loss": train[-1], "validation loss": float(last.validation_loss[0]), "score": last.metrics["accuracy"][0],
            "dead units": 16 * last.idle_shares[0, 0], "gradient first layer": norms[0],
            "gradient ratio": norms[0] / norms[1], "steps": len(steps),
            "roughness": np.sqrt(np.mean(np.diff(steps) ** 2)), "gap": float(last.validation_loss[0]) - train[-1],
            "best epoch": 1 + int(np.argmin([float(record.validation_loss[0]) for record in records])),
            "epochs run": len(records), "loss at epoch 1": train[0], "parameters": 2 * 16 + 16 + 16 * 2 + 2,
            "memory": 4 * batch * (3 + 2 * 16 + 1 + 2 * 2 + 1),
        }  # fmt: skip
        assert measured == pytest.approx([wanted[name] for name in SHOWN], rel=1e-5, abs=1e-12)


def test_weights_are_counted_and_measured_after_the_last_epoch_not_the_best() -> None:
    show = ("weight norm", "zero weights", "best epoch")
    answer = whole(
        data="moons?n=100&noise=0.5", epochs=60, field="l1", values=("0", "0.05"), show=show,
        given=(("hidden_layers", "8"), ("learning_rate", "0.05"), ("l2", "0")),
    )  # fmt: skip
    for l1, (norm, zeros, best) in zip((0.0, 0.05), answer.measures, strict=True):
        h = plain(hidden_layers=(8,), learning_rate=0.05, l1=l1, l2=0.0, epochs=61, patience=0)
        trainer = Trainer(
            plain_dataset("moons?n=100&noise=0.5"), h
        )  # an epoch more, so that the last is not taken back
        for _ in range(60):
            trainer.epoch()
        weights = np.concatenate([weights.ravel() for weights in trainer.network.weights])
        assert norm == pytest.approx(np.sqrt((weights.astype(float) ** 2).sum()), rel=1e-6)
        assert zeros == (weights == 0).sum()
        assert best < 60
    assert answer.measures[1, 1] > answer.measures[0, 1] == 0


def test_saturated_units_are_those_near_their_limits_for_every_row() -> None:
    given = (("hidden_layers", "8"), ("activation", "tanh"), ("optimizer", "sgd"))
    show = ("saturated units", "dead units")
    answer = whole(data="moons", epochs=5, field="learning_rate", values=("0.1", "200"), show=show, given=given)
    data = plain_dataset("moons")
    for rate, (saturated, dead) in zip((0.1, 200.0), answer.measures, strict=True):
        h = plain(hidden_layers=(8,), activation="tanh", optimizer="sgd", learning_rate=rate, epochs=6, patience=0)
        trainer = Trainer(data, h)
        for _ in range(5):
            trainer.epoch()
        first, bias = trainer.network.weights[0][0], trainer.network.biases[0][0]
        a = np.tanh(data.validation.X @ first + bias)
        assert saturated == (np.abs(a) > 0.95).all(axis=0).sum() and dead == 0
    assert answer.measures[1, 0] > answer.measures[0, 0]


def test_support_vectors_are_the_rows_on_or_inside_the_margin() -> None:
    given = (("hidden_layers", "none"), ("loss", "hinge"), ("optimizer", "sgd"), ("learning_rate", "0.1"))
    answer = whole(data="and", epochs=30, field="C", values=("0.01", "100"), show=("support vectors",), given=given)
    data = plain_dataset("and")
    for C, (count,) in zip((0.01, 100.0), answer.measures, strict=True):
        h = plain(hidden_layers=(), loss="hinge", optimizer="sgd", learning_rate=0.1, C=C, epochs=31, patience=0)
        trainer = Trainer(data, h)
        for _ in range(30):
            trainer.epoch()
        z = data.train.X @ trainer.network.weights[0][0] + trainer.network.biases[0][0]
        assert count == ((2 * data.train.y - 1) * z.ravel() <= 1.01).sum() > 0
    assert answer.measures[0, 0] > answer.measures[1, 0]


def test_what_diverges_has_an_infinite_loss_and_says_when() -> None:
    given = (("hidden_layers", "none"), ("optimizer", "sgd"), ("batch_size", "full"))
    answer = whole(
        data="plane", epochs=200, field="learning_rate", values=("0.1", "2"), show=("loss", "roughness", "epochs run"),
        given=given,
    )  # fmt: skip
    assert np.isfinite(answer.measures[0]).all() and answer.diverged[0] == 0
    assert answer.measures[1, :2].tolist() == [np.inf, np.inf]
    assert 1 < answer.diverged[1] == answer.measures[1, 2] < 200
    assert np.isnan(answer.losses[1, answer.diverged[1] :]).all()


def test_every_measure_of_the_pages_is_known_here() -> None:
    from tuitrain.pages import demonstration

    assert set(demonstration.MEASURES) == set(MEASURES)


def test_question_and_answer_go_through_json() -> None:
    answer = whole(
        data="and?n=60", epochs=2, field="learning_rate", values=("0.1", "1"), show=("loss", "support vectors")
    )
    again = Answer.from_json(json.loads(json.dumps(answer.to_json())))
    assert isinstance(again, DemonstrateAnswer) and again.question == answer.question
    np.testing.assert_array_equal(again.measures, answer.measures)
    assert (again.units, again.is_stack, again.diverged) == (answer.units, answer.is_stack, answer.diverged)
    assert Question.from_json(json.loads(json.dumps(answer.question.to_json()))) == answer.question


def test_a_demonstration_leaves_the_copy_that_a_page_looks_at() -> None:
    from tuitrain.session.asked.step import StepCurve
    from tuitrain.session.inspection import Copy

    data = plain_dataset("and?n=60")
    made: list[Copy] = []

    def copy() -> Copy:
        made.append(Copy.of(Trainer(data, plain()), data, 0))
        return made[-1]

    inspection = Inspection()
    inspection.ask(StepCurve(copy=7), copy)
    inspection.ask(Demonstrate("and?n=60", "learning_rate", ("0.1",), ("loss",), 1, copy=-1), copy)
    inspection.ask(StepCurve(copy=7), copy)
    assert len(made) == 1
