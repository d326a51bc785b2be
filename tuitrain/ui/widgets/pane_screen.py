"""What the Train and the Search screen have in common: a form and panes in their places, help, actions, dialogs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from textual import events
from textual.geometry import Size
from textual.layout import Layout
from textual.screen import Screen
from textual.widget import Widget

from tuitrain.session.commands import AddNote
from tuitrain.session.snapshot import Snapshot
from tuitrain.text import counted
from tuitrain.translation import N_, ngettext
from tuitrain.translation import gettext as _
from tuitrain.ui.keys import Action
from tuitrain.ui.terminal.dialog import Dialog
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.confirm import Confirm
from tuitrain.ui.widgets.frame import Framed, share_lines
from tuitrain.ui.widgets.help_page import HelpPage
from tuitrain.ui.widgets.layout import SMALLEST, PlacedLayout
from tuitrain.ui.widgets.page import OverPage
from tuitrain.ui.widgets.text_lines import Lines

if TYPE_CHECKING:
    from pathlib import Path

    from tuitrain.session.questions import Question
    from tuitrain.session.search_snapshot import SearchSnapshot
    from tuitrain.session.session import Session
    from tuitrain.ui.inspect.lab_marks import LabMarks

DIALOG_SECONDS = 0.3  # that training waits at most while a dialog is opened or closed
Result = TypeVar("Result")


def unsaved(snapshot: Snapshot) -> str:
    """Return what of a training is in no file, as a sentence without its full stop."""
    done = counted(snapshot.epoch, "epoch") if snapshot.epoch else counted(snapshot.step, "step")
    number = snapshot.epoch or snapshot.step
    return ngettext("{done} of training is in no file", "{done} of training are in no file", number).format(done=done)


@dataclass(frozen=True)
class AskedWord:
    """A word that the user wants explained: its value now, a line that the screen adds, and where it was selected."""

    word: str
    value: str = ""
    facts: str = ""
    place: str = ""


class Host(Protocol):
    """What a room needs of the application that it is shown by."""

    session: Session[Snapshot]
    look: Theme
    starts_training: bool
    starts_search: bool
    quit_when_done: bool
    asked: Any  # of a search, on the command line
    runs_folder: Path

    @property
    def searcher(self) -> Session[SearchSnapshot]: ...
    @property
    def jobs(self) -> int: ...
    @property
    def lab(self) -> LabMarks: ...
    @property
    def bytes_written(self) -> int: ...
    def show(self, name: str, answered: Callable[[Any], None] = ...) -> None: ...
    def explain(self, asked: AskedWord) -> None: ...
    def leave(self) -> None: ...
    def leave_unasked(self) -> None: ...


class PlacedScreen(Screen[None], inherit_bindings=False):
    """A room: shows the children that `arrangement` has a place for.

    `trainer` is the session that trains in this process; `host` is the application.
    """

    ACTIONS: ClassVar[tuple[Action, ...]] = ()
    UNSEEN: ClassVar[tuple[str, ...]] = ("quit", "start_pause")  # what keys do where the terminal is too small
    TOO_SMALL = N_("make it larger; q quits, space pauses")
    form: Any
    help: HelpPage
    status: Any
    too_small: Lines

    def __init__(self, arrangement: PlacedLayout) -> None:
        super().__init__()
        self.trainer = self.host.session
        self.look = self.host.look
        self.arrangement: Any = arrangement
        self._had_keys: Widget | None = None  # before a page took the panes' place

    @property
    def layout(self) -> Layout:
        """Where the children are; not by CSS."""
        layout: Layout = self.arrangement
        return layout

    @property
    def host(self) -> Host:
        """The application."""
        host: Any = self.app
        return host  # type: ignore[no-any-return]

    def bytes_written(self) -> int:
        """What the terminal was sent so far."""
        return self.host.bytes_written

    def say(self, text: str) -> None:
        """Show a message in the line for them."""
        raise NotImplementedError  # pragma: no cover

    def key_pressed(self) -> None:
        """Called before a key does what it does: what was said is read."""

    def action_show(self, name: str) -> None:
        """Show another screen."""
        self.host.show(name)

    def on_resize(self, event: events.Resize) -> None:
        self.place_children(event.size)

    @property
    def is_too_small(self) -> bool:
        """Whether the terminal has no room for anything but how much it needs."""
        return "too_small" in self.arrangement.regions(self.size)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where nothing can be seen, a key does nothing but what is announced there."""
        if self.is_too_small and action not in self.UNSEEN:
            return False
        return super().check_action(action, parameters)

    def place_children(self, size: Size) -> None:
        """Show the children that have a place at this size."""
        regions = self.arrangement.regions(size)
        for child in self.children:
            if child.id:
                child.display = child.id in regions
        if "too_small" in regions:
            least, now = (f"{one.width} x {one.height}" for one in (SMALLEST, size))
            need = _("tuitrain needs {least}; this terminal is {now}").format(least=least, now=now)
            self.too_small.put(
                [(need, self.look.styles["bold"])],
                [(_(self.TOO_SMALL), self.look.styles["plain"])],
            )
        shown = self.arrangement.page or "form"
        if shown in regions and self.focused is None:
            self.get_child_by_id(shown).focus()
        for child in self.children[:1]:
            child.refresh(repaint=False, layout=True)  # the screen forgets where its children were when a child asks
        self.refresh(repaint=False, layout=True)
        self.call_after_refresh(self.after_arranging)

    def place_framed(self, panes: Mapping[str, Framed], size: Size) -> None:
        """Give panes the frames that `arrangement` has for them; neighbours share a line."""
        frames = share_lines(self.arrangement.boxes(size)) if not self.is_too_small else {}
        for name, pane in panes.items():
            if name in frames:
                pane.take_place(frames[name])
            pane.refresh(layout=True)  # the screen forgets where its children were when one of them asks

    def after_arranging(self) -> None:
        """Called when the children are where they belong."""

    def action_suspend(self) -> None:
        """Stop until the shell continues the job."""
        self.app.action_suspend_process()

    def selected_word(self) -> tuple[str, str, str]:
        """What `?` explains: a field, or the pane that has the keys; its value, and what else is known of it."""
        focused = self.focused
        if focused is None or focused is self.form or not focused.id:
            return (*self.form.selected, "")
        return focused.id, "", ""

    def asked_in(self) -> str:
        """Name what `selected_word` is selected in: the form, or the pane that has the keys."""
        focused = self.focused
        title = getattr(focused, "SHOWS", "") or getattr(focused, "TITLE", "")
        return _("the form") if focused is self.form or not title else _(title)

    def action_help(self) -> None:
        """The page of the selected word; all keys where `?` comes once more before it is there."""
        if self.arrangement.page == self.help.id:
            self.on_over_page_closed()
            return
        word, value, facts = self.selected_word()
        self.host.explain(AskedWord(word, value, facts, self.asked_in()))

    def action_keys(self) -> None:
        """All keys."""
        self.help.show_keys()
        self.turn_to(self.help)

    def question_now(self) -> Question | None:
        """What this screen asks the session; a screen over it that asks something else asks this again at its end."""
        return None

    def turn_to(self, page: OverPage) -> None:
        """Show a page in the place of the panes, until it is closed."""
        if not isinstance(self.focused, OverPage):
            self._had_keys = self.focused
        self.arrangement.page = page.id
        self.place_children(self.size)
        self.set_focus(page)  # at once: the next key may have come with this one

    def on_over_page_closed(self) -> None:
        """Give the keys back to the pane that had them."""
        self.arrangement.page = ""
        self.place_children(self.size)
        pane = self._had_keys
        (pane if pane is not None and pane.display else self.form).focus()

    def action_palette(self) -> None:
        from tuitrain.ui.widgets.action_palette import FormField, Palette  # noqa: PLC0415 - not for the first paint

        def answered(chosen: Action | FormField | None) -> None:
            if isinstance(chosen, Action):
                self.call_next(self.run_action, chosen.name)
            elif chosen is not None:
                self.form.reveal(chosen.name)

        fields = [FormField(*field) for field in self.form.fields]
        self.open(Palette(self.look, self.ACTIONS, fields), answered)

    notes_page = ""  # the page that a note is typed on; "" in a room

    def action_note(self) -> None:
        """Ask for a note."""
        from tuitrain.ui.widgets.note_prompt import note_prompt  # noqa: PLC0415 - not for the first paint

        def answered(text: str | None) -> None:
            if text is not None:
                problem = self.take_note(text)
                self.say(problem) if problem else self.say_noted(text)

        self.open(note_prompt(self.look, kept=self.where_notes_are_kept()), answered)

    def where_notes_are_kept(self) -> str:
        """Where a note that is typed here goes, as the line below it says."""
        return _("kept with the training, at epoch {epoch}; M shows it again").format(epoch=self.trainer.snapshot.epoch)

    def take_note(self, text: str) -> str:
        """Keep a note with the training; return what is in the way, or "" where it is kept."""
        self.trainer.send(AddNote(text, self.notes_page))
        return ""

    def say_noted(self, text: str) -> None:
        """Say that a note was taken, which is listed among the messages by itself."""
        self.status.say(_("noted: {text}").format(text=text), noted=None)

    def open(self, dialog: Screen[Result], answered: Callable[[Result | None], None]) -> None:
        """Show a dialog; training waits until it is painted."""
        self.trainer.hold(DIALOG_SECONDS)
        if isinstance(dialog, Dialog):
            dialog.opened = self.trainer.release
        self.app.push_screen(dialog, answered)
        if not isinstance(dialog, Dialog):
            dialog.call_after_refresh(self.trainer.release)

    def ask(
        self, question: str, about: str | Callable[[], str], *, yes: str, no: str, then: Callable[[], object]
    ) -> None:
        """Ask a question, and do something if the answer is yes; where nobody would see it, do nothing."""
        if self.is_too_small:
            self.say(_("{question} Not asked: the terminal was too small").format(question=question))
            return

        def answered(answer: bool | None) -> None:
            if answer:
                then()

        self.open(Confirm(self.look, question, about, yes=yes, no=no), answered)

    def ask_to_leave(self, about: str, *, no: str) -> None:
        """Leave if the user says so, and where nobody would see the question: nothing is lost."""
        if self.is_too_small:
            self.host.leave_unasked()
        else:
            self.ask(_("Quit?"), about, yes=_("quit"), no=no, then=self.host.leave)

    def leave_or_ask(self, *, saving: str = N_("ctrl+s saves the model")) -> None:
        """Leave; ask first if a training is running, or is in no file. `saving` says how to."""
        snapshot = self.trainer.snapshot
        if snapshot.is_running:
            self.ask_to_leave(_("Training is running and would be ended."), no=_("go on training"))
        elif snapshot.has_something_to_lose:
            about = f"{unsaved(snapshot)}; {_(saving)}."
            self.ask_to_leave(about, no=_("stay"))
        else:
            self.host.leave()
