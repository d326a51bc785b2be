"""Read ``metrics.jsonl`` a block at a time, so that a million epochs are no more than their numbers.

Lines as `epoch_lines` writes them are read by one pattern; others, as from another version, one by one.

Shapes: `n` epochs of a block, `L` layers with parameters.
"""

from __future__ import annotations

import json
import math
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.errors import RunError
from tuitrain.options.metric_names import LOSS
from tuitrain.runs.files import open_regular, reason
from tuitrain.runs.history import History
from tuitrain.runs.metrics_file import LAYERS as OF_LAYERS
from tuitrain.runs.metrics_file import PARTS, PLAIN, VALIDATION, epoch_of
from tuitrain.text import visible
from tuitrain.translation import gettext as _

Floats = NDArray[np.float64]
BLOCK = 1 << 21  # bytes
MORE = 4  # numbers at most besides the plain ones: one metric or two, and an ensemble's range
LAYERS = {name: column for column, name in OF_LAYERS.items()}  # as the file names them, to the history's columns
_NUMBER = rb'(-?[0-9][0-9.e+-]*|null|"-?inf")'
_LINE = re.compile(
    rb'\{"epoch":([0-9]+),"step":([0-9]+)'
    + b"".join(b',"' + name.encode() + b'":' + _NUMBER for name in PLAIN)
    + rb',"(\w+)":' + _NUMBER + (rb'(?:,"(\w+)":' + _NUMBER + rb")?") * (MORE - 1)
    + b"".join(b',"' + name.encode() + rb'":\[([^\]]*)\]' for name in LAYERS)
    + rb"\}\n"
)  # fmt: skip
_FIRST = 2 + len(PLAIN)  # of a line's groups: behind them `MORE` names and values, and the layers'
_WORDS = {b"null": math.nan, b'"inf"': math.inf, b'"-inf"': -math.inf}


@dataclass(frozen=True)
class EpochBlock:
    """Some epochs, from `first` (counted from 1) on: `steps` done after each, `columns` by name (n,), `layers` (n, L).

    `size` is that of their lines in bytes.
    """

    first: int
    size: int
    steps: Sequence[int]
    columns: Mapping[str, Floats]
    layers: Mapping[str, Floats]


def read_blocks(path: Path, *, offset: int = 0, first: int = 1, with_layers: bool = True) -> Iterator[EpochBlock]:
    """Yield the epochs of a file, from a place in it on that epoch `first` begins at; a line cut short is left out.

    Raises
    ------
    RunError
        if it cannot be read, or a line is no epoch.
    """
    try:
        with open_regular(path) as file:
            file.seek(offset)
            rest = b""
            while data := file.read(BLOCK):
                end = data.rfind(b"\n") + 1
                lines, rest = (rest + data[:end], data[end:]) if end else (b"", rest + data)
                if lines:
                    block = _block(lines, first, path, with_layers=with_layers)
                    first += len(block.steps)
                    yield block
    except FileNotFoundError:
        return
    except OSError as error:
        raise RunError(_("{path}: cannot be read: {why}").format(path=visible(path), why=reason(error))) from error


def _block(lines: bytes, first: int, path: Path, *, with_layers: bool) -> EpochBlock:
    found = _LINE.findall(lines)
    count = lines.count(b"\n")
    if len(found) == count:
        try:
            return _of_groups(found, first, len(lines), with_layers=with_layers)
        except ValueError:
            pass  # what is wrong, and where, is told of one line
    parsed = []
    for number, line in enumerate(lines.split(b"\n")[:-1], first):
        try:
            parsed.append(epoch_of(json.loads(line), number))
        except (TypeError, ValueError, RecursionError) as error:
            raise RunError(_("{path}, line {number}: {why}").format(
                path=visible(path), number=number, why=visible(error, 120))) from None  # fmt: skip
    return _of_epochs(parsed, first, len(lines))


