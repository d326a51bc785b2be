"""What each line of a journal may hold; checked when it is read, so that nothing breaks later.

Whether numbers of trials and stacks are those of the study is checked by the study, which knows them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from tuitrain.options.hyperparameters import FIELDS
from tuitrain.runs.file_checks import (
    Check,
    anything,
    listed,
    mapping,
    number,
    one_of,
    score,
    scores,
    table,
    text,
    whole,
)
from tuitrain.search.study.trial import DONE
from tuitrain.text import quoted, shown, suggest, visible
from tuitrain.translation import gettext as _

SETTING = mapping(one_of(FIELDS), anything)  # values are checked by their fields
OUTCOME: Check = table(
    {"number": whole(), "state": one_of(DONE)},
    {
        "score": score, "deviation": score, "loss": score, "epochs": whole(), "best_epoch": whole(),
        "seconds": number(0), "message": text, "curve": scores,
    },
)  # fmt: skip
GUESSED = table({"guess": SETTING, "choice": SETTING, "gains": listed(number(0), least=2, most=2)}, is_open=True)
_SPENT: Mapping[str, Check] = {"event": text, "seconds": number(0)}
_NUMBERS = listed(whole())
_AVERAGE = table({
    "candidates": _NUMBERS, "trials": _NUMBERS, "weights": listed(number(0)), "score": score, "single_score": score,
    "test": mapping(visible, score),
}, is_open=True)  # fmt: skip


def _epoch(name: str) -> str:
    """The epoch of a rung, which JSON holds as a text."""
    if not (name.isascii() and name.isdigit() and len(name) < 16):
        raise ValueError(_("{name} is not an epoch").format(name=quoted(name)))
    return name


EVENTS: Mapping[str, Check] = {
    "queued": table(
        {"by": text, "trials": listed(table({"number": whole(), "setting": SETTING}))},
        {"stacks": listed(listed(whole(), least=1)), "guessed": GUESSED, **_SPENT}, is_open=True,
    ),
    "started": table({"stack": whole()}, is_open=True),
    "finished": table(
        {"stack": whole(), "outcomes": listed(OUTCOME)},
        {"rungs": mapping(_epoch, listed(listed(score, least=2, most=2))), "member_epochs": whole(), **_SPENT},
        is_open=True,
    ),
    "skipped": table({"settings": listed(SETTING)}, is_open=True),
    "exhausted": table({}, is_open=True),
    "settings": table({}, {"removed": listed(text), "dropped": _NUMBERS}, is_open=True),
    "noted": table({"text": text, "after": whole()}, {"trial": whole()}, is_open=True),
    "chosen": table({"trial": whole(), "test": mapping(visible, score)}, {"average": _AVERAGE}, is_open=True),
}  # fmt: skip


def checked_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event as it was read, if each part is of its type and in its range.

    Raises
    ------
    ValueError
        naming the part, what was found and what is allowed.
    """
    name = event["event"]
    if not isinstance(name, str) or name not in EVENTS:
        hint = suggest(name if isinstance(name, str) else "", EVENTS)
        raise ValueError(_("event {name}: {hint}").format(name=shown(name), hint=hint))
    found: dict[str, Any] = EVENTS[name](event)
    return found


def finite(value: Any) -> Any:
    """Convert a number, or numbers in lists, to JSON: null for NaN, texts for infinities."""
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return [finite(part) for part in value] if isinstance(value, tuple | list) else value


def finite_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Convert what a table and the tables in it hold; see `finite`."""
    return {name: finite_values(v) if isinstance(v, Mapping) else finite(v) for name, v in values.items()}


def number_of(value: Any) -> float:
    """Convert one number back; the inverse of `finite`."""
    return math.nan if value is None else float(value)
