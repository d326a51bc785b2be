"""What becomes of a training when the program ends and nobody could be asked: the last checkpoint of its run."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tuitrain.session.commands import End
from tuitrain.text import visible
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.session.session import Session
    from tuitrain.session.snapshot import Snapshot

ANSWER_SECONDS = 10.0


class LastCheckpoint:
    """Lets a session write the last checkpoint of its run, once, however many threads ask for it."""

    def __init__(self, session: Session[Snapshot]) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._outcome: str | None = None

    def __call__(self) -> str:
        """Write it if that was not done yet; return a line that says how to go on, or that nothing was kept, or ""."""
        with self._lock:
            if self._outcome is None:
                self._outcome = self._write()
            return self._outcome

    def _write(self) -> str:
        snapshot = self._session.snapshot
        if snapshot.run is None:
            is_lost = snapshot.has_something_to_lose and snapshot.best_epoch
            return _("the training was not kept as a run, and is gone") if is_lost else ""
        if snapshot.state not in {"running", "paused"}:
            return ""
        number = self._session.send(End("interrupt"))
        self._session.wait_for_answer(number, ANSWER_SECONDS)
        return _("to continue: tuitrain launch --resume {run}").format(run=visible(snapshot.run, 1000))
