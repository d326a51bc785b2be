"""The one-line editor of forms and prompts: keys, words, wide characters."""

import pytest
from rich.cells import cell_len

from tuitrain.ui.theme import theme_of
from tuitrain.ui.widgets.form.drawing import editor_line
from tuitrain.ui.widgets.form.line_edit import LineEdit

PLAIN = theme_of({"LANG": "C.UTF-8", "TERM": "xterm-256color"})


class TestLineEdit:
    def test_the_first_key_replaces_a_selected_text(self):
        line = LineEdit("0.01")
        line.press("5", "5")
        assert line.text == "5"

    def test_moving_first_keeps_it(self):
        line = LineEdit("0.01")
        line.press("end", None)
        line.press("5", "5")
        assert line.text == "0.015"

    @pytest.mark.parametrize(
        ("keys", "expected"),
        [
            (["backspace"], ""),
            (["left", "backspace"], "ac"),
            (["home", "delete"], "bc"),
            (["home", "ctrl+k"], ""),
            (["left", "ctrl+u"], "c"),
            (["home", "left", "x"], "xabc"),
            (["end", "right", "x"], "abcx"),
        ],
    )
    def test_keys(self, keys, expected):
        line = LineEdit("abc")
        for key in keys:
            assert line.press(key, key if len(key) == 1 else None)
        assert line.text == expected

    def test_a_key_that_means_nothing_is_not_taken(self):
        assert not LineEdit("abc").press("f5", None)


def test_ctrl_w_removes_the_word_before_the_cursor():
    line = LineEdit("one two  three")
    line.press("end", None)
    shown = []
    for _ in range(4):
        line.press("ctrl+w", "\x17")
        shown.append(line.text)
    assert shown == ["one two  ", "one ", "", ""]
    line = LineEdit("one two")
    for key in ("end", "left", "ctrl+w"):
        line.press(key, None)
    assert (line.text, line.cursor) == ("one o", 4)


def test_a_wide_character_under_the_cursor_is_seen_whole():
    editor = LineEdit("中文" * 10)
    for key in ("end", "left"):
        editor.press(key, None)
    strip = editor_line("label", editor, 20, PLAIN)
    reversed_ = [segment.text for segment in strip if segment.style.reverse]
    assert reversed_ == ["文"]
    assert strip.cell_length == cell_len(strip.text) == 20
