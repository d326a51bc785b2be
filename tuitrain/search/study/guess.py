"""A guess of the user's: where one would look next, before seeing where the strategy does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tuitrain.search.space.setting import setting_to_json


@dataclass(frozen=True)
class Guess:
    """The settings that the user guessed and the strategy chose, and the expected improvement of both at that moment.

    `gains` are the guess's and the choice's, in the metric's units.
    """

    guess: Mapping[str, Any]
    choice: Mapping[str, Any]
    gains: tuple[float, float]

    def to_event(self) -> dict[str, Any]:
        """Return the part of a journal's line that records it."""
        settings = {"guess": setting_to_json(self.guess), "choice": setting_to_json(self.choice)}
        return {**settings, "gains": list(self.gains)}
