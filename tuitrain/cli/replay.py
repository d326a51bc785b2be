"""`tuitrain replay`: repeat a run from its journal."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

from tuitrain.cli.completion import complete_runs
from tuitrain.cli.output import tell
from tuitrain.cli.run_options import folder_of, runs_dir_option
from tuitrain.cli.translated import command
from tuitrain.text import counted, visible
from tuitrain.translation import gettext as _


@command()
@click.argument("name", metavar="RUN", shell_complete=complete_runs)
@runs_dir_option
def replay(name: str, runs_dir: Path | None) -> int:
    """Train RUN again, with the commands of its journal at the same steps, and compare the bits of what comes out.

    Nothing is kept. Exit codes: 0 the same bits, 1 others.
    """
    from tuitrain.cli.progress import TrainingLine  # noqa: PLC0415
    from tuitrain.runs.run import find_run, read_run  # noqa: PLC0415
    from tuitrain.runs.versions import changes, versions  # noqa: PLC0415
    from tuitrain.session.replay import replay as train_again  # noqa: PLC0415

    run = read_run(find_run(name, folder_of(runs_dir)))
    line = TrainingLine(sys.stderr, shutil.get_terminal_size().columns)
    found = train_again(run, line.show)
    told = _("{run}: {epochs}, {steps}, {commands}").format(
        run=visible(run.name), epochs=counted(found.epochs, "epoch"), steps=counted(found.steps, "step"),
        commands=counted(found.commands, "command"),
    )  # fmt: skip
    if not found.different:
        click.echo(_("{told}: the same bits").format(told=told))
        return 0
    click.echo(_("{told}: other bits in {names}").format(told=told, names=", ".join(found.different)))
    if others := changes(run.about["versions"], versions(run.about["versions"].get("threads", 1))):
        tell(_("note: {notice}").format(notice=others))
    return 1
