"""What goes to standard error and output, also where they take nothing: a closed pipe, a full disk, no file at all.

No training is lost over it: notes fall silent, and only what a command was asked to print fails the command.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TextIO

import click


def tell(text: str) -> None:
    """Write a line on standard error, or fall silent where that takes nothing."""
    try:
        click.echo(text, err=True)
    except OSError:
        give_up(sys.stderr)


def give_up(stream: TextIO) -> None:
    """Let nothing more arrive at a stream that takes nothing, nor fail when the program ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def prepare_streams() -> None:
    """Stand in for a standard output or error that is closed, and let escapes stand in for signs an encoding lacks."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - open until the end
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def finish() -> OSError | None:
    """Write out what is left in the streams' buffers; what standard output failed with, if it did."""
    failed = None
    for stream in (sys.stderr, sys.stdout):
        try:
            stream.flush()
        except OSError as error:
            give_up(stream)
            failed = error if stream is sys.stdout else None
    return failed
