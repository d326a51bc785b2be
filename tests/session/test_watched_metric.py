"""The metric that chooses the best epoch, epoch by epoch: in the history, in the run's file, and after continuing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics as theirs

from tests.plain import plain_dataset
from tests.session.kept import SMALL
from tests.session.test_conformance import until
from tuitrain.engine import Record, Trainer
from tuitrain.runs.metrics_file import read_epochs
from tuitrain.runs.run import METRICS
from tuitrain.session.commands import Start
from tuitrain.session.continuation import resume
from tuitrain.session.train import train
from tuitrain.session.training import TrainingSession

pytestmark = pytest.mark.filterwarnings("ignore:a checkpoint takes")


@pytest.mark.parametrize(("data", "metric"), [("moons?n=200", "average_precision"), ("diabetes", "median_error")])
def test_its_course_is_kept(data: str, metric: str, tmp_path: Path) -> None:
    dataset = plain_dataset(data)
    h = SMALL.replace(metric=metric, epochs=4, patience=0)
    alone, expected = Trainer(dataset, h), []
    for _ in range(h.epochs - 1):  # after the last one the best epoch's weights are back
        alone.epoch()
        outputs = alone.network.logits_of_rows(alone.network.rows_of(dataset.validation.X))[0].astype(float)
        if metric == "median_error":
            errors = np.abs(outputs[:, 0] - dataset.validation.y[:, 0]) * dataset.target_scale
            expected.append(np.median(errors))
        else:
            margin = outputs[:, 1] - outputs[:, 0]
            expected.append(theirs.average_precision_score(dataset.validation.y, margin))
    train(dataset, h, lambda record: "stop" if record.epoch == 2 else None, run=tmp_path / "a")
    found = resume(tmp_path / "a")
    session = TrainingSession(dataset, found.hyperparameters, resumed=found)
    session.send(Start())
    history = until(session, lambda s: s.state == "done").history
    session.close()
    assert history.column("watched_metric")[:3] == pytest.approx(expected, rel=1e-5)
    lines, _is_cut = read_epochs(tmp_path / "a" / METRICS)
    assert [line[f"validation_{metric}"] for line in lines] == history.column("watched_metric").tolist()
    first = "validation_r2" if data == "diabetes" else "validation_accuracy"
    assert [line[first] for line in lines] == history.column("validation_metric").tolist()


def test_where_the_loss_chooses_there_is_none() -> None:
    session = TrainingSession(plain_dataset("iris"), SMALL)
    session.send(Start())
    history = until(session, lambda s: s.state == "done").history
    session.close()
    assert np.isnan(history.column("watched_metric")).all()


def test_a_record_that_was_written_down_has_its_first_metric_first() -> None:
    trainer = Trainer(plain_dataset("diabetes"), SMALL.replace(metric="median_error"))
    record = trainer.epoch()
    arrays = dict(sorted(record.arrays().items()))  # as a file has them
    back = Record.from_arrays(arrays, epoch=record.epoch, step=record.step)
    assert list(back.metrics) == list(record.metrics) == ["r2", "median_error"]
