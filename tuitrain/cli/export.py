"""`tuitrain export`: write a run, a model or a study for other tools."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from tuitrain.cli.completion import complete_runs_and_studies
from tuitrain.cli.run_options import folder_of, runs_dir_option
from tuitrain.cli.translated import command, option
from tuitrain.runs.files import write_whole
from tuitrain.text import counted, visible
from tuitrain.translation import gettext as _

_FILE = click.Path(path_type=Path, dir_okay=False)


@command()
@click.argument("given", metavar="RUN|STUDY|MODEL", shell_complete=complete_runs_and_studies)
@option(
    "--to",
    "form",
    type=click.Choice(["python", "csv", "optuna"], case_sensitive=False),
    required=True,
    help="python: a model as one file that needs only NumPy; csv: a line for each epoch of a run, or trial of a study; "
    "optuna: a study in a storage, for optuna-dashboard.",
)
@option("-o", "--output", type=_FILE, help="With python and csv: write here [standard output].")
@option("--storage", metavar="URL", help="With optuna: sqlite:///file.db, or a journal file, ./journal.log.")
@option("--name", help="With optuna: the study's name there [the directory's].")
@runs_dir_option
def export(
    given: str, form: str, output: Path | None, storage: str | None, name: str | None, runs_dir: Path | None
) -> None:
    """Write a run, a study or a model file for other tools. It is only read, even while it is trained."""
    if form != "optuna" and (storage is not None or name is not None):
        raise click.UsageError(_("--storage and --name go with --to optuna"))
    if form == "optuna" and output is not None:
        raise click.UsageError(_("-o goes with --to csv"))
    if form == "optuna" and not storage:
        raise click.UsageError(_("--to optuna needs --storage, such as sqlite:///file.db or ./journal.log"))
    folder = folder_of(runs_dir)
    if form == "python":
        _write_python(given, folder, output)
        return
    from tuitrain.cli.search import find_study  # noqa: PLC0415
    from tuitrain.runs.run import RUN, find_run  # noqa: PLC0415
    from tuitrain.search.study.study import Study  # noqa: PLC0415
    from tuitrain.search.study.study_file import NAME  # noqa: PLC0415

    path = find_study(given, folder)
    if form == "csv" and not (path / NAME).is_file() and ((folder / given / RUN).is_file() or (path / RUN).is_file()):
        _write_epochs(find_run(given, folder), output)
        return
    study = Study(path)
    if form == "optuna":
        from tuitrain.search.export import write_optuna  # noqa: PLC0415

        count = write_optuna(study, str(storage), name or path.resolve().name)
        click.echo(
            _("{count} trials written to {place}").format(count=count, place=visible(name or path.resolve().name)),
            err=True,
        )
        return
    from tuitrain.search.export import write_csv  # noqa: PLC0415

    with _output(output) as file:
        write_csv(study, file)
    if output is not None:
        text = _("{count} trials written to {place}").format(count=len(study.trials), place=visible(output))
        click.echo(text, err=True)


@contextmanager
def _output(path: Path | None) -> Iterator[TextIO]:
    """Give standard output, or a file that stands there when all is written."""
    if path is None:
        yield sys.stdout
        return
    text = io.StringIO(newline="")
    yield text
    write_whole(path, text.getvalue().encode())


def _write_epochs(path: Path, output: Path | None) -> None:
    """Write a line for each epoch of a run, with the columns of its first."""
    from tuitrain.runs.epochs_csv import write_epochs  # noqa: PLC0415

    with _output(output) as file:
        count = write_epochs(path, file)
    if output is not None:
        text = _("{epochs} written to {place}").format(epochs=counted(count, "epoch"), place=visible(output))
        click.echo(text, err=True)


def _model_of(given: str, folder: Path) -> Path:
    """Return the model file that is given, or that of a run, or of a study: the average of its best trials, if any."""
    from tuitrain.cli.search import find_study  # noqa: PLC0415
    from tuitrain.runs.run import BEST, find_run  # noqa: PLC0415
    from tuitrain.search.averaged import AVERAGE_NAME  # noqa: PLC0415
    from tuitrain.search.study.study import Study  # noqa: PLC0415
    from tuitrain.search.study.study_file import NAME  # noqa: PLC0415

    path = Path(given).expanduser()
    if path.is_file():
        return path
    study = find_study(given, folder)
    if (study / NAME).is_file():
        is_averaged = "average" in (Study(study).chosen or {})
        return study / (AVERAGE_NAME if is_averaged else BEST)
    return find_run(given, folder) / BEST


def _write_python(given: str, folder: Path, output: Path | None) -> None:
    """Write a model as one Python file."""
    from tuitrain.runs.model import load_model  # noqa: PLC0415
    from tuitrain.runs.python_file import python_file  # noqa: PLC0415

    text = python_file(load_model(_model_of(given, folder)))
    with _output(output) as file:
        file.write(text)
    if output is not None:
        told = _("written to {place}; try it: python {place} --check").format(place=visible(output))
        click.echo(told, err=True)
