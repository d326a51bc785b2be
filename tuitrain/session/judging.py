"""What the diagnosis finds of a snapshot: what its rules read, and when they are asked."""

from __future__ import annotations

from tuitrain.diagnosis.course import Course
from tuitrain.diagnosis.finding import Finding
from tuitrain.diagnosis.rules import findings
from tuitrain.session.snapshot import Snapshot

LEAST_SECONDS = 0.2


def course_of(snapshot: Snapshot) -> Course:
    """Return the course of a training until a snapshot."""
    return Course.of(
        snapshot.history, snapshot.epochs_recorded, state=snapshot.state, ending=snapshot.ending,
        hyperparameters=snapshot.hyperparameters, observation=snapshot.observation, epoch=snapshot.epoch,
        step=snapshot.step, steps_per_epoch=snapshot.steps_per_epoch, best_epoch=snapshot.best_epoch,
        best_loss=snapshot.best_loss, edits=snapshot.edits,
    )  # fmt: skip


SHARE = 100  # while a training goes on, it is judged anew when it is longer by such a part of it, or by an epoch


class NewestFindings:
    """The findings about a training, made anew when it has gone on enough to change them, or when its state changes.

    While it runs they are made at most every `LEAST_SECONDS` of training, and when it is longer by a part in `SHARE`:
    with short epochs, and very many, the rules would take as much time as the rest of a snapshot.
    """

    def __init__(self) -> None:
        self.newest: tuple[Finding, ...] = ()
        self._moment: object = None  # that the newest findings are about
        self._was_running = False
        self._epochs = 0  # that the newest findings are about
        self._due = 0.0  # of the training's seconds, when they may be made anew while it runs

    def of(self, snapshot: Snapshot) -> tuple[Finding, ...]:
        """Return the findings about a snapshot."""
        moment = snapshot.epochs_recorded, snapshot.state, snapshot.step == 0, snapshot.ending
        epochs = snapshot.epochs_recorded
        is_soon = snapshot.seconds < self._due or 0 <= epochs - self._epochs <= epochs // SHARE
        is_early = snapshot.state == "running" and is_soon and self._moment is not None
        if moment != self._moment and not (is_early and self._was_running):
            self._due, self._was_running = snapshot.seconds + LEAST_SECONDS, snapshot.state == "running"
            self._moment, self._epochs, self.newest = moment, epochs, tuple(findings(course_of(snapshot)))
        return self.newest

    def failed(self, ending: str) -> tuple[Finding, ...]:
        """Return the finding about a training that failed."""
        self.newest = (Finding("failed", "error", ending),)
        return self.newest

    def forget(self) -> None:
        """Make the findings of the next snapshot anew, whatever it is."""
        self._moment, self._due = None, 0.0
