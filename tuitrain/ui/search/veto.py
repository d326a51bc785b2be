"""The proposals of a strategy, before they run: accept, edit or skip each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from tuitrain.errors import TuitrainError
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters, field_name
from tuitrain.text import visible
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.labels import short_label
from tuitrain.ui.plots.lines import cut
from tuitrain.ui.terminal.dialog import Dialog
from tuitrain.ui.terminal.prompt import Prompt
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.key_line import key_line
from tuitrain.ui.widgets.text_lines import Lines, Piece

Setting = dict[str, Any]
LEAST_LABEL = 6  # of a column's name that is shown at least
KEYS = (
    ("a", N_("run all")), ("s", N_("skip this")), ("enter", N_("edit this")), ("o", N_("veto off")),
    ("esc", N_("later")),
)  # fmt: skip


@dataclass(frozen=True)
class Decision:
    """The settings that are to run, and whether the next proposals wait too."""

    settings: list[Setting]
    asks_again: bool


class Veto(Dialog[Decision]):
    """A line for each proposal: `s` skips it, Enter edits it, `a` runs what is left; dismisses with these."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "above"),
        Binding("down,j", "move(1)", "below"),
        Binding("s,x,delete", "skip", "skip"),
        Binding("enter,e", "edit", "edit"),
        Binding("a,v", "run", "run"),
        Binding("o", "run(False)", "veto off"),
        Binding("escape,q", "leave", "leave"),
    ]
    AUTO_FOCUS = ""  # the prompt is there while a proposal is edited
    DEFAULT_CSS = """
    Veto { align: center middle; }
    Veto Vertical { width: 90%; max-height: 90%; border: $focus-frame $focus-colour; padding: 0 1;
                    background: ansi_default; }
    Veto #rows { height: 1fr; }
    """

    def __init__(self, theme: Theme, proposals: Sequence[Any]) -> None:
        super().__init__()
        self._theme = theme
        self._settings: list[Setting] = [dict(setting) for setting in proposals]
        self._skipped: set[int] = set()
        self._at = self._top = 0  # the line under the cursor, the first one shown
        self._error = ""

    def compose(self) -> ComposeResult:
        self._rows, self._hint = Lines(id="rows"), Lines()
        self._prompt = Prompt(select_on_focus=True, compact=True)
        with Vertical() as self._box:
            self._box.border_title = _("Proposals")
            self._box.styles.height = len(self._settings) + 5  # frame, names, prompt or blank, keys
            yield from (self._rows, self._prompt, self._hint)

    def on_mount(self) -> None:
        self._prompt.cursor_blink = False
        self._prompt.display = False
        self.call_after_refresh(self._draw)

    @property
    def _is_editing(self) -> bool:
        return bool(self._prompt.display)

    def _draw(self) -> None:
        styles, width = self._theme.styles, max(20, self._rows.size.width)
        theme = self._theme
        heading, *rows = table_of(self._settings)
        room = max(1, self._rows.size.height - 1)
        self._top = max(0, min(max(self._top, self._at - room + 1), self._at, len(rows) - room))
        lines: list[list[Piece]] = [[(cut(self._theme.plain(f"    {heading}"), width, theme=theme), styles["dim"])]]
        for index, row in enumerate(rows[self._top : self._top + room], self._top):
            cursor = self._theme.signs.cursor if index == self._at else " "
            text = f"{cursor} {'x' if index in self._skipped else ' '} {row}"
            style = styles["selected"] if index == self._at else styles["dim" if index in self._skipped else "plain"]
            lines.append([(cut(text, width, theme=theme).ljust(width), style)])
        self._rows.put(*lines)
        self._hint.put(self._told())
        left = len(rows) - len(self._skipped)
        place = "" if room >= len(rows) else _("{number} of {count}").format(number=self._at + 1, count=len(rows))
        text = _("{count} skipped (x), {left} to run") if self._skipped else ""
        skipped = text.format(count=len(self._skipped), left=left)
        self._box.border_subtitle = ", ".join(filter(None, (place, skipped)))

    def _told(self) -> list[Piece | None]:
        """What is wrong with what was typed, or what the keys do."""
        styles = self._theme.styles
        if self._error:
            return [(self._theme.plain(visible(self._error)), styles["bad"])]
        keys = (("enter", N_("keep what is typed")), ("esc", N_("leave it as it was"))) if self._is_editing else KEYS
        width = max(20, self._hint.size.width)
        return [*key_line([(key, _(word)) for key, word in keys], width, theme=self._theme)]

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            self._settings[self._at] = read_setting(event.value)
        except (TuitrainError, ValueError) as error:
            self._error = str(error).split("\n")[0]
            self._draw()
        else:
            self._skipped.discard(self._at)
            self._leave_prompt()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._error = ""
        self._draw()

    def _leave_prompt(self) -> None:
        self._error = ""
        self._prompt.display = False
        self.set_focus(None)
        self._draw()

    def action_move(self, steps: int) -> None:
        self._at = max(0, min(len(self._settings) - 1, self._at + steps))
        self._draw()

    def action_skip(self) -> None:
        self._skipped ^= {self._at}
        self._draw()

    def action_edit(self) -> None:
        self._prompt.value = as_text(self._settings[self._at])
        self._prompt.display = True
        self._prompt.focus()
        self._draw()

    def action_run(self, asks_again: bool = True) -> None:
        left = [setting for index, setting in enumerate(self._settings) if index not in self._skipped]
        self.dismiss(Decision(left, asks_again))

    def action_leave(self) -> None:
        if self._is_editing:
            self._leave_prompt()
        else:
            self.dismiss(None)


def table_of(settings: Sequence[Setting]) -> list[str]:
    """The names of the hyperparameters, then each setting's values below them."""
    names = [name for name in FIELDS if any(name in setting for setting in settings)]
    columns = []
    for name in names:
        values = [FIELDS[name].format(setting[name]) if name in setting else "-" for setting in settings]
        room = max(map(len, values), default=0)
        cells = [short_label(FIELDS[name].label, max(room, LEAST_LABEL)), *values]
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
