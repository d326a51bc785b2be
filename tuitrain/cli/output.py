"""Write to standard error and output, even if they fail: a closed pipe, a full disk, a missing stream.

No training is lost over it: notes are dropped, and only failing to print the result fails the command.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TextIO

import click


def tell(text: str) -> None:
    """Write a line to standard error; do nothing if that fails."""
    try:
        click.echo(text, err=True)
    except OSError:
        give_up(sys.stderr)


def give_up(stream: TextIO) -> None:
    """Discard all further output to a broken stream, so that nothing fails when the program ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def prepare_streams() -> None:
    """Replace a closed standard output or error, and escape characters that an encoding lacks.

    What is closed leads nowhere from then on: else the next file that is opened would take its place, and worker
    processes would find it there.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            handle = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
            os.set_inheritable(handle, True)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - open until the end
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def finish() -> OSError | None:
    """Flush the streams; return the error if standard output failed."""
    failed = None
    for stream in (sys.stderr, sys.stdout):
        try:
            stream.flush()
        except OSError as error:
            give_up(stream)
            failed = error if stream is sys.stdout else None
    return failed
