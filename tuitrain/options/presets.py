"""Sets of values with a name: the default, and one for learners; what is given beside a preset overrides it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tuitrain.errors import HyperparameterError
from tuitrain.options.field import Field
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.text import quoted, suggest
from tuitrain.translation import gettext as _


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

PRESET = Field(
    name="preset", label="preset", kind="choice", default="auto", meaning="values to begin with",
    explanation="auto: those that were best on public tables. textbook: plain ones for learners, two layers of 16 relu "
    "units, sgd at a constant 0.1, 32 rows a batch, 200 epochs, nothing against overfitting, number columns as they "
    "are. Whatever else is given overrides them.", choices=tuple(PRESETS),
    group=FIELDS["hidden_layers"].group, live=False,
)  # fmt: skip

PLAIN = Hyperparameters.from_record({})  # without anything automatic: what pages and their examples are written for

_SET = tuple(dict.fromkeys(name for preset in PRESETS.values() for name in preset.hyperparameters))


def value_in(preset: str, name: str) -> Any:
    """Return what a preset sets a hyperparameter to: the default where it says nothing."""
    return PRESETS[preset].hyperparameters.get(name, FIELDS[name].default)


def preset_of(h: Hyperparameters) -> str:
    """Return the preset with which more than half of the values agree in which presets differ; else the first."""
    telling = [name for name in _SET if len({value_in(preset, name) for preset in PRESETS}) > 1]

    def alike(preset: str) -> int:
        return sum(getattr(h, name) == value_in(preset, name) for name in telling)

    best = max(PRESETS, key=alike)
    return best if alike(best) * 2 > len(telling) else next(iter(PRESETS))


def changes_to(preset: str, h: Hyperparameters) -> dict[str, Any]:
    """Return what has to change for a preset: the values that are those of the present one, not set by hand.

    Raises
    ------
    HyperparameterError
        if there is no such preset.
    """
    if preset not in PRESETS:
        raise HyperparameterError(_("preset {name}: {hint}").format(name=quoted(preset), hint=suggest(preset, PRESETS)))
    before = preset_of(h)
    values = {name: (getattr(h, name), value_in(before, name), value_in(preset, name)) for name in _SET}
    return {name: new for name, (now, old, new) in values.items() if now == old != new}


def set_by_hand(preset: str, h: Hyperparameters) -> list[str]:
    """Return the names of what a preset sets, and `h` has otherwise."""
    return [name for name in _SET if getattr(h, name) != value_in(preset, name)]
