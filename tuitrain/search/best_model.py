"""The model of a study's best trial: kept while the search runs, trained again where it was not."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from tuitrain.data.dataset import Dataset
from tuitrain.engine import Record
from tuitrain.engine.fit import fit
from tuitrain.errors import ModelError
from tuitrain.runs.members import Members
from tuitrain.runs.model import Model, load_model
from tuitrain.runs.run import BEST
from tuitrain.search.study.study import Study
from tuitrain.search.study.trial import Trial


def choose(study: Study, dataset: Dataset) -> tuple[Model | None, dict[str, float]]:
    """Return the best trial's model and its scores on the test part; None and no scores if no trial has finished."""
    best = study.best
    if best is None:
        return None, {}
    model = best_model(study, dataset)
    test = model.evaluate_part(dataset.test) if len(dataset.test) else {}
    if study.chosen is None or study.chosen["trial"] != best.number:
        study.choose(best, test)
    return model, test


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
            return kept
    except ModelError:
        pass  # there is none yet, or it is damaged: it is made anew
    if not len(dataset.validation):
        h = h.replace(epochs=max(1, best.best_epoch), patience=0)
    members = Members(dataset, h)

    def ended(record: Record) -> None:
        members.drop_ended()

    fit(members.trainer, ended, threads=1)
    model = dataclasses.replace(members.model(), hyperparameters=study.hyperparameters(best))
    _save(study, model)
    return model
