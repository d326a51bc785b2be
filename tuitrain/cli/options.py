"""Options that several commands share: what to train on, and every hyperparameter."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tuitrain.cli.output import tell
from tuitrain.options.configuration import Configuration, option_name, read_configuration
from tuitrain.options.hyperparameters import FIELDS, GROUPS, Hyperparameters

if TYPE_CHECKING:
    from tuitrain.data.dataset import Dataset

Function = TypeVar("Function", bound=Callable[..., Any])
DATA = ("target", "task", "validation", "test", "test_file", "split_seed", "scale", "delimiter", "drop", "dataset")


DELIMITER = click.option("--delimiter", help="comma, semicolon, tab, pipe or space, in text tables [else found].")


def data_options(function: Function) -> Function:
    """Add the options that say what is trained on."""
    for option in reversed([
        click.option("--target", help="Column to predict [else a usual name, else the last]."),
        click.option("--task", help="classification or regression [else found from the target]."),
        click.option("--validation", type=float, help="Share of rows for validation [0.15]."),
        click.option("--test", type=float, help="Share of rows for the test [0.15]."),
        click.option("--test-file", help="A file of its own as the test part."),
        click.option("--split-seed", type=int, help="What the split is drawn from [0]."),
        click.option("--scale", help="standard, minmax or none, for number columns [standard]."),
        DELIMITER,
        click.option("--drop", multiple=True, help="Leave a column out; may be given again."),
    ]):  # fmt: skip
        function = option(function)
    return function


def hyperparameter_options(function: Function, *, ranges: bool = False) -> Function:
    """Add an option for each hyperparameter, and `--config`; with `ranges`, each takes a range."""
    for group in reversed(GROUPS):
        for name, spec in reversed(list(FIELDS.items())):
            if spec.group == group:
                shown = f"{spec.format(spec.default)}; or {spec.search}" if ranges else spec.format(spec.default)
                text = f"{spec.meaning[0].upper()}{spec.meaning[1:]} [{shown}]."
                flags = [f"--{option_name(name)}", name]
                metavar = "RANGE" if ranges else "CHOICE" if spec.kind == "choice" else "VALUE"
                function = click.option(*flags, metavar=metavar, help=text)(function)
    path = click.Path(path_type=Path, dir_okay=False)
    return click.option("--config", type=path, help="TOML file, as `tuitrain config` prints it.")(function)


def search_options(*, with_strategy: bool = True) -> Callable[[Function], Function]:
    """Add the options that say how is searched."""
    options = [
        click.option("--strategy", help="manual, grid, random, bayesian, or optuna:tpe [random]."),
        click.option("--quasi", is_flag=True, help="With random: a low-discrepancy sequence, which leaves no gaps."),
        click.option("--space", "space_file", type=click.Path(path_type=Path, dir_okay=False),
                     help="TOML file of ranges, in [space] or by themselves."),
        click.option("--trials", type=int, help="Trials at most [50; grid: all]."),
        click.option("--time", "time_limit", help="Time at most, such as 90s, 10m, 1h30m."),
        click.option("--goal", type=float, help="A score at which the search ends."),
        click.option("--metric", help="accuracy, f1, loss; r2, rmse, mae [accuracy or r2]."),
        click.option("--folds", type=int, help="Folds a trial is validated on [5 below 1,500 rows, else 1]."),
        click.option("--seeds", type=int, help="Seeds a trial is trained from [1]."),
        click.option("--prune", help="halving or none: end trials that fall behind [none]."),
        click.option("--search-seed", type=int, help="What proposals are drawn from [0]."),
        click.option("--batch", type=int, help="Trials that bayesian proposes at once [8, or 4 a core]."),
        click.option("--try", "tried", multiple=True, metavar="SETTING",
                     help='A trial of your own to run first: "learning_rate=.01 l2=0"; may be given again.'),
    ]  # fmt: skip

    def add(function: Function) -> Function:
        for option in reversed(options if with_strategy else options[1:]):
            function = option(function)
        return function

    return add


def read_options(options: dict[str, Any]) -> tuple[Hyperparameters, dict[str, Any]]:
    """Hyperparameters and data options from the file and the command line, which has the last word.

    Raises
    ------
    HyperparameterError
        with all errors at once.
    """
    given = given_options(options)
    return Hyperparameters.from_mapping(given.hyperparameters), given.data


def given_options(options: dict[str, Any]) -> Configuration:
    """What the file and the command line say, not yet checked; the command line has the last word."""
    path = options.get("config")
    given = read_configuration(path) if path is not None else Configuration()
    typed = {name: options[name] for name in FIELDS if options.get(name) is not None}
    data = {**given.data, **{key: options[key] for key in DATA if options.get(key) not in {None, ()}}}
    return Configuration({**given.hyperparameters, **typed}, data, given.space)


def hint_at_typing(source: str | None) -> None:
    """Say that standard input is read, where that is a keyboard and nothing would seem to happen."""
    if source == "-" and sys.stdin is not None and sys.stdin.isatty():
        tell("reading a table from the keyboard; end it with Ctrl-D, or name a file (tuitrain train data.csv)")


def load(data: dict[str, Any], default: str | None = None) -> Dataset:
    """The dataset that the options name; its notices go to standard error."""
    from tuitrain.data.loading import load_dataset  # noqa: PLC0415

    source = data.pop("dataset", None) or default
    if source is None:
        raise click.UsageError("name a dataset: iris, moons?n=1000, data.csv, - (see `tuitrain datasets`)")
    for named in (source, data.get("test_file")):
        hint_at_typing(named)
    dataset = load_dataset(source, **data)
    for notice in dataset.notices:
        tell(f"note: {notice}")
    return dataset
