"""Generated tables to learn with: each shows one thing that a network must be able to do.

A generator takes the number of rows `n`, the noise and a random generator, and returns names and columns.
Options follow the name: ``moons?n=1000&noise=0.2&seed=3``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tuitrain.data.cells.objects import from_objects
from tuitrain.data.table import Table
from tuitrain.errors import DataOptionError
from tuitrain.options.data_options import GENERATOR_FIELDS
from tuitrain.text import quoted, suggest, visible
from tuitrain.translation import N_
from tuitrain.translation import gettext as _

Columns = dict[str, Any]


@dataclass(frozen=True)
class Recipe:
    """A generated table: what it shows, its default size and noise, and the function that makes it."""

    meaning: str
    task: str
    n: int
    noise: float
    make: Callable[[int, float, Generator], Columns]


def _gate(rule: Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]) -> Callable[[int, float, Generator], Columns]:
    """Make a generator of the four corners of a square, blurred by noise and labelled by the truth table."""

    def make(n: int, noise: float, rng: Generator) -> Columns:
        corner = np.arange(n) % 4
        a, b = corner // 2, corner % 2
        blur = rng.normal(0, noise, (2, n)) if noise else np.zeros((2, n))
        return {"a": a + blur[0], "b": b + blur[1], "y": rule(a, b).astype(int)}

    return make


def _circles(n: int, noise: float, rng: Generator) -> Columns:
    label = np.arange(n) % 2
    angle = rng.uniform(0, 2 * math.pi, n)
    radius = np.where(label == 1, 0.5, 1.0)
    return _plane_points(radius * np.cos(angle), radius * np.sin(angle), label, noise, rng)


def _moons(n: int, noise: float, rng: Generator) -> Columns:
    label = np.arange(n) % 2
    angle = rng.uniform(0, math.pi, n)
    x = np.where(label == 0, np.cos(angle), 1 - np.cos(angle))
    y = np.where(label == 0, np.sin(angle), 0.5 - np.sin(angle))
    return _plane_points(x, y, label, noise, rng)


def _spiral(n: int, noise: float, rng: Generator) -> Columns:
    label = np.arange(n) % 2
    turn = np.sqrt(rng.uniform(0.02, 1, n))
    angle = turn * 3 * math.pi + label * math.pi
    return _plane_points(turn * np.cos(angle), turn * np.sin(angle), label, noise, rng)


def _blobs(n: int, noise: float, rng: Generator) -> Columns:
    label = np.arange(n) % 3
    angle = label * 2 * math.pi / 3 + 0.5
    return _plane_points(2 * np.cos(angle), 2 * np.sin(angle), label, noise, rng)


def _plane_points(x: NDArray[Any], y: NDArray[Any], label: NDArray[Any], noise: float, rng: Generator) -> Columns:
    return {"x1": x + rng.normal(0, noise, len(x)), "x2": y + rng.normal(0, noise, len(y)), "class": label}


def _sine(n: int, noise: float, rng: Generator) -> Columns:
    x = rng.uniform(-math.pi, math.pi, n)
    return {"x": x, "y": np.sin(2 * x) + rng.normal(0, noise, n)}


def _plane(n: int, noise: float, rng: Generator) -> Columns:
    x1, x2 = rng.uniform(-1, 1, (2, n))
    return {"x1": x1, "x2": x2, "y": 3 * x1 - 2 * x2 + 1 + rng.normal(0, noise, n)}


def _mixed(n: int, noise: float, rng: Generator) -> Columns:
    """Make numbers and categories with gaps, and a code with leading zeros that is not a number."""
    colour = rng.choice(["red", "green", "blue"], n)
    size = rng.choice(["small", "large"], n)
    code = rng.choice(["001", "002", "010", "100"], n)
    weight, age = rng.normal(50, 10, n), rng.integers(18, 80, n).astype(float)
    score = (weight - 50) / 10 + (colour == "red") - (size == "small") + (code == "010") + rng.normal(0, noise, n)
    gaps = rng.random((3, n)) < 0.08
    return {
        "weight": ["" if gap else f"{value:.1f}" for value, gap in zip(weight, gaps[0], strict=True)],
        "age": ["" if gap else f"{value:.0f}" for value, gap in zip(age, gaps[1], strict=True)],
        "colour": ["NA" if gap else value for value, gap in zip(colour, gaps[2], strict=True)],
        "size": list(size), "code": list(code), "label": ["yes" if value > 0 else "no" for value in score],
    }  # fmt: skip


RECIPES: dict[str, Recipe] = {
    "and": Recipe(N_("both inputs: one straight line is enough"), "classification", 200, 0.1, _gate(np.bitwise_and)),
    "or": Recipe(N_("either input: one straight line is enough"), "classification", 200, 0.1, _gate(np.bitwise_or)),
    "xor": Recipe(
        N_("one input but not both: needs a hidden layer"), "classification", 400, 0.1, _gate(np.bitwise_xor)
    ),
    "circles": Recipe(N_("a ring around a disc"), "classification", 500, 0.05, _circles),
    "moons": Recipe(N_("two half moons, interlocked"), "classification", 500, 0.1, _moons),
    "spiral": Recipe(N_("two arms, one and a half turns"), "classification", 1000, 0.02, _spiral),
    "blobs": Recipe(N_("three clouds of points"), "classification", 300, 0.5, _blobs),
    "sine": Recipe(N_("a curve of one input"), "regression", 400, 0.1, _sine),
    "plane": Recipe(N_("a tilted plane: linear regression"), "regression", 300, 0.1, _plane),
    "mixed": Recipe(N_("numbers, categories, gaps, a code with leading zeros"), "classification", 600, 0.3, _mixed),
}


def generate(name: str, options: str = "", *, most_rows: int | None = None) -> Table:
    """Generate the named table; `options` as in ``n=1000&noise=0.2&seed=3``; at most `most_rows` of its rows.

    Raises
    ------
    DataOptionError
        for an option that is unknown or out of range.
    """
    recipe, values = RECIPES[name], recipe_options(name, options)
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([values["seed"], *name.encode()])))
    n = values["n"]
    rows = n if most_rows is None else min(n, most_rows)
    columns = recipe.make(rows, values["noise"], rng)
    made = tuple(from_objects(key, value) for key, value in columns.items())
    return Table(
        visible(f"{name}?{options}") if options else name, made, suggested_target=list(columns)[-1],
        suggested_task=recipe.task, is_partial=rows < n,
    )  # fmt: skip


def recipe_options(name: str, options: str) -> dict[str, Any]:
    """Return `n`, `noise` and `seed` of a generated table, as its options or its defaults say.

    Raises
    ------
    DataOptionError
        for an option that is unknown or out of range.
    """
    recipe = RECIPES[name]
    values: dict[str, Any] = {"n": recipe.n, "noise": recipe.noise, "seed": 0}
    for option in filter(None, options.split("&")):
        key, _equals, text = option.partition("=")
        if key not in GENERATOR_FIELDS:
            usual = _("as in {name}?n=1000&noise=0.2&seed=1").format(name=name)
            raise DataOptionError(
                _("{name}: there is no option {key}: {hint}; {usual}").format(
                    name=name, key=quoted(key), hint=suggest(key, GENERATOR_FIELDS), usual=usual
                )
            )
        try:
            values[key] = GENERATOR_FIELDS[key].parse(text)
        except ValueError as error:
            raise DataOptionError(f"{name}: {error}") from None
    return values
