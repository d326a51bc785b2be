"""Split rows into training, validation and test: at random, by groups, or by time; seeded and reproducible.

`N` rows, `G` groups.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tuitrain.errors import DataError, DataOptionError
from tuitrain.translation import gettext as _

Rows = NDArray[np.int64]


def split_rows(
    count: int, *, validation: float, test: float, seed: int, classes: NDArray[np.int64] | None = None
) -> tuple[Rows, Rows, Rows]:
    """Return the row numbers of the training, validation and test parts, each in the table's order.

    With `classes` (count,), each part holds its share of every class, to within a few rows: the rows are lined up by
    their place within their class, so that any stretch of the line is a fair sample. A class's only row goes to
    training.

    Raises
    ------
    DataOptionError
        if a share is not from 0 to below 1, or the seed is negative.
    DataError
        if nothing is left to train on.
    """
    n_validation, n_test = _sizes(count, validation, test, seed)
    order = line_up(count, generator_of(seed), classes)
    ends = (n_test, n_test + n_validation)
    return _in_order(order[ends[1] :], order[ends[0] : ends[1]], order[: ends[0]])


def split_groups(
    groups: NDArray[np.int64], *, validation: float, test: float, seed: int, classes: NDArray[np.int64] | None = None
) -> tuple[Rows, Rows, Rows]:
    """Split as `split_rows` does, but never within a group; `groups` (N,) numbers each row's group.

    The groups are drawn in an order that the seed decides, first for the test, then for validation; one is taken if it
    brings the part nearer to its share. So no part misses its share by more than half the smallest group left over,
    unless it would be empty: then it gets the smallest. With `classes` (N,), groups are drawn alike from all classes,
    a group counting for its most frequent one.

    Raises
    ------
    DataOptionError
        as `split_rows` does.
    DataError
        if nothing is left to train on, or there are fewer groups than parts.
    """
    sizes_wanted = _sizes(len(groups), validation, test, seed)
    numbers, sizes = np.unique(groups, return_counts=True)
    n_parts = 1 + sum(size > 0 for size in sizes_wanted)
    if len(numbers) < n_parts:
        raise DataError(
            _("split by group: found {groups} groups for {parts} parts; each part needs one").format(
                groups=len(numbers), parts=n_parts
            )
        )
    place = np.searchsorted(numbers, groups)
    usual = None if classes is None else _usual_class(place, classes, len(numbers))
    waiting = line_up(len(numbers), generator_of(seed), usual).tolist()
    chosen: list[list[int]] = []
    for wanted, reserved in ((sizes_wanted[1], 1 + (sizes_wanted[0] > 0)), (sizes_wanted[0], 1)):
        taken = _take_groups(waiting, sizes, wanted, reserved)
        waiting = [group for group in waiting if group not in taken]
        chosen.append(sorted(taken))
    part_of = np.zeros(len(numbers), np.int64)
    part_of[chosen[0]], part_of[chosen[1]] = 2, 1
    parts = part_of[place]
    return _in_order(*(np.flatnonzero(parts == part) for part in range(3)))


def split_times(times: NDArray[np.float64], *, validation: float, test: float) -> tuple[Rows, Rows, Rows]:
    """Split by time: training rows are earlier than validation rows, and these earlier than test rows.

    `times` (N,) hold no NaN. Rows of one time stay together, so that sizes are as near to their shares as ties allow.

    Raises
    ------
    DataOptionError
        as `split_rows` does.
    DataError
        if nothing is left to train on, or there are fewer different times than parts.
    """
    n_validation, n_test = _sizes(len(times), validation, test, 0)
    order = np.argsort(times, kind="stable")
    ordered = times[order]
    borders = np.flatnonzero(np.diff(ordered) > 0) + 1  # where a new time begins
    n_borders = (n_validation > 0) + (n_test > 0)
    if len(borders) < n_borders:
        raise DataError(
            _("split by time: found {times} different times for {parts} parts; each part needs one").format(
                times=len(borders) + 1, parts=n_borders + 1
            )
        )
    count = len(times)
    first_test = first_validation = count
    if n_test:  # a border stays free before it for validation
        first_test = _nearest(borders[1:] if n_validation else borders, count - n_test)
    if n_validation:
        first_validation = _nearest(borders[borders < first_test], first_test - n_validation)
    else:
        first_validation = first_test
    return _in_order(order[:first_validation], order[first_validation:first_test], order[first_test:])


def line_up(count: int, rng: np.random.Generator, classes: NDArray[np.int64] | None = None) -> Rows:
    """Order all row numbers so that any stretch is a fair sample of the classes; a class's only row comes last."""
    order = rng.permutation(count)
    if classes is None:
        return order
    place = np.empty(count)
    for number in np.unique(classes):
        members = order[classes[order] == number]
        place[members] = (np.arange(len(members)) + 0.5) / len(members) if len(members) > 1 else 1.0
    return order[np.argsort(place[order], kind="stable")]


