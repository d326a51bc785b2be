"""Shorten the names of classes or columns so that they can still be told apart."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from tuitrain.ui.plots.lines import cut
from tuitrain.ui.theme import Theme

LEAST_WITH_ELLIPSIS = 8  # cells; with fewer, each letter counts more than the sign that some are missing


def distinct(names: Sequence[str], room: int, *, theme: Theme) -> list[str]:
    """Return `names` in at most `room` cells each: whole if all of them fit, else by their beginnings.

    Where beginnings are the same, what follows them is shown instead: ``class 10`` and ``class 11`` become ``10`` and
    ``11``; of some among others, ``…ast`` and ``…est``. If nothing tells all of them apart, most of them are.
    """
    if all(cell_len(name) <= room for name in names):
        return list(names)
    starts = [_start(name, room) for name in names]
    shared = len(_common(names))
    tries = [
        [cut(name, room, theme=theme) for name in names] if room >= LEAST_WITH_ELLIPSIS else starts,
        starts,
        [_start(name[shared:] or name, room) for name in names],
        [_rest(name, [other for other in names if _start(other, room) == start], room, theme)
         for name, start in zip(names, starts, strict=True)],
    ]  # fmt: skip
    return max(tries, key=lambda shown: len(set(shown)))  # the first of the best


def are_distinct(names: Sequence[str], room: int, *, theme: Theme) -> bool:
    """Whether `distinct` tells all different names apart in so many cells."""
    return len(set(distinct(names, room, theme=theme))) == len(set(names))


def _start(name: str, room: int) -> str:
    """The letters of the name's beginning that fit into so many cells."""
    return name if cell_len(name) <= room else set_cell_size(name, max(room, 0)).rstrip()


def _common(names: Sequence[str]) -> str:
    """The beginning that all names share, without the first digits of a number."""
    first, last = min(names), max(names)  # what these two share, all between them do
    pairs = enumerate(zip(first, last, strict=False))
    shared = first[: next((place for place, (a, b) in pairs if a != b), len(first))]
    return shared.rstrip("0123456789") if any(name[len(shared) :][:1].isdigit() for name in names) else shared


def _rest(name: str, alike: Sequence[str], room: int, theme: Theme) -> str:
    """What follows the beginning that the names `alike` share, if there are several."""
    rest = name[len(_common(alike)) :] if len(set(alike)) > 1 else ""
    return theme.signs.ellipsis + _start(rest, room - 1) if rest else _start(name, room)
