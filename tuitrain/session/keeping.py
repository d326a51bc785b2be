"""Keep a training in a run directory while it trains: when what is written, and what a failure leads to.

Nothing that fails here ends a training: what cannot be written is told, and the training goes on without a run. A full
disk is waited for: `is_full` says that training has to pause, and `retry` whether there is room again.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuitrain.data.facts import DatasetFacts
from tuitrain.engine.threads import choose_threads
from tuitrain.errors import TuitrainError, error_line
from tuitrain.numbers import json_number
from tuitrain.options.configuration import write_configuration
from tuitrain.runs import data_file
from tuitrain.runs.checkpoint import Checkpoint
from tuitrain.runs.disk import DISK, Disk, is_full
from tuitrain.runs.files import reason
from tuitrain.runs.json_values import encode
from tuitrain.runs.kept_epochs import keep
from tuitrain.runs.line_file import LineFile, to_line
from tuitrain.runs.metrics_file import epoch_lines
from tuitrain.runs.names import default_names
from tuitrain.runs.run import BEST, DATA, FORMAT, HYPERPARAMETERS, JOURNAL, LAST, METRICS, OpenRun, no_room
from tuitrain.runs.versions import versions
from tuitrain.session.commands import End, JournalEntry, Pause, Start, Step
from tuitrain.session.handed_on import Continued, Forked
from tuitrain.text import visible
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.session.live_training import LiveTraining

INTERVAL = 2.0  # seconds between two checkpoints at least
SHARE = 0.015  # of the time goes into writing them; with the lines of the epochs less than 2 %
LINES_SECONDS = 1.0  # between two looks of others at the course of a training
BYTES_PER_SECOND = 100e6  # that a disk is thought to take before it was tried
BEGUN = ("hyperparameters", "given", "from")  # what ``run.json`` says of the beginning
PARAMETERS = 6  # times so many numbers are in a checkpoint and a model, at most


@dataclass(frozen=True)
class RunPlace:
    """Where runs are kept: a directory, and a name for the next one ("": by dataset and time).

    `origin` names what the training begins from, if that is another's.
    """

    folder: Path
    name: str = ""
    origin: str = ""
    disk: Disk = DISK
    now: Callable[[], datetime] = lambda: datetime.now().astimezone()


class Keeper:
    """Keeps one training after another, each in a run of its own; with neither `place` nor `continued`, none.

    `path` is where the present one is kept, None if it is not, `kept_in` also after it was left; `notices` say what
    is to be known of it, `problems` those of them that say what was not as asked.
    """

    def __init__(
        self, place: RunPlace | None, *, clock: Callable[[], float], continued: Continued | None = None,
        forked: Forked | None = None,
    ) -> None:  # fmt: skip
        self.place, self._clock, self._forked = place, clock, forked
        self._now = place.now if place is not None else lambda: datetime.now().astimezone()
        self.notices: list[str] = []
        self.problems: list[str] = []
        self.is_full = False
        self.run: OpenRun | None = None
        self.kept_in: Path | None = None
        self._forget()
        if continued is not None:
            self._continue(continued)

    def _forget(self) -> None:
        self._journal: LineFile | None = None
        self._metrics: LineFile | None = None
        self._steps = array("q")  # done after each epoch; a list would take four times as much for a million
        self._written = 0  # epochs
        self._entries: list[JournalEntry] = []
        self._done = 0
        self._skips_start = False
        self._last_epoch = 0  # of the last checkpoint, if it is of a whole one
        self._best_written: list[int] = []  # the best epochs of the model that was written last
        self._interval, self._due, self._lines_due = INTERVAL, 0.0, 0.0

    @property
    def path(self) -> Path | None:
        """Where the present training is kept; None if nowhere."""
        return None if self.run is None else self.run.path.absolute()

    @property
    def status(self) -> str:
        """What the run says of itself; "" where there is none."""
        return "" if self.run is None else str(self.run.about["status"])

    # Beginning

    def begin(self, live: LiveTraining) -> None:
        """Make a run of a training that begins, or take up again the one that it is kept in."""
        if self.run is not None:
            if self.run.about["status"] != "running":
                self._try(live, self._claim)
            return
        self.kept_in, started = None, time.perf_counter()
        if self.place is None:
            return
        try:
            self.run = self._made(live, self.place)
            self._journal, self._metrics = self.run.lines(JOURNAL), self.run.lines(METRICS)
        except (OSError, TuitrainError) as error:
            self._give_up(error)
            return
        self.kept_in = self.path
        self.place = replace(self.place, name="", origin="")  # these were the first training's
        if not self.run.holder.is_kept_apart:
            self._tell(
                _("{folder}: this file system has no locks; take care that no other process continues the run").format(
                    folder=visible(self.place.folder)
                )
            )
        network = live.trainer.network
        expected = network.members * network.n_parameters * network.dtype.itemsize * PARAMETERS
        self._plan(max(expected / BYTES_PER_SECOND, time.perf_counter() - started))  # about as often synced
        if self._forked is not None:
            self._take_along(self._forked)
        if live.first is not None or self._forked is not None:
            self.save(live)  # what it begins with is nowhere else
        self._forked = None

    def _take_along(self, forked: Forked) -> None:
        self._entries, self._done = list(forked.entries), len(forked.entries)
        self._steps = array("q", forked.steps)
        assert self._journal is not None
        lines = [self._line(number, entry) for number, entry in enumerate(self._entries, 1)]
        with suppress(OSError):  # they are written with the next ones
            self._journal.append(lines)

    def fork(self, epoch: int, step: int) -> Forked:
        """Return what another training takes along from this one's first epochs, which end at a step."""
        entries, about = tuple(entry for entry in self._entries if entry.step < step), {}
        if self.run is not None and epoch:
            about = {name: self.run.about[name] for name in BEGUN if name in self.run.about}
        return Forked(self.run.path.name if self.run is not None else "", epoch, about, entries, self._steps[:epoch])

    def _made(self, live: LiveTraining, place: RunPlace) -> OpenRun:
        now = place.now()
        dataset, h, forked = live.dataset, live.hyperparameters, self._forked
        names: Iterable[str] = (place.name,) if place.name else default_names(
            dataset.source or dataset.name, now.strftime("%Y%m%d-%H%M%S")
        )  # fmt: skip
        about = {
            "format": FORMAT, "kind": "training", "status": "running", "started": now.isoformat(timespec="seconds"),
            "dataset": encode(DatasetFacts.of(dataset)), "directory": str(Path.cwd()), "metric": live.metric_name,
            "versions": versions(choose_threads(live.trainer.network.layer_sizes)),
            "hyperparameters": h.to_mapping(), "given": live.given.to_mapping(),
            **({"from": place.origin} if place.origin else {}),
            **({"forked": {"run": forked.run, "epoch": forked.epoch}, **forked.about} if forked is not None else {}),
        }  # fmt: skip
        run = OpenRun.make(place.folder, names, about, place.disk)
        try:
            run.write(HYPERPARAMETERS, write_configuration(h).encode())
            if not data_file.can_be_read_again(dataset):
                run.write(DATA, data_file.to_bytes(dataset))
            run.write_about()
        except BaseException:
            run.remove()
            raise
        return run

    def _continue(self, continued: Continued) -> None:
        self.run, self._steps = continued.run, array("q", continued.steps)
        self.kept_in = self.path
        self._entries, self._done = list(continued.entries), continued.done
        self._written = len(self._steps)
        self._last_epoch = self._written if continued.is_whole else 0
        before, after = (
            [entry.command for entry in entries if isinstance(entry.command, Start | Step | Pause)]
            for entries in (self._entries[: self._done], self._entries[self._done :])
        )
        move = before[-1] if before else after[0] if after else None  # the last, or what began it
        was_running = self.run.about["status"] in {"running", "interrupted"}
        self._skips_start = was_running and isinstance(move, Start)
        try:
            self._journal = self.run.lines(JOURNAL, keep=len(self._entries))
            self._metrics = self.run.lines(METRICS, keep=self._written)
            self._claim()
        except OSError as error:
            self._give_up(error)
        self._plan(0.0)

    def _claim(self) -> None:
        """Say that the run is trained again."""
        assert self.run is not None
        self.run.write_about(status="running", ended=None)

    # Commands

    def note(self, live: LiveTraining, entry: JournalEntry) -> None:
        """Write a command into the journal, before those that are still to be obeyed again."""
        if self.run is None and self._forked is not None:
            self._forked = replace(self._forked, entries=(*self._forked.entries, entry))
        if self.run is None or self._journal is None:
            return
        if isinstance(entry.command, End) and entry.command.how == "interrupt":
            return  # nobody's will: what is continued then is as if it had not been
        if isinstance(entry.command, Start | Step | Pause):
            is_known, self._skips_start = self._skips_start and isinstance(entry.command, Start), False
            if is_known:  # the one in the journal is what still goes on
                return
        is_last = self._done == len(self._entries)
        self._entries.insert(self._done, entry)
        self._done += 1
        self._try(live, (lambda: self._append(entry)) if is_last else self._rewrite_journal)

    def _append(self, entry: JournalEntry) -> None:
        assert self._journal is not None
        self._journal.append([self._line(len(self._entries), entry)])

    def _line(self, number: int, entry: JournalEntry) -> bytes:
        values = {"number": number, "step": entry.step, **entry.command.to_json()}
        values["number"] = number
        return to_line(values | ({"refused": entry.refused} if entry.refused else {}))

    def _rewrite_journal(self) -> None:
        assert self.run is not None and self._journal is not None
        lines = [self._line(number, entry) for number, entry in enumerate(self._entries, 1)]
        self._journal.close()
        self.run.write(JOURNAL, b"".join(lines))
        self._journal = self.run.lines(JOURNAL, keep=len(lines))

    def take_due(self, step: int) -> JournalEntry | None:
        """Return the next entry to be obeyed again at this step, and count it as obeyed; None: there is none."""
        if self._done < len(self._entries) and self._entries[self._done].step <= step:
            self._done += 1
            return self._entries[self._done - 1]
        return None

    @property
    def has_due(self) -> bool:
        """Whether entries are still to be obeyed again."""
        return self._done < len(self._entries)

    # Epochs

    def after_epoch(self, live: LiveTraining) -> None:
        """Write what is due after an epoch."""
        if self.run is None:
            return
        self._count_steps(live)
        now = self._clock()
        if now >= self._due:
            self.save(live)
        elif now >= self._lines_due:
            self._try(live, lambda: self._write_epochs(live))

    def _count_steps(self, live: LiveTraining) -> None:
        """Take note of the steps that are done after the epochs that are new."""
        self._steps.extend([live.trainer.steps_done] * (live.history.length - len(self._steps)))

    def save(self, live: LiveTraining) -> None:
        """Write a checkpoint, and the model if there is a better one."""
        self._try(live, lambda: self._save(live))

    def _save(self, live: LiveTraining, *, is_last: bool = False) -> None:
        run = self.run
        assert run is not None and self._journal is not None and self._metrics is not None
        started = time.perf_counter()
        self._write_epochs(live)
        self._journal.sync()
        self._metrics.sync()
        best = live.members.best_epochs
        if best != self._best_written and any(best):
            run.write(BEST, live.members.model().to_bytes())
            self._best_written = best
        about = {
            **self._progress(live), "journal": self._done, "step": live.trainer.steps_done,
            "live": live.kept().to_json(),
        }  # fmt: skip
        state = live.members.state()
        if 0 < self._last_epoch < live.history.length:
            keep(run.path / LAST, self._last_epoch, run.disk)
        self._last_epoch = 0 if live.trainer.step_in_epoch else live.history.length
        run.write(LAST, Checkpoint(state.state, about, state.ended).to_bytes())
        if not is_last:
            self._plan(time.perf_counter() - started)

    def _plan(self, cost: float) -> None:
        """Decide when the next checkpoint is due, where one costs so many seconds."""
        interval = max(INTERVAL, cost / SHARE)
        if interval > 1.5 * self._interval:
            self.notices.append(
                _("a checkpoint takes {cost:.2g} s, so that one is written every {interval:.0f} s").format(
                    cost=cost, interval=interval
                )
            )
        self._interval = interval if interval > self._interval else max(interval, self._interval * 0.5)
        now = self._clock()
        self._due, self._lines_due = now + interval, now + LINES_SECONDS

    def _write_epochs(self, live: LiveTraining) -> None:
        assert self._metrics is not None
        length = live.history.length
        steps = self._steps[self._written : length]
        lines = epoch_lines(
            live.history, steps, self._written, part=live.examined_part, metric=live.metric_name,
            watched=live.hyperparameters.metric,
        )  # fmt: skip
        self._written = length
        self._metrics.append(lines)
        self._lines_due = self._clock() + LINES_SECONDS

    def _progress(self, live: LiveTraining) -> dict[str, Any]:
        best = live.members.best_hyperparameters
        return {
            "epochs": live.history.length, "best_epoch": live.members.best_epoch,
            "best_hyperparameters": None if best is None else best.to_mapping(),
            "best_score": json_number(live.best_score), "seconds": round(live.seconds, 4), "edits": live.n_edits,
        }  # fmt: skip

    # Ending

    def end(
        self, live: LiveTraining, status: str, *, ending: str = "", evaluations: Mapping[str, Any] | None = None
    ) -> None:
        """Write the last checkpoint, and how the training stands; the run stays held."""
        if self.run is None:
            return
        self._count_steps(live)
        self._try(live, lambda: self._save(live, is_last=True))
        if self.is_full:
            self._tell(
                _("{run}: its end could not be written: there is no room on the disk").format(
                    run=visible(self.run.path)
                )
            )
            return
        ended = self._now().isoformat(timespec="seconds")
        changes = {"status": status, "ended": ended, "ending": ending, **self._progress(live)}
        if self.run is not None:
            write = self.run.write_about
            self._try(live, lambda: write(**changes, evaluations=dict(evaluations or {})))

    def leave(self) -> None:
        """Let go of the run; the next training gets another."""
        if self.run is not None:
            self._close_files()
            self.run.release()
        self.run, self.is_full = None, False
        self._forget()

    def discard(self) -> None:
        """Delete the run, as if it had never begun."""
        if self.run is not None:
            self._close_files()
            self.run.remove()
        self.run, self.kept_in, self.is_full = None, None, False
        self._forget()

    def _close_files(self) -> None:
        for file in (self._journal, self._metrics):
            if file is not None:
                file.close()

    def _tell(self, problem: str) -> None:
        self.problems.append(problem)
        self.notices.append(problem)

    # Failures

    def _try(self, live: LiveTraining, write: Callable[[], object]) -> None:
        """Write; where there is no room, training has to wait; where it fails otherwise, it goes on without a run."""
        try:
            write()
        except OSError as error:
            if is_full(error):
                if not self.is_full:
                    self._tell(no_room(self.run.path if self.run is not None else Path()))
                self.is_full = True
            else:
                self._give_up(error)
        except TuitrainError as error:
            self._give_up(error)
        else:
            self.is_full = False

    def retry(self, live: LiveTraining) -> bool:
        """Try again to write what there was no room for; return whether that succeeded."""
        self.save(live)
        return not self.is_full

    def _give_up(self, error: Exception) -> None:
        """Say that no run is kept any more, and why."""
        where = self.run.path if self.run is not None else None
        why = error_line(error) if isinstance(error, TuitrainError) else reason(error)  # type: ignore[arg-type]
        text = (
            _("{path}: cannot be written: {why}; training goes on without a run").format(path=visible(where), why=why)
            if where is not None
            else _("no run is kept: {why}").format(why=why)
        )
        self._tell(text)
        self.place, self.kept_in = None, None
        self.leave()
