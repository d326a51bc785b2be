import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.plots.pictures import ASCII, LOOKS, UNICODE, assert_size, lines_of
from tuitrain.ui.plots.bars import bar, histogram, log_range, sparkline

LOOK = {"theme": UNICODE}


def test_a_bar_is_as_long_as_its_share_in_eighths():
    assert bar(1, 0, 2, 8, log=False, theme=UNICODE) == "████    "
    assert bar(1 / 16, 0, 1, 2, log=False, theme=UNICODE) == "▏ "
    assert bar(0.1, 1e-3, 10, 8, log=True, theme=UNICODE) == "████    "
    assert bar(0.1, 1e-3, 10, 8, log=True, theme=ASCII) == "####    "
    assert bar(1e-9, 1e-3, 10, 4, log=True, theme=UNICODE) == "▏   "
    assert bar(np.inf, 1e-3, 10, 4, log=True, theme=UNICODE) == "████"
    assert [bar(value, 1e-3, 10, 4, log=True, theme=UNICODE) for value in (0, -1, np.nan)] == ["    "] * 3


def test_the_range_of_bars_is_in_powers_of_ten():
    assert log_range([3.1e-2, 8e-3, np.nan, 0, np.inf]) == pytest.approx((1e-3, 1e-1))
    assert log_range([5.0]) == pytest.approx((0.1, 10))
    assert log_range([]) == (1e-3, 1.0)


def test_a_sparkline_rises_with_its_values():
    assert sparkline(range(8), 8, theme=UNICODE) == "▁▂▃▄▅▆▇█"
    assert sparkline([1, 10, 100], 4, theme=UNICODE, log=True) == "▁▄█ ".replace("▄", "▅")
    assert sparkline([1, np.nan, 2], 3, theme=UNICODE) == "▁ █"
    assert sparkline([3, 3], 3, theme=UNICODE) == "▄▄ "
    assert sparkline([], 3, theme=UNICODE) == "   "


def test_a_growing_history_changes_only_the_end_of_its_sparkline():
    history = np.random.default_rng(0).normal(size=200)
    history[:32] = np.repeat([-9, 9], 16)  # the range is fixed from the beginning
    changed = []
    for count in range(32, 199):
        before, after = (sparkline(history[:n], 20, theme=UNICODE) for n in (count, count + 1))
        changed.append(sum(a != b for a, b in zip(before, after, strict=True)))
    assert sum(count > 2 for count in changed) <= 4  # when the line is full and halves


@given(st.lists(st.floats(width=64), max_size=80), st.integers(0, 30), st.booleans(), st.booleans())
def test_a_sparkline_of_anything_has_its_width(values, width, ascii_only, log):
    assert len(sparkline(values, width, theme=ASCII if ascii_only else UNICODE, log=log)) == width


def test_the_columns_of_a_histogram_stand_for_the_counts():
    values = np.repeat([0.0, 1.0, 2.0, 3.0], [1, 2, 4, 8])
    strips = histogram(8, 2, values, **LOOK)
    assert lines_of(strips)[0].replace(" ", "") != ""
    heights = [" ▁▂▃▄▅▆▇█".index(letter) for letter in lines_of(strips)[0]]
    tops = [max(heights[at : at + 1]) for at in range(8) if heights[at]]
    assert tops == sorted(tops) and tops[-1] == 8 and tops[0] == 1
    assert lines_of(strips)[1] == "0   3.00"


def test_a_histogram_marks_zero_between_its_ends():
    line = lines_of(histogram(41, 4, np.linspace(-1, 1, 999), **LOOK))[-1]
    assert line.index(" 0 ") + 1 == 20 and line.startswith("−1.00") and line.rstrip().endswith("1.00")


@given(st.lists(st.floats(width=32), max_size=50), st.integers(1, 50), st.integers(1, 8), st.sampled_from(LOOKS))
def test_a_histogram_of_anything_has_its_size(values, width, height, look):
    strips = histogram(width, height, np.array(values, np.float32), theme=look)
    assert_size(strips, width, height)
