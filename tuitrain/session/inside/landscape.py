"""The landscape: the loss over a plane through the weights with the path of the next steps, and the race on a bowl."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset
from tuitrain.engine import Trainer
from tuitrain.engine.directions import losses_at, principal_directions_in_parts, random_direction
from tuitrain.engine.memory import check_room
from tuitrain.engine.quadratics import Bowl, momentum_modulus
from tuitrain.errors import RunError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.presets import PLAIN
from tuitrain.session.asked.landscape import BowlAnswer, LineRace, Plane, PlaneAnswer
from tuitrain.session.inside.experiment import sliced
from tuitrain.session.inside.rows import double_network
from tuitrain.session.inspection import Answers, Copy
from tuitrain.session.questions import Answer, Question
from tuitrain.text import visible
from tuitrain.translation import gettext as _

Array = NDArray[Any]
GRIDS = ((13, 9), (25, 17), (49, 33))  # columns and rows, coarse first
MOST_ROWS = 512  # training rows on which the plane is measured
WORK = 20_000_000  # parameters × rows of one point at most: larger networks are measured on fewer rows
AT_ONCE = 30_000_000  # parameters × rows × points between two answers
PATH_STEPS, PATH_NUMBERS = 60, 4_000_000  # steps of the path, and numbers that it may hold
LEAST_PATH_STEPS = 8
MARGIN = 0.4  # of the path's extent, on each side of it

RACERS = ("sgd", "momentum", "nesterov", "rmsprop", "adam")
RACE_STEPS, NEAR = 100, 1e-3
CHOSEN_RATE = 0.95  # over the largest curvature, where no rate is given
FROM_WALL, FROM_FLOOR = 0.25, 0.42  # of J at the chosen start: what the steep and the flat direction give
IN_VIEW = 1.25  # times J at the start is in view
EXAMPLE_ROWS = 40


def plane(question: Question, copy: Copy) -> Answers:
    """Answer `Plane`: the path, then the plane on finer and finer grids."""
    asked = cast("Plane", question)
    trainer = copy.going_on()
    network = double_network(trainer.network)
    start, optimizer = network.parameters[0].copy(), trainer.hyperparameters[0].optimizer
    X, y = _some_rows(copy.dataset, network.n_parameters)
    nothing = np.empty(0)
    answer = PlaneAnswer(
        asked, asked.view, nothing, nothing, np.empty((0, 0)), np.empty((0, 2)), np.empty((0, 2)), nothing,
        float("nan"), len(X),
        float(np.linalg.norm(start)), optimizer, done=0, total=len(GRIDS) + 1,
    )  # fmt: skip
    yield answer
    everything, before = yield from _path(copy, trainer, start, answer)
    walked = everything[before:]
    drawn = random_direction(network, start, np.random.default_rng(0)) if asked.view == "step" else np.empty(0)
    yield answer
    if asked.view == "path":
        axes = _leading_on((yield from principal_directions_in_parts(everything))[0], walked[-1])
    else:
        axes = _step_and(drawn, walked)
    yield answer
    shown = everything @ axes.T
    yield answer
    path = shown[before:]
    total = float(sum(place @ place for place in everything))
    share = float(np.square(shown).sum()) / total if total else float("nan")
    at_once = int(np.clip(AT_ONCE // (len(start) * len(X)), 1, 400))
    losses: list[Array] = []
    for first in range(0, len(walked), at_once):
        losses.append(losses_at(network, start + walked[first : first + at_once], X, y))
        yield answer
    answer = replace(answer, path=path, behind=shown[:before], path_losses=np.concatenate(losses), share=share, done=1)
    yield answer
    yield from _on_grids(answer, asked, partial(losses_at, network, X=X, y=y), (start, axes), shown, at_once)


def _path(copy: Copy, trainer: Trainer, start: Array, answer: Answer) -> Generator[Answer, None, tuple[Array, int]]:
    """Take the run's last steps again and, with `trainer`, the next ones, and yield `answer` after each part.

    Returns where each began as seen from `start`, (T, P), and the place among them where the copy is.

    Raises
    ------
    RunError
        if there is no memory for so many places.
    """
    most = int(np.clip(PATH_NUMBERS // len(start), LEAST_PATH_STEPS, PATH_STEPS))
    needed = (2 * most + 1) * len(start) * start.itemsize
    check_room(needed, _("the path of {steps} steps before and after").format(steps=most))
    everything, done = np.zeros((2 * most + 1, len(start))), 0  # filled step by step: a large one is not copied at once
    for some in sliced(_last_places(copy, most, start, everything), trainer.network.layer_sizes):
        done += sum(some)
        yield answer
    before, done = done, done + 1  # the place where the copy is stays 0
    for _step in range(most):
        for _part in trainer.in_parts():
            yield answer
        if trainer.is_done:
            break
        np.subtract(trainer.network.parameters[0], start, out=everything[done])
        done += 1
        yield answer
    return everything[:done], before


def _on_grids(
    answer: PlaneAnswer, asked: Plane, losses: Callable[[Array], Array], plane_of: tuple[Array, Array], shown: Array,
    at_once: int,
) -> Answers:  # fmt: skip
    """Measure the loss on finer and finer grids: at `plane_of`'s start (P,) and its two axes (2, P), around `shown`."""
    start, axes = plane_of
    low, high = _extent(asked.view, shown, answer.size)
    middle, reach = (low + high) / 2, (high - low) / 2 / asked.zoom
    for done, (columns, rows) in enumerate(GRIDS):
        across, up = (middle[k] + reach[k] * np.linspace(-1, 1, count) for k, count in ((0, columns), (1, rows)))
        places_of_grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
        found: list[Array] = []
        for first in range(0, len(places_of_grid), at_once):
            found.append(losses(start + places_of_grid[first : first + at_once] @ axes))
            yield answer
        answer = replace(
            answer, across=across, up=up, losses=np.concatenate(found).reshape(rows, columns), done=done + 2
        )
        yield answer


