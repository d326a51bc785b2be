"""The panes that draw a search: each turns a snapshot into what its picture takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.cells import cell_len
from textual.strip import Strip

from tuitrain.search.explanation import LEAST_TRIALS, ticks_of
from tuitrain.search.space.columns import SearchColumn
from tuitrain.search.space.space import Space
from tuitrain.search.study.trial import Trial
from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.text import counted
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.labels import short_label
from tuitrain.ui.plots.lines import notice
from tuitrain.ui.plots.map_plot import MapPoints, draw_map
from tuitrain.ui.plots.ranges import epoch_axis
from tuitrain.ui.plots.search_plots import ProgressData, draw_curves, draw_importance, draw_progress
from tuitrain.ui.plots.surrogate_plot import Marks, draw_surrogate
from tuitrain.ui.search.guess_table import TABLE_ROWS, guess_table
from tuitrain.ui.search.guessing import Guessing
from tuitrain.ui.search.panes import SearchPane
from tuitrain.ui.theme import Theme

MOST_FACTORS = 3  # of a grid's shape that are written out


class MapPane(SearchPane):
    """The trials in the plane of two hyperparameters; `x` and `y` choose them.

    Where one alone is searched, its values against the trials.
    """

    TITLE = N_("Map")
    EXPLAINED = N_("each trial at its values of two hyperparameters, the fuller the better")
    DETAIL = N_("(x, y: axes)")
    is_of_guesses = True

    def __init__(self, theme: Theme, guessing: Guessing | None = None, **rest: Any) -> None:
        super().__init__(theme, **rest)
        self._guessing = guessing or Guessing()
        self._axes = {"x": "", "y": ""}  # the hyperparameters that were chosen
        self._space: Space | None = None
        self._places: Any = np.empty((0, 0))
        self._numbers: list[int] = []  # of the trials whose places these are

    def turn_axis(self, axis: str) -> None:
        """Draw the next hyperparameter along an axis."""
        snapshot = self._snapshot
        if snapshot is None or snapshot.space is None:
            return
        columns = snapshot.space.columns
        chosen = dict(zip("xy", self._chosen(columns), strict=True))
        other = "y" if axis == "x" else "x"
        step = (chosen[axis] + 1) % len(columns)
        if step == chosen[other] and len(columns) > 1:
            step = (step + 1) % len(columns)
        self._axes = {key: columns[at].name for key, at in {**chosen, axis: step}.items()}
        self.redraw()

    def details(self) -> tuple[str, ...]:
        snapshot = self._snapshot
        if snapshot is None or snapshot.space is None or not snapshot.trials or len(snapshot.space.columns) < 2:
            return super().details()
        x, y = (snapshot.space.columns[at].label for at in self._chosen(snapshot.space.columns))
        dot, told = self.look.signs.dot, _("x {x}, y {y}")
        forms = [told.format(x=short_label(x, room), y=short_label(y, room)) for room in (100, 0)]
        return (*(f"{dot} {form}  (x y)" for form in forms), *super().details())

    def _chosen(self, columns: Sequence[SearchColumn]) -> tuple[int, int]:
        """The columns along x and y: at first the learning rate, and another that is continuous."""
        names = [column.name for column in columns]
        numbers = [i for i, column in enumerate(columns) if not column.is_category]
        numbers.sort(key=lambda i: (columns[i].name != "learning_rate", columns[i].count is not None))
        order = [*numbers, *(i for i in range(len(columns)) if i not in numbers)]
        x, y = (names.index(self._axes[axis]) if self._axes[axis] in names else None for axis in "xy")
        first = x if x is not None else next((i for i in order if i != y), order[0])
        second = y if y is not None else next((i for i in order if i != first), first)
        return first, second

    def _encoded(self, snapshot: SearchSnapshot) -> Any:
        """The trials' settings as rows; what was encoded before is kept, since trials keep their settings."""
        space, trials = snapshot.space, snapshot.trials
        assert space is not None
        numbers = [trial.number for trial in trials]
        if self._space is not space or self._numbers != numbers[: len(self._numbers)]:  # trials may be dropped
            self._space, self._places = space, space.encode([])
        self._numbers = numbers
        new = trials[len(self._places) :]
        if new:
            self._places = np.concatenate([self._places, space.encode([trial.setting for trial in new])])
        return self._places

    def is_unchanged(self, before: SearchSnapshot, now: SearchSnapshot) -> bool:
        return bool(before.trials == now.trials and before.progress == now.progress)

    def drawn(self, width: int, height: int, snapshot: SearchSnapshot) -> Sequence[Strip]:
        space, settings = snapshot.space, snapshot.settings
        if space is None or settings is None or not space.columns:
            return notice(width, height, (_("nothing is searched"),), self.look["dim"])
        columns, trials = space.columns, snapshot.trials
        places = self._encoded(snapshot)
        proposals = snapshot.progress.proposals if snapshot.progress is not None else ()
        if snapshot.is_one_at_a_time and not self._guessing.is_shown:
            proposals = ()  # the user guesses first
        following = space.encode(list(proposals))
        first, second = self._chosen(columns)
        y, next_y = (_placed(columns[second], table[:, second]) for table in (places, following))
        y_count = counted_values("y", _(columns[second].label), y, width - 1)
        best = snapshot.progress.best if snapshot.progress is not None else None
        is_by_trial = len(columns) == 1
        if is_by_trial:
            last = max(len(trials) + len(proposals) - 1, 1)
            x, next_x = np.arange(len(trials)) / last, (len(trials) + np.arange(len(proposals))) / last
            x_name, x_ticks = "trial", [(at / last, text) for at, text in epoch_axis(0, last, 4).ticks if at <= last]
            notes: tuple[str, ...] = (f"x {_(x_name)}", y_count, gap_note(y, columns[second]))
        else:
            x, next_x = (_placed(columns[first], table[:, first]) for table in (places, following))
            x_name, x_ticks = columns[first].label, _ticks(columns[first])
            notes = (counted_values("x", _(x_name), x, width - 1), y_count)
            notes += (grid_note(len(trials), len(columns), columns[first].label, x, settings.strategy),)
        points = MapPoints(
            x=x, y=y, share=shares(np.array([settings.sign * trial.score for trial in trials])),
            states=tuple(trial.state for trial in trials), best=row_of(trials, best),
            x_name=x_name, y_name=columns[second].label, x_ticks=x_ticks, y_ticks=_ticks(columns[second]),
            proposals=np.column_stack([next_x, next_y]), metric=settings.metric, notes=tuple(filter(None, notes)),
            is_by_trial=is_by_trial,
        )  # fmt: skip
        return draw_map(width, height, points, theme=self.look)


