"""`tuitrain search`: headless search."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuitrain.cli.completion import complete_datasets, complete_studies
from tuitrain.cli.options import (
    at_once,
    check_data,
    data_options,
    given_options,
    hyperparameter_options,
    load,
    read_jobs,
    search_options,
    typed_options,
)
from tuitrain.cli.output import tell
from tuitrain.cli.presses import Presses
from tuitrain.cli.run_options import folder_of, runs_dir_option
from tuitrain.cli.translated import command, option
from tuitrain.engine.threads import usable_cores
from tuitrain.errors import RunError, SettingsError, TuitrainError
from tuitrain.options.configuration import read_configuration
from tuitrain.options.data_options import DATA_FIELDS, DATASET, DataOptions
from tuitrain.options.search_settings import OFFERED, read_settings
from tuitrain.text import quoted, visible
from tuitrain.translation import N_
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.data.dataset import Dataset
    from tuitrain.options.search_settings import Settings
    from tuitrain.search.api import SearchResult
    from tuitrain.search.conductor import Conductor
    from tuitrain.search.space.space import Space
    from tuitrain.search.study.study import Study

STOPPING = N_(
    "stopping; what is finished is kept, and the best model is made (Ctrl-C twice within two seconds ends at once)"
)
CONTINUE = N_("tuitrain: to continue: tuitrain search --resume {study}")
_DIRECTORY = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)


@command()
@click.argument("dataset", required=False, shell_complete=complete_datasets)
@search_options()
@option("--dask", metavar="ADDRESS", help="Scheduler of a Dask cluster to train on.")
@runs_dir_option
@option("--name", metavar="NAME", help="Name of the run [dataset, date and time].")
@option("--study", "study_path", type=_DIRECTORY, help="Directory for the study; the next version has only --name.")
@option(
    "--resume",
    metavar="STUDY",
    shell_complete=complete_studies,
    help="Continue a study, a name or a path; strategy and budget may change.",
)
@option("--model", "model_file", type=_FILE, help="Save the best trial's model here too.")
@option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output, nothing else.")
@data_options
@lambda function: hyperparameter_options(function, ranges=True, has_search=True)
def search(
    dataset: str | None, dask: str | None, runs_dir: Path | None, name: str | None, study_path: Path | None,
    resume: str | None, model_file: Path | None, as_json: bool, **options: Any,
) -> int:  # fmt: skip
    """Search for good hyperparameters on DATASET, training many networks at once.

    A hyperparameter that is given a range is searched: 1e-4..1, 16,32,64x32, relu,tanh, 0..0.5:step=0.1, or .. for
    its usual range. With no range, the layers, the activation, the learning rate, the batch size and L2 are.

    The search is kept as a run, a directory, with the best trial's model as best.safetensors. Ctrl-C stops it and makes
    that model; a second Ctrl-C within two seconds, or a kill, only ends it. Nothing is lost, and --resume goes on.
    """
    from tuitrain.runs.model import check_writable  # noqa: PLC0415

    options["dataset"] = dataset
    jobs = read_jobs(options)
    if (options["strategy"] or "").strip().lower() == "manual" and not options["tried"]:
        raise SettingsError(
            _("strategy manual: trials by hand are made on the screen (tuitrain launch), or with --try")
        )
    if model_file is not None:
        check_writable(model_file)
    processes = usable_cores() if jobs is None and dask is None else jobs or 0
    folder = folder_of(runs_dir)
    if resume is not None:
        if study_path is not None or name is not None:
            raise click.UsageError(_("--study names a new study, --resume the one to continue; leave one of them out"))
        study, data = _resumed(find_study(resume, folder), options)
    else:
        parallel = _slots(dask) if jobs is None and dask is not None else processes
        is_asked = study_path is not None  # for this directory, and no other
        study, data = _begun(_new_path(folder, name, study_path), folder, options, max(1, parallel), is_asked=is_asked)
    caught: list[int] = []
    found = _run(study, data, processes, dask, caught)
    if model_file is not None and found.model is not None:
        found.model.save(model_file)
    _report(found, data, as_json=as_json)
    if model_file is not None and found.model is not None:
        tell(_("model saved as {model_file}").format(model_file=visible(model_file)))
    if caught:
        return 128 + caught[0]
    if found.best is None:
        message = next((trial.message for trial in found.trials if trial.message), _("no trial was finished"))
        tell(_("tuitrain: no trial was finished: {message}").format(message=message))
        return 1
    return 0


def read_search(options: dict[str, Any], parallel: int) -> tuple[Space, Settings, list[dict[str, Any]], dict[str, Any]]:
    """Return space, settings, the user's trials and the data options.

    Raises
    ------
    TuitrainError
        if any of them is not allowed.
    """
    from tuitrain.options.hyperparameters import Hyperparameters  # noqa: PLC0415
    from tuitrain.options.search_settings import Settings  # noqa: PLC0415
    from tuitrain.search.space.space import Space  # noqa: PLC0415

    own = {name: value for name, value in options.items() if name != "metric"}  # which is the search's
    given = given_options(own)
    ranges = {**given.space, **_space_file(options.get("space_file"))}
    typed = {name: value for name, value in given.hyperparameters.items() if options.get(name) is not None}
    fixed = {k: v for k, v in given.hyperparameters.items() if k not in typed}
    space, told, _data = at_once(
        lambda: Space({**ranges, **typed}, Hyperparameters.from_mapping(fixed)),
        lambda: _settings(options),
        lambda: check_data(given.data),
    )
    if "seconds" in told or told.get("strategy") == "grid":
        told.setdefault("trials", 0)
    settings = Settings.from_mapping({**told, "parallel": parallel})
    return space, settings, [parse_setting(text, space) for text in options.get("tried", ())], given.data


def parse_setting(text: str, space: Space) -> dict[str, Any]:
    """Parse a setting such as ``learning_rate=.01 hidden_layers=64``, inside the space or outside it.

    Raises
    ------
    TuitrainError
        if a name or value is not known, or the hyperparameter is not searched.
    """
    from tuitrain.search.space.setting import own_setting  # noqa: PLC0415

    pairs = [part.partition("=") for part in text.split()]
    if not pairs or not all(mark for _, mark, _ in pairs):
        raise SettingsError(
            _('trial {text}: write name=value, as "learning_rate=.01 hidden_layers=64"').format(text=quoted(text))
        )
    return own_setting(space, {name: value for name, _, value in pairs})


def _space_file(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    read = read_configuration(path)
    return {**read.hyperparameters, **read.space}


def _settings(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that the options give."""
    told = read_settings(typed_options(OFFERED, options))
    if options.get("quasi"):
        if told.get("strategy", "random") != "random":
            raise click.UsageError(_("--quasi is a kind of random search; leave --strategy out"))
        told["strategy"] = "quasi"
    return told


