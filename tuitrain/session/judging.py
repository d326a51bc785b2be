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


class NewestFindings:
    """The findings about a training, made anew once an epoch, or when its state changes."""

    def __init__(self) -> None:
        self.newest: tuple[Finding, ...] = ()
        self._moment: object = None  # that the newest findings are about

    def of(self, snapshot: Snapshot) -> tuple[Finding, ...]:
        """Return the findings about a snapshot."""
        moment = snapshot.epochs_recorded, snapshot.state, snapshot.step == 0, snapshot.ending
        if moment != self._moment:
            self._moment, self.newest = moment, tuple(findings(course_of(snapshot)))
        return self.newest

    def failed(self, ending: str) -> tuple[Finding, ...]:
        """Return the finding about a training that failed."""
        self.newest = (Finding("failed", "error", ending),)
        return self.newest

    def forget(self) -> None:
        """NewestFindings the next snapshot, whatever it is."""
        self._moment = None
