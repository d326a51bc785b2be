"""Write predictions as CSV, block by block, with their progress on standard error."""

from __future__ import annotations

import csv
import io
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from tuitrain.cli.output import tell
from tuitrain.cli.progress import PredictionLine
from tuitrain.errors import DataError, FileError
from tuitrain.runs.files import followed, reason, whole_file
from tuitrain.text import counted, visible
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.runs.predict_stream import Predictions

WriteRows: TypeAlias = Callable[[Sequence[Sequence[object]]], None]


def check_output(output: Path | None, inputs: Sequence[str | Path]) -> None:
    """Check that what is read is not written over.

    Raises
    ------
    DataError
        if the output is one of the inputs.
    """
    existing = [] if output is None or not output.exists() else [name for name in inputs if Path(name).exists()]
    if output is not None and any(output.samefile(name) for name in existing):
        raise DataError(_("{output}: is the input; choose another output file").format(output=visible(output)))


def write_predictions(found: Predictions, output: Path | None) -> int:
    """Write all blocks to a file, which then stands there whole or not at all, or else to standard output as they come.

    Tell the notices behind them. The exit code: 0, or 130 if Ctrl-C was pressed.

    Raises
    ------
    DataError
        if reading fails; says how many predictions standard output has then.
    FileError
        if the file cannot be written.
    """
    is_mixed = output is None and sys.stdout.isatty()  # with rows on the same terminal
    line = PredictionLine(None if is_mixed else sys.stderr, shutil.get_terminal_size().columns)
    count = 0
    try:
        with _ended_by_terminate(), _sink(output) as write:
            for rows in found.blocks:
                if rows:
                    write([found.header, *rows] if count == 0 else rows)
                count += len(rows)
                line.show(count, found.share())
    except DataError as error:
        line.clear()
        if output is None and count:
            text = _("{error}\nstandard output has the predictions of the first {rows}")
            raise DataError(text.format(error=error, rows=counted(count, "row"))) from error
        raise
    except KeyboardInterrupt:
        line.clear()
        left = "" if output is None else _(", and {output} is not written").format(output=visible(output))
        tell(_("tuitrain: stopped after {count:,} predictions{left}").format(count=count, left=left))
        return 128 + signal.SIGINT
    finally:
        line.clear()
    for notice in found.notices():
        tell(_("note: {notice}").format(notice=notice))
    if output is not None:
        tell(_("{count} predictions written to {output}").format(count=count, output=visible(output)))
    return 0


@contextmanager
def _ended_by_terminate() -> Iterator[None]:
    """End on SIGTERM as on an error, so that no file is left half written."""

    def leave(number: int, frame: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _sink(output: Path | None) -> Iterator[WriteRows]:
    """Give what writes rows: to standard output, into a pipe or a device, or to a file that appears at the end."""
    if output is None:
        is_shown = sys.stdout.isatty()  # a terminal obeys control characters; a file or a pipe gets the data unchanged
        to_stdout = csv.writer(sys.stdout, lineterminator="\n")
        yield lambda rows: to_stdout.writerows(map(_shown, rows) if is_shown else rows)
    elif output.exists() and not output.is_file():
        try:
            with output.open("w", encoding="utf-8", newline="") as file:
                yield csv.writer(file, lineterminator="\n").writerows
        except OSError as error:
            raise FileError(
                _("{output}: cannot be written: {why}").format(output=visible(output), why=reason(error))
            ) from error
    else:
        with whole_file(followed(output)) as write:
            yield lambda rows: write(_as_csv(rows).encode())


def _shown(row: Sequence[object]) -> list[str]:
    return [visible(cell, sys.maxsize) for cell in row]


def _as_csv(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
