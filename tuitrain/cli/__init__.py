"""The commands: they parse, call and print, and turn errors into exit codes.

Nothing heavy is imported before a command runs: `tuitrain --help` needs neither numpy nor textual, nor even the
commands themselves.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from tuitrain._version import __version__
from tuitrain.cli.output import finish, give_up, prepare_streams, tell
from tuitrain.cli.translated import Help
from tuitrain.errors import DataOptionError, HyperparameterError, SettingsError, TuitrainError
from tuitrain.text import quoted, suggest
from tuitrain.translation import N_
from tuitrain.translation import gettext as _

# name: module, function, what the list of commands says of it
COMMANDS = {
    "launch": ("launch", "launch", N_("Open the screen: train, watch, change hyperparameters.")),
    "train": ("train", "train", N_("Train a network without a screen.")),
    "search": ("search", "search", N_("Search for good hyperparameters, many trials at once.")),
    "runs": ("runs", "runs", N_("List, show, compare, note and delete what was trained.")),
    "replay": ("replay", "replay", N_("Repeat a run from its journal, and compare the bits.")),
    "export": ("export", "export", N_("Write a run, a model or a study for other tools: Python, CSV, Optuna.")),
    "predict": ("models", "predict", N_("Predict the rows of a table with a saved model.")),
    "evaluate": ("models", "evaluate", N_("Measure a saved model on a table.")),
    "completion": ("completion", "completion", N_("Let the shell complete commands, runs and columns.")),
    "datasets": ("datasets", "datasets", N_("List the datasets, or describe one.")),
    "config": ("help", "config", N_("Print a commented TOML file with all hyperparameters.")),
    "help": ("help", "help_page", N_("Show help, as `tuitrain help hyperparameters`.")),
}


class Unread(Exception):  # noqa: N818 - what happened, and no fault
    """Nobody reads what is printed any more; click would end with exit code 1 at the error itself."""


@contextmanager
def closed_pipe_as_unread() -> Iterator[None]:
    """Turn the error of a closed pipe into `Unread`."""
    try:
        yield
    except BrokenPipeError as error:
        raise Unread from error


class Commands(click.Group):
    """The commands, each imported when it is asked for."""

    help = Help()

    def make_context(self, *arguments: Any, **rest: Any) -> click.Context:
        with closed_pipe_as_unread():  # here the help is printed
            return super().make_context(*arguments, **rest)

    def invoke(self, ctx: click.Context) -> Any:
        with closed_pipe_as_unread():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, function, _text = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"tuitrain.cli.{module}"), function)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; where there is none of that name, say which was probably meant."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            raise click.UsageError(
                _("there is no command {name}: {hint}").format(name=quoted(name), hint=suggest(name, COMMANDS)), ctx
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, _(text)) for name, (_module, _function, text) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="tuitrain")
def commands() -> None:
    """Train, watch and tune neural networks without leaving the terminal.

    Begin with `tuitrain launch`, or with `tuitrain launch data.csv` for a table of your own.
    """


def main() -> None:
    """Run the command line; exit codes: 0 done, 1 failed, 2 wrong usage, 128 + n on a signal."""
    prepare_streams()
    code = _run()
    failed = finish()
    if failed is not None:
        code = code or _tell_unwritten(failed)
    sys.exit(code)


def _run() -> int:
    """Run a command, and say what went wrong; the exit code."""
    try:
        code = commands.main(standalone_mode=False)
    except click.exceptions.Abort:
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except TuitrainError as error:
        for line in str(error).split("\n"):
            tell(f"tuitrain: {line}")
        return 2 if isinstance(error, (DataOptionError, HyperparameterError, SettingsError)) else 1
    except Unread:
        return _tell_unwritten(BrokenPipeError())
    except OSError as error:
        return _tell_unwritten(error)
    except MemoryError as error:
        tell(_("tuitrain: not enough memory: {error}").format(error=error))
        return 1
    return code if isinstance(code, int) else 0


def _tell_unwritten(error: OSError) -> int:
    """Say why standard output took nothing, but for a reader who has gone; the exit code."""
    give_up(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return 128 + signal.SIGPIPE
    tell(_("tuitrain: cannot write: {why}").format(why=error.strerror or error))
    return 1
