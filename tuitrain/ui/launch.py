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
    from tuitrain.ui.app import SearchAsked

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
    dataset: Dataset | tuple[str, Callable[[], Dataset]], hyperparameters: Hyperparameters, *, start: bool = False,
    quit_when_done: bool = False,
    make_session: Callable[[Dataset, Hyperparameters], TrainingSession] | None = None,
    search: SearchAsked | None = None, jobs: int | None = None, pace: float = 0.0, place: RunPlace | None = None,
    resumed: Resumed | None = None, changes: Mapping[str, Any] | None = None,
    runs_folder: Path = Path("runs"),
) -> Outcome:  # fmt: skip
    """Show the Train screen until the user leaves, or until training ends with `quit_when_done`.

    A `dataset` may be a source and what loads it, which is done while the screen is shown already; what that raises is
    raised here. `pace` is how many epochs a second are trained at most; 0: as many as can be. Trainings are kept as
    runs in `place`, and the first continues what was `resumed`, with these `changes` of its hyperparameters.

    What is trained is written where a signal or a crash ends it.

    Raises
    ------
    RunError
        where there is no terminal, or when the screen broke: the terminal is restored, and the traceback is in the file
        that the environment variable TUITRAIN_LOG names, if it is set.
    """
    check_terminal(prints_result=quit_when_done)
    terminals = [stream for stream in (1, 2) if os.isatty(stream)]
    gc.disable()  # nothing made until the first paint is garbage; the screen collects again from then on
    for name, value in TEXTUAL_SETTINGS.items():
        os.environ.setdefault(name, value)
    for name in ("COLUMNS", "LINES"):  # exported by some shells, and wrong after the first resize
        os.environ.pop(name, None)
    from tuitrain.session.commands import End, SetHyperparameter, SetPace  # noqa: PLC0415
    from tuitrain.ui.app import TuitrainApp  # noqa: PLC0415 - see above
    from tuitrain.ui.rescue import Rescue  # noqa: PLC0415

    if make_session is None:
        from tuitrain.session.training import TrainingSession  # noqa: PLC0415

        make_session = partial(TrainingSession, place=place, resumed=resumed)
    sys.setswitchinterval(SWITCH_SECONDS)

    def begin(loaded: Dataset) -> TrainingSession:
        session = make_session(loaded, hyperparameters)
        if pace:
            session.send(SetPace(pace))
        for name, value in (changes or {}).items():
            session.send(SetHyperparameter(name, value))
        return session

    source, load = dataset if isinstance(dataset, tuple) else ("", None)
    session = None if isinstance(dataset, tuple) else begin(dataset)
    app = TuitrainApp(
        session, start=start, quit_when_done=quit_when_done, handle_signals=True, search=search, jobs=jobs,
        rescue=(lambda: None) if session is None else Rescue(session),
        load=None if load is None else (source, lambda: begin(load())), runs_folder=runs_folder,
    )  # fmt: skip
    crash: BaseException | None = None
    try:
        app.run()
        session = app.session
        crash = app.crash or (session.failure if quit_when_done and app.is_loaded else None)
    except BaseException as error:
        crash = error
        raise
    finally:
        gc.enable()
        session = app.session
        if app.is_loaded:
            if crash is not None or app.ended_by_signal or app.is_left_unasked:
                _tell(Rescue(session)(), terminals)
            elif session.snapshot.is_running:
                session.send(End("stop"))  # the user has left it
            session.close()
        if problem := app.close_by_hand():
            _tell(problem, terminals)
        if app.search_session is not None:
            app.search_session.close()
    if app.failure is not None:
        raise app.failure
    if crash is not None:
        what = _("training broke") if session is not None and crash is session.failure else _("the screen broke")
        raise RunError(_report(crash, what)) from crash
    searched = app.search_session
    study = searched.snapshot.study if searched is not None else None
    return Outcome(session, app.ended_by_signal, study, searched is not None and searched.snapshot.unfinished is None)


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
