"""Bias², variance and noise: the same training on many samples of rows, as the members of one stack.

Where the table is generated, each member has a fresh sample and the truth is known; else each has rows drawn anew from
the training rows, with replacement (the bootstrap), and the truth is the target of the validation rows, noise
included. `M` members, `Q` points, `n` rows of a sample, `D` features.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells.objects import from_objects
from tuitrain.data.dataset import Dataset, Part
from tuitrain.data.generators import RECIPES, recipe_options
from tuitrain.data.loading import load_dataset
from tuitrain.data.table import Table
from tuitrain.engine import Trainer
from tuitrain.errors import RunError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.presets import PLAIN
from tuitrain.session.asked.mse import MseAnswer, MseApart
from tuitrain.session.inside.rows import examined_part
from tuitrain.session.inspection import Answers, Copy
from tuitrain.session.questions import Question
from tuitrain.translation import gettext as _

Array = NDArray[Any]
POINTS = 96  # at which a known truth is compared
MOST_POINTS = 256  # rows of a table that are compared
LEAST_ROWS, MOST_ROWS = 8, 20_000
LEAST_STEPS, MOST_STEPS = 100, 1000  # of each network, all the same
MOST_WORK = 4e9  # parameters × rows × steps of all members of the network's own setting
AT_ONCE = 3_000_000  # parameters × rows between two answers, and of the members of one stack
ROW_FACTORS = (1 / 4, 1 / 2, 1, 2, 4)
TABLE_FACTORS = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1)  # where no more rows can be drawn than there are
UNIT_FACTORS = (1 / 8, 1 / 4, 1 / 2, 1, 2, 4)
WITHOUT_HIDDEN = ((), (1,), (2,), (4,), (8,), (16,))
EXAMPLE = PLAIN.replace(
    hidden_layers=(8,), activation="tanh", learning_rate=0.02, batch_size="full", l2=0.0, patience=0, epochs=1000
)
EXAMPLE_DATA = "sine?n=24&noise=0.3"


@dataclass(frozen=True)
class World:
    """Where samples come from: a generator, or the training rows of a table.

    `X` (Q, D) are the points, `truth` (Q,) what is to be predicted there, in standardised units.
    """

    dataset: Dataset
    recipe: str
    noise: float
    part: str
    X: Array
    truth: Array

    @classmethod
    def of(cls, dataset: Dataset) -> World:
        """Return the world that a dataset is a sample of."""
        name, _, options = dataset.source.partition("?")
        is_generated = name in RECIPES and RECIPES[name].task == dataset.task == "regression"
        if is_generated and _is_whole(dataset, name):
            rng = np.random.default_rng([*b"points"])
            X, y = _generated(dataset, name, POINTS, 0.0, rng)
            order = np.argsort(X[:, 0], kind="stable")
            return cls(dataset, name, float(recipe_options(name, options)["noise"]), "", X[order], y[order, 0])
        part_name, part = examined_part(dataset)
        some = np.random.default_rng([*b"points"]).permutation(len(part))[:MOST_POINTS]
        X, y = part.X[some], part.y[some, 0]
        order = np.argsort(X[:, 0], kind="stable")
        return cls(dataset, "", math.nan, part_name, X[order], y[order])

    def samples(self, members: int, rows: int, draw: int) -> Iterator[Dataset]:
        """Draw a sample of `rows` training rows for each member; there is no validation part."""
        rng = np.random.default_rng([draw, rows, *b"samples"])
        train = self.dataset.train
        empty = Part(train.X[:0], train.y[:0], train.rows[:0])
        if self.recipe:
            X, y = _generated(self.dataset, self.recipe, members * rows, self.noise, rng)
        for member in range(members):
            if self.recipe:
                own = slice(member * rows, (member + 1) * rows)
                part = Part(X[own], y[own], np.arange(rows))
            else:  # member by member: those of a large table take a while
                drawn = rng.integers(len(train), size=rows)
                part = Part(train.X[drawn], train.y[drawn], train.rows[drawn])
            yield replace(self.dataset, train=part, validation=empty, test=empty)

    def x(self) -> Array:
        """Return the points along the one input, in its own units; empty where there are several."""
        numbers = self.dataset.preprocessing.numbers
        if self.X.shape[1] != 1 or len(numbers) != 1:
            return np.empty(0)
        own: Array = self.X[:, 0].astype(np.float64) * numbers[0].scale + numbers[0].shift
        return own


def _is_whole(dataset: Dataset, name: str) -> bool:
    """Whether the inputs are all that the generator makes: no column was left out, no other one is the target."""
    columns = list(RECIPES[name].make(LEAST_ROWS, 0.0, np.random.default_rng(0)))
    return dataset.target_name == columns[-1] and set(dataset.preprocessing.column_names) == set(columns[:-1])


def _generated(dataset: Dataset, name: str, rows: int, noise: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw `rows` rows, encoded as the dataset's: X (n, D), y (n, 1)."""
    columns = RECIPES[name].make(rows, noise, rng)
    table = Table(name, tuple(from_objects(key, value) for key, value in columns.items()))
    y = (np.asarray(columns[dataset.target_name], np.float64) - dataset.target_mean) / dataset.target_scale
    return dataset.preprocessing.transform(table), y.astype(np.float32)[:, None]


