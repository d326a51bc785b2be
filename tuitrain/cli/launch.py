"""`tuitrain launch`: the screen."""

from __future__ import annotations

import gc
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuitrain.cli.completion import complete_datasets, complete_runs_and_studies
from tuitrain.cli.options import (
    check_data,
    data_options,
    hyperparameter_options,
    load,
    read_jobs,
    read_options,
    search_options,
)
from tuitrain.cli.output import tell
from tuitrain.cli.run_options import RunAsked, resumed_run, run_options
from tuitrain.cli.train import end, shown_path
from tuitrain.cli.translated import command, option
from tuitrain.errors import DataError, DataOptionError
from tuitrain.text import visible
from tuitrain.translation import gettext as _

LARGE = 100_000  # bytes of a file that is read behind the screen
GIVEN_UP = 130  # as a program that is interrupted

if TYPE_CHECKING:
    from tuitrain.data.dataset import Dataset
    from tuitrain.data.progress import Progress
    from tuitrain.options.hyperparameters import Hyperparameters
    from tuitrain.session.continuation import Resumed
    from tuitrain.ui.app import SearchAsked
    from tuitrain.ui.data.to_load import ToLoad


@command()
@click.argument("dataset", required=False, shell_complete=complete_datasets)
@data_options
@lambda function: hyperparameter_options(function, has_search=True)
@option(
    "--search",
    "strategy",
    metavar="STRATEGY",
    help="Open the Search screen: manual, grid, random, bayesian; fields then take ranges, as in `tuitrain search`.",
)
@search_options(with_strategy=False)
@run_options
@option(
    "--resume",
    metavar="RUN",
    shell_complete=complete_runs_and_studies,
    help="Continue a run; a study on the Search screen. A name or a path.",
)
@option(
    "--pace",
    type=click.FloatRange(0),
    default=0.0,
    metavar="EPOCHS",
    help="Train at most so many epochs a second, to watch; the keys < and > change it [as many as can be].",
)
@option("--start", is_flag=True, help="Start the training at once; with --search, the search.")
@option("--quit-when-done", is_flag=True, help="Leave when training ends, and print what `train` prints.")
@option("--json", "as_json", is_flag=True, help="With --quit-when-done: print one JSON object.")
def launch(
    start: bool, quit_when_done: bool, as_json: bool, strategy: str | None, resume: str | None,
    pace: float, **options: Any,
) -> int:  # fmt: skip
    """Open the screen on DATASET (iris, unless one is named): train, watch, change hyperparameters.

    DATASET is a bundled or generated name, or a file; see `tuitrain datasets`. Press ? on the screen for all keys.
    """
    _start_quickly()
    if not math.isfinite(pace):
        raise click.UsageError(_("--pace {pace}: is not a number of epochs per second").format(pace=pace))
    kept = RunAsked.of(options)
    jobs = read_jobs(options)
    asked: SearchAsked | None = None
    resumed: Resumed | None = None
    if strategy is None and any(options[name] not in {None, ()} for name in ("tried", "search_seed", "batch")):
        raise click.UsageError(
            _("--try, --search-seed and --batch go with --search, or with `tuitrain search --resume`")
        )
    study: Path | None = None
    changes: dict[str, Any] = {}
    if resume is not None:
        study, resumed, changes = _to_resume(resume, kept, options)
    if quit_when_done and (study is not None or strategy not in {None, "manual"}):
        raise click.UsageError(_("--quit-when-done leaves when a training ends; to search and leave: tuitrain search"))
    data: dict[str, Any] = {}
    if resumed is not None:
        hyperparameters = resumed.hyperparameters
    elif strategy is None and study is None:
        hyperparameters, data = read_options(options)
    else:
        hyperparameters, data, asked = _search_asked(strategy, study, options)
    from tuitrain.ui.launch import check_terminal, run  # noqa: PLC0415

    check_terminal(prints_result=quit_when_done)
    outcome = run(
        _now_or_behind(data) if resumed is None else resumed.dataset, hyperparameters, start=start,
        quit_when_done=quit_when_done, search=asked, jobs=jobs, pace=pace, place=kept.place(), resumed=resumed,
        changes=changes, runs_folder=kept.folder,
    )  # fmt: skip
    if outcome.study is not None:
        tell(_study_line(outcome.study, is_through=outcome.is_through))
    if outcome.signal:
        return 128 + outcome.signal
    if quit_when_done and outcome.session is not None:
        return end(outcome.session, as_json=as_json)
    if outcome.session is None:
        return GIVEN_UP
    if outcome.session.kept_in is not None:
        tell(_("run kept in {run}").format(run=shown_path(outcome.session.kept_in)))
    return 0


