"""Train the network, or the ensemble, of one trial on a dataset's own split, as `tuitrain train` does."""

from __future__ import annotations

from tuitrain.data.dataset import Dataset, Part
from tuitrain.engine import Record
from tuitrain.engine.fit import fit
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.members import Members
from tuitrain.runs.model import Model


def trained(dataset: Dataset, h: Hyperparameters, *, best_epoch: int) -> tuple[Model, Members]:
    """Return the model of a trial's hyperparameters, and what trained it; as many bits as of its training alone.

    Without validation rows it is trained for as many epochs as were best (`best_epoch`).
    """
    if not len(dataset.validation):
        h = h.replace(epochs=max(1, best_epoch), patience=0)
    members = Members(dataset, h)

    def ended(record: Record) -> None:
        members.drop_ended()

    fit(members.trainer, ended, threads=1)
    return members.model(), members


def tested_part(dataset: Dataset, h: Hyperparameters) -> Part:
    """Return the test rows, encoded as the trial's model reads them."""
    return dataset.joined.test if h.ensemble > 1 else dataset.test
