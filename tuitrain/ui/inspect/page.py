"""What all pages on the inside of learning share: the question that they ask, and its answer.

A page is a screen over a room. It asks the session one `Question` and draws the `Answer` of the newest snapshot. To
add one: a question with its answer in the session, a subclass of `InsidePage`, and a line in `ui/screens.py`.
"""

from __future__ import annotations

import itertools

from tuitrain.session.questions import Answer, Question
from tuitrain.session.snapshot import Snapshot
from tuitrain.translation import gettext as _
from tuitrain.ui.terminal.governor import Governor
from tuitrain.ui.theme import Role, Theme
from tuitrain.ui.widgets.page_screen import PageScreen, everywhere_on_pages, page_bindings

__all__ = ["InsidePage", "everywhere_on_pages", "page_bindings"]

_copies = itertools.count(1)  # of networks that pages have asked for


class InsidePage(PageScreen, inherit_bindings=False):
    """A page that asks and draws; see the module. `question` is what is asked now."""

    def __init__(self, look: Theme) -> None:
        super().__init__(look)
        self.copy = next(_copies)
        self.answer: Answer | None = None
        self.governor = Governor(
            self.session, self._ask, count_bytes=self.bytes_written, after_paint=self.call_after_refresh
        )

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

    def took_answer(self) -> None:
        """Called when a new answer has come."""

    def selected_word(self) -> tuple[str, str, str]:
        """What `?` explains: the page, unless it knows better."""
        return self.TITLE_TEXT.lower(), "", ""
