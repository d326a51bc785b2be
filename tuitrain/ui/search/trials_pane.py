"""The table of trials, and what is done with a trial: open, compare, adopt, train."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from tuitrain.options.hyperparameters import FIELDS
from tuitrain.search.study.trial import Trial
from tuitrain.session.commands import Reset, SetHyperparameter, Start
from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.text import counted, visible
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.lines import line
from tuitrain.ui.search.panes import SearchPane
from tuitrain.ui.search.table import Row, TableLines, heading, row_line, rows_of, shown_columns
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.pane_screen import PlacedScreen, unsaved

if TYPE_CHECKING:
    from tuitrain.data.facts import DatasetFacts
    from tuitrain.options.hyperparameters import Hyperparameters


class TrialsPane(SearchPane):
    """Every trial on a line; the cursor chooses one. `whole` returns all hyperparameters of a trial that is shown."""

    TITLE = N_("Trials")
    EXPLAINED = N_("every trial, the best first; they are compared, adopted and trained from here")
    fixed_lines = 1
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "cursor_page(-1)", show=False),
        Binding("pagedown", "cursor_page(1)", show=False),
        Binding("home", "cursor(-100000)", show=False),
        Binding("end", "cursor(100000)", show=False),
        Binding("left", "columns(-1)", show=False),
        Binding("right", "columns(1)", show=False),
    ]

    class Selected(Message):
        """Another trial is under the cursor."""

    def __init__(self, theme: Theme, whole: Callable[[Trial], Hyperparameters], **rest: Any) -> None:
        super().__init__(theme, **rest)
        self._whole = whole
        self.sort = "score"
        self.filter_text = ""
        self.marked: set[int] = set()
        self._all_rows: list[Row] = []
        self._sorted_for: tuple[object, ...] | None = None
        self._chosen = -1  # number of the trial under the cursor
        self._columns_from = 0

    @property
    def shown(self) -> SearchSnapshot | None:
        """What the rows are of, whether the pane has a place on the screen or not."""
        return self._snapshot

    @property
    def _rows(self) -> list[Row]:
        return self._sorted(self.shown) if self.shown is not None else []

    @property
    def trial(self) -> Trial | None:
        """The trial under the cursor."""
        return self._rows[self.place].trial if self._rows else None

    @property
    def place(self) -> int:
        """The cursor's line among those shown."""
        for place, row in enumerate(self._rows):
            if row.trial.number == self._chosen:
                return place
        return 0

    def is_unchanged(self, before: Any, now: Any) -> bool:
        return bool(before.trials == now.trials and before.progress.curves == now.progress.curves)

    def drawn(self, width: int, height: int, snapshot: SearchSnapshot) -> Sequence[Strip]:
        rows = self._sorted(snapshot)
        names = snapshot.space.names if snapshot.space is not None else ()
        metric = snapshot.settings.metric if snapshot.settings is not None else "score"
        head = heading(width, names, metric, sort=self.sort, offset=self._columns_from, theme=self.look)
        if not rows:
            return [head, line(width, [("  " + _("no trial passes the filter; / changes it"), self.look["dim"])])]
        at = self.place
        curves = snapshot.progress.curves if snapshot.progress is not None else {}
        has_focus = self.has_focus

        def draw(place: int) -> Strip:
            row = rows[place]
            return row_line(
                row, width, names, curves.get(row.trial.number, ()), is_selected=place == at,
                is_marked=row.trial.number in self.marked, has_focus=has_focus, offset=self._columns_from,
                theme=self.look,
            )  # fmt: skip

        self._follow(at, height)
        return TableLines(head, len(rows), draw)

    def details(self) -> tuple[str, ...]:
        """Say which keys show the columns that have no room."""
        shown = self.shown
        names = shown.space.names if shown is not None and shown.space is not None and shown.trials else ()
        hidden = len(names) - len(shown_columns(self.size.width, names, self._columns_from, self.look))
        hints = (_("(left, right: {columns})").format(columns=counted(hidden, "more column")), f"←→ +{hidden}")
        return hints if hidden else ()

    def own_title(self) -> str:
        return _(self.TITLE) + (f": {self.filter_text}" if self.filter_text else "")

    def _sorted(self, snapshot: SearchSnapshot) -> list[Row]:
        """The rows, which are the same while only the cursor moves."""
        key = (snapshot.trials, snapshot.ties, self.sort, self.filter_text)
        if self._sorted_for is None or any(a is not b for a, b in zip(key, self._sorted_for, strict=True)):
            self._sorted_for = key
            self._all_rows = rows_of(snapshot, sort=self.sort, filter_text=self.filter_text)
        return self._all_rows

    def _follow(self, at: int, height: int) -> None:
        """Scroll so that the cursor is seen."""
        room = max(1, height - self.fixed_lines)
        self._offset = min(max(self._offset, at - room + 1), at)

    def action_cursor(self, steps: int) -> None:
        """Move the cursor."""
        if self._rows:
            place = max(0, min(len(self._rows) - 1, self.place + steps))
            self._chosen = self._rows[place].trial.number
            self.redraw()
            self.post_message(self.Selected())

    def action_cursor_page(self, pages: int) -> None:
        """Move the cursor by a screenful."""
        self.action_cursor(pages * max(1, self.size.height - 2))

    def action_scroll_by(self, lines: int) -> None:
        """The keys and the wheel move the cursor, which the table follows."""
        self.action_cursor(lines)

    def action_columns(self, steps: int) -> None:
        """Show other hyperparameters, where not all fit."""
        names = self.shown.space.names if self.shown is not None and self.shown.space else ()
        self._columns_from = max(0, min(len(names) - 1, self._columns_from + steps))
        self.redraw()

    def cycle_sort(self, names: Sequence[str]) -> str:
        """Sort by the next column; returns its name."""
        order = ["score", "number", *names]
        self.sort = order[(order.index(self.sort) + 1) % len(order)] if self.sort in order else "score"
        self.redraw()
        return self.sort

    def toggle_mark(self) -> None:
        """Mark the trial under the cursor, or unmark it, and go on to the next."""
        if self.trial is not None:
            self.marked ^= {self.trial.number}
            self.action_cursor(1)

    def forget(self) -> None:
        """Select and mark none of the trials that were shown: others come."""
        self.marked.clear()
        self._chosen = -1

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        self.redraw()

    # --- what is done with a trial

    @property
    def _room(self) -> PlacedScreen:
        room = self.screen
        assert isinstance(room, PlacedScreen)
        return room

    def chosen(self) -> Trial | None:
        """The trial under the cursor; says so where there is none."""
        trial = self.trial
        if trial is None:
            self._room.say(_("there is no trial yet"))
        return trial

    def open_chosen(self) -> None:
        """Show all of the trial under the cursor."""
        if (trial := self.chosen()) is not None:
            self._open([trial])

    def compare(self) -> None:
        """Show the marked trials beside each other."""
        trials = [trial for trial in self.shown.trials if trial.number in self.marked] if self.shown is not None else []
        if len(trials) < 2:
            self._room.say(_("mark two trials or more with . in the table; c compares them"))
        else:
            self._open(trials)

    def _open(self, trials: Sequence[Trial]) -> None:
        from tuitrain.ui.search.trial_page import TrialPage  # noqa: PLC0415 - not needed before

        settings = self.shown.settings if self.shown is not None else None
        metric = settings.metric if settings is not None else "score"
        progress = self.shown.progress if self.shown is not None else None
        curves = progress.curves if progress is not None else {}  # of those that are still trained
        trials = [
            trial if trial.curve else replace(trial, curve=tuple(curves.get(trial.number, ()))) for trial in trials
        ]
        page = TrialPage(self.look, [(trial, self._whole(trial)) for trial in trials], metric)
        self._room.open(page, lambda _answer: None)

    def find(self) -> None:
        """Ask what to filter by."""
        from tuitrain.ui.search.filter import filter_dialog  # noqa: PLC0415 - not needed before

        def answered(text: str | None) -> None:
            if text is not None:
                self.filter_text = text
                self.say_title(self.own_title(), *self.details())
                self.redraw()

        self._room.open(filter_dialog(self.look, self.filter_text), answered)

    def sort_next(self) -> None:
        """Sort by the next column."""
        space = self.shown.space if self.shown is not None else None
        name = self.cycle_sort(space.names if space is not None else ())
        self._room.say(_("sorted by {column}").format(column=_(FIELDS[name].label if name in FIELDS else name)))

    def take(self, *, start: bool) -> None:
        """Take the trial under the cursor into the Train form; with `start`, train it there from the beginning.

        Where another dataset is trained on, only if the trial fits and the user says so; where training it would
        replace a training that is in no file, only if the user says so.
        """
        if (trial := self.chosen()) is None:
            return
        room, whole = self._room, self._whole(trial)
        now, chosen = room.trainer.snapshot, room.trainer.snapshot.dataset
        searched = self.shown.dataset if self.shown is not None else None

        def take() -> None:
            self._adopt(whole, start=start)
            if not start:
                room.say(_("trial {number} is in the Train form (1)").format(number=trial.number))

        lost = _("{what} and would be lost.").format(what=unsaved(now)) if start and now.has_something_to_lose else ""
        if searched is None or not self.is_other(searched):
            if lost:
                question = _("Train trial {number}?").format(number=trial.number)
                room.ask(question, lost, yes=_("train it"), no=_("stay"), then=take)
            else:
                take()
        elif searched.task != chosen.task:
            told = _("trial {number} is of {found}, a {task}: its values do not fit {chosen}, a {other}")
            room.say(told.format(number=trial.number, found=searched.name, task=searched.task, chosen=chosen.name,
                                 other=chosen.task))  # fmt: skip
        else:
            told = _("It was found on {found}; screen 1 trains on {chosen}.")
            about = told.format(found=visible(searched.name), chosen=visible(chosen.name))
            about = f"{about} {lost}".rstrip()
            room.ask(_("Take a trial of another dataset?"), about, yes=_("take it"), no=_("stay"), then=take)

    def is_other(self, dataset: DatasetFacts | None) -> bool:
        """Whether it is not the dataset that is trained on."""
        return dataset is not None and dataset.fingerprint != self._room.trainer.snapshot.dataset.fingerprint

    def _adopt(self, hyperparameters: Hyperparameters, *, start: bool) -> None:
        trainer = self._room.trainer
        for name, (value, _old) in hyperparameters.differences(trainer.snapshot.hyperparameters).items():
            trainer.send(SetHyperparameter(name, value))
        if start:
            trainer.send(Reset())
            trainer.send(Start())
            self._room.action_show("train")
