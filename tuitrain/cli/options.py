"""Options that several commands share: what to train on, and every hyperparameter."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tuitrain.cli.output import tell
from tuitrain.cli.reading import told_while_read
from tuitrain.cli.translated import option
from tuitrain.errors import HyperparameterError, SettingsError, TuitrainError
from tuitrain.options.configuration import Configuration, read_configuration
from tuitrain.options.data_options import DATA_FIELDS, DATASET, READING, DataOptions
from tuitrain.options.hyperparameters import FIELDS, GROUPS, Hyperparameters, field_name
from tuitrain.options.option import Option
from tuitrain.options.presets import PRESET, PRESETS
from tuitrain.options.search_settings import JOBS, OFFERED, QUASI
from tuitrain.text import listed_or
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.data.dataset import Dataset

Function = TypeVar("Function", bound=Callable[..., Any])
READING_OPTIONS = {name: spec for name, spec in DATA_FIELDS.items() if spec.group == READING}
FILE = click.Path(path_type=Path, dir_okay=False)


def declared_option(
    spec: Option, metavar: str = "", describe: Callable[[Option], str] | None = None
) -> Callable[[Function], Function]:
    """Make a command-line option of a declaration; what is given stays a text until all options are checked at once.

    `describe` makes its help, if not `_help_text`, when it is shown.
    """
    if spec.kind == "flag":
        return option(spec.flag, spec.key, is_flag=True, describe=lambda: f"{_sentence(spec)}.")
    shown = {"choice": "CHOICE", "mapping": "NAME=VALUE", "list": "NAME", "text": "TEXT", "time": "TIME"}
    return option(
        spec.flag, spec.key, multiple=spec.is_repeatable, metavar=metavar or shown.get(spec.kind, "VALUE"),
        describe=lambda: (describe or _help_text)(spec),
    )  # fmt: skip


def _sentence(spec: Option) -> str:
    meaning = _(spec.meaning)
    return meaning[0].upper() + meaning[1:]


def _help_text(spec: Option) -> str:
    """Describe an option: ``How number columns are scaled: standard, minmax or none [standard].``."""
    choices = f": {_(spec.choices_text) or listed_or(spec.choices)}" if spec.choices else ""
    again = _("; may be given again") if spec.is_repeatable else ""
    default = "" if spec.default in (None, ()) and not spec.unset else f" [{spec.default_text}]"
    return f"{_sentence(spec)}{choices}{again}{default}."


def data_options(function: Function) -> Function:
    """Add the options that say what is trained on."""
    return _add(DATA_FIELDS, function)


def reading_options(function: Function) -> Function:
    """Add the options that say how a table is read."""
    return _add(READING_OPTIONS, function)


def _add(options: Mapping[str, Option], function: Function) -> Function:
    for spec in reversed(list(options.values())):
        function = declared_option(spec)(function)
    return function


def hyperparameter_options(function: Function, *, ranges: bool = False, has_search: bool = False) -> Function:
    """Add an option for each hyperparameter, and `--config`; with `ranges`, each takes a range.

    Where there are also the options of a search (`has_search`), its `--metric` is the only one.
    """
    for group in reversed(GROUPS):
        for spec in reversed(list(FIELDS.values())):
            if spec.group == group and not (has_search and spec.name == "metric"):
                describe = _range_help if ranges else _value_help
                function = declared_option(spec, "RANGE" * ranges, describe)(function)
    function = option("--config", type=FILE, help="TOML file, as `tuitrain config` prints it.")(function)
    return declared_option(PRESET)(function)


def _value_help(spec: Option) -> str:
    return f"{_sentence(spec)} [{spec.format(spec.default)}]."


def _range_help(spec: Option) -> str:
    """Describe a hyperparameter that is searched: ``Size of a step [0.01; or 1e-4..1].``."""
    shown = _("{default}; or {range}").format(default=spec.format(spec.default), range=FIELDS[spec.name].search)
    return f"{_sentence(spec)} [{shown}]."


def search_options(*, with_strategy: bool = True) -> Callable[[Function], Function]:
    """Add the options that say how is searched."""
    offered = [spec for name, spec in OFFERED.items() if name != "strategy"]
    strategy = [declared_option(OFFERED["strategy"], metavar="NAME")]
    options = [
        *(strategy if with_strategy else []),
        declared_option(QUASI),
        option("--space", "space_file", type=FILE, help="TOML file of ranges, in [space] or by themselves."),
        *(declared_option(spec) for spec in offered),
        option("--try", "tried", multiple=True, metavar="SETTING",
                     help='A trial of your own to run first: "learning_rate=.01 l2=0"; may be given again.'),
        declared_option(JOBS),
    ]  # fmt: skip

    def add(function: Function) -> Function:
        for add_option in reversed(options):
            function = add_option(function)
        return function

    return add


def read_options(options: Mapping[str, Any]) -> tuple[Hyperparameters, dict[str, Any]]:
    """Return hyperparameters and data options from the file and the command line, which takes precedence.

    Raises
    ------
    HyperparameterError, DataOptionError
        with all errors at once.
    """
    given = given_options(options)
    chosen = at_once(lambda: Hyperparameters.from_mapping(given.hyperparameters), lambda: check_data(given.data))[0]
    return chosen, given.data


def at_once(*readers: Callable[[], Any]) -> list[Any]:
    """Run all checks; if some raise, raise the first one's error with the lines of all."""
    found, errors = [], []
    for read in readers:
        try:
            found.append(read())
        except TuitrainError as error:
            errors.append(error)
    if errors:
        raise type(errors[0])("\n".join(map(str, errors)))
    return found


