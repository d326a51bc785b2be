"""`tuitrain config` and `tuitrain help`: what is made from the declaration of the hyperparameters."""

from __future__ import annotations

import shutil
from typing import Any

import click

from tuitrain.cli.options import hyperparameter_options, read_options
from tuitrain.options.configuration import reference_page, write_configuration
from tuitrain.text import quoted


@click.command()
@hyperparameter_options
def config(**options: Any) -> None:
    """Print a commented TOML file with all hyperparameters, for --config."""
    click.echo(write_configuration(read_options(options)[0]), nl=False)


@click.command(name="help")
@click.argument("topic", required=False)
@click.pass_context
def help_page(context: click.Context, topic: str | None) -> None:
    """Show help: `tuitrain help hyperparameters`, or the name of a command."""
    parent = context.parent
    group = parent.command if parent else None
    if topic == "hyperparameters":
        click.echo(reference_page(min(max(shutil.get_terminal_size().columns, 60), 100)))
    elif isinstance(group, click.Group) and parent is not None:
        if topic is None:
            click.echo(group.get_help(parent))
            return
        child = group.get_command(parent, topic)
        if child is not None:
            click.echo(child.get_help(click.Context(child, info_name=topic, parent=parent)))
        else:
            topics = ", ".join(["hyperparameters", *group.list_commands(parent)])
            raise click.UsageError(f"no help on {quoted(topic)}; there is help on: {topics}")