def _to_resume(
    given: str, kept: RunAsked, options: dict[str, Any]
) -> tuple[Path | None, Resumed | None, dict[str, Any]]:
    """Return the study to open, or the training to continue with the changes that are given."""
    from tuitrain.cli.search import find_study  # noqa: PLC0415
    from tuitrain.search.study.study_file import NAME  # noqa: PLC0415

    study = find_study(given, kept.folder)
    if (study / NAME).is_file():
        return study, None, {}
    return None, *resumed_run(given, kept, options)


def _now_or_behind(data: dict[str, Any]) -> Dataset | ToLoad:
    """Return the dataset; of a large file, what loads it, so that the screen is shown before.

    What is wrong with a small file is told on the screen too, where it can be mended.
    """
    source = data.get("dataset") or "iris"
    size = _file_size(source)
    if size is not None and size >= LARGE:
        return _behind(source, data)
    try:
        return load(data, default="iris")
    except DataOptionError:
        raise
    except DataError:
        if size is None:
            raise
        return _behind(source, data)


def _behind(source: str, data: dict[str, Any]) -> ToLoad:
    from tuitrain.data.loading import load_dataset  # noqa: PLC0415
    from tuitrain.ui.data.to_load import ToLoad  # noqa: PLC0415

    options = {name: value for name, value in data.items() if name != "dataset"}

    def read(progress: Progress) -> Dataset:
        return load_dataset(source, allow_stdin=False, progress=progress, **options)

    return ToLoad(source, check_data(data), read)


def _file_size(source: str) -> int | None:
    """The bytes of a file; None for what is none."""
    from tuitrain.data.catalog import BUNDLED  # noqa: PLC0415

    try:
        found = Path(source).expanduser()
        return found.stat().st_size if source not in BUNDLED and found.is_file() else None
    except (OSError, RuntimeError, ValueError):
        return None  # reading it says what is wrong


def _study_line(path: Path, *, is_through: bool) -> str:
    """Say where a search is kept, and how to continue it."""
    from tuitrain.runs.run import BEST  # noqa: PLC0415 - a search has loaded it

    study, model = visible(path, 1000), path / BEST
    kept = _(", model: {model}").format(model=visible(model, 1000)) if model.exists() else ""
    return (
        _("study: {study}{kept}").format(study=study, kept=kept)
        if is_through
        else _("study: {study} (to continue: tuitrain search --resume {study})").format(study=study)
    )


def _search_asked(
    strategy: str | None, resume: Path | None, options: dict[str, Any]
) -> tuple[Hyperparameters, dict[str, Any], SearchAsked]:
    """Return what the Train screen starts with, and the Search screen's form filled from the options or a study."""
    from tuitrain.ui.app import SearchAsked  # noqa: PLC0415

    if resume is not None:
        from tuitrain.search.study.opening import find_source  # noqa: PLC0415
        from tuitrain.search.study.study import Study  # noqa: PLC0415

        study = Study(resume)
        data = {**study.source.options, "dataset": find_source(study, study.source.source)}
        return study.space.base, data, SearchAsked(resume=resume)
    from tuitrain.cli.search import read_search  # noqa: PLC0415
    from tuitrain.ui.search.entries import texts_of  # noqa: PLC0415

    space, settings, tried, data = read_search({**options, "strategy": strategy}, 1)
    texts = texts_of(space, settings)
    if not settings.metric:
        del texts["metric"]  # the form has the usual one of the task
    return space.base, data, SearchAsked(texts, tried=tuple(tried), seed=settings.seed, batch=settings.batch)


def _start_quickly() -> None:
    """Speed up the first paint: no garbage collection while modules load, and a single BLAS thread.

    The screen turns the collector on again; OpenBLAS makes its threads when a wide network asks for them.
    """
    gc.disable()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
