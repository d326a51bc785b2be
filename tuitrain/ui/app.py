"""The application: the rooms on a session, and a clean end whatever ends it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from tuitrain.errors import DataError, TuitrainError
from tuitrain.ui.last_checkpoint import LastCheckpoint
from tuitrain.ui.screens import ROOMS, SCREENS
from tuitrain.ui.terminal.application import TerminalApp
from tuitrain.ui.theme import Theme, theme_of

if TYPE_CHECKING:
    from tuitrain.data.dataset import Dataset
    from tuitrain.options.data_options import DataOptions
    from tuitrain.session.search import SearchSession
    from tuitrain.session.training import TrainingSession
    from tuitrain.ui.data.to_load import RefusedSource, ToLoad
    from tuitrain.ui.inspect.lab_marks import LabMarks
    from tuitrain.ui.widgets.pane_screen import AskedWord, PlacedScreen

# Those that end a process unless it handles them, and leave it able to; not those of a fault, as SIGSEGV, which do not.
ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
OTHER_ENDING_SIGNALS = (
    signal.SIGQUIT, signal.SIGABRT, signal.SIGALRM, signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU, signal.SIGVTALRM,
    signal.SIGPROF,
)  # fmt: skip
GRACE = 3.0  # seconds that the terminal may take to be restored after a signal


@dataclass(frozen=True)
class SearchAsked:
    """A search that was asked for on the command line: texts of the form's entries, or a study to go on with.

    `tried` are the user's own trials, `seed` and `batch` settings, for the search that is begun first: the form holds
    none of them.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    resume: Path | None = None
    tried: tuple[Mapping[str, Any], ...] = ()
    seed: int = 0
    batch: int = 0


