import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.ui.plots.pictures import LOOKS, UNICODE, assert_size, lines_of
from tuitrain.ui.plots.heat import draw_matrix, picture_size
from tuitrain.ui.plots.shades import NEGATIVE, POSITIVE
from tuitrain.ui.theme import theme_for

LOOK = {"theme": UNICODE}


def pixels(strips):
    """(2R, C) list of colours, as a terminal paints half blocks."""
    rows = []
    for strip in strips:
        upper, lower = [], []
        for segment in strip:
            fore, back = (c and tuple(c.get_truecolor()) for c in (segment.style.color, segment.style.bgcolor))
            for letter in segment.text:
                upper.append(fore if letter == "▀" else back)
                lower.append(back)
        rows += [upper, lower]
    return rows


def test_signs_and_magnitudes_become_colours():
    shown = pixels(draw_matrix(2, 1, np.array([[1.0, -1.0], [0.0, 0.5]]), **LOOK))
    assert shown[0] == [POSITIVE, NEGATIVE]
    zero, half = shown[1]
    assert max(zero) < 40 and zero < half < POSITIVE


def test_a_small_matrix_is_enlarged_in_squares_and_a_large_one_keeps_its_extremes():
    assert picture_size(40, 10, 4, 8, **LOOK) == (32, 8)
    assert picture_size(40, 10, 400, 800, **LOOK) == (40, 10)
    matrix = np.zeros((400, 800))
    matrix[37, 613] = -5
    shown = pixels(draw_matrix(40, 10, matrix, **LOOK))
    bright = [(row, column) for row, line in enumerate(shown) for column, c in enumerate(line) if c == NEGATIVE]
    assert bright == [(37 * 20 // 400, 613 * 40 // 800)]


def test_without_colours_signs_tell_plus_from_minus():
    plain = {"theme": theme_for("none", ascii_only=True)}
    (line,) = lines_of(draw_matrix(6, 1, np.array([[1.0, -1.0, 0.0]]), **plain))
    assert line == "##%%  "
    assert "?" in lines_of(draw_matrix(6, 1, np.array([[1.0, np.nan]]), **plain))[0]


@given(
    arrays(np.float32, st.tuples(st.integers(0, 30), st.integers(0, 30)), elements=st.floats(width=32)),
    st.integers(1, 40),
    st.integers(1, 12),
    st.sampled_from(LOOKS),
)
def test_any_matrix_gives_a_picture_of_the_size(matrix, width, height, look):
    assert_size(draw_matrix(width, height, matrix, theme=look), width, height)
