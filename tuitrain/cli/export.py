"""`tuitrain export`: write a study for other tools."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tuitrain.cli.translated import command, option
from tuitrain.errors import FileError
from tuitrain.text import visible
from tuitrain.translation import gettext as _

_FILE = click.Path(path_type=Path, dir_okay=False)


@command()
@click.argument("study_path", metavar="STUDY", type=click.Path(path_type=Path, file_okay=False))
@option(
    "--to",
    "form",
    type=click.Choice(["csv", "optuna"], case_sensitive=False),
    required=True,
    help="csv: a line for each trial; optuna: a study in a storage, for optuna-dashboard.",
)
@option("-o", "--output", type=_FILE, help="With csv: write here [standard output].")
@option("--storage", metavar="URL", help="With optuna: sqlite:///file.db, or a journal file, ./journal.log.")
@option("--name", help="With optuna: the study's name there [the directory's].")
def export(study_path: Path, form: str, output: Path | None, storage: str | None, name: str | None) -> None:
    """Write the study in the directory STUDY for other tools. The study is only read, even while a search runs."""
    if form == "csv" and (storage is not None or name is not None):
        raise click.UsageError(_("--storage and --name go with --to optuna"))
    if form == "optuna" and output is not None:
        raise click.UsageError(_("-o goes with --to csv"))
    if form == "optuna" and not storage:
        raise click.UsageError(_("--to optuna needs --storage, such as sqlite:///file.db or ./journal.log"))
    from tuitrain.search.study.study import Study  # noqa: PLC0415

    study = Study(study_path)
    if form == "optuna":
        from tuitrain.search.export import write_optuna  # noqa: PLC0415

        count = write_optuna(study, str(storage), name or study_path.resolve().name)
        click.echo(
            _("{count} trials written to {place}").format(
                count=count, place=visible(name or study_path.resolve().name)
            ),
            err=True,
        )
        return
    from tuitrain.search.export import write_csv  # noqa: PLC0415

    if output is None:
        write_csv(study, sys.stdout)
        return
    try:
        with output.open("w", newline="", encoding="utf-8") as file:
            write_csv(study, file)
    except OSError as error:
        raise FileError(
            _("{output}: cannot be written: {why}").format(output=visible(output), why=error.strerror)
        ) from error
    click.echo(_("{count} trials written to {place}").format(count=len(study.trials), place=visible(output)), err=True)
