"""Trials of the user's own: settings that somebody wrote, checked and made whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuitrain.errors import HyperparameterError
from tuitrain.options.hyperparameters import FIELDS, field_name
from tuitrain.search.space.space import Space
from tuitrain.text import quoted, suggest


def own_setting(space: Space, given: Mapping[str, Any]) -> dict[str, Any]:
    """A setting in the space or beside it, from values or their texts; what is not given is as in the space's base.

    Raises
    ------
    HyperparameterError
        with a line for each name that is not known or not searched, and each value that is not allowed.
    """
    setting = {name: getattr(space.base, name) for name in space.names}
    problems = []
    for written, value in given.items():
        name = field_name(str(written))
        if name is None:
            problems.append(f"hyperparameter {quoted(written)}: {suggest(str(written), tuple(FIELDS))}")
        elif name not in space.names:
            problems.append(f"{FIELDS[name].label} is not searched; give it a range")
        else:
            try:
                setting[name] = FIELDS[name].parse(value) if isinstance(value, str) else FIELDS[name].check(value)
            except ValueError as error:
                problems.append(str(error))
    if problems:
        raise HyperparameterError("\n".join(f"own trial: {problem}" for problem in problems))
    return space.active(setting)
