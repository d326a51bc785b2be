"""What a rule finds about a training: data, which a screen gives its sign and colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tuitrain.runs.json_values import decode_fields, encode_fields

Severity = Literal["good", "note", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """One finding: `kind` names it for programs, `text` says it to people, with what to try."""

    kind: str
    severity: Severity
    text: str

    def to_json(self) -> dict[str, Any]:
        """Convert to a JSON object."""
        return encode_fields(self)

    @classmethod
    def from_json(cls, json: Any) -> Finding:
        """Convert a JSON object back.

        Raises
        ------
        RunError
            if it does not describe a finding.
        """
        finding: Finding = decode_fields(cls, json)
        return finding
