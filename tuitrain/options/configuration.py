"""The TOML file of a run: what `tuitrain config` prints and `--config` reads.

Hyperparameters stand in tables named for the form's groups (or without a table); what concerns the data in ``[data]``,
and ranges for a search in ``[space]``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tuitrain.errors import HyperparameterError
from tuitrain.options.data_options import DATA_FIELDS, DATASET
from tuitrain.options.hyperparameters import FIELDS, GROUPS, Hyperparameters, field_name
from tuitrain.options.option import Option, read_all
from tuitrain.text import quoted, suggest, visible
from tuitrain.translation import gettext as _

MOST_CHARACTERS = 10_000_000
DATA_KEYS = {DATASET.name: DATASET, **DATA_FIELDS}


@dataclass(frozen=True)
class Configuration:
    """What a file says: hyperparameters, data options and ranges of a search, by name."""

    hyperparameters: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    space: dict[str, Any] = field(default_factory=dict)


def read_configuration(path: Path) -> Configuration:
    """Read a TOML file.

    Raises
    ------
    HyperparameterError
        if it cannot be read, is no TOML, or has tables or data options that are not known. Names and values of
        hyperparameters are checked later, together with those of the command line.
    """
    name = visible(path)
    try:
        with path.open(encoding="utf-8") as file:
            written = file.read(MOST_CHARACTERS + 1)
        if len(written) > MOST_CHARACTERS:  # a device may never end
            text = _("{name}: is too large for a configuration; at most {most:,} characters are read")
            raise HyperparameterError(text.format(name=name, most=MOST_CHARACTERS))
        content = tomllib.loads(written)
    except OSError as error:
        raise HyperparameterError(_("{name}: cannot be read: {why}").format(name=name, why=error.strerror)) from error
    except RecursionError as error:
        raise HyperparameterError(
            _("{name}: is nested too deeply; expected tables of names and values").format(name=name)
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise HyperparameterError(_("{name}: is not TOML: {error}").format(name=name, error=visible(error))) from error
    found = Configuration()
    for key, value in content.items():
        if key == "data" and isinstance(value, dict):
            read, problems = read_all(DATA_KEYS, value, "data option")
            if problems:
                raise HyperparameterError("\n".join(f"{name}: [data] {problem}" for problem in problems))
            found.data.update(read)
        elif key == "space" and isinstance(value, dict):
            found.space.update(value)
        elif isinstance(value, dict) and field_name(key) is None:
            if key not in GROUPS:
                raise HyperparameterError(
                    _("{name}: table {key}: {hint}").format(
                        name=name, key=quoted(key), hint=suggest(key, ("data", "space", *GROUPS))
                    )
                )
            found.hyperparameters.update(value)
        else:
            found.hyperparameters[key] = value
    return found


def write_configuration(hyperparameters: Hyperparameters) -> str:
    """A commented TOML file with these hyperparameters; reading it gives them back."""
    import tomli_w  # noqa: PLC0415  (it costs start-up time)

    lines = [f"# {_('Hyperparameters of a training: tuitrain train iris --config FILE')}", "", "# [data]"]
    for name, option in DATA_KEYS.items():
        is_unset = option.default in (None, ())
        value = option.plain(option.parse(option.example) if is_unset else option.check(option.default))
        if isinstance(value, dict):  # a table of its own would end the one it stands in
            pairs = ", ".join(tomli_w.dumps({key: item}).strip() for key, item in value.items())
            written = f"{name} = {{ {pairs} }}"
        else:
            written = tomli_w.dumps({name: value}).strip()
        lines += _explained(option) + [f"# {line}" for line in written.split("\n")]
    lines.append("")
    for group in GROUPS:
        lines.append(f"[{group}]")
        for name, spec in FIELDS.items():
            if spec.group == group:
                value = hyperparameters.to_mapping()[name]
                lines += _explained(spec)
                lines.append(tomli_w.dumps({name: value}).strip())
        lines.append("")
    return "\n".join(lines)


def _explained(spec: Option) -> list[str]:
    return [f"# {_(spec.label)}: {_(spec.meaning)}; {spec.allowed}" + (f" [{_(spec.unset)}]" if spec.unset else "")]
