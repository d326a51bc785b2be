"""One at a time: where the user's guess is, and whether the strategy's choice has been shown. No drawing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from tuitrain.search.explanation import Expected, Slice, bare_slice, label, usual_column
from tuitrain.search.one_at_a_time import first_place, settings_along, starting_setting
from tuitrain.search.space.columns import SearchColumn
from tuitrain.search.space.space import Setting, Space
from tuitrain.session.search_snapshot import SearchSnapshot


class Guessing:
    """Follows the snapshots of a search. The guess keeps its place on each field until the space is another.

    A round lasts from the end of one trial to the end of the next; the choice, once shown, stays so for it. `column`
    returns the name of the column along which the surrogate is looked at, "" where none was chosen.
    """

    def __init__(self, column: Callable[[], str] = lambda: "") -> None:
        self._chosen = column
        self._snapshot = SearchSnapshot(0)
        self._space: Space | None = None
        self._at: dict[str, int] = {}  # index of the guess's place, by column
        self._column = ""
        self._round: tuple[object, ...] = ()
        self._is_made = self._is_shown = False
        self._first: Setting | None = None  # the guess with which the choice was shown: later ones know it

    def show(self, snapshot: SearchSnapshot) -> None:
        """Take the newest moment, before what draws it does."""
        self._snapshot = snapshot
        if snapshot.space is None:
            return
        if self._space is None or self._space.to_texts() != snapshot.space.to_texts():
            self._at = {}
        self._space = snapshot.space
        shown = snapshot.explained.slice if snapshot.explained is not None else None
        self._column = usual_column(self._space, shown.column if shown is not None else self._chosen())
        now = (snapshot.study, sum(trial.is_done for trial in snapshot.trials))
        if now != self._round:
            self._round, self._is_made, self._is_shown, self._first = now, False, False, None

    @property
    def is_on(self) -> bool:
        """Whether the search proposes one trial at a time."""
        return self._snapshot.is_one_at_a_time

    @property
    def waits(self) -> bool:
        """Whether a choice waits for the guess."""
        return self._space is not None and self._snapshot.choice is not None

    @property
    def is_trained(self) -> bool:
        """Whether the trial that was decided on is trained, after which it is the user's turn again."""
        left = sum(not trial.is_done for trial in self._snapshot.trials)
        return self.is_on and self._snapshot.state == "running" and not self.waits and left < 2

    @property
    def is_shown(self) -> bool:
        """Whether the choice is shown."""
        return self._is_shown and self.waits

    @property
    def column(self) -> SearchColumn:
        """The column on which the guess lies."""
        return self._known_space.columns[self._place]

    @property
    def slice(self) -> Slice:
        """The surrogate along the column; without a model, its trials alone."""
        explained = self._snapshot.explained
        if explained is not None and explained.slice is not None and explained.slice.column == self.column.name:
            return explained.slice
        return bare_slice(self._known_space, self.column, self._snapshot.trials)

    @property
    def at(self) -> int:
        """The index of the guess among the slice's places."""
        if self.column.name not in self._at:
            self._at[self.column.name] = first_place(self._known_space, self._around, self._place)
        return self._at[self.column.name]

    @property
    def setting(self) -> Setting:
        """The guess: this value of the column, all else as in the best trial."""
        return settings_along(self._known_space, self._around, self._place)[self.at]

    @property
    def choice(self) -> Setting | None:
        """The choice that waits."""
        return self._snapshot.choice

    @property
    def counted(self) -> Setting | None:
        """The guess that counts in the comparison; None where the user has made none before the choice is tried."""
        return self._first if self._first is not None else self.setting if self._is_made else None

    @property
    def is_tried(self) -> bool:
        """Whether the guess is among the trials already."""
        return any(dict(trial.setting) == self.setting for trial in self._snapshot.trials)

    def move(self, steps: int) -> None:
        """Move the guess to another place."""
        if self._space is None:
            return
        last = len(self.slice.places) - 1
        self._at[self.column.name] = min(max(self.at + steps, 0), last)
        self._is_made = True

    def show_choice(self) -> None:
        """Show the choice; the guess as it is now counts."""
        if self.waits and not self._is_shown:
            self._is_shown, self._is_made, self._first = True, True, self.setting

    @property
    def expected(self) -> Expected | None:
        """What is expected of the guess; None without a model."""
        found, at = self.slice, self.at
        if not math.isfinite(found.mean[at]):
            return None
        values = (found.mean, found.low, found.high, found.improvement, found.chance)
        return Expected(self.setting, float(found.places[at]), *(float(value[at]) for value in values))

    @property
    def choice_expected(self) -> Expected | None:
        """What is expected of the choice; None without a model, or before it is fitted to all that is known."""
        explained = self._snapshot.explained
        expected = explained.choice if explained is not None else None
        is_this = expected is not None and dict(expected.setting) == dict(self.choice or {})
        return expected if is_this and explained is not None and explained.column == self.column.name else None

    @property
    def choice_place(self) -> float:
        """The place of the choice along the column; NaN where the column has no effect in it."""
        return float(self._known_space.encode([self.choice or {}])[0, self._place])

    def value_of(self, setting: Mapping[str, Any]) -> str:
        """Return a setting's value of the column as text; ``·`` where it has none."""
        place = float(self._known_space.encode([setting])[0, self._place])
        return label(self.column, self.column.value(place)) if math.isfinite(place) else "·"

    @property
    def _known_space(self) -> Space:
        assert self._space is not None
        return self._space

    @property
    def _place(self) -> int:
        return [column.name for column in self._known_space.columns].index(self._column)

    @property
    def _around(self) -> Setting:
        progress = self._snapshot.progress
        return starting_setting(self._known_space, progress.best if progress is not None else None)
