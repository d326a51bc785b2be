"""What ``auto`` comes to for the hyperparameters that depend on the training rows, or on each other.

The values are those of the single network that was best on average over public tables (docs/guide/quality.md); where
one of them is given, the others follow it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tuitrain.options.hyperparameters import Hyperparameters

AUTO = "auto"
SETTLED = ("hidden_layers", "l2", "learning_rate", "schedule", "batch_size", "epochs", "patience")
SMALL, LARGE, LARGE_ROWS = (64, 32), (128, 64), 2_500
BATCH, LEAST_EPOCHS, LEAST_STEPS = 64, 60, 2_000
LEAST_PATIENCE, PATIENCE_STEPS = 10, 500
PENALTY, LINEAR_PENALTY = 5.0, 1.0  # divided by the rows
RATE, PLAIN_RATE = 0.003, 0.01  # with bins; without, where the network has to bend by itself
PLAIN_PENALTY = 0.01  # at most, without bins
RATES = {"sgd": 0.1, "momentum": 0.01, "nesterov": 0.01, "adagrad": 0.03, "adadelta": 1.0}


def settled(h: Hyperparameters, rows: int, *, has_bins: bool = True) -> Hyperparameters:
    """Return a copy in which the fields of `SETTLED` have values, for a training on so many rows.

    `has_bins` says whether number columns have bins, which a network with hidden layers reads.
    """
    if AUTO not in [getattr(h, name) for name in SETTLED if isinstance(getattr(h, name), str)]:
        return h
    found: dict[str, Any] = {name: getattr(h, name) for name in SETTLED}
    if found["hidden_layers"] == AUTO:
        found["hidden_layers"] = LARGE if rows >= LARGE_ROWS and h.ensemble == 1 else SMALL
    is_linear = not found["hidden_layers"]
    if found["l2"] == AUTO:
        is_decayed = h.number("weight_decay") > 0  # in place of L2
        share = (LINEAR_PENALTY if is_linear else PENALTY) / max(rows, 1)
        most = 1.0 if has_bins and not is_linear else PLAIN_PENALTY
        found["l2"] = 0.0 if is_decayed else float(f"{min(share, most):.2g}")
    if found["schedule"] == AUTO:  # a rate of the user's own is kept as it is
        found["schedule"] = "cosine" if found["learning_rate"] == AUTO else "constant"
    if found["learning_rate"] == AUTO:
        found["learning_rate"] = RATES.get(h.optimizer, RATE if has_bins and not is_linear else PLAIN_RATE)
    if found["batch_size"] == AUTO:
        found["batch_size"] = BATCH
    batch = rows if found["batch_size"] == "full" else min(int(found["batch_size"]), max(rows, 1))
    steps = math.ceil(rows / max(batch, 1)) or 1  # of an epoch
    if found["epochs"] == AUTO:
        found["epochs"] = max(LEAST_EPOCHS, math.ceil(LEAST_STEPS / steps))
    if found["patience"] == AUTO:
        found["patience"] = max(LEAST_PATIENCE, math.ceil(PATIENCE_STEPS / steps))
    return h.replace(**found)
