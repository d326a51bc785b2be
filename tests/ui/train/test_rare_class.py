"""A rare class by keys alone: look for it, choose by average precision, find the threshold, read the figures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics as theirs

from tests.churn import write_learnable_churn
from tests.plain import plain
from tests.ui.fake_session import FakeSession
from tests.ui.train.test_screen import app_on, text_of
from tests.ui.waiting import resize, settle
from tuitrain import load_dataset
from tuitrain.data.dataset import Dataset
from tuitrain.session.commands import Reset
from tuitrain.session.datasets import DATASETS
from tuitrain.session.training import TrainingSession
from tuitrain.ui.widgets.confirm import Confirm
from tuitrain.ui.widgets.short_list import ShortList


@pytest.fixture(scope="module")
def churn(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return load_dataset(write_learnable_churn(tmp_path_factory.mktemp("churn") / "churn.csv"), target="left")


async def look_for_the_last_class(pilot) -> None:
    await pilot.press("p")
    await settle(pilot, lambda: isinstance(pilot.app.screen, ShortList))
    await pilot.press("end", "enter")
    await settle(pilot, lambda: not isinstance(pilot.app.screen, ShortList))


async def test_a_rare_class_is_found_by_keys_and_its_figures_are_scikit_learns(churn):
    session = TrainingSession(churn, plain(hidden_layers=(8,), epochs=12, patience=0))
    try:
        async with app_on(session).run_test(size=(80, 24)) as pilot:
            await look_for_the_last_class(pilot)
            await settle(pilot, lambda: "the areas are of yes" in text_of(pilot.app))
            await settle(pilot, lambda: session.dataset.positive == 1)
            await pilot.press("slash", *"metric", "enter", *["plus"] * 7)
            await pilot.press("slash", *"threshold", "enter", "enter", *"auto", "enter")
            await settle(pilot, lambda: session.snapshot.hyperparameters.threshold == "auto")
            await pilot.press("space")
            await settle(pilot, lambda: session.snapshot.state == "done")
            assert session.snapshot.hyperparameters.metric == "average_precision"
            await pilot.press("m")
            await settle(pilot, lambda: "By class" in text_of(pilot.app) and "% range" in text_of(pilot.app))
            shown = text_of(pilot.app)
    finally:
        session.close()
    model, part = session.model(), churn.validation
    probabilities = model.probabilities(model.logits_of(part.X))
    answers = (probabilities[:, 1] >= model.threshold).astype(int)
    precision, recall, f1, rows = theirs.precision_recall_fscore_support(part.y, answers, zero_division=0)
    lines = [line.split("││")[1].split() for line in shown.splitlines() if "││" in line]
    for number, name in enumerate(("no", "yes")):
        told = next(line for line in lines if line[1:2] == [name])
        expected = [precision[number], recall[number], f1[number], rows[number]]
        assert [float(figure) for figure in told[2:6]] == pytest.approx(expected, abs=6e-4)
    best = session.snapshot.history.column("watched_metric")[session.snapshot.best_epoch - 1]
    found = theirs.average_precision_score(part.y, probabilities[:, 1])
    assert found == pytest.approx(best, rel=1e-5)
    assert best == session.snapshot.history.column("watched_metric").max()
    told = next(line for line in lines if line[:2] == ["av.", "precision"])
    assert float(told[2]) == pytest.approx(found, abs=6e-4)
    assert f"yes from {model.threshold:.3f}".replace("0.", ".") in shown


async def test_another_class_starts_over_and_asks_where_that_loses_something():
    session = FakeSession()
    session.dataset = load_dataset("iris")
    session.snapshot = replace(session._fresh(plain(), version=1), dataset=session.snapshot.dataset.of(session.dataset))
    DATASETS.keep(session.dataset)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await look_for_the_last_class(pilot)
        (reset,) = [command for command in session.sent if isinstance(command, Reset)]
        assert (reset.dataset.positive, reset.dataset.fingerprint) == ("virginica", session.dataset.fingerprint)
        await settle(pilot, lambda: session.snapshot.dataset.positive == "virginica")
        assert session.dataset.positive == 2
        await look_for_the_last_class(pilot)  # the same: nothing to do
        session.train(41)
        await pilot.press("p")
        await settle(pilot, lambda: isinstance(pilot.app.screen, ShortList))
        await pilot.press("home", "enter")
        await settle(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "means over the classes" in text_of(pilot.app)
        await pilot.press("y")
        await settle(pilot, lambda: session.snapshot.dataset.positive is None)
    assert len([command for command in session.sent if isinstance(command, Reset)]) == 2


async def test_a_number_has_no_class_to_look_for():
    session = TrainingSession(load_dataset("diabetes"), plain())
    try:
        async with app_on(session).run_test(size=(80, 24)) as pilot:
            await pilot.press("p")
            await settle(pilot, lambda: "there is no class to look for" in text_of(pilot.app))
            await pilot.press("slash", *"metric", "enter", "plus")
            await settle(pilot, lambda: session.snapshot.hyperparameters.metric == "r2")  # none of classes
    finally:
        session.close()


async def test_y_draws_the_metric_beside_the_loss_or_in_its_place(churn):
    session = TrainingSession(churn, plain(hidden_layers=(8,), epochs=12, patience=0, metric="mcc"))
    try:
        async with app_on(session).run_test(size=(80, 24)) as pilot:
            await pilot.press("space")
            await settle(pilot, lambda: session.snapshot.state == "done")
            best = session.snapshot.best_epoch
            value = session.snapshot.history.column("watched_metric")[best - 1]
            assert np.isfinite(value)
            await settle(pilot, lambda: f"best MCC {value:.3f} at {best}".replace("0.", ".") in text_of(pilot.app))
            assert "Loss · epochs 0–12" in text_of(pilot.app)
            await pilot.press("y")
            await settle(pilot, lambda: "┌ MCC · epochs 0–12" in text_of(pilot.app))
            last = session.snapshot.history.column("watched_metric")[-1]
            assert f"MCC, validation {last:.3f}".replace("0.", ".") in text_of(pilot.app)
            await resize(pilot, 120, 40)
            await settle(pilot, lambda: "┌ Loss, MCC · epochs 0–12" in text_of(pilot.app))
            assert "╍ validation" in text_of(pilot.app) and "╍ MCC, validation" in text_of(pilot.app)
            await pilot.press("y")
            await settle(pilot, lambda: "┌ Loss · epochs 0–12" in text_of(pilot.app))
    finally:
        session.close()
