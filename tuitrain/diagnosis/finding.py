"""What a rule finds about a training: data, which a screen gives its sign and colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tuitrain.runs.json_values import JsonFields

Severity = Literal["good", "note", "warning", "error"]


@dataclass(frozen=True)
class Finding(JsonFields):
    """One finding: `kind` names it for programs, `text` says it to people, with what to try."""

    kind: str
    severity: Severity
    text: str
