"""The Escape key and the key after it both count, however they arrive."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitrain.ui.terminal.escape import ESCAPE, PASTE_END, PASTE_START, EscapeKey

DOWN = "\x1b[B"


def pieces(*chunks: str, waits: bool = True) -> list[str]:
    """What comes of chunks of text; with `waits` nothing more follows for a while after the last."""
    escape = EscapeKey()
    found = [piece for chunk in chunks for piece in escape.feed(chunk)]
    return [*found, *escape.flush()] if waits else found


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ((ESCAPE,), [ESCAPE]),
        ((ESCAPE + "j",), [ESCAPE, "j"]),
        ((ESCAPE, "j"), [ESCAPE, "j"]),
        ((ESCAPE + DOWN,), [ESCAPE, DOWN]),
        ((ESCAPE + ESCAPE,), [ESCAPE, ESCAPE]),
        ((ESCAPE + "[",), [ESCAPE, "["]),
        ((ESCAPE, "[", "B"), [DOWN]),
        (("ab" + ESCAPE + "c",), ["ab", ESCAPE, "c"]),
        ((DOWN + DOWN,), [DOWN + DOWN]),
        (("\x1b\x7f",), ["\x1b\x7f"]),
        (("\x1bOP",), ["\x1bOP"]),
    ],
)
def test_an_escape_that_begins_no_sequence_is_the_key(chunks: tuple[str, ...], expected: list[str]) -> None:
    assert pieces(*chunks) == expected


def test_an_escape_is_held_back_until_it_is_known_to_be_the_key() -> None:
    escape = EscapeKey()
    assert list(escape.feed("a" + ESCAPE)) == ["a"]
    assert escape.is_waiting
    assert list(escape.flush()) == [ESCAPE]
    assert not escape.is_waiting


def test_an_escape_in_what_is_pasted_is_no_key() -> None:
    text = PASTE_START + "a" + ESCAPE + "q" + PASTE_END
    assert ESCAPE not in pieces(text + "x")
    assert "".join(pieces(text + "x" + ESCAPE + "j")) == text + "x" + ESCAPE + "j"
    assert pieces(text + ESCAPE + "j")[-2:] == [ESCAPE, "j"]


@given(st.lists(st.text("\x1b[OABj~0127\x7f", max_size=6), max_size=6))
def test_nothing_typed_is_lost_or_changed_however_it_is_cut(chunks: list[str]) -> None:
    assert "".join(pieces(*chunks)) == "".join(chunks)
