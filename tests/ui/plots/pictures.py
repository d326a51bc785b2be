"""What a picture shows, read back from its strips."""

import numpy as np
from textual.strip import Strip

from tuitrain.ui.theme import theme_for

UNICODE, ASCII = theme_for("true"), theme_for("true", ascii_only=True)
LOOKS = [theme_for(colours, ascii_only=plain) for colours in ("true", "16", "none") for plain in (False, True)]


def lines_of(strips: list[Strip]) -> list[str]:
    return [strip.text for strip in strips]


def dots_of(lines: list[str]) -> np.ndarray:
    """(4R, 2C) bool: the dots of braille characters, by the code chart of Unicode block 2800."""
    places = [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1), (3, 0), (3, 1)]
    dots = np.zeros((4 * len(lines), 2 * max(map(len, lines))), bool)
    for row, line in enumerate(lines):
        for column, letter in enumerate(line):
            if 0x2800 <= ord(letter) <= 0x28FF:
                for bit, (down, across) in enumerate(places):
                    dots[4 * row + down, 2 * column + across] = bool((ord(letter) - 0x2800) >> bit & 1)
    return dots


def assert_size(strips: list[Strip], width: int, height: int) -> None:
    assert len(strips) == height
    for strip in strips:
        assert strip.cell_length == width
        assert sum(segment.cell_length for segment in strip) == width
        assert "\n" not in strip.text
