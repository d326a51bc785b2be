"""Read a file in a process of its own, whose end by damage leaves this one running."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import IO, Any, BinaryIO, cast

from tuitrain.data.readers.answers import receive
from tuitrain.data.readers.typed import TypedColumn

SPARE_MEMORY = 2**31  # bytes, beside what the limit of the file's size allows for


class DiedError(Exception):
    """The process ended before its answer did: by a signal, a panic or want of memory."""


def read_in_child(
    module: str, request: Mapping[str, Any], *, limit: int
) -> tuple[dict[str, Any], dict[str, TypedColumn]]:
    """Run `module`, which calls `answer`, as a process with a `request` fit for JSON; return its facts and columns.

    The process may take a few times `limit` bytes of memory. It ends before this function does.

    Raises
    ------
    Refusal
        if the process answers so.
    DiedError
        if it ends without an answer.
    """
    searched = [path or os.getcwd() for path in sys.path]  # noqa: PTH109 - a text
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", module, json.dumps({**request, "most_memory": 4 * limit + SPARE_MEMORY})],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(searched)},
    )  # fmt: skip
    stdin, stdout = cast("IO[bytes]", process.stdin), cast("BinaryIO", process.stdout)
    try:
        return receive(stdout)
    except (EOFError, ValueError) as error:
        raise DiedError from error
    finally:
        process.kill()
        stdin.close()
        stdout.close()
        process.wait()
