"""How a process that reads a file sends its columns: a JSON line for each, and the bytes of its numbers behind it.

`N` rows. Texts are sent once each, with the place of each row's text among them.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.readers.typed import TypedColumn


class Refusal(Exception):  # noqa: N818 - an answer, which the other process turns into an error
    """Why the file is not read: a key that the receiver knows, and what to fill into its message."""

    def __init__(self, key: str, **details: Any) -> None:
        super().__init__(key)
        self.key, self.details = key, details


Columns = Iterable[tuple[str, TypedColumn]]
ReadColumns = Callable[[Mapping[str, Any]], tuple[dict[str, Any], Columns]]


def answer(read: ReadColumns) -> None:
    """Run as a process: call `read` with the request in the arguments, and send what it returns or refuses.

    It returns facts, fit for JSON, and names and columns. The process ends with the one that started it.
    """
    stream = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)  # where Rust writes the traces of a panic
    threading.Thread(target=_end_with_parent, daemon=True).start()
    request = json.loads(sys.argv[1])
    _limit_memory(request["most_memory"])
    try:
        facts, columns = read(request)
        _send(stream, {"facts": facts})
        for name, column in columns:
            send_column(stream, name, column)
        _send(stream, {"end": True})
    except Refusal as refusal:
        _send(stream, {"refused": refusal.key, "details": refusal.details})
    stream.close()


def _end_with_parent() -> None:
    """Wait until standard input, which the parent holds open, is closed."""
    with suppress(OSError):
        while os.read(0, 1):
            pass
    os._exit(1)


def _limit_memory(most: int) -> None:
    """Let the system refuse more memory than `most` bytes, rather than give all of the machine's."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - only where the system has it

        _soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (most if hard < 0 else min(most, hard), hard))


def _send(stream: BinaryIO, message: Mapping[str, Any]) -> None:
    stream.write(json.dumps(message).encode() + b"\n")


def send_column(stream: BinaryIO, name: str, column: TypedColumn) -> None:
    """Send one column."""
    values = column.values
    if isinstance(values, np.ndarray):
        _send(stream, {"name": name, "kind": column.kind, "count": len(values)})
        stream.write(np.ascontiguousarray(values, "<f8").data)
        return
    places: dict[str | None, int] = {}
    codes = np.fromiter((places.setdefault(value, len(places)) for value in values), "<i4", len(values))
    _send(stream, {"name": name, "kind": column.kind, "count": len(values), "texts": list(places)})
    stream.write(codes.data)


def receive(stream: BinaryIO) -> tuple[dict[str, Any], dict[str, TypedColumn]]:
    """Read an answer: facts, and the columns by name.

    Raises
    ------
    Refusal
        if that is the answer.
    EOFError
        if it ends early, because the process did.
    """
    facts: dict[str, Any] = {}
    columns: dict[str, TypedColumn] = {}
    while True:
        line = stream.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        message = json.loads(line)
        if "end" in message:
            return facts, columns
        if "refused" in message:
            raise Refusal(message["refused"], **message["details"])
        if "facts" in message:
            facts = message["facts"]
            continue
        if "texts" in message:
            texts = message["texts"]
            codes = _array(stream, message["count"], np.dtype("<i4"))
            values: Any = [texts[code] for code in codes.tolist()]
        else:
            values = _array(stream, message["count"], np.dtype("<f8")).astype(np.float64, copy=False)
        columns[message["name"]] = TypedColumn(message["kind"], values)


def _array(stream: BinaryIO, count: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    array = np.empty(count, dtype)
    rest = array.view(np.uint8)
    while rest.size:
        done = stream.readinto(rest.data)  # type: ignore[attr-defined]
        if not done:
            raise EOFError
        rest = rest[done:]
    return array