def row_of(trials: Sequence[Trial], best: Trial | None) -> int | None:
    """The place of a trial among those that are shown, which need not be its number: others may have been dropped."""
    return next((row for row, trial in enumerate(trials) if best is not None and trial.number == best.number), None)


def counted_values(axis: str, label: str, places: Any, room: int) -> str:
    """``x learning rate: 25 different values in 25 trials`` of places (n,), in fewer words where `room` is short.

    Trials in which the field has no effect do not count.
    """
    known = places[np.isfinite(places)]
    trials = counted(len(known), "trial")
    told = _("{axis} {field}: {values} in {trials}")
    words = (counted(_different(known), word) for word in ("different value", "value"))
    whole, short = (told.format(axis=axis, field=label, values=values, trials=trials) for values in words)
    return whole if cell_len(whole) <= room else short


def gap_note(places: Any, column: SearchColumn) -> str:
    """How wide a part of the range places (n,) of one continuous field leave out, beside an even grid of as many."""
    known = np.unique(np.round(places[np.isfinite(places)], 9))
    if column.is_category or column.count is not None or len(known) < 3:
        return ""
    gap = float(np.diff(known, prepend=0.0, append=1.0).max())
    told = _("one field: a grid repeats nothing; the widest gap here is {gap}% of the range, in an even grid {even}%")
    return told.format(gap=round(100 * gap), even=round(100 / (len(known) - 1)))


def _different(places: Any) -> int:
    return len(np.unique(np.round(places, 9)))


def grid_note(trials: int, fields: int, name: str, places: Any, strategy: str) -> str:
    """What a grid of as many trials repeats if only the field `name` matters; of a grid, what it does repeat."""
    known, name = places[np.isfinite(places)], short_label(name, 6)
    name = _("the {field}").format(field=name) if name.islower() else name
    if strategy == "grid":
        repeated = len(known) - _different(known)
        told = _("if only {field} matters, {repeated} of the {trials} trials repeat a value") * bool(repeated)
        return told.format(field=name, repeated=repeated, trials=len(known))
    each = int(trials ** (1 / fields) + 1e-9)
    if each < 2:
        return ""
    whole = each**fields
    told = _(
        "a {shape} grid tries {each} of each: if only {field} matters, {repeated} of its {trials} trials repeat a value"
    )
    if fields > MOST_FACTORS:
        told = _(
            "a grid of {trials} trials tries {each} values of each field: if only {field} matters, {repeated} of them "
            "repeat a value"
        )
    shape = "×".join([str(each)] * fields)
    return told.format(shape=shape, each=each, field=name, repeated=whole - each, trials=whole)


def shares(values: Any) -> Any:
    """How good each value is among all, by rank: 1 the best (lowest), NaN where there is none."""
    finite = np.isfinite(values)
    found = np.full(len(values), np.nan)
    order = np.sort(values[finite])
    if order.size:
        found[finite] = 1 - np.searchsorted(order, values[finite]) / max(1, order.size - 1)
    return np.clip(found, 0, 1)


def _placed(column: SearchColumn, places: Any) -> Any:
    """Encoded places in [0, 1], also for categories."""
    return places / max(1, len(column.values) - 1) if column.is_category else places


def _ticks(column: SearchColumn) -> list[tuple[float, str]]:
    ticks = ticks_of(column)
    last = max(1, len(column.values) - 1)
    return [(place / last if column.is_category else place, text) for place, text in ticks]


ROOM_FOR_CURVES = 15  # lines, from which on the running trials have a plot of their own


