"""A training in a thread of this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.finished import FinishedTraining
from tuitrain.runs.members import MembersState
from tuitrain.runs.model import Model
from tuitrain.session.continuation import Resumed
from tuitrain.session.keeping import RunPlace
from tuitrain.session.session import Clock, LocalSession
from tuitrain.session.snapshot import Snapshot
from tuitrain.session.training_work import Training


class TrainingSession(LocalSession[Snapshot]):
    """A training in a thread of this process, kept as a run in `place`, or continued from the run that was `resumed`.

    It begins with the parameters `first`, (P,), where they are given. `given` are the hyperparameters with ``auto``
    where a value was left to it, if they are others.

    Raises
    ------
    HyperparameterError
        if the hyperparameters do not fit the dataset.
    """

    def __init__(
        self, dataset: Dataset, hyperparameters: Hyperparameters, *, clock: Clock | None = None,
        place: RunPlace | None = None, resumed: Resumed | None = None, first: NDArray[Any] | None = None,
        given: Hyperparameters | None = None,
    ) -> None:  # fmt: skip
        clock = clock or Clock()
        self._training = Training(
            dataset, hyperparameters, clock=clock, place=place, resumed=resumed, first=first, given=given
        )
        super().__init__(self._training, name="training", clock=clock)

    @property
    def dataset(self) -> Dataset:
        """The dataset that is trained on."""
        return self._training.live.dataset

    @property
    def finished(self) -> tuple[FinishedTraining, ...]:
        """What each training of the session came to; see `Training`."""
        return self._training.finished

    @property
    def kept_in(self) -> Path | None:
        """The directory of the run that the newest training is kept in, also after the end; None if there is none."""
        return self._training.keeper.kept_in

    def model(self) -> Model:
        """Return the model of the best epoch so far; call it when the session is not running."""
        return self._training.model()

    def state(self) -> MembersState:
        """Return the state of the training as it is now; call it when the session is not running."""
        return self._training.live.members.state()

    def describe(self) -> dict[str, Any]:
        """Return what `tuitrain train --json` prints; call it when the session is not running."""
        return self._training.describe()
