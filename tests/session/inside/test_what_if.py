"""Each rung of the ladder is what the run would be if the value were edited there, bit by bit."""

from __future__ import annotations

import numpy as np
import pytest

from tests.plain import plain, plain_dataset
from tuitrain.engine import Trainer
from tuitrain.session.asked.what_if import WhatIf, WhatIfAnswer
from tuitrain.session.inside.what_if import values_around, what_if
from tuitrain.session.inspection import Copy


def trained(steps: int, **fields: object) -> tuple[Trainer, Copy]:
    data = plain_dataset("moons")
    trainer = Trainer(data, plain(hidden_layers=(8,), **fields))  # type: ignore[arg-type]
    for _ in range(steps):
        trainer.step()
    return trainer, Copy.of(trainer, data, trainer.epochs_done)


def answers_of(copy: Copy, **asked: object) -> list[WhatIfAnswer]:
    return list(what_if(WhatIf(**asked), copy))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"schedule": "plateau", "dropout": 0.2}, "learning_rate"),
        ({}, "beta1"),
        ({"optimizer": "momentum"}, "momentum"),
        ({}, "l2"),
        ({}, "dropout"),
        ({}, "batch_size"),
        ({"loss": "hinge"}, "C"),
    ],
)
def test_every_rung_is_the_run_with_that_edit(fields: dict[str, object], name: str) -> None:
    trainer, copy = trained(17, **fields)
    answer = answers_of(copy, name=name, epochs=3)[-1]
    assert answer.is_whole and answer.name == name and len(answer.values) >= 5
    assert (answer.start, answer.step) == (1, 17 - trainer.steps_per_epoch)
    assert answer.values[answer.now] == getattr(trainer.hyperparameters[0], name)
    here = float(trainer.validation.evaluate().loss[0])  # type: ignore[union-attr]
    for value, losses in zip(answer.values, answer.losses, strict=True):
        run = Trainer(copy.dataset, copy.state.hyperparameters, state=copy.state)
        run.set(0, name, value)
        assert losses.tolist() == [here] + [float(run.epoch().validation_loss[0]) for _ in range(3)]


@pytest.mark.parametrize("name", ["learning_rate", "batch_size"])
def test_the_steps_are_counted_from_here_for_each_copy(name: str) -> None:
    trainer, copy = trained(17)
    answer = answers_of(copy, name=name, epochs=3)[-1]
    rows = len(copy.dataset.train)
    for value, steps, seconds in zip(answer.values, answer.steps, answer.seconds, strict=True):
        size = trainer.batch_size if name != "batch_size" else rows if value == "full" else int(value)
        each = -(-rows // size)
        left = -(-(rows - answer.step * trainer.batch_size) // size)  # of the epoch that has begun
        assert steps.tolist() == [0, left, left + each, left + 2 * each], value
        assert seconds[0] == 0 and (np.diff(seconds) > 0).all()


def test_a_copy_that_diverges_says_when_and_the_others_go_on() -> None:
    _, copy = trained(5, loss="mse", optimizer="sgd", learning_rate=0.3)
    answer = answers_of(copy, epochs=4)[-1]
    lost = [place for place, epoch in enumerate(answer.diverged) if epoch]
    assert lost and answer.now not in lost and np.isfinite(answer.losses[answer.now]).all()
    for place in lost:
        run = Trainer(copy.dataset, copy.state.hyperparameters, state=copy.state)
        run.set(0, "learning_rate", answer.values[place])
        while not run.is_done:
            run.epoch()
        assert answer.diverged[place] == run.early_stopping.divergences[0].epoch  # type: ignore[union-attr]
        assert np.isnan(answer.losses[place, answer.diverged[place] :]).all()


def test_a_training_that_has_ended_goes_on_where_it_stopped() -> None:
    trainer, copy = trained(40, epochs=2, batch_size="full")
    assert trainer.is_done
    answer = answers_of(copy, epochs=2)[-1]
    trainer.set(0, "epochs", 4)
    following = [float(trainer.epoch().validation_loss[0]) for _ in range(2)]
    assert answer.losses[answer.now, 1:].tolist() == following and answer.start == 2


def test_a_diverged_training_has_no_next_epochs() -> None:
    trainer, copy = trained(300, loss="mse", optimizer="sgd", learning_rate=900.0)
    assert trainer.is_done
    with pytest.raises(Exception, match="has diverged"):
        answers_of(copy)


@pytest.mark.parametrize(
    ("fields", "name", "values", "now"),
    [
        ({"learning_rate": 0.02}, "learning_rate", (0.002, 0.006, 0.02, 0.06, 0.2, 0.6), 2),
        ({"learning_rate": 500.0}, "learning_rate", (50, 150, 500, 1000, 1000, 1000), 2),
        ({"l2": 0.02}, "l2", (0, 1e-4, 1e-3, 0.02, 0.1, 1), 3),
        ({"beta1": 0.93}, "beta1", (0, 0.5, 0.8, 0.9, 0.93, 0.99), 4),
        ({"batch_size": 48}, "batch_size", (8, 16, 32, 48, "full"), 3),
        ({"batch_size": "full"}, "batch_size", (8, 16, 32, 64, "full"), 4),
    ],
)
def test_the_present_value_stands_among_the_others(fields, name, values, now) -> None:
    found, place = values_around(plain(**fields), name, rows=100)
    assert found == pytest.approx(values) if "full" not in values else found == values
    assert place == now


def test_only_what_has_an_effect_is_asked_about() -> None:
    _, copy = trained(1, optimizer="rmsprop")
    assert answers_of(copy, epochs=1, name="beta1")[0].names == ("learning_rate", "l2", "dropout", "batch_size")
    assert answers_of(copy, epochs=1, name="beta1")[0].name == "learning_rate"
