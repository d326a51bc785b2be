import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.plots.pictures import LOOKS, UNICODE, assert_size, lines_of
from tuitrain.ui.plots.confusion import draw_confusion

LOOK = {"theme": UNICODE}
IRIS = np.array([[10, 0, 0], [0, 8, 2], [0, 1, 9]])
NAMES = ["setosa", "versicolor", "virginica"]


def test_counts_names_and_hits_are_in_their_places():
    shown = lines_of(draw_confusion(60, 8, IRIS, NAMES, **LOOK))
    assert [line.split() for line in shown[2:5]] == [
        ["setosa", "10", "·", "·", "100%"],
        ["versicolor", "·", "8", "2", "80%"],
        ["virginica", "·", "1", "9", "90%"],
    ]
    assert "worst versicolor → virginica ×2" in shown[0]
    assert shown[1].split()[-4:] == [*NAMES, "hit"]
    for row, name in enumerate(NAMES):  # each count ends below the end of its class's name
        end = shown[1].index(name) + len(name)
        assert shown[2 + row][:end].endswith(str(IRIS[row, row]))


def test_the_corner_says_what_rows_and_columns_are_where_there_is_room():
    two = np.array([[37, 1], [0, 37]])
    assert lines_of(draw_confusion(33, 3, two, ["0", "1"], **LOOK))[0].startswith(" truth↓ predicted→ ")
    assert lines_of(draw_confusion(33, 4, IRIS, NAMES, **LOOK))[0].split() == [
        "truth↓", "setos", "versi", "virgi", "hit"
    ]  # fmt: skip


def test_the_hits_of_a_class_without_rows_are_not_known():
    counts = np.array([[5, 0], [0, 0]])
    assert lines_of(draw_confusion(40, 3, counts, ["a", "b"], **LOOK))[2].split() == ["b", "·", "·", "·"]


def test_the_worst_confusion_tells_long_names_apart():
    names = ["a measurement of the left side", "a measurement of the right side", "neither"]
    shown = lines_of(draw_confusion(40, 6, IRIS[[1, 2, 0]][:, [1, 2, 0]], names, **LOOK))[0]
    assert "left" in shown and "right" in shown and "×2" in shown


def test_too_many_classes_become_a_picture_with_the_worst_confusion_named():
    counts = np.diag(np.full(30, 50))
    counts[7, 1] = 20
    shown = lines_of(draw_confusion(60, 17, counts, [str(n) for n in range(30)], **LOOK))
    assert "worst 7 → 1 ×20" in shown[0] and "▀" in "".join(shown)


def test_wide_characters_are_counted_as_two_cells():
    strips = draw_confusion(40, 7, IRIS, ["猫猫猫猫猫猫", "犬", "🐦 bird"], **LOOK)
    assert_size(strips, 40, 7)


@pytest.mark.parametrize("look", LOOKS)
def test_it_is_drawn_in_every_look(look):
    strips = draw_confusion(53, 10, IRIS, NAMES, theme=look)
    assert_size(strips, 53, 10)
    if look.ascii_only:
        assert "".join(lines_of(strips)).isascii()


@given(st.integers(0, 12), st.integers(1, 80), st.integers(1, 16), st.sampled_from(LOOKS))
def test_any_number_of_classes_at_any_size(classes, width, height, look):
    counts = np.random.default_rng(classes).integers(0, 2000, (classes, classes))
    strips = draw_confusion(width, height, counts, [f"c{n}" * n for n in range(classes)], theme=look)
    assert_size(strips, width, height)
