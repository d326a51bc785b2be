"""What is trained when the program ends and nobody could be asked: its run is written, or, without one, its model."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tuitrain.errors import RunError
from tuitrain.runs.files import model_name
from tuitrain.session.commands import End, SaveModel
from tuitrain.text import visible
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.session.session import Session
    from tuitrain.session.snapshot import Snapshot

ANSWER_SECONDS = 10.0
FOLDER = Path("rescued")  # beside where a model is saved by a name alone


class Rescue:
    """Writes the checkpoint of a session's run; without one, the model of the best epoch if no file holds it.

    It does so once, however many threads ask for it.
    """

    def __init__(self, session: Session[Snapshot]) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._outcome: str | None = None

    def __call__(self) -> str:
        """Write it if that was not done yet; return a line about where it is, or why not; "" if there is nothing."""
        with self._lock:
            if self._outcome is None:
                self._outcome = self._save()
            return self._outcome

    def _end(self, run: Path) -> str:
        """Let the training write its last checkpoint; say how to continue it."""
        number = self._session.send(End("interrupt"))
        self._session.wait_for_answer(number, ANSWER_SECONDS)
        return _("to continue: tuitrain launch --resume {run}").format(run=visible(run, 1000))

    def _save(self) -> str:
        snapshot = self._session.snapshot
        if snapshot.run is not None:
            return self._end(snapshot.run) if snapshot.state in {"running", "paused"} else ""
        if not snapshot.has_something_to_lose or not snapshot.best_epoch:
            return ""
        path = FOLDER / model_name(snapshot.dataset.name, stamp=time.strftime("%Y%m%d-%H%M%S"))
        try:
            FOLDER.mkdir(exist_ok=True)
            if path.exists():
                path = path.with_stem(f"{path.stem}-{os.getpid()}")
            number = self._session.send(SaveModel(path))
            if self._session.wait_for_answer(number, ANSWER_SECONDS).answered < number:
                raise RunError(_("the training does not answer"))
            if refused := self._session.journal[number - 1].refused:
                raise RunError(refused)
        except Exception as error:
            text = _("the model of epoch {epoch} could not be saved: {error}")
            return text.format(epoch=snapshot.best_epoch, error=visible(error))
        return _("the training was in no file: saved the model of its best epoch as {path}").format(path=path)
