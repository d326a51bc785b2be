"""Trainings by hand: which of those among the runs compare, and so are the trials of one search."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.search.trainings_made_up import MOONS, training
from tests.ui.search.driven import let_there_be
from tuitrain.ui.search.by_hand import HandRuns


def test_scores_of_another_metric_or_another_class_that_is_looked_for_do_not_compare(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    f1 = {"metric": "f1"}
    one, other = (MOONS.looking_for(name) for name in MOONS.class_names)
    let_there_be(
        monkeypatch, training(0.1, dataset=other, record=f1), training(0.2, dataset=one, record=f1),
        training(0.3, dataset=one, record={"metric": "accuracy"}), training(0.4, dataset=one, record=f1),
    )  # fmt: skip
    runs = HandRuns(tmp_path)
    runs.look("")
    assert runs._reading is not None
    runs._reading.result(60)
    runs.look("")
    assert [found.score for found in runs.trainings] == [0.2, 0.4]
