"""The plane is the loss at weights moved by hand; the race is five optimizers on the bowl of a line."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.errors import RunError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.asked.landscape import BowlAnswer, LineRace, Plane, PlaneAnswer
from tuitrain.session.inside.landscape import line_race, plane
from tuitrain.session.inspection import Copy
from tuitrain.session.questions import Answer


def trained(dataset: str = "moons", epochs: int = 1, **fields: object) -> Trainer:
    trainer = Trainer(load_dataset(dataset), Hyperparameters(**{"hidden_layers": (5,), **fields}))  # type: ignore[arg-type]
    for _ in range(epochs):
        trainer.epoch()
    return trainer


def planes_of(trainer: Trainer, **fields: object) -> list[PlaneAnswer]:
    copy = Copy.of(trainer, trainer.dataset, 1)  # type: ignore[arg-type]
    return [one for one in plane(Plane(**fields), copy) if isinstance(one, PlaneAnswer)]  # type: ignore[arg-type]


def race_of(trainer: Trainer, **fields: object) -> BowlAnswer:
    (answer,) = line_race(LineRace(**fields), Copy.of(trainer, trainer.dataset, 1))  # type: ignore[arg-type]
    assert isinstance(answer, BowlAnswer)
    return answer


@pytest.mark.parametrize("view", ["step", "path"])
def test_losses_of_the_path_are_those_of_the_walking_network(view: str) -> None:
    trainer = trained(optimizer="sgd", learning_rate=0.2)
    answer = planes_of(trainer, view=view)[-1]
    train, network = trainer.dataset.train, trainer.network
    walked = [network.parameters[0].astype(np.float64)]
    assert answer.rows == len(train.X) and answer.is_whole
    for step in range(3):
        loss = float(network.loss_and_gradients(train.X, train.y)[0])
        assert answer.path_losses[step] == pytest.approx(loss, rel=1e-5)
        trainer.step()
        walked.append(network.parameters[0].astype(np.float64))
    lengths = np.linalg.norm(answer.path, axis=1)
    if view == "step":  # the first axis is the first step itself
        assert answer.path[1] == pytest.approx([np.linalg.norm(walked[1] - walked[0]), 0], abs=1e-9)
        assert answer.path[3, 0] == pytest.approx(
            (walked[3] - walked[0]) @ (walked[1] - walked[0]) / np.linalg.norm(walked[1] - walked[0])
        )
    else:
        assert lengths[-1] == pytest.approx(np.linalg.norm(walked[0] - last_of(trainer, 57)), rel=0.2)
        assert answer.share > 0.9
    assert 0 < answer.share <= 1


def last_of(trainer: Trainer, steps: int) -> np.ndarray:
    for _ in range(steps):
        trainer.step()
    return trainer.network.parameters[0].astype(np.float64)


def test_the_grid_is_the_loss_along_the_first_step_and_grows_finer() -> None:
    trainer = trained(optimizer="sgd", learning_rate=0.2)
    answers = planes_of(trainer, zoom=2.0)
    assert next(len(one.up) for one in answers if one.losses.size) == 9 and answers[-1].losses.shape == (33, 49)
    answer, train, network = answers[-1], trainer.dataset.train, trainer.network
    start = network.parameters.copy()
    trainer.step()
    way = (network.parameters - start) / np.linalg.norm(network.parameters - start)
    middle = len(answer.up) // 2
    assert answer.up[middle] == 0 and answer.across[-1] == pytest.approx(np.linalg.norm(start) / 2, rel=1e-5)
    for column in (0, 20, 24, 48):
        network.parameters[...] = start + answer.across[column] * way
        expected = float(network.loss_and_gradients(train.X, train.y)[0])
        assert answer.losses[middle, column] == pytest.approx(expected, rel=1e-4)


def test_the_race_of_the_example_walks_as_the_rules_say() -> None:
    answer = race_of(trained(), example="line")
    assert answer.curvatures[0] / answer.curvatures[1] > 15
    w, b = answer.paths[0, 0]
    columns = np.stack([np.linspace(0.16, 1.64, 40), np.ones(40)], 1)
    hessian = 2 * columns.T @ columns / 40
    np.testing.assert_allclose(np.sort(np.linalg.eigvalsh(hessian))[::-1], answer.curvatures)
    speed, place = np.zeros(2), np.array([w, b])
    for step in range(1, 20):  # momentum by hand
        speed = 0.9 * speed + hessian @ (place - answer.minimum)
        place = place - answer.rate * speed
        np.testing.assert_allclose(answer.paths[1, step], place)
    for losses, reached in zip(answer.losses, answer.reached, strict=True):
        above = losses - answer.least
        assert reached > 0 and (above[reached:] < answer.near).all() and above[reached - 1] >= answer.near
    np.testing.assert_allclose(answer.shrinks, np.abs(1 - answer.rate * answer.curvatures))


def test_beyond_two_over_the_curvature_sgd_diverges_and_a_standardised_input_makes_a_bowl() -> None:
    raw = race_of(trained(), example="line")
    over = race_of(trained(), example="line", rate=float(2.05 / raw.curvatures[0]))
    assert over.losses[0, -1] > over.losses[0, 0] and over.reached[0] == -1 and over.shrinks[0] > 1
    bowl = race_of(trained(), example="line", is_raw=False)
    assert bowl.curvatures == pytest.approx([2, 2]) and bowl.least == pytest.approx(raw.least)


def test_a_networks_own_line_is_raced_in_either_input() -> None:
    trainer = trained("sine?n=100", 0, hidden_layers=())
    data = trainer.dataset
    for is_raw in (True, False):
        answer = race_of(trainer, is_raw=is_raw)
        own = float(trainer.network.loss_and_gradients(data.train.X, data.train.y)[0])
        assert answer.losses[0, 0] == pytest.approx(own, rel=1e-5)  # it starts where the network is
        assert answer.least == pytest.approx(
            np.var(
                data.train.y[:, 0] - np.polyval(np.polyfit(*data.train.X.T, data.train.y[:, 0], 1), data.train.X[:, 0])
            ),
            rel=1e-5,
        )
    with pytest.raises(RunError, match="two parameters"):
        race_of(trained())


def test_answers_survive_json() -> None:
    for answer in (race_of(trained(), example="line"), planes_of(trained())[-1]):
        back = Answer.from_json(json.loads(json.dumps(answer.to_json())))
        assert type(back) is type(answer) and back.question == answer.question
        name = "grid" if isinstance(answer, BowlAnswer) else "losses"
        np.testing.assert_array_equal(getattr(back, name), getattr(answer, name))


def test_one_that_has_diverged_says_so() -> None:
    trainer = trained(epochs=0, loss="mse", optimizer="sgd", learning_rate=900.0)
    while not trainer.is_done:
        trainer.step()
    with pytest.raises(RunError, match="has diverged"):
        planes_of(trainer)


@pytest.mark.parametrize(("steps", "kept"), [(30, 3), (80, 5)])
def test_the_way_behind_is_that_of_the_last_steps(steps: int, kept: int) -> None:
    trainer = trained(epochs=0, optimizer="sgd", learning_rate=0.2)
    places, states = [], []
    for _ in range(steps):
        states.append(trainer.state())
        places.append(trainer.network.parameters[0].astype(np.float64))
        trainer.step()
    copy = Copy.of(trainer, trainer.dataset, 1, states[kept])  # type: ignore[arg-type]
    *_, answer = plane(Plane("step"), copy)
    *_, by_path = plane(Plane("path"), copy)
    assert isinstance(answer, PlaneAnswer) and isinstance(by_path, PlaneAnswer)
    here = trainer.network.parameters[0].astype(np.float64)
    trainer.step()
    way = trainer.network.parameters[0] - here
    shown = np.array(places[max(kept, steps - 60) :]) - here
    assert len(answer.behind) == len(shown)
    np.testing.assert_allclose(answer.behind[:, 0], shown @ way / np.linalg.norm(way), rtol=1e-4, atol=1e-6)
    assert (np.linalg.norm(by_path.behind, axis=1) <= np.linalg.norm(shown, axis=1) + 1e-6).all()
    assert by_path.share > answer.share
    low, high = by_path.behind.min(axis=0), by_path.behind.max(axis=0)
    assert by_path.across[0] < low[0] and high[0] < by_path.across[-1] and by_path.up[0] < low[1]
