"""Demonstrations that are computed at once: functions of one number that + and − move.

To add one: a module with a `FUNCTION`, its name in `tuitrain.pages.demonstration.FUNCTIONS`, and a test that computes
the same in another way.
"""

from __future__ import annotations

from importlib import import_module

from tuitrain.pages.demonstrations.movable import Movable

__all__ = ["load_function"]


def load_function(name: str) -> Movable:
    """Return the demonstration of that name, one of `tuitrain.pages.demonstration.FUNCTIONS`."""
    found: Movable = import_module(f"{__name__}.{name}").FUNCTION
    return found
