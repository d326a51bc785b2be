"""A run's older checkpoints: a few, spread evenly over its epochs, from which it can be forked.

A checkpoint that is about to be replaced stays under another name, as a second link to the same file: nothing is
written for it. Where the file system has no such links, or the checkpoints are too large, none stays.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from tuitrain.runs.disk import Disk

NAME = "epoch-{epoch}.safetensors"
MOST = 8
MOST_BYTES = 64 * 2**20  # of all of them
_NAMED = re.compile(r"epoch-([1-9][0-9]{0,17})\.safetensors")


def kept_epochs(run: Path) -> dict[int, Path]:
    """Return the checkpoints that a run still has of earlier epochs, by epoch, in their order."""
    found = {}
    with suppress(OSError):
        for path in run.iterdir():
            if (named := _NAMED.fullmatch(path.name)) and not path.is_symlink() and path.is_file():
                found[int(named[1])] = path
    return dict(sorted(found.items()))


def keep(last: Path, epoch: int, disk: Disk) -> None:
    """Keep the checkpoint `last` as that of an epoch, if it is far enough from the others; thin them if need be."""
    with suppress(OSError):
        kept = kept_epochs(last.parent)
        most = min(MOST, MOST_BYTES // last.stat().st_size)
        epochs = list(kept)
        if most < 2 or epoch - max(epochs, default=0) < _apart(epochs):
            return
        while len(epochs) >= most:
            for gone in epochs[1::2]:
                kept[gone].unlink()
            del epochs[1::2]
        disk.link(last, last.with_name(NAME.format(epoch=epoch)))


def _apart(epochs: list[int]) -> int:
    """Return how far apart they are; 1 where that is not known."""
    return -(-(epochs[-1] - epochs[0]) // (len(epochs) - 1)) if len(epochs) > 1 else 1
