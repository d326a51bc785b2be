"""What the diagnosis finds of a snapshot: what its rules read, and when they are asked."""

from __future__ import annotations

from tuitrain.diagnosis.course import Course
from tuitrain.diagnosis.finding import Finding
from tuitrain.diagnosis.rules import findings
from tuitrain.session.snapshot import Snapshot


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
    """The findings about a training, made anew when it has gone on enough to change them, or when its state changes."""

    def __init__(self) -> None:
        self.newest: tuple[Finding, ...] = ()
        self._moment: object = None  # that the newest findings are about
        self._epochs = 0  # of it

    def of(self, snapshot: Snapshot) -> tuple[Finding, ...]:
        """Return the findings about a snapshot."""
        moment = snapshot.state, snapshot.step == 0, snapshot.ending
        epochs = snapshot.epochs_recorded
        is_longer = abs(epochs - self._epochs) > (epochs // SHARE if snapshot.is_running else 0)
        if moment != self._moment or is_longer:
            self._moment, self._epochs, self.newest = moment, epochs, tuple(findings(course_of(snapshot)))
        return self.newest

    def failed(self, ending: str) -> tuple[Finding, ...]:
        """Return the finding about a training that failed."""
        self.newest = (Finding("failed", "error", ending),)
        return self.newest

    def forget(self) -> None:
        """NewestFindings the next snapshot, whatever it is."""
        self._moment = None