def _last_places(copy: Copy, most: int, start: Array, out: Array) -> Iterator[bool]:
    """Make the run's last steps again, and write where each of the last `most` began, as seen from `start`, into `out`.

    Yields after each part of the work whether a place was written.
    """
    if copy.past is None:
        return
    trainer, last = copy.past_trainer(), copy.state.counters["steps_done"]
    place = 0
    while trainer.steps_done < last:
        if trainer.steps_done >= last - most:
            np.subtract(trainer.network.parameters[0], start, out=out[place])
            place += 1
            yield True
        for _part in trainer.in_parts():
            yield False
        yield False


def _some_rows(dataset: Dataset, parameters: int) -> tuple[Array, Array]:
    """Return X and y of some training rows, always the same."""
    train = dataset.train
    count = int(np.clip(WORK // parameters, 32, MOST_ROWS))
    some = np.sort(np.random.default_rng(0).permutation(len(train))[:count])
    return train.X[some], train.y[some]


def _leading_on(axes: Array, end: Array) -> Array:
    """Return two directions (2, P), turned so that the path to its `end` leads to the right and up."""
    ahead = np.sign(axes @ end)
    found: Array = axes * np.where(ahead == 0, 1, ahead)[:, None]
    return found


def _step_and(drawn: Array, walked: Array) -> Array:
    """Return two directions of length 1 at right angles, (2, P): the next step and the one `drawn`."""
    step = walked[1] if len(walked) > 1 else np.zeros_like(drawn)
    first = step / max(float(np.linalg.norm(step)), 1e-300)
    second = drawn - (drawn @ first) * first
    return np.stack([first, second / np.linalg.norm(second)])


def _extent(view: str, path: Array, size: float) -> tuple[Array, Array]:
    """Return the corners (2,) of what is shown: around the path, or as far as the weights are long."""
    if view == "path":
        low, high = path.min(axis=0), path.max(axis=0)
        least = 0.25 * max(float((high - low).max()), 1e-9)
        grown = np.maximum((high - low) * MARGIN, least)
        return low - grown, high + grown
    reach = max(size, 1e-9)
    return np.full(2, -reach), np.full(2, reach)


@dataclass(frozen=True)
class _FittedLine:
    """Rows of a line: `x` as the question wants it, `y` (N,); `own` is the copy's place (w, b), None in an example."""

    x: Array
    y: Array
    own: Array | None
    data: str
    name: str
    h: Hyperparameters


def line_race(question: Question, copy: Copy) -> Answers:
    """Answer `LineRace`.

    Raises
    ------
    RunError
        if the network is no line: a single input, no hidden layer, squared error.
    """
    asked = cast("LineRace", question)
    found = _example(asked) if asked.example else _own_line(asked, copy)
    bowl = Bowl.of_line(found.x, found.y)
    curvatures, _directions = bowl.curvatures()
    start = np.array(asked.start) if asked.start else _start(bowl, found.own)
    rate = asked.rate or float(f"{CHOSEN_RATE / curvatures[0]:.2g}")
    momentum = found.h.momentum
    settings = {"momentum": momentum, "beta1": found.h.beta1, "beta2": found.h.beta2}
    paths = np.array([bowl.descend(name, start, rate, RACE_STEPS, **settings) for name in RACERS])
    losses = bowl.losses(paths)
    height = IN_VIEW * float(max(bowl.losses(start), bowl.losses(_start(bowl, None))) - bowl.least)
    reach = np.sqrt(2 * height * np.diag(np.linalg.inv(bowl.hessian)))
    across, up = (bowl.minimum[k] + reach[k] * np.linspace(-1, 1, count) for k, count in enumerate(GRIDS[-1]))
    yield BowlAnswer(
        asked, RACERS, found.data, found.name, len(found.x), asked.is_raw, rate, momentum, bowl.minimum, bowl.least,
        curvatures, np.abs(1 - rate * curvatures),
        np.array([momentum_modulus(rate, value, momentum) for value in curvatures]), paths, losses,
        tuple(_reached(one - bowl.least) for one in losses), NEAR, across, up,
        bowl.losses(np.stack(np.meshgrid(across, up), axis=-1)),
    )  # fmt: skip


def _reached(above: Array) -> int:
    """Return the first step from which on all of `above` (T + 1,) is below `NEAR`; -1 if there is none."""
    far = np.flatnonzero(~(above < NEAR))
    first = int(far[-1]) + 1 if len(far) else 0
    return first if first < len(above) else -1


def _start(bowl: Bowl, own: Array | None) -> Array:
    """Return the network's own place if there is still a way to go, else one on the wall of the ravine."""
    if own is not None and bowl.losses(own) - bowl.least > FROM_WALL / 4:
        return own
    curvatures, directions = bowl.curvatures()
    steep, flat = (one if one[1] > 0 else -one for one in directions)
    wall: Array = steep * np.sqrt(2 * FROM_WALL / curvatures[0]) + flat * np.sqrt(2 * FROM_FLOOR / curvatures[1])
    return bowl.minimum + wall


def is_line(sizes: tuple[int, ...], loss: str) -> bool:
    """Whether a network of these layer sizes fits a line: two parameters and a quadratic loss."""
    return sizes == (1, 1) and loss == "mse"


def _own_line(asked: LineRace, copy: Copy) -> _FittedLine:
    """Return the rows that the network fits a line to, and where it is."""
    dataset, network = copy.dataset, copy.trainer().network
    if not is_line(network.layer_sizes, network.loss.name):
        raise RunError(_("a race needs two parameters: one input, no hidden layer, squared error; x shows an example"))
    (column,) = dataset.preprocessing.numbers
    x = dataset.train.X[:, 0].astype(np.float64)
    w, b = network.parameters[0].astype(np.float64)
    if asked.is_raw:
        x, w, b = x * column.scale + column.shift, w / column.scale, b - w * column.shift / column.scale
    return _FittedLine(
        x, dataset.train.y[:, 0].astype(np.float64), np.array([w, b]), dataset.name, visible(column.name, 20),
        copy.state.hyperparameters[0],
    )  # fmt: skip


def _example(asked: LineRace) -> _FittedLine:
    """Return forty points around a line, with an input whose mean is twice its deviation."""
    rng = np.random.default_rng(5)
    x = np.linspace(0.16, 1.64, EXAMPLE_ROWS)
    y = 0.6 * x + 1.1 + rng.normal(0, 0.2, EXAMPLE_ROWS)
    if not asked.is_raw:
        x = (x - x.mean()) / x.std()
    return _FittedLine(x, y, None, "a line y = w·x + b", "x", PLAIN)
