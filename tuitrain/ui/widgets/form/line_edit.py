"""A line of text being typed, without a widget of its own."""

from __future__ import annotations


class LineEdit:
    """A text, a cursor in it, and whether all of it is selected, so that the first key replaces it.

    It takes at most `most` characters, where that is given.
    """

    def __init__(self, text: str, *, most: int | None = None) -> None:
        self.text = text
        self.most = most
        self.cursor = len(text)
        self.is_selected = True

    def insert(self, text: str) -> int:
        """Put `text` at the cursor; it replaces a selection. Return how many characters at its end had no room."""
        if self.is_selected:
            self.text, self.cursor = "", 0
        self.is_selected = False
        taken = text if self.most is None else text[: max(self.most - len(self.text), 0)]
        self.text = self.text[: self.cursor] + taken + self.text[self.cursor :]
        self.cursor += len(taken)
        return len(text) - len(taken)

    def replace(self, text: str) -> None:
        """Make it all `text`, selected."""
        self.text, self.cursor, self.is_selected = text, len(text), True

    def press(self, key: str, character: str | None) -> bool:
        """Take a key; False if it means nothing here."""
        if key in {"left", "right", "home", "end", "ctrl+a", "ctrl+e"}:
            self._move(key)
        elif key in {"backspace", "delete", "ctrl+h", "ctrl+u", "ctrl+w", "ctrl+k"}:
            self._remove(key)
        elif character is not None and character.isprintable():
            self.insert(character)
        else:
            return False
        return True

    def _move(self, key: str) -> None:
        self.is_selected = False
        steps = {"left": self.cursor - 1, "right": self.cursor + 1, "home": 0, "ctrl+a": 0}
        self.cursor = max(0, min(steps.get(key, len(self.text)), len(self.text)))

    def _remove(self, key: str) -> None:
        if self.is_selected or key == "ctrl+u":
            self.text, self.cursor = ("" if self.is_selected else self.text[self.cursor :]), 0
        elif key == "ctrl+w":
            kept = self.text[: self.cursor].rstrip().rpartition(" ")
            before = kept[0] + kept[1]
            self.text, self.cursor = before + self.text[self.cursor :], len(before)
        elif key == "ctrl+k":
            self.text = self.text[: self.cursor]
        elif key == "delete":
            self.text = self.text[: self.cursor] + self.text[self.cursor + 1 :]
        elif self.cursor:
            self.text = self.text[: self.cursor - 1] + self.text[self.cursor :]
            self.cursor -= 1
        self.is_selected = False
