"""One at a time: the lines below the surrogate that compare the guess with the choice, and the box of how it stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len
from textual.strip import Strip

from tuitrain.numbers import MINUS, number, percent, significant
from tuitrain.options.search_settings import BOUNDED
from tuitrain.search.explanation import Expected
from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.text import counted
from tuitrain.translation import N_, ngettext
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.labels import short_label
from tuitrain.ui.plots.lines import Part, cut, cut_words, line, padded, wrapped
from tuitrain.ui.search.guessing import Guessing
from tuitrain.ui.search.panes import SearchPane
from tuitrain.ui.theme import Role, Theme

TABLE_ROWS = 3
WIDE_TABLE = 76  # columns from which on the table has the chance too
MOST_DECIMALS = 4
LEAST_GAIN = 1e-6  # that is written out
ALIKE = 0.05  # of their sum, by which two deviations may differ and be shown as one
HEAD: Role = "dim"
KEY_ROOM = 7  # cells of a key in the box

Row = tuple[str, str, Role, Expected | None]  # the first two cells, their colour, what is expected


def guess_table(width: int, guessing: Guessing, snapshot: SearchSnapshot, *, theme: Theme) -> list[Strip]:
    """Return `TABLE_ROWS` lines: headings, the guess, and the choice once it is shown; before that, how to see it."""
    best = snapshot.progress.best if snapshot.progress is not None else None
    score = best.score if best is not None else math.nan
    metric = snapshot.settings.metric if snapshot.settings is not None else ""
    rows: list[Row] = [
        (f"? {_('yours')}", guessing.value_of(guessing.setting), "warning", guessing.expected),
        (f"+ {_('choice')}", "", "edit", None),
    ]
    if guessing.is_shown and guessing.choice is not None:
        rows[1] = (rows[1][0], guessing.value_of(guessing.choice), "edit", guessing.choice_expected)
    decimals = decimals_of([row[3] for row in rows], metric)
    first = max(cell_len(row[0]) for row in rows)
    for heads in _heads(width, score):
        texts = [[short_label(guessing.column.label, 10), *heads]]
        for _name, value, _role, expected in rows:
            texts.append([value, *_figures(expected if guessing.is_shown else None, decimals)[: len(heads)]])
        texts = [[theme.plain(cell) for cell in row] for row in texts]
        widths = [max(cell_len(row[at]) for row in texts) for at in range(len(heads) + 1)]
        if 1 + first + sum(widths) + 2 * len(widths) <= width:
            break
    shown = []
    for at, cells in enumerate(texts):
        name, role = ("", HEAD) if at == 0 else (rows[at - 1][0], rows[at - 1][2])
        parts: list[Part] = [(" " + padded(theme.plain(name), first, theme=theme), theme[role])]
        for cell, room in zip(cells, widths, strict=True):
            parts.append(("  " + padded(cell, room, theme=theme), theme[HEAD if at == 0 else "plain"]))
        shown.append(line(width, parts))
    if not guessing.is_shown:
        text = cut_words(f" {_waiting(guessing, snapshot)}", width, theme=theme)
        shown[2] = line(width, [(theme.plain(text), theme["dim"])])
    return shown


def _heads(width: int, best: float) -> list[list[str]]:
    """Return the headings of what is expected, from long to short."""
    narrow = [[_("mean ± dev."), _("expects to gain")], [_("mean ± dev."), _("gain")]]
    if width < WIDE_TABLE:
        return narrow
    chance = _("chance to beat {best}").format(best=significant(best)) if math.isfinite(best) else _("chance")
    return [[_("mean ± deviation"), _("expects to gain"), chance], *narrow]


def _waiting(guessing: Guessing, snapshot: SearchSnapshot) -> str:
    """What stands in the place of the choice before it is shown."""
    left = snapshot.progress.left_to_spread if snapshot.progress is not None else 0
    if guessing.waits and left:
        done = sum(trial.is_done for trial in snapshot.trials)
        return _("the first {number} are spread evenly, without a model").format(number=done + left)
    if guessing.waits:
        return _("enter shows its choice, and what both may gain")
    running = snapshot.progress.running if snapshot.progress is not None else ()
    if running:
        return _("trial {number} is trained").format(number=running[0])
    return _("the next choice is being made") if snapshot.is_running else _("space goes on")


def _figures(expected: Expected | None, decimals: int) -> list[str]:
    if expected is None:
        return ["·", "·", "·"]
    return [spread(expected, decimals), gain_text(expected.improvement), percent(expected.chance).strip()]


def gain_text(value: float) -> str:
    """``0.0094``, ``9.8e-5``; ``<1e-6`` for what is next to nothing."""
    return number(value) if value >= LEAST_GAIN else "<1e-6"


def decimals_of(found: Sequence[Expected | None], metric: str) -> int:
    """Return how many decimals show the smallest deviation with two digits; of a bounded metric at least three."""
    known = [min(one.high - one.mean, one.mean - one.low) for one in found if one is not None]
    smallest = min((value for value in known if value > 0), default=1.0)
    wanted = 1 - math.floor(math.log10(smallest))
    return min(max(wanted, 3 if metric in BOUNDED else 0), MOST_DECIMALS)


def spread(expected: Expected, decimals: int) -> str:
    """``0.961 ± 0.032``; ``0.412 +0.051 −0.120`` where the two deviations clearly differ."""
    up, down = expected.high - expected.mean, expected.mean - expected.low
    mean = _fixed(expected.mean, decimals)
    if abs(up - down) <= ALIKE * (up + down):
        return f"{mean} ± {_fixed((up + down) / 2, decimals)}"
    return f"{mean} +{_fixed(up, decimals)} {MINUS}{_fixed(down, decimals)}"


def _fixed(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace("-", MINUS)


class GuessBox(SearchPane, can_focus=False):
    """What is asked of the user, the keys for it, and how the guesses stand against the choices."""

    TITLE = N_("One at a time")
    is_of_guesses = True
    ROWS = 16  # with its frame
    KEYS = (
        ("← →", N_("move your guess")), ("enter", N_("show its own choice")), ("e", N_("try yours")),
        ("space", N_("try its choice")), ("o", N_("back to all at once")),
    )  # fmt: skip

    def __init__(self, theme: Theme, guessing: Guessing, **rest: Any) -> None:
        super().__init__(theme, **rest)
        self._guessing = guessing

    def has_nothing(self, snapshot: SearchSnapshot) -> bool:
        return False

    def looks_the_same(self, before: SearchSnapshot, now: SearchSnapshot) -> bool:
        return before is now

    def drawn(self, width: int, height: int, snapshot: SearchSnapshot) -> Sequence[Strip]:
        theme = self.look
        width -= 1
        rows: list[list[Part]] = [[(text, theme["plain"])] for text in self._asked(width, snapshot)]
        rows.append([])
        for key, meaning in self.KEYS:
            text = cut(_(meaning), width - KEY_ROOM, theme=theme)
            rows.append([(padded(theme.plain(key), KEY_ROOM, theme=theme), theme["key"]), (text, theme["plain"])])
        rows.append([])
        rows += [[(text, theme["plain"])] for text in self._stands(width, snapshot)]
        shown = [[(" ", theme["plain"]), *((theme.plain(text), style) for text, style in row)] for row in rows[:height]]
        return [line(width + 1, row) for row in shown]

    def _asked(self, width: int, snapshot: SearchSnapshot) -> list[str]:
        done = sum(trial.is_done for trial in snapshot.trials)
        told = _("The strategy has seen {trials}.").format(trials=counted(done, "trial"))
        left = snapshot.progress.left_to_spread if snapshot.progress is not None else 0
        if left:
            told += " " + _("The first ones are spread evenly, without a model.")
        elif self._guessing.is_shown:
            told += " " + _("Whose is to be tried?")
        elif self._guessing.waits:
            told += " " + _("Where would you look next?")
        return [*wrapped(told, width), ""][:3]

    def _stands(self, width: int, snapshot: SearchSnapshot) -> list[str]:
        progress = snapshot.progress
        if progress is None or not progress.guesses:
            return wrapped(_("here your guesses are added up, once the model makes the choices"), width)
        names, count = [_("you"), _("choice")], len(progress.guesses)
        room = max(map(cell_len, names))
        gains = [
            padded(name, room, theme=self.look)
            + "  " + _("expected gain") + "  " + gain_text(math.fsum(one.gains[which] for one in progress.guesses))
            for which, name in enumerate(names)
        ]  # fmt: skip
        head = ngettext("sum over your guess so far", "sum over your {count} guesses so far", count)
        known = snapshot.explained.hindsight if snapshot.explained is not None else None
        won = str(known.better) if known is not None and known.count == count else "·"
        told = _("in hindsight yours won {won} of {count}").format(won=won, count=count)
        return [head.format(count=count), *gains, told]
