"""A remedy as commands of the session, so that adopting one is journalled as any change is."""

from __future__ import annotations

import shlex
from typing import Any

from tuitrain.data.facts import DatasetSource
from tuitrain.diagnosis.finding import Remedy
from tuitrain.options.data_options import DATA_FIELDS
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.session.commands import Command, Reset, SetHyperparameter, Start
from tuitrain.session.snapshot import Snapshot

_FIELDS = {spec.flag: spec for spec in FIELDS.values()}
_DATA = {spec.flag: spec for spec in DATA_FIELDS.values()}


def commands_of(remedy: Remedy, snapshot: Snapshot) -> tuple[Command, ...]:
    """Return the commands that make the changes of a remedy, and begin or continue the training where that is needed.

    Data that are read in another way are read again by the reset.
    """
    words = shlex.split(remedy.options)
    changes: list[Command] = []
    source = snapshot.dataset.source
    options: dict[str, Any] = dict(source.options)
    for flag, value in zip(words[::2], words[1::2], strict=True):
        if flag in _FIELDS:
            spec = _FIELDS[flag]
            changes.append(SetHyperparameter(spec.name, spec.parse(value)))
            continue
        data = _DATA[flag]
        options[data.name] = (*options.get(data.name, ()), value) if data.is_repeatable else value
    if options != dict(source.options):
        return (*changes, Reset(DatasetSource(source.source, options)), Start())
    if remedy.restart:
        return (*changes, Reset(), Start())
    return (*changes, Start()) if snapshot.state == "done" else tuple(changes)
