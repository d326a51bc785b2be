"""The keys of a dialog: all of them are there, however long the words."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tuitrain.ui.theme import theme_for
from tuitrain.ui.widgets.key_line import key_line

PAIRS = [("enter", "train, predicting it"), ("up down", "another"), ("x", "leave it out"), ("esc", "zurück")]


@pytest.mark.parametrize("width", [38, 50, 66, 80])
def test_words_are_cut_before_a_key_is_lost(width: int) -> None:
    text = "".join(text for text, _style in key_line(PAIRS, width, theme=theme_for("true"))).rstrip()
    assert cell_len(text) <= width
    words = text.split()
    assert [key for key, _word in PAIRS if key.split()[0] not in words] == []
    assert ("…" in text) == (width < 67)


def test_words_stand_whole_where_there_is_room() -> None:
    text = "".join(text for text, _style in key_line(PAIRS, 80, theme=theme_for("true")))
    assert text.rstrip() == "enter train, predicting it  up down another  x leave it out  esc zurück"
