"""Snapshots of trainings and searches that never were, with plausible numbers: healthy, diverging, deep, just begun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np

from tests.plain import plain
from tuitrain.data.facts import DatasetFacts, DatasetSource
from tuitrain.engine import metrics as measures
from tuitrain.engine.curves import precision_recall_curve, roc_curve
from tuitrain.engine.resampling import classes_measure, intervals
from tuitrain.engine.scoring import decided_at, scores_of_classes, scores_of_constant
from tuitrain.options.search_settings import Settings
from tuitrain.runs.finished import Edit
from tuitrain.runs.history import History, LayerProbe
from tuitrain.search.conductor import SearchProgress
from tuitrain.search.explanation import Expected, Explained, Hindsight, bare_slice, places_along
from tuitrain.search.space.space import Space
from tuitrain.search.study.guess import Guess
from tuitrain.search.study.trial import Trial
from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.session.snapshot import (
    BoundaryView,
    EarlierRun,
    MetricView,
    ParametersView,
    Reliability,
    Snapshot,
    ThresholdCurve,
)


def classes(count: int) -> tuple[str, ...]:
    """So many class names, of uneven length."""
    named = ("setosa", "versicolor", "virginica")
    return named if count == 3 else tuple(f"class {number}" for number in range(count))


def facts(sizes: Sequence[int]) -> DatasetFacts:
    """What is known of a made-up dataset that a network of these sizes fits."""
    inputs = tuple(f"x{n}" for n in range(sizes[0]))
    source = DatasetSource("made up", {}, "0" * 64)
    names = classes(sizes[-1])
    return DatasetFacts("made up", source, "classification", "target", names, inputs, sizes[0], 105, 22, 23)


def fresh(sizes: Sequence[int] = (4, 16, 16, 3)) -> Snapshot:
    """Nothing trained yet."""
    return Snapshot(
        version=1, state="ready", dataset=facts(sizes),
        hyperparameters=plain(hidden_layers=tuple(sizes[1:-1])), pending={},
        history=History(len(sizes) - 1), epochs_recorded=0, steps_per_epoch=4, learning_rate=0.01,
    )  # fmt: skip


def healthy(epochs: int = 60, sizes: Sequence[int] = (4, 16, 16, 3), **changes: Any) -> Snapshot:
    """A training that goes well, with an edit and an earlier run."""
    epoch = np.arange(1.0, epochs + 1)
    rng = np.random.default_rng(0)
    train = 0.06 + 1.1 * np.exp(-epoch / 12) * (1 + 0.05 * rng.standard_normal(epochs))
    validation = train + 0.02 + epoch / 2000
    best = int(validation.argmin()) + 1
    snapshot = _trained(sizes, train, validation, train / 10, rng)
    before = EarlierRun(snapshot.hyperparameters, epoch, train * 1.3, validation * 1.3)
    edits = (Edit(epochs / 3, 4 * epochs // 3, "learning_rate", 0.01, 0.03),) if epochs > 20 else ()
    return replace(
        snapshot, best_epoch=best, best_loss=float(validation[best - 1]), earlier=(before,), edits=edits, **changes
    )


def diverging(epochs: int = 30, sizes: Sequence[int] = (4, 16, 16, 3)) -> Snapshot:
    """A loss that grows beyond all bounds and stops being a number."""
    epoch = np.arange(1.0, epochs + 1)
    train = 0.9 * np.exp(epoch**2 / 60)
    train[-1] = np.nan
    snapshot = _trained(sizes, train, train * 1.2, train * 10, np.random.default_rng(1))
    layers = tuple(replace(layer, gradient_norm=2e4 * 3**n, trouble="exploding")
                   for n, layer in enumerate(snapshot.layers))  # fmt: skip
    return replace(
        snapshot, state="diverged", ending="the loss stopped being finite", best_epoch=1, layers=layers,
        gradient_norm=float("inf"),
    )  # fmt: skip


def deep(layers: int = 20) -> Snapshot:
    """A deep sigmoid network: gradients vanish, units saturate."""
    snapshot = healthy(sizes=(8, *[32] * (layers - 1), 1), epochs=40)
    probes = tuple(
        replace(
            layer, gradient_norm=10.0 ** (n - layers), update_ratio=10.0 ** (n - layers - 2),
            idle_share=None if n == layers - 1 else 0.9 - n / 40, idle_kind="" if n == layers - 1 else "saturated",
            trouble="vanishing" if n < layers - 3 else "",
        )
        for n, layer in enumerate(snapshot.layers)
    )  # fmt: skip
    return replace(snapshot, layers=probes)


def with_parameters(sizes: Sequence[int] = (13, 16, 8, 3)) -> Snapshot:
    """With weights and biases to look at."""
    rng = np.random.default_rng(2)
    weights = tuple(rng.standard_normal((a, b)).astype(np.float32) / a**0.5 for a, b in pairwise(sizes))
    biases = tuple(rng.standard_normal(b).astype(np.float32) / 10 for b in sizes[1:])
    count = sum(w.size + b.size for w, b in zip(weights, biases, strict=True))
    return replace(healthy(sizes=sizes), parameters=ParametersView(weights, biases), n_parameters=count)


def with_confusion(count: int = 3, rows: int = 40) -> Snapshot:
    """With a confusion matrix of so many classes."""
    rng = np.random.default_rng(3)
    counts = np.diag(rng.integers(rows // 2, rows, count)) + rng.integers(0, 3, (count, count))
    values = {"accuracy": float(np.trace(counts) / counts.sum()), "balanced_accuracy": 0.951, "f1": 0.912}
    values |= {"roc_auc": 0.987, "log_loss": 0.1312, "brier": 0.0711}
    baselines = {"accuracy": float(counts[0].sum() / counts.sum()), "balanced_accuracy": 1 / count, "f1": 0.1}
    baselines |= {"roc_auc": 0.5, "log_loss": float(np.log(count)), "brier": 1 - 1 / count}
    recall = np.diag(counts) / counts.sum(axis=1)
    precision = np.diag(counts) / counts.sum(axis=0)
    scores = np.stack([precision, recall, 2 * precision * recall / (precision + recall)], axis=1)
    view = MetricView(
        "validation", values, confusion=counts, epoch=60, class_scores=scores, baselines=baselines, usual=0
    )  # fmt: skip
    return replace(healthy(), metric_view=view)


def with_curves(count: int = 2, *, rows: int = 845, share: float = 0.052) -> Snapshot:
    """With intervals, curves and reliability; of two classes the second is rare, and looked for."""
    rng = np.random.default_rng(6)
    truth = (rng.random(rows) < share).astype(int) if count == 2 else rng.integers(0, count, rows)
    logits = rng.normal(0, 1, (rows, count)) + 3 * np.eye(count)[truth]
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    positive = 1 if count == 2 else None
    decided = decided_at(scores, 1, 0.7) if count == 2 else scores.argmax(axis=1)
    given: Any = {"are_probabilities": True, "positive": positive}
    counts = measures.confusion_counts(truth, decided, count)
    numbers = [1] if count == 2 else list(range(count))
    reliability = Reliability(
        *measures.reliability(truth, scores, positive=positive),
        measures.calibration_error(truth, scores, positive=positive), positive,
    )  # fmt: skip
    view = MetricView(
        "validation", scores_of_classes(truth, scores, decided, **given), confusion=counts, epoch=60,
        class_scores=measures.class_scores(counts), usual=0, positive=positive,
        baselines=scores_of_constant(truth, np.bincount(truth) / rows, positive),
        threshold=0.7 if count == 2 else None,
        intervals=intervals(rows, classes_measure(truth, scores, decided, **given)), reliability=reliability,
        roc=tuple(ThresholdCurve(k, *roc_curve(truth == k, scores[:, k])[:2], 0.9 + k / 100) for k in numbers),
        precision_recall=tuple(
            ThresholdCurve(k, *precision_recall_curve(truth == k, scores[:, k])[:2], 0.8 + k / 100) for k in numbers
        ),
    )  # fmt: skip
    return replace(healthy(), metric_view=view)


def with_residuals(rows: int = 66) -> Snapshot:
    """With predicted and true values of a regression."""
    rng = np.random.default_rng(4)
    truth = 150 + 70 * rng.standard_normal(rows)
    predicted = 150 + 0.6 * (truth - 150) + 30 * rng.standard_normal(rows)
    values = {"r2": 0.484, "rmse": 54.1, "mae": 43.7}
    baselines = {"r2": 0.0, "rmse": 70.0, "mae": 58.0}
    view = MetricView("validation", values, truth=truth, predicted=predicted, baselines=baselines, usual=150.0)
    return replace(healthy(), metric_view=view)


def with_boundary(shape: tuple[int, int] = (30, 44), *, confidence: bool = True) -> Snapshot:
    """With the plane of two inputs: two classes, or with `confidence` False, values."""
    rng = np.random.default_rng(5)
    points = rng.uniform(-2, 2, (200, 2))
    truth = (points[:, 1] > np.sin(2 * points[:, 0])).astype(np.int64)
    y, x = np.meshgrid(np.linspace(2, -2, shape[0]), np.linspace(-2, 2, shape[1]), indexing="ij")
    height = y - np.sin(2 * x)
    extent, names = (-2.0, 2.0, -2.0, 2.0), ("x1", "x2")
    if confidence:
        sure = 1 / (1 + np.exp(-np.abs(height) * 2))
        view = BoundaryView(names, extent, (height > 0).astype(np.int64), sure, points, truth)
    else:
        view = BoundaryView(names, extent, height, None, points, points[:, 1] - np.sin(2 * points[:, 0]))
    return replace(healthy(sizes=(2, 16, 2)), boundary=view)


def with_fit(columns: int = 60) -> Snapshot:
    """With the curve fitted over one input."""
    rng = np.random.default_rng(6)
    points = rng.uniform(0, 6, (150, 1))
    labels = np.sin(points[:, 0]) + 0.1 * rng.standard_normal(150)
    extent = (0.0, 6.0, float("nan"), float("nan"))
    grid = np.sin(np.linspace(0, 6, columns))
    return replace(healthy(sizes=(1, 16, 1)), boundary=BoundaryView(("x",), extent, grid, None, points, labels))


def searching(trials: int = 24) -> SearchSnapshot:
    """A search under way: most trials are done, one has failed, one was pruned, two run."""
    rng = np.random.default_rng(7)
    space = Space({"learning_rate": "1e-3..1e-1", "l2": "1e-6..1e-2", "activation": "relu,tanh"})
    made = []
    for number in range(trials):
        rate, l2 = 10 ** rng.uniform(-3, -1), 10 ** rng.uniform(-6, -2)
        setting = {"learning_rate": round(rate, 5), "l2": round(l2, 7), "activation": ("relu", "tanh")[number % 2]}
        score = round(0.97 - 0.08 * (np.log10(rate) + 2) ** 2 - 0.02 * rng.random(), 4)
        trial = Trial(number, setting, by="random" if number < 10 else "bayesian")
        if number == 5:
            trial = replace(trial, state="failed", message="the loss stopped being finite", epochs=3)
        elif number < trials - 2:
            curve = tuple(score * (1 - np.exp(-np.arange(1, 21) / 4)))
            state = "pruned" if number == 8 else "finished"
            trial = replace(trial, state=state, score=score, deviation=0.012, loss=1.1 - score, epochs=20,
                            best_epoch=17, seconds=0.4, curve=curve)  # fmt: skip
        else:
            trial = replace(trial, state="running")
        made.append(trial)
    best = max((trial for trial in made if trial.state == "finished"), key=lambda trial: trial.score)
    progress = SearchProgress(
        "running", tuple(made), best, {trials - 1: (0.4, 0.6, 0.7)}, (trials - 2, trials - 1), (), False, 31.0, 0.8,
        45.0, "", 1,
    )  # fmt: skip
    settings = Settings(strategy="bayesian", trials=60, metric="accuracy")
    return SearchSnapshot(
        9, "running", "", space, settings, progress, Path("studies/made-up-bayesian"), dataset=facts((4, 3))
    )


def guessing() -> SearchSnapshot:
    """One at a time: a choice waits, and what is expected of it and along the learning rate is known."""
    before = searching()
    assert before.progress is not None and before.space is not None
    trials = tuple(trial for trial in before.progress.trials if trial.is_done)
    choice = {"learning_rate": 0.0118, "l2": 3e-5, "activation": "tanh"}
    guesses = tuple(Guess({**choice, "l2": l2}, choice, (0.001, 0.002)) for l2 in (1e-5, 2e-5, 4e-5))
    progress = replace(
        before.progress, trials=trials, curves={}, running=(), proposals=(choice,), guesses=guesses, seconds_left=None
    )
    column = next(one for one in before.space.columns if one.name == "learning_rate")
    rates = -3 + 2 * places_along(column)
    mean, spread = 0.955 - 0.08 * (rates + 2) ** 2, 0.008 + 0.01 * np.abs(np.sin(5 * rates))
    beyond = (mean - progress.best.score) / spread  # type: ignore[union-attr]
    chance = np.array([NormalDist().cdf(one) for one in beyond])
    density = np.array([NormalDist().pdf(one) for one in beyond])
    shown = replace(
        bare_slice(before.space, column, trials), mean=mean, low=mean - spread, high=mean + spread, chance=chance,
        improvement=spread * (beyond * chance + density), proposed=np.array([(np.log10(0.0118) + 3) / 2]),
    )  # fmt: skip
    shown = replace(shown, nearness=np.linspace(0.2, 1, len(shown.observed)))
    explained = Explained(
        (len(trials),), column.name, tuple(one.name for one in before.space.columns), shown,
        (("learning rate", 0.71), ("L2", 0.06), ("activation", 0.02)),
        choice=Expected(choice, float(shown.proposed[0]), 0.9546, 0.944, 0.965, 0.0021, 0.27),
        hindsight=Hindsight(3, 1),
    )  # fmt: skip
    return replace(before, progress=progress, explained=explained, asks_first=True, is_one_at_a_time=True)


def _trained(
    sizes: Sequence[int], train: np.ndarray, validation: np.ndarray, norms: np.ndarray, rng: np.random.Generator
) -> Snapshot:
    """A running snapshot with these losses as its history."""
    begun = fresh(sizes)
    count, epochs = len(sizes) - 1, len(train)
    shares = 0.4 + 0.6 * rng.random(count)
    for number in range(epochs):
        row = {
            "epoch": number + 1, "train_loss": train[number], "validation_loss": validation[number],
            "validation_metric": 0.9, "learning_rate": 0.01, "gradient_norm": norms[number],
            "seconds": 3 * (number + 1) / epochs,
        }  # fmt: skip
        begun.history.append(row, {
            "gradient_norm": norms[number] * shares, "update_ratio": np.full(count, 1e-3),
            "idle_share": np.array([0.06] * (count - 1) + [np.nan]),  # the output layer's units cannot be idle
        })  # fmt: skip
    layers = tuple(
        LayerProbe(
            a, b, float(norms[-1] * shares[n]), 1.2e-3, 0.06 if n < count - 1 else None,
            "dead" if n < count - 1 else "", "",
        )
        for n, (a, b) in enumerate(pairwise(sizes))
    )  # fmt: skip
    return replace(
        begun, version=epochs + 1, state="running", epochs_recorded=epochs, epoch=epochs, step=4 * epochs,
        samples_per_second=52_310.0, seconds=3.0, seconds_left=14.0, train_loss=float(train[-1]),
        validation_loss=float(validation[-1]), gradient_norm=float(norms[-1]), layers=layers,
        n_parameters=sum(a * b + b for a, b in pairwise(sizes)), metrics={"validation": {"accuracy": 0.9}},
    )  # fmt: skip