def mse_apart(question: Question, copy: Copy) -> Answers:
    """Answer `MseApart`: first the chosen network's shots, then the tables line by line.

    Raises
    ------
    RunError
        if the target is a class.
    """
    asked = cast("MseApart", question)
    if asked.example:
        dataset = load_dataset(EXAMPLE_DATA, validation=0.0, test=0.0)
        h, steps = EXAMPLE, 1000
    else:
        dataset, h = copy.dataset, copy.state.hyperparameters[0]
        counters = copy.state.counters
        a_epoch = _steps_per_epoch(h, len(dataset.train))
        steps = counters["steps_done"] if counters["epochs_done"] else h.epochs * a_epoch
    if dataset.task != "regression":
        raise RunError(_("bias and variance of the squared error: the target has to be a number; x shows an example"))
    world = World.of(dataset)
    n = min(max(asked.rows or len(dataset.train), LEAST_ROWS), MOST_ROWS)
    a_step = _parameters(world.X.shape[1], h.hidden_layers) * math.ceil(n / _steps_per_epoch(h, n)) * asked.members
    steps = _whole_epochs(h, n, min(steps, MOST_STEPS, max(LEAST_STEPS, int(MOST_WORK / a_step))))
    rows = _row_numbers(n, world)
    shapes = _shapes(h.hidden_layers)
    truth = dataset.own_units(world.truth)
    settings = [(n, h.hidden_layers)]
    settings += [(count, h.hidden_layers) for count in rows if count != n]
    settings += [(n, shape) for shape in shapes if shape != h.hidden_layers]
    answer = MseAnswer(
        asked, dataset.name, _described(h), world.part, world.noise, steps, float(truth.std()), world.x(), truth,
        np.empty((0, len(truth))), rows, rows.index(n), np.full((len(rows), 2), np.nan),
        tuple(_shape_text(shape) for shape in shapes), shapes.index(h.hidden_layers),
        np.full((len(shapes), 2), np.nan), total=len(settings) + 1, done=0,
    )  # fmt: skip
    yield answer
    for done, (count, shape) in enumerate(settings):
        shots: Array = np.empty((0, len(truth)))
        for found in _shots(world, h.replace(hidden_layers=shape), asked, count, steps):
            shots = found
            yield answer
        answer = _with(answer, rows.index(count) if shape == h.hidden_layers else -1,
                       shapes.index(shape) if count == n else -1, shots, is_own=not done)  # fmt: skip
        answer = replace(answer, done=done + 1)
        yield answer
    yield replace(answer, done=answer.total)


