"""The pictures over a plane: residuals, decision boundary, fitted curve."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ui.plots.pictures import LOOKS, UNICODE, assert_size, dots_of, lines_of
from tests.ui.plots.test_heat import pixels
from tuitrain.ui.plots.boundary import boundary_grid_shape, draw_boundary
from tuitrain.ui.plots.fit import draw_fit
from tuitrain.ui.plots.residuals import draw_residuals
from tuitrain.ui.theme import theme_for

LOOK = {"theme": UNICODE}


def halves(rows, columns):
    """Class 0 at the left, class 1 at the right, sure everywhere."""
    return np.repeat([(np.arange(columns) >= columns / 2).astype(np.int64)], rows, axis=0), np.ones((rows, columns))


def test_predictions_without_error_lie_on_the_dotted_line():
    truth = np.linspace(0, 100, 200)
    dots = dots_of(lines_of(draw_residuals(60, 20, truth, truth, **LOOK))[1:-2])
    assert len(np.unique(np.argwhere(dots)[:, 0])) == 1


def test_an_error_that_grows_with_the_prediction_is_a_slope():
    predicted = np.linspace(0, 100, 200)
    drawn = dots_of(lines_of(draw_residuals(60, 20, predicted * 1.5 + 40, predicted, **LOOK))[1:-2])
    rows, columns = np.argwhere(drawn[: len(drawn) // 2]).T  # the dotted line is below
    assert np.corrcoef(rows, columns)[0, 1] < -0.99


def test_the_two_halves_of_a_plane_have_two_colours():
    grid, sure = halves(*boundary_grid_shape(50, 12, theme=UNICODE))
    none = np.empty((0, 2))
    strips = draw_boundary(50, 12, grid, sure, (0, 1, 0, 1), none, np.empty(0, np.int64), ["a", "b"], **LOOK)
    assert_size(strips, 50, 12)
    body = [line[-40:] for line in pixels(strips[1:-2])]
    assert len({line[0] for line in body}) == len({line[-1] for line in body}) == 1
    assert body[0][0] != body[0][-1]
    assert body[0].count(body[0][-1]) == pytest.approx(23, abs=2)


def test_points_stand_where_they_are_with_the_sign_of_their_class():
    grid, sure = halves(4, 4)
    points, labels = np.array([[0.0, 0.0], [1.0, 1.0], [5.0, 5.0]]), np.array([0, 1, 1])
    strips = draw_boundary(
        50, 12, grid, sure, (0, 1, 0, 1), points, labels, ["a", "b"], class_names=["no", "yes"], **LOOK
    )
    shown = lines_of(strips)
    assert shown[1].rstrip().endswith("▲") and "●" in shown[-3][:8]
    assert "● no" in shown[0] and "▲ yes" in shown[0] and shown[-1].split()[-2:] == ["a", "1.0"]
    assert sum(line.count("▲") for line in shown) == 2  # one in the legend; the point outside is not drawn


def test_in_ascii_an_unsure_region_is_blank():
    grid, _ = halves(9, 40)
    sure = np.repeat([np.linspace(0.5, 1, 40)], 9, axis=0)
    plain = {"theme": theme_for("none", ascii_only=True)}
    none = np.empty((0, 2))
    strips = draw_boundary(48, 12, grid, sure, (0, 1, 0, 1), none, np.empty(0, np.int64), ["a", "b"], **plain)
    row = strips[4].text[5:]
    assert row.startswith("   ") and row.rstrip().endswith("::::") and row.isascii()


def test_a_fitted_curve_passes_through_its_values():
    x = np.linspace(0, 1, 100)
    strips = draw_fit(50, 14, 2 * x, (0, 1), np.empty(0), np.empty(0), ["dose", "effect"], **LOOK)
    dots = dots_of(lines_of(strips)[1:-2])
    rows, columns = np.argwhere(dots).T
    assert np.corrcoef(rows, columns)[0, 1] < -0.999
    assert "effect up" in strips[0].text and "dose" in strips[-1].text


@settings(deadline=None)
@given(st.integers(1, 70), st.integers(1, 20), st.lists(st.floats(width=64), max_size=20), st.sampled_from(LOOKS))
def test_any_values_at_any_size(width, height, values, look):
    y = np.array(values, float)
    x = y[::-1].copy()
    assert_size(draw_residuals(width, height, x, y, theme=look), width, height)
    points = np.stack([x, y], axis=1)
    grid = np.outer(np.linspace(-1, 1, 7), np.linspace(0, 1, 9))
    strips = draw_boundary(width, height, grid, None, (0, 1, -1, 1), points, y, ["名前", "b"], theme=look)
    assert_size(strips, width, height)
    labels = np.arange(y.size) % 3
    plane = (grid > 0.2).astype(np.int64)
    strips = draw_boundary(width, height, plane, np.abs(grid), (0, 1, -1, 1), points, labels, ["a", "b"], theme=look)
    assert_size(strips, width, height)
    strips = draw_fit(width, height, y if y.size else grid[0], (0, 1), x, y, ["a", "b"], theme=look)
    assert_size(strips, width, height)
