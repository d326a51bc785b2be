"""Entries with a cursor on one of them, which is typed into in place; without a screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tuitrain.ui.widgets.form.line_edit import LineEdit


class EntryModel:
    """What a list of entries shows and does; the values themselves, and undoing, are those of its kinds."""

    def __init__(self) -> None:
        self.cursor = 0
        self.editor: LineEdit | None = None
        self.error = ""

    @property
    def names(self) -> Sequence[str]:
        """All entries, from top to bottom."""
        raise NotImplementedError  # pragma: no cover

    def text(self) -> str:
        """The selected entry's value as it is typed."""
        raise NotImplementedError  # pragma: no cover

    def parse(self, text: str) -> Any:
        """The value that `text` is for the selected entry. Raises ValueError, with what is allowed, if it is none."""
        raise NotImplementedError  # pragma: no cover

    def set(self, name: str, value: Any) -> None:
        """Give an entry a value; one that is there already changes nothing."""
        raise NotImplementedError  # pragma: no cover

    def nudge(self, direction: int) -> None:
        """The selected entry's next value up (1) or down (-1)."""
        raise NotImplementedError  # pragma: no cover

    def undo(self) -> bool:
        """Take back the last edit and go to its entry; False if there is none."""
        raise NotImplementedError  # pragma: no cover

    @property
    def name(self) -> str:
        """The selected entry's name."""
        return self.names[self.cursor]

    def move(self, steps: int) -> None:
        """Move the cursor, within the entries."""
        self.cursor = max(0, min(len(self.names) - 1, self.cursor + steps))

    def begin(self) -> None:
        """Start typing into the selected entry."""
        self.editor = LineEdit(self.text())
        self.error = ""

    def leave(self) -> None:
        """Leave the typing without a change."""
        self.editor = None
        self.error = ""

    def accept(self) -> bool:
        """Take what was typed; False, with `error` set, if it is not allowed."""
        if self.editor is None:
            return True
        try:
            value = self.parse(self.editor.text)
        except ValueError as error:
            self.error = str(error)
            return False
        self.leave()
        self.set(self.name, value)
        return True

    def press(self, key: str, character: str | None) -> bool:
        """A key while typing; False if it means nothing here."""
        if self.editor is None or not self.editor.press(key, character):
            return False
        self.error = ""
        return True
