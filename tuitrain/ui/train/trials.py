"""Remedies as they are tried out on copies: when the session is asked to, and what is told of it."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

from tuitrain.diagnosis.finding import Finding, Remedy
from tuitrain.session.asked.remedies import Outcome, RemediesAnswer, TryRemedies, Word
from tuitrain.session.session import Session
from tuitrain.session.snapshot import Snapshot
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.theme import Role, Theme
from tuitrain.ui.train.keys import FIRST_KEY, MOST_KEYS
from tuitrain.ui.widgets.text_lines import Piece

LEAST_EPOCHS, MOST_EPOCHS = 10, 200
WORDS: dict[Word, tuple[str, str, Role]] = {
    "better": ("✓", N_("better"), "good"), "worse": ("✗", N_("worse"), "dim"), "equal": ("≈", N_("equal"), "dim"),
    "diverged": ("✗", N_("diverged"), "dim"), "untried": ("·", N_("not tried"), "dim"), "waiting": ("…", "", "dim"),
}  # fmt: skip
_copies = itertools.count(-1, -1)  # other numbers than those of the pages' copies


@dataclass(frozen=True)
class Tried:
    """A remedy of the first finding with what its copy came to, None while none is known."""

    remedy: Remedy
    outcome: Outcome | None = None
    why: str = ""


class Trials:
    """Asks the session to try the first finding's remedies, where that costs a training nothing that is not looked at.

    That is while it rests or has ended, or while all findings are on the screen.
    """

    def __init__(self, session: Session[Snapshot]) -> None:
        self._session = session
        self._asked: TryRemedies | None = None
        self._about: tuple[Any, ...] = ()  # what is asked about: the finding, its remedies, and the training
        self._step = -1
        self._answer: RemediesAnswer | None = None

    def follow(self, snapshot: Snapshot, *, is_looked_at: bool) -> None:
        """Ask for what is to be tried now, and take the newest answer."""
        found = snapshot.answer
        if isinstance(found, RemediesAnswer) and found.question == self._asked:
            self._answer = found
        first = _first(snapshot)
        about = (first.kind, first.remedies, id(snapshot.history)) if first is not None else ()
        is_known = about == self._about and (snapshot.is_running or snapshot.step == self._step)
        if first is None or (snapshot.is_running and not is_looked_at):
            self._leave(about)
        elif not is_known:
            self._ask(first, snapshot, about)
        elif self._asked is not None and self._answer is not None and self._answer.is_whole:
            self._rest()

    def ask_again(self) -> None:
        """Go on where another page has asked something in between."""
        if self._asked is not None:
            self._session.ask(self._asked)

    def tried(self, snapshot: Snapshot) -> tuple[Tried, ...]:
        """Return the remedies of the first finding as the keys adopt them: once all is known, the best first."""
        first = snapshot.findings[0] if snapshot.findings else None
        remedies = first.remedies if first is not None else ()
        answer = self._answer_about(snapshot)
        if answer is None:
            return tuple(map(Tried, remedies))
        outcomes = answer.outcomes()
        found = [Tried(*known) for known in zip(remedies, outcomes[1:], answer.untried, strict=True)]
        if not answer.is_whole:
            return tuple(found)
        sign = -1 if answer.measure == "loss" else 1
        return tuple(sorted(found, key=lambda one: _rank(one.outcome, sign)))

    def lines(self, snapshot: Snapshot, width: int, theme: Theme) -> list[list[Piece]]:
        """Return a line for each remedy that a key adopts, and one for the copy without; none while nothing is known.

        The last line says what the figures are.
        """
        answer = self._answer_about(snapshot)
        if answer is None or width < 30:
            return []
        found = []
        for place, tried in enumerate(self.tried(snapshot)[:MOST_KEYS]):
            assert tried.outcome is not None
            anew = _(", anew") if tried.remedy.restart else ""
            sign, word, role = WORDS[tried.outcome.word]
            gain = "" if math.isnan(tried.outcome.gain) else f"{tried.outcome.gain:+.3f} "
            right = f"{_number(tried.outcome.value)} {sign} {gain}{_(word)}"
            found.append(_row(f"F{FIRST_KEY + place} {tried.remedy.text}{anew}", right, width, theme, role))
        without = answer.outcomes()[0]
        told = _("   as it is ({what}, {epochs})").format(what=_what(answer), epochs=self.progress(answer))
        value = _(WORDS["diverged"][1]) if without.word == "diverged" else _number(without.value)
        found.append(_row(told, value, width, theme, "dim"))
        return found

    def progress(self, answer: RemediesAnswer) -> str:
        """How many epochs the copies were trained, of how many while that goes on."""
        if answer.is_whole:
            return _("best of {epochs} epochs").format(epochs=answer.epochs)
        return _("epoch {done} of {total}").format(done=answer.done, total=answer.total)

    def _answer_about(self, snapshot: Snapshot) -> RemediesAnswer | None:
        first = _first(snapshot)
        if first is None or self._answer is None:
            return None
        return self._answer if (first.kind, first.remedies, id(snapshot.history)) == self._about else None

    def _ask(self, first: Finding, snapshot: Snapshot, about: tuple[Any, ...]) -> None:
        remedies = first.remedies
        self._about, self._step, self._answer = about, snapshot.step, None
        self._asked = TryRemedies(
            tuple(remedy.options for remedy in remedies), tuple(remedy.restart for remedy in remedies),
            snapshot.given or snapshot.hyperparameters, copy=next(_copies),
            epochs=min(max(snapshot.epoch, LEAST_EPOCHS), MOST_EPOCHS),
        )  # fmt: skip
        self._session.ask(self._asked)

    def _leave(self, about: tuple[Any, ...]) -> None:
        """Try nothing more; what is known of a finding stays as long as it does."""
        if self._answer is not None and not self._answer.is_whole:
            self._answer = None
        if about != self._about or self._answer is None:
            self._about, self._answer = (), None
        self._rest()

    def _rest(self) -> None:
        """Let the session forget the copies."""
        if self._asked is not None:
            self._asked = None
            self._session.ask(None)


def _first(snapshot: Snapshot) -> Finding | None:
    """Return the first finding if there is something to try."""
    first = snapshot.findings[0] if snapshot.findings else None
    return first if first is not None and first.is_alarm and first.remedies and snapshot.step else None


def _rank(outcome: Outcome | None, sign: int) -> tuple[int, float]:
    """The best value first; what has none last."""
    value = outcome.value if outcome is not None else math.nan
    return (1, 0.0) if math.isnan(value) else (0, -sign * value)


def _what(answer: RemediesAnswer) -> str:
    part = _("validation") if answer.part == "validation" else _("training")
    if answer.measure == "recall":
        return _("mean recall")
    return _("{part} loss").format(part=part) if answer.measure == "loss" else _("score")


def told_outcome(tried: Tried) -> str:
    """Say what a remedy came to on a copy, empty where that is not known."""
    outcome = tried.outcome
    if outcome is None or outcome.word == "waiting":
        return ""
    sign, word, _role = WORDS[outcome.word]
    if tried.why:
        return f"   {sign} " + _("{word}: {why}").format(word=_(word), why=tried.why)
    gain = "" if math.isnan(outcome.gain) else f" {outcome.gain:+.3f}"
    return f"   {_number(outcome.value)} {sign}{gain} {_(word)}"


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.3f}" if abs(value) < 1000 else f"{value:.2g}"


def _row(left: str, right: str, width: int, theme: Theme, role: Role) -> list[Piece]:
    """A line whose right part is kept whole and stands in one column with those of the other lines."""
    from tuitrain.ui.plots.lines import padded  # noqa: PLC0415 - not for the first paint

    column = min(25, width // 2)
    right = padded(theme.plain(right), column, theme=theme)
    return [(f" {padded(theme.plain(left), width - column, theme=theme)}{right}", theme[role])]
