"""Seeds: how much of the result is luck."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from tuitrain.session.asked.seeds import COMPARED, Luck, SeedsAnswer, TrainSeeds
from tuitrain.session.questions import Question
from tuitrain.text import listed
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.adopting import adopting
from tuitrain.ui.inspect.experiment import ExperimentPage, Floats, change_text, loss_axis, loss_text
from tuitrain.ui.inspect.page import everywhere_on_pages, page_bindings
from tuitrain.ui.keys import PANE, Action
from tuitrain.ui.plots.axes import frame_of, most_ticks, window_of
from tuitrain.ui.plots.band import shade_band
from tuitrain.ui.plots.figures import decimal, right
from tuitrain.ui.plots.lines import Part, fitting, line
from tuitrain.ui.plots.ranges import exact_axis
from tuitrain.ui.plots.raster import Canvas
from tuitrain.ui.theme import Theme

_COUNT = ("+ -", "more seeds, fewer")
_EPOCH = ("← →", "epoch that is compared")
MOST_STACKED = {True: 4, False: 3}  # signs above one another, on a high screen and on a low one
TEXT_ROWS = 5  # below the signs: the ends of the range with the median, and four lines of numbers
HIGH = 30  # rows from which a screen is high

SEEDS_ACTIONS = (
    Action("start_pause", ("space",), "space", "again", "again, from other seeds", "page", 90),
    Action("nudge_up", ("plus", "equals_sign"), "+ =", "seeds", "more seeds", "page", 88, pair=_COUNT),
    Action("nudge_down", ("minus", "underscore"), "- _", "", "fewer seeds", "page", pair=_COUNT),
    Action("back", ("left",), "←", "epoch", "an earlier epoch", "page", 97, pair=_EPOCH),
    Action("on", ("right",), "→", "", "a later epoch", "page", pair=_EPOCH),
    Action("cycle_axis", ("h",), "h", "axis", "by epoch, step, second", "page", 85),
    Action("toggle_log", ("l",), "l", "log", "logarithmic axis", "page", 80),
    *adopting(most=1, meaning=N_("keep the best seed"), short=N_("keep best")),
    Action("next_pane", ("tab",), "tab", "pane", "next pane", "page", 20, pair=PANE),
    Action("previous_pane", ("shift+tab",), "shift+tab", "", "previous pane", "page", pair=PANE),
    *everywhere_on_pages(),
)


class SeedsPage(ExperimentPage, inherit_bindings=False):
    """The training from other seeds, as a band, and where one's own lies in it."""

    NAME = "seeds"
    TITLE_TEXT = N_("Seeds")
    ACTIONS = SEEDS_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = page_bindings(SEEDS_ACTIONS)
    PARTS = ("band", "luck")
    AMOUNTS, FIRST_AMOUNT, AMOUNTS_TEXT = (8, 16, 32), 16, N_("{least} to {most} seeds")
    answer: SeedsAnswer | None

    def __init__(self, look: Theme) -> None:
        super().__init__(look)
        self.again = 0
        self.epoch: int | None = None  # None: the last

    def question(self) -> Question:
        return TrainSeeds(self.amount, self.again, copy=self.copy)

    @property
    def _at(self) -> int:
        """The epoch that is compared."""
        assert self.answer is not None
        return self.answer.done if self.epoch is None else min(self.epoch, self.answer.done)

    @property
    def _luck(self) -> Luck:
        assert self.answer is not None
        return self.answer.luck(self._at)

    # Drawing

    def boxes(self, area: Region) -> dict[str, Region]:
        below = MOST_STACKED[area.height >= HIGH] + TEXT_ROWS + 2
        band = Region(area.x, area.y, area.width, area.height - below + 1)
        return {"band": band, "luck": Region(area.x, band.bottom - 1, area.width, below)}

    def draw_part(self, name: str, width: int, height: int) -> Sequence[Strip]:
        return self._draw_band(width, height) if name == "band" else self._draw_luck(width, height)

    def _draw_band(self, width: int, height: int) -> list[Strip]:
        answer, theme = self.answer, self.look
        assert answer is not None
        first = 0 if np.isfinite(answer.losses[:, 0]).any() else 1
        along, losses = self.along(answer.steps, answer.times)[0], answer.losses[:, first:]
        places = along[first:]
        across, up = most_ticks(width, height - 1, label=4)
        if self.axis == 0:
            x = exact_axis(float(first), float(max(answer.total, first + 1)), min(across, answer.total))
        else:
            x = exact_axis(0.0, float(along[-1]) or 1.0, across)
        y = loss_axis(losses, up, log=self.is_log)
        frame = frame_of(width - 1, height - 1, x, y, _(self.AXES[self.axis]), ascii_only=theme.ascii_only)
        canvas, window = Canvas(frame.rows, frame.columns, theme=theme), window_of(x, y, log=self.is_log)
        if losses.shape[1] and np.isfinite(losses).any():
            known = np.where(np.isfinite(losses).any(axis=0), losses, 0.0)  # where all have diverged there is no band
            low, middle_low, middle_high, high = np.nanquantile(known, [0, 0.25, 0.75, 1], axis=0)
            for ends in (low, high):
                canvas.curve(places, ends, window, style=theme["dim"], dash=(1, 2), sign="'")
            canvas.curve(places, losses[0], window, style=theme["validation"])
            shade_band(canvas, window, places, middle_low, middle_high, role="validation_raw", theme=theme)
        if self.epoch is not None:
            column = canvas.column_of(float(along[self._at]), window)
            if column is not None:
                canvas.vertical(column, theme.signs.mark_edit, style=theme["axis"])
        return [self._legend(width), *frame.strips(canvas.segments(), theme["axis"])]

    def _legend(self, width: int) -> Strip:
        answer, theme = self.answer, self.look
        assert answer is not None
        dots, shade = ("'", ":") if theme.ascii_only else ("⠁⠁", "░░")
        sign = "*" if theme.ascii_only else "⠒⠒"
        parts: list[Part] = [
            (f" {sign} {_('yours, seed {seed}').format(seed=answer.seeds[0])}  ", theme["validation"]),
            (f"{shade} {_('middle half')}  ", theme["validation_raw"]),
            (f"{dots} {_('lowest, highest')}  ", theme["dim"]),
        ]
        if any(answer.diverged):
            lost = sum(epoch > 0 for epoch in answer.diverged)
            told = _("{sign} {count} diverged").format(sign=theme.signs.diverged, count=lost)
            parts.insert(0, (f" {told} ", theme["bad"]))
        if self.is_log:
            parts.append((_("log"), theme["dim"]))
        return fitting(width, parts)

    def _draw_luck(self, width: int, height: int) -> list[Strip]:
        answer, luck, theme = self.answer, self._luck, self.look
        assert answer is not None
        if not math.isfinite(luck.mean):
            return [self.told(width, _("no loss at this epoch yet"), "dim")]
        signs = _signs_of(answer.losses[:, self._at], luck, width - 2, height - TEXT_ROWS, theme)
        return [*signs, *self._numbers(width, luck)]

    def _numbers(self, width: int, luck: Luck) -> list[Strip]:
        answer, theme = self.answer, self.look
        assert answer is not None
        own, seed = loss_text(luck.own), answer.seeds[0]
        where = _("ahead of") if luck.own < luck.median else _("behind")
        away = change_text(max(luck.own, luck.median), min(luck.own, luck.median)).lstrip("+")
        if not math.isfinite(luck.own):
            yours = _("seed {seed} has diverged").format(seed=seed)
        else:
            yours = _("{loss}   seed {seed}   rank {rank} of {count}   {where} the median by {away}").format(
                seed=seed, loss=own, rank=luck.rank, count=len(answer.seeds), where=where, away=away
            )
        deviation = decimal(luck.deviation, 5)  # one digit more than losses: a reader multiplies it
        every = _("{mean} ± {deviation} (deviation)   best {best}  worst {worst}").format(
            mean=loss_text(luck.mean), deviation=deviation, best=loss_text(luck.best),
            worst=loss_text(luck.worst),
        )  # fmt: skip
        formula = _("2 · {deviation} · √(2/{count}) = {least}: twice that difference's standard error").format(
            deviation=deviation, count=COMPARED, least=decimal(luck.least)
        )
        claim = _("a change that gains less than {least} with {count} seeds each may be luck").format(
            least=decimal(luck.least), count=COMPARED
        )
        names = [_("yours"), _("all")]
        room = max(map(len, names)) + 1
        shown = [
            line(width, [(f" {name:<{room}} ", theme["bold"]), (theme.plain(text), theme["plain"])])
            for name, text in zip(names, (yours, every), strict=True)
        ]
        return [*shown, self.told(width, claim, "bold"), self.told(width, formula, "dim")]

    # What is said

    def describe(self) -> tuple[str, str]:
        answer = self.answer
        assert answer is not None
        what = _("{data} · {count} seeds · {stacks} · epoch {epoch}").format(
            data=self.session.snapshot.dataset.name, count=len(answer.seeds), epoch=self._at,
            stacks=_("one stack") if answer.stacks == 1 else _("{count} stacks").format(count=answer.stacks),
        )  # fmt: skip
        return what, self.progress()

    def titles(self) -> dict[str, tuple[str, str]]:
        answer = self.answer
        assert answer is not None
        by = _("by {axis}").format(axis=_(self.AXES[self.axis])) if self.axis else ""
        title = _("Validation loss") if answer.part == "validation" else _("Training loss")
        return {
            "band": (title + " · " + _("band of {count} seeds").format(count=len(answer.seeds)), by),
            "luck": (_("At epoch {epoch} · one sign a seed").format(epoch=self._at), ""),
        }

    def explain(self) -> tuple[str, str, tuple[str, ...]]:
        assert self.answer is not None
        name = _("seed {seed}").format(seed=self.answer.seeds[0])
        return name, _("start of the random numbers: weights, order of rows, dropout"), ()

    def tell(self) -> str:
        answer = self.answer
        assert answer is not None
        if any(answer.diverged):
            lost = [
                f"{seed} ({_('epoch {epoch}').format(epoch=epoch)})"
                for seed, epoch in zip(answer.seeds, answer.diverged, strict=True) if epoch
            ]  # fmt: skip
            return listed("seed", lost) + _(" diverged and left out of the numbers")
        told = _("{count} networks from the start in {seconds} s · run untouched; 1 keeps the best")
        return told.format(count=len(answer.seeds), seconds=decimal(answer.seconds, 2))

    def words_now(self) -> Mapping[str, str]:
        return {} if self.answer is not None and self.answer.is_whole else {"adopt(1)": ""}

    # What the keys do

    def action_start_pause(self) -> None:
        """Train from other seeds, again on the settings as they are now."""
        self.again += 1
        self.copy_anew()

    def ask_for_amount(self) -> None:
        """Ask for another number of seeds, from the first ones on."""
        self.again = 0
        self.copy_anew()

    def action_back(self) -> None:
        self._move(-1)

    def action_on(self) -> None:
        self._move(1)

    def _move(self, by: int) -> None:
        if not self.is_known or self.answer is None:
            return
        step = max(1, self.answer.total // 50)
        at = min(max(self._at + by * step, 1), self.answer.done)
        self.epoch = None if at == self.answer.done else at
        self.refresh_page()

    def action_adopt(self, digit: int) -> None:
        """Set the best seed of the run."""
        if not self.is_known or self.answer is None or not self.answer.is_whole:
            self.say(_("not all seeds are trained yet"))
            return
        best = self._luck.best_seed
        if best == self.answer.seeds[0]:
            self.say(_("your seed {seed} is the best of these already").format(seed=best))
            return
        when = self.set_field("seed", best)
        self.say(
            _("seed {seed} {when}: chosen by luck, so its loss is too good; judge by test rows").format(
                seed=best, when=when
            )
        )


def _signs_of(losses: Floats, luck: Luck, width: int, rows: int, theme: Theme) -> list[Strip]:
    """One sign a seed at its loss, stacked where they meet, and below them the ends of the range and the median."""
    span = max(luck.worst - luck.best, 1e-12)
    ends = (loss_text(luck.best), loss_text(luck.worst))
    columns = width - 2

    def column(loss: float) -> int:
        return 1 + round((loss - luck.best) / span * (columns - 1))

    own = column(luck.own) if math.isfinite(luck.own) else -1
    heights: dict[int, int] = {own: 1} if own >= 0 else {}
    cells = {(0, own): (theme.plain("◆") if not theme.ascii_only else "O", theme["validation"])}
    for loss in losses[1:][np.isfinite(losses[1:])]:
        place = column(float(loss))
        height = heights.get(place, 0)
        heights[place] = height + 1
        cells[min(height, rows - 1), place] = (theme.signs.running, theme["plain"])
        if height >= rows:
            cells[rows - 1, place] = ("+", theme["plain"])
    lines = []
    for row in range(rows - 1, -1, -1):
        parts = [cells.get((row, place), (" ", theme["plain"])) for place in range(width)]
        lines.append(line(width + 2, [(" ", theme["plain"]), *parts]))
    middle = column(luck.median)
    name = f"{'^' if theme.ascii_only else '▲'} {_('median')} {loss_text(luck.median)}"
    start = middle if middle + len(name) + len(ends[1]) + 2 < width else max(middle - len(name) + 1, 0)
    if start < middle:
        name = f"{_('median')} {loss_text(luck.median)} {'^' if theme.ascii_only else '▲'}"
    texts: list[Part] = [(f" {ends[0]}", theme["dim"])]
    if start > len(ends[0]) + 1:
        texts += [(" " * (start - len(ends[0])), theme["dim"]), (name, theme["plain"])]
    used = sum(len(text) for text, _style in texts)
    return [*lines, line(width + 2, [*texts, (right(ends[1], max(width + 1 - used, 0)), theme["dim"])])]