def _with(answer: MseAnswer, row: int, unit: int, shots: Array, *, is_own: bool) -> MseAnswer:
    """Take what was found of one setting into the tables, and the shots where they are the chosen network's."""
    found = parts_of(shots, answer.truth)
    by_rows, by_units = answer.by_rows.copy(), answer.by_units.copy()
    if row >= 0:
        by_rows[row] = found
    if unit >= 0:
        by_units[unit] = found
    return replace(answer, by_rows=by_rows, by_units=by_units, shots=shots if is_own else answer.shots)


def parts_of(shots: Array, truth: Array) -> tuple[float, float]:
    """Return bias² and variance of `shots` (M, Q) around `truth` (Q,), the mean over the points.

    Their sum is the mean of (shot - truth)² over members and points.
    """
    bias = shots.mean(axis=0) - truth
    return float(np.square(bias).mean()), float(shots.var(axis=0).mean())


def _shots(world: World, h: Hyperparameters, asked: MseApart, rows: int, steps: int) -> Iterator[Array]:
    """Train the members, some steps at a time; yield nothing of them (0, Q) before the last, their predictions."""
    a_epoch = _steps_per_epoch(h, rows)
    batch = math.ceil(rows / a_epoch)
    network_size = _parameters(world.X.shape[1], h.hidden_layers)
    epochs = _whole_epochs(h, rows, steps) // a_epoch
    stack = int(np.clip(AT_ONCE // (network_size * batch), 1, asked.members))
    at_once = int(np.clip(AT_ONCE // (network_size * batch * stack), 1, 100))
    samples = world.samples(asked.members, rows, asked.draw)
    found: list[Array] = []
    nothing_yet = np.empty((0, len(world.truth)))
    for start in range(0, asked.members, stack):
        own = list(islice(samples, stack))
        seeds = range(h.seed + start, h.seed + start + len(own))
        each = [h.replace(epochs=epochs, patience=0, seed=seed) for seed in seeds]
        yield nothing_yet
        trainer = Trainer(own, each, is_probed=False)
        yield nothing_yet
        while not trainer.is_done:
            for _step in range(at_once):
                trainer.step()
            yield nothing_yet
        found.append(world.dataset.own_units(trainer.network.predict(world.X)[:, :, 0]))
        yield nothing_yet
    yield np.concatenate(found)


def _whole_epochs(h: Hyperparameters, rows: int, steps: int) -> int:
    """Return the steps of the number of epochs that comes nearest to `steps`, one at least."""
    a_epoch = _steps_per_epoch(h, rows)
    return max(1, round(steps / a_epoch)) * a_epoch


def _steps_per_epoch(h: Hyperparameters, rows: int) -> int:
    return 1 if h.batch_size == "full" else math.ceil(rows / min(int(h.batch_size), rows))


def _row_numbers(n: int, world: World) -> tuple[int, ...]:
    """Return the numbers of rows of the table, `n` among them, ascending."""
    most = MOST_ROWS if world.recipe else max(len(world.dataset.train), n)
    factors = ROW_FACTORS if world.recipe else TABLE_FACTORS
    return tuple(sorted({min(max(round(n * factor), LEAST_ROWS), most) for factor in factors} | {n}))


def _shapes(hidden: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Return the hidden layers of the table, `hidden` among them, from few units to many."""
    if not hidden:
        return WITHOUT_HIDDEN
    factors = UNIT_FACTORS if max(hidden) <= 32 else UNIT_FACTORS[:-1]
    shapes = {tuple(max(round(width * factor), 1) for width in hidden) for factor in factors}
    return tuple(sorted(shapes))


def _parameters(inputs: int, hidden: Sequence[int]) -> int:
    sizes = (inputs, *hidden, 1)
    return sum((a + 1) * b for a, b in pairwise(sizes))


def _shape_text(hidden: Sequence[int]) -> str:
    return "x".join(map(str, hidden)) or "0"


def _described(h: Hyperparameters) -> str:
    return f"{h.activation} {_shape_text(h.hidden_layers)}" if h.hidden_layers else "linear"
