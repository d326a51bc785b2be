"""What the page on units asks: what each hidden unit responds to, what it gives, and where its layer puts rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuitrain.session.questions import Answer, Question


@dataclass(frozen=True)
class UnitMaps(Question):
    """The units of hidden layer `layer` (from 0); a layer that is not there counts from the other end.

    `across` and `up` are the inputs of the response maps by their place among all, the one with the largest total
    weight first (two stay as they are).
    """

    layer: int = 0
    across: int = 0
    up: int = 1


@dataclass(frozen=True, eq=False)
class UnitsAnswer(Answer):
    """The units of a hidden layer; those in `units` (S,) are shown, by what they cost when removed, the dearest first.

    While costs are worked out, `units` are in the order of what they probably cost, and `costs` (S,), the increase of
    the loss without a unit, are NaN. `together` (S + 1,) is the increase without all but the first 0, 1 … S units; of
    all units `count` there are. `base` is the loss with all, on `rows` rows of `part`; `idle` are the units that are
    dead or saturated (`idle_kind`) for all of `idle_rows` training rows.

    `maps` (S, G, G) are the outputs over two inputs, the upper rows for large values of `up`, others at their mean;
    over one input (S, 1, G). `names` are the inputs of the network by total weight, `across` and `up` are places among
    them (`up` is -1 where there is one input), `extent` (x low, x high, y low, y high) is in their own units.

    `weights` (S, F) and `biases` (S,) lead in, from `sources`; `out` (S, K) leads to `targets`. `picture` (rows,
    columns) is the shape of an image, (0, 0) where inputs are no pixels, and `pixels` (F,) is each input's place in it.
    `best_rows` (S, 8) are the numbers of the rows that excite a unit most, `best_outputs` the outputs there, `truths`
    the rows' targets.

    `points` (V, 2) are rows on the first two principal axes of the layer's outputs, `point_classes` (V,) their
    classes, or for values 0 below the median and 1 above; `shares` are the axes' shares of the variance. `bent` (N, 2)
    are points of a grid of the two inputs, there. `example_epoch` is the epoch of the ready-made network.
    """

    data: str
    layer: int
    layers: int
    count: int
    activation: str
    units: NDArray[np.int64]
    costs: NDArray[np.float64]
    together: NDArray[np.float64]
    base: float
    part: str
    rows: int
    idle: NDArray[np.int64]
    idle_kind: str
    idle_rows: int
    maps: NDArray[np.float32]
    names: tuple[str, ...]
    across: int
    up: int
    extent: tuple[float, float, float, float]
    weights: NDArray[np.float64]
    biases: NDArray[np.float64]
    sources: tuple[str, ...]
    out: NDArray[np.float64]
    targets: tuple[str, ...]
    picture: tuple[int, int]
    pixels: NDArray[np.int64]
    best_rows: NDArray[np.int64]
    best_outputs: NDArray[np.float64]
    truths: tuple[tuple[str, ...], ...]
    points: NDArray[np.float64]
    point_classes: NDArray[np.int64]
    class_names: tuple[str, ...]
    shares: tuple[float, float]
    bent: NDArray[np.float64]
    example_epoch: int
