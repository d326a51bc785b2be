"""Whatever is asked of an ensemble, each member is the training that it would be alone, to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitrain import Dataset, Hyperparameters, load_dataset
from tuitrain.engine import Record, Trainer
from tuitrain.engine.fit import fit
from tuitrain.options.presets import PRESETS
from tuitrain.runs.members import Members

RNG = np.random.default_rng(0)
ROWS = 90
A, B = RNG.normal(size=(2, ROWS))
TABLE = {
    "patient": [f"p{row // 5}" for row in range(ROWS)], "day": range(ROWS), "a": A, "b": B,
    "kind": RNG.choice(["x", "y", "z"], ROWS), "y": A * B + RNG.normal(0, 0.2, ROWS),
    "yes": np.where(A - B > 0.9, "yes", "no"),
}  # fmt: skip
SPLITS = ["random", "group:patient", "time:day"]
CLASS_METRICS = ["loss", "accuracy", "f1", "average_precision", "log_loss"]
VALUE_METRICS = ["loss", "r2", "mae"]


def dataset(kind: str, split: str, encode: str) -> Dataset:
    """The table with one of its targets; what is left of the others goes."""
    target, other = ("yes", "y") if kind == "classes" else ("y", "yes")
    options: dict[str, Any] = {"split": split, "drop": (other,), "encode_numbers": encode}
    if kind == "classes":
        options["positive"] = "yes"
    return load_dataset(TABLE, target=target, **options)


@st.composite
def trainings(draw: st.DrawFn) -> tuple[Dataset, Hyperparameters]:
    kind = draw(st.sampled_from(["classes", "numbers"]))
    preset = draw(st.sampled_from(list(PRESETS)))
    encode = PRESETS[preset].data.get("encode_numbers", draw(st.sampled_from(["auto", "bins"])))
    data = dataset(kind, draw(st.sampled_from(SPLITS)), encode)
    values: dict[str, Any] = {
        **PRESETS[preset].hyperparameters, "hidden_layers": draw(st.sampled_from([(), (5,), (6, 4)])),
        "epochs": draw(st.integers(1, 6)), "patience": draw(st.sampled_from([0, 1, 2])),
        "ensemble": draw(st.integers(2, 4)), "seed": draw(st.integers(0, 2**63 - 1)),
        "dropout": draw(st.sampled_from([0.0, 0.3])),
        "metric": draw(st.sampled_from(CLASS_METRICS if kind == "classes" else VALUE_METRICS)),
    }  # fmt: skip
    if kind == "classes":
        values["class_weights"] = draw(st.sampled_from(["none", "balanced"]))
    return data, Hyperparameters(**values)


@given(trainings())
def test_each_member_is_the_training_of_its_part_and_seed_alone(training: tuple[Dataset, Hyperparameters]) -> None:
    data, h = training
    members = Members(data, h)

    def ended(record: Record) -> None:
        members.drop_ended()

    fit(members.trainer, ended, threads=1)
    for member, part in enumerate(data.validation_parts(h.ensemble)):
        alone = Trainer(data.with_validation(part), h.replace(seed=(h.seed + member) % 2**63))
        fit(alone, threads=1)
        found, stopping = members.at_best(member), alone.early_stopping
        assert np.array_equal(found.parameters, stopping.best_parameters[0])
        assert (found.epoch, found.loss) == (stopping.best_epoch[0], pytest.approx(stopping.best_loss[0], nan_ok=True))
