"""The Metric pane: scores with baselines and intervals, each class, the curves, and the keys that lead there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ui import snapshots_made_up as made_up
from tests.ui.fake_session import FakeSession
from tests.ui.train.test_panes import Stage, text_of
from tests.ui.train.test_screen import app_on
from tests.ui.train.test_screen import text_of as screen_text
from tests.ui.waiting import settle
from tuitrain.options.metric_names import CLASS_METRICS
from tuitrain.ui.train.panes import MetricPane

RARE = made_up.with_curves()


async def drawn(form, snapshot=RARE, size=(51, 18), look="true", names=("no", "yes")):
    def make(theme):
        pane = MetricPane(theme, lambda: names)
        pane.form = form
        return pane

    app = Stage(make, size, look)
    async with app.run_test(size=(200, 60)) as pilot:
        app.pane.show(snapshot)
        await pilot.pause()
        return text_of(app.pane)


def figure(value):
    return f"{value:.3f}".replace("0.", ".", 1)


async def test_every_score_stands_beside_its_baseline_and_its_interval():
    view = RARE.metric_view
    rows = (await drawn("scores", size=(51, 40))).splitlines()
    labels = {"f1": "F1 of yes", "precision": "prec. of yes", "recall": "recall of yes", "roc_auc": "ROC AUC",
              "average_precision": "av. precision", "balanced_accuracy": "balanced acc.", "accuracy": "accuracy",
              "mcc": "MCC", "log_loss": "log-loss", "brier": "Brier"}  # fmt: skip
    assert set(labels) == set(CLASS_METRICS)
    for name, label in labels.items():
        row = next(row for row in rows if row.startswith(f" {label} "))
        low, high = (f"{end:.2f}".replace("0.", ".", 1) for end in view.intervals[name])
        expected = [figure(view.values[name]), figure(view.baselines[name]), f"{low}–{high}"]
        assert row.removeprefix(f" {label} ").split()[:3] == expected
        is_wide = view.intervals[name][1] - view.intervals[name][0] >= 0.1
        assert ("noisy" in row) is is_wide  # fewer than 50 rows are of the class
    assert "always no 90 % range" in rows[0]
    assert any("! only" in row and "ensemble 8, or folds" in row for row in rows)


async def test_in_little_height_the_most_useful_scores_and_each_class_come_first():
    for height, first in ((11, ["F1", "av.", "balanced"]), (20, ["F1", "av.", "balanced", "ROC", "MCC", "accuracy"])):
        rows = (await drawn("scores", RARE, (51, height))).splitlines()
        assert [row.split()[0] for row in rows[1 : len(first) + 1]] == first
        for name in ("no", "yes"):
            assert any(row.split()[1:2] == [name] for row in rows)
    assert any(row.startswith(" said") for row in rows)


async def test_what_chooses_the_best_epoch_comes_first():
    watched = replace(RARE, hyperparameters=RARE.hyperparameters.replace(metric="mcc"))
    assert (await drawn("scores", watched)).splitlines()[1].startswith(" MCC")
    assert (await drawn("scores", watched, (18, 10))).splitlines()[0].startswith(" MCC")


async def test_each_class_is_told_with_what_it_was_taken_for_and_the_threshold():
    view = RARE.metric_view
    rows = (await drawn("scores")).splitlines()
    assert any("By class · yes from .700" in row for row in rows)
    told = next(row for row in rows if row.split()[1:2] == ["yes"]).split()
    counts = view.confusion[1]
    assert told[2:5] == [figure(value) for value in view.class_scores[1]]
    assert [int(count) for count in told[5:]] == [counts.sum(), *counts]


async def test_reliability_is_told_in_figures_and_drawn():
    found = RARE.metric_view.reliability
    kept = found.rows > 0
    for form in ("scores", "reliability"):
        rows = (await drawn(form)).splitlines()
        said, true, count = (
            next(row for row in rows if row.startswith(f" {word}")) for word in ("said", "true", "rows")
        )
        assert [float(value) for value in said.split()[1 : kept.sum() + 1]] == pytest.approx(
            found.said[kept], abs=0.006
        )
        assert [float(value) for value in true.split()[1 : kept.sum() + 1]] == pytest.approx(
            found.true[kept], abs=0.006
        )
        assert [int(value) for value in count.split()[1:]] == found.rows[kept].tolist()
        assert any(f"error {figure(found.error)}" in row for row in rows)
    plot = [row.partition("┤")[2] for row in rows if "┤" in row]
    assert sum(row.count("▲") for row in plot) >= kept.sum() - 2  # two may share a cell


@pytest.mark.parametrize("form", ["roc", "precision_recall", "reliability"])
async def test_curves_that_are_not_known_yet_are_waited_for(form):
    """As within an epoch that takes long: the loss may well give probabilities."""
    view = replace(RARE.metric_view, intervals={}, roc=(), precision_recall=(), reliability=None)
    assert "shown as soon as it is known" in await drawn(form, replace(RARE, metric_view=view))
    known = replace(RARE.metric_view, reliability=None)
    told = "this loss gives no probabilities" in await drawn(form, replace(RARE, metric_view=known))
    assert told is (form == "reliability")


async def test_curves_are_drawn_with_the_point_of_the_decision():
    view = RARE.metric_view
    counts = view.confusion
    recall, alarms = counts[1, 1] / counts[1].sum(), counts[0, 1] / counts[0].sum()
    rows = (await drawn("roc")).splitlines()
    assert rows[0].startswith(f" ROC of yes: area {figure(view.values['roc_auc'])} (")
    assert f"recall (up) {figure(recall)}, false alarms (across) {figure(alarms)}" in rows[1]
    plot = [row.partition("┤" if "┤" in row else "│")[2] for row in rows[2:16]]
    (down,) = [place for place, row in enumerate(plot) if "▲" in row]
    assert down == pytest.approx((1 - recall) * 13, abs=1)
    assert plot[down].index("▲") == pytest.approx(alarms * (len(plot[down]) - 1), abs=1)
    rows = (await drawn("precision_recall")).splitlines()
    precision = counts[1, 1] / counts[:, 1].sum()
    assert f"average {figure(view.values['average_precision'])} (" in rows[0]
    assert f"by chance {figure(counts[1].sum() / counts.sum())}" in rows[0]
    assert f"precision (up) {figure(precision)}, recall (across) {figure(recall)}" in rows[1]


async def test_of_three_classes_each_has_a_curve_of_its_own():
    rows = (await drawn("roc", made_up.with_curves(3), names=made_up.classes(3))).splitlines()
    assert "each class against the others" not in rows[0]  # no room for it
    assert "recall up, false alarms across" in rows[0]
    legend = " ".join(rows[1:3])
    for name, area in (("setosa", ".900"), ("versicolor", ".910"), ("virginica", ".920")):
        assert f"{name} {area}" in legend


@pytest.mark.parametrize("look", ["16", "ascii"])
async def test_signs_carry_the_curves_without_colours(look):
    shown = await drawn("roc", look=look)
    assert ("x" if look == "ascii" else "▲") in shown
    assert shown.isascii() is (look == "ascii")


async def test_m_goes_on_from_the_scores_to_the_curves_and_back():
    session = FakeSession()
    session.train(41)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = pilot.app.screen
        await settle(pilot, lambda: not screen._later)
        assert session.watched == {"metric"}
        for name, then in (("Metric", "ROC"), ("ROC", "Precision-recall"), ("Precision-recall", "Reliability"),
                           ("Reliability", "Confusion"), ("Confusion", "Gradient")):  # fmt: skip
            await pilot.press("m")
            await settle(pilot, lambda: f"┌ {name}│" in screen_text(pilot.app))  # noqa: B023
            assert f"┌ {name}│{then}" in screen_text(pilot.app)
            assert session.watched == {"metric", "metric_detail"}
        await pilot.press("m")
        await settle(pilot, lambda: "├ Gradient│" in screen_text(pilot.app))
        await pilot.press("m", "m", "tab")
        await settle(pilot, lambda: screen.focused is screen.metric)
        assert screen.selected_word()[0] == "ROC curve"
        assert "recall against false alarms" in screen_text(pilot.app).splitlines()[-3]
