"""What the rules of the diagnosis read of a snapshot."""

from __future__ import annotations

from tuitrain.diagnosis.course import Course
from tuitrain.session.snapshot import Snapshot


def course_of(snapshot: Snapshot) -> Course:
    """Return the course of a training until a snapshot."""
    return Course.of(
        snapshot.history, snapshot.epochs_recorded, state=snapshot.state, ending=snapshot.ending,
        hyperparameters=snapshot.hyperparameters, observation=snapshot.observation, epoch=snapshot.epoch,
        step=snapshot.step, steps_per_epoch=snapshot.steps_per_epoch, best_epoch=snapshot.best_epoch,
        best_loss=snapshot.best_loss, edits=snapshot.edits,
    )  # fmt: skip
