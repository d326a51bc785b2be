"""The metrics by which models are judged, early stopping watches and a search compares."""

from __future__ import annotations

LOSS = "loss"
CLASS_METRICS = (
    "accuracy", "balanced_accuracy", "precision", "recall", "f1", "roc_auc", "average_precision", "log_loss", "brier",
    "mcc",
)  # fmt: skip
VALUE_METRICS = ("r2", "rmse", "mae", "median_error", "mape")
LOWER_IS_BETTER = frozenset({LOSS, "log_loss", "brier", "rmse", "mae", "median_error", "mape"})
OF_DECISIONS = frozenset({"accuracy", "balanced_accuracy", "precision", "recall", "f1", "mcc"})  # need a threshold
OF_THE_POSITIVE = frozenset({"precision", "recall", "f1", "average_precision", "roc_auc"})  # else means over classes
