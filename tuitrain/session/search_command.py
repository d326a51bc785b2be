"""What is searched and how, between a session's commands, which hold texts and numbers, and the search's own types."""

from __future__ import annotations

from typing import Any

from tuitrain.data.facts import DatasetSource
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.search_settings import Settings
from tuitrain.search.space.space import Space
from tuitrain.session.commands import SearchCommand


def fields_of(source: DatasetSource, space: Space, settings: Settings) -> dict[str, Any]:
    """Return the fields that every `SearchCommand` has."""
    texts = space.to_json()
    return {"dataset": source, "space": texts["ranges"], "base": texts["base"], "settings": settings.to_mapping()}


def read_command(command: SearchCommand) -> tuple[Space, Settings]:
    """Return the space and the settings of a command.

    Raises
    ------
    TuitrainError
        if they are not a space and settings.
    """
    space = Space(dict(command.space), Hyperparameters.from_mapping(command.base))
    return space, Settings.from_mapping(command.settings)