class TuitrainApp(TerminalApp, inherit_bindings=False):
    """Shows one session until the user leaves, a signal arrives, or training ends with `quit_when_done`.

    With `load`, there is no `session` yet: its dataset is loaded behind a screen that says so, and `begin` makes a
    session of it. Where that fails, the application ends with its `failure`, unless there is another dataset,
    `instead`: then a session on that begins, and the dataset dialog is opened on what could not be trained on. With
    `search`, the Search screen is opened with it filled in; `jobs` processes search. `start` starts that search, or,
    where none is asked for or the user searches by hand, the training. `runs_folder` is where the
    Runs screen looks. `at_end` writes the last checkpoint; it is called here only where the caller of `run` does not
    get to it.

    `crash` holds what broke the screen, `ended_by_signal` the signal's number; `is_left_unasked` says that nobody could
    be asked whether to save.
    """

    TITLE = "tuitrain"
    CSS = """
    OptionList { text-wrap: nowrap; text-overflow: ellipsis; }
    OptionList > .option-list--option-highlighted, OptionList:focus > .option-list--option-highlighted {
        color: $chosen; background: $chosen-background; text-style: $chosen-style;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+z", "suspend_process", priority=True)]  # in dialogs too
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        "loading": SCREENS["loading"].make, **{room.name: room.make for room in ROOMS}
    }  # fmt: skip

    def __init__(
        self, session: TrainingSession | None, theme: Theme | None = None, *, start: bool = False,
        quit_when_done: bool = False,
        handle_signals: bool = False, search: SearchAsked | None = None, jobs: int | None = None,
        at_end: Callable[[], object] = lambda: None, load: ToLoad | None = None,
        begin: Callable[[Dataset], TrainingSession] | None = None, instead: Callable[[], Dataset] | None = None,
        runs_folder: Path = Path("runs"),
    ) -> None:  # fmt: skip
        self.look = theme or theme_of()  # the CSS variables are asked for by the base class
        is_by_hand = search is None or search.texts.get("strategy") == "manual"
        is_search_first = search is not None and not (start and is_by_hand)
        self._first = "search" if is_search_first else "train"  # an early key must reach the room asked for
        super().__init__(first=self._first if load is None else "loading")
        none_yet: Any = session  # while it is loaded
        self.session: TrainingSession = none_yet
        self.to_load, self._begin, self._instead = load, begin, instead
        self.unread: RefusedSource | None = None  # what the dataset dialog is to be opened on
        self.runs_folder = runs_folder
        self.ended_by_signal = 0
        self.is_left_unasked = False
        self.failure: BaseException | None = None
        self.starts_training, self.starts_search = start and is_by_hand, start and not is_by_hand
        self.quit_when_done = quit_when_done
        self.asked, self._jobs = search, jobs
        self.search_session: SearchSession | None = None
        self.data_options: dict[str, DataOptions] = {}  # how each source was read last in the dataset dialog
        self._handle_signals = handle_signals
        self._at_end = at_end

    @cached_property
    def lab(self) -> LabMarks:
        """What the A│B lab remembers, made when it is first opened."""
        from tuitrain.ui.inspect.lab_marks import LabMarks  # noqa: PLC0415 - not needed for the first paint

        return LabMarks()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return self.look.css_variables

    @property
    def jobs(self) -> int:
        """How many processes search."""
        from tuitrain.engine.threads import usable_cores  # noqa: PLC0415 - not needed for the first paint

        return usable_cores() if self._jobs is None else self._jobs

    @property
    def searcher(self) -> SearchSession:
        """The session that searches, made when it is first asked for."""
        if self.search_session is None:
            from tuitrain.session.search import SearchSession  # noqa: PLC0415 - not needed for the first paint

            self.search_session = SearchSession(jobs=self._jobs, folder=self.runs_folder)
        return self.search_session

    def show(self, name: str, answered: Callable[[Any], None] = lambda answer: None) -> None:
        """Show a screen of `SCREENS`: a room, or over the one that is shown a dialog, whose answer is handed on."""
        place = SCREENS[name]
        if place.digit:
            self.switch_mode(name)
            return
        dialog: Callable[[Theme], Screen[Any]] = place.load()
        room: Any = self.screen
        opened: PlacedScreen = room
        opened.open(dialog(self.look), answered)

    def explain(self, asked: AskedWord) -> None:
        """Show the page of a word over the screen that is shown."""
        page: Callable[..., Screen[Any]] = SCREENS["word"].load()
        room: Any = self.screen
        opened: PlacedScreen = room
        opened.open(page(self.look, asked, opened), lambda answer: None)

    def key_comes(self) -> None:
        """Tell the room of each key before anything else gets it."""
        tell: Callable[[], None] = getattr(self.screen, "key_pressed", lambda: None)
        tell()

    def on_mount(self) -> None:
        if self.is_loaded:
            self._show_search()

    def _show_search(self) -> None:
        if self.asked is not None and self.current_mode != "search":
            self.call_after_refresh(self.show, "search")

    @property
    def is_loaded(self) -> bool:
        """Whether there is a session."""
        return self.session is not None

    def take_dataset(self, dataset: Dataset) -> None:
        """Begin a session on what was loaded, and show the room that was asked for."""
        assert self._begin is not None
        self.session = self._begin(dataset)
        self._at_end = LastCheckpoint(self.session)
        self.switch_mode(self._first)
        self._show_search()

    def take_failure(self, error: BaseException) -> None:
        """Let what could not be loaded be mended in the dataset dialog; else end with the error."""
        from tuitrain.ui.data.to_load import RefusedSource  # noqa: PLC0415 - not needed for the first paint

        load, instead = self.to_load, self._instead
        if load is None or instead is None or not isinstance(error, DataError):
            self.failure = error
            self.exit()
            return
        self._instead, self.starts_training = None, False
        try:
            self.take_dataset(instead())
        except TuitrainError:  # these hyperparameters are for other data
            self.failure = error
            self.exit()
            return
        self.unread = RefusedSource(load.source, load.options, str(error))
        self.call_after_refresh(self.show_dataset)

    def show_dataset(self) -> None:
        """Open the dataset dialog over the room that is shown."""
        room: Any = self.screen
        room.action_dataset()

    def on_load(self) -> None:
        """Handle signals before the terminal is taken: one that comes during the first paint must restore it too."""
        if self._handle_signals:
            unused = (number for number in OTHER_ENDING_SIGNALS if signal.getsignal(number) is signal.SIG_DFL)
            for number in (*ENDING_SIGNALS, *unused):  # another is a profiler's, say, or to be ignored
                # not the event loop's handlers: those work neither while it waits nor after it
                signal.signal(number, lambda number, frame: self.end_by(number))

    def end_by(self, number: int) -> None:
        """Leave as after a key, from any thread; where the terminal is gone and does not let us, end all the same.

        Often there are two signals, one of them while the first is obeyed: the terminal's and the shell's.
        """
        if self.ended_by_signal:
            return
        self.ended_by_signal = int(number)
        last = threading.Timer(GRACE, self._end_now)
        last.daemon = True
        last.start()
        self.call_from_anywhere(self.leave)

    def _end_now(self) -> None:
        """Write the last checkpoint, and be gone."""
        self._at_end()
        os._exit(128 + self.ended_by_signal)

    def leave(self) -> None:
        """End the application; training waits meanwhile, or the closing would have to wait for its turns."""
        if self.is_loaded:
            self.session.hold(GRACE)
        self.exit()

    def leave_unasked(self) -> None:
        """End the application where there is no room for the question how to; the caller of `run` does what is left."""
        self.is_left_unasked = True
        self.leave()
