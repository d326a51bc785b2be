"""The dataset chooser: a name or a path; what is chosen opens in the dataset dialog."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tuitrain.data.catalog import BUNDLED
from tuitrain.data.dataset import Dataset
from tuitrain.data.generators import RECIPES
from tuitrain.data.review.review import Review, Reviewer
from tuitrain.errors import DataError, TuitrainError
from tuitrain.options.data_options import DATA_FIELDS, READING, DataOptions
from tuitrain.text import visible
from tuitrain.translation import gettext as _
from tuitrain.ui.data.dataset_screen import DatasetScreen
from tuitrain.ui.data.path_completion import completed, is_directory, paths_from
from tuitrain.ui.data.table_reading import rows_at_once
from tuitrain.ui.plots.lines import wrapped
from tuitrain.ui.terminal.dialog import Dialog
from tuitrain.ui.terminal.prompt import Prompt
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.background import Beside
from tuitrain.ui.widgets.key_line import key_line
from tuitrain.ui.widgets.text_lines import Lines, shortened

if TYPE_CHECKING:
    from tuitrain.ui.app import TuitrainApp

MOST_PATHS = 200
ABOUT_LINES = 4


class SourcePrompt(Prompt):
    """The line for a name or a path; tab goes on with a path as a shell does."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab,shift+tab", "complete", "complete", show=False)]

    def action_complete(self) -> None:
        self.value = completed(self.value)
        self.cursor_position = len(self.value)


