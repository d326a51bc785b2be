"""All traps of a table, the gravest first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.table import Column, Table
from tuitrain.data.target import Target
from tuitrain.data.traps.apart import find_groups, find_times
from tuitrain.data.traps.columns import find_ids, find_marks_of_missing
from tuitrain.data.traps.leaks import find_leaks
from tuitrain.data.traps.targets import find_target_traps
from tuitrain.data.traps.totals import find_totals
from tuitrain.data.traps.trap import Trap


def find_traps(
    source: Table, source_rows: NDArray[np.int64], inputs: Sequence[Column], goal: Target,
    parts: Sequence[NDArray[np.int64]], *, is_task_told: bool = False, is_split_told: bool = False,
) -> list[Trap]:  # fmt: skip
    """Look for every trap that can be seen before the columns are encoded.

    `source` is the table as it was read, `source_rows` (N,) are its rows that have a target, in which `inputs` and
    `goal` are given; `parts` are the rows among these of training, validation and test. Of images, whose columns are
    pixels, only the target is looked at.
    """
    known = np.sort(np.concatenate([parts[0], parts[1]]))
    found = find_target_traps(source, goal, source_rows, parts[0], is_task_told=is_task_told)
    if source.image_largest is not None:
        return found
    groups = find_groups(inputs, goal, parts)
    owners = {name for trap in groups for name in trap.columns}  # whose target is one: a matter of the split, no leak
    leaks = find_leaks([column for column in inputs if column.name not in owners], goal, known)
    apart = [] if is_split_told else [*groups, *find_times(inputs, goal)]
    return [*leaks, *find_totals(source), *found, *apart, *find_ids(inputs), *find_marks_of_missing(inputs)]
