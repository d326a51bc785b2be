"""The memory that a training takes, against what there is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from tuitrain.errors import HyperparameterError, RunError
from tuitrain.translation import gettext as _

ARRAYS_PER_PARAMETER = 7  # parameters, gradient, two of the optimizer, best, backup, probe


def rows_of_a_batch(batch_size: int | str, rows: int) -> int:
    """The rows of a batch where `rows` are trained on; ``full`` is all of them."""
    return rows if batch_size == "full" else min(int(batch_size), rows)


def check_memory(layer_sizes: Sequence[int], members: int, batch: int) -> None:
    """Refuse networks that need more memory than there is: parameters with gradients and optimizer state, and a batch.

    A batch takes its rows, and for each unit its output and the gradient there.

    Raises
    ------
    HyperparameterError
        if they do; says how much memory they need, and for what.
    """
    parameters = sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(layer_sizes))
    for_parameters = parameters * members * ARRAYS_PER_PARAMETER * 4
    for_batch = members * batch * (layer_sizes[0] + 2 * sum(layer_sizes[1:])) * 4
    there = available_memory()
    if there is None or for_parameters + for_batch <= there:
        return
    shape = "x".join(map(str, layer_sizes))
    if for_batch > for_parameters:
        text = _(
            "batch size: {batch:,} rows through {shape} need {needed:.1f} GiB, of them {part:.1f} GiB for the units' "
            "outputs and gradients; {there:.1f} GiB are free. A smaller batch needs less"
        )
    else:
        text = _(
            "hidden layers: {shape} has {parameters:,} parameters, and training them needs {needed:.1f} GiB; "
            "{there:.1f} GiB are free"
        )
    raise HyperparameterError(
        text.format(
            batch=batch, shape=shape, parameters=parameters, needed=(for_parameters + for_batch) / 2**30,
            part=for_batch / 2**30, there=there / 2**30,
        )
    )  # fmt: skip


def check_room(needed: int, what: str) -> None:
    """Refuse work on copies that takes `needed` bytes, if there are fewer.

    Raises
    ------
    RunError
        if there are; says how much memory `what` needs.
    """
    there = available_memory()
    if there is not None and needed > there:
        text = _("{what} needs {needed:.1f} GiB; {there:.1f} GiB are free")
        raise RunError(text.format(what=what, needed=needed / 2**30, there=there / 2**30))


def available_memory() -> int | None:
    """The bytes that may still be used: free on the machine, or left of the control group's limit; None: unknown."""
    known = [value for value in (_free_memory(), _left_of_group()) if value is not None]
    return min(known, default=None)


def _free_memory() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        found = dict(line.split(":", 1) for line in lines if ":" in line)
        return int(found["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None


def _left_of_group() -> int | None:
    """What a control group of Linux (version 2) leaves of its limit, as in a container."""
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
        used = Path("/sys/fs/cgroup/memory.current").read_text(encoding="ascii").strip()
        return None if limit == "max" else max(0, int(limit) - int(used))
    except (OSError, ValueError):
        return None
