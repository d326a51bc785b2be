"""What is asked before the first step: whether something is wrong already."""

from __future__ import annotations

from dataclasses import dataclass

from tuitrain.diagnosis.finding import Finding
from tuitrain.session.questions import Answer, Question


@dataclass(frozen=True)
class CheckStart(Question):
    """Check a training that has not begun: its first loss, its data, and whether it can learn one batch by heart."""


@dataclass(frozen=True, eq=False)
class StartChecked(Answer):
    """What is wrong, the most pressing first; nothing, where nothing is."""

    findings: tuple[Finding, ...] = ()
