"""The model of a study's best trial: kept while the search runs, trained again where it was not."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tuitrain.data.dataset import Dataset
from tuitrain.engine.scoring import NO_THRESHOLD
from tuitrain.errors import ModelError
from tuitrain.runs.model import Model, load_model
from tuitrain.runs.run import BEST
from tuitrain.search.averaged import Averaged, make_average
from tuitrain.search.study.study import Study
from tuitrain.search.study.trial import Trial
from tuitrain.search.trained import tested_part, trained


@dataclasses.dataclass(frozen=True)
class StudyChoice:
    """What a study came to: the best trial's model, its scores on the test part, and the average, if one was made."""

    single: Model | None = None
    single_test: Mapping[str, float] = dataclasses.field(default_factory=dict)
    average: Averaged | None = None

    @property
    def model(self) -> Model | None:
        """The average, or else the best trial's model; None where no trial has finished."""
        return self.average.model if self.average is not None else self.single

    @property
    def test(self) -> Mapping[str, float]:
        """The loss and metrics of `model` on the test part."""
        return self.average.test if self.average is not None else self.single_test


def choose(study: Study, dataset: Dataset) -> StudyChoice:
    """Return the best trial's model and, where the study averages the best trials, their average; record both."""
    best = study.best
    if best is None:
        return StudyChoice()
    model = best_model(study, dataset)
    part = tested_part(dataset, study.hyperparameters(best))
    test = model.evaluate_part(part) if len(part) else {}
    averaged = make_average(study, dataset) if study.settings.ensemble_best > 1 else None
    told = None if averaged is None else averaged.to_event()
    known = study.chosen or {}
    if known.get("trial") != best.number or known.get("average") != told:
        study.choose(best, test, told)
    return StudyChoice(model, test, averaged)


def model_path(study: Study) -> Path:
    """Return the path of the best trial's model."""
    return study.path / BEST


def keep_model(study: Study, dataset: Dataset, trial: Trial, parameters: Any) -> None:
    """Save the best trial's model from its parameters."""
    h = study.hyperparameters(trial)
    if h.ensemble > 1:
        return  # a trial is a single network: the ensemble is trained at the end
    _save(study, Model.from_parameters(parameters, h, dataset, trial.best_epoch))


def _save(study: Study, model: Model) -> None:
    """Write the model file of a study that is open for writing."""
    study.write_file(BEST, model.to_bytes())


def best_model(study: Study, dataset: Dataset) -> Model:
    """Return the best trial's model: the one that was kept, or trained again.

    A trial of one fold and one seed gives the same bits again, since it is trained with as many threads. With several,
    its hyperparameters are trained on the dataset's own split; without validation rows for as many epochs as were best.
    """
    best = study.best
    assert best is not None
    h = study.hyperparameters(best)
    try:
        kept = load_model(model_path(study)) if model_path(study).is_file() else None
        if kept is not None and kept.hyperparameters == h and kept.dataset_fingerprint == dataset.fingerprint:
            has_threshold = kept.threshold is not None or h.threshold == NO_THRESHOLD
            if has_threshold and (kept.positive == dataset.positive or dataset.positive is None):
                return kept
    except ModelError:
        pass  # there is none yet, or it is damaged: it is made anew
    model = dataclasses.replace(trained(dataset, h, best_epoch=best.best_epoch)[0], hyperparameters=h)
    _save(study, model)
    return model
