"""Options that say where runs are kept, and what a training continues."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tuitrain.cli.options import given_options, load, typed_options
from tuitrain.cli.translated import option
from tuitrain.errors import HyperparameterError, RunError
from tuitrain.options.data_options import DATA_FIELDS, DATASET
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.options.presets import PRESET
from tuitrain.text import visible
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tuitrain.data.dataset import Dataset
    from tuitrain.session.continuation import Resumed
    from tuitrain.session.keeping import RunPlace
    from tuitrain.session.training import TrainingSession

Function = TypeVar("Function", bound=Callable[..., Any])
FOLDER = "runs"
VARIABLE = "TUITRAIN_RUNS"


def runs_dir_option(function: Function) -> Function:
    """Add the option that says where runs are."""
    return option(
        "--runs-dir", type=click.Path(path_type=Path, file_okay=False), envvar=VARIABLE, metavar="DIRECTORY",
        help="Directory of the runs [runs, or what TUITRAIN_RUNS says].",
    )(function)  # fmt: skip


def run_options(function: Function) -> Function:
    """Add the options that say whether and where a run is kept."""
    for add in (
        option("--no-run", is_flag=True, help="Keep no run."),
        option("--name", metavar="NAME", help="Name of the run [dataset, date and time]."),
        runs_dir_option,
    ):
        function = add(function)
    return function


def folder_of(given: Path | None) -> Path:
    """Return the directory of the runs."""
    return Path(FOLDER) if given is None else given.expanduser()


@dataclass(frozen=True)
class RunAsked:
    """What the command line says of the run that is to be kept."""

    folder: Path
    name: str
    is_kept: bool

    @classmethod
    def of(cls, options: dict[str, Any]) -> RunAsked:
        """Take the options of `run_options` out of the others.

        Raises
        ------
        click.UsageError
            if the name is not allowed, or taken.
        """
        from tuitrain.runs.names import run_path  # noqa: PLC0415
        from tuitrain.runs.run import taken  # noqa: PLC0415

        folder, name, no_run = folder_of(options.pop("runs_dir")), options.pop("name"), options.pop("no_run")
        if name is not None:
            if no_run:
                raise click.UsageError(_("--name names a run, --no-run keeps none; leave one of them out"))
            try:
                path = run_path(folder, name)
                if os.path.lexists(path):
                    raise RunError(taken(path))
            except RunError as error:
                raise click.UsageError(str(error)) from None
        return cls(folder, name or "", not no_run)

    def place(self, origin: str = "") -> RunPlace | None:
        """Return where the run is kept; None: nowhere."""
        from tuitrain.session.keeping import RunPlace  # noqa: PLC0415

        return RunPlace(self.folder, self.name, origin) if self.is_kept else None


def resumed_run(given: str, asked: RunAsked, options: Mapping[str, Any]) -> tuple[Resumed, dict[str, Any]]:
    """Return a run to continue, which is held, and the hyperparameters that are given and differ from its own.

    Raises
    ------
    click.UsageError
        for an option that is part of the run and cannot change.
    TuitrainError
        if the run cannot be continued.
    """
    from tuitrain.runs.run import find_run, read_run  # noqa: PLC0415
    from tuitrain.session.continuation import resume  # noqa: PLC0415

    path = find_run(given, asked.folder)
    _refuse_others(path, asked, options)
    if read_run(path).status == "diverged":
        text = _("{run}: has diverged, and would again; begin another with a smaller learning rate")
        raise RunError(text.format(run=visible(path)))
    resumed = resume(path)
    try:
        before = resumed.hyperparameters
        after = Hyperparameters.from_mapping({**before.to_mapping(), **typed_options(FIELDS, options)})
        changes = {name: new for name, (new, _old) in after.differences(before).items()}
        for name in changes:
            if not FIELDS[name].live:
                raise click.UsageError(_part_of_run(FIELDS[name].flag, path))
    except BaseException:
        resumed.continued.run.release()
        raise
    return resumed, changes


def resumed_session(given: str, asked: RunAsked, options: Mapping[str, Any]) -> tuple[TrainingSession, Resumed]:
    """Return a session that continues a run, with the hyperparameters that are given changed.

    Raises
    ------
    click.UsageError
        for an option that is part of the run and cannot change.
    TuitrainError
        if the run cannot be continued.
    """
    from tuitrain.runs.run import read_run  # noqa: PLC0415
    from tuitrain.session.commands import SetHyperparameter  # noqa: PLC0415
    from tuitrain.session.training import TrainingSession  # noqa: PLC0415

    resumed, changes = resumed_run(given, asked, options)
    path = resumed.continued.run.path
    try:
        session = TrainingSession(resumed.dataset, resumed.hyperparameters, resumed=resumed)
    except BaseException:
        resumed.continued.run.release()
        raise
    try:
        for name, value in changes.items():
            number = session.send(SetHyperparameter(name, value))
            session.wait_for_answer(number)
            if refused := session.journal[number - 1].refused:
                raise HyperparameterError(refused)
        if session.snapshot.state == "done" and read_run(path).status == "done":
            raise RunError(
                _("{run}: {ending}; to train on: --epochs or --patience with a larger number").format(
                    run=visible(path), ending=session.snapshot.ending
                )
            )
    except BaseException:
        session.close()
        raise
    return session, resumed


@dataclass(frozen=True)
class Begun:
    """What a training begins with: its data, its hyperparameters, and the first parameters where they are given."""

    dataset: Dataset
    hyperparameters: Hyperparameters
    first: NDArray[Any] | None = None


def begin_from(origin: str, asked: RunAsked, options: Mapping[str, Any]) -> Begun:
    """Return what a training begins with that starts from a run's model, or one of a file; RUN@7: as after epoch 7.

    The hyperparameters are the model's where none are given, and so is the data where it is a run's.

    Raises
    ------
    TuitrainError
        if there is no such run or model, or it does not fit the data or the network.
    """
    from tuitrain.runs.data_source import dataset_of_run  # noqa: PLC0415
    from tuitrain.runs.model import load_model  # noqa: PLC0415
    from tuitrain.runs.run import BEST, find_run, read_run  # noqa: PLC0415
    from tuitrain.runs.start_from import first_parameters  # noqa: PLC0415

    is_file = Path(origin).expanduser().is_file()
    name, epoch = (origin, None) if is_file else _at_epoch(origin, asked.folder)
    run = None if is_file else read_run(find_run(name, asked.folder))
    if run is not None and (run.path / BEST).is_fifo():  # which would be waited for
        raise RunError(_("{name}: is not a regular file").format(name=visible(run.path / BEST)))
    if run is not None and epoch is not None:
        from tuitrain.session.forking import model_of_run  # noqa: PLC0415

        model = model_of_run(run.path, epoch)
    else:
        model = load_model(origin if run is None else run.path / BEST)
    given = given_options(options)
    hyperparameters = Hyperparameters.from_mapping({**model.hyperparameters.to_mapping(), **given.hyperparameters})
    dataset = dataset_of_run(run) if run is not None and not given.data else load(given.data)
    return Begun(dataset, hyperparameters, first_parameters(model, dataset, hyperparameters))


def _at_epoch(origin: str, folder: Path) -> tuple[str, int | None]:
    """Return a run and an epoch from ``RUN@EPOCH``; no epoch where there is none, or a run has that very name."""
    from tuitrain.runs.run import RUN  # noqa: PLC0415

    name, _at, epoch = origin.rpartition("@")
    if not name or not (epoch.isascii() and epoch.isdecimal()):
        return origin, None
    is_name = any((place / RUN).is_file() for place in (Path(origin).expanduser(), folder / origin))
    return (origin, None) if is_name else (name, int(epoch))


def _refuse_others(path: Path, asked: RunAsked, options: Mapping[str, Any]) -> None:
    if asked.name or not asked.is_kept:
        raise click.UsageError(_("--resume continues a run where it is kept; leave --name and --no-run out"))
    for flag, key in (("--config", "config"), (PRESET.flag, PRESET.key)):
        if options.get(key) is not None:
            raise click.UsageError(_part_of_run(flag, path))
    for spec in (DATASET, *DATA_FIELDS.values()):
        if options.get(spec.key) not in (None, ()):
            raise click.UsageError(_part_of_run(spec.flag if spec is not DATASET else _("the dataset"), path))


def _part_of_run(what: str, path: Path) -> str:
    return _("{what} is part of the run {run} and cannot change; begin another run").format(
        what=what, run=visible(path.name)
    )
