"""From a dataset to the screen and back: what `tuitrain launch` calls.

Nothing here imports Textual before `run` has said what it needs of it: frames and the Escape key without delay.
"""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuitrain.errors import RunError
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.data.dataset import Dataset
    from tuitrain.options.hyperparameters import Hyperparameters
    from tuitrain.session.continuation import Resumed
    from tuitrain.session.keeping import RunPlace
    from tuitrain.session.training import TrainingSession
    from tuitrain.ui.app import SearchAsked, TuitrainApp
    from tuitrain.ui.data.to_load import ToLoad

INSTEAD = "iris"  # is shown behind the dataset dialog, where what was asked for cannot be trained on as it is
LOG_VARIABLE = "TUITRAIN_LOG"
SWITCH_SECONDS = 0.001  # how long the drawing thread waits for its turn beside a running training (Python: 0.005)
# Read by Textual when it is imported: a key is answered within one frame, and Escape is told from an escape sequence
# sooner than after its usual tenth of a second.
TEXTUAL_SETTINGS = {"TEXTUAL_FPS": "400", "ESCDELAY": "15"}


@dataclass(frozen=True)
class Outcome:
    """How the screen ended: `session` is closed and can be asked for its model; `signal` is 0, or what ended it.

    `session` is None where the screen was left before the data was read. `study` is that of the search on the screen,
    if there was one, and `is_through` says whether it was left at its end.
    """

    session: TrainingSession | None
    signal: int = 0
    study: Path | None = None
    is_through: bool = False


