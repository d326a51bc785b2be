"""What is known of a study: its trials, stacks and their order, as the events of its journal made them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.search_settings import Settings
from tuitrain.search.journal_events import number_of
from tuitrain.search.space.setting import setting_from_json
from tuitrain.search.space.space import Space
from tuitrain.search.study.guess import Guess
from tuitrain.search.study.study_file import Source, check_settings
from tuitrain.search.study.trial import USER, Trial, is_tie, rank_of
from tuitrain.text import visible
from tuitrain.translation import gettext as _

MOST_LETTERS = 2000  # of a message


@dataclass(frozen=True)
class StudyNote:
    """What the user noted when `after` trials were over."""

    after: int
    text: str


class StudyRecord:
    """Everything that the events so far have led to; `_apply` takes one more.

    `trials` are in the order of their numbers; `stacks` hold numbers of trials, and `order` holds the numbers
    as they are to be trained, those with a trial of the user's own first.
    """

    def __init__(self, space: Space, settings: Settings, source: Source) -> None:
        self.space, self.settings, self.source = space, settings, source
        self._all: list[Trial] = []  # also those that were dropped
        self._dropped: set[int] = set()
        self.stacks: list[tuple[int, ...]] = []
        self.order: list[int] = []
        self._begun: set[int] = set()  # stacks
        self.rungs: dict[int, Mapping[int, Sequence[tuple[float, float]]]] = {}
        self.done_stacks: set[int] = set()
        self.told_stacks: set[int] = set()  # those that were trained elsewhere
        self.seconds = 0.0
        self.propose_seconds = 0.0
        self.member_epochs = 0
        self.is_exhausted = False
        self.ungrouped: list[int] = []
        self.skipped: list[dict[str, Any]] = []
        self.guesses: list[Guess] = []
        self.chosen: dict[str, Any] | None = None
        self.notes: list[StudyNote] = []
        self.n_events = 0
        self._best: Trial | None = None
        self._best_of = -1  # the number of events after which it was the best

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
        if self._best_of != self.n_events:  # asked for many times between two changes
            finished = (trial for trial in self.trials if trial.state == "finished")
            self._best_of, self._best = self.n_events, min(finished, key=self.rank, default=None)
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

    # Events

    def _apply(self, event: Mapping[str, Any]) -> None:
        """Make the event part of what is known; reading the journal and writing it come here alike."""
        getattr(self, f"_on_{event['event']}")(event)  # `checked_event` knows which there are
        self.seconds += event.get("seconds", 0.0) if event["event"] == "finished" else 0.0
        self.n_events += 1

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
        if guessed := event.get("guessed"):
            guess, choice = (self._own(setting_from_json(guessed[name])) for name in ("guess", "choice"))
            self.guesses.append(Guess(guess, choice, (float(guessed["gains"][0]), float(guessed["gains"][1]))))
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
        if stack not in self._begun:
            self.told_stacks.add(stack)
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

    def _on_noted(self, event: Mapping[str, Any]) -> None:
        words = visible(event["text"], MOST_LETTERS)
        if "trial" in event:
            number = _place(event["trial"], self._all, "trial")
            message = "; ".join(part for part in (self._all[number].message, words) if part)
            self._all[number] = replace(self._all[number], message=message)
        else:
            self.notes.append(StudyNote(event["after"], words))

    def _on_chosen(self, event: Mapping[str, Any]) -> None:
        kept = {"average": event["average"]} if "average" in event else {}
        self.chosen = {"trial": _place(event["trial"], self._all, "trial"), "test": event["test"], **kept}


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
