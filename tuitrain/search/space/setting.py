"""Settings as users and journals write them: checked, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuitrain.errors import HyperparameterError
from tuitrain.options.automatic import AUTO, SETTLED
from tuitrain.options.hyperparameters import FIELDS, field_name
from tuitrain.search.space.space import Setting, Space
from tuitrain.text import quoted, suggest
from tuitrain.translation import gettext as _


def own_setting(space: Space, given: Mapping[str, Any]) -> dict[str, Any]:
    """Validate a setting entered by the user, and complete it from the space's base.

    `given` maps names or labels to values or their texts; a value may lie outside its range.

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
            problems.append(
                _("hyperparameter {written}: {hint}").format(
                    written=quoted(written), hint=suggest(str(written), tuple(FIELDS))
                )
            )
        elif name not in space.names:
            problems.append(_("{label} is not searched; give it a range").format(label=_(FIELDS[name].label)))
        else:
            try:
                setting[name] = FIELDS[name].parse(value) if isinstance(value, str) else FIELDS[name].check(value)
            except ValueError as error:
                problems.append(str(error))
    if problems:
        raise HyperparameterError("\n".join(_("own trial: {problem}").format(problem=problem) for problem in problems))
    for name in {*SETTLED} & setting.keys():
        if setting[name] == AUTO:
            setting[name] = getattr(space.base, name)
    return space.active(setting)


def setting_to_json(setting: Setting) -> dict[str, Any]:
    """Convert a setting to JSON values."""
    return {name: FIELDS[name].format(value) if isinstance(value, tuple) else value for name, value in setting.items()}


def setting_from_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Convert JSON values back to a setting.

    Raises
    ------
    ValueError
        if a value is not allowed.
    """
    return {n: FIELDS[n].parse(v) if isinstance(v, str) else FIELDS[n].check(v) for n, v in values.items()}
