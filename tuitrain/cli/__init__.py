"""The commands: they parse, call and print, and turn errors into exit codes.

Nothing heavy is imported before a command runs: `tuitrain --help` needs neither numpy nor textual.
"""

from __future__ import annotations

import sys

import click

from tuitrain import __version__
from tuitrain.cli.datasets import datasets
from tuitrain.cli.help import config, help_page
from tuitrain.cli.launch import launch
from tuitrain.cli.models import evaluate, predict
from tuitrain.cli.train import train
from tuitrain.errors import HyperparameterError, TuitrainError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="tuitrain")
def commands() -> None:
    """Train, watch and tune neural networks without leaving the terminal.

    Begin with `tuitrain launch`, or with `tuitrain launch data.csv` for a table of your own.
    """


for command in (launch, train, predict, evaluate, datasets, config, help_page):
    commands.add_command(command)


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
        code = 2 if isinstance(error, HyperparameterError) else 1
    except BrokenPipeError:
        sys.stderr.close()
        code = 141
    sys.exit(code if isinstance(code, int) else 0)
