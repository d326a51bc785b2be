"""Adopting what a page has found: its keys, and when the run acts on it."""

from __future__ import annotations

from collections.abc import Iterable

from tuitrain.options.hyperparameters import FIELDS
from tuitrain.session.snapshot import Snapshot
from tuitrain.translation import gettext as _
from tuitrain.ui.keys import Action

ENDED = ("done", "diverged", "failed")
PROLONGING = {"epochs", "patience"}  # with more of them, a training that is done goes on


def adopting(*, most: int, meaning: str, short: str = "adopt", rank: int = 98) -> tuple[Action, ...]:
    """The digits that adopt a result, which share a place in the footer and in the help."""
    pair = (digits(most), meaning)
    return tuple(
        Action(f"adopt({digit})", (str(digit),), str(digit), short if digit == 1 else "", meaning, "page",
               rank if digit == 1 else 0, pair=pair)
        for digit in range(1, most + 1)
    )  # fmt: skip


def digits(most: int) -> str:
    """How the digits from 1 to `most` are written as one key."""
    return f"1-{most}" if most > 1 else "1"


def when_it_acts(snapshot: Snapshot, names: Iterable[str]) -> str:
    """Say when a run takes hyperparameters on that were set now."""
    changed = set(names)
    if snapshot.step and (snapshot.state in ("diverged", "failed") or not all(FIELDS[name].live for name in changed)):
        return _("at the next reset (r on the Train screen)")
    if snapshot.state == "done" and not changed & PROLONGING:
        return _("when the training goes on or is reset")
    return _("from the next batch on")
