"""The four endings of a training, each with what it means for this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal

from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from tuitrain.numbers import duration, memory
from tuitrain.session.snapshot import Snapshot
from tuitrain.text import visible
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.lines import wrapped
from tuitrain.ui.terminal.dialog import Dialog
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.text_lines import Lines, Piece

Ending = Literal["pause", "keep", "stop", "cancel"]
ENDINGS: tuple[tuple[str, Ending], ...] = (("p", "pause"), ("k", "keep"), ("s", "stop"), ("c", "cancel"))
WIDTH = 68  # within the frame
WORDS = 20  # cells of letter and word, before the consequence


class EndingDialog(Dialog[Ending]):
    """Asks how a training is to end, and dismisses with that; None leaves it as it is.

    Pause, which loses nothing, is selected first. `size` counts the bytes of the run.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "choose('')", "leave"),
        Binding("up", "move(-1)", "up"),
        Binding("down,tab", "move(1)", "down"),
        Binding("enter", "take", "do it"),
        *(Binding(letter, f"choose('{ending}')", ending) for letter, ending in ENDINGS),
    ]
    DEFAULT_CSS = """
    EndingDialog { align: center middle; }
    EndingDialog Lines { border: $focus-frame $focus-colour; padding: 0 1; background: ansi_default; }
    """

    def __init__(self, theme: Theme, snapshot: Snapshot, size: Callable[[], int]) -> None:
        super().__init__()
        self._theme, self._selected = theme, 0
        self._title = title(snapshot)
        told = consequences(snapshot, size())
        self._told = {ending: wrapped(theme.plain(told[ending]), WIDTH - WORDS) for _letter, ending in ENDINGS}

    def compose(self) -> ComposeResult:
        self._box = Lines()
        self._box.styles.width = WIDTH + 4
        self._box.styles.height = 3 + len(ENDINGS) + sum(map(len, self._told.values()))
        yield self._box

    def on_mount(self) -> None:
        self._box.border_title = Content(self._theme.plain(self._title))
        self._draw()

    def _draw(self) -> None:
        styles, none = self._theme.styles, Style.null()
        words = {"pause": _("pause"), "keep": _("stop and keep"), "stop": _("just stop"), "cancel": _("cancel")}
        lines: list[list[Piece | None]] = [[]]
        for place, (letter, ending) in enumerate(ENDINGS):
            first, *rest = self._told[ending]
            is_selected = place == self._selected
            mark = self._theme.plain("▸" if is_selected else " ")
            word = f"  {words[ending]}".ljust(WORDS - 2)
            lines.append([(mark, none), (letter, styles["key"]), (word, styles["bold" if is_selected else "plain"]),
                          (first, none)])  # fmt: skip
            lines += [[(" " * WORDS + row, none)] for row in rest]
            lines.append([])
        self._box.put(*lines)

    def action_move(self, step: int) -> None:
        """Select another ending."""
        self._selected = (self._selected + step) % len(ENDINGS)
        self._draw()

    def action_take(self) -> None:
        """Take the ending that is selected."""
        self.dismiss(ENDINGS[self._selected][1])

    def action_choose(self, ending: str) -> None:
        """Take an ending by its letter; "": none."""
        self.dismiss(next((known for _letter, known in ENDINGS if known == ending), None))

    def on_click(self, event: events.Click) -> None:
        """Take a click outside the box as none."""
        if not self._box.region.contains_point((int(event.screen_x), int(event.screen_y))):
            self.dismiss(None)


def title(snapshot: Snapshot) -> str:
    """Return the question, with where the training stands."""
    name = snapshot.run.name if snapshot.run is not None else snapshot.dataset.name
    left = snapshot.seconds_left
    text = _("End {name}? Epoch {epoch} of {epochs}").format(
        name=visible(name, 24), epoch=snapshot.epoch, epochs=snapshot.hyperparameters.epochs
    )
    return text if left is None else text + _(", {left} left").format(left=duration(left))


def consequences(snapshot: Snapshot, size: int) -> dict[Ending, str]:
    """Return what each ending comes to, for a training whose run has `size` bytes."""
    name = visible(snapshot.run.name, 40) if snapshot.run is not None else ""
    best = snapshot.best_epoch
    keep = (
        _("ends now. Keeps the model of epoch {best}, scores the test rows once: a result.").format(best=best)
        if best
        else _("ends now, before its first epoch: the model as it began, and its test score.")
    )
    return {
        "pause": _("keeps everything; space goes on. Nothing is lost."),
        "keep": keep,
        "stop": _(
            "ends now. No test score; tuitrain launch --resume {name} continues it from here, bit for bit."
        ).format(name=name),
        "cancel": _("as if never begun: its directory ({size}) goes. This cannot be taken back.").format(
            size=memory(size)
        ),
    }  # fmt: skip
