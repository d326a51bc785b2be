"""A study: a directory with all that is known of a search.

``study.toml`` says what is searched and how, ``journal.jsonl`` what happened, line by line, and is the only truth;
``best.safetensors`` is the best trial's model. Opening a study reads the journal, and beginning to write reads what
was added since; trials that were running when their process was killed are queued again, in the same stacks.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tuitrain.errors import SearchError, TuitrainError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.search_settings import Settings
from tuitrain.runs.files import refuse_link
from tuitrain.runs.journal import Journal
from tuitrain.runs.lock import Lock
from tuitrain.search.journal_events import checked_event, finite, number_of
from tuitrain.search.space.setting import own_setting, setting_from_json, setting_to_json
from tuitrain.search.space.space import Setting, Space
from tuitrain.search.stack import StackResult
from tuitrain.search.study.study_file import NAME, Source, StudyFile, check_settings, read_study_file
from tuitrain.search.study.trial import USER, Trial, is_tie, rank_of
from tuitrain.text import visible
from tuitrain.translation import gettext as _

MOST_LETTERS = 2000  # of a message


class Study:
    """The study in a directory, opened for reading; `begin_writing` before anything is added.

    `trials` are in the order of their numbers; `stacks` hold numbers of trials, and `order` holds the numbers
    as they are to be trained, those with a trial of the user's own first.

    Raises
    ------
    SearchError
        if the directory holds no study, or a damaged one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: Lock | None = None
        file = read_study_file(path)
        self.space, self.settings, self.source, self.notices = file.space, file.settings, file.source, file.notices
        self._reset()
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

    def _reset(self) -> None:
        self._all: list[Trial] = []  # also those that were dropped
        self._dropped: set[int] = set()
        self.stacks: list[tuple[int, ...]] = []
        self.order: list[int] = []
        self._begun: set[int] = set()  # stacks
        self.rungs: dict[int, Mapping[int, Sequence[tuple[float, float]]]] = {}
        self.done_stacks: set[int] = set()
        self.seconds = 0.0
        self.propose_seconds = 0.0
        self.member_epochs = 0
        self.is_exhausted = False
        self.ungrouped: list[int] = []
        self.skipped: list[dict[str, Any]] = []
        self.chosen: dict[str, Any] | None = None
        self._changes = 0
        self._best: Trial | None = None
        self._best_of = -1  # the number of changes after which it was the best

    # What is known

    @property
    def trials(self) -> list[Trial]:
        """The trials in the order of their numbers, without those that were dropped before they began."""
        return [trial for trial in self._all if trial.number not in self._dropped] if self._dropped else self._all

    def trial(self, number: int) -> Trial:
        """Return the trial of that number, even a dropped one."""
        return self._all[number]

    @property
    def next_number(self) -> int:
        """The number of the next trial."""
        return len(self._all)

    @property
    def finished(self) -> list[Trial]:
        """The trials that were trained to their end, best first."""
        return sorted((trial for trial in self.trials if trial.state == "finished"), key=self.rank)

    @property
    def best(self) -> Trial | None:
        """The best finished trial."""
        if self._best_of != self._changes:  # asked for many times between two changes
            finished = (trial for trial in self.trials if trial.state == "finished")
            self._best_of, self._best = self._changes, min(finished, key=self.rank, default=None)
        return self._best

    def rank(self, trial: Trial) -> tuple[float, float, int]:
        """Return a sort key: by score, the best first; equal ones by loss, then by number."""
        return rank_of(trial, self.settings.sign)

    @property
    def ties(self) -> list[Trial]:
        """The finished trials that the best one does not clearly beat: within its deviation, or equal."""
        best = self.best
        if best is None:
            return []
        return [trial for trial in self.finished if trial is not best and is_tie(best, trial)]

    def hyperparameters(self, trial: Trial) -> Hyperparameters:
        """Return all hyperparameters of a trial."""
        return self.space.hyperparameters(trial.setting)

    # What happens

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
        self, settings: Sequence[Setting], *, by: str, stacks: Sequence[Sequence[int]] | None, seconds: float = 0.0
    ) -> list[Trial]:
        """Add trials, and the stacks of them; `stacks` hold numbers of trials, None where that is not known yet.

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

    def choose(self, trial: Trial, test: Mapping[str, float]) -> None:
        """Record the chosen trial, and its score on the test part."""
        self._write({"event": "chosen", "trial": trial.number, "test": {k: finite(v) for k, v in test.items()}})

    def _write(self, event: dict[str, Any]) -> None:
        if self._lock is None:
            raise SearchError(_("{path}: is open for reading only").format(path=visible(self.path)))
        if not self._lock.is_held:
            raise SearchError(
                _("{path}: another process took this search for dead and has taken it over").format(
                    path=visible(self.path)
                )
            )
        self._journal.append([event])
        self._apply(event)

    def _apply(self, event: Mapping[str, Any]) -> None:
        """Make the event part of what is known; reading the journal and writing it come here alike."""
        getattr(self, f"_on_{event['event']}")(event)  # `checked_event` knows which there are
        self.seconds += event.get("seconds", 0.0) if event["event"] == "finished" else 0.0
        self._changes += 1

    def _on_queued(self, event: Mapping[str, Any]) -> None:
        for item in event["trials"]:
            if item["number"] != len(self._all):
                raise ValueError(
                    _("trial {number} comes after {count} trials").format(
                        number=item["number"], count=len(self._all) - 1
                    )
                )
            self._all.append(Trial(item["number"], self._own(setting_from_json(item["setting"])), visible(event["by"])))
            self.ungrouped.append(item["number"])
        self.propose_seconds += event.get("seconds", 0.0)
        self.is_exhausted = False
        self._stack([tuple(stack) for stack in event.get("stacks", ())])

    def _stack(self, stacks: Sequence[tuple[int, ...]]) -> None:
        """Add stacks: those with a trial of the user go before all others that have not begun."""
        numbers = [number for stack in stacks for number in stack]
        stacked = set(numbers)
        if unknown := stacked.difference(self.ungrouped):
            raise ValueError(_("trial {number} is in a stack and does not wait for one").format(number=min(unknown)))
        if len(stacked) < len(numbers):
            raise ValueError(_("a trial is in two stacks, or twice in one"))
        added = range(len(self.stacks), len(self.stacks) + len(stacks))
        self.stacks += stacks
        self.ungrouped = [number for number in self.ungrouped if number not in stacked]
        own = [stack for stack in added if self._is_own(stack)]
        if own:  # else the place is not looked for: it is as long a way as there are stacks
            order = enumerate(self.order)
            behind = (place for place, stack in order if not (stack in self._begun or self._is_own(stack)))
            place = next(behind, len(self.order))
            self.order[place:place] = own
        self.order += [stack for stack in added if stack not in own]

    def _is_own(self, stack: int) -> bool:
        return any(self._all[number].by == USER for number in self.stacks[stack])

    def _own(self, setting: dict[str, Any]) -> dict[str, Any]:
        """Return what of a setting is searched or differs from the base: trainings by hand are recorded in full."""
        space = self.space
        if setting.keys() <= space.domains.keys():
            return setting
        return space.active({n: v for n, v in setting.items() if n in space.domains or v != getattr(space.base, n)})

    def _on_started(self, event: Mapping[str, Any]) -> None:
        stack = _place(event["stack"], self.stacks, "stack")
        self._begun.add(stack)
        for number in self.stacks[stack]:
            if not self._all[number].is_done:
                self._all[number] = replace(self._all[number], state="running")

    def _on_finished(self, event: Mapping[str, Any]) -> None:
        stack = _place(event["stack"], self.stacks, "stack")
        for outcome in event["outcomes"]:
            values: dict[str, Any] = dict(outcome)
            _place(values["number"], self._all, "trial")
            values |= {name: number_of(values[name]) for name in ("score", "deviation", "loss") if name in values}
            values["curve"] = tuple(map(number_of, outcome.get("curve") or ()))
            values["message"] = visible(values.get("message", ""), MOST_LETTERS)
            if not self._all[values["number"]].is_done:
                self._all[values["number"]] = replace(self._all[values["number"]], **values)
        self.member_epochs += event.get("member_epochs", 0)
        numbers = self.stacks[stack]
        if all(self._all[number].is_done for number in numbers):
            self.done_stacks.add(stack)
            self.rungs[stack] = {
                int(epoch): [(number_of(value), number_of(loss)) for value, loss in values]
                for epoch, values in event.get("rungs", {}).items()
            }
        else:
            self._requeue(numbers)

    def _requeue(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            if self._all[number].state == "running":
                self._all[number] = replace(self._all[number], state="queued")

    def requeue(self, stack: int) -> None:
        """Take a stack that was stopped back into the queue."""
        self._requeue(self.stacks[stack])

    def _on_skipped(self, event: Mapping[str, Any]) -> None:
        self.skipped += [setting_from_json(setting) for setting in event["settings"]]

    def _on_exhausted(self, event: Mapping[str, Any]) -> None:
        self.is_exhausted = True

    def _on_settings(self, event: Mapping[str, Any]) -> None:
        kept = {k: v for k, v in self.settings.to_mapping().items() if k not in event.get("removed", [])}
        changed = {k: v for k, v in event.items() if k not in {"event", "removed", "dropped"}}
        self.settings = check_settings(Settings.from_mapping({**kept, **changed}), self.source.task)
        self.is_exhausted = False
        self._drop(event.get("dropped", ()))

    def _drop(self, numbers: Sequence[int]) -> None:
        self._dropped.update(_place(number, self._all, "trial") for number in numbers)
        for stack in self.order:
            left = tuple(number for number in self.stacks[stack] if number not in self._dropped)
            if stack not in self.done_stacks and all(self._all[number].is_done for number in left):
                self.done_stacks.add(stack)
                self._begun.add(stack)
                self.rungs[stack] = {}
            self.stacks[stack] = left

    def _on_chosen(self, event: Mapping[str, Any]) -> None:
        self.chosen = {"trial": _place(event["trial"], self._all, "trial"), "test": event["test"]}


def _place(number: int, among: Sequence[object], what: str) -> int:
    """Check the number of an existing trial or stack.

    Raises
    ------
    ValueError
        if there is none with that number.
    """
    if not 0 <= number < len(among):
        raise ValueError(_("{what} {number}: there are {count}").format(what=what, number=number, count=len(among)))
    return number
