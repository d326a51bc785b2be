"""A remedy as commands of the session, so that adopting one is journalled as any change is."""

from __future__ import annotations

from tuitrain.data.facts import DatasetSource
from tuitrain.diagnosis.finding import Remedy
from tuitrain.session.commands import Command, Reset, SetHyperparameter, Start
from tuitrain.session.remedy_options import changes_of
from tuitrain.session.snapshot import Snapshot


def commands_of(remedy: Remedy, snapshot: Snapshot) -> tuple[Command, ...]:
    """Return the commands that make the changes of a remedy, and begin or continue the training where that is needed.

    Data that are read in another way are read again by the reset.
    """
    source = snapshot.dataset.source
    values, options = changes_of(remedy.options, source.options)
    changes = [SetHyperparameter(name, value) for name, value in values.items()]
    if options != dict(source.options):
        return (*changes, Reset(DatasetSource(source.source, options)), Start())
    if remedy.restart:
        return (*changes, Reset(), Start())
    return (*changes, Start()) if snapshot.state == "done" else tuple(changes)