def find_study(given: str, folder: Path) -> Path:
    """Return the path of a study that is given by its name in a directory of runs, or by its path."""
    from tuitrain.runs.names import run_path  # noqa: PLC0415
    from tuitrain.search.study.study_file import NAME  # noqa: PLC0415

    try:
        named = run_path(folder, given)
        if (named / NAME).is_file() and not (Path(given) / NAME).is_file():
            return named
    except (OSError, TuitrainError):
        pass  # no name
    return Path(given)


def _new_path(folder: Path, name: str | None, study_path: Path | None) -> Path | None:
    """Return where a new study is to be, None where nothing says it."""
    from tuitrain.runs.names import run_path  # noqa: PLC0415

    if name is None or study_path is not None:
        if name is not None:
            raise click.UsageError(_("--name and --study both say where the study is; leave one of them out"))
        return study_path
    try:
        return run_path(folder, name)
    except RunError as error:
        raise click.UsageError(str(error)) from None


def _begun(
    path: Path | None, folder: Path, options: dict[str, Any], parallel: int, *, is_asked: bool
) -> tuple[Study, Dataset]:  # fmt: skip
    """Make a new study, in `folder` where it has no path of its own; elsewhere where that cannot be written.

    With `is_asked` it is made nowhere else.
    """
    from tuitrain.search.study.opening import check_ends, create_study, create_study_or_elsewhere  # noqa: PLC0415

    space, settings, tried, data_given = read_search(options, parallel)
    check_ends(settings, space)
    dataset = load(dict(data_given))
    create = create_study if is_asked else create_study_or_elsewhere
    return create(path or folder, space, settings, dataset, tried=tried, is_folder=path is None), dataset


def _slots(address: str) -> int:
    from tuitrain.search.workers.dask_client import cluster_slots  # noqa: PLC0415 - an extra

    return cluster_slots(address)


