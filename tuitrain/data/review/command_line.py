"""The options for the command line that read a table as it was read on the screen."""

from __future__ import annotations

import shlex

from tuitrain.options.data_options import DATA_FIELDS, DataOptions


def as_arguments(options: DataOptions) -> list[str]:
    """Write the options that are not as usual as arguments: ``["--target", "left", "--drop", "status_code"]``."""
    written: list[str] = []
    for name, spec in DATA_FIELDS.items():
        value = getattr(options, name)
        if value == spec.default:
            continue
        if spec.kind == "mapping":
            texts = [f"{key}={text}" for key, text in value]
        else:
            texts = [*value] if spec.is_repeatable else [spec.format(value)]
        for text in texts:
            written += [spec.flag, text]
    return written


def as_command_line(options: DataOptions) -> str:
    """Write them on one line, as a shell reads it."""
    return shlex.join(as_arguments(options))
