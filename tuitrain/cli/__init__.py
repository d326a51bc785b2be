"""The commands: they parse, call and print, and turn errors into exit codes.

Nothing heavy is imported before a command runs: `tuitrain --help` needs neither numpy nor textual, nor even the
commands themselves.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from tuitrain import __version__
from tuitrain.errors import HyperparameterError, SettingsError, TuitrainError

# name: module, function, what the list of commands says of it
COMMANDS = {
    "launch": ("launch", "launch", "Open the screen: train, watch, change hyperparameters."),
    "train": ("train", "train", "Train a network without a screen."),
    "search": ("search", "search", "Search for good hyperparameters, many trials at once."),
    "export": ("export", "export", "Write a study for other tools: CSV, Optuna."),
    "predict": ("models", "predict", "Predict the rows of a table with a saved model."),
    "evaluate": ("models", "evaluate", "Measure a saved model on a table."),
    "datasets": ("datasets", "datasets", "List the datasets, or describe one."),
    "config": ("help", "config", "Print a commented TOML file with all hyperparameters."),
    "help": ("help", "help_page", "Show help, as `tuitrain help hyperparameters`."),
}


class Commands(click.Group):
    """The commands, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, function, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"tuitrain.cli.{module}"), function)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="tuitrain")
def commands() -> None:
    """Train, watch and tune neural networks without leaving the terminal.

    Begin with `tuitrain launch`, or with `tuitrain launch data.csv` for a table of your own.
    """


def main() -> None:
    """Run the command line; exit codes: 0 done, 1 failed, 2 wrong usage, 128 + n on a signal."""
    try:
        code = commands.main(standalone_mode=False)
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except TuitrainError as error:
        for line in str(error).split("\n"):
            click.echo(f"tuitrain: {line}", err=True)
        code = 2 if isinstance(error, (HyperparameterError, SettingsError)) else 1
    except BrokenPipeError:
        sys.stderr.close()
        code = 141
    except OSError as error:
        _give_up_output()
        click.echo(f"tuitrain: cannot write: {error.strerror or error}", err=True)
        code = 1
    except MemoryError as error:
        click.echo(f"tuitrain: not enough memory: {error}", err=True)
        code = 1
    try:
        sys.stdout.flush()
    except OSError as error:
        _give_up_output()
        click.echo(f"tuitrain: cannot write: {error.strerror or error}", err=True)
        code = code or 1
    sys.exit(code if isinstance(code, int) else 0)


def _give_up_output() -> None:
    """Write no more to a standard output that takes nothing, also not when the program ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
