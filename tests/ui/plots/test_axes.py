import pytest

from tuitrain.ui.plots.axes import frame_of
from tuitrain.ui.plots.ranges import Axis, linear_axis

X, Y = linear_axis(0, 100, 4), linear_axis(0, 1, 4)


def test_ticks_stand_in_the_rows_and_columns_of_their_values():
    frame = frame_of(60, 19, X, Y, "epoch", ascii_only=False)
    assert (frame.rows, len(frame.left), len(frame.below)) == (17, 17, 2)
    margin = len(frame.left[0])
    assert margin + frame.columns == 60
    for place, label in Y.ticks:
        row = round((1 - place) * 16)
        assert frame.left[row].strip() == f"{label}┤"
    for place, label in X.ticks:
        column = margin + int(place / 100 * (frame.columns - 1) + 0.5)  # as the canvas has it
        assert frame.below[0][column] == "┬"
        assert label in frame.below[1][max(0, column - 2) : column + 3]
    assert "epoch" in frame.below[1]


def test_a_frame_is_drawn_once():
    first = frame_of(61, 20, X, Y, "", ascii_only=False)
    assert frame_of(61, 20, X, Y, "", ascii_only=False) is first


@pytest.mark.parametrize("ascii_only", [True, False])
def test_every_size_has_a_frame_or_none(ascii_only):
    for width in range(1, 40):
        for height in range(8):
            frame = frame_of(width, height, X, Y, "a label", ascii_only=ascii_only)
            assert len(frame.left) == frame.rows and frame.rows + len(frame.below) == height
            assert {len(line) for line in frame.below} <= {width}
            assert all(len(text) + frame.columns == width for text in frame.left)
            assert not ascii_only or "".join(frame.left + frame.below).isascii()


def test_values_of_any_size_upset_nothing(capsys):
    axis = Axis(-1e300, 1e300, ((-1e300, "low"), (1e300, "high")))
    frame_of(50, 10, axis, axis, "", ascii_only=False)
    assert capsys.readouterr().out == ""