class ProgressPane(SearchPane):
    """Best so far against trials; while stacks train and the pane is high, their curves below it."""

    TITLE = N_("Progress")
    EXPLAINED = N_("the best score so far, and each trial's, in the order of the trials")

    def is_unchanged(self, before: SearchSnapshot, now: SearchSnapshot) -> bool:
        assert before.progress is not None
        assert now.progress is not None
        return before.trials == now.trials and before.progress.curves == now.progress.curves

    def drawn(self, width: int, height: int, snapshot: SearchSnapshot) -> Sequence[Strip]:
        settings, progress = snapshot.settings, snapshot.progress
        assert settings is not None
        assert progress is not None
        trials = snapshot.trials
        data = ProgressData(
            np.array([trial.number for trial in trials], np.float64),
            np.array([trial.score for trial in trials], np.float64),
            tuple(trial.state for trial in trials), settings.sign, settings.metric,
        )  # fmt: skip
        lower = height * 2 // 5 if height >= ROOM_FOR_CURVES and progress.curves else 0
        strips = draw_progress(width, height - lower, data, theme=self.look)
        if lower:
            strips += draw_curves(
                width,
                lower,
                progress.curves,
                settings.metric,
                settings.sign,
                theme=self.look,
            )
        return strips


class SurrogatePane(SearchPane):
    """The Gaussian process along one hyperparameter; `[` and `]` choose it."""

    TITLE = N_("Surrogate")
    WORD = N_("expected improvement")
    EXPLAINED = N_("the mean gain over the best so far{best} if that value is tried")
    DETAIL = N_("([ ]: hyperparameter)")
    is_of_guesses = True

    def __init__(self, theme: Theme, guessing: Guessing | None = None, **rest: Any) -> None:
        super().__init__(theme, **rest)
        self._guessing = guessing or Guessing()
        self.column = self._label = ""

    def details(self) -> tuple[str, ...]:
        if not self._label:
            return super().details()
        dot, field = self.look.signs.dot, _(self._label)
        whole = _("{field}, the others as in the best trial").format(field=field)
        return (f"{dot} {whole}  [ ]", f"{dot} {field}  [ ]")

    def turn(self, steps: int) -> None:
        """Look along the next hyperparameter."""
        snapshot = self._snapshot
        names = [column.name for column in snapshot.space.columns] if snapshot is not None and snapshot.space else []
        if names:
            at = names.index(self.column) if self.column in names else 0
            self.column = names[(at + steps) % len(names)]

    def is_unchanged(self, before: SearchSnapshot, now: SearchSnapshot) -> bool:
        assert before.progress is not None
        assert now.progress is not None
        if before.is_one_at_a_time or now.is_one_at_a_time:
            return before is now
        return before.explained is now.explained and before.progress.proposals == now.progress.proposals

    def has_nothing(self, snapshot: SearchSnapshot) -> bool:
        return super().has_nothing(snapshot) and not self._guessing.waits

    def drawn(self, width: int, height: int, snapshot: SearchSnapshot) -> Sequence[Strip]:
        if self._guessing.is_on and snapshot.space is not None:
            return self._guessed(width, height, snapshot)
        explained = snapshot.explained
        if explained is None or explained.slice is None:
            self._label = ""
            hints = (_("after {number} trials a Gaussian process is fitted to them").format(number=LEAST_TRIALS),
                     _("a few more trials"))  # fmt: skip
            return notice(width, height, hints, self.look["dim"])
        self.column, self._label = explained.column, explained.slice.label
        metric = snapshot.settings.metric if snapshot.settings is not None else "score"
        return draw_surrogate(width, height, explained.slice, metric, theme=self.look)

    def _guessed(self, width: int, height: int, snapshot: SearchSnapshot) -> Sequence[Strip]:
        """The slice with the guess on it, and once it is shown the choice; below it what is expected of both."""
        guessing = self._guessing
        found, at = guessing.slice, guessing.at
        self.column, self._label = self.column or found.column, found.label
        metric = snapshot.settings.metric if snapshot.settings is not None else "score"
        choice = None
        if guessing.is_shown:
            expected = guessing.choice_expected
            choice = (guessing.choice_place, expected.mean if expected is not None else float("nan"))
        marks = Marks((float(found.places[at]), float(found.mean[at])), choice)
        table = guess_table(width, guessing, snapshot, theme=self.look) if height > 2 * TABLE_ROWS else []
        return [*draw_surrogate(width, height - len(table), found, metric, theme=self.look, marks=marks), *table]


class ImportancePane(SearchPane):
    """How much each hyperparameter matters, by the surrogate."""

    TITLE = N_("Importance")
    EXPLAINED = N_("share of the surrogate's variance, each alone; together: the rest")

    def is_unchanged(self, before: SearchSnapshot, now: SearchSnapshot) -> bool:
        return before.explained is now.explained

    def drawn(self, width: int, height: int, snapshot: SearchSnapshot) -> Sequence[Strip]:
        explained = snapshot.explained
        shares_ = explained.importance if explained is not None else ()
        slices = (explained.slices or {}) if explained is not None else {}
        return draw_importance(width, height, shares_, slices, theme=self.look)
