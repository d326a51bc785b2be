"""The dataset chooser: a name or a path, a preview of its columns, the target to predict."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tuitrain.data.catalog import BUNDLED
from tuitrain.data.dataset import Dataset
from tuitrain.data.describe import PREVIEW_ROWS, ColumnSummary, Preview, preview
from tuitrain.data.generators import RECIPES
from tuitrain.data.loading import load_dataset
from tuitrain.errors import TuitrainError
from tuitrain.text import visible
from tuitrain.ui.beside import Beside
from tuitrain.ui.line import Lines, Piece
from tuitrain.ui.prompt import Prompt
from tuitrain.ui.screens.dialog import Dialog
from tuitrain.ui.theme import Theme

if TYPE_CHECKING:
    from tuitrain.ui.app import TuitrainApp

MOST_COLUMNS = 500
Result = TypeVar("Result")


class DatasetChooser(Dialog[Dataset]):
    """First a source, then its target; dismisses with the dataset that was loaded.

    Escape gives up what is being read; the next one goes back.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "back")]
    DEFAULT_CSS = """
    DatasetChooser { align: center middle; }
    DatasetChooser > Vertical { width: 100%; max-width: 110; height: 100%; max-height: 36;
                                border: $focus-frame $focus-colour; background: ansi_default; }
    DatasetChooser Input { padding: 0 1; }
    DatasetChooser OptionList { border: $frame $frame-colour; height: 1fr; padding: 0; scrollbar-size: 0 $bar; }
    DatasetChooser OptionList:focus { border: $focus-frame $focus-colour; }
    DatasetChooser #about { height: 4; padding: 0 1; }
    DatasetChooser #hint { height: 1; padding: 0 1; }
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._preview: Preview | None = None
        self._source = ""
        self._beside = Beside(self)

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Dataset"
            yield Prompt(
                placeholder="a name below, or a path: ./data.csv", id="source", select_on_focus=False, compact=True
            )
            yield OptionList(markup=False, id="names")
            yield OptionList(markup=False, id="columns")
            yield Lines(id="about")
            yield Lines(id="hint")

    def on_mount(self) -> None:
        source = self.query_one("#source", Input)
        source.cursor_blink = False
        self._columns.border_title = "Columns: which one is to be predicted? (first: the likely one)"
        self._names.border_title = "Bundled and generated"
        self._offer("")
        self._show_sources()
        source.focus()

    @property
    def _names(self) -> OptionList:
        return self.query_one("#names", OptionList)

    @property
    def _columns(self) -> OptionList:
        return self.query_one("#columns", OptionList)

    def _show_sources(self) -> None:
        self._columns.display, self._names.display = False, True
        self.query_one("#source").display = True
        self._preview = None
        self._about("")
        self._hint("enter", "look at it", "up down", "go through the names", "esc", "close")

    def _show_columns(self) -> None:
        self._columns.display, self._names.display = True, False
        self.query_one("#source").display = False
        self._columns.focus()
        self._hint("enter", "train on it with this target", "up down", "another target", "esc", "back")

    def _offer(self, typed: str) -> None:
        """List the names that hold what was typed; none for a path."""
        word = typed.strip().lower()
        self._names.clear_options()
        offered = [(name, item.meaning) for name, item in BUNDLED.items()]
        offered += [(name, f"{item.meaning} (generated)") for name, item in RECIPES.items()]
        for name, meaning in offered:
            if word.partition("?")[0] in name:
                text = self._theme.plain(f" {name:<15} {meaning}")
                self._names.add_option(Option(Content(text), id=name))
        if self._names.option_count:
            self._names.highlighted = 0

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._offer(event.value)

    def on_key(self, event: events.Key) -> None:
        """Up and down in the line go to the names."""
        if event.key in {"up", "down"} and self.focused is self.query_one("#source"):
            names = self._names
            (names.action_cursor_down if event.key == "down" else names.action_cursor_up)()
            event.stop()

    @on(Input.Submitted)
    def _accept(self, event: Input.Submitted) -> None:
        typed = event.value.strip()
        option = self._names.highlighted_option
        is_name = option is not None and not any(sign in typed for sign in "/.?\\")
        self._look(str(option.id) if is_name and option is not None else typed)

    @on(OptionList.OptionSelected, "#names")
    def _name_chosen(self, event: OptionList.OptionSelected) -> None:
        self._look(str(event.option_id))

    def _look(self, source: str) -> None:
        """Read the table's head in a thread, then offer its columns."""
        if not source:
            return
        if _reads_the_terminal(source):
            self._about(f"{source} is the keyboard here; save the table as a file, and name that", "bad")
            return
        self._source = source
        self._about(f"reading {visible(source)}")
        self._in_thread(partial(preview, source, most_rows=PREVIEW_ROWS, allow_stdin=False), self._looked)

    def _looked(self, found: Preview) -> None:
        self._preview = found
        self._list_columns(found)
        rows = f"{found.rows:,}" if found.is_whole else f"more than {PREVIEW_ROWS:,}"
        facts = f"{found.name}: {rows} rows, {len(found.columns)} columns"
        self._about(facts, notices=found.notices)
        self._show_columns()

    def _list_columns(self, found: Preview) -> None:
        """List the detected target first, then the others; an option's id is its column's number."""
        columns = self._columns
        columns.clear_options()
        width = max(10, min(28, max(len(column.name) for column in found.columns)))
        numbers = sorted(range(len(found.columns)), key=lambda number: found.columns[number].name != found.target)
        for number in numbers[:MOST_COLUMNS]:
            line = self._theme.plain(_column_line(found.columns[number], width))
            columns.add_option(Option(Content(line), id=str(number)))
        more = len(numbers) - MOST_COLUMNS
        if more > 0:
            line = self._theme.plain(f" … {more:,} more; to predict one of them: tuitrain launch FILE --target NAME")
            columns.add_option(Option(Content(line), disabled=True))
        columns.highlighted = 0

    @on(OptionList.OptionSelected, "#columns")
    def _target_chosen(self, event: OptionList.OptionSelected) -> None:
        if self._preview is None or event.option_id is None:
            return
        target = self._preview.columns[int(event.option_id)].name
        self._about(f"loading {visible(self._source)}")
        self._in_thread(partial(load_dataset, self._source, target, allow_stdin=False), self.dismiss)

    def _in_thread(self, work: Callable[[], Result], then: Callable[[Result], object]) -> None:
        """Run `work` beside the screen, then go on with its result, or show why there is none."""
        self._beside.begin(work, then, self._failed)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, TuitrainError):
            self._about(str(error), "bad")
            return
        self._about(f"cannot be read: {type(error).__name__}: {error}", "bad")
        app: TuitrainApp = self.app  # type: ignore[assignment]
        app.paint_all()  # a library that panics has written over the screen

    def _about(self, text: str, style: str = "bold", *, notices: tuple[str, ...] = ()) -> None:
        width = max(20, self.query_one("#about").size.width or 74)
        rows = [(row, style) for row in textwrap.wrap(self._theme.plain(visible(text, 400)), width)]
        for notice in notices:
            rows += [(row, "warning") for row in textwrap.wrap(self._theme.plain(f"! {visible(notice)}"), width)]
        if len(rows) > 4:
            rows = [*rows[:3], (f"{len(notices)} notices in all; once it is loaded, ? lists them", "warning")]
        self.query_one("#about", Lines).put(*([(row, self._theme.styles[style])] for row, style in rows))

    def _hint(self, *pairs: str) -> None:
        line: list[Piece] = []
        for key, word in zip(pairs[::2], pairs[1::2], strict=True):
            line += [(f"{key} ", self._theme.styles["key"]), (f"{word}   ", self._theme.styles["plain"])]
        self.query_one("#hint", Lines).put(line)

    def action_back(self) -> None:
        """Give up what is read; else from the columns to the sources, from there out."""
        if self._beside.cancel():
            self._about("given up")
        elif self._columns.display:
            self._show_sources()
            self.query_one("#source").focus()
        else:
            self.dismiss(None)


def _column_line(column: ColumnSummary, width: int) -> str:
    name = visible(column.name, width)
    missing = f"{column.missing:,} missing, " if column.missing else ""
    return f" {name:<{width}}  {column.kind:<13} {missing}{visible(column.summary)}"


def _reads_the_terminal(source: str) -> bool:
    """Whether reading it would take the keys from the screen."""
    try:
        return source == "-" or Path(source).expanduser().is_char_device()
    except (OSError, RuntimeError, ValueError):
        return False  # reading it says what is wrong
