from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from tests.ui.plots.pictures import ASCII, UNICODE, dots_of
from tuitrain.ui.plots.raster import Canvas, Window

RED, BLUE = Style.parse("red"), Style.parse("blue")


def drawn(canvas):
    return ["".join(segment.text for segment in line) for line in canvas.segments()]


def curve_dots(x, y, window, rows=6, columns=20, **options):
    canvas = Canvas(rows, columns, theme=UNICODE)
    canvas.curve(np.asarray(x, float), np.asarray(y, float), window, style=RED, **options)
    return dots_of(drawn(canvas))


def test_a_horizontal_line_is_one_row_of_dots_in_the_cell_of_its_value():
    dots = curve_dots([0, 19], [2, 2], Window(0, 19, 0, 5))
    assert dots.sum(axis=1).tolist() == [0] * 14 + [39] + [0] * 9  # cell 3 of 0..5 from the top, its third dot
    # from the middle of the first cell to that of the last: the outer half dots stay free
    assert dots[14].tolist() == [False] + [True] * 39


def test_a_diagonal_is_a_diagonal_of_dots():
    n = 12  # a square canvas of 6 × 3 dots a side: 12 × 24
    dots = curve_dots(np.arange(200), np.arange(200), Window(0, 199, 0, 199), rows=3, columns=6)
    assert dots.shape == (n, n)
    for row, column in np.argwhere(dots):
        # the value at the middle of the dot's column, mapped by hand into the rows
        share = ((column + 0.5) / 2 - 0.5) / 5
        assert abs((0.5 + (1 - share) * 2) * 4 - (row + 0.5)) <= 1.0
    assert (dots[:, 1:].sum(axis=0) >= 1).all()


def test_each_column_reaches_from_its_lowest_to_its_highest_point():
    rng = np.random.default_rng(0)
    x, y = np.arange(5000.0), rng.normal(size=5000)
    window = Window(0, 4999, -4, 4)
    dots = curve_dots(x, y, window, rows=10, columns=30)
    column = np.floor((0.5 + x / 4999 * 29) * 2).astype(int)
    row = np.floor((0.5 + (4 - y) / 8 * 9) * 4).astype(int)
    for number in range(1, 59):
        there = np.flatnonzero(dots[:, number])
        mine = row[column == number]
        assert there.min() <= mine.min() and there.max() >= mine.max()
        assert there.size == there.max() - there.min() + 1  # without holes
        assert there.min() >= mine.min() - 1 or there.min() >= row[abs(column - number) == 1].min()


@pytest.mark.parametrize("count", [2, 5, 37, 1000, 20_000])
def test_a_curve_has_no_gaps_however_many_points(count):
    x = np.linspace(0, 1, count)
    dots = curve_dots(x, np.cos(x * 5), Window(0, 1, -1, 1), rows=8, columns=25)
    spans = [np.flatnonzero(column) for column in dots.T[1:]]
    assert all(span.size for span in spans)
    for left, right in pairwise(spans):
        assert right.min() <= left.max() + 1 and left.min() <= right.max() + 1


def test_a_gap_in_the_values_is_a_gap_in_the_curve():
    y = np.ones(101)
    y[40:60] = np.nan
    dots = curve_dots(np.arange(101), y, Window(0, 100, 0, 2), rows=2, columns=50)
    assert not dots[:, 42:58].any()
    assert dots[:, :38].any(axis=0)[1:].all() and dots[:, 62:].any(axis=0)[:-1].all()


def test_infinite_and_not_positive_values_are_left_out():
    y = np.array([1.0, np.inf, 1.0, -np.inf, 1.0, 0.0, -3.0, 1.0])
    gaps = np.array([1.0, np.nan, 1.0, np.nan, 1.0, np.nan, np.nan, 1.0])
    window = Window(0, 7, -1, 1, log=True)
    assert (curve_dots(np.arange(8), y, window) == curve_dots(np.arange(8), gaps, window)).all()
    assert np.flatnonzero(curve_dots(np.arange(8), y, window).any(axis=0)).tolist() == [1, 11, 22, 39]


def test_straight_lines_between_few_points_are_straight_on_a_log_scale():
    dots = curve_dots([0, 100], [1.0, 1e-4], Window(0, 100, -4, 0, log=True), rows=10, columns=10)
    rows, columns = np.argwhere(dots).T
    assert np.corrcoef(rows, columns)[0, 1] > 0.998


def test_a_dashed_curve_is_part_of_the_whole_one():
    x = np.linspace(0, 1, 50)
    whole = curve_dots(x, x**2, Window(0, 1, 0, 1))
    dashed = curve_dots(x, x**2, Window(0, 1, 0, 1), dash=(4, 3))
    assert not (dashed & ~whole).any()
    assert 0.4 < dashed.sum() / whole.sum() < 0.75


def test_a_later_curve_decides_the_colour_and_a_faint_one_gives_way():
    x = np.array([0.0, 9.0])
    canvas = Canvas(1, 10, theme=UNICODE)
    canvas.curve(x, np.array([0.0, 0.0]), Window(0, 9, -1, 1), style=BLUE, faint=True)
    canvas.curve(np.array([0.0, 4.0]), np.array([0.9, 0.9]), Window(0, 9, -1, 1), style=RED)
    (line,) = canvas.segments()
    assert [(segment.style, len(segment.text)) for segment in line] == [(RED, 5), (BLUE, 5)]
    only_red = Canvas(1, 10, theme=UNICODE)
    only_red.curve(np.array([0.0, 4.0]), np.array([0.9, 0.9]), Window(0, 9, -1, 1), style=RED)
    assert drawn(only_red)[0][:5] == line[0].text


def test_points_and_words_lie_in_their_cells():
    canvas = Canvas(3, 11, theme=UNICODE)
    canvas.vertical(2, "|", style=BLUE)
    canvas.points(np.array([0, 5, 10, 11.0]), np.array([0, 1, 2, 1.0]), Window(0, 10, 0, 2), style=RED, sign="x")
    canvas.text(2, 8, "words", style=BLUE)
    assert drawn(canvas) == ["  |       x", "  |  x     ", "x |     wor"]


def test_ascii_draws_a_sign_a_point():
    canvas = Canvas(3, 3, theme=ASCII)
    canvas.curve(np.array([0.0, 1, 2]), np.array([0.0, 1, 2]), Window(0, 2, 0, 2), style=RED, sign="*")
    assert drawn(canvas) == ["  *", " * ", "*  "]


@given(
    values=st.lists(st.floats(width=64), max_size=60),
    rows=st.integers(1, 12),
    columns=st.integers(1, 40),
    log=st.booleans(),
    ascii_only=st.booleans(),
)
def test_any_values_on_any_canvas_give_lines_of_its_width(values, rows, columns, log, ascii_only):
    canvas = Canvas(rows, columns, theme=ASCII if ascii_only else UNICODE)
    y = np.array(values, float)
    x = np.arange(float(len(values)))
    window = Window(0, max(len(values) / 2, 1), -3, 5, log)
    canvas.curve(x, y, window, style=RED, dash=(4, 3))
    canvas.points(x, y, window, style=BLUE)
    lines = drawn(canvas)
    assert [len(line) for line in lines] == [columns] * rows
