"""The Escape key and the key after it both count, however they arrive."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser

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
    text, taken = PASTE_START + "a" + ESCAPE + "q" + PASTE_END, PASTE_START + "aq" + PASTE_END
    assert ESCAPE not in pieces(text + "x")
    assert "".join(pieces(text + "x" + ESCAPE + "j")) == taken + "x" + ESCAPE + "j"
    assert pieces(text + ESCAPE + "j")[-2:] == [ESCAPE, "j"]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_what_is_pasted_acts_as_no_keys_however_it_is_cut(size: int) -> None:
    pasted = "a\x1bq\x1b[A\x1b[20\x03\x9b\tb\r\nc\x1b"
    typed = PASTE_START + pasted + PASTE_END + "x"
    escape, parser = EscapeKey(), XTermParser()
    chunks = [typed[at : at + size] for at in range(0, len(typed), size)]
    found = [event for chunk in chunks for piece in escape.feed(chunk) for event in parser.feed(piece)]
    paste, key = found
    assert isinstance(paste, events.Paste)
    assert paste.text == "aq[A[20\tb\r\nc"
    assert isinstance(key, events.Key)
    assert key.key == "x"


def test_the_end_of_a_paste_is_waited_for() -> None:
    escape = EscapeKey()
    assert list(escape.feed(PASTE_START + "a\x1b[2")) == [PASTE_START, "a"]
    assert list(escape.flush()) == []
    assert list(escape.feed("01~\x1bj")) == [PASTE_END, ESCAPE, "j"]


@given(st.lists(st.text("\x1b[OABj~0127\x7f", max_size=6), max_size=6))
def test_nothing_typed_is_lost_or_changed_however_it_is_cut(chunks: list[str]) -> None:
    assume(PASTE_START not in "".join(chunks))  # control characters are taken out of what is pasted
    assert "".join(pieces(*chunks)) == "".join(chunks)