def deal_groups(groups: NDArray[np.int64], count: int) -> list[Rows]:
    """Deal whole groups to `count` piles of nearly equal size, the largest group first; `groups` (N,) numbers them.

    Returns the rows of each pile in the table's order. With fewer groups than piles, some are empty.
    """
    numbers, sizes = np.unique(groups, return_counts=True)
    pile_of = np.empty(len(numbers), np.int64)
    filled = np.zeros(count, np.int64)
    for group in np.argsort(-sizes, kind="stable"):
        pile_of[group] = int(np.argmin(filled))
        filled[pile_of[group]] += sizes[group]
    pile = pile_of[np.searchsorted(numbers, groups)]
    return [np.flatnonzero(pile == number) for number in range(count)]


def _sizes(count: int, validation: float, test: float, seed: int) -> tuple[int, int]:
    """Return how many rows validation and test should have."""
    if seed < 0:
        raise DataOptionError(_("split seed: {seed} is below 0").format(seed=seed))
    for name, share in (("validation", validation), ("test", test)):
        if not 0 <= share < 1:
            raise DataOptionError(
                _("{name} part: {share:g} is not a share from 0 to below 1").format(name=name, share=share)
            )
    n_test, n_validation = round(count * test), round(count * validation)
    if validation + test >= 1 or n_test + n_validation >= count:
        raise DataError(
            _("validation {validation:g} and test {test:g} of {count} rows leave nothing to train on").format(
                validation=validation, test=test, count=count
            )
        )
    return n_validation, n_test


def generator_of(seed: int) -> np.random.Generator:
    """Return the random numbers that a split draws from its seed."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *b"split"])))


def _in_order(*parts: Rows) -> tuple[Rows, Rows, Rows]:
    train, validation, test = (np.sort(part).astype(np.int64) for part in parts)
    return train, validation, test


def _usual_class(place: NDArray[np.int64], classes: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return the most frequent class of each group, (G,)."""
    pairs, frequency = np.unique(np.stack([place, classes]), axis=1, return_counts=True)
    usual = np.zeros(count, np.int64)
    rising = np.argsort(frequency, kind="stable")
    usual[pairs[0, rising]] = pairs[1, rising]  # the most frequent is written last
    return usual


def _take_groups(waiting: Sequence[int], sizes: NDArray[np.int64], wanted: int, reserved: int) -> set[int]:
    """Take from the `waiting` groups about `wanted` rows; at least `reserved` groups are left for other parts."""
    taken: set[int] = set()
    if not wanted:
        return taken
    filled = 0
    for group in waiting:
        if len(waiting) - len(taken) <= reserved:
            break
        if abs(wanted - filled - sizes[group]) < wanted - filled:
            taken.add(group)
            filled += int(sizes[group])
    return taken or {min(waiting, key=lambda group: sizes[group])}


def _nearest(borders: NDArray[np.int64], place: int) -> int:
    return int(borders[np.argmin(np.abs(borders - place))])
