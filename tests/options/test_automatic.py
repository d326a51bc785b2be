"""What ``auto`` comes to: by the training rows, and by what else is given."""

from __future__ import annotations

import pytest

from tuitrain import Hyperparameters, Space, load_dataset, train
from tuitrain.engine import Trainer
from tuitrain.options.automatic import SETTLED
from tuitrain.options.hyperparameters import FIELDS


def settled(rows: int, **given: object) -> dict[str, object]:
    h = Hyperparameters.from_mapping(given).settled(rows)
    return {name: FIELDS[name].format(getattr(h, name)) for name in SETTLED}


@pytest.mark.parametrize(
    ("rows", "given", "expected"),
    [
        # 360 rows: 6 batches of 64, 5 / 360; 2,000 and 500 steps
        (360, {}, {"hidden_layers": "64x32", "l2": "0.014", "learning_rate": "0.003", "schedule": "cosine",
                   "batch_size": "64", "epochs": "334", "patience": "84"}),
        (2500, {}, {"hidden_layers": "128x64", "l2": "0.002", "epochs": "60", "patience": "13"}),
        (2499, {}, {"hidden_layers": "64x32"}),
        (40_000, {}, {"epochs": "60", "patience": "10"}),
        (360, {"learning_rate": 0.3}, {"schedule": "constant", "epochs": "334"}),
        (360, {"learning_rate": 0.3, "schedule": "cosine"}, {"schedule": "cosine"}),
        (360, {"batch_size": "full"}, {"epochs": "2000", "patience": "500"}),
        (360, {"epochs": 5}, {"epochs": "5", "patience": "84", "schedule": "cosine"}),
        (360, {"optimizer": "sgd"}, {"learning_rate": "0.1"}),
        (360, {"optimizer": "adamw"}, {"l2": "0"}),
        (360, {"weight_decay": 0.1}, {"l2": "0"}),
        (360, {"weight_decay": 0, "optimizer": "adamw"}, {"l2": "0.014"}),
        (200, {"hidden_layers": "none"}, {"hidden_layers": "none", "l2": "0.005", "learning_rate": "0.01"}),
        (2, {}, {"l2": "1", "epochs": "2000"}),
    ],
)  # fmt: skip
def test_auto_follows_the_rows_and_what_is_given(rows, given, expected) -> None:
    found = settled(rows, **given)
    assert {name: found[name] for name in expected} == expected


def test_what_is_given_is_left_alone() -> None:
    given = {"hidden_layers": "7x5", "l2": 0.5, "learning_rate": 0.2, "schedule": "step", "batch_size": 9,
             "epochs": 3, "patience": 0}  # fmt: skip
    assert settled(5000, **given) == {
        name: FIELDS[name].format(FIELDS[name].parse(str(v))) for name, v in given.items()
    }


def test_a_training_tells_both_what_was_given_and_what_is_used() -> None:
    found = train(load_dataset("iris"), {"epochs": 2, "dropout": 0.1}).to_json()
    assert found["given"] == {"epochs": 2, "dropout": 0.1}
    assert found["hyperparameters"]["l2"] == 0.047  # 5 / 106
    assert found["hyperparameters"]["hidden_layers"] == "64x32"


def test_auto_may_be_set_again_while_training() -> None:
    trainer = Trainer(load_dataset("iris"), Hyperparameters(learning_rate=0.1, hidden_layers=(4,)))
    trainer.set(0, "learning_rate", "auto")
    trainer.set(0, "epochs", "auto")
    assert (trainer.hyperparameters[0].learning_rate, trainer.hyperparameters[0].epochs) == (0.003, 1000)


def test_a_space_is_settled_by_the_rows_and_searches_values_in_place_of_auto() -> None:
    space = Space({"learning_rate": "1e-4..1", "hidden_layers": "auto,16"}).settled(360)
    assert space.to_texts()["hidden_layers"] == "64x32,16"
    assert space.base.l2 == 0.014
    assert space.base.schedule == "constant"  # as where a rate is given
    assert Space({"l2": "1e-6..1"}).settled(360).base.schedule == "cosine"
    assert space.start is not None


def test_records_of_versions_without_auto_mean_what_they_meant() -> None:
    h = Hyperparameters.from_record({})
    assert (h.hidden_layers, h.learning_rate, h.schedule, h.batch_size) == ((64, 32), 0.01, "constant", 32)
    assert (h.l2, h.epochs, h.patience) == (0.01, 200, 30)
