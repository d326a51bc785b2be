"""A run: the directory that a training leaves, as any process reads it, and as the one that holds it writes it.

``run.json`` says what it is and how it stands, ``hyperparameters.toml`` what it began with, ``journal.jsonl`` what it
was told since, ``metrics.jsonl`` how it went; ``last.safetensors`` is the state to continue from, ``best.safetensors``
the model. ``data.safetensors`` is there where the data cannot be read again, ``lock`` says who holds it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuitrain.data.facts import DatasetFacts
from tuitrain.errors import FileError, RunError
from tuitrain.runs.checkpoint import read_about
from tuitrain.runs.disk import DISK, NEW, Disk
from tuitrain.runs.file_checks import anything as any_value
from tuitrain.runs.file_checks import mapping, one_of, or_null, score, table, text, whole
from tuitrain.runs.files import open_regular, reason
from tuitrain.runs.holder import NAME, Holder, is_held
from tuitrain.runs.json_values import decode_fields
from tuitrain.runs.line_file import LineFile
from tuitrain.runs.names import run_path
from tuitrain.text import nearest, visible
from tuitrain.translation import gettext as _

FORMAT = 1
RUN, HYPERPARAMETERS, JOURNAL, METRICS = "run.json", "hyperparameters.toml", "journal.jsonl", "metrics.jsonl"
LAST, BEST, DATA = "last.safetensors", "best.safetensors", "data.safetensors"
EARLY = {NAME, HYPERPARAMETERS, DATA}  # what is written before ``run.json``
STATUSES = ("running", "paused", "done", "stopped", "interrupted", "diverged", "failed")
_ABOUT = table(
    {
        "format": whole(FORMAT, FORMAT), "kind": one_of(("training", "search")), "status": one_of(STATUSES),
        "started": text, "dataset": mapping(text, any_value), "directory": text, "metric": text,
        "versions": mapping(text, any_value), "hyperparameters": mapping(text, any_value),
    },
    {
        "ended": or_null(text), "ending": text, "epochs": whole(), "best_epoch": whole(), "best_score": score,
        "best_hyperparameters": or_null(mapping(text, any_value)), "seconds": score, "edits": whole(), "note": text,
        "from": text, "forked": mapping(text, any_value), "given": mapping(text, any_value),
        "evaluations": mapping(text, mapping(text, score)),
    },
    is_open=True,
)  # fmt: skip
# Of a running one the checkpoint knows it better than ``run.json``.
PROGRESS = ("epochs", "best_epoch", "best_score", "best_hyperparameters", "seconds", "edits")
COUNTED = {"epochs", "best_epoch", "seconds", "edits"}


@dataclass(frozen=True)
class Run:
    """A run as it was read: the content of its ``run.json``, and whether a process holds it now."""

    path: Path
    about: Mapping[str, Any]
    is_held: bool

    @property
    def name(self) -> str:
        """The name of its directory."""
        return self.path.name

    @property
    def status(self) -> str:
        """One of `STATUSES`; a run whose holder is gone is interrupted, never running."""
        status: str = self.about["status"]
        return "interrupted" if status == "running" and not self.is_held else status

    @property
    def facts(self) -> DatasetFacts:
        """What is known of its dataset.

        Raises
        ------
        RunError
            if that is damaged.
        """
        return decode_fields(DatasetFacts, self.about["dataset"], f"{visible(self.path / RUN)}: dataset")

    @property
    def progress(self) -> dict[str, Any]:
        """Return `PROGRESS` as the newest of its files has it; numbers that are missing are 0, others None."""
        found = {name: self.about.get(name) for name in PROGRESS}
        if self.about["status"] == "running":
            newer = read_about(self.path / LAST)
            found |= {name: newer[name] for name in PROGRESS if name in newer}
        return {name: 0 if value is None and name in COUNTED else value for name, value in found.items()}


def read_run(path: Path) -> Run:
    """Read a run directory.

    Raises
    ------
    RunError
        if it is none, or its ``run.json`` is damaged.
    """
    file = path / RUN
    held = is_held(path)  # first: a holder that ends meanwhile has written its status then
    try:
        with open_regular(file) as opened:
            content = _ABOUT(json.loads(opened.read()))
    except (FileNotFoundError, NotADirectoryError):
        raise RunError(_("{path}: is not a run; it holds no {name}").format(path=visible(path), name=RUN)) from None
    except OSError as error:
        raise RunError(_("{file}: cannot be read: {why}").format(file=visible(file), why=reason(error))) from error
    except (ValueError, RecursionError) as error:
        raise RunError(_("{file}: is damaged: {why}").format(file=visible(file), why=visible(error, 160))) from None
    return Run(path, content, held)


def find_run(given: str, folder: Path) -> Path:
    """Return the path of a run that is given by its name in a runs directory, or by its path.

    Raises
    ------
    RunError
        if there is neither.
    """
    try:
        path = Path(given).expanduser()
        if (path / RUN).is_file():
            return path
        named = run_path(folder, given)
        if (named / RUN).is_file():
            return named
    except (OSError, RuntimeError, ValueError, RunError):
        pass  # no name of a run; the message is the same
    names = [path.name for path in reversed(run_paths(folder))]
    meant = next((name for name in names if given and name.startswith(given)), None) or nearest(given, names)
    text = (
        _("{given}: there is no such run; `tuitrain runs` lists those in {folder}") if meant is None
        else _("{given}: there is no such run in {folder}; did you mean {meant}?")
    )  # fmt: skip
    raise RunError(text.format(given=visible(given), folder=visible(folder), meant=visible(meant)))


def run_paths(folder: Path) -> list[Path]:
    """Return the runs in a runs directory, by name; none where there is no such directory."""
    try:
        return sorted(path for path in folder.iterdir() if (path / RUN).is_file())
    except OSError:
        return []


def left_over(folder: Path) -> list[Path]:
    """Return the directories that a kill has left before they were runs: nothing but our files is in them."""
    found = []
    with suppress(OSError):
        for path in sorted(folder.iterdir()):
            names = {entry.name for entry in os.scandir(path)} if path.is_dir() and not path.is_symlink() else set()
            if NAME in names and all(name in EARLY or name.endswith(NEW) for name in names) and not is_held(path):
                found.append(path)
    return found


class OpenRun:
    """A run that this process holds, and writes.

    Its methods raise `OSError` where a file cannot be written.
    """

    def __init__(self, path: Path, about: dict[str, Any], holder: Holder, disk: Disk = DISK) -> None:
        self.path, self.about, self.disk = path, about, disk
        self.holder = holder

    @classmethod
    def make(cls, folder: Path, names: Iterable[str], about: Mapping[str, Any], disk: Disk = DISK) -> OpenRun:
        """Make a directory under the first of `names` that is free, and hold it; `write_about` makes it a run.

        Raises
        ------
        RunError
            if all names are taken.
        FileError
            if it cannot be made.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name in names:
                path = run_path(folder, name)
                try:
                    disk.make_directory(path)
                except FileExistsError:
                    continue
                try:
                    disk.sync_directory(folder)
                    return cls(path, dict(about), Holder(path), disk)
                except BaseException:
                    shutil.rmtree(path, ignore_errors=True)
                    raise
        except OSError as error:
            raise FileError(
                _("{folder}: cannot be written: {why}").format(folder=visible(folder), why=reason(error))
            ) from error
        raise RunError(taken(run_path(folder, name)))

    @classmethod
    def hold(cls, path: Path, disk: Disk = DISK) -> OpenRun:
        """Hold a run that exists, and clear away what a kill has left of files that were being written.

        Raises
        ------
        RunError
            if another process holds it, or it is damaged.
        """
        read_run(path)
        holder = Holder(path)
        try:
            found = read_run(path)  # as the last holder has left it
        except RunError:
            holder.release()
            raise
        for left in path.glob(f"*{NEW}"):
            with suppress(OSError):
                left.unlink()
        return cls(path, dict(found.about), holder, disk)

    def write(self, name: str, data: bytes) -> None:
        """Replace a file of the run whole."""
        self.disk.replace(self.path / name, data)

    def write_about(self, **changes: Any) -> None:
        """Replace ``run.json``, with these values changed."""
        about = {**self.about, **changes}
        self.write(RUN, (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode(errors="backslashreplace"))
        self.about = about

    def lines(self, name: str, *, keep: int = 0) -> LineFile:
        """Open a file of lines, of which the first `keep` stay."""
        return LineFile(self.path / name, self.disk, keep=keep)

    def release(self) -> None:
        """Let others have it."""
        self.holder.release()

    def remove(self) -> None:
        """Delete the whole run, and let go of it."""
        with suppress(OSError):
            shutil.rmtree(self.path)
            self.disk.sync_directory(self.path.parent)
        self.release()

    @property
    def size(self) -> int:
        """The bytes of its files."""
        return directory_size(self.path)


def directory_size(path: Path | None) -> int:
    """Return the bytes of the files in a directory; 0 where there is none."""
    with suppress(OSError):
        return sum(entry.stat(follow_symlinks=False).st_size for entry in os.scandir(path)) if path is not None else 0
    return 0


def taken(path: Path) -> str:
    """Say that a name is taken, and what to do."""
    if not (path / RUN).is_file():  # another program's, or left by a kill before it was a run
        return _("{path}: already exists, and is not a run; choose another name").format(path=visible(path))
    return _("{path}: already exists; choose another name, or continue it: --resume {name}").format(
        path=visible(path), name=visible(path.name)
    )


def no_room(path: Path) -> str:
    """Say that a training waits for room on the disk, and what there is of it meanwhile."""
    told = _("no room on the disk: training waits; the last checkpoint of {run} is kept")
    if not (path / LAST).exists():
        told = _("no room on the disk: training waits; {run} has no checkpoint yet")
    return told.format(run=visible(path))
