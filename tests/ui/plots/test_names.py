"""Short names of classes can be told apart, and fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.ui.plots.pictures import ASCII, UNICODE
from tuitrain.ui.plots.names import are_distinct, distinct

IRIS = ["setosa", "versicolor", "virginica"]
MAIL = ["spam", "not spam"]


@pytest.mark.parametrize(
    ("names", "room", "short"),
    [
        (IRIS, 10, IRIS),
        (IRIS, 8, ["setosa", "versico…", "virgini…"]),
        (IRIS, 3, ["set", "ver", "vir"]),
        (IRIS, 2, ["se", "ve", "vi"]),
        (MAIL, 4, ["spam", "not"]),
        (["Iris-setosa", "Iris-versicolor", "Iris-virginica"], 3, ["set", "ver", "vir"]),
        (["class 10", "class 11", "class 20"], 4, ["10", "11", "20"]),
        (["northeast", "northwest", "south"], 5, ["…east", "…west", "south"]),
        (["불만이 많은", "만족한", "이탈한"], 4, ["불만", "만족", "이탈"]),
        (["불만이 많은", "만족한", "이탈한"], 3, ["불", "만", "이"]),
    ],
)
def test_names_are_shortened_to_what_tells_them_apart(names: list[str], room: int, short: list[str]) -> None:
    assert distinct(names, room, theme=UNICODE) == short
    assert are_distinct(names, room, theme=UNICODE)


def test_one_letter_for_two_classes_is_not_enough() -> None:
    assert not are_distinct(IRIS, 1, theme=UNICODE)


@given(st.lists(st.text(max_size=12), min_size=1, max_size=6), st.integers(1, 12), st.sampled_from([UNICODE, ASCII]))
def test_any_names_fit(names, room, theme):
    assert all(cell_len(name) <= room for name in distinct(names, room, theme=theme))
