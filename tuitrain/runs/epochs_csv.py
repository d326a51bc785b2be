"""The epochs of a run as comma-separated values."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import TextIO

import numpy as np

from tuitrain.runs.metrics_reading import read_blocks
from tuitrain.runs.run import METRICS


def write_epochs(run: Path, file: TextIO) -> int:
    """Write a line for each epoch of the run at `run`, with the columns of its first ones; return how many.

    A value that was not measured is empty.

    Raises
    ------
    RunError
        if its epochs cannot be read.
    """
    writer = csv.writer(file, lineterminator="\n")
    names: list[str] = []
    count = 0
    for block in read_blocks(run / METRICS, with_layers=False):
        if not names:
            names = list(block.columns)
            writer.writerow(["epoch", "step", *names])
        columns = [block.columns.get(name, np.full(len(block.steps), np.nan)).tolist() for name in names]
        for row, step in enumerate(block.steps):
            values = (column[row] for column in columns)
            writer.writerow([block.first + row, step, *("" if math.isnan(value) else value for value in values)])
        count += len(block.steps)
    if not names:
        writer.writerow(["epoch"])
    return count
