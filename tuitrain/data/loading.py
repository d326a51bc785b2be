"""Load the table that a user names, and make a dataset of it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from tuitrain.data.catalog import BUNDLED, bundled_path
from tuitrain.data.dataset import Dataset, build_dataset
from tuitrain.data.generators import RECIPES, generate
from tuitrain.data.preprocessing import Scale
from tuitrain.data.readers.arrays import read_npy, read_npz, read_parquet
from tuitrain.data.readers.dialect import DELIMITER_NAMES
from tuitrain.data.readers.text import read_text_table
from tuitrain.data.table import Table
from tuitrain.errors import DataError, DataOptionError
from tuitrain.text import quoted, suggest, visible

Source: TypeAlias = str | os.PathLike[str]
HEAD_BYTES = 8_000_000


def load_dataset(
    source: Source, target: str | None = None, *, task: str | None = None, validation: float = 0.15, test: float = 0.15,
    test_file: Source | None = None, split_seed: int = 0, scale: Scale = "standard", drop: Sequence[str] = (),
    delimiter: str | None = None, allow_stdin: bool = True,
) -> Dataset:  # fmt: skip
    """Read a table and make a dataset of it.

    Parameters
    ----------
    source
        a bundled or generated name (``iris``, ``moons?n=1000``), a path (anything with a suffix or a slash), or ``-``
        for standard input; a `Path` is always a file
    target
        the column to predict; by default one with a usual name (target, label, class, y, species …), else the last
    task
        ``classification`` or ``regression``; by default inferred from the target's values
    validation, test
        shares of the rows; the rest is for training
    test_file
        a separate file for the test part
    split_seed
        seed of the random split
    scale
        ``standard``, ``minmax`` or ``none``, for number columns
    drop
        columns to leave out
    delimiter
        ``comma``, ``semicolon``, ``tab``, ``pipe`` or ``space``, for text tables; by default detected
    allow_stdin
        False refuses ``-``, where standard input is the keyboard

    Raises
    ------
    DataOptionError
        for an option that is not allowed.
    DataError
        if the table cannot be read or does not fit the task; names the file, the line and what was found.
    """
    source, test_file = source_text(source), None if test_file is None else source_text(test_file)
    table, test_table = load_tables(source, delimiter=delimiter, allow_stdin=allow_stdin)
    if test_file is not None:
        test_table = load_tables(test_file, delimiter=delimiter, allow_stdin=allow_stdin)[0]
    dataset = build_dataset(
        table, source=source, target=target, task=task, validation=validation, test=test, test_table=test_table,
        split_seed=split_seed, scale=scale, drop=drop,
    )  # fmt: skip
    options = {
        "target": target, "task": task, "validation": validation, "test": test, "test_file": test_file,
        "split_seed": split_seed, "scale": scale, "drop": list(drop),
        "delimiter": delimiter,
    }  # fmt: skip
    return replace(dataset, options={name: value for name, value in options.items() if value not in (None, [])})


def source_text(source: Source) -> str:
    """Convert a source to text; a path object becomes text that can only name a file."""
    if isinstance(source, str):
        return source
    path = os.fsdecode(source)
    return path if "/" in path else f"./{path}"


def load_tables(
    source: str, *, most_rows: int | None = None, delimiter: str | None = None, allow_stdin: bool = True
) -> tuple[Table, Table | None]:
    """Read the table named by `source`, and the test table if its file holds one.

    `most_rows` limits what is read, for a preview; `delimiter` and `allow_stdin` as in `load_dataset`.

    Raises
    ------
    DataOptionError
        for an unknown delimiter.
    DataError
        if `source` is neither a name nor a path, or its table cannot be read.
    """
    sign = _delimiter_sign(delimiter)
    name, _, options = source.partition("?")
    if name in RECIPES:
        return generate(name, options, most_rows=most_rows), None
    if name in BUNDLED and not options:
        bundled = BUNDLED[name]
        table = read_text_table(bundled_path(name).read_bytes(), name, most_rows=most_rows)
        return replace(table, suggested_target=bundled.target, suggested_task=bundled.task), None
    if source == "-":
        if not allow_stdin or sys.stdin is None:
            raise DataError("dataset -: standard input cannot be read here; name a file, such as ./data.csv")
        return read_text_table(sys.stdin.buffer.read(), "standard input", delimiter=sign, most_rows=most_rows), None
    if re.match(r"[a-z][a-z0-9+.-]+://", source, re.IGNORECASE):
        raise DataError(f"dataset {quoted(source)}: is a URL; download the file first, for example with curl -O")
    path = _path(source)
    if "/" not in source and not path.is_file() and (not path.suffix or "?" in source):
        raise DataError(f"dataset {quoted(source)}: {_meant(name)}")
    return read_path(path, delimiter=sign, most_rows=most_rows)


def _delimiter_sign(name: str | None) -> str | None:
    """Return the character of a named delimiter; the character itself is accepted too."""
    signs = {known: sign for sign, known in DELIMITER_NAMES.items()}
    if name is None or name in DELIMITER_NAMES:
        return name
    if name.lower() not in signs:
        raise DataOptionError(f"delimiter {quoted(name)}: {suggest(name, signs)}")
    return signs[name.lower()]


def _path(source: str) -> Path:
    try:
        path = Path(source).expanduser()
        path.stat()
    except FileNotFoundError:
        return path
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"{quoted(source)} is not a valid path: {reason}") from error
    return path


def _meant(name: str) -> str:
    """Suggest what an unknown dataset name may have meant."""
    hint = "to name a file, include its suffix or a slash: data.csv, ./data"
    if name in BUNDLED:
        return f"{name} takes no options"
    meant = suggest(name, [*BUNDLED, *RECIPES])
    if not name:
        return f"the name is empty; {hint}"
    return f"{meant} {hint.capitalize()}" if meant.endswith("?") else f"{meant}; {hint}"


def read_path(path: Path, *, delimiter: str | None = None, most_rows: int | None = None) -> tuple[Table, Table | None]:
    """Read a file by its suffix: .npy, .npz, .parquet; anything else is CSV or TSV text, split at each `delimiter`.

    Raises
    ------
    DataError
        if it cannot be read.
    """
    name = visible(path.name)
    suffix = path.suffix.lower()
    is_text = suffix not in {".npy", ".npz", ".parquet", ".pq"}
    most_bytes = HEAD_BYTES if is_text and most_rows is not None else -1
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes)
            is_cut = len(data) == most_bytes and bool(file.read(1))
    except FileNotFoundError:
        raise DataError(f"{visible(path)}: no such file") from None
    except IsADirectoryError:
        raise DataError(f"{visible(path)}: is a directory; expected a file") from None
    except OSError as error:
        raise DataError(f"{visible(path)}: cannot be read: {error.strerror}") from error
    if suffix == ".npy":
        return read_npy(data, name, most_rows=most_rows), None
    if suffix == ".npz":
        return read_npz(data, name, most_rows=most_rows)
    if not is_text:
        return read_parquet(data, name, most_rows=most_rows), None
    if delimiter is None and suffix in {".tsv", ".tab"} and b"\t" in data:
        delimiter = "\t"
    return read_text_table(data, name, delimiter=delimiter, most_rows=most_rows, is_cut=is_cut), None
