"""The surrogate's plot: trials, band and improvement where the numbers say; the user's guess before the choice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.ui.plots.test_search_plots import HEIGHT, LOOK, WIDTH, rows_of, tick_columns, tick_row, where
from tuitrain.search.explanation import Slice, bare_slice
from tuitrain.search.space.space import Space
from tuitrain.search.study.trial import Trial
from tuitrain.ui.plots.surrogate_plot import Marks, draw_surrogate
from tuitrain.ui.theme import theme_of


def a_slice(**changes: Any) -> Slice:
    places = np.linspace(0, 1, 60)
    mean = 0.9 + 0.05 * np.exp(-(((places - 0.5) / 0.2) ** 2))
    given: dict[str, Any] = {
        "column": "learning_rate", "label": "learning rate", "is_category": False,
        "ticks": ((0.0, "0.001"), (0.5, "0.01"), (1.0, "0.1")), "places": places, "mean": mean, "low": mean - 0.02,
        "high": mean + 0.02, "improvement": np.exp(-(((places - 1.0) / 0.1) ** 2)), "chance": np.full(60, 0.25),
        "observed": np.array([[0.5, 0.95], [0.0, 0.9]]), "nearness": np.array([1.0, 0.0]), "proposed": np.array([1.0]),
    }  # fmt: skip
    return Slice(**{**given, **changes})


def test_the_surrogate_shows_trials_band_improvement_and_what_is_next() -> None:
    rows = rows_of(draw_surrogate(WIDTH, HEIGHT, a_slice(), "accuracy", **LOOK))
    _, middle, right = tick_columns(rows)
    ((y, x),) = where(rows, "●")  # the trial that lies on the slice
    assert x == middle
    assert abs(y - tick_row(rows, "0.95")) <= 1
    assert [column for _, column in where(rows, "+")] == [right]
    bars = {column for y, row in enumerate(rows) if "EI" in row for column, letter in enumerate(row) if letter == "█"}
    assert right in bars
    assert middle not in bars


def test_the_surrogates_legend_names_what_is_drawn() -> None:
    rows = [row.text for row in draw_surrogate(48, HEIGHT, a_slice(), "accuracy", **LOOK)]
    assert rows[0].split() == ["⠒", "mean", "⠁⠂", "±", "deviation", "●", "trials", "+", "next", "▇", "EI"]
    alone = a_slice(nearness=np.zeros(2), proposed=np.empty(0))
    rows = rows_of(draw_surrogate(WIDTH, HEIGHT, alone, "r2", **LOOK))
    assert rows[0].split() == [
        "r2",
        "⠒",
        "mean",
        "⠁⠂",
        "±",
        "deviation",
        "▇",
        "EI",
        "·",
        "trials",
        "far",
        "from",
        "here",
    ]


@pytest.mark.parametrize(("metric", "is_cut"), [("accuracy", True), ("rmse", False)])
def test_the_surrogate_is_cut_where_the_metric_ends(metric: str, is_cut: bool) -> None:
    found = a_slice(observed=np.array([[0.5, 0.95]]), nearness=np.ones(1))
    above = replace(found, mean=found.mean + 0.1, high=found.high + 0.3)
    shown = rows_of(draw_surrogate(WIDTH, HEIGHT, above, metric, **LOOK))
    inside = replace(found, mean=np.minimum(found.mean + 0.1, 1), high=np.minimum(found.high + 0.3, 1))
    expected = rows_of(draw_surrogate(WIDTH, HEIGHT, inside, metric, **LOOK))
    assert (shown == expected) is is_cut
    assert any("⣀" in row or "⠉" in row or "⠒" in row for row in shown)


def test_the_highest_improvement_is_marked() -> None:
    strips = draw_surrogate(WIDTH, HEIGHT, a_slice(proposed=np.empty(0)), "accuracy", **LOOK)
    edit = LOOK["theme"]["edit"]
    right = tick_columns(rows_of(strips))[2]
    marked = []
    for strip in strips[1:]:
        column = 0
        for segment in strip:
            if segment.style == edit and segment.text.strip():
                marked.append(column)
            column += len(segment.text)
    assert set(marked) == {right}


# One at a time

ASCII = theme_of({"NO_COLOR": "1", "LANG": "C"})


def test_before_the_choice_is_shown_neither_it_nor_the_improvement_can_be_seen() -> None:
    hidden = rows_of(draw_surrogate(WIDTH, HEIGHT, a_slice(), "accuracy", marks=Marks((0.5, 0.95)), **LOOK))
    assert where(hidden, "+") == []  # not even where trials are queued
    assert "EI" not in "".join(hidden)
    assert "choice" not in hidden[0]
    assert not set("".join(hidden)) & set("▁▂▃▄▅▆▇█")
    shown = rows_of(draw_surrogate(WIDTH, HEIGHT, a_slice(), "accuracy", marks=Marks((0.5, 0.95), (1.0, 0.9)), **LOOK))
    assert "EI" in "".join(shown)
    assert [row[:6] for row in shown if "┤" in row] == [row[:6] for row in hidden if "┤" in row]
    assert [index for index, row in enumerate(shown) if "└" in row] == [
        index for index, row in enumerate(hidden) if "└" in row
    ]  # the axis stays where it is


@pytest.mark.parametrize("look", [LOOK["theme"], ASCII], ids=["colours", "plain ASCII"])
def test_guess_and_choice_stand_on_their_scores_with_a_line_down_to_the_axis(look: Any) -> None:
    marks = Marks((0.0, 0.92), (1.0, 0.94))
    rows = [strip.text for strip in draw_surrogate(WIDTH, HEIGHT, a_slice(), "accuracy", marks=marks, theme=look)]
    assert all(row.isascii() for row in rows) or look is not ASCII
    rows = [row.translate(str.maketrans("|", "│")) for row in rows]
    axis = next(index for index, row in enumerate(rows) if row.lstrip(" │").startswith(("└", "+--")))
    columns = {}
    for sign, below, score in (("?", "┊", 0.92), ("+", "┆", 0.94)):
        place = next((y, row.index(sign)) for y, row in enumerate(rows[:axis]) if y and sign in row[6:])
        columns[sign] = rows[place[0]].index(sign, 6)
        ticks = {
            round(float(row[:4]), 3): y for y, row in enumerate(rows[:axis]) if row[:4].strip().startswith(("0.", "1."))
        }
        nearest = min(ticks, key=lambda tick: abs(tick - score))
        assert abs(place[0] - ticks[nearest]) <= 2
        beneath = [row[columns[sign]] for row in rows[place[0] + 1 : axis - 3]]
        assert set(beneath) & {":" if look is ASCII else below}
    assert columns["?"] < columns["+"]


def test_marks_beyond_the_metric_or_the_window_stay_inside() -> None:
    marks = Marks((0.5, 1.7), (0.0, -3.0))
    rows = rows_of(draw_surrogate(WIDTH, HEIGHT, a_slice(), "accuracy", marks=marks, **LOOK))
    assert where(rows, "?")[0][0] <= 2
    assert len(where(rows, "+")) == 1


def test_a_choice_without_a_place_on_this_field_is_not_drawn() -> None:
    marks = Marks((0.5, 0.95), (float("nan"), 0.9))
    rows = rows_of(draw_surrogate(WIDTH, HEIGHT, a_slice(), "accuracy", marks=marks, **LOOK))
    assert where(rows, "+") == []


@pytest.mark.parametrize("scores", [[], [0.7], [0.7, 0.9]])
def test_before_there_is_a_model_the_trials_and_the_guess_are_drawn(scores: list[float]) -> None:
    space = Space({"learning_rate": "1e-4..1", "optimizer": "sgd,adam"})
    trials = [
        Trial(n, {"learning_rate": 10.0**-n, "optimizer": "sgd"}, "bayesian", "finished", score)
        for n, score in enumerate(scores)
    ]
    found = bare_slice(space, space.columns[[c.name for c in space.columns].index("learning_rate")], trials)
    for metric in ("accuracy", "loss"):
        rows = rows_of(draw_surrogate(WIDTH, HEIGHT, found, metric, marks=Marks((0.5, float("nan"))), **LOOK))
        assert len(where(rows, "●")) == len(scores)
        assert len(where(rows, "?")) == 1
        assert "mean" not in rows[0]
