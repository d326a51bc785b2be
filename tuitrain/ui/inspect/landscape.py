"""The landscape of the loss: a plane through the weights with the path ahead, or a bowl on which optimizers race."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip
from textual.timer import Timer

from tuitrain.options.field import NUDGE
from tuitrain.session.asked.landscape import BowlAnswer, LineRace, Plane, PlaneAnswer
from tuitrain.session.questions import Question
from tuitrain.session.snapshot import Snapshot
from tuitrain.translation import N_, ngettext
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.landscape_facts import LETTERS, curvature_facts, plane_facts, race_list, rate_text, way_facts
from tuitrain.ui.inspect.landscape_map import Stand, draw_map, levels_between, star_sign
from tuitrain.ui.inspect.page import InsidePage, everywhere_on_pages, page_bindings
from tuitrain.ui.keys import PANE, Action
from tuitrain.ui.plots.figures import decimal
from tuitrain.ui.plots.lines import notice
from tuitrain.ui.theme import Theme

_RATE = ("+ -", "rate, or how near")
_START = ("shift+↑↓←→", "move the start")
FRAMES_A_SECOND = 12
MOST_ZOOM = 64.0
WIDE = 110  # cells from which more stands beside the map

LANDSCAPE_ACTIONS = (
    Action("start_pause", ("space",), "space", "run", "run the race, stop it", "page", 99),
    Action("forward", ("right",), "→", "step", "one step", "page", 97),
    Action("back", ("left",), "←", "", "a step back", "page"),
    Action("restart", ("r",), "r", "restart", "from the start", "page", 92),
    Action("nudge_up", ("plus", "equals_sign"), "+ =", "rate", "rate higher, or nearer", "page", 96, pair=_RATE),
    Action("nudge_down", ("minus", "underscore"), "- _", "", "rate lower, or farther", "page", pair=_RATE),
    Action("inputs", ("i",), "i", "inputs", "inputs raw, standardised", "page", 90),
    Action("order", ("o",), "o", "directions", "other directions", "page", 91),
    Action("along", ("J",), "J", "along", "J along the step", "page", 89),
    Action("example", ("x",), "x", "example", "a ready-made example, or yours", "page", 86),
    Action("move_start(0,1)", ("shift+up",), "shift+↑", "", "start up", "page", pair=_START),
    Action("move_start(0,-1)", ("shift+down",), "shift+↓", "", "start down", "page", pair=_START),
    Action("move_start(-1,0)", ("shift+left",), "shift+←", "", "start left", "page", pair=_START),
    Action("move_start(1,0)", ("shift+right",), "shift+→", "", "start right", "page", pair=_START),
    Action("next_pane", ("tab",), "tab", "pane", "next pane", "page", 50, pair=PANE),
    Action("previous_pane", ("shift+tab",), "shift+tab", "", "previous pane", "page", pair=PANE),
    *everywhere_on_pages(),
)


class LandscapePage(InsidePage, inherit_bindings=False):
    """Level lines of the loss, and the ways down."""

    NAME = "landscape"
    TITLE_TEXT = N_("Landscape")
    ACTIONS = LANDSCAPE_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = page_bindings(LANDSCAPE_ACTIONS)
    PARTS = ("map", "race", "facts")
    answer: PlaneAnswer | BowlAnswer | None

    def __init__(self, look: Theme) -> None:
        super().__init__(look)
        snapshot = self.trainer.snapshot
        self._has_line = snapshot.n_parameters == 2 and not snapshot.dataset.n_classes
        self.example, self.view, self.zoom = "", "step", 1.0
        self.rate, self.is_raw = 0.0, True
        self.start: tuple[float, ...] = ()
        self.step, self._is_new = 0, True
        self._timer: Timer | None = None

    @property
    def is_race(self) -> bool:
        """Whether it shows a bowl of two parameters."""
        return bool(self.example) or self._has_line

    def question(self) -> Question:
        if self.is_race:
            return LineRace(self.rate, self.is_raw, self.start, copy=self.copy, example=self.example)
        return Plane(self.view, self.zoom, copy=self.copy)

    def show(self, snapshot: Snapshot) -> None:
        """Take no answer to what is not asked any more: a plane may come when the example is shown already."""
        answer = snapshot.answer
        if answer is None or (answer.question.kind, answer.question.example) == (self.question().kind, self.example):
            super().show(snapshot)

    def took_answer(self) -> None:
        answer = self.answer
        if isinstance(answer, PlaneAnswer) and len(answer.path) and self._is_new:
            self.step, self._is_new = len(answer.path) - 1, False  # where the path leads is seen at once

    def words_now(self) -> Mapping[str, str]:
        words = {"order": ""} if self.is_race else {"nudge_up": N_("nearer"), "inputs": ""}
        return {"start_pause": N_("pause") if self._timer else N_("run"), **words}

    # Drawing

    def boxes(self, area: Region) -> dict[str, Region]:
        beside = 36 if area.width < WIDE else 47
        left = Region(area.x, area.y, area.width - beside + 1, area.height)
        race = 8 if self.is_race else 12
        column = Region(area.right - beside, area.y, beside, race)
        return {"map": left, "race": column,
                "facts": Region(column.x, column.bottom - 1, beside, area.height - race + 1)}  # fmt: skip

    def draw_part(self, name: str, width: int, height: int) -> Sequence[Strip]:
        answer = self.answer
        if isinstance(answer, BowlAnswer):
            if name == "map":
                return self._race_map(width, height, answer)
            if name == "race":
                lines = race_list(width, answer, self.step, theme=self.look)
            else:
                lines = curvature_facts(width, answer, theme=self.look)
        else:
            assert isinstance(answer, PlaneAnswer)
            if name == "map":
                return self._plane_map(width, height, answer)
            if name == "race":
                lines = way_facts(width, answer, self.step, theme=self.look)
            else:
                lines = plane_facts(width, answer, theme=self.look)
        return lines[:height]

    def _levels(self, width: int) -> int:
        return 6 if width > 50 else 4

    def _race_map(self, width: int, height: int, answer: BowlAnswer) -> list[Strip]:
        theme, step = self.look, self.step
        levels = levels_between(answer.least, answer.grid, self._levels(width))
        stands = []
        for k in range(step + 1):
            for number, (name, path) in enumerate(zip(answer.optimizers, answer.paths, strict=True)):
                if k:
                    stands.append(Stand.at(path[k], LETTERS[name], theme.of_class(number)))
        start = answer.paths[0, 0]
        stands.append(Stand.at(start, theme.signs.ready, theme["bold"]))
        stands.append(Stand.at(answer.minimum, star_sign(theme), theme["good"]))
        if step:
            for number, (name, path) in enumerate(zip(answer.optimizers, answer.paths, strict=True)):
                stands.append(Stand.at(path[step], LETTERS[name].upper(), theme.of_class(number)))
        return draw_map(
            width - 1, height, answer.across, answer.up, answer.grid, levels, stands, labels=("w", "b"), theme=theme
        )

    def _plane_map(self, width: int, height: int, answer: PlaneAnswer) -> list[Strip]:
        theme = self.look
        if not answer.losses.size:
            return notice(width, height, (_("walking ahead on the copy"),), theme["dim"])
        levels = levels_between(float(answer.losses.min()), answer.losses, self._levels(width))
        last = min(self.step, len(answer.path) - 1)
        row, column = np.unravel_index(int(answer.losses.argmin()), answer.losses.shape)
        stands = [Stand(x, y, theme.plain("∘"), theme["dim"]) for x, y in answer.behind]
        stands += [
            Stand(x, y, "•" if not theme.ascii_only else ".", theme["validation"]) for x, y in answer.path[1:last]
        ]
        stands.append(Stand(float(answer.across[column]), float(answer.up[row]), star_sign(theme), theme["good"]))
        stands.append(Stand(0.0, 0.0, theme.signs.ready, theme["bold"]))
        if last > 0:
            stands.append(Stand.at(answer.path[last], theme.signs.running, theme["validation"]))
        labels = (_("next step"), _("random")) if answer.view == "step" else (_("axis 1"), _("axis 2"))
        return draw_map(
            width - 1, height, answer.across, answer.up, answer.losses, levels, stands, labels=labels, theme=theme
        )

    def describe(self) -> tuple[str, str]:
        answer = self.answer
        if isinstance(answer, BowlAnswer):
            inputs = _("inputs raw") if answer.is_raw else _("inputs standardised")
            what = _("{data}, {rows} points, {inputs}").format(data=answer.data, rows=answer.rows, inputs=inputs)
            return what, _("step {step}").format(step=self.step)
        assert isinstance(answer, PlaneAnswer)
        what = _("{data} · {optimizer} · epoch {epoch}")
        name = self.trainer.snapshot.dataset.name
        return what.format(data=name, optimizer=answer.optimizer, epoch=answer.epoch), ""

    def titles(self) -> dict[str, tuple[str, str]]:
        answer = self.answer
        tabs = self.look.plain(_("▸landscape │ along J")) if self.size.width >= WIDE else ""
        if isinstance(answer, BowlAnswer):
            return {
                "map": ("J(w, b)", ""),
                "race": (_("Race · same start"), tabs),
                "facts": (_("Curvature, η = {rate}").format(rate=rate_text(answer.rate)), ""),
            }
        assert isinstance(answer, PlaneAnswer)
        done = "" if answer.is_whole else f"{answer.done}/{answer.total}"
        title = (
            _("J · next step and a random direction") if answer.view == "step" else _("J · the path's two main axes")
        )
        return {
            "map": (title, done),
            "race": (_("The way ahead · on the copy"), tabs),
            "facts": (_("Directions"), ""),
        }

    def explain(self) -> tuple[str, str, tuple[str, ...]]:
        answer, theme = self.answer, self.look
        if isinstance(answer, BowlAnswer):
            start, least = answer.paths[0, 0], answer.minimum
            told = _("{star} minimum ({w}, {b}); letters: paths, capitals: now").format(
                star=star_sign(theme), w=decimal(least[0], 2), b=decimal(least[1], 2)
            )
            head = _("{sign} start ({w}, {b})").format(
                sign=theme.signs.ready, w=decimal(start[0], 2), b=decimal(start[1], 2)
            )
            return head, told, ()
        assert answer is not None
        told = _("{here} here  {dot} after the steps  {star} lowest").format(
            here=theme.signs.ready, dot=theme.signs.running, star=star_sign(theme)
        )
        if len(answer.behind):
            behind = ngettext("{sign} last {count} step  ", "{sign} last {count} steps  ", len(answer.behind))
            told = behind.format(sign=theme.plain("∘"), count=len(answer.behind)) + told
        return _("the plane"), told, ()

    def tell(self) -> str:
        if self.is_race:
            return _("space runs on, → one step, r again; shift+arrows move the start")
        return _("a plane of {count} dimensions: what is a wall here may be passed elsewhere").format(
            count=f"{self.trainer.snapshot.n_parameters:,}"
        )

    # What the keys do

    @property
    def _steps(self) -> int:
        """The steps that there are."""
        if isinstance(self.answer, BowlAnswer):
            return len(self.answer.losses[0]) - 1
        return max(len(self.answer.path) - 1, 0) if isinstance(self.answer, PlaneAnswer) else 0

    def action_start_pause(self) -> None:
        if self._timer is not None:
            self._stop()
            return
        if self.step >= self._steps:
            self.step = 0
        self._timer = self.set_interval(1 / FRAMES_A_SECOND, self._play)

    def _play(self) -> None:
        self._go_to(self.step + 1)
        if self.step >= self._steps:
            self._stop()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
            if self.is_mounted:
                self.refresh_page()

    def _go_to(self, step: int) -> None:
        self.step = min(max(step, 0), self._steps)
        self.refresh_page()

    def action_forward(self) -> None:
        self._stop()
        self._go_to(self.step + 1)

    def action_back(self) -> None:
        self._stop()
        self._go_to(self.step - 1)

    def action_restart(self) -> None:
        self._stop()
        self._go_to(0)

    def action_nudge_up(self) -> None:
        self._nudge(NUDGE, 2.0)

    def action_nudge_down(self) -> None:
        self._nudge(1 / NUDGE, 0.5)

    def _nudge(self, rate: float, zoom: float) -> None:
        answer = self.answer
        if isinstance(answer, BowlAnswer):
            self.rate = float(f"{(self.rate or answer.rate) * rate:.3g}")
        else:
            self.zoom = float(min(max(self.zoom * zoom, 1 / MOST_ZOOM), MOST_ZOOM))
        self.ask_anew()

    def action_inputs(self) -> None:
        if not self.is_race:
            self.say(_("raw and standardised inputs are compared where there are two parameters; x shows an example"))
            return
        self.is_raw, self.start, self.rate = not self.is_raw, (), 0.0
        self.ask_anew()

    def action_order(self) -> None:
        """Take other directions."""
        if self.is_race:
            self.say(_("with two parameters there are no other directions"))
            return
        self.view, self.zoom, self.step = ("path" if self.view == "step" else "step"), 1.0, 0
        self._is_new = True
        self.ask_anew()

    def action_move_start(self, right: int, up: int) -> None:
        """Move the start of the race by a sixteenth of the map."""
        answer = self.answer
        if not isinstance(answer, BowlAnswer):
            self.say(_("the path begins at your network's weights"))
            return
        x, y = self.start or answer.paths[0, 0]  # the answer may be that of an earlier move
        by = (answer.across[-1] - answer.across[0]) / 16, (answer.up[-1] - answer.up[0]) / 16
        self.start = (float(x + right * by[0]), float(y + up * by[1]))
        self.ask_anew()

    def action_along(self) -> None:
        """Back to J along the step, which may have led here."""
        self._stop()
        self.app.pop_screen()
        if getattr(self.app.screen, "NAME", "") != "step":
            self.host.show("step")

    def action_example(self) -> None:
        self._stop()
        self.example = "" if self.example else "line"
        self.answer, self.step, self.rate, self.start, self.is_raw = None, 0, 0.0, (), True
        self._is_new = True
        self.place_children(self.size)
        self.ask_anew()

    def on_screen_suspend(self) -> None:
        self._stop()
        super().on_screen_suspend()
