"""What the session is asked about a training: whether its start is sound, and what remedies come to on copies."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len

from tuitrain.diagnosis.finding import Finding, Remedy
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.session.asked.remedies import CopyOutcome, RemediesAnswer, TryRemedies, Word
from tuitrain.session.asked.start import CheckStart, StartChecked
from tuitrain.session.questions import Answer
from tuitrain.session.remedy_options import changes_of
from tuitrain.session.session import Session
from tuitrain.session.snapshot import Snapshot
from tuitrain.text import counted
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.lines import cut_words, padded
from tuitrain.ui.theme import Role, Theme
from tuitrain.ui.train.keys import FIRST_KEY, MOST_KEYS
from tuitrain.ui.widgets.text_lines import Piece

LEAST_EPOCHS, MOST_EPOCHS = 10, 200
MOST_NAMED = 2  # values that stand for a remedy
UNPROVED = frozenset({"leak"})  # a score without the column that gives the answer away is worse, and truer
WORDS: dict[Word, tuple[str, str, Role]] = {
    "better": ("✓", N_("better"), "good"), "worse": ("✗", N_("worse"), "dim"), "equal": ("≈", N_("equal"), "dim"),
    "diverged": ("✗", N_("diverged"), "dim"), "untried": ("·", N_("not tried"), "dim"), "waiting": ("…", "", "dim"),
}  # fmt: skip
_copies = itertools.count(-1, -1)  # other numbers than those of the pages' copies


@dataclass(frozen=True)
class Tried:
    """A remedy of the first finding with what its copy came to, None while none is known."""

    remedy: Remedy
    outcome: CopyOutcome | None = None
    why: str = ""


class Trials:
    """Asks the session to check a start, and to try the first finding's remedies.

    That costs a training nothing that is not looked at: the start is checked before it begins, and remedies are tried
    while it rests or has ended, or while all findings are on the screen.
    """

    def __init__(self, session: Session[Snapshot]) -> None:
        self._session = session
        self.is_begun = False  # nothing is asked before the first paint
        self._asked: TryRemedies | CheckStart | None = None
        self._start: tuple[Finding, ...] = ()  # what is wrong with the start that is asked about
        self._about: tuple[Any, ...] = ()  # what is asked about: the finding, its remedies, and the training
        self._step = -1
        self._answer: RemediesAnswer | None = None

    def follow(self, snapshot: Snapshot, *, is_looked_at: bool) -> None:
        """Ask for what is to be tried now, and take the newest answer."""
        if not self.is_begun:
            return
        found = snapshot.answer
        if found is not None and found.question == self._asked:
            if isinstance(found, RemediesAnswer):
                self._answer = found
            elif isinstance(found, StartChecked):
                self._start = found.findings
        if snapshot.step == 0:
            self._check_start(snapshot, found)
            return
        first = _first(snapshot)
        about = (first.kind, first.remedies, id(snapshot.history)) if first is not None else ()
        is_known = about == self._about and (snapshot.is_running or snapshot.step == self._step)
        if first is None or (snapshot.is_running and not is_looked_at):
            self._leave(about)
        elif not is_known:
            self._ask(first, snapshot, about)
        elif self._asked is not None and self._answer is not None and self._answer.is_whole:
            self._rest()

    def _check_start(self, snapshot: Snapshot, found: Answer | None) -> None:
        """Ask whether a training that has not begun is sound, once for its settings."""
        about = ("start", snapshot.hyperparameters, snapshot.dataset.source)
        if snapshot.state != "ready":
            self._leave(about)
        elif about != self._about:
            self._about, self._answer, self._start = about, None, ()
            self._asked = CheckStart(copy=next(_copies))
            self._session.ask(self._asked)
        elif self._asked is not None and found is not None and found.question == self._asked and found.is_whole:
            self._rest()

    def findings(self, snapshot: Snapshot) -> tuple[Finding, ...]:
        """Return the findings of a snapshot; before the first step first what is wrong with the start."""
        is_about_start = snapshot.step == 0 and self._about[:1] == ("start",)
        return (*self._start, *snapshot.findings) if is_about_start else snapshot.findings

    def ask_again(self) -> None:
        """Go on where another page has asked something in between."""
        if self._asked is not None:
            self._session.ask(self._asked)

    def tried(self, snapshot: Snapshot) -> tuple[Tried, ...]:
        """Return the remedies of the first finding as the keys adopt them: once all is known, the best first."""
        found = self.findings(snapshot)
        remedies = found[0].remedies if found else ()
        answer = self._answer_about(snapshot)
        if answer is None:
            return tuple(map(Tried, remedies))
        outcomes = answer.outcomes()
        tried = [Tried(*known) for known in zip(remedies, outcomes[1:], answer.untried, strict=True)]
        if not answer.is_whole:
            return tuple(tried)
        sign = -1 if answer.measure == "loss" else 1
        return tuple(sorted(tried, key=lambda one: _rank(one.outcome, sign)))

    def lines(self, snapshot: Snapshot, width: int, theme: Theme) -> list[list[Piece]]:
        """Return a line for each remedy that a key adopts, and one for the copy without; none while nothing is known.

        The last line says what the figures are.
        """
        answer = self._answer_about(snapshot)
        if answer is None or width < 30:
            return []
        rows = []
        for place, tried in enumerate(self.tried(snapshot)[:MOST_KEYS]):
            assert tried.outcome is not None
            sign, word, role = WORDS[tried.outcome.word]
            figures = f"{_number(tried.outcome.value)} {sign} {_gain(tried.outcome)}".strip()
            rows.append((f"F{FIRST_KEY + place} {named(tried.remedy)}", figures, _(word), role))
        without = answer.outcomes()[0]
        value = _(WORDS["diverged"][1]) if without.word == "diverged" else _number(without.value)
        told = _("   as it is: {what} {value} ({epochs})").format(
            what=_what(answer), value=value, epochs=_epochs(answer)
        )
        return [*_rows(rows, width, theme), [(f" {cut_words(theme.plain(told), width, theme=theme)}", theme["dim"])]]

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


def named(remedy: Remedy) -> str:
    """Say in few words what a remedy is: the values that it sets, where these are one or two."""
    changes, data = changes_of(remedy.options, {})
    anew = _(", anew") if remedy.restart else ""
    if data or len(changes) > MOST_NAMED:
        return f"{remedy.text}{anew}"
    told = (f"{_(FIELDS[name].label)} {FIELDS[name].format(value)}" for name, value in changes.items())
    return f"{', '.join(told)}{anew}"


def _first(snapshot: Snapshot) -> Finding | None:
    """Return the first finding if there is something to try."""
    first = snapshot.findings[0] if snapshot.findings else None
    is_to_try = first is not None and first.is_alarm and first.remedies and first.kind not in UNPROVED
    return first if is_to_try and snapshot.step else None


def _rank(outcome: CopyOutcome | None, sign: int) -> tuple[int, float]:
    """The best value first; what has none last."""
    value = outcome.value if outcome is not None else math.nan
    return (1, 0.0) if math.isnan(value) else (0, -sign * value)


def _what(answer: RemediesAnswer) -> str:
    if answer.measure != "loss":
        return _("mean recall") if answer.measure == "recall" else _("score")
    return _("val. loss") if answer.part == "validation" else _("train loss")


def _epochs(answer: RemediesAnswer) -> str:
    """How many epochs the copies were trained, of how many while that goes on."""
    if answer.is_whole:
        return counted(answer.epochs, "epoch")
    return _("{done}/{total} epochs").format(done=answer.done, total=answer.total)


def told_outcome(tried: Tried) -> str:
    """Say what a remedy came to on a copy, empty where that is not known."""
    outcome = tried.outcome
    if outcome is None or outcome.word == "waiting":
        return ""
    sign, word, _role = WORDS[outcome.word]
    if tried.why:
        return f"   {sign} " + _("{word}: {why}").format(word=_(word), why=tried.why)
    return f"   {_number(outcome.value)} {sign} {_gain(outcome)} {_(word)}".replace("  ", " ")


def _gain(outcome: CopyOutcome) -> str:
    return "" if math.isnan(outcome.gain) else f"{outcome.gain:+.3f}"


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.3f}" if abs(value) < 1000 else f"{value:.2g}"


def _rows(rows: Sequence[tuple[str, str, str, Role]], width: int, theme: Theme) -> list[list[Piece]]:
    """Return lines of labels, and of figures in one column; the words after them where all labels have room too.

    A row is a label, figures, a word and a role.
    """
    longest = max(cell_len(left) for left, *_rest in rows)
    column = 1 + max(cell_len(f"{figures} {word}".rstrip()) for _left, figures, word, _role in rows)
    width += longest + column == width + 1  # the margin, where that is all that lacks
    has_words = longest + column <= width
    if not has_words:
        column = 1 + max(cell_len(figures or word) for _left, figures, word, _role in rows)
    found: list[list[Piece]] = []
    for left, figures, word, role in rows:
        right = f"{figures} {word}".strip() if has_words or figures == WORDS["untried"][0] else figures
        label = padded(cut_words(theme.plain(left), width - column, theme=theme), width - column, theme=theme)
        found.append([(f" {label} {theme.plain(right)}", theme[role])])
    return found
