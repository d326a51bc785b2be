"""A study: a directory with all that is known of a search.

``study.toml`` says what is searched and how, ``journal.jsonl`` what happened, line by line, and is the only truth;
``best.safetensors`` is the best trial's model. Opening a study reads the journal, and beginning to write reads what
was added since; trials that were running when their process was killed are queued again, in the same stacks.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tuitrain.errors import SearchError, TuitrainError
from tuitrain.options.search_settings import Settings
from tuitrain.runs.files import refuse_link
from tuitrain.runs.journal import Journal
from tuitrain.runs.lock import Lock
from tuitrain.search.journal_events import checked_event, finite, finite_values
from tuitrain.search.space.setting import own_setting, setting_to_json
from tuitrain.search.space.space import Setting, Space
from tuitrain.search.stack import StackResult
from tuitrain.search.study.guess import Guess
from tuitrain.search.study.record import MOST_LETTERS, StudyRecord
from tuitrain.search.study.study_file import NAME, Source, StudyFile, read_study_file
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

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: Lock | None = None
        file = read_study_file(path)
        super().__init__(file.space, file.settings, file.source)
        self.notices = file.notices
        self._journal = Journal(path / "journal.jsonl")
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
        cls, path: Path, space: Space, settings: Settings, source: Source, *, tried: Sequence[Setting] = ()
    ) -> Study:
        """Make a directory for a new study; `tried` are settings entered by the user, which are trained first.

        Raises
        ------
        TuitrainError
            if there is something at `path`, it cannot be written, or one of `tried` is no setting of the space.
        """
        tried = [own_setting(space, setting) for setting in tried]
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            hint = _("use --resume to continue it") if (path / NAME).exists() else _("choose another directory")
            raise SearchError(_("{path}: already exists; {hint}").format(path=visible(path), hint=hint)) from None
        except OSError as error:
            raise SearchError(
                _("{path}: cannot be made: {why}").format(path=visible(path), why=error.strerror)
            ) from error
        try:
            StudyFile(space, settings, source, space.notices).write(path)
        except TuitrainError:
            path.rmdir()
            raise
        study = cls(path)
        if tried:
            with study.writing():
                study.queue(tried, by=USER, stacks=None)
        return study

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Open for writing as long as the block lasts, or as long as it was to be anyway."""
        was_open = self._lock is not None
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
        if self._lock is not None:
            return
        refuse_link(self._journal.path)  # now, and not when the first trial is to be noted
        self._lock = Lock(self.path / "lock")
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
            lock, self._lock = self._lock, None
            if lock is not None:
                lock.release()

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
        if self._lock is None:
            raise SearchError(_("{path}: is open for reading only").format(path=visible(self.path)))
        StudyFile(space, self.settings, self.source, self.notices).write(self.path)

    def note(self, text: str, *, trial: int | None = None) -> None:
        """Record what the user noted: of one trial, whose message then ends with it, or of the study."""
        after = sum(one.is_done for one in self._all)
        self._write({"event": "noted", "text": text, "after": after, **({} if trial is None else {"trial": trial})})

    def choose(
        self, trial: Trial, test: Mapping[str, float], average: Mapping[str, Any] | None = None
    ) -> None:  # fmt: skip
        """Record the chosen trial, and its score on the test part; of an average of trials what `Averaged` tells."""
        event = {"event": "chosen", "trial": trial.number, "test": {k: finite(v) for k, v in test.items()}}
        self._write(event if average is None else {**event, "average": finite_values(average)})

    def _write(self, event: dict[str, Any]) -> None:
        if self._lock is None:
            raise SearchError(_("{path}: is open for reading only").format(path=visible(self.path)))
        if not self._lock.is_held:
            if not self.path.is_dir():
                raise SearchError(_("{path}: the study has been removed").format(path=visible(self.path)))
            raise SearchError(
                _("{path}: another process took this search for dead and has taken it over").format(
                    path=visible(self.path)
                )
            )
        self._journal.append([event])
        self._apply(event)
