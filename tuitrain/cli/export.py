"""`tuitrain export`: write a study for other tools."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tuitrain.errors import FileError
from tuitrain.text import visible

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("study_path", metavar="STUDY", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--to",
    "form",
    type=click.Choice(["csv", "optuna"], case_sensitive=False),
    required=True,
    help="csv: a line for each trial; optuna: a study in a storage, for optuna-dashboard.",
)
@click.option("-o", "--output", type=_FILE, help="With csv: write here [standard output].")
@click.option("--storage", metavar="URL", help="With optuna: sqlite:///file.db, or a journal file, ./journal.log.")
@click.option("--name", help="With optuna: the study's name there [the directory's].")
def export(study_path: Path, form: str, output: Path | None, storage: str | None, name: str | None) -> None:
    """Write the study in the directory STUDY for other tools. The study is only read, even while a search runs."""
    if form == "csv" and (storage is not None or name is not None):
        raise click.UsageError("--storage and --name go with --to optuna")
    if form == "optuna" and output is not None:
        raise click.UsageError("-o goes with --to csv")
    if form == "optuna" and not storage:
        raise click.UsageError("--to optuna needs --storage, such as sqlite:///file.db or ./journal.log")
    from tuitrain.search.study.study import Study  # noqa: PLC0415

    study = Study(study_path)
    if form == "optuna":
        from tuitrain.search.export import write_optuna  # noqa: PLC0415

        count = write_optuna(study, str(storage), name or study_path.resolve().name)
        click.echo(f"{count} trials written to {visible(name or study_path.resolve().name)}", err=True)
        return
    from tuitrain.search.export import write_csv  # noqa: PLC0415

    if output is None:
        write_csv(study, sys.stdout)
        return
    try:
        with output.open("w", newline="", encoding="utf-8") as file:
            write_csv(study, file)
    except OSError as error:
        raise FileError(f"{visible(output)}: cannot be written: {error.strerror}") from error
    click.echo(f"{len(study.trials)} trials written to {visible(output)}", err=True)
