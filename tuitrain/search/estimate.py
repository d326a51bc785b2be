"""Estimate the cost of a grid before it runs: train a few stacks for some steps and compute the rest.

Early stopping, pruning and divergence end trials sooner; on a busy machine they take longer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from tuitrain.data.dataset import Dataset
from tuitrain.engine import Trainer
from tuitrain.engine.build import choose_loss, n_outputs
from tuitrain.engine.memory import ARRAYS_PER_PARAMETER
from tuitrain.engine.threads import blas_threads
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.search_settings import Settings
from tuitrain.search.folds import Fold, make_folds
from tuitrain.search.grouping import group_into_stacks, n_parameters
from tuitrain.search.space.space import Setting, Space
from tuitrain.translation import gettext as _

MOST_SEEN = 2048  # combinations examined; the whole grid is assumed to resemble them
NEIGHBOURS = 32  # of them in a row: they are alike in structure, so that stacks are as full as those of the whole grid
MOST_PASSED = 400_000  # combinations scanned to spread the sample
MOST_PROBED = 3  # stacks measured: the smallest, the largest and one between
PROBE_SECONDS = 0.04
LEAST_STEPS = 3
FORWARD_SHARE = 1 / 3  # cost of validating a row, relative to a training step
VALUE_BYTES = 4


@dataclass(frozen=True)
class Estimate:
    """The cost of a grid: `trials`, `seconds` with all workers busy, `bytes` of memory in all workers together."""

    trials: int
    seconds: float
    bytes: int

    def __str__(self) -> str:
        """Format as in ``64 combinations, about 12 s, 3.4 MB of memory``."""
        return _("{trials:,} combinations, about {about}, {bytes:,.3g} MB of memory").format(
            trials=self.trials, about=about(self.seconds), bytes=self.bytes / 1e6
        )


def about(seconds: float) -> str:
    """Format a time to two digits in a suitable unit."""
    units = ((_("{count:.2g} days"), 86400.0), (_("{count:.2g} hours"), 3600.0), (_("{count:.2g} minutes"), 60.0))
    for text, length in units:
        if seconds >= 2 * length:
            return text.format(count=seconds / length)
    return f"{seconds:.2g} s"


@dataclass(frozen=True)
class _Stack:
    hyperparameters: tuple[Hyperparameters, ...]
    parameters: int  # of one member
    batch: int


def estimate_grid(dataset: Dataset, space: Space, settings: Settings, parallel: int) -> Estimate:
    """Estimate the cost of the grid of `space` with `parallel` stacks at a time.

    Raises
    ------
    TuitrainError
        if a network does not fit into memory, the loss does not fit the task, or there are too few rows.
    """
    space = space.settled(len(dataset.train), has_bins=dataset.has_bins)
    decided = settings.for_data(dataset.task, len(dataset.train) + len(dataset.validation))
    folds, seeds = make_folds(dataset, decided.folds), decided.seeds
    inputs, outputs = dataset.n_inputs, n_outputs(choose_loss(space.base.loss, dataset.task), dataset.n_classes)
    members = len(folds) * seeds
    numbered = list(enumerate(map(space.hyperparameters, _spread(space))))
    groups = group_into_stacks(numbered, inputs=inputs, outputs=outputs, members=members, parallel=parallel)
    rows, validated = len(folds[0].train), len(folds[0].validation)
    stacks = []
    for numbers in groups:
        chosen = tuple(numbered[number][1] for number in numbers)
        batch = rows if chosen[0].batch_size == "full" else min(int(chosen[0].batch_size), rows)
        stacks.append(_Stack(chosen, n_parameters((inputs, *chosen[0].hidden_layers, outputs)), batch))
    cost = _cost(stacks, folds, seeds)
    work = 0.0
    for stack in stacks:
        epochs = sum(h.epochs for h in stack.hyperparameters) * members
        work += epochs * (rows + FORWARD_SHARE * validated) * cost(stack)
    largest = max(_stack_bytes(stack, members, inputs, validated) for stack in stacks)
    running = min(parallel, len(stacks))
    scale = space.grid_size / len(numbered)
    return Estimate(space.grid_size, scale * work / running, running * largest)


def _spread(space: Space) -> Iterator[Setting]:
    """Sample combinations from the whole grid, a few neighbours at each place."""
    passed = min(space.grid_size, MOST_PASSED)
    stride = -(-passed // MOST_SEEN)
    for place, setting in enumerate(islice(space.grid(), passed)):
        if place // NEIGHBOURS % stride == 0:
            yield setting


def _cost(stacks: Sequence[_Stack], folds: Sequence[Fold], seeds: int) -> Callable[[_Stack], float]:
    """Return seconds per row of a member as a function of the stack: measured for some, linear between them."""
    distinct = sorted({(s.parameters, s.batch): s for s in stacks}.values(), key=lambda s: s.parameters / s.batch)
    places = sorted({0, len(distinct) // 2, len(distinct) - 1})[:MOST_PROBED]
    probed = [distinct[place] for place in places]
    sizes = np.array([stack.parameters / stack.batch for stack in probed])
    measured = np.array([_measure(stack, folds, seeds) for stack in probed])
    return lambda stack: float(np.interp(stack.parameters / stack.batch, sizes, measured))


def _measure(stack: _Stack, folds: Sequence[Fold], seeds: int) -> float:
    """Measure the seconds that a row of a member takes."""
    members = [h for h in stack.hyperparameters for _ in folds for _ in range(seeds)]
    sources = [fold for _ in stack.hyperparameters for fold in folds for _ in range(seeds)]
    with blas_threads(1):
        trainer = Trainer(sources, members, is_probed=False)
        trainer.step()  # the first step allocates the buffers
        before, started = trainer.samples_done, time.perf_counter()
        steps = 0
        while steps < LEAST_STEPS or time.perf_counter() - started < PROBE_SECONDS:
            trainer.step()
            steps += 1
            if trainer.is_done:
                break
        seconds = time.perf_counter() - started
    return seconds / max(1, trainer.samples_done - before) / len(members)


def _stack_bytes(stack: _Stack, members: int, inputs: int, validated: int) -> int:
    """Count the bytes of parameters, gradients and optimizer state, and of a batch's and the validation activations."""
    count = len(stack.hyperparameters) * members
    units = inputs + 2 * sum(stack.hyperparameters[0].hidden_layers)
    return count * VALUE_BYTES * (stack.parameters * ARRAYS_PER_PARAMETER + (stack.batch + validated) * units)
