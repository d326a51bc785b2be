"""The Search screen: the form of ranges beside the trials and the plots of them, and what the keys do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Size

from tuitrain.options.hyperparameters import FIELDS
from tuitrain.search.study.trial import Trial
from tuitrain.session.commands import AddNote
from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.keys import bindings
from tuitrain.ui.search.by_hand import ByHand
from tuitrain.ui.search.entries import texts_of, usual_range
from tuitrain.ui.search.form import SearchForm
from tuitrain.ui.search.grid_ahead import GridAhead
from tuitrain.ui.search.guess_table import GuessBox
from tuitrain.ui.search.guessing import Guessing
from tuitrain.ui.search.help import SearchHelp
from tuitrain.ui.search.keys import COLUMNS, SEARCH_ACTIONS
from tuitrain.ui.search.last_rows import LastRows
from tuitrain.ui.search.layout import PANES, SearchLayout
from tuitrain.ui.search.plot_panes import ImportancePane, MapPane, ProgressPane, SurrogatePane
from tuitrain.ui.search.status import SearchRoomRow, SearchStatusRow
from tuitrain.ui.search.steering import Steering
from tuitrain.ui.search.trials_pane import TrialsPane
from tuitrain.ui.terminal.governor import Governor, Shows
from tuitrain.ui.widgets.explain_row import ExplainRow
from tuitrain.ui.widgets.footer import Footer
from tuitrain.ui.widgets.messages_page import MessagesPage
from tuitrain.ui.widgets.pane_screen import PlacedScreen
from tuitrain.ui.widgets.text_lines import Lines

if TYPE_CHECKING:
    from tuitrain.options.hyperparameters import Hyperparameters

ANSWER_SECONDS = (0.03, 0.15)  # after which an answer to a command is looked for


class SearchScreen(PlacedScreen, inherit_bindings=False):
    """Form, trials and plots of one search session, and of the trainings by hand; what the keys do with them.

    What is done with the search is in `Steering`, what with a trial in `TrialsPane`.
    """

    help: SearchHelp
    ACTIONS = SEARCH_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SEARCH_ACTIONS)]
    DEFAULT_CSS = "SearchScreen { overflow: hidden hidden; }"

    def __init__(self) -> None:
        super().__init__(SearchLayout())
        self.session = self.host.searcher
        self._by_hand = ByHand(self.host.runs_folder)
        self.guessing = Guessing(lambda: self.surrogate.column)
        self._problem = self._next_pane = ""  # a pane that is to have the keys when it has its place
        self._is_behind_dialog = False
        self._takes_study = False  # when it is there: the form is to hold what the study searches
        now = self.trainer.snapshot.hyperparameters
        task = self.trainer.snapshot.dataset.task
        self.form = SearchForm(self.look, task, now, self._describe_entry, id="form",
                               guesses=lambda: self.guessing.is_on)  # fmt: skip
        self.grid_ahead = GridAhead(self.session, self.trainer, self.form.model)
        self.steering = Steering(
            self,
            self.session,
            self.form,
            jobs=self.host.jobs,
            begun=self._show_trials,
            soon=self._soon,
            estimate=self.grid_ahead.text,
            guessing=self.guessing,
            by_hand=lambda: self._by_hand.trainings,
        )
        self.governor = Governor(
            self, self._watch, count_bytes=self.bytes_written, after_paint=self.call_after_refresh,
            key=lambda snapshot: (snapshot.is_by_hand, snapshot.version),
        )  # fmt: skip

    @property
    def snapshot(self) -> SearchSnapshot:
        """What is shown: the search, or what was trained by hand while ``manual`` is chosen and no search runs."""
        shown = self.session.snapshot
        if shown.is_running or self.form.model.texts["strategy"] != "manual":
            return shown
        by_hand = self._by_hand.snapshot(self.trainer.snapshot)
        is_resumed = shown.settings is not None and shown.settings.strategy == "manual"
        return shown if is_resumed and not by_hand.trials else by_hand

    def say(self, text: str) -> None:
        self.status.say(text)

    def hold(self) -> None:
        """Let training on the Train screen wait for a frame here."""
        self.trainer.hold()

    def release(self) -> None:
        """Let it go on."""
        self.trainer.release()

    def compose(self) -> ComposeResult:
        theme = self.look
        self.header = SearchRoomRow(theme, id="header")
        self.explain_row = ExplainRow(theme, id="explain")
        self.messages = MessagesPage(theme, unit=N_("trials"), id="messages")
        self.status = SearchStatusRow(theme, self._note_message, self.guessing, id="status")
        self.footer = Footer(theme, SEARCH_ACTIONS, id="footer")
        self.trials = TrialsPane(theme, self._whole, id="trials")
        self.map = MapPane(theme, self.guessing, id="map")
        self.surrogate = SurrogatePane(theme, self.guessing, id="surrogate")
        self.panes = (
            self.trials, self.map, ProgressPane(theme, id="progress"), self.surrogate,
            ImportancePane(theme, id="importance"), GuessBox(theme, self.guessing, id="guesses"),
        )  # fmt: skip
        self.rows = LastRows(
            self.explain_row, self.status, self.footer, model=self.form.model, trials=self.trials,
            panes={str(pane.id): pane for pane in self.panes}, steering=self.steering, grid=self.grid_ahead,
            guessing=self.guessing,
        )  # fmt: skip
        self.help = SearchHelp(theme, SEARCH_ACTIONS, COLUMNS, id="help")
        self.too_small = Lines(id="too_small")
        yield from (self.header, self.form, *self.panes, self.explain_row, self.status, self.footer)
        yield from (self.help, self.messages, self.too_small)

    @property
    def _shown(self) -> tuple[Shows[SearchSnapshot], ...]:
        """What takes each snapshot, in this order: the rows tell of what the panes show, and these of the guess."""
        return (self.guessing, *self.panes, self)

    def on_mount(self) -> None:
        self.form.focus()
        for widget in self._shown:
            self.governor.add(widget)
        self.place_children(self.app.size)
        self.show(self.snapshot)
        self._takes_study = self.steering.resume_asked()
        if not self._takes_study and self.steering.fill_in_asked():
            self.call_after_refresh(self.action_new_search)

    def on_unmount(self) -> None:
        self.governor.stop()

    def on_screen_suspend(self) -> None:
        """Nothing is drawn behind a dialog or the Train screen."""
        self.governor.stop()
        self._is_behind_dialog = self in self.app.screen_stack

    def on_screen_resume(self) -> None:
        self.form.model.take_task(self.trainer.snapshot.dataset.task)
        self.form.model.take_base(self.trainer.snapshot.hyperparameters)
        self.form.redraw()
        self.place_children(self.app.size)
        self._show_now()
        if self.steering.is_of_other_data and not self._is_behind_dialog:
            self.steering.say_other_data()
        self._is_behind_dialog = False
        self.governor.start()

    def show(self, snapshot: SearchSnapshot) -> None:
        """Pass a snapshot to the lines."""
        if self._takes_study and snapshot.space is not None and snapshot.settings is not None:
            self._takes_study = False
            self.form.model.texts.update(texts_of(snapshot.space, snapshot.settings))
            self.form.redraw()
        self.guessing.show(snapshot)
        is_by_hand = snapshot.is_by_hand
        if self.arrangement.is_one_at_a_time != self.guessing.is_on:
            self.place_children(self.size)
        if self.grid_ahead.is_asked or is_by_hand:
            self._describe_entry()
        if is_by_hand and self._by_hand.problem != self._problem:
            self._problem = self._by_hand.problem
            self.status.say(self._problem)
        if not snapshot.is_by_hand:
            told = [(note.after, _("note: {text}").format(text=note.text)) for note in snapshot.notes]
            self.messages.list_notes(told)
        self.header.show(snapshot, self.trainer.snapshot.dataset)
        self.status.show(snapshot)
        self._explain()

    def _show_now(self) -> None:
        """Show one moment everywhere, so that no pane differs from another or from the rows."""
        snapshot = self.snapshot
        for widget in self._shown:
            widget.show(snapshot)

    def _watch(self) -> None:
        """Tell the session whether the surrogate is looked at, and along which column."""
        is_shown = any(pane.is_shown for pane in self.panes if pane.id in {"surrogate", "importance"})
        self.session.watch({"surrogate"} if is_shown else (), column=self.surrogate.column)
        self._by_hand.watch(self.surrogate.column, is_shown)

    def _describe_entry(self) -> None:
        """Describe the selected entry; of a grid, say also what it takes, before it runs."""
        is_bayesian = self.form.model.texts["strategy"] == "bayesian"
        if (self.arrangement.is_bayesian, self.arrangement.is_one_at_a_time) != (is_bayesian, self.guessing.is_on):
            self.place_children(self.size)
        self.rows.look_ahead(self.snapshot)
        self._explain()

    def _explain(self) -> None:
        """Explain what is selected where the keys are, and say what they do there."""
        self.rows.tell(str(self.focused.id) if self.focused is not None else "", self.snapshot)

    def on_trials_pane_selected(self) -> None:
        self._explain()

    def on_descendant_focus(self) -> None:
        """Explain what is selected where the keys are now."""
        if self.focused is not None and self.focused.id == self._next_pane:
            self._next_pane = ""
        if self.is_mounted:
            self._explain()

    def _note_message(self, text: str) -> None:
        """Keep a message for the page of messages, with the number of trials that were over."""
        self.messages.add(text, sum(trial.is_done for trial in self.snapshot.trials))

    def key_pressed(self) -> None:
        self.status.key_pressed()

    def action_messages(self) -> None:
        self.turn_to(self.messages)

    def where_notes_are_kept(self) -> str:
        if self.snapshot.is_by_hand:
            return super().where_notes_are_kept()
        return _("kept in the study; M shows it again")

    def take_note(self, text: str) -> str:
        """Keep a note in the study; of trials by hand, with the training that there is."""
        if self.snapshot.is_by_hand:
            return super().take_note(text)
        if self.session.snapshot.study is None:
            return _("there is no study yet to keep a note in: space begins one")
        self.session.send(AddNote(text))
        self._soon()
        return ""

    def place_children(self, size: Size) -> None:
        self.arrangement.is_bayesian = self.form.model.texts["strategy"] == "bayesian"
        self.arrangement.is_one_at_a_time = self.guessing.is_on
        super().place_children(size)
        frames = self.arrangement.arrangement(size).frames
        for child in (self.form, *self.panes):
            if str(child.id) in frames:
                child.take_place(frames[str(child.id)])
        for pane in self.panes:
            pane.take_tabs(self.arrangement.tabs(size, pane.id))

    def after_arranging(self) -> None:
        self._watch()
        self._show_now()

    def _whole(self, trial: Trial) -> Hyperparameters:
        shown = self.trials.shown
        assert shown is not None
        if shown.is_by_hand:
            return self._by_hand.hyperparameters(shown, trial)
        assert shown.space is not None
        return shown.space.hyperparameters(trial.setting)

    # --- plots and pages

    def action_axis(self, axis: str) -> None:
        self.map.turn_axis(axis)

    def action_before(self) -> None:
        self._turn_slice(-1)

    def action_after(self) -> None:
        self._turn_slice(1)

    def _turn_slice(self, steps: int) -> None:
        self.surrogate.turn(steps)
        self._watch()

    def selected_word(self) -> tuple[str, str, str]:
        """A field with its usual range too; a trial where the table has the keys."""
        self.help.about_the_search(self.snapshot)
        word, value, facts = super().selected_word()
        if self._has_focus("trials"):
            word = "trial"
        elif self._has_focus("surrogate") and self.guessing.is_on:
            word = "one at a time"
        elif self._has_focus("form") and word in FIELDS:
            facts = _("Usual range of a search: {range}.").format(range=usual_range(word))
        return word, value, facts

    def action_keys(self) -> None:
        self.help.about_the_search(self.snapshot)
        super().action_keys()

    def action_quit(self) -> None:
        if self.session.snapshot.is_running:
            self.steering.ask_to_leave()
        else:
            self.leave_or_ask(saving=N_("ctrl+s on screen 1 saves the model"))

    # --- the search

    def _soon(self) -> None:
        """Show what a key changed, and the answer to a command as soon as it is there."""
        self._show_answer()  # before a message, which the next look would take away
        loop = asyncio.get_running_loop()
        for delay in ANSWER_SECONDS:
            loop.call_later(delay, self._show_answer)

    def _show_answer(self) -> None:
        if self.is_mounted:
            self._show_now()

    def _show_trials(self) -> None:
        """Show those of a search that was begun."""
        self.trials.forget()
        if self.guessing.is_on:
            self._show_pane("surrogate")
        else:
            self._show_pane("trials", focus=False)

    def action_start_pause(self) -> None:
        self.steering.start_pause()

    def action_new_search(self) -> None:
        self.steering.begin_anew()

    def action_strategy(self, name: str) -> None:
        self.steering.choose_strategy(name)

    def action_enqueue(self) -> None:
        self.steering.enqueue()

    def action_veto(self) -> None:
        self.steering.veto()

    def action_race(self) -> None:
        self.steering.race()

    # --- one at a time

    def action_one_at_a_time(self) -> None:
        if self.steering.one_at_a_time():
            self._show_pane("surrogate")

    def action_guess(self, steps: int) -> None:
        if self.guessing.is_on:
            self.guessing.move(steps)
            self._show_guess()
        elif self.snapshot.settings is not None and self.snapshot.settings.strategy == "bayesian":
            self.say(_("o lets you guess before each trial"))

    def _show_guess(self) -> None:
        """Draw what the guess, or that the choice is shown, changes."""
        for pane in self.panes:
            if pane.is_of_guesses:
                pane.redraw()
        self.status.redraw()
        self._explain()

    # --- trials

    def action_enter(self) -> None:
        if self._has_focus("form"):
            self.form.begin()
        elif self._has_focus("trials"):
            self.trials.open_chosen()
        elif self.guessing.waits:
            self.guessing.show_choice()
            self._show_guess()

    def action_adopt(self) -> None:
        self.trials.take(start=False)

    def action_train_trial(self) -> None:
        self.trials.take(start=True)

    def action_mark(self) -> None:
        self.trials.toggle_mark()

    def action_compare(self) -> None:
        self.trials.compare()

    def action_sort(self) -> None:
        self.trials.sort_next()

    def action_find(self) -> None:
        if self._has_focus("form"):
            self.form.begin_finding()
        else:
            self.trials.find()

    def action_fold(self) -> None:
        self.form.toggle_fold()

    # --- cursors, values, panes

    def _has_focus(self, name: str) -> bool:
        return self.focused is not None and self.focused.id == name

    def action_up(self) -> None:
        self._move(-1)

    def action_down(self) -> None:
        self._move(1)

    def action_first(self) -> None:
        self._move_to_end(-1)

    def action_last(self) -> None:
        self._move_to_end(1)

    def _move_to_end(self, direction: int) -> None:
        if self._has_focus("trials"):
            self.trials.action_cursor(direction * 100_000)
        else:
            self.form.go_to_end(direction)

    def _move(self, steps: int) -> None:
        if self._has_focus("trials"):
            self.trials.action_cursor(steps)
        else:
            self.form.move(steps)

    def action_nudge_up(self) -> None:
        self._nudge(1)

    def action_nudge_down(self) -> None:
        self._nudge(-1)

    def _nudge(self, direction: int) -> None:
        """The selected entry's next value; a strategy is chosen as by its letter."""
        self.form.nudge(direction)
        if self.form.model.name == "strategy":
            self.steering.choose_strategy(self.form.model.texts["strategy"])

    def action_undo(self) -> None:
        if not self.form.undo():
            self.say(_("nothing to undo"))

    def action_next_pane(self) -> None:
        self._turn(1)

    def action_previous_pane(self) -> None:
        self._turn(-1)

    def _turn(self, direction: int) -> None:
        """Give the focus to the next pane, and a place on the screen where it has none."""
        order = ("form", *PANES)
        focused = self.focused.id if self.focused is not None and self.focused.id in order else "form"
        now = self._next_pane or focused
        self._next_pane = order[(order.index(now) + direction) % len(order)]
        self._show_pane(self._next_pane)

    def _show_pane(self, name: str, *, focus: bool = True) -> None:
        if name != "form":
            self.arrangement.pane = name
            self.place_children(self.size)
        if focus:
            self.call_after_refresh(self.get_child_by_id(name).focus)
