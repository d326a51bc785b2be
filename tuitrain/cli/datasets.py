"""`tuitrain datasets`: list the datasets, or describe one."""

from __future__ import annotations

import shutil
from typing import Any

import click

from tuitrain.cli.options import check_data, declared_option, hint_at_typing, reading_options, typed_options
from tuitrain.cli.reading import told_while_read
from tuitrain.cli.translated import command
from tuitrain.options.data_options import DATA_FIELDS
from tuitrain.translation import gettext as _


@command()
@click.argument("dataset", required=False)
@declared_option(DATA_FIELDS["target"])
@reading_options
def datasets(dataset: str | None, **options: Any) -> None:
    """List the bundled and generated datasets, or describe DATASET: its columns, types, gaps, ranges, classes."""
    from tuitrain.data.describe import describe_lines, list_datasets, preview  # noqa: PLC0415

    if dataset is not None:
        chosen = check_data(typed_options(DATA_FIELDS, options))
        hint_at_typing(dataset)
        width = max(shutil.get_terminal_size().columns, 60)
        with told_while_read(dataset) as progress:
            described = preview(dataset, chosen, progress=progress)
        click.echo("\n".join(describe_lines(described, width)))
        return
    head = f"{_('name'):<14} {_('rows'):>6} {_('columns'):>7}  {_('task'):<14}  {_('what it holds')}"
    click.echo(head)
    for listed in list_datasets():
        click.echo(f"{listed.name:<14} {listed.rows:>6,} {listed.columns:>7}  {listed.task:<14}  {listed.meaning}")
    click.echo("\n" + _("The generated ones (and … mixed) take options: moons?n=1000&noise=0.2&seed=1 (in quotes)."))
