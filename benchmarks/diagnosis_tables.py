"""Tables on which `diagnosis.py` plants its cases: written by NumPy from fixed seeds, so that they never change."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator

Columns = dict[str, Any]


def _columns(X: Any, **more: Any) -> Columns:
    return {**{f"x{number}": np.round(column, 5) for number, column in enumerate(X.T)}, **more}


def ring(rng: Generator, n: int = 900) -> Columns:
    X = rng.normal(size=(n, 2))
    return _columns(X, k=np.where(np.hypot(*X.T) + rng.normal(0, 0.12, n) > 1.18, "out", "in"))


def checker(rng: Generator, n: int = 2000) -> Columns:
    X = rng.uniform(0, 3, (n, 2))
    return _columns(X, k=np.where(np.floor(X).sum(axis=1) % 2, "dark", "light"))


def waves(rng: Generator, n: int = 700) -> Columns:
    X = rng.uniform(-2, 2, (n, 3))
    return _columns(X, y=np.round(np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2] + rng.normal(0, 0.15, n), 5))


def friedman(rng: Generator, n: int = 900) -> Columns:
    X = rng.uniform(size=(n, 10))
    y = 10 * np.sin(np.pi * X[:, 0] * X[:, 1]) + 20 * (X[:, 2] - 0.5) ** 2 + 10 * X[:, 3] + 5 * X[:, 4]
    return _columns(X, y=np.round(y + rng.normal(0, 1, n), 4))


def mixture(rng: Generator, n: int = 1200) -> Columns:
    centres = rng.normal(0, 1.5, (6, 12))
    k = np.arange(n) % 6
    return _columns(centres[k] + rng.normal(size=(n, 12)), k=np.array(list("abcdef"))[k])


def wide(rng: Generator, n: int = 260) -> Columns:
    X = rng.normal(size=(n, 50))
    return _columns(X, k=np.where(X[:, :3].sum(axis=1) + rng.normal(0, 1.2, n) > 0, "up", "down"))


def noisy(rng: Generator, n: int = 300) -> Columns:
    X = rng.normal(size=(n, 5))
    k = (X[:, 0] + X[:, 1] > 0) ^ (rng.random(n) < 0.2)
    return _columns(X, k=np.where(k, "yes", "no"))


def short(rng: Generator, n: int = 130) -> Columns:
    X = rng.normal(size=(n, 12))
    return _columns(X, y=np.round(X[:, 0] - 0.7 * X[:, 1] + rng.normal(0, 0.8, n), 4))


def churn(rng: Generator, n: int = 2400) -> Columns:
    k = rng.random(n) < 0.07
    X = rng.normal(size=(n, 5))
    X[:, 0] += 1.1 * k
    X[:, 1] += 0.9 * k
    return _columns(X, left=np.where(k, "yes", "no"))


def three(rng: Generator, n: int = 2500) -> Columns:
    k = rng.choice(3, n, p=[0.62, 0.34, 0.04])
    X = rng.normal(size=(n, 4))
    X[:, 0] += 1.5 * (k == 1)
    X[:, 1] += 1.3 * (k == 2)
    return _columns(X, k=np.array(["common", "usual", "rare"])[k])


def mild(rng: Generator, n: int = 1200) -> Columns:
    k = rng.random(n) < 0.25
    X = rng.normal(size=(n, 4))
    X[:, 0] += 2.4 * k
    return _columns(X, k=np.where(k, "yes", "no"))


def clear_rare(rng: Generator, n: int = 2000) -> Columns:
    k = rng.random(n) < 0.06
    X = rng.normal(size=(n, 4))
    X[:, 0] += 3 * k
    X[:, 1] -= 3 * k
    return _columns(X, k=np.where(k, "fault", "fine"))


def cubic(rng: Generator, n: int = 600) -> Columns:
    X = rng.normal(size=(n, 4))
    return _columns(X, y=np.round(X[:, 0] ** 3 / 3 - X[:, 1] + X[:, 2] ** 2 + rng.normal(0, 0.3, n), 4))


def straight(rng: Generator, n: int = 500) -> Columns:
    X = rng.normal(size=(n, 6))
    return _columns(X, y=np.round(X @ [3, -2, 1, 0.5, 0, 0] + rng.normal(0, 0.5, n), 4))


def weak(rng: Generator, n: int = 900) -> Columns:
    X = rng.normal(size=(n, 6))
    return _columns(X, y=np.round(X[:, 0] + 0.5 * X[:, 1] + rng.normal(0, 2, n), 4))


def groups(rng: Generator, n: int = 900) -> Columns:
    town, size = rng.integers(0, 6, n), rng.normal(size=n)
    X = rng.normal(size=(n, 2))
    y = np.array([2, -1, 0, 3, 1, -2])[town] * size + X[:, 0]
    return {"town": np.array(["Aa", "Bo", "Cy", "Du", "El", "Fo"])[town], "size": np.round(size, 4),
            **_columns(X), "price": np.round(y + rng.normal(0, 0.4, n), 4)}  # fmt: skip


def bits(rng: Generator, n: int = 1500) -> Columns:
    X = rng.integers(0, 2, (n, 8))
    return _columns(X, k=np.where(X[:, :3].sum(axis=1) % 2, "odd", "even"))


def scaled(make: Callable[[Generator], Columns], factors: Sequence[float], shifts: Sequence[float]) -> Any:
    """Return a recipe of the same table with its inputs multiplied and shifted."""

    def made(rng: Generator) -> Columns:
        columns = make(rng)
        for number, (factor, shift) in enumerate(zip(factors, shifts, strict=True)):
            columns[f"x{number}"] = np.round(columns[f"x{number}"] * factor + shift, 8)
        return columns

    return made


def nonsense(rng: Generator, n: int = 600) -> Columns:
    return _columns(rng.normal(size=(n, 8)), k=rng.choice(["a", "b"], n))


def nonsense_four(rng: Generator, n: int = 800) -> Columns:
    return _columns(rng.uniform(size=(n, 5)), k=rng.choice(list("abcd"), n))


def nonsense_values(rng: Generator, n: int = 500) -> Columns:
    return _columns(rng.normal(size=(n, 6)), y=np.round(rng.normal(10, 3, n), 4))


def nonsense_rare(rng: Generator, n: int = 900) -> Columns:
    return _columns(rng.normal(size=(n, 6)), k=np.where(rng.random(n) < 0.3, "a", "b"))


def leaky(rng: Generator) -> Columns:
    columns = mixture(rng)
    return {"code": np.unique(columns["k"], return_inverse=True)[1] * 10 + 3, **columns}


def leaky_value(rng: Generator) -> Columns:
    columns = friedman(rng)
    return {**columns, "billed": np.round(columns["y"] * 1.19 + 4, 4), "y": columns["y"]}


def leaky_late(rng: Generator) -> Columns:
    columns = noisy(rng)
    n = len(columns["k"])
    late = np.where(columns["k"] == "yes", rng.integers(3, 30, n), 0)
    return {"days_late": late, **columns}


def outliers(rng: Generator, n: int = 800) -> Columns:
    X = rng.normal(size=(n, 4))
    y = X[:, 0] + np.sin(2 * X[:, 1]) + rng.normal(0, 0.2, n)
    y[rng.choice(n, 6, replace=False)] *= 4000
    return _columns(X, y=np.round(y, 4))


def rings(rng: Generator, n: int = 750) -> Columns:
    k, angle = np.arange(n) % 3, rng.uniform(0, 2 * np.pi, n)
    radius = 1 + k + rng.normal(0, 0.15, n)
    return _columns(np.stack([radius * np.cos(angle), radius * np.sin(angle), rng.normal(size=n)], axis=1),
                    k=np.array(["inner", "middle", "outer"])[k])  # fmt: skip


def steps(rng: Generator, n: int = 1000) -> Columns:
    X = rng.uniform(-1, 1, (n, 3))
    return _columns(X, y=np.round(np.floor(3 * X[:, 0]) + X[:, 1] + rng.normal(0, 0.1, n), 4))


def hinges(rng: Generator, n: int = 800) -> Columns:
    X = rng.normal(size=(n, 7))
    return _columns(X, y=np.round(40 * (np.abs(X[:, 0]) + np.maximum(X[:, 1], X[:, 2])) + rng.normal(0, 8, n), 3))


def products(rng: Generator, n: int = 1500) -> Columns:
    X = rng.normal(size=(n, 12))
    return _columns(X, k=np.where(X[:, 0] * X[:, 1] + X[:, 2] + rng.normal(0, 0.2, n) > 0, "yes", "no"))


def letters(rng: Generator, n: int = 1600) -> Columns:
    centres, k = rng.normal(0, 1.6, (10, 8)), np.arange(n) % 10
    return _columns(centres[k] + rng.normal(size=(n, 8)), k=np.array(list("abcdefghij"))[k])


def tiny(rng: Generator, n: int = 90) -> Columns:
    k = np.arange(n) % 3
    return _columns(rng.normal(size=(n, 4)) + 1.8 * np.eye(4)[k], k=np.array(["p", "q", "r"])[k])


def thick(rng: Generator, n: int = 400) -> Columns:
    X = rng.normal(size=(n, 40))
    return _columns(X, y=np.round(X[:, :10].sum(axis=1) + rng.normal(0, 1.2, n), 4))


def leavers(rng: Generator, n: int = 3000) -> Columns:
    k = rng.random(n) < 0.05
    X = rng.normal(size=(n, 8))
    X[:, :3] += 0.8 * k[:, None]
    return _columns(X, left=np.where(k, "yes", "no"))


def alarms(rng: Generator, n: int = 3000) -> Columns:
    k = rng.random(n) < 0.05
    X = rng.normal(size=(n, 8))
    X[:, :3] += 2.2 * k[:, None]
    return _columns(X, fault=np.where(k, "yes", "no"))


def between(rng: Generator, n: int = 3000) -> Columns:
    k = rng.random(n) < 0.05
    X = rng.normal(size=(n, 8))
    X[:, :3] += 1.4 * k[:, None]
    return _columns(X, fault=np.where(k, "yes", "no"))


def chance(rng: Generator, n: int = 1000) -> Columns:
    return _columns(rng.normal(size=(n, 15)), k=rng.choice(list("abc"), n))


def incomes(rng: Generator, n: int = 900) -> Columns:
    columns = hinges(rng, n)
    y = columns.pop("y")
    return {"paid_tax": np.round(y * 0.31 - 7, 3), **columns, "y": y}


TABLES: dict[str, Callable[[Generator], Columns]] = {
    "ring": ring, "checker": checker, "waves": waves, "friedman": friedman, "mixture": mixture, "wide": wide,
    "noisy": noisy, "short": short, "churn": churn, "three": three, "mild": mild, "clear_rare": clear_rare,
    "cubic": cubic, "straight": straight, "weak": weak, "groups": groups, "bits": bits,
    "ring_scaled": scaled(ring, (4000, 0.02), (90000, 5)),
    "mixture_scaled": scaled(mixture, (1, 1e3, 1e-3, 1, 50, 1e4, 1, 1, 1e-2, 1, 200, 1), (0,) * 12),
    "waves_scaled": scaled(waves, (1e-3, 700, 30), (0, 5000, 0)),
    "friedman_scaled": scaled(friedman, (1e3, 1, 1e-2, 1e4, 1, 1, 1, 20, 1, 1), (0, 0, 0, 3e4, 0, 0, 0, 0, 0, 0)),
    "nonsense": nonsense, "nonsense_four": nonsense_four, "nonsense_values": nonsense_values,
    "nonsense_rare": nonsense_rare, "leaky": leaky, "leaky_value": leaky_value, "leaky_late": leaky_late,
    "outliers": outliers, "rings": rings, "steps": steps, "hinges": hinges, "products": products, "letters": letters,
    "tiny": tiny, "thick": thick, "leavers": leavers, "alarms": alarms, "chance": chance, "incomes": incomes,
    "letters_scaled": scaled(letters, (1, 5e3, 1, 1e-2, 1, 1, 300, 1), (0, 1e4, 0, 0, 0, 0, 0, 0)),
    "hinges_scaled": scaled(hinges, (200, 1e4, 1e-3, 1, 1, 1, 1), (0, 0, 0, 500, 0, 0, 0)), "between": between,
}  # fmt: skip


def write_tables(folder: Path) -> None:
    """Write every table as a CSV file into a directory."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, make) in enumerate(TABLES.items()):
        columns = make(np.random.default_rng(1000 + number))
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(zip(*(np.asarray(column).tolist() for column in columns.values()), strict=True))
