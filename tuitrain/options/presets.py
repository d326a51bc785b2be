"""Sets of values with a name: the default, and one for learners; what is given beside a preset overrides it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.option import Option


@dataclass(frozen=True)
class Preset:
    """Hyperparameters and data options that differ from the defaults."""

    hyperparameters: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)


PRESETS: Mapping[str, Preset] = {
    "auto": Preset(),
    "textbook": Preset(
        {
            "hidden_layers": (16, 16), "activation": "relu", "optimizer": "sgd", "learning_rate": 0.1,
            "schedule": "constant", "batch_size": 32, "l2": 0.0, "epochs": 200, "patience": 0,
        },
        {"encode_numbers": "standard"},
    ),
}  # fmt: skip

PRESET = Option(
    name="preset", label="preset", kind="choice", default="auto", meaning="values to begin with",
    explanation="auto: those that were best on public tables. textbook: plain ones for learners, two layers of 16 relu "
    "units, sgd at a constant 0.1, 32 rows a batch, 200 epochs, nothing against overfitting, number columns as they "
    "are. Whatever else is given overrides them.", choices=tuple(PRESETS),
)  # fmt: skip

PLAIN = Hyperparameters.from_record({})  # without anything automatic: what pages and their examples are written for
