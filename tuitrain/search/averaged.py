"""The average of a study's best trials: whose networks count how much is chosen on rows that they were not trained on.

The weights are found greedily (Caruana, Niculescu-Mizil, Crew and Ksikes: Ensemble selection from libraries of models,
2004): the trial is added, again and again and with replacement, whose answers make those of the average best.

`V` rows that are predicted out of fold, `K` outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset
from tuitrain.engine.average import answers_of, average, outputs_of
from tuitrain.engine.build import build_network
from tuitrain.engine.fit import fit
from tuitrain.engine.scoring import NO_THRESHOLD, best_threshold, ranking, scores_of_classes, scores_of_values
from tuitrain.engine.trainer import Trainer
from tuitrain.errors import ModelError, TuitrainError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.metric_names import LOSS, OF_DECISIONS
from tuitrain.runs.average_model import AverageModel
from tuitrain.runs.model import Model, load_model
from tuitrain.runs.spread import calibration
from tuitrain.search.folds import Fold, make_folds
from tuitrain.search.journal_events import finite_values, number_of
from tuitrain.search.study.study import Study
from tuitrain.search.study.trial import Trial, is_higher_better
from tuitrain.search.trained import tested_part, trained

Array = NDArray[Any]
AVERAGE_NAME = "average.safetensors"  # in a study's directory
ROUNDS = 25
Value = tuple[float, float]  # of which less is better: by the metric, then by the loss


@dataclass(frozen=True)
class Averaged:
    """An average of trials: `weights` say how much each of `trials` counts, `candidates` which were asked.

    `score` and `single_score` are the study's metric of the average and of its best candidate alone, on the rows that
    the weights were chosen on; `test` is the average's loss and metrics on the test part.
    """

    model: Model
    candidates: tuple[int, ...]
    trials: tuple[int, ...]
    weights: tuple[float, ...]
    score: float
    single_score: float
    test: Mapping[str, float]

    def to_event(self) -> dict[str, Any]:
        """Return what the journal keeps of it, in JSON."""
        return finite_values({
            "candidates": self.candidates, "trials": self.trials, "weights": self.weights,
            "score": self.score, "single_score": self.single_score, "test": self.test,
        })  # fmt: skip


@dataclass(frozen=True)
class _Candidate:
    trial: Trial
    model: Model
    outputs: Array  # (V, K), out of fold


def candidates_of(study: Study) -> list[Trial]:
    """Return the best finished trials, as many as the study averages at most, whose losses are the best one's.

    Answers of unlike losses (probabilities, margins) cannot be averaged.
    """
    best = study.finished[:1]
    wanted = study.hyperparameters(best[0]).loss if best else ""
    alike = [trial for trial in study.finished if study.hyperparameters(trial).loss == wanted]
    return alike[: study.settings.ensemble_best]


def make_average(study: Study, dataset: Dataset) -> Averaged | None:
    """Return the average of the study's best trials, and keep its model; None where fewer than two were trained.

    Each trial's network is trained on the dataset's own split. Out of fold are the validation rows or, of a study with
    folds, the rows that the trial's networks on the other folds predict. A trial that cannot be trained so is left out.
    """
    trials = candidates_of(study)
    if len(trials) < 2:
        return None
    if (kept := _kept(study, dataset, trials)) is not None:
        return kept
    folds = make_folds(dataset, study.settings.folds)
    found, y = _predicted(study, dataset, trials, folds)
    if len(found) < 2:
        return None
    metric, first = study.settings.metric, found[0].model
    judge = first  # in the units of `y`: folds have those of the dataset, also where an ensemble has joined its rows
    if len(folds) > 1:
        judge = replace(first, target_mean=dataset.target_mean, target_scale=dataset.target_scale)

    def value(outputs: Array) -> Value:
        return _value(judge, outputs, y, metric)

    answers = np.stack([one.outputs for one in found])
    counts = greedy_counts(answers, first.network.loss.name, value)
    chosen = np.flatnonzero(counts)
    weights = [float(counts[place] / counts.sum()) for place in chosen]
    averaged = average(answers, first.network.loss.name, np.repeat(counts[:, None], answers.shape[1], axis=1))
    models = [found[place].model for place in chosen]
    model = _judged(models[0] if len(models) == 1 else AverageModel.of_models(models, weights), averaged, y)
    sign = -1.0 if is_higher_better(metric) else 1.0
    part = tested_part(dataset, first.hyperparameters)
    model = replace(model, spread=calibration(model, part.X, part.y) if model.n_networks > 1 else {})
    study.write_file(AVERAGE_NAME, model.to_bytes())
    return Averaged(
        model, tuple(trial.number for trial in trials), tuple(found[place].trial.number for place in chosen),
        tuple(weights), sign * value(averaged)[0], sign * min(value(one.outputs) for one in found)[0],
        model.evaluate_part(part) if len(part) else {},
    )  # fmt: skip


def greedy_counts(outputs: Array, loss: str, value: Callable[[Array], Value]) -> NDArray[np.int64]:
    """Return how often each network was added to an average, (M,), from their outputs (M, V, K).

    Each time the one is added with which the `value` of the average's outputs is least, the first of equal ones; the
    average of the round with the least value is kept.
    """
    answers = [answers_of(own, loss) for own in outputs]
    counts, total = np.zeros(len(outputs), np.int64), np.zeros_like(answers[0])
    best: tuple[Value, NDArray[np.int64]] | None = None
    for size in range(1, ROUNDS + 1):
        tried = [value(outputs_of((total + own) / size, loss)) for own in answers]
        place = min(range(len(tried)), key=tried.__getitem__)
        counts[place] += 1
        total = total + answers[place]
        if best is None or tried[place] < best[0]:
            best = tried[place], counts.copy()
    assert best is not None
    return best[1]


def _value(model: Model, outputs: Array, y: Array, metric: str) -> Value:
    """Return metric and loss of outputs (V, K) for classes or values `y` of a part, as values of which less is better.

    What is not defined counts as infinite.
    """
    loss = model.evaluate_outputs(outputs, y)["loss"]
    if metric == LOSS:
        found = loss
    elif model.class_names:
        scores, are_probabilities = ranking(outputs, model.network.loss)
        decided = model.decided_numbers(outputs)
        found = scores_of_classes(
            y, scores, decided, are_probabilities=are_probabilities, positive=model.positive
        )[metric]  # fmt: skip
    else:
        found = scores_of_values(model.own_units(y[:, 0]), model.own_units(outputs[:, 0]))[metric]
    signed = -found if is_higher_better(metric) else found
    return (signed if np.isfinite(signed) else np.inf, loss if np.isfinite(loss) else np.inf)


def _predicted(
    study: Study, dataset: Dataset, trials: Sequence[Trial], folds: tuple[Fold, ...]
) -> tuple[list[_Candidate], Array]:
    """Train each trial; return those that could be, with their outputs out of fold, and the target of those rows."""
    found: list[_Candidate] = []
    y: Array = np.empty(0)
    for trial in trials:
        h = study.hyperparameters(trial)
        try:
            model, members = trained(dataset, h, best_epoch=trial.best_epoch)
            if members.diverged:
                continue
            model = replace(model, hyperparameters=h, threshold=None)  # the average has its own
            own, outputs = members.validation_outputs(model) if len(folds) == 1 else _out_of_fold(dataset, folds, h)
        except TuitrainError:
            continue
        if np.isfinite(outputs).all():
            found.append(_Candidate(trial, model, outputs))
            y = own
    return found, y


def _out_of_fold(dataset: Dataset, folds: tuple[Fold, ...], h: Hyperparameters) -> tuple[Array, Array]:
    """Return the target of all folds' validation rows, and the outputs (V, K) of the networks that left them out."""
    single = h.replace(ensemble=1)
    trainer = Trainer(folds, [single] * len(folds), is_probed=False)
    fit(trainer, threads=1)
    outputs = []
    for fold, parameters in zip(folds, trainer.early_stopping.best_parameters, strict=True):
        network = build_network(dataset, trainer.hyperparameters[0], 1)
        network.parameters[0] = parameters
        outputs.append(network.logits_of_rows(network.rows_of(fold.validation.X))[0])
    return np.concatenate([fold.validation.y for fold in folds]), np.concatenate(outputs)


