"""What the table of trials is filtered by: a condition as of ``tuitrain runs --where``, or its short form.

The short form is words that the line must hold, and comparisons: ``relu failed rank<10 learning rate<0.1``. It is made
into such a condition, and evaluated like one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tuitrain.errors import RunError
from tuitrain.options.hyperparameters import FIELDS, field_name
from tuitrain.runs.where import RowCondition
from tuitrain.text import quoted, suggest

if TYPE_CHECKING:
    from tuitrain.ui.search.table import Row

COMPARED = ("rank", "score", "epochs", "trial", "number")
NAMES = (*COMPARED, "state", "by", *FIELDS)
_COMPARISON = re.compile(r"([\w -]+?)\s*(<=|>=|<|>|=|:)\s*(\S+)")
_WHOLE = re.compile(r"==|!=|['\"()]|\b(and|or|not|in)\b")  # what only a whole condition has


class TrialFilter:
    """What passes `text`.

    Raises
    ------
    RunError
        if it is no condition, or compares what a trial does not have.
    """

    def __init__(self, text: str) -> None:
        is_whole = _WHOLE.search(text) is not None
        self._words, condition = ([], text) if is_whole else _read_short(text)
        self._condition = RowCondition(condition, NAMES) if condition else None

    def passes(self, row: Row) -> bool:
        """Return whether a trial is shown."""
        values = values_of(row)
        line = " ".join(
            str(value) if name in {"state", "by"} else f"{name}={value}"
            for name, value in values.items() if name not in COMPARED
        ).lower()  # fmt: skip
        holds = self._condition is None or self._condition.holds(values)
        return holds and all(word in line for word in self._words)


def values_of(row: Row) -> Mapping[str, Any]:
    """Return a trial's values by name; hyperparameters that are no numbers as they are shown."""
    trial = row.trial
    values: dict[str, Any] = {
        "rank": row.rank or None, "score": trial.score if math.isfinite(trial.score) else None,
        "epochs": trial.epochs, "trial": trial.number, "number": trial.number, "state": trial.state, "by": trial.by,
    }  # fmt: skip
    for name, value in trial.setting.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        values[name] = value if is_number else FIELDS[name].format(value)
    return values


def _read_short(text: str) -> tuple[list[str], str]:
    """Return the words and the condition of the short form.

    A name is as many of the words before a sign as make one; those before it stand for themselves.
    """
    words, comparisons = _COMPARISON.sub(" ", text).lower().split(), []
    for before, sign, bound in _COMPARISON.findall(text):
        parts = before.lower().split() or [""]
        start = next((at for at in range(len(parts)) if _key(" ".join(parts[at:]))), len(parts) - 1)
        words += parts[:start]
        name = " ".join(parts[start:])
        if not (key := _key(name)):
            raise RunError(f"{quoted(name)}: {suggest(name, NAMES)}")
        comparisons.append(_comparison(key, "==" if sign in {"=", ":"} else sign, bound))
    return words, " and ".join(comparisons)


def _key(name: str) -> str:
    """Return the name of what is compared, as a condition has it; "" where there is none."""
    return name if name in NAMES else field_name(name) or ""


def _comparison(key: str, sign: str, bound: str) -> str:
    """Return a comparison as a condition has it; what looks like a number may be a text, as the layers ``64``."""
    try:
        number = float(bound)
    except ValueError:
        return f"{key} {sign} {bound!r}"
    same = f"{key} {sign} {number!r}" if math.isfinite(number) else f"{key} {sign} {bound!r}"
    return f"({same} or {key} == {bound!r})" if sign == "==" else same
