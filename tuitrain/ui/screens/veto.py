"""The proposals of a strategy, before they run: accept, edit or skip each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tuitrain.errors import TuitrainError
from tuitrain.hyperparameters import FIELDS, Hyperparameters, field_name
from tuitrain.text import visible
from tuitrain.ui.form.line_edit import LineEdit
from tuitrain.ui.line import Lines, Piece
from tuitrain.ui.theme import Theme

Setting = dict[str, Any]
LEAST_LABEL = 8  # of a column's name that is shown at least


class Veto(ModalScreen[list[Setting]]):
    """A line for each proposal: `s` skips it, Enter edits it, `a` runs what is left; dismisses with these."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "above"),
        Binding("down,j", "move(1)", "below"),
        Binding("s,x,delete", "skip", "skip"),
        Binding("enter,e", "edit", "edit"),
        Binding("a,v", "accept", "accept"),
        Binding("escape,q", "leave", "leave"),
    ]
    DEFAULT_CSS = """
    Veto { align: center middle; }
    Veto Lines { width: 90%; height: auto; max-height: 90%; border: $focus-frame $focus-colour; padding: 0 1;
                 background: ansi_default; }
    """

    def __init__(self, theme: Theme, proposals: Sequence[Any]) -> None:
        super().__init__()
        self._theme = theme
        self._settings: list[Setting] = [dict(setting) for setting in proposals]
        self._skipped: set[int] = set()
        self._at = self._top = 0  # the line under the cursor, the first one shown
        self._editor: LineEdit | None = None
        self._error = ""

    def compose(self) -> ComposeResult:
        self._box = Lines()
        self._box.border_title = "Proposals (a: run, s: skip, enter: edit, esc: later)"
        self._box.styles.height = len(self._settings) + 5
        yield self._box

    def on_mount(self) -> None:
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        styles, width = self._theme.styles, max(20, self._box.size.width)
        heading, *rows = table_of(self._settings)
        room = max(1, self._box.size.height - 2)
        self._top = max(0, min(max(self._top, self._at - room + 1), self._at, len(rows) - room))
        lines: list[list[Piece]] = [[(self._theme.plain(f"  {heading}")[:width], styles["dim"])]]
        for index, row in enumerate(rows[self._top : self._top + room], self._top):
            text = self._editor.text if self._editor is not None and index == self._at else row
            sign = "x" if index in self._skipped else " "
            style = styles["selected"] if index == self._at else styles["dim" if index in self._skipped else "plain"]
            if self._editor is not None and index == self._at:
                style = styles["editor"]
            lines.append([(f"{sign} {text}"[:width].ljust(width), style)])
        hint = self._error or "enter keeps what is typed" * (self._editor is not None)
        lines.append([(self._theme.plain(visible(hint))[:width], styles["bad"] if self._error else Style.null())])
        self._box.put(*lines)
        is_whole = room >= len(rows)
        self._box.border_subtitle = "" if is_whole else f"{self._at + 1} of {len(rows)}"

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def on_key(self, event: events.Key) -> None:
        """While a proposal is edited all keys are its own."""
        if self._editor is None:
            return
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self._editor, self._error = None, ""
        elif event.key == "enter":
            self._take()
        else:
            self._editor.press(event.key, event.character)
        self._draw()

    def _take(self) -> None:
        assert self._editor is not None
        try:
            self._settings[self._at] = read_setting(self._editor.text)
            self._editor, self._error = None, ""
        except (TuitrainError, ValueError) as error:
            self._error = str(error).split("\n")[0]

    def action_move(self, steps: int) -> None:
        self._at = max(0, min(len(self._settings) - 1, self._at + steps))
        self._draw()

    def action_skip(self) -> None:
        self._skipped ^= {self._at}
        self._draw()

    def action_edit(self) -> None:
        self._editor = LineEdit(as_text(self._settings[self._at]))
        self._draw()

    def action_accept(self) -> None:
        self.dismiss([setting for index, setting in enumerate(self._settings) if index not in self._skipped])

    def action_leave(self) -> None:
        self.dismiss(None)


def table_of(settings: Sequence[Setting]) -> list[str]:
    """The names of the hyperparameters, then each setting's values below them."""
    names = [name for name in FIELDS if any(name in setting for setting in settings)]
    columns = []
    for name in names:
        values = [FIELDS[name].format(setting[name]) if name in setting else "-" for setting in settings]
        room = max(map(len, values), default=0)
        cells = [FIELDS[name].label[: max(room, LEAST_LABEL)], *values]
        columns.append([cell.ljust(max(map(len, cells))) for cell in cells])
    return ["  ".join(cells) for cells in zip(*columns, strict=True)] if columns else [""] * (len(settings) + 1)


def as_text(setting: Setting) -> str:
    """A setting on one line, as it can be typed."""
    return " ".join(f"{name}={FIELDS[name].format(value)}" for name, value in setting.items())


def read_setting(text: str) -> Setting:
    """The inverse of `as_text`.

    Raises
    ------
    TuitrainError, ValueError
        if a name or a value is not known.
    """
    pairs = dict(part.partition("=")[::2] for part in text.split())
    Hyperparameters.from_mapping(pairs)  # says all that is wrong
    return {str(field_name(name)): FIELDS[str(field_name(name))].parse(value) for name, value in pairs.items()}
