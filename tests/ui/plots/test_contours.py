"""Level lines lie where the function has that value, close, and part saddles."""

from __future__ import annotations

import numpy as np

from tuitrain.ui.plots.contours import along, level_segments

x, y = np.linspace(-2, 2, 81), np.linspace(-1.5, 1.5, 61)
X, Y = np.meshgrid(x, y)


def test_a_circle_is_closed_and_has_its_radius_and_length():
    segments = level_segments(x, y, X**2 + Y**2, 1.0)
    np.testing.assert_allclose(np.hypot(*segments.reshape(-1, 2).T), 1.0, atol=1e-3)
    ends, counts = np.unique(segments.reshape(-1, 2).round(9), axis=0, return_counts=True)
    assert (counts % 2 == 0).all() and len(ends) > 100  # each end is the beginning of the next
    length = np.linalg.norm(segments[:, 0] - segments[:, 1], axis=1).sum()
    np.testing.assert_allclose(length, 2 * np.pi, rtol=1e-3)


def test_straight_lines_are_exact_in_both_directions():
    segments = level_segments(x, y, 2 * X - 3 * Y, 0.7)
    np.testing.assert_allclose(2 * segments[..., 0] - 3 * segments[..., 1], 0.7, atol=1e-12)


def test_a_saddle_is_parted_by_its_middle():
    corners = np.array([[1.0, 0.0], [0.0, 1.0]])
    for level, between in ((0.4, [0.25, 0.75]), (0.6, [0.75, 0.25])):
        segments = level_segments(np.array([0.0, 1.0]), np.array([0.0, 1.0]), corners, level)
        assert len(segments) == 2
        middles = segments.mean(axis=1)
        # under the mean .5 the corners of 1 hang together: the lines cut off those of 0, and the other way round
        low = np.array(sorted(map(tuple, middles)))
        expected = [[0.2, 0.8], [0.8, 0.2]] if between[0] < 0.5 else [[0.2, 0.2], [0.8, 0.8]]
        np.testing.assert_allclose(low, expected, atol=1e-9)


def test_what_is_not_finite_has_no_line():
    values = X**2 + Y**2
    values[:, 40:] = np.inf
    segments = level_segments(x, y, values, 1.0)
    assert len(segments) and segments[..., 0].max() <= x[39]


def test_points_lie_on_the_segments():
    across, up = along(np.array([[[0.0, 0.0], [1.0, 2.0]]]), 5)
    np.testing.assert_allclose(up, 2 * across)
    assert (across[0], across[-1]) == (0.0, 1.0)
