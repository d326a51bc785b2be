"""The application: the terminal's looks, the Train screen on a session, and a clean end whatever ends it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.screen import Screen

from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.session import Reset, SetHyperparameter, Start
from tuitrain.session.snapshot import Snapshot
from tuitrain.ui.terminal.driver import PromptDriver
from tuitrain.ui.terminal.screen_diff import Painted, Update
from tuitrain.ui.theme import Theme, theme_of
from tuitrain.ui.train.screen import TrainScreen

if TYPE_CHECKING:
    from tuitrain.search.manual_study import ManualStudies
    from tuitrain.session.search import SearchSession

ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
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


class TuitrainApp(App[None], inherit_bindings=False):
    """Shows one session until the user leaves, a signal arrives, or training ends with `quit_when_done`.

    With `search`, the Search screen is opened with it filled in; `jobs` processes search. `rescue` saves what is in no
    file; it is called here only where the caller of `run` does not get to it.

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
    ENABLE_COMMAND_PALETTE = False  # ours is made from the key table

    def __init__(
        self, session: Any, theme: Theme | None = None, *, start: bool = False, quit_when_done: bool = False,
        handle_signals: bool = False, search: SearchAsked | None = None, jobs: int | None = None,
        rescue: Callable[[], object] = lambda: None,
    ) -> None:  # fmt: skip
        self.look = theme or theme_of()  # the CSS variables are asked for by the base class
        super().__init__(driver_class=PromptDriver, ansi_color=True)
        self.session = session
        self.theme = "ansi-dark"  # the terminal's own colours, dark or light
        self.animation_level = "none"
        self.crash: Exception | None = None
        self.ended_by_signal = 0
        self.is_left_unasked = False
        self.painted = Painted()
        self._start = start
        self._quit_when_done = quit_when_done
        self._search, self._jobs = search, jobs
        self._search_screen: Screen[Any] | None = None
        self.search_session: SearchSession | None = None
        self._kept = 0
        self._handle_signals = handle_signals
        self._rescue = rescue

    @cached_property
    def _studies(self) -> ManualStudies:
        from tuitrain.search.manual_study import ManualStudies  # noqa: PLC0415 - not needed for the first paint

        return ManualStudies()

    @property
    def by_hand(self) -> ManualStudies:
        """The trainings that the session has written down until now; they are search too."""
        self._studies.take(self.session.finished)
        return self._studies

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return self.look.css_variables

    def get_default_screen(self) -> Screen[Any]:
        return TrainScreen(
            self.session, self.look, leave=self.leave, start=self._start, quit_when_done=self._quit_when_done,
            open_search=self.open_search, observe=self._keep_finished,
        )  # fmt: skip

    def _keep_finished(self, snapshot: Snapshot) -> None:
        """Keep the trainings that have ended in studies, as soon as a frame tells that there are more of them."""
        if snapshot.finished != self._kept:
            self._kept = snapshot.finished
            self.by_hand  # noqa: B018 - takes them in

    def close_by_hand(self) -> None:
        """Keep what was trained by hand, after the session was closed; waits for it."""
        if self.session.finished:
            self.by_hand.close()

    def open_search(self) -> None:
        """Show the Search screen, which is made when it is first asked for."""
        if self._search_screen is None:
            from tuitrain.session.search import SearchSession  # noqa: PLC0415 - not needed for the first paint
            from tuitrain.ui.search.screen import SearchScreen  # noqa: PLC0415 - not needed for the first paint

            self.search_session = SearchSession(jobs=self._jobs)
            self._search_screen = SearchScreen(
                self.search_session,
                self.session,
                self.look,
                leave=self.leave,
                adopt=self._adopt,
                begin=self._search,
                by_hand=lambda: self.by_hand,
            )
            self.install_screen(self._search_screen, "search")
        self.push_screen("search")

    def _adopt(self, hyperparameters: Hyperparameters, start: bool) -> None:
        """Take a trial's hyperparameters into the Train form; with `start`, train them there from the beginning."""
        now = self.session.snapshot
        for name, (value, _) in hyperparameters.differences(now.hyperparameters).items():
            self.session.send(SetHyperparameter(name, value))
        if start:
            self.session.send(Reset())
            self.session.send(Start())
            self.pop_screen()

    def on_mount(self) -> None:
        if self._search is not None:
            self.call_after_refresh(self.open_search)
        if self._handle_signals:
            for number in ENDING_SIGNALS:  # not the event loop's: those work neither while it waits nor after it
                signal.signal(number, lambda number, frame: self.end_by(number))

    def on_resize(self) -> None:
        self.painted.forget()

    def paint_all(self) -> None:
        """Write the whole screen anew: something else has written on it."""
        self.painted.forget()
        self.refresh(layout=True)

    def _display(self, screen: Screen[Any], renderable: Update) -> None:
        """Write only what the terminal does not show already; what is not written now is not remembered either."""
        is_written = self._running and not self._closed and not self._batch_count and self._driver is not None
        update: Any = self.painted.changed(renderable) if is_written else renderable
        super()._display(screen, update)

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
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(self.leave)

    def _end_now(self) -> None:
        """Save what is in no file, and be gone."""
        self._rescue()
        os._exit(128 + self.ended_by_signal)

    def leave(self) -> None:
        """End the application; training waits meanwhile, or the closing would have to wait for its turns."""
        self.session.hold(GRACE)
        self.exit()

    def leave_unasked(self) -> None:
        """End the application where there is no room for the question whether to save; the caller of `run` saves."""
        self.is_left_unasked = True
        self.leave()

    def _fatal_error(self) -> None:
        """Keep the error for the caller, who says it in one line after the terminal is restored.

        What breaks while the screen is being taken down, as a dialog that was just opened, broke nothing.
        """
        if not self._exit:
            self.crash = self._exception
        self._close_messages_no_wait()
