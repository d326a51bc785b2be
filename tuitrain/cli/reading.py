"""How far the reading of a table is, on a terminal, and what Ctrl-C does meanwhile."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

import click

from tuitrain.cli.output import tell
from tuitrain.text import visible
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.data.progress import Progress

QUICK = 1.0  # seconds of reading of which nothing is said
BETWEEN = 0.1  # seconds between two lines
BAR = 24  # columns


class ReadingLine:
    """A `Progress` that rewrites a line on `stream`, if that is a terminal, once the reading takes long."""

    def __init__(
        self, what: str, stream: TextIO, width: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:  # fmt: skip
        self._what, self._stream, self._width, self._clock = what, stream, width, clock
        self._is_terminal = stream.isatty()
        self._began = clock()
        self._next = self._began + QUICK
        self._is_shown = False

    def __call__(self, done: int, total: int) -> None:
        """Write how far it is, if it is time to."""
        now = self._clock()
        if not self._is_terminal or now < self._next:
            return
        self._next, self._is_shown = now + BETWEEN, True
        text = _("reading {what}").format(what=self._what)
        if total:
            full = int(BAR * done / total)
            text = f"{'█' * full}{'░' * (BAR - full)} {int(100 * done / total)} %  {text}"
        self._write("\r" + text[: self._width - 1] + "\x1b[K")

    def clear(self) -> None:
        """Take the line away."""
        if self._is_shown:
            self._write("\r\x1b[K")
            self._is_shown = False

    def _write(self, text: str) -> None:
        with suppress(OSError):  # nobody takes it, and it is no reason to end what runs
            self._stream.write(text)
            self._stream.flush()


@contextmanager
def told_while_read(source: str) -> Iterator[Progress]:
    """Give what is told how far the reading of a source is; Ctrl-C ends the command with one line and exit code 130."""
    what = _("standard input") if source == "-" else visible(source, 40)
    line = ReadingLine(what, sys.stderr, shutil.get_terminal_size().columns)
    try:
        yield line
    except KeyboardInterrupt:
        line.clear()
        tell(_("tuitrain: interrupted while reading {what}").format(what=what))
        raise click.Abort from None
    finally:
        line.clear()
