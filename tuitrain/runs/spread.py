"""How far the members of an ensemble disagree on a row, and what that says about the error, by the test rows.

`M` members, `N` rows, `K` outputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.evaluation import decide
from tuitrain.engine.probabilities import class_probabilities
from tuitrain.errors import ModelError
from tuitrain.text import counted
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.runs.model import Model

Array = NDArray[Any]
LEAST_ROWS = 30  # of the test, to be cut into thirds


def check_members(model: Model) -> None:
    """Refuse a single network.

    Raises
    ------
    ModelError
        if the model is one.
    """
    if model.n_networks < 2:
        raise ModelError(_("the model is a single network, which has no spread; train one with --ensemble 8"))


def spread_of(model: Model, outputs: Array) -> Array:
    """Return the members' spread for each row, (N,) float64, from their outputs (M, N, K).

    For numbers it is the standard deviation of their predictions in the target's own units; for classes that of the
    probability of the class that is predicted or, where there are no probabilities, the share of members that answer
    with another class.

    Raises
    ------
    ModelError
        if the model is a single network.
    """
    check_members(model)
    classes = len(model.class_names)
    answer = decide(model.combined(outputs)[None], model.network, classes)[0]
    if not classes:
        return _deviation(outputs[:, :, 0].astype(np.float64), model.member_weights) * model.target_scale
    if not model.gives_probabilities:
        differing: Array = model.member_weights @ (decide(outputs, model.network, classes) != answer)
        return differing
    each = np.stack([class_probabilities(one, model.network.loss.name) for one in outputs])
    return _deviation(each[:, np.arange(len(answer)), answer], model.member_weights)


def _deviation(values: Array, weights: Array) -> Array:
    """Return the standard deviation of values (M, N) that count `weights` (M,), together 1; of equal ones with M - 1.

    The variance is divided by 1 - Σ w², its expectation under weights that count how sure each value is.
    """
    if (weights == weights[0]).all():
        found: Array = values.std(axis=0, ddof=1)
        return found
    mean = weights @ values
    weighed: Array = np.sqrt(weights @ (values - mean) ** 2 / (1 - (weights**2).sum()))
    return weighed


def calibration(model: Model, X: Array, y: Array) -> dict[str, float]:
    """Return what the spread says on test rows X (N, D), `y`: the error in the thirds of least and most spread.

    The error is the mean absolute one in the target's own units, or the share of wrong classes. Empty for few rows.
    """
    if len(X) < LEAST_ROWS:
        return {}
    outputs = model.member_logits(X)
    spread = spread_of(model, outputs)
    answer = decide(model.combined(outputs)[None], model.network, len(model.class_names))[0]
    if model.class_names:
        error = (answer != y).astype(np.float64)
    else:
        error = np.abs(answer.astype(np.float64) - y[:, 0]) * model.target_scale
    order, third = np.argsort(spread, kind="stable"), len(spread) // 3
    return {
        "rows": float(len(X)), "least": float(error[order[:third]].mean()), "most": float(error[order[-third:]].mean()),
    }  # fmt: skip


def told(spread: Mapping[str, float], *, has_classes: bool) -> str:
    """Say what the spread meant on the test rows; "" where that is not known."""
    if not {"rows", "least", "most"} <= spread.keys():
        return ""
    if has_classes:
        text = _(
            "spread: of {rows} of the test, {least:.0%} were wrong in the third with the least spread, {most:.0%} in "
            "that with the most"
        )
    else:
        text = _(
            "spread: of {rows} of the test, the mean error was {least:.4g} in the third with the least spread, "
            "{most:.4g} in that with the most"
        )
    return text.format(rows=counted(int(spread["rows"]), "row"), least=spread["least"], most=spread["most"])