def check_data(data: Mapping[str, Any]) -> DataOptions:
    """Check the data options among those that were given, which may name the dataset too."""
    return DataOptions.from_mapping({name: value for name, value in data.items() if name != DATASET.name})


def given_options(options: Mapping[str, Any]) -> Configuration:
    """Return what the preset, the file and the command line give, unchecked; each takes precedence over those before.

    Raises
    ------
    HyperparameterError
        if there is no such preset, or the file cannot be read.
    """
    try:
        preset = PRESETS[str(PRESET.parse(options.get(PRESET.key) or PRESET.default))]
    except ValueError as error:
        raise HyperparameterError(str(error)) from None
    path = options.get("config")
    given = read_configuration(path) if path is not None else Configuration()
    typed = typed_options(FIELDS, options)
    data = {**preset.data, **given.data, **typed_options({DATASET.name: DATASET, **DATA_FIELDS}, options)}
    return Configuration({**preset.hyperparameters, **_named(given.hyperparameters), **typed}, data, given.space)


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by the names of their fields, so that a file's ``learning rate`` overrides a preset's."""
    return {field_name(name) or name: value for name, value in values.items()}


def typed_options(declared: Mapping[str, Option], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of declared options that the command line has, by the names of the declaration."""
    given = {name: options.get(spec.key) for name, spec in declared.items()}
    return {name: value for name, value in given.items() if value not in (None, ())}


def read_jobs(options: Mapping[str, Any]) -> int | None:
    """Return how many processes `--jobs` asks for; None if it was not given.

    Raises
    ------
    SettingsError
        if it is not a number of processes.
    """
    try:
        jobs: int | None = None if options.get(JOBS.key) is None else JOBS.parse(options[JOBS.key])
    except ValueError as error:
        raise SettingsError(str(error)) from None
    return jobs


def hint_at_typing(source: str | None) -> None:
    """Say that standard input is read, where that is a keyboard and nothing would seem to happen."""
    if source == "-" and sys.stdin is not None and sys.stdin.isatty():
        tell(_("reading a table from the keyboard; end it with Ctrl-D, or name a file (tuitrain train data.csv)"))


def load(data: Mapping[str, Any], default: str | None = None) -> Dataset:
    """Return the dataset that the options name; its notices go to standard error, and how far it is read meanwhile."""
    from tuitrain.data.loading import load_dataset  # noqa: PLC0415

    options = dict(data)
    source = options.pop(DATASET.name, None) or default
    if source is None:
        raise click.UsageError(_("name a dataset: iris, moons?n=1000, data.csv, - (see `tuitrain datasets`)"))
    for named in (source, data.get("test_file")):
        hint_at_typing(named)
    with told_while_read(source) as progress:
        dataset = load_dataset(source, progress=progress, **options)
    for notice in dataset.notices:
        tell(_("note: {notice}").format(notice=notice))
    return dataset
