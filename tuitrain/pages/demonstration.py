"""What a page's live demonstration is: a few trainings that differ in one field, or a function of one number.

Only the declaration stands here, as the front matter of a page holds it; `tuitrain.session` trains, and
`tuitrain.pages.demonstrations` computes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# What can be shown of a training, and in which direction a reader should look is up to the page
MEASURES = (
    "loss", "validation loss", "score", "dead units", "saturated units", "gradient first layer", "gradient ratio",
    "steps", "memory", "weight norm", "zero weights", "parameters", "roughness", "gap", "best epoch", "epochs run",
    "support vectors", "loss at epoch 1",
)  # fmt: skip
FUNCTIONS = (
    "cross_entropy", "softmax", "activations", "huber", "momentum_ravine", "rate_on_bowl", "schedule", "estimators",
    "grid_random", "threshold", "expected_improvement", "error_sharing",
)  # fmt: skip
MOST_VALUES = 4


@dataclass(frozen=True)
class Order:
    """What a demonstration shows on every seed: `measure` is lower at one value than at another."""

    measure: str
    lower: Any
    higher: Any


@dataclass(frozen=True)
class TrainingDemonstration:
    """The same training at each of `values` of `field`; `given` are the other hyperparameters that are no default."""

    title: str
    data: str
    epochs: int
    given: Mapping[str, Any]
    field: str
    values: tuple[Any, ...]
    show: tuple[str, ...]
    says: str
    order: tuple[Order, ...]


@dataclass(frozen=True)
class FunctionDemonstration:
    """A function of one number, by its `name` in `tuitrain.pages.demonstrations`."""

    title: str
    name: str
    says: str


Demonstration = TrainingDemonstration | FunctionDemonstration
_TRAINING = {"title", "data", "epochs", "given", "field", "values", "show", "says", "order", "kind"}
_FUNCTION = {"title", "kind", "name", "says"}
_ORDER = {"measure", "lower", "higher"}


def read_demonstration(table: Mapping[str, Any]) -> Demonstration:
    """Read the table ``[demonstration]`` of a page.

    Raises
    ------
    ValueError
        if a key is unknown or missing, or a name in it is.
    """
    kind = table.get("kind", "training")
    if kind == "function":
        _check_keys(table, _FUNCTION, {"title", "name"})
        if table["name"] not in FUNCTIONS:
            raise ValueError(f"function {table['name']!r}: allowed are {', '.join(FUNCTIONS)}")
        return FunctionDemonstration(table["title"], table["name"], table.get("says", ""))
    if kind != "training":
        raise ValueError(f"kind {kind!r}: allowed are training and function")
    _check_keys(table, _TRAINING, _TRAINING - {"kind", "order", "given"})
    for name in table["show"]:
        if name not in MEASURES:
            raise ValueError(f"measure {name!r}: allowed are {', '.join(MEASURES)}")
    values = tuple(table["values"])
    if not 2 <= len(values) <= MOST_VALUES:
        raise ValueError(f"{len(values)} values: two to {MOST_VALUES} are compared")
    orders = []
    for entry in table.get("order", ()):
        _check_keys(entry, _ORDER, _ORDER)
        if entry["measure"] not in table["show"]:
            raise ValueError(f"order of {entry['measure']!r}, which is not among those shown")
        orders.append(Order(entry["measure"], entry["lower"], entry["higher"]))
        if not {entry["lower"], entry["higher"]} <= set(values):
            raise ValueError(f"order of {entry['measure']!r}: lower and higher are two of the values")
    return TrainingDemonstration(
        table["title"], table["data"], table["epochs"], dict(table.get("given", {})), table["field"], values,
        tuple(table["show"]), table["says"], tuple(orders),
    )  # fmt: skip


def _check_keys(table: Mapping[str, Any], known: set[str], needed: set[str]) -> None:
    if unknown := sorted(set(table) - known):
        raise ValueError(f"demonstration: unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}")
    if missing := sorted(needed - set(table)):
        raise ValueError(f"demonstration: {missing[0]} is missing")