def check_terminal(environment: Mapping[str, str] | None = None, *, prints_result: bool = False) -> None:
    """Say what to use instead where there is no terminal to draw on.

    The screen is drawn on standard error or, where that is a pipe or a file, on standard output; with `prints_result`
    the latter may be a pipe or a file instead.

    Raises
    ------
    RunError
        on a pipe and on a dumb terminal.
    """
    term = (os.environ if environment is None else environment).get("TERM", "")
    if term == "dumb" or not term:
        text = _("launch needs a terminal that can place text (TERM is {term!r}); use: tuitrain train")
        raise RunError(text.format(term=term))
    stdin, stdout, stderr = (stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
    if not stdin or not (stdout or (prints_result and stderr)):
        raise RunError(_("launch draws on a terminal, and this is a pipe or a file; use: tuitrain train"))


def run(
    dataset: Dataset | ToLoad, hyperparameters: Hyperparameters, *, start: bool = False,
    quit_when_done: bool = False,
    make_session: Callable[[Dataset, Hyperparameters], TrainingSession] | None = None,
    search: SearchAsked | None = None, jobs: int | None = None, pace: float = 0.0, place: RunPlace | None = None,
    resumed: Resumed | None = None, changes: Mapping[str, Any] | None = None,
    runs_folder: Path = Path("runs"),
) -> Outcome:  # fmt: skip
    """Show the Train screen until the user leaves, or until training ends with `quit_when_done`.

    A `dataset` that is still to be loaded is loaded while the screen is shown already. What that raises is raised here,
    if it cannot be mended in the dataset dialog, or if nobody is asked: with `quit_when_done` or `search`. `pace` is
    how many epochs a second are trained at most; 0: as many as can be. Trainings are kept as runs in `place`, and the
    first continues what was `resumed`, with these `changes` of its hyperparameters.

    What is trained is written where a signal or a crash ends it.

    Raises
    ------
    RunError
        where there is no terminal, or when the screen broke: the terminal is restored, and the traceback is in the file
        that the environment variable TUITRAIN_LOG names, if it is set.
    """
    check_terminal(prints_result=quit_when_done)
    _prepare()
    from tuitrain.session.commands import SetHyperparameter, SetPace  # noqa: PLC0415
    from tuitrain.ui.app import TuitrainApp  # noqa: PLC0415 - see above
    from tuitrain.ui.data.to_load import ToLoad  # noqa: PLC0415
    from tuitrain.ui.last_checkpoint import LastCheckpoint  # noqa: PLC0415

    if make_session is None:
        from tuitrain.session.training import TrainingSession  # noqa: PLC0415

        make_session = partial(TrainingSession, place=place, resumed=resumed)

    def begin(loaded: Dataset) -> TrainingSession:
        session = make_session(loaded, hyperparameters)
        if pace:
            session.send(SetPace(pace))
        for name, value in (changes or {}).items():
            session.send(SetHyperparameter(name, value))
        return session

    def instead() -> Dataset:
        from tuitrain.data.loading import load_dataset  # noqa: PLC0415

        return load_dataset(INSTEAD)

    load = dataset if isinstance(dataset, ToLoad) else None
    session = begin(dataset) if not isinstance(dataset, ToLoad) else None
    app = TuitrainApp(
        session, start=start, quit_when_done=quit_when_done, handle_signals=True, search=search, jobs=jobs,
        at_end=(lambda: None) if session is None else LastCheckpoint(session),
        load=load, begin=begin, instead=None if quit_when_done or search is not None else instead,
        runs_folder=runs_folder,
    )  # fmt: skip
    _show(app, quit_when_done=quit_when_done)
    searched = app.search_session
    study = searched.snapshot.study if searched is not None else None
    is_searched = searched is not None and searched.snapshot.unfinished is None
    return Outcome(app.session, app.ended_by_signal, study, is_searched)


def _prepare() -> None:
    """Set what has to be so before Textual is imported."""
    gc.disable()  # nothing made until the first paint is garbage; the screen collects again from then on
    for name, value in TEXTUAL_SETTINGS.items():
        os.environ.setdefault(name, value)
    for name in ("COLUMNS", "LINES"):  # exported by some shells, and wrong after the first resize
        os.environ.pop(name, None)
    sys.setswitchinterval(SWITCH_SECONDS)


def _show(app: TuitrainApp, *, quit_when_done: bool) -> None:
    """Run the application, end its sessions, and raise what has ended it, if that is no way to end."""
    terminals = [stream for stream in (1, 2) if os.isatty(stream)]
    crash: BaseException | None = None
    try:
        app.run()
        crash = app.crash or (app.session.failure if quit_when_done and app.is_loaded else None)
    except BaseException as error:
        crash = error
        raise
    finally:
        gc.enable()
        _close(app, terminals, is_cut_short=crash is not None)
    if app.failure is not None:
        raise app.failure
    if crash is not None:
        what = _("training broke") if app.is_loaded and crash is app.session.failure else _("the screen broke")
        raise RunError(_report(crash, what)) from crash


def _close(app: TuitrainApp, terminals: Sequence[int], *, is_cut_short: bool) -> None:
    """End the sessions; after a crash, a signal or on too small a terminal, write the last checkpoint first."""
    from tuitrain.session.commands import End  # noqa: PLC0415 - not needed for the first paint
    from tuitrain.ui.last_checkpoint import LastCheckpoint  # noqa: PLC0415

    if app.is_loaded:
        if is_cut_short or app.ended_by_signal or app.is_left_unasked:
            _tell(LastCheckpoint(app.session)(), terminals)
        elif app.session.snapshot.is_running:
            app.session.send(End("stop"))  # the user has left it
        app.session.close()
    if app.search_session is not None:
        if is_cut_short or app.ended_by_signal:
            app.search_session.send(End("interrupt"))
        app.search_session.close()


def _tell(line: str, terminals: Sequence[int]) -> None:
    """Say it below the restored screen; what is written to a terminal that is gone goes nowhere from now on."""
    for stream in terminals:
        if not os.isatty(stream):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    if line:
        print(f"tuitrain: {line}", file=sys.stderr, flush=True)


def _report(error: BaseException, what: str) -> str:
    """One line about `what` broke; the traceback goes to the log file if one was asked for."""
    line = f"{what}: {type(error).__name__}: {error}".splitlines()[0]
    log = os.environ.get(LOG_VARIABLE)
    if not log:
        return _("{line} (set {variable}=FILE to keep the traceback)").format(line=line, variable=LOG_VARIABLE)
    with Path(log).expanduser().open("a", encoding="utf-8") as file:
        traceback.print_exception(error, file=file)
    return _("{line} (traceback in {file})").format(line=line, file=log)
