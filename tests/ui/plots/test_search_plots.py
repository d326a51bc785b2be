"""The plots of a search: every sign lies where the numbers say, as the axes' own ticks tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from textual.strip import Strip

from tuitrain.search.space.space import Space
from tuitrain.ui.plots import map_plot, race_plot
from tuitrain.ui.plots import search_plots as pictures
from tuitrain.ui.search.plot_panes import counted_values, gap_note, grid_note, shares
from tuitrain.ui.theme import theme_of

THEME = theme_of({"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"})
LOOK: dict[str, Any] = {"theme": THEME}
WIDTH, HEIGHT = 60, 18


def rows_of(strips: Sequence[Strip]) -> list[str]:
    assert len(strips) == HEIGHT
    assert {strip.cell_length for strip in strips} == {WIDTH}
    return [strip.text for strip in strips]


def where(rows: Sequence[str], sign: str) -> list[tuple[int, int]]:
    """Rows and columns below the title where a sign stands."""
    return [(y, x) for y, row in enumerate(rows) for x, letter in enumerate(row) if letter == sign and y]


def tick_columns(rows: Sequence[str]) -> list[int]:
    """The columns of the ticks on the lower axis."""
    axis = next(row for row in rows if "└" in row)
    return [x for x, letter in enumerate(axis) if letter in "┬┴"]


def tick_row(rows: Sequence[str], label: str) -> int:
    """The row of a tick on the axis at the left."""
    return next(y for y, row in enumerate(rows) if row.strip().startswith(f"{label}┤"))


def a_map(**changes: Any) -> map_plot.MapPoints:
    ticks = ((0.0, "zero"), (0.5, "half"), (1.0, "one"))
    given: dict[str, Any] = {
        "x": np.array([0.5, 1.0]), "y": np.array([0.5, 0.0]), "share": np.array([1.0, 0.0]),
        "states": ("finished", "finished"), "best": 0, "x_name": "learning rate", "y_name": "L2", "x_ticks": ticks,
        "y_ticks": ticks,
    }  # fmt: skip
    return map_plot.MapPoints(**{**given, **changes})


def test_trials_lie_on_the_map_where_the_ticks_say() -> None:
    rows = rows_of(map_plot.draw_map(WIDTH, HEIGHT, a_map(), **LOOK))
    _, middle, right = tick_columns(rows)
    assert where(rows, "★") == [(tick_row(rows, "half"), middle)]
    assert where(rows, map_plot.LEVELS[0]) == [(tick_row(rows, "zero"), right)]


def test_the_map_tells_states_apart_and_explains_only_what_is_there() -> None:
    points = a_map(states=("failed", "running"), share=np.array([np.nan, np.nan]), best=None)
    rows = rows_of(map_plot.draw_map(WIDTH, HEIGHT, points, **LOOK))
    assert len(where(rows, "✗")) == len(where(rows, "◌")) == 1
    assert "failed" in rows[0]
    assert "next" not in rows[0]
    plain = rows_of(map_plot.draw_map(WIDTH, HEIGHT, a_map(), **LOOK))
    assert "failed" not in plain[0]


@pytest.mark.parametrize("look", [THEME, theme_of({"NO_COLOR": "1", "LANG": "C"})], ids=["colours", "plain ASCII"])
@pytest.mark.parametrize("width", [WIDTH, 40])
def test_the_legend_names_every_sign_that_is_drawn_and_no_other(look: Any, width: int) -> None:
    """Each sign stands in the plane once; with fewer trials, in the plane as in the legend, fewer signs."""
    levels = map_plot.LEVELS_ASCII if look.ascii_only else map_plot.LEVELS
    best, running, failed = "*ox" if look.ascii_only else "★◌✗"
    names = {best: "best", running: "running", failed: "failed", "+": "next", "2": "in a cell"}
    whole = a_map(
        x=np.array([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.8]), y=np.full(10, 0.5), best=5,
        share=np.array([0, 0.2, 0.4, 0.6, 0.8, 1.0, np.nan, np.nan, 0, 0]),
        states=("finished",) * 6 + ("running", "failed") + ("finished",) * 2, proposals=np.array([[0.9, 0.5]]),
        metric="balanced_accuracy",
    )  # fmt: skip
    few = a_map(share=np.array([1.0, 0.5]), y_name="", x_name="")
    for points, signs in ((whole, {*levels, *names}), (few, {levels[2], best})):
        rows = [strip.text for strip in map_plot.draw_map(width, HEIGHT, points, theme=look)]
        assert len(rows) == HEIGHT
        legend = " ".join(rows[: next(y for y, row in enumerate(rows) if "tried" in row)])
        for sign, name in names.items():
            assert (f"{sign} {name}" in legend or (sign == "2" and name in legend)) is (sign in signs)
        shown = "".join(sign for sign in levels if sign in signs)
        assert f"{shown} better" in legend


def test_what_has_no_effect_lies_in_the_margin() -> None:
    rows = rows_of(map_plot.draw_map(WIDTH, HEIGHT, a_map(x=np.array([np.nan, 1.0])), **LOOK))
    ((_, column),) = where(rows, "★")
    assert column < tick_columns(rows)[0]


def a_grid(**changes: Any) -> map_plot.MapPoints:
    """Four trials of a 2×2 grid, tried twice: the score is the sum of both places."""
    x, y = np.array([0.0, 1.0, 0.0, 1.0] * 2), np.array([0.0, 0.0, 1.0, 1.0] * 2)
    return a_map(x=x, y=y, share=(x + y) / 2, states=("finished",) * 8, best=3, **changes)


def test_trials_that_share_a_cell_show_their_number() -> None:
    rows = rows_of(map_plot.draw_map(WIDTH, HEIGHT, a_grid(), **LOOK))
    assert len(where(rows, "2")) == 3
    assert len(where(rows, "★")) == 1
    assert "best of 2 there" in rows[0]
    many = a_map(x=np.full(12, 0.5), y=np.full(12, 0.5), share=np.zeros(12), states=("pruned",) * 12, best=None)
    assert len(where(rows_of(map_plot.draw_map(WIDTH, HEIGHT, many, **LOOK)), "#")) == 1


def test_the_tries_of_each_value_stand_above_and_beside_the_map() -> None:
    rows = rows_of(map_plot.draw_map(WIDTH, HEIGHT, a_grid(), **LOOK))
    left, _, right = tick_columns(rows)
    assert {x for x, letter in enumerate(rows[1]) if letter == "█"} == {left, right}  # four tries of each value
    squares = {y: row.count("▪") for y, row in enumerate(rows) if "▪" in row}
    assert squares == {tick_row(rows, "zero"): 4, tick_row(rows, "one"): 4}
    once = rows_of(map_plot.draw_map(WIDTH, HEIGHT, a_map(x=np.array([0.0, 0.5])), **LOOK))
    assert rows[1].count("▁") == 0
    assert once[1].count("▁") == 2


def test_signs_are_by_rank_in_fifths() -> None:
    scores = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 99.0])  # one far off does not squash the others
    points = a_map(
        x=np.linspace(0, 1, 10), y=np.full(10, 0.5), share=shares(-scores), states=("finished",) * 10, best=None
    )
    rows = rows_of(map_plot.draw_map(WIDTH, HEIGHT, points, **LOOK))
    assert "".join(rows[tick_row(rows, "half")].split("┤")[1].split("▏")[0].split()) == "··∘∘○○◉◉●●"


def test_notes_below_the_map_say_what_a_grid_repeats() -> None:
    drawn = np.linspace(0, 1, 25)
    assert counted_values("x", "L2", drawn, 48) == "x L2: 25 different values in 25 trials"
    assert counted_values("x", "L2", drawn, 37) == "x L2: 25 values in 25 trials"
    assert counted_values("y", "L2", np.array([0.0, 0.0, 1.0, np.nan]), 48) == "y L2: 2 different values in 3 trials"
    assert grid_note(25, 2, "learning rate", drawn, "random").startswith("a 5×5 grid tries 5 of each: if only the rate")
    assert "20 of its 25 trials" in grid_note(27, 2, "L2", drawn, "random")
    assert "6 of its 8 trials" in grid_note(9, 3, "L2", drawn, "bayesian")
    assert grid_note(40, 5, "L2", drawn, "random").startswith(
        "a grid of 32 trials tries 2 values of each field: if only"
    )
    assert "30 of them repeat" in grid_note(40, 5, "L2", drawn, "random")
    assert "20 of the 25 trials" in grid_note(25, 2, "L2", np.repeat(np.linspace(0, 1, 5), 5), "grid")
    rows = rows_of(map_plot.draw_map(WIDTH, HEIGHT, a_grid(notes=("x one", "y two")), **LOOK))
    assert [row.strip() for row in rows[-2:]] == ["x one", "y two"]
    assert "learning rate" not in "".join(rows)  # the notes name the axes


def test_of_one_field_the_note_says_what_is_left_out() -> None:
    column = Space({"learning_rate": "1e-4..1"}).columns[0]
    told = gap_note(np.array([0.9, 0.1, 0.3, 0.4, 0.1]), column)  # 0.4 to 0.9; four values, so thirds
    assert told.endswith("widest gap here is 50% of the range, in an even grid 33%")
    assert "60% of the range" in gap_note(np.array([0.6, 0.8, 1.0]), column)  # from the lower end
    assert not gap_note(np.array([0.1, np.nan, 0.3]), column)
    assert not gap_note(np.array([0.0, 1.0, 2.0]), Space({"activation": "relu,tanh,elu"}).columns[0])


@pytest.mark.parametrize(("sign", "expected"), [(-1.0, [0.3, 0.7, 0.7, 0.9]), (1.0, [0.3, 0.3, 0.2, 0.2])])
def test_the_best_so_far_is_a_running_extreme(sign: float, expected: list[float]) -> None:
    found = pictures.best_so_far(np.array([0.3, 0.7, 0.2, 0.9]), sign)
    assert found.tolist() == expected
    assert np.isnan(pictures.best_so_far(np.array([np.nan, 0.5]), sign)[0])


def test_progress_shows_each_score_and_the_best() -> None:
    scores = np.array([0.90, 0.95, 0.92, 0.96, 0.94, 0.10])
    data = pictures.ProgressData(np.arange(6.0), scores, ("finished",) * 6, -1.0, "accuracy")
    rows = rows_of(pictures.draw_progress(WIDTH, HEIGHT, data, **LOOK))
    assert "best accuracy 0.960" in rows[0]
    assert "1 beyond" in rows[0]  # .1 is too far off to be drawn
    assert len(where(rows, "↓")) == 1
    assert len(where(rows, "•")) == 5
    assert "• trials" in rows[0]
    y, _ = next(place for place in where(rows, "•") if place[0] == min(y for y, _ in where(rows, "•")))
    assert abs(y - tick_row(rows, "0.96")) <= 1


def test_importance_gives_the_shares_and_the_largest_first() -> None:
    shares = [("L2", 0.25), ("learning rate", 0.75)]
    rows = rows_of(pictures.draw_importance(WIDTH, HEIGHT, shares, {}, **LOOK))
    assert rows[1].split()[:2] == ["learning", "rate"]
    assert rows[1].split()[-1] == "75%"
    assert rows[2].split()[-1] == "25%"
    assert rows[1].count("█") == pytest.approx(3 * rows[2].count("█"), abs=2)
    assert not rows[3].split()  # nothing is left for what they do together


def percents_of(rows: Sequence[str]) -> dict[str, int]:
    """The whole per cent of each row, by its first word."""
    found = (re.match(r" (\w+).* (\d+)%", row) for row in rows)
    return {match[1]: int(match[2]) for match in found if match}


@pytest.mark.parametrize("look", [THEME, theme_of({"NO_COLOR": "1", "LANG": "C"})], ids=["colours", "plain ASCII"])
def test_importances_are_whole_and_add_up_to_a_hundred_with_the_rest(look: Any) -> None:
    shares = [("L2", 0.006), ("dropout", 0.284), ("momentum", 0.285), ("beta1", 0.245), ("beta2", 0.026)]  # .846
    strips = pictures.draw_importance(WIDTH, HEIGHT, shares, {}, theme=look)
    rows = [strip.text for strip in strips]
    found = percents_of(rows)
    assert found == {"momentum": 28, "dropout": 28, "beta1": 25, "beta2": 3, "L2": 1, "together": 15}
    assert "of the surrogate's variance" in rows[0]
    few = percents_of([strip.text for strip in pictures.draw_importance(WIDTH, 5, shares, {}, theme=look)])
    assert few == {"momentum": 28, "dropout": 28, "3": 29, "together": 15}
    if look is not THEME:
        assert all(row.isascii() for row in rows)


def test_a_flat_surrogate_says_so() -> None:
    rows = rows_of(pictures.draw_importance(WIDTH, HEIGHT, [("L2", 0.0), ("dropout", 0.0)], {}, **LOOK))
    assert "the surrogate is flat" in "".join(rows)
    assert "%" not in "".join(rows)


def test_a_race_names_what_each_lane_came_to() -> None:
    trials = np.arange(1.0, 4.0)
    lanes = [
        race_plot.Lane("grid", trials, np.array([0.5, 0.6, 0.7]), np.array([0.5, 0.6, 0.7]), np.array([0.5, 0.6, 0.7])),
        race_plot.Lane("random", trials, np.array([0.6, 0.8, 0.9]), np.array([0.5, 0.7, 0.8]), np.ones(3)),
    ]
    rows = rows_of(race_plot.draw_race(WIDTH, HEIGHT, lanes, "accuracy", -1.0, **LOOK))
    assert "grid 0.700" in rows[0]
    assert "random 0.900" in rows[0]


@pytest.mark.parametrize("value", [1.0, 0.97, 0.0])
def test_equal_scores_have_a_small_range_around_them(value: float) -> None:
    axis = pictures.score_axis(value, value, 4, "accuracy")
    assert axis.low <= value <= axis.high
    assert axis.high - axis.low < 0.15
    assert -0.01 < axis.low < axis.high < 1.01
    assert len(axis.ticks) > 1
    rmse = pictures.score_axis(300.0, 300.0, 4, "rmse")
    assert 270 <= rmse.low < 300 < rmse.high <= 330


@pytest.mark.parametrize(("low", "high"), [(0.3, 1.0), (0.0, 0.05), (0.982, 0.999)])
def test_a_bounded_metrics_axis_stays_by_what_it_can_be(low: float, high: float) -> None:
    axis = pictures.score_axis(low, high, 8, "f1")
    room = 0.03 * (high - low) + 1e-12
    assert axis.low >= -room
    assert axis.high <= 1 + room
    assert all(0 <= place <= 1 for place, _ in axis.ticks)
    assert axis.high - axis.low < 1.5 * (high - low)


def test_a_race_whose_lanes_meet_shows_how_they_came_there() -> None:
    trials = np.arange(1.0, 41.0)
    values = np.where(trials < 4, 0.92, np.where(trials < 9, 0.96, 1.0))
    lanes = [race_plot.Lane(name, trials, values, values, values) for name in ("grid", "random", "bayesian")]
    rows = rows_of(race_plot.draw_race(WIDTH, HEIGHT, lanes, "accuracy", -1.0, **LOOK))
    assert abs(tick_row(rows, "1.00") - 1) <= 1
    assert tick_row(rows, "0.92") > HEIGHT - 6


@pytest.mark.parametrize("look", [THEME, theme_of({"NO_COLOR": "1", "LANG": "C"})], ids=["colours", "plain ASCII"])
def test_no_strategy_of_a_race_hides_behind_another(look: Any) -> None:
    trials = np.arange(1.0, 41.0)
    same = np.where(trials < 9, 0.92, 1.0)
    apart = np.full(40, 0.8)
    names = ("grid", "random", "bayesian")
    lanes = [
        race_plot.Lane(name, trials, curve, curve, curve)
        for name, curve in zip(names, (same, apart, same), strict=True)
    ]
    strips = race_plot.draw_race(WIDTH, HEIGHT, lanes, "accuracy", -1.0, theme=look)
    top = tick_row_of_best = next(y for y, strip in enumerate(strips) if y and "1.00" in strip.text)
    letters = [letter for letter in strips[top].text if letter in "grb"]
    assert {"g", "b"} == set(letters)
    if look is THEME:  # the others' stretches have the others' colours
        styles = {segment.style for segment in strips[tick_row_of_best] if segment.text.strip()}
        assert {look.of_class(0), look.of_class(2)} <= styles