class DatasetChooser(Dialog[Dataset]):
    """First a source, then the dataset dialog on it; dismisses with the dataset that was loaded there.

    Escape gives up what is being read; the next one goes back.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back"),
        Binding("ctrl+c", "back", "back", show=False, priority=True),  # the line would copy
        Binding("tab,shift+tab", "stay", "stay", show=False),  # nothing else takes keys
    ]
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
            yield Lines(id="about")
            yield Lines(id="hint")

    def on_mount(self) -> None:
        source = self.query_one("#source", Input)
        source.cursor_blink = False
        self._offer("")
        self._about("")
        source.focus()
        unread, self._host.unread = self._host.unread, None
        if unread is not None:
            self._about(_("reading {source}").format(source=visible(unread.source)))
            self._read(Reviewer(unread.source), [unread.options], unread.problem)

    def on_unmount(self) -> None:
        self._beside.cancel()

    def on_resize(self) -> None:
        width = max(20, (self.query_one(Vertical).size.width or 78) - 2)
        keys = (
            ("enter", _("look at it")), ("up down", _("choose")), ("tab", _("complete a path")), ("esc", _("close")),
        )  # fmt: skip
        self.query_one("#hint", Lines).put(key_line(keys, width, theme=self._theme))

    @property
    def _host(self) -> TuitrainApp:
        app: TuitrainApp = self.app  # type: ignore[assignment]
        return app

    @property
    def _names(self) -> OptionList:
        return self.query_one("#names", OptionList)

    @property
    def _present(self) -> str:
        """The source that is trained on now."""
        return self._host.session.snapshot.dataset.source.source

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
        if not word and _is_path(self._present):
            text = self._theme.plain(f" {visible(self._present)}   {_('as it is read now')}")
            self._names.add_option(Option(Content(text), id=f"./{self._present}"))
        for name, meaning in offered:
            if word.partition("?")[0] in name:
                text = self._theme.plain(f" {name:<15} {meaning}")
                self._names.add_option(Option(Content(text), id=name))
        has_names = bool(self._names.option_count) and "/" not in word
        paths = [] if "?" in word else paths_from(typed.strip())[:MOST_PATHS]
        for path in paths:
            if not (has_names and path.endswith("/")) and not (not word and path == self._present):
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
        """Read the table, or a large one's first rows, in a thread; then show them in the dialog."""
        if not source:
            return
        if _reads_the_terminal(source):
            text = _("{source} is the keyboard here; save the table as a file, and name that")
            self._about(text.format(source=source), "bad")
            return
        if _is_path(source) and is_directory(source):
            self._open_directory(source)
            return
        self._about(_("reading {source}").format(source=visible(source)))
        self._read(Reviewer(source), [self._chosen_before(source)])

    def _read(self, reviewer: Reviewer, tried: list[DataOptions], problem: str = "") -> None:
        """Read by the last of the options; `problem` is what was wrong with others."""
        self._beside.begin(
            partial(reviewer.review, tried[-1], rows_at_once(reviewer)),
            partial(self._show, reviewer, tried[-1], said=problem), partial(self._failed, reviewer, tried, problem),
        )  # fmt: skip

    def _chosen_before(self, source: str) -> DataOptions:
        """How the source was read last: in the dialog, else by the training that is shown."""
        dataset = self._host.session.snapshot.dataset.source
        if source in self._host.data_options:
            return self._host.data_options[source]
        if source != dataset.source:
            return DataOptions()
        try:
            return DataOptions.from_mapping(dict(dataset.options))
        except DataError:  # those of another version
            return DataOptions()

    def _open_directory(self, source: str) -> None:
        """List what is in a directory, as if its path had been typed."""
        prompt = self.query_one("#source", Input)
        prompt.value = source if source.endswith("/") else f"{source}/"
        prompt.cursor_position = len(prompt.value)
        prompt.focus()
        has_tables = bool(paths_from(prompt.value))
        text = _("{source} is a directory") if has_tables else _("{source} is a directory without tables")
        self._about(text.format(source=visible(source)))

    def _show(
        self, reviewer: Reviewer, options: DataOptions, first: Review | None, *, problem: str = "", said: str = ""
    ) -> None:  # fmt: skip
        def keep(chosen: DataOptions) -> None:
            self._host.data_options[reviewer.source] = chosen

        def chosen(dataset: Dataset) -> None:
            self._host.data_options[reviewer.source] = DataOptions.from_mapping(dict(dataset.options))
            self.dismiss(dataset)

        self._about("")
        screen = DatasetScreen(reviewer, options, chosen=chosen, keep=keep, first=first, problem=problem, said=said)
        self._host.push_screen(screen)

    def _failed(self, reviewer: Reviewer, tried: list[DataOptions], problem: str, error: BaseException) -> None:
        """Try fewer options: they may be for a file that has changed since, or name a column that there is not."""
        if not isinstance(error, TuitrainError):
            self._about(_("cannot be read: {name}: {error}").format(name=type(error).__name__, error=error), "bad")
            self._host.paint_all()  # a library that panics has written over the screen
            return
        problem = problem or str(error)
        fewer = [options for options in (_about_reading(tried[0]), DataOptions()) if options not in tried]
        if fewer:
            self._read(reviewer, [*tried, fewer[0]], problem)
        elif reviewer.is_text and reviewer.size:
            self._show(reviewer, tried[0], None, problem=problem)  # it can be mended there
        else:
            self._about(problem, "bad")

    def _about(self, text: str, style: str = "bold") -> None:
        width = max(20, self.query_one("#about").size.width or 74)
        rows = wrapped(self._theme.plain(visible(text, 400)), width)
        rows = shortened(rows, ABOUT_LINES, width, theme=self._theme)
        self.query_one("#about", Lines).put(*([(row, self._theme.styles[style])] for row in rows))

    def action_stay(self) -> None:
        """Keep the focus where keys act."""

    def action_back(self) -> None:
        """Give up what is read; else go out."""
        if self._beside.cancel():
            self._about(_("given up"))
        else:
            self.dismiss(None)


def _source_of(option: Option) -> str:
    """What a line of the list stands for: a name, or a path, whose id has a mark before it."""
    return str(option.id).removeprefix("./")


def _about_reading(options: DataOptions) -> DataOptions:
    """Those of the options that say how a file is read."""
    given = options.to_mapping()
    return DataOptions.from_mapping({name: given[name] for name in given if DATA_FIELDS[name].group == READING})


def _is_path(source: str) -> bool:
    """Whether a source is no bundled and no generated name."""
    return source not in BUNDLED and source.partition("?")[0] not in RECIPES


def _reads_the_terminal(source: str) -> bool:
    """Whether reading it would take the keys from the screen."""
    try:
        return source == "-" or Path(source).expanduser().is_char_device()
    except (OSError, RuntimeError, ValueError):
        return False  # reading it says what is wrong
