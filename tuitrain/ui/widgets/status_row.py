"""The second row from below: the state with its figures, or for a while the newest message."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich.cells import cell_len
from textual.timer import Timer

from tuitrain.text import visible
from tuitrain.ui.plots.lines import cut_words
from tuitrain.ui.theme import Role, Theme
from tuitrain.ui.widgets.text_lines import Lines, Piece

MESSAGE_SECONDS = 8.0
ERROR_SECONDS = 24.0
KEYS_OF_AN_ERROR = 3  # that it stays through: one may be pressed before it is read
KEEPS = " M"  # the key of the page that a message can be read on again

Part = tuple[str, str, str]  # before the value, the value, after it


class StatusRow(Lines):
    """State sign and word, then figures; a message takes the row's place until it is old.

    A message stays for `MESSAGE_SECONDS` or until the next key (`key_pressed`), an error for longer; it never moves
    anything. `note(text)` is called with each message, so that it can be read again. What does not
    fit is cut between words, and names the key of that page.
    """

    def __init__(self, theme: Theme, note: Callable[[str], None] = lambda text: None, **rest: Any) -> None:
        super().__init__(**rest)
        self._theme = theme
        self._note = note
        self._message = ""
        self._shorter: tuple[str, ...] = ()  # forms of the message
        self._is_error = False
        self._keys_left = 0
        self._timer: Timer | None = None

    def say(self, text: str, *, is_error: bool = False, shorter: Sequence[str] = (), noted: str | None = "") -> None:
        """Show a message in the place of the state: `text`, or the first of the `shorter` ones that fits.

        `noted` is kept in its place, where a part of it was kept already; None: nothing is.
        """
        self._message, self._shorter, self._is_error = text, tuple(shorter), is_error
        self._keys_left = KEYS_OF_AN_ERROR if is_error else 1
        if noted is not None:
            self._note(noted or text)
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(ERROR_SECONDS if is_error else MESSAGE_SECONDS, self.forget)
        self.redraw()

    @property
    def has_message(self) -> bool:
        """Whether a message is shown now."""
        return bool(self._message)

    def forget(self) -> None:
        """Show the state again."""
        if self._timer is not None:
            self._timer.stop()
        self._timer, self._message = None, ""
        self.redraw()

    def key_pressed(self) -> None:
        """Take note that the user has gone on, before what the key does."""
        if self._message:
            self._keys_left -= 1
            if self._keys_left <= 0:
                self.forget()

    def on_resize(self) -> None:
        self.redraw()

    def state(self) -> tuple[str, str, Role] | None:
        """Sign, word and colour of the state; None before anything is known."""
        raise NotImplementedError  # pragma: no cover

    def parts(self, *, is_wide: bool) -> Sequence[Part]:
        """The figures beside the state, the most wanted first; those that do not fit are left out."""
        raise NotImplementedError  # pragma: no cover

    def waiting(self) -> str:
        """What waits for the user, at the right edge; no message hides it."""
        return ""

    def redraw(self) -> None:
        """Repaint if the row is new."""
        theme, state = self._theme, self.state()
        if state is None and not self._message:
            return
        waits = theme.plain(self.waiting())
        right: Piece = (f" {waits} " if waits else "", theme["warning"])
        room = self.size.width - cell_len(right[0])
        if self._message:
            self.put([*self._said(room), None, right])
            return
        assert state is not None
        sign, word, role = state
        pieces: list[Piece | None] = [(f" {sign} {word}", theme["bold"] + theme[role])]
        room -= cell_len(f" {sign} {word}") + 1
        for texts in self.parts(is_wide=self.size.width >= 110):
            before, value, after = map(theme.plain, texts)
            needed = cell_len(before + value + after) + 2
            if needed <= room:  # else a shorter one may fit
                room -= needed
                pieces += [(f"  {before}", theme["dim"]), (value, theme["plain"]), (after, theme["dim"])]
        self.put([*pieces, None, right])

    def _said(self, room: int) -> list[Piece | None]:
        theme = self._theme
        forms = [theme.plain(visible(form, 1000)) for form in (self._message, *self._shorter)]
        if self._is_error:
            sign = theme.signs.error
            forms = [form if form.startswith(sign) else f"{sign} {form}" for form in forms]
        text = next((form for form in forms if cell_len(form) + 2 <= room), "")
        text = text or cut_words(forms[-1], room - 2 - len(KEEPS), theme=theme) + KEEPS
        return [(f" {text}", theme["bad" if self._is_error else "bold"])]
