"""Waiting for room on a full disk: what a search could not write is tried again, and the user is told."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from tuitrain.errors import TuitrainError
from tuitrain.runs.disk import is_full
from tuitrain.text import visible
from tuitrain.translation import gettext as _

SECONDS = 1.0  # between two tries


@dataclass
class DiskRoom:
    """Whether a search waits for room on the disk of its study at `path`; `notices` tell the user, and grow."""

    path: Path
    is_awaited: bool = False
    notices: list[str] = field(default_factory=list)
    _due: float = 0.0

    def is_missing(self, error: TuitrainError) -> bool:
        """Return whether an error comes from a full disk; it is waited for then."""
        if not (isinstance(error.__cause__, OSError) and is_full(error.__cause__)):
            return False
        if not self.is_awaited:
            told = _("no room on the disk: the search waits; what {study} holds is kept")
            self.notices.append(told.format(study=visible(self.path)))
        self.is_awaited, self._due = True, time.monotonic() + SECONDS
        return True

    def is_closed(self, timeout: float) -> bool:
        """Return whether it is too early for another try, after up to `timeout` seconds of waiting."""
        if self.is_awaited and (left := self._due - time.monotonic()) > 0:
            time.sleep(min(left, timeout))
            return left > timeout
        return False

    def found(self) -> None:
        """Say that the search goes on, if it waited."""
        if self.is_awaited:
            self.is_awaited = False
            self.notices.append(_("there is room on the disk again: the search goes on"))
