"""The page on units: responses, costs and hidden space of the network as it is, by other ways of computing them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.decomposition import PCA

from tests.plain import plain, plain_arrays, plain_dataset
from tuitrain.engine import Trainer
from tuitrain.errors import RunError
from tuitrain.session.asked.units import UnitMaps, UnitsAnswer
from tuitrain.session.inside.inputs import picture_of
from tuitrain.session.inside.units import unit_maps
from tuitrain.session.inspection import Copy
from tuitrain.session.questions import Answer


def trained(dataset: str, layers: tuple[int, ...] = (12, 5), **fields: object) -> Trainer:
    trainer = Trainer(plain_dataset(dataset), plain(hidden_layers=layers, **fields))  # type: ignore[arg-type]
    for _ in range(3):
        trainer.epoch()
    return trainer


def answer_of(trainer: Trainer, question: UnitMaps | None = None) -> UnitsAnswer:
    found = list(unit_maps(question or UnitMaps(), Copy.of(trainer, trainer.dataset, 3)))[-1]  # type: ignore[arg-type]
    assert isinstance(found, UnitsAnswer) and found.is_whole
    return found


def hidden(trainer: Trainer, X: np.ndarray, layer: int) -> np.ndarray:
    for weights, biases in list(zip(trainer.network.weights, trainer.network.biases, strict=True))[: layer + 1]:
        X = np.maximum(X @ weights[0] + biases[0, 0], 0)
    return X


def test_costs_are_the_rise_of_the_validation_loss_without_the_unit() -> None:
    trainer = trained("moons")
    validation = trainer.dataset.validation
    for layer in (0, 1):
        answer = answer_of(trainer, UnitMaps(layer))
        assert (np.diff(answer.costs) <= 0).all() and answer.count == len(answer.units)
        network = trainer.network
        kept = network.parameters.copy()
        base = float(trainer.examine(validation).evaluate().loss[0])
        assert answer.base == pytest.approx(base, rel=1e-5)
        for unit, cost in zip(answer.units[:3], answer.costs, strict=False):
            network.weights[layer + 1][0, unit] = 0
            loss = float(trainer.examine(validation).evaluate().loss[0])
            assert cost == pytest.approx(loss - base, abs=1e-5)
            network.parameters[...] = kept
        network.weights[layer + 1][0] = 0
        nothing = float(trainer.examine(validation).evaluate().loss[0])
        network.parameters[...] = kept
        assert answer.together[[0, -1]] == pytest.approx([nothing - base, 0], abs=1e-5)


@pytest.mark.parametrize("dataset", ["moons", "mixed", "sine"])
def test_maps_are_outputs_over_the_inputs_in_their_own_units(dataset: str) -> None:
    trainer = trained(dataset)
    data = trainer.dataset
    answer = answer_of(trainer, UnitMaps(1))
    encoded, middle = data.encoded_names, data.train.X.mean(axis=0)  # type: ignore[attr-defined]
    lines, columns = answer.maps.shape[1:]
    numbers = {column.name: column for column in data.preprocessing.numbers}  # type: ignore[attr-defined]
    for line, column in ((0, 0), (lines - 1, columns - 1), (lines // 2, columns // 3)):
        x = middle.astype(np.float64).copy()
        left, right, low, high = answer.extent
        places = [(answer.across, left + (right - left) * column / (columns - 1))]
        if answer.up >= 0:
            places.append((answer.up, high - (high - low) * line / (lines - 1)))
        for at, value in places:
            name = answer.names[at]
            spec = numbers.get(name)
            x[encoded.index(name)] = (value - spec.shift) / spec.scale if spec else value
        expected = hidden(trainer, x[None], 1)[0]
        np.testing.assert_allclose(answer.maps[:, line, column], expected[answer.units], atol=2e-5)
    totals = np.abs(trainer.network.weights[0][0]).sum(axis=1)
    assert answer.names[0] == ("x1" if dataset == "moons" else encoded[int(totals.argmax())])


def test_hidden_space_is_the_principal_axes_of_the_outputs() -> None:
    trainer = trained("moons")
    answer = answer_of(trainer)
    a = hidden(trainer, trainer.dataset.validation.X.astype(np.float64), 0)
    pca = PCA(2).fit(a)
    np.testing.assert_allclose(np.abs(answer.points), np.abs(pca.transform(a)), atol=1e-4)
    assert answer.shares == pytest.approx(pca.explained_variance_ratio_, rel=1e-4)
    np.testing.assert_array_equal(answer.point_classes, trainer.dataset.validation.y)
    assert len(answer.bent)


def test_best_rows_and_ways_in_and_out_are_the_networks() -> None:
    trainer = trained("iris", (6,))
    answer = answer_of(trainer)
    validation = trainer.dataset.validation
    a = hidden(trainer, validation.X, 0)
    for place, unit in enumerate(answer.units):
        assert answer.best_outputs[place] == pytest.approx(np.sort(a[:, unit])[::-1][:8], abs=1e-5)
        at = list(validation.rows).index(answer.best_rows[place, 0])  # type: ignore[attr-defined]
        assert answer.truths[place][0] == trainer.dataset.class_names[validation.y[at]]  # type: ignore[attr-defined]
        np.testing.assert_allclose(answer.weights[place], trainer.network.weights[0][0, :, unit])
        np.testing.assert_allclose(answer.out[place], trainer.network.weights[1][0, unit])


def test_dead_units_are_named_and_cost_nothing() -> None:
    trainer = trained("moons", (6,))
    trainer.network.biases[0][0, 0, [1, 4]] = -1000
    answer = answer_of(trainer)
    assert answer.idle_kind == "dead" and answer.idle.tolist() == [1, 4]
    costs = dict(zip(answer.units.tolist(), answer.costs.tolist(), strict=True))
    assert costs[1] == costs[4] == 0


def test_pixels_are_found_by_name_and_in_arrays_of_images() -> None:
    (rows, columns), places = picture_of(plain_dataset("digits"))
    names = plain_dataset("digits").encoded_names
    assert (rows, columns) == (8, 8)
    assert all(names[at] == f"pixel_{place // 8}_{place % 8}" for at, place in enumerate(places))
    images = np.random.default_rng(0).integers(0, 256, (40, 5, 5)).astype(np.uint8)
    assert picture_of(plain_arrays(images, np.arange(40) % 2))[0] == (5, 5)
    assert picture_of(plain_dataset("breast_cancer"))[0] == picture_of(plain_dataset("mixed"))[0] == (0, 0)


def test_it_survives_json_and_needs_a_hidden_layer() -> None:
    answer = answer_of(trained("iris"))
    back = Answer.from_json(json.loads(json.dumps(answer.to_json())))
    assert isinstance(back, UnitsAnswer) and back.truths == answer.truths and back.picture == answer.picture
    np.testing.assert_array_equal(back.maps, answer.maps)
    with pytest.raises(RunError, match="no hidden layer"):
        answer_of(trained("iris", ()))
