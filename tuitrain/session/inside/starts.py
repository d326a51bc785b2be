"""Other starts: how far trainings from other seeds get in as many epochs as the run has done."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count, islice
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset
from tuitrain.engine.directions import losses_at
from tuitrain.errors import RunError
from tuitrain.session.asked.step import OtherStarts, StartsAnswer
from tuitrain.session.inside.experiment import ExperimentLane, divergences_of, lanes_of, train_lanes
from tuitrain.session.inside.rows import double_network
from tuitrain.session.inside.step import example_copy
from tuitrain.session.inspection import Answers, Copy
from tuitrain.session.questions import Question
from tuitrain.translation import gettext as _

Array = NDArray[Any]
STARTS, FEWER_STARTS = 16, 6  # of a network that is quickly trained, and of a large one
LARGE = 1_000_000_000  # parameters × training rows: above, there are fewer
AT_ONCE = 30_000_000  # parameters × rows between two answers
LEAST_ROWS, MOST_ROWS = 64, 5_000  # training rows on which J is measured


def other_starts(question: Question, copy: Copy) -> Answers:
    """Answer `OtherStarts`.

    Raises
    ------
    RunError
        if the run has diverged, or has not done an epoch.
    """
    asked = cast("OtherStarts", question)
    copy = example_copy() if asked.example else copy
    own = double_network(copy.going_on().network)
    epochs, h = copy.state.counters["epochs_done"], copy.state.hyperparameters[0]
    if not epochs:
        raise RunError(_("other starts train as long as your run, which has done no epoch yet"))
    is_large = own.n_parameters * len(copy.dataset.train) > LARGE
    seeds = tuple(islice((seed for seed in count() if seed != h.seed), FEWER_STARTS if is_large else STARTS))
    X, y = _rows(copy.dataset, own.n_parameters)
    own.loss_and_gradients(X, y)
    slope = float(np.linalg.norm(own.gradients))
    here = float(losses_at(own, own.parameters, X, y)[0])
    lanes: list[ExperimentLane] = []

    def answer(done: int, losses: Sequence[float] = ()) -> StartsAnswer:
        seconds = float(sum(lane.spent for lane in lanes))
        return StartsAnswer(question, seeds, np.array(losses), here, slope, len(X), epochs, seconds,
                            done=done, total=epochs + 1)  # fmt: skip

    yield answer(0)
    for lane in lanes_of(copy, [h.replace(seed=seed) for seed in seeds], epochs):
        lanes.append(lane)
        yield answer(0)
    for done in train_lanes(lanes):
        yield answer(done)
    losses: list[float] = []
    for lane in lanes:
        for parameters in _last(lane):
            yield answer(epochs)
            losses += losses_at(own, parameters[None].astype(np.float64), X, y).tolist()
    ended = divergences_of(lanes, len(seeds))
    yield answer(epochs + 1, [np.nan if epoch else loss for loss, epoch in zip(losses, ended, strict=True)])


def _last(lane: ExperimentLane) -> Array:
    """Return the parameters after the last step, (M, P), where those of the best epoch may have taken their place."""
    arrays = lane.trainer.state().arrays
    ended: Array = arrays["ended.parameters"]
    return ended if ended.shape[1] else arrays["parameters"]


def _rows(dataset: Dataset, parameters: int) -> tuple[Array, Array]:
    """Return X and y of some training rows, evenly spaced, on which J of one network is quickly measured."""
    train = dataset.train
    most = int(np.clip(AT_ONCE // parameters, LEAST_ROWS, MOST_ROWS))
    some = slice(None, None, -(-len(train) // most))
    return train.X[some].astype(np.float64), train.y[some]
