"""Text by the cells of the terminal: wide letters take two, whatever is broken, padded or cut."""

from __future__ import annotations

import textwrap
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitrain.text import cells, in_cells, rows_of

KOREAN = "검증 손실이 오십 에포크부터 다시 커진다 과적합이라는뜻이며너무길어서나뉘는낱말 끝"
wide = st.text(st.sampled_from("가나다 ab-. "), max_size=60)


def width_of(text: str) -> int:
    """What Unicode's table of east Asian widths says."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


@given(wide, st.integers(8, 30), st.sampled_from(["", "  "]))
def test_rows_have_no_more_cells_than_there_is_room_for_and_lose_no_letter(text: str, width: int, indent: str) -> None:
    rows = rows_of(text, width, indent=indent)
    assert all(width_of(row) <= width for row in rows)
    assert "".join("".join(rows).split()) == "".join(text.split())
    assert all(row.startswith(indent) for row in rows[1:]) and "" not in [row.strip() for row in rows]


@given(st.text(st.sampled_from("abc -"), max_size=60), st.integers(8, 30))
def test_narrow_text_is_broken_as_the_standard_library_does(text: str, width: int) -> None:
    assert rows_of(text, width, indent=" ") == textwrap.wrap(text, width, subsequent_indent=" ")


def test_words_stay_whole_where_a_row_has_room_for_them() -> None:
    assert rows_of(KOREAN, 24) == [
        "검증 손실이 오십", "에포크부터 다시 커진다", "과적합이라는뜻이며너무길", "어서나뉘는낱말 끝",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [("ab", 4, "ab  "), ("가나다", 6, "가나다"), ("가나다", 5, "가나…"), ("가나다", 4, "가… "), ("가 나", 4, "가… ")],
)
def test_padded_and_cut_by_cells(text: str, width: int, shown: str) -> None:
    assert in_cells(text, width) == shown and cells(shown) == width_of(shown) == width
