"""What the Train screen does with remedies: tried on copies, adopted by a key, looked at afterwards, taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tuitrain.diagnosis.finding import Finding
from tuitrain.session.commands import Command, Reset, Start
from tuitrain.session.snapshot import Snapshot
from tuitrain.translation import gettext as _
from tuitrain.ui.theme import Role, Theme
from tuitrain.ui.train.keys import FIRST_KEY, MOST_KEYS
from tuitrain.ui.train.trials import Trials, Tried
from tuitrain.ui.widgets.pane_screen import unsaved
from tuitrain.ui.widgets.text_lines import Piece

if TYPE_CHECKING:
    from tuitrain.ui.train.adopted import Adopted
    from tuitrain.ui.train.screen import TrainScreen

EFFECT_ROLES: dict[bool | None, tuple[str, Role]] = {True: ("✓", "good"), None: ("≈", "dim"), False: ("✗", "warning")}


class Remedies:
    """The remedies of a screen's training."""

    def __init__(self, screen: TrainScreen) -> None:
        self._screen = screen
        self._trials = Trials(screen.session)
        self._adopted: Adopted | None = None
        self._said = ""  # of what the adopted remedy did

    def follow(self, snapshot: Snapshot, *, is_looked_at: bool) -> None:
        """Try what is to be tried, and say once what an adopted remedy did."""
        self._trials.follow(snapshot, is_looked_at=is_looked_at)
        if self._adopted is None:
            return
        if not self._adopted.follows(snapshot):
            self._adopted, self._said = None, ""
            return
        _helped, told = self._adopted.effect(snapshot)
        if told and not self._said:
            self._screen.note_message(told)
        self._said = told

    def begin(self) -> None:
        """Ask from now on: the first paint does not wait for answers."""
        self._trials.is_begun = True
        self._trials.follow(self._screen.session.snapshot, is_looked_at=False)

    def findings(self, snapshot: Snapshot) -> tuple[Finding, ...]:
        """Return what was found, before the first step what is wrong with the start."""
        return self._trials.findings(snapshot)

    def ask_again(self) -> None:
        """Go on with what was asked before another page asked."""
        self._trials.ask_again()

    def tried(self, snapshot: Snapshot) -> tuple[Tried, ...]:
        """Return the first finding's remedies, in the order of their keys."""
        return self._trials.tried(snapshot)

    def trial_lines(self, snapshot: Snapshot, width: int, theme: Theme) -> list[list[Piece]]:
        """Return a line for each remedy that was tried; see `Trials.lines`."""
        return self._trials.lines(snapshot, width, theme)

    def effect(self, snapshot: Snapshot) -> tuple[str, Role]:
        """Say what the adopted remedy did, behind its sign, and how to paint it; an empty text where there is none."""
        if self._adopted is None or not self._adopted.follows(snapshot):
            return "", "dim"
        helped, told = self._adopted.effect(snapshot)
        sign, role = EFFECT_ROLES[helped]
        return (f"{sign} {told}", role) if told else ("", "dim")

    def adopt(self, place: int) -> None:
        """Make a remedy of the first finding's commands of the session; ask where the training would be lost."""
        from tuitrain.session.remedy_commands import commands_of  # noqa: PLC0415 - not for the first paint
        from tuitrain.ui.train.adopted import Adopted  # noqa: PLC0415 - not for the first paint

        screen, snapshot = self._screen, self._screen.session.snapshot
        tried = self.tried(snapshot)[:MOST_KEYS]
        if place >= len(tried):
            screen.say(_("no such remedy; ! lists what was found"))
            return
        remedy, kind = tried[place].remedy, self.findings(snapshot)[0].kind
        screen.close_findings()
        commands = commands_of(remedy, snapshot)
        if snapshot.step == 0:  # the user starts it
            commands = tuple(command for command in commands if not isinstance(command, Start))
        is_anew = any(isinstance(command, Reset) for command in commands)

        def adopt() -> None:
            now = screen.session.snapshot
            self._adopted, self._said = Adopted(
                f"F{FIRST_KEY + place}", remedy, kind, now, is_anew=is_anew, edits=screen.form.model.n_edits
            ), ""  # fmt: skip
            self._send(commands)
            screen.say(_("adopted: {remedy} ({options}); u takes it back").format(
                remedy=remedy.text, options=remedy.options
            ))  # fmt: skip

        about = _("{options}. {what}; the curves stay for comparison.").format(
            options=remedy.options, what=unsaved(snapshot)
        )
        self._do(adopt, commands, _("Adopt, and start over?"), about)

    def undo(self) -> bool:
        """Take the adopted remedy back, unless the form was edited since; return whether there was one."""
        if self._adopted is None or self._screen.form.model.n_edits > self._adopted.edits:
            return False
        adopted, commands = self._adopted, self._adopted.back()

        def undo() -> None:
            if self._adopted is adopted:
                self._adopted, self._said = None, ""
            self._send(commands)
            self._screen.say(_("taken back"))

        about = _("The values before the remedy. {what}; the curves stay for comparison.").format(
            what=unsaved(self._screen.session.snapshot)
        )
        self._do(undo, commands, _("Take the remedy back, and start over?"), about)
        return True

    def _send(self, commands: Sequence[Command]) -> None:
        for command in commands:
            self._screen.send(command)

    def _do(self, then: Callable[[], None], commands: Sequence[Command], question: str, about: str) -> None:
        """Do it, but ask first where a training that no file holds would be left."""
        is_lost = any(isinstance(command, Reset) for command in commands)
        if is_lost and self._screen.session.snapshot.has_something_to_lose:
            self._screen.ask(question, about, yes=_("start over"), no=_("go on"), then=then)
        else:
            then()
