"""`tuitrain completion`: what the shell completes after `tuitrain`, and the names that it offers."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from tuitrain.cli.output import tell
from tuitrain.cli.translated import TranslatedGroup, command
from tuitrain.errors import FileError
from tuitrain.text import visible
from tuitrain.translation import gettext as _

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_TUITRAIN_COMPLETE"
PLACES = {
    "bash": ".local/share/bash-completion/completions/tuitrain", "zsh": ".zfunc/_tuitrain",
    "fish": ".config/fish/completions/tuitrain.fish",
}  # fmt: skip


def _shell() -> str:
    """Return the user's shell."""
    name = Path(os.environ.get("SHELL", "")).name
    return name if name in SHELLS else "bash"


def script_of(shell: str) -> str:
    """Return the script by which a shell completes `tuitrain`."""
    from tuitrain.cli import commands  # noqa: PLC0415 - it imports this module

    found = get_completion_class(shell)
    assert found is not None
    values = found(commands, {}, "tuitrain", VARIABLE)
    text: str = values.source_template % values.source_vars()
    return text


@click.group("completion", cls=TranslatedGroup)
def completion() -> None:
    """Let the shell complete commands, options, runs, studies, datasets and columns."""


@command()
@click.argument("shell", required=False, type=click.Choice(SHELLS))
def show(shell: str | None) -> None:
    """Print the script for SHELL, or for the one that is used."""
    click.echo(script_of(shell or _shell()))


@command()
@click.argument("shell", required=False, type=click.Choice(SHELLS))
def install(shell: str | None) -> None:
    """Write the script to where SHELL looks for it."""
    from tuitrain.runs.files import reason, write_whole  # noqa: PLC0415

    shell = shell or _shell()
    path = Path.home() / PLACES[shell]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(_("{path}: cannot be written: {why}").format(path=visible(path), why=reason(error))) from error
    write_whole(path, script_of(shell).encode())
    tell(_("written to {path}; it holds in the next shell").format(path=visible(path)))
    if shell == "zsh":
        tell(_("where ~/.zshrc does not have it yet, add: fpath=(~/.zfunc $fpath); autoload -Uz compinit; compinit"))


for subcommand in (install, show):
    completion.add_command(subcommand)


def _folder(context: click.Context) -> Path:
    from tuitrain.cli import run_options  # noqa: PLC0415

    given = context.params.get("runs_dir")
    parent = context.parent.params.get("runs_dir") if context.parent is not None else None
    return Path(given or parent or os.environ.get(run_options.VARIABLE) or run_options.FOLDER)


def _directories(folder: Path, file: str, incomplete: str) -> list[CompletionItem]:
    try:
        names = sorted(path.name for path in folder.iterdir() if (path / file).is_file())
    except OSError:
        return []
    return [CompletionItem(name) for name in names if name.startswith(incomplete) and name.isprintable()]


def complete_runs(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the names of runs."""
    return _directories(_folder(context), "run.json", incomplete)


def complete_studies(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the names of studies among the runs, and the paths of older ones."""
    found = _directories(_folder(context), "study.toml", incomplete)
    return found + [
        CompletionItem(f"studies/{item.value}")
        for item in _directories(Path("studies"), "study.toml", incomplete.removeprefix("studies/"))
        if f"studies/{item.value}".startswith(incomplete)
    ]


def complete_runs_and_studies(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the names of both."""
    found = complete_runs(context, parameter, incomplete) + complete_studies(context, parameter, incomplete)
    return list({item.value: item for item in found}.values())


def complete_datasets(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the bundled and generated datasets, and files."""
    from tuitrain.data.catalog import BUNDLED  # noqa: PLC0415
    from tuitrain.data.generators import RECIPES  # noqa: PLC0415

    names = [CompletionItem(name) for name in (*BUNDLED, *RECIPES) if name.startswith(incomplete)]
    return [*names, CompletionItem(incomplete, type="file")]


def complete_columns(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the columns of the table of runs."""
    from tuitrain.runs.table import NAMES  # noqa: PLC0415

    turned = incomplete[: len(incomplete) - len(incomplete.lstrip("-"))]
    return [CompletionItem(turned + name) for name in NAMES if (turned + name).startswith(incomplete)]
