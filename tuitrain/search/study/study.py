"""A study: the run of a search, a directory with all that is known of it.

``study.toml`` says what is searched and how, ``journal.jsonl`` what happened, line by line, and is the only truth;
``run.json`` lets it be found among other runs (those of versions before 0.3 have none), ``best.safetensors`` is the
best trial's model, and ``data.safetensors`` the data, where it cannot be read again. Opening a study reads the journal,
and beginning to write reads what was added since; trials that were running when their process was killed are queued
again, in the same stacks.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from tuitrain.errors import FileError, SearchError, TuitrainError
from tuitrain.options.search_settings import Settings
from tuitrain.runs.disk import DISK, Disk
from tuitrain.runs.files import reason, refuse_link
from tuitrain.runs.holder import Holder
from tuitrain.runs.journal import Journal
from tuitrain.runs.run import DATA, RUN, OpenRun
from tuitrain.search.journal_events import checked_event, finite
from tuitrain.search.space.setting import own_setting, setting_to_json
from tuitrain.search.space.space import Setting, Space
from tuitrain.search.stack import StackResult
from tuitrain.search.study.guess import Guess
from tuitrain.search.study.record import MOST_LETTERS, StudyRecord
from tuitrain.search.study.study_file import Source, StudyFile, read_study_file
from tuitrain.search.study.study_run import gone, progress_of, status_of_end
from tuitrain.search.study.trial import USER, Trial
from tuitrain.text import visible
from tuitrain.translation import gettext as _


class Study(StudyRecord):
    """The study in a directory, opened for reading; `begin_writing` before anything is added.

    Raises
    ------
    SearchError
        if the directory holds no study, or a damaged one.
    """

    def __init__(self, path: Path, disk: Disk = DISK) -> None:
        self.path, self.disk = path, disk
        self._run: OpenRun | None = None  # while it is open for writing
        file = read_study_file(path)
        super().__init__(file.space, file.settings, file.source)
        self.notices = file.notices
        self._journal = Journal(path / "journal.jsonl", disk)
        self._read_on()

    def _read_on(self) -> None:
        """Read what is new in the journal."""
        first = self._journal.n_lines + 1
        for line, event in enumerate(self._journal.read(), first):
            try:
                self._apply(checked_event(event))
            except (ValueError, TuitrainError) as error:
                what = visible(str(error).replace("\n", "; "), MOST_LETTERS)
                place = _("{path}, line {line}").format(path=visible(self._journal.path), line=line)
                raise SearchError(
                    _("{place}: the journal does not fit the study: {what}").format(place=place, what=what)
                ) from error

    @classmethod
    def create(
        cls, folder: Path, names: Iterable[str], space: Space, settings: Settings, source: Source, *,
        about: Mapping[str, Any], data: bytes | None = None, tried: Sequence[Setting] = (),
        told: Sequence[Trial] = (), disk: Disk = DISK,
    ) -> Study:  # fmt: skip
        """Make a run of a new study under the first of `names` in `folder` that is free.

        `told` are trials that are over already; `tried` are settings entered by the user, which are trained first.

        `about` is the content of its ``run.json``, and `data` its data, where that cannot be read again.

        Raises
        ------
        TuitrainError
            if all names are taken, it cannot be written, or one of `tried` is no setting of the space.
        """
        tried = [own_setting(space, setting) for setting in tried]
        run = OpenRun.make(folder, names, about, disk)
        try:
            StudyFile(space, settings, source, space.notices).write(run.path, disk)
            if data is not None:
                run.write(DATA, data)
            study = cls(run.path, disk)
            study._run = run
            with closing(study._journal):
                if told:
                    study.tell(told)
                if tried:
                    study.queue(tried, by=USER, stacks=None)
                run.write_about()  # last: with it, it is a run
        except OSError as error:
            run.remove()
            raise FileError(
                _("{path}: cannot be written: {why}").format(path=visible(run.path), why=reason(error))
            ) from error
        except BaseException:  # Ctrl-C, say: what is a run by then stays one
            (run.release if (run.path / RUN).exists() else run.remove)()
            raise
        study.close()
        return study

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Open for writing as long as the block lasts, or as long as it was to be anyway."""
        was_open = self._run is not None
        self.begin_writing()
        try:
            yield
        finally:
            if not was_open:
                self.close()

    def begin_writing(self) -> None:
        """Take the lock, so that no other process writes, and read what others have written until then.

        Trials that were running are queued again: nobody trains them any more.

        Raises
        ------
        TuitrainError
            if another process writes, or the journal or the lock is a symbolic link.
        """
        if self._run is not None:
            return
        refuse_link(self._journal.path)  # now, and not when the first trial is to be noted
        self._run = (
            OpenRun.hold(self.path, self.disk)
            if (self.path / RUN).exists()
            else OpenRun(self.path, {}, Holder(self.path), self.disk)
        )
        try:
            self._read_on()
        except SearchError:
            self.close()
            raise
        self._requeue(range(len(self._all)))

    def close(self) -> None:
        """Let the journal and the lock go."""
        try:
            self._journal.close()
        finally:
            run, self._run = self._run, None
            if run is not None:
                run.release()

    def claim(self) -> None:
        """Say in ``run.json`` that it is searched from now on."""
        self._write_about(status="running", ended=None)

    def end(self, ending: str) -> None:
        """Say in ``run.json`` how the search stands; see `status_of_end`."""
        ended = datetime.now().astimezone().isoformat(timespec="seconds")
        self._write_about(status=status_of_end(self, ending), ended=ended, ending=ending, **progress_of(self))

    def write_file(self, name: str, data: bytes) -> None:
        """Replace one of its files whole, never through a symbolic link.

        Raises
        ------
        TuitrainError
            if it cannot be written, or is a symbolic link.
        """
        self._check_open()
        refuse_link(self.path / name)
        try:
            self.disk.replace(self.path / name, data)
        except OSError as error:
            raise FileError(
                _("{path}: cannot be written: {why}").format(path=visible(self.path / name), why=reason(error))
            ) from error

    def _write_about(self, **changes: Any) -> None:
        run = self._check_open()
        if not run.about:
            return  # a study of before there were runs
        try:
            run.write_about(**changes)
        except OSError as error:
            raise FileError(
                _("{path}: cannot be written: {why}").format(path=visible(self.path / RUN), why=reason(error))
            ) from error

    def _check_open(self) -> OpenRun:
        """Return the run that is held; refuse to write to one that is not, or not any more."""
        if self._run is None:
            raise SearchError(_("{path}: is open for reading only").format(path=visible(self.path)))
        if not self._run.holder.is_in_place:
            raise SearchError(gone(self, self._run.holder.found_again()))
        return self._run

    def queue(
        self, settings: Sequence[Setting], *, by: str, stacks: Sequence[Sequence[int]] | None, seconds: float = 0.0,
        guessed: Guess | None = None,
    ) -> list[Trial]:  # fmt: skip
        """Add trials, and the stacks of them; `stacks` hold numbers of trials, None where that is not known yet.

        `guessed` is the user's guess before them, which is kept with them.

        Raises
        ------
        HyperparameterError
            if a setting of the user does not fit the space.
        """
        first = self.next_number
        if by == USER:
            settings = [own_setting(self.space, setting) for setting in settings]
        trials = [{"number": first + i, "setting": setting_to_json(s)} for i, s in enumerate(settings)]
        event: dict[str, Any] = {"event": "queued", "by": by, "trials": trials, "seconds": round(seconds, 6)}
        if stacks is not None:
            event["stacks"] = [list(stack) for stack in stacks]
        if guessed is not None:
            event["guessed"] = guessed.to_event()
        self._write(event)
        return self._all[first:]

    def tell(self, trials: Sequence[Trial]) -> None:
        """Record trials of the user's that were trained elsewhere and are over, as a stack that is never begun.

        Their settings may name hyperparameters that are not searched. Their time does not count as the search's.
        """
        numbered = [dataclasses.replace(trial, number=number) for number, trial in enumerate(trials, self.next_number)]
        queued = [{"number": trial.number, "setting": setting_to_json(trial.setting)} for trial in numbered]
        outcomes = [
            {name: finite(value) for name, value in vars(trial).items() if name not in {"setting", "by"}}
            for trial in numbered
        ]
        stack = len(self.stacks)
        self._write({"event": "queued", "by": USER, "trials": queued, "stacks": [[trial.number for trial in numbered]]})
        self._write({"event": "finished", "stack": stack, "outcomes": outcomes})

    def start(self, stack: int) -> None:
        """Record that a stack is about to be trained."""
        self._write({"event": "started", "stack": stack})

    def finish(self, stack: int, result: StackResult, *, seconds: float) -> None:
        """Record a stack's result; `seconds` is how long the search has run since the last record."""
        outcomes = [
            {name: finite(value) for name, value in dataclasses.asdict(outcome).items()} for outcome in result.outcomes
        ]
        known = {trial.number for trial in self._all if trial.is_done}
        self._write({
            "event": "finished", "stack": stack, "outcomes": [o for o in outcomes if o["number"] not in known],
            "rungs": {str(epoch): [[finite(part) for part in value] for value in values]
                      for epoch, values in result.rungs.items()},
            "member_epochs": result.member_epochs, "seconds": round(seconds, 6),
        })  # fmt: skip

    def fail(self, stack: int, message: str, *, seconds: float = 0.0) -> None:
        """Record that a stack could not be trained."""
        numbers = [number for number in self.stacks[stack] if not self._all[number].is_done]
        outcomes = [{"number": number, "state": "failed", "message": message} for number in numbers]
        self._write({"event": "finished", "stack": stack, "outcomes": outcomes, "seconds": round(seconds, 6)})

    def skip(self, settings: Sequence[Setting]) -> None:
        """Record proposals that the user rejected; they are not proposed again."""
        self._write({"event": "skipped", "settings": [setting_to_json(setting) for setting in settings]})

    def exhaust(self) -> None:
        """Record that the space has nothing more to propose."""
        self._write({"event": "exhausted"})

    def change(self, settings: Settings) -> None:
        """Change the strategy or the budget.

        Where another strategy is to propose, or there are more trials than the budget has room for, those that a
        strategy proposed and that wait are dropped.
        """
        changed = {k: v for k, v in settings.to_mapping().items() if v != self.settings.to_mapping().get(k)}
        removed = [k for k in self.settings.to_mapping() if k not in settings.to_mapping()]
        if changed or removed:
            dropped = self._waiting() if self._is_outdated(settings) else []
            self._write({"event": "settings", **changed, "removed": removed, "dropped": dropped})

    def _is_outdated(self, settings: Settings) -> bool:
        """Return whether waiting trials would not be waiting under these settings."""
        is_other = (settings.strategy, settings.seed) != (self.settings.strategy, self.settings.seed)
        return is_other or 0 < settings.trials < len(self.trials)

    def _waiting(self) -> list[int]:
        """Return the numbers of the trials that nobody trains yet, without those of the user."""
        return [trial.number for trial in self.trials if trial.state == "queued" and trial.by != USER]

    def replace_space(self, space: Space) -> None:
        """Change the space that is searched when the study is next opened; ``study.toml`` is replaced atomically."""
        self._check_open()
        StudyFile(space, self.settings, self.source, self.notices).write(self.path, self.disk)

    def note(self, text: str, *, trial: int | None = None) -> None:
        """Record what the user noted: of one trial, whose message then ends with it, or of the study."""
        after = sum(one.is_done for one in self._all)
        self._write({"event": "noted", "text": text, "after": after, **({} if trial is None else {"trial": trial})})

    def choose(
        self, trial: Trial, test: Mapping[str, float], average: Mapping[str, Any] | None = None
    ) -> None:  # fmt: skip
        """Record the chosen trial, and its score on the test part; of an average of trials what `Averaged` tells."""
        event = {"event": "chosen", "trial": trial.number, "test": {k: finite(v) for k, v in test.items()}}
        self._write(event if average is None else {**event, "average": dict(average)})

    def _write(self, event: dict[str, Any]) -> None:
        self._check_open()
        self._journal.append([event])
        self._apply(event)
