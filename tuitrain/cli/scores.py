"""The scores that a user has asked for, as lines of the summary of a training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuitrain.options.metric_names import LOSS
from tuitrain.text import counted, visible
from tuitrain.translation import gettext as _

MOST_NAME = 30  # cells of a class's name


def asked_scores(found: Mapping[str, Any]) -> list[str]:
    """Tell the metric that chose the epoch, and the class that is looked for, on the validation and test rows.

    `found` is what ``tuitrain train --json`` prints; no lines where neither was asked for.
    """
    judged = {part: one for part, one in found.get("scores", {}).items() if part in {"validation", "test"}}
    metric = found.get("hyperparameters", {}).get("metric", LOSS)
    lines = []
    if metric != LOSS:
        told = [f"{_(part)} {_beside(one['metrics'][metric])}{_instead(part, one['metrics'][metric])}"
                for part, one in judged.items()]  # fmt: skip
        lines.append(f"  {metric.replace('_', ' ')}: " + "; ".join(told))
    names = {one["averages"] for one in judged.values() if one.get("averages", "macro") != "macro"}
    for name in sorted(names):
        threshold = found.get("threshold")
        head = visible(name, MOST_NAME) if threshold is None else _("{name}, answered from {threshold:.3f}").format(
            name=visible(name, MOST_NAME), threshold=threshold
        )  # fmt: skip
        told = [f"{_(part)} {_of_class(one['classes'][name])}" for part, one in judged.items()]
        lines.append(f"  {head}: " + "; ".join(told))
    return lines


def _beside(one: Mapping[str, Any]) -> str:
    """``0.6459 (90 %: 0.53 to 0.76, constant 0.0509)``."""
    if one["value"] is None:
        return _("not defined")
    low, high = one["interval"]
    parts = [] if low is None else [_("90 %: {low:.3g} to {high:.3g}").format(low=low, high=high)]
    parts += [] if one["baseline"] is None else [_("constant {value:.3g}").format(value=one["baseline"])]
    return f"{one['value']:.4g} ({', '.join(parts)})" if parts else f"{one['value']:.4g}"


def _instead(part: str, one: Mapping[str, Any]) -> str:
    """What chose the epoch where the metric is not defined on the validation rows."""
    return _(", so that the loss chose the epoch") if part == "validation" and one["value"] is None else ""


def _of_class(one: Mapping[str, Any]) -> str:
    text = _("precision {precision:.3f}, recall {recall:.3f}, f1 {f1:.3f} ({rows})")
    rows = counted(one["rows"], "row")
    return text.format(precision=one["precision"], recall=one["recall"], f1=one["f1"], rows=rows)
