"""The page on depth counts and measures what the layers of the network hold, and the starts that it compares with."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.engine.trace import RowThrough
from tuitrain.errors import RunError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.asked.depth import DepthAnswer, DepthSignal
from tuitrain.session.inside.depth import depth_signal
from tuitrain.session.inspection import Copy
from tuitrain.session.questions import Answer

SHAPE = (8,) * 4


def trainer_of(epochs: int = 1, **fields: object) -> Trainer:
    made = Trainer(load_dataset("moons"), Hyperparameters(hidden_layers=SHAPE, **fields))  # type: ignore[arg-type]
    for _ in range(epochs):
        made.epoch()
    return made


def answers_of(trainer: Trainer, question: DepthSignal | None = None) -> list[DepthAnswer]:
    copy = Copy.of(trainer, trainer.dataset, 1)  # type: ignore[arg-type]
    return [one for one in depth_signal(question or DepthSignal(), copy) if isinstance(one, DepthAnswer)]


def lengths_by_rows(trainer: Trainer) -> list[float]:
    """‖δ‖ of each hidden layer, row by row."""
    part, network = trainer.dataset.validation, trainer.network
    rows = [RowThrough(network, x, y).trace(network.parameters[0]) for x, y in zip(part.X, part.y, strict=True)]
    return [
        float(np.sqrt(np.mean([np.square(row.layers[layer].delta).sum() for row in rows])))
        for layer in range(len(SHAPE))
    ]


def test_lengths_and_histograms_are_those_of_all_rows() -> None:
    trainer = trainer_of(activation="sigmoid")
    answer = answers_of(trainer)[0]
    rows = len(trainer.dataset.validation.X)
    assert answer.rows == rows
    assert [layer.norm for layer in answer.layers] == pytest.approx(lengths_by_rows(trainer), rel=1e-5)
    for place, layer in enumerate(answer.layers[:-1]):
        assert layer.ratio == pytest.approx(layer.norm / answer.layers[place + 1].norm)
    for layer in answer.layers:
        counted = [layer.a, layer.slope, layer.delta, layer.delta_log]
        assert [int(counts.sum()) for counts in counted] == [rows * 8] * 4
        assert layer.mean_slope <= 0.25
    X = trainer.dataset.validation.X
    a = 1 / (1 + np.exp(-(X @ trainer.network.weights[0][0] + trainer.network.biases[0][0, 0])))
    counted_by_hand = [0] * 24
    for value in a.ravel():
        counted_by_hand[min(int(value * 24), 23)] += 1
    assert answer.a_range == (0, 1) and np.abs(answer.layers[0].a - counted_by_hand).sum() <= 4  # float32 at an edge


def test_exact_zeros_of_relu_are_counted_apart() -> None:
    trainer = trainer_of(activation="relu")
    answer = answers_of(trainer)[0]
    for place, layer in enumerate(answer.layers):
        part, network = trainer.dataset.validation, trainer.network
        rows = [RowThrough(network, x, y).trace(network.parameters[0]) for x, y in zip(part.X, part.y, strict=True)]
        zeros = float(np.mean([row.layers[place].delta == 0 for row in rows]))
        assert 0 < layer.zeros == pytest.approx(zeros)
        assert int(layer.delta_log.sum()) == round((1 - zeros) * answer.rows * 8)


def test_other_choices_are_trainings_that_begin_with_them() -> None:
    trainer = trainer_of(activation="sigmoid", seed=5)
    found = answers_of(trainer)[-1]
    assert found.is_whole
    for choice in found.choices:
        fields = {"activation": choice.activation, "initializer": choice.initializer, "seed": 5}
        start = trainer_of(0, **fields)
        start.network.parameters[...] *= choice.scale  # the biases are 0
        lengths = lengths_by_rows(start)
        assert choice.ratio == pytest.approx(lengths[0] / lengths[-1], rel=1e-4)
        if choice.scale == 1:
            looked = answers_of(trainer, DepthSignal(choice.name))[0]
            assert [layer.norm for layer in looked.layers] == pytest.approx(lengths, rel=1e-4)
    ratios = {choice.name: choice.ratio for choice in found.choices}
    assert ratios["sigmoid"] < 0.05 < ratios["tanh"]


def test_example_has_seven_sigmoid_layers_and_vanishes() -> None:
    trainer = trainer_of(0)
    answer = answers_of(trainer, DepthSignal(example="deep"))[0]
    assert (answer.data, len(answer.layers), answer.activation) == ("digits", 7, "sigmoid")
    assert answer.layers[0].norm / answer.layers[-1].norm < 1e-3


def test_it_survives_json_and_needs_a_hidden_layer() -> None:
    answer = answers_of(trainer_of())[-1]
    back = Answer.from_json(json.loads(json.dumps(answer.to_json())))
    assert isinstance(back, DepthAnswer) and back.choices == answer.choices and back.question == answer.question
    np.testing.assert_array_equal(back.layers[2].delta_log, answer.layers[2].delta_log)
    data = load_dataset("moons")
    with pytest.raises(RunError, match="no hidden layer"):
        answers_of(Trainer(data, Hyperparameters(hidden_layers=())))
