"""What all pages on the inside of learning share: the question that they ask, and its answer.

A page is a screen over a room. It asks the session one `Question` and draws the `Answer` of the newest snapshot. To
add one: a question with its answer in the session, a subclass of `InsidePage`, and a line in `ui/screens.py`.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from tuitrain.session.questions import Answer, Question
from tuitrain.session.snapshot import Snapshot
from tuitrain.translation import gettext as _
from tuitrain.ui.terminal.governor import Governor
from tuitrain.ui.theme import Role, Theme
from tuitrain.ui.widgets.page_screen import PageScreen, everywhere_on_pages, page_bindings

__all__ = ["InsidePage", "everywhere_on_pages", "page_bindings"]

# What a key may do before there is an answer, or where there is none: ask another question, or go elsewhere
ASKING = frozenset({
    "example", "nudge_up", "nudge_down", "start_pause", "next_pane", "previous_pane", "next_part", "previous_part",
    "order", "other", "along", "bench", "importance", "note", "undo", "restart", "show", "messages", "help", "keys",
    "palette", "suspend", "quit",
})  # fmt: skip
_copies = itertools.count(1)  # of networks that pages have asked for


class InsidePage(PageScreen, inherit_bindings=False):
    """A page that asks and draws; see the module. `question` is what is asked now."""

    def __init__(self, look: Theme) -> None:
        super().__init__(look)
        self.notes_page = self.NAME
        self.copy = next(_copies)
        self.answer: Answer | None = None
        self.governor = Governor(
            self.session, self._ask, count_bytes=self.bytes_written, after_paint=self.call_after_refresh
        )

    @property
    def is_known(self) -> bool:
        """Whether there is an answer to work with."""
        return self.missing() is None

    def words_now(self) -> Mapping[str, str]:
        """What keys do now, for the footer: names of actions to words, "" where that is nothing.

        Called only when there is an answer.
        """
        return {}

    def written_now(self) -> Mapping[str, str]:
        """How keys are written in the footer now, by the names of their actions; called as `words_now`."""
        return {}

    def question(self) -> Question:
        """What is asked now."""
        raise NotImplementedError  # pragma: no cover

    def missing(self) -> tuple[str, Role] | None:
        answer = self.answer
        if answer is None:
            return _("working it out"), "dim"
        return (answer.problem, "warning") if answer.problem else None

    def on_mount(self) -> None:
        self.governor.add(self)
        self._ask()

    def on_unmount(self) -> None:
        self.governor.stop()
        self.session.ask(None)

    def on_screen_suspend(self) -> None:
        self.governor.stop()

    def on_screen_resume(self) -> None:
        self.governor.start()

    def question_now(self) -> Question | None:
        return self.question()

    def _ask(self) -> None:
        self.session.ask(self.question())

    def copy_anew(self) -> None:
        """Ask about a copy of the network as it is now, and show nothing until its answer comes."""
        self.copy, self.answer = next(_copies), None
        self.ask_anew()

    def ask_anew(self) -> None:
        """Ask what is asked now, and draw what is known already."""
        self._ask()
        self.refresh_page()

    def show(self, snapshot: Snapshot) -> None:
        """Take the newest answer to this page's question."""
        answer = snapshot.answer
        if answer is not None and answer is not self.answer and answer.question.copy == self.copy:
            self.answer = answer
            self.took_answer()
            self.refresh_page()

    def refresh_page(self) -> None:
        super().refresh_page()
        if self.is_mounted:
            if self.is_known:
                self.footer.say_now(self.words_now(), written=self.written_now())
            else:
                self.footer.say_now(self._words_before())

    def _words_before(self) -> dict[str, str]:
        """What keys do without an answer: those that work with it nothing."""
        return {action.name: "" for action in self.ACTIONS if _verb(action.name) not in ASKING}

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without an answer a key that works with it does nothing."""
        if not self.is_known and action not in ASKING and any(_verb(one.name) == action for one in self.ACTIONS):
            return False
        return super().check_action(action, parameters)

    def took_answer(self) -> None:
        """Called when a new answer has come."""

    def selected_word(self) -> tuple[str, str, str]:
        """What `?` explains: the page, unless it knows better."""
        return self.TITLE_TEXT.lower(), "", ""


def _verb(name: str) -> str:
    """An action's name without its arguments."""
    return name.partition("(")[0]