def _resumed(path: Path, options: dict[str, Any]) -> tuple[Study, Dataset]:
    """Open a study to continue, with its strategy or budget changed as the options say."""
    from tuitrain.options.hyperparameters import FIELDS  # noqa: PLC0415
    from tuitrain.search.study.opening import change_study, study_dataset  # noqa: PLC0415
    from tuitrain.search.study.study import Study  # noqa: PLC0415

    study = Study(path)
    dataset = study_dataset(study)
    fields = [name for name in FIELDS if name != "metric"]  # `--metric` is the search's
    other = [name for name in (*fields, "space_file", "config", "preset") if options.get(name) is not None]
    other += [name for name in (DATASET.name, *DATA_FIELDS) if not _is_same(name, options.get(name), study, dataset)]
    if other:
        shown = other[0].removesuffix("_file").replace("_", "-")
        raise click.UsageError(
            _("{shown} is part of the study {path} and cannot change; start a new study").format(
                shown=shown, path=visible(path)
            )
        )
    tried = [parse_setting(text, study.space) for text in options["tried"]]
    change_study(study, _settings(options), tried=tried, must_end=True)
    return study, dataset


def _is_same(name: str, given: Any, study: Study, dataset: Dataset) -> bool:
    """Return whether a data option is left out, or repeats what the study was started with."""
    if given in {None, ()}:
        return True
    if name in {"dataset", "test_file"}:
        kept = study.source.source if name == "dataset" else study.source.options.get(name)
        there = kept is not None and Path(study.source.directory, kept).resolve() == Path(given).resolve()
        return bool(given == kept) or there
    if name in {"target", "task"}:
        return bool(given == (dataset.target_name if name == "target" else dataset.task))
    kept = DataOptions.from_mapping(study.source.options)
    return bool(getattr(check_data({name: given}), name) == getattr(kept, name))


def _run(study: Study, dataset: Dataset, jobs: int, dask: str | None, caught: list[int]) -> SearchResult:
    """Search with progress on standard error.

    Ctrl-C stops it, and the best model of what is finished is made. A second one within two seconds ends at once, and
    so do SIGTERM and SIGHUP; the search is paused then, or interrupted.
    """
    conductors: list[Conductor] = []
    presses = Presses()
    stopping, going_on = (  # made before a signal comes
        f"\n{text}\n".encode() for text in (_(STOPPING), _(CONTINUE).format(study=visible(study.path, 1000)))
    )

    def begun(conductor: Conductor) -> None:
        conductors.append(conductor)
        if caught:
            conductor.ask_to_stop()

    def stop(number: int, frame: object) -> None:
        if number != signal.SIGINT or presses.is_second():
            with suppress(Exception):
                if number == signal.SIGINT:
                    study.end("")
                study.close()
            with suppress(OSError):
                os.write(sys.stderr.fileno(), going_on)
            os._exit(128 + number)  # whatever is being done: a study bears that at any moment
        caught.append(number)
        with suppress(OSError):
            os.write(sys.stderr.fileno(), stopping)
        for conductor in conductors:
            conductor.ask_to_stop()

    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup sets it
        numbers.append(signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        from tuitrain.cli.progress import SearchLine  # noqa: PLC0415 - not before the signals are looked out for
        from tuitrain.search.api import run_study  # noqa: PLC0415

        line = SearchLine(study, sys.stderr, shutil.get_terminal_size().columns)
        line.begin()
        if study.settings.strategy == "grid" and not any(trial.is_done for trial in study.trials):
            _tell_estimate(study, dataset)
        found = run_study(study, dataset, jobs=jobs, dask=dask, on_progress=line.show, on_conductor=begun)
        line.finish(found.progress)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return found


def _tell_estimate(study: Study, dataset: Dataset) -> None:
    from tuitrain.search.estimate import estimate_grid  # noqa: PLC0415

    try:
        told = f"  {estimate_grid(dataset, study.space, study.settings, study.settings.parallel)}"
    except TuitrainError as error:  # one combination cannot be trained: it will be a failed trial
        told = _("note: the cost of the grid is unknown: {error}").format(error=error)
    tell(told)


def _report(found: SearchResult, dataset: Dataset, *, as_json: bool) -> None:
    from tuitrain.cli.progress import search_summary  # noqa: PLC0415

    if not as_json:
        click.echo(search_summary(found))
        return
    described = {**found.to_json(), "findings": _findings(found, dataset)}
    click.echo(json.dumps(described, ensure_ascii=False))


def _findings(found: SearchResult, dataset: Dataset) -> list[dict[str, Any]]:
    """Describe what is found about the training of the best trial's hyperparameters; it is trained for that again."""
    from tuitrain.session.train import train  # noqa: PLC0415

    h = found.best_hyperparameters
    if h is None or found.best is None:
        return []
    if not len(dataset.validation):
        h = h.replace(epochs=max(1, found.best.best_epoch), patience=0)
    return [finding.described() for finding in train(dataset, h, threads=1).findings]
