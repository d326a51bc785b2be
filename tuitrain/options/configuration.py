"""The TOML file of a run: what `tuitrain config` prints and `--config` reads.

Hyperparameters stand in tables named for the form's groups (or without a table); what concerns the data in ``[data]``,
and ranges for a search in ``[space]``.
"""

from __future__ import annotations

import textwrap
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tuitrain.errors import HyperparameterError
from tuitrain.options.field import Field
from tuitrain.options.hyperparameters import FIELDS, GROUPS, Hyperparameters, field_name
from tuitrain.text import quoted, suggest, visible

DATA_KEYS = ("dataset", "target", "task", "validation", "test", "test_file", "split_seed", "scale", "drop", "delimiter")


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
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise HyperparameterError(f"{name}: cannot be read: {error.strerror}") from error
    except RecursionError as error:
        raise HyperparameterError(f"{name}: is nested too deeply; expected tables of names and values") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise HyperparameterError(f"{name}: is not TOML: {visible(error)}") from error
    found = Configuration()
    for key, value in content.items():
        if key == "data" and isinstance(value, dict):
            unknown = [option for option in value if option not in DATA_KEYS]
            if unknown:
                raise HyperparameterError(f"{name}: [data] {quoted(unknown[0])}: {suggest(unknown[0], DATA_KEYS)}")
            found.data.update({option: _data_value(name, option, given) for option, given in value.items()})
        elif key == "space" and isinstance(value, dict):
            found.space.update(value)
        elif isinstance(value, dict) and field_name(key) is None:
            if key not in GROUPS:
                raise HyperparameterError(f"{name}: table {quoted(key)}: {suggest(key, ('data', 'space', *GROUPS))}")
            found.hyperparameters.update(value)
        else:
            found.hyperparameters[key] = value
    return found


def _data_value(where: str, option: str, value: Any) -> Any:
    """A data option of the type that it takes.

    Raises
    ------
    HyperparameterError
        if it is of another.
    """
    if option == "drop" and isinstance(value, str):
        return [value]
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    fits = {
        "validation": number, "test": number, "split_seed": isinstance(value, int) and not isinstance(value, bool),
        "drop": isinstance(value, list) and all(isinstance(item, str) for item in value),
    }.get(option, isinstance(value, str))  # fmt: skip
    if not fits:
        wanted = {
            "validation": "a number",
            "test": "a number",
            "split_seed": "a whole number",
            "drop": "a list of texts",
        }
        raise HyperparameterError(f"{where}: [data] {option} = {value!r} is not {wanted.get(option, 'a text')}")
    return value


def write_configuration(hyperparameters: Hyperparameters) -> str:
    """A commented TOML file with these hyperparameters; reading it gives them back."""
    import tomli_w  # noqa: PLC0415  (it costs start-up time)

    lines = ["# Hyperparameters of a training: tuitrain train iris --config FILE", ""]
    lines += ["# [data]", '# dataset = "iris"', '# target = "species"', ""]
    for group in GROUPS:
        lines.append(f"[{group}]")
        for name, spec in FIELDS.items():
            if spec.group == group:
                value = hyperparameters.to_mapping()[name]
                lines.append(f"# {spec.label}: {spec.meaning}; {spec.allowed}")
                lines.append(tomli_w.dumps({name: value}).strip())
        lines.append("")
    return "\n".join(lines)


def reference_page(width: int = 80) -> str:
    """Every hyperparameter with its meaning, range, default and when a change takes effect."""
    lines = []
    for group in GROUPS:
        lines += [group.upper(), ""]
        for spec in FIELDS.values():
            if spec.group == group:
                lines += _entry(spec, width)
    return "\n".join(lines)


def _entry(spec: Field, width: int) -> list[str]:
    applies = "changes while training" if spec.live else "changes at reset"
    default = spec.format(spec.default)
    only = "; ".join(f"{FIELDS[other].label} {', '.join(values)}" for other, values in spec.when.items())
    text = [f"{spec.meaning[0].upper()}{spec.meaning[1:]}. {spec.explanation}"]
    text += [f"Allowed: {spec.allowed}. Default: {default}. {applies.capitalize()}."]
    text += [f"Matters only with {only}."] if only else []
    head = f"{spec.label}  --{option_name(spec.name)}"
    body = [line for part in text for line in textwrap.wrap(part, width - 4)]
    return [head, *(f"    {line}" for line in body), ""]


def option_name(name: str) -> str:
    """The command-line option of a field, without its hyphens: learning-rate."""
    return name.replace("_", "-")
