"""What a rule finds about a training: data, which a screen gives its sign and colour."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from tuitrain.numbers import json_number
from tuitrain.runs.json_values import JsonFields

Severity = Literal["note", "warning", "error"]


@dataclass(frozen=True)
class Figure(JsonFields):
    """A figure that a finding rests on, the limit that it is held against, and where it was measured.

    `layer` and `epoch` count from 1; None where the figure belongs to no single one. A figure that is not known is NaN.
    """

    name: str
    value: float
    limit: float = math.nan
    layer: int | None = None
    epoch: int | None = None


@dataclass(frozen=True)
class Remedy(JsonFields):
    """A change that may help: `options`, added to the command line, make it; `restart` says whether it starts over."""

    text: str
    options: str
    restart: bool = False


@dataclass(frozen=True)
class Finding(JsonFields):
    """One finding: `kind` names it for programs, `text` says it to people; `page` explains it.

    `remedies` are the likeliest to help first; where there are none, nothing that the command line can set would help.
    """

    kind: str
    severity: Severity
    text: str
    evidence: tuple[Figure, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    page: str = ""

    @property
    def is_alarm(self) -> bool:
        """Whether it is more than a note."""
        return self.severity != "note"

    def described(self) -> dict[str, Any]:
        """Convert to what ``--json`` prints: figures that are not finite become null."""
        return {
            "kind": self.kind, "severity": self.severity, "text": self.text,
            "evidence": [
                {"name": found.name, "value": json_number(found.value), "limit": json_number(found.limit),
                 "layer": found.layer, "epoch": found.epoch}
                for found in self.evidence
            ],
            "remedies": [
                {"text": remedy.text, "options": remedy.options, "restart": remedy.restart}
                for remedy in self.remedies
            ],
            "page": self.page,
        }  # fmt: skip
