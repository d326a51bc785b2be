"""The dataset chooser: a name or a path, a preview of its columns, the target to predict."""

from __future__ import annotations

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
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.data.path_completion import completed, is_directory, paths_from
from tuitrain.ui.data.sample import sample_lines, target_text
from tuitrain.ui.plots.lines import wrapped
from tuitrain.ui.terminal.dialog import Dialog
from tuitrain.ui.terminal.prompt import Prompt
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.background import Beside
from tuitrain.ui.widgets.key_line import key_line
from tuitrain.ui.widgets.page import Page
from tuitrain.ui.widgets.text_lines import Lines, Piece, shortened

if TYPE_CHECKING:
    from tuitrain.ui.app import TuitrainApp

MOST_COLUMNS = 500
NOTHING_TO_PREDICT = N_("what is left out is not predicted: move to another column, or press x to take it in")
MOST_PATHS = 200
SAMPLE_LINES = 5
Result = TypeVar("Result")


class SourcePrompt(Prompt):
    """The line for a name or a path; tab goes on with a path as a shell does."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab,shift+tab", "complete", "complete", show=False)]

    def action_complete(self) -> None:
        self.value = completed(self.value)
        self.cursor_position = len(self.value)


class DatasetChooser(Dialog[Dataset]):
    """First a source, then its target; dismisses with the dataset that was loaded.

    Escape gives up what is being read; the next one goes back.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back"),
        Binding("x", "leave_out", "leave the column out"),
        Binding("tab,shift+tab", "stay", "stay", show=False),  # nothing else takes keys
    ]
    DEFAULT_CSS = """
    DatasetChooser { align: center middle; }
    DatasetChooser > Vertical { width: 100%; max-width: 110; height: 100%; max-height: 36;
                                border: $focus-frame $focus-colour; background: ansi_default; }
    DatasetChooser Input { padding: 0 1; }
    DatasetChooser OptionList { border: $frame $frame-colour; height: 1fr; padding: 0; scrollbar-size: 0 $bar; }
    DatasetChooser OptionList:focus { border: $focus-frame $focus-colour; }
    DatasetChooser #sample { height: 5; padding: 0 1; }
    DatasetChooser #about { height: 4; padding: 0 1; }
    DatasetChooser #hint { height: 1; padding: 0 1; }
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._preview: Preview | None = None
        self._source = ""
        self._left_out: set[int] = set()
        self._offers_paths = False
        self._offered: str | None = None
        self._beside = Beside(self)

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = _("Dataset")
            yield SourcePrompt(
                placeholder=_("a name below, or a path: ./data.csv"), id="source", select_on_focus=False, compact=True
            )
            yield OptionList(markup=False, id="names")
            yield OptionList(markup=False, id="columns")
            sample = Page(self._sample, id="sample")
            sample.can_focus = False
            yield sample
            yield Lines(id="about")
            yield Lines(id="hint")

    def on_mount(self) -> None:
        source = self.query_one("#source", Input)
        source.cursor_blink = False
        self._columns.border_title = _("Columns: which one is to be predicted? (first: the likely one)")
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
        self.query_one("#source").display, self.query_one("#sample").display = True, False
        self._preview = None
        self._about("")
        self._hint(
            ("enter", _("look at it")), ("up down", _("choose")), ("tab", _("complete a path")), ("esc", _("close")),
        )  # fmt: skip

    def _show_columns(self) -> None:
        self._columns.display, self._names.display = True, False
        self.query_one("#source").display, self.query_one("#sample").display = False, True
        self._columns.focus()
        self._hint(
            ("enter", _("train, predicting it")), ("up down", _("another")), ("x", _("leave it out")),
            ("esc", _("back")),
        )  # fmt: skip

    def _offer(self, typed: str) -> None:
        """List the names that hold what was typed, and below them the tables here; for a path, what it goes on to."""
        if typed == self._offered:
            return  # a key that came in the same burst has seen to it
        self._offered = typed
        word = typed.strip().lower()
        self._names.clear_options()
        offered = [(name, _(item.meaning)) for name, item in BUNDLED.items()]
        offered += [
            (name, _("{meaning} (generated)").format(meaning=_(item.meaning))) for name, item in RECIPES.items()
        ]
        for name, meaning in offered:
            if word.partition("?")[0] in name:
                text = self._theme.plain(f" {name:<15} {meaning}")
                self._names.add_option(Option(Content(text), id=name))
        has_names = bool(self._names.option_count) and "/" not in word
        paths = [] if "?" in word else paths_from(typed.strip())[:MOST_PATHS]
        for path in paths:
            if not (has_names and path.endswith("/")):
                self._names.add_option(Option(Content(self._theme.plain(f" {visible(path)}")), id=f"./{path}"))
        self._offers_paths = not has_names
        self._names.border_title = _("Files") if self._offers_paths else _("Bundled and generated; tables here below")
        self._names.highlighted = 0 if has_names else None

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._offer(event.input.value)

    def on_key(self, event: events.Key) -> None:
        """Up and down in the line go to the names."""
        if event.key in {"up", "down"} and self.focused is self.query_one("#source"):
            names = self._names
            self._offer(self.query_one("#source", Input).value)
            (names.action_cursor_down if event.key == "down" else names.action_cursor_up)()
            event.stop()

    @on(Input.Submitted)
    def _accept(self, event: Input.Submitted) -> None:
        typed = event.value.strip()
        self._offer(event.value)
        option = self._names.highlighted_option
        is_chosen = self._offers_paths or not any(sign in typed for sign in "/.?\\")
        self._look(_source_of(option) if is_chosen and option is not None else typed)

    @on(OptionList.OptionSelected, "#names")
    def _name_chosen(self, event: OptionList.OptionSelected) -> None:
        self._look(_source_of(event.option))

    def _look(self, source: str) -> None:
        """Read the table's head in a thread, then offer its columns."""
        if not source:
            return
        if _reads_the_terminal(source):
            text = _("{source} is the keyboard here; save the table as a file, and name that")
            self._about(text.format(source=source), "bad")
            return
        if source not in {*BUNDLED, *RECIPES} and is_directory(source):
            self._open_directory(source)
            return
        self._source = source
        self._about(_("reading {source}").format(source=visible(source)))
        self._in_thread(partial(preview, source, most_rows=PREVIEW_ROWS, allow_stdin=False), self._looked)

    def _open_directory(self, source: str) -> None:
        """List what is in a directory, as if its path had been typed."""
        prompt = self.query_one("#source", Input)
        prompt.value = source if source.endswith("/") else f"{source}/"
        prompt.cursor_position = len(prompt.value)
        prompt.focus()
        has_tables = bool(paths_from(prompt.value))
        text = _("{source} is a directory") if has_tables else _("{source} is a directory without tables")
        self._about(text.format(source=visible(source)))

    def _looked(self, found: Preview) -> None:
        self._preview = found
        self._left_out = set()
        self._list_columns(found)
        self._show_columns()
        self._show_facts()
        self.query_one("#sample", Page).redraw()

    def _sample(self, width: int) -> list[list[Piece]]:
        """The first rows, with the columns that fit."""
        if self._preview is None:
            return []
        head, *rows = map(self._theme.plain, sample_lines(self._preview, width, SAMPLE_LINES))
        styles = self._theme.styles
        return [[(head, styles["dim"])], *([(row, styles["plain"])] for row in rows)]

    @on(OptionList.OptionHighlighted, "#columns")
    def _show_facts(self) -> None:
        """Say how large the table is, and what the column under the cursor would be to predict."""
        found, option = self._preview, self._columns.highlighted_option
        if found is None or option is None or option.id is None:
            return
        rows = f"{found.rows:,}" if found.is_whole else _("more than {count:,}").format(count=PREVIEW_ROWS)
        facts = _("{name}: {rows} rows, {count} columns").format(name=found.name, rows=rows, count=len(found.columns))
        number = self._to_predict(option.id)
        told = _(NOTHING_TO_PREDICT) if number is None else target_text(found, number)
        self._about(f"{facts}; {told}", notices=found.notices)

    def _list_columns(self, found: Preview) -> None:
        """List the detected target first, then the others; an option's id is its column's number."""
        columns = self._columns
        columns.clear_options()
        numbers = sorted(range(len(found.columns)), key=lambda number: found.columns[number].name != found.target)
        for number in numbers[:MOST_COLUMNS]:
            columns.add_option(Option(self._column_content(number), id=str(number)))
        more = len(numbers) - MOST_COLUMNS
        if more > 0:
            text = _("{count:,} more; to predict one of them: tuitrain launch FILE --target NAME")
            line = self._theme.plain(f" … {text.format(count=more)}")
            columns.add_option(Option(Content(line), disabled=True))
        columns.highlighted = 0

    def _column_content(self, number: int) -> Content:
        assert self._preview is not None
        columns = self._preview.columns
        width = max(10, min(28, max(len(column.name) for column in columns)))
        sign = "x" if number in self._left_out else " "
        return Content(self._theme.plain(_column_line(columns[number], width, sign)))

    def action_stay(self) -> None:
        """Keep the focus where keys act."""

    def action_leave_out(self) -> None:
        """Leave the column under the cursor out of the inputs, or take it in again."""
        option = self._columns.highlighted_option if self._columns.display else None
        if option is not None and option.id is not None:
            number = int(option.id)
            self._left_out ^= {number}
            self._columns.replace_option_prompt(option.id, self._column_content(number))
            self._show_facts()

    def _to_predict(self, option: str) -> int | None:
        """The number of the column under the cursor; where that is left out, of the likely target, if it is not too."""
        likely = self._columns.options[0].id
        wanted = [int(number) for number in (option, likely) if number is not None]
        return next((number for number in wanted if number not in self._left_out), None)

    @on(OptionList.OptionSelected, "#columns")
    def _target_chosen(self, event: OptionList.OptionSelected) -> None:
        if self._preview is None or event.option_id is None:
            return
        chosen = self._to_predict(event.option_id)
        if chosen is None:
            self._about(_(NOTHING_TO_PREDICT), "bad")
            return
        target = self._preview.columns[chosen].name
        drop = [self._preview.columns[number].name for number in sorted(self._left_out)]
        self._about(_("loading {source}").format(source=visible(self._source)))
        self._in_thread(partial(load_dataset, self._source, target, drop=drop, allow_stdin=False), self.dismiss)

    def _in_thread(self, work: Callable[[], Result], then: Callable[[Result], object]) -> None:
        """Run `work` beside the screen, then go on with its result, or show why there is none."""
        self._beside.begin(work, then, self._failed)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, TuitrainError):
            self._about(str(error), "bad")
            return
        self._about(_("cannot be read: {name}: {error}").format(name=type(error).__name__, error=error), "bad")
        app: TuitrainApp = self.app  # type: ignore[assignment]
        app.paint_all()  # a library that panics has written over the screen

    def _about(self, text: str, style: str = "bold", *, notices: tuple[str, ...] = ()) -> None:
        width = max(20, self.query_one("#about").size.width or 74)
        rows = [(row, style) for row in wrapped(self._theme.plain(visible(text, 400)), width)]
        if not notices and len(rows) > 4:
            rows = [(row, style) for row in shortened([row for row, _style in rows], 4, width, theme=self._theme)]
        for notice in notices:
            rows += [(row, "warning") for row in wrapped(self._theme.plain(f"! {visible(notice)}"), width)]
        if len(rows) > 4:
            text = _("{count} notices in all; once it is loaded, ? lists them").format(count=len(notices))
            rows = [*rows[:3], (text, "warning")]
        self.query_one("#about", Lines).put(*([(row, self._theme.styles[style])] for row, style in rows))

    def _hint(self, *pairs: tuple[str, str]) -> None:
        width = max(20, (self.query_one(Vertical).size.width or 78) - 2)
        self.query_one("#hint", Lines).put(key_line(pairs, width, theme=self._theme))

    def action_back(self) -> None:
        """Give up what is read; else from the columns to the sources, from there out."""
        if self._beside.cancel():
            self._about(_("given up"))
        elif self._columns.display:
            self._show_sources()
            self.query_one("#source").focus()
        else:
            self.dismiss(None)


def _source_of(option: Option) -> str:
    """What a line of the list stands for: a name, or a path, whose id has a mark before it."""
    return str(option.id).removeprefix("./")


def _column_line(column: ColumnSummary, width: int, sign: str) -> str:
    name = visible(column.name, width)
    missing = _("{missing:,} missing, ").format(missing=column.missing) if column.missing else ""
    return f"{sign} {name:<{width}}  {_(column.kind):<13} {missing}{visible(column.summary)}"


def _reads_the_terminal(source: str) -> bool:
    """Whether reading it would take the keys from the screen."""
    try:
        return source == "-" or Path(source).expanduser().is_char_device()
    except (OSError, RuntimeError, ValueError):
        return False  # reading it says what is wrong