def _judged(model: Model, outputs: Array, y: Array) -> Model:
    """Return the model with the threshold that its hyperparameters ask for, by its outputs (V, K) out of fold."""
    asked, metric = model.hyperparameters.threshold, model.hyperparameters.metric
    if asked == NO_THRESHOLD:
        return model
    positive = 1 if model.positive is None else model.positive
    if isinstance(asked, (int, float)):
        return replace(model, positive=positive, threshold=float(asked))
    metric = metric if metric in OF_DECISIONS else "f1"
    return replace(
        model, positive=positive, threshold=best_threshold(y, model.probabilities(outputs), positive, metric)
    )


def _kept(study: Study, dataset: Dataset, trials: Sequence[Trial]) -> Averaged | None:
    """Return the average that was made of the same trials before, if its model is there."""
    told = (study.chosen or {}).get("average")
    path = study.path / AVERAGE_NAME
    if told is None or list(told["candidates"]) != [trial.number for trial in trials] or not path.is_file():
        return None
    try:
        model = load_model(path)
    except ModelError:
        return None
    if model.dataset_fingerprint != dataset.fingerprint:
        return None
    return Averaged(
        model, tuple(told["candidates"]), tuple(told["trials"]), tuple(told["weights"]), number_of(told["score"]),
        number_of(told["single_score"]), {name: number_of(value) for name, value in told["test"].items()},
    )  # fmt: skip