def _of_groups(found: list[tuple[bytes, ...]], first: int, size: int, *, with_layers: bool) -> EpochBlock:
    groups = list(zip(*found, strict=True))
    names = {*zip(*groups[_FIRST : _FIRST + 2 * MORE : 2], strict=True)}
    if len(names) > 1 or [int(epoch) for epoch in groups[0]] != list(range(first, first + len(found))):
        raise ValueError("not one after the other")
    columns = {name: _floats(groups[2 + place]) for place, name in enumerate(PLAIN)}
    for place, name in enumerate(names.pop()):
        if name:
            columns[name.decode()] = _floats(groups[_FIRST + 1 + 2 * place])
    layers = {}
    for place, name in enumerate(LAYERS if with_layers else ()):
        values = b",".join(groups[_FIRST + 2 * MORE + place]).split(b",")
        layers[name] = _floats(values).reshape(len(found), -1)
    return EpochBlock(first, size, [int(step) for step in groups[1]], columns, layers)


def _floats(values: Sequence[bytes]) -> Floats:
    return np.array([_WORDS[value] if value[0] in b'n"' else float(value) for value in values], np.float64)


def _of_epochs(epochs: list[dict[str, Any]], first: int, size: int) -> EpochBlock:
    names = dict.fromkeys(name for epoch in epochs for name, value in epoch.items() if isinstance(value, float))
    columns = {name: np.array([epoch.get(name, math.nan) for epoch in epochs]) for name in names}
    layers = {name: np.array([epoch[name] for epoch in epochs]) for name in LAYERS if all(name in e for e in epochs)}
    return EpochBlock(first, size, [epoch["step"] for epoch in epochs], columns, layers)


def read_columns(path: Path) -> dict[str, Floats]:
    """Return the columns of a file's epochs by name, with ``epoch`` and ``step``; {} where there are none.

    Raises
    ------
    RunError
        if it cannot be read, or a line is no epoch.
    """
    parts: list[dict[str, Floats]] = []
    count = 0
    for block in read_blocks(path, with_layers=False):
        count += len(block.steps)
        parts.append({"step": np.array(block.steps, np.float64), **block.columns})
    names = dict.fromkeys(name for part in parts for name in part)
    epochs = {"epoch": np.arange(1.0, count + 1.0)} if count else {}
    return epochs | {
        name: np.concatenate([part.get(name, np.full(len(part["step"]), np.nan)) for part in parts]) for name in names
    }


def is_cut_short(path: Path) -> bool:
    """Return whether a file's last line has no end."""
    try:
        with open_regular(path) as file:
            if not file.seek(0, 2):
                return False
            file.seek(-1, 2)
            return bool(file.read(1) != b"\n")
    except OSError:
        return False


def read_history(
    path: Path, layers: int, *, metric: str, watched: str, most: int | None = None
) -> tuple[History, array[int]]:  # fmt: skip
    """Return the course that a file holds, of `most` epochs at most, and the steps done after each.

    `metric` and `watched` are as for `epoch_lines`.

    Raises
    ------
    RunError
        if it cannot be read, or a line is no epoch of a network with so many layers.
    """
    history, steps = History(layers), array("q")
    for block in read_blocks(path):
        count = len(block.steps) if most is None else min(len(block.steps), most - history.length)
        columns = {name: values[:count] for name, values in block.columns.items()}
        if watched != LOSS and (name := f"{VALIDATION}_{watched}") in columns:
            columns["watched_metric"] = columns[name]
        for part in PARTS:
            if (name := f"{part}_{metric}") in columns:
                columns[f"{part}_metric"] = columns.pop(name)
        try:
            history.extend(count, columns, {
                LAYERS[name]: values[:count] for name, values in block.layers.items() if values.size
            })  # fmt: skip
        except ValueError as error:
            raise RunError(_("{path}, epoch {epoch}: {why}").format(
                path=visible(path), epoch=block.first, why=visible(error, 120))) from None  # fmt: skip
        steps.extend(block.steps[:count])
        if history.length == most:
            break
    return history, steps
