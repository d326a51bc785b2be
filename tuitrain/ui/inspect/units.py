"""Units: what each has learnt, and which ones carry the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from tuitrain.session.asked.units import UnitMaps, UnitsAnswer
from tuitrain.session.questions import Question
from tuitrain.text import counted
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect import unit_maps
from tuitrain.ui.inspect.page import InsidePage, everywhere_on_pages, page_bindings
from tuitrain.ui.keys import PANE, Action
from tuitrain.ui.plots.figures import decimal, factor
from tuitrain.ui.plots.lines import cut, line

_UNIT = ("↑ ↓ j k", "another unit")
_LAYER = ("[ ]", "another hidden layer")
_INPUT = ("i o", "another input across, up")
RESPONSE, WEIGHTS, SPACE = range(3)
BELOW = 7  # rows of the pane about the chosen unit, with its frame

UNITS_ACTIONS = (
    Action("up", ("up", "k", "left"), "↑", "unit", "the unit before", "page", 99, pair=_UNIT),
    Action("down", ("down", "j", "right"), "↓", "", "the unit after", "page", pair=_UNIT),
    Action("before", ("left_square_bracket",), "[", "layer", "the layer before", "page", 96, pair=_LAYER),
    Action("after", ("right_square_bracket",), "]", "", "the layer after", "page", pair=_LAYER),
    Action("next_part", ("tab",), "tab", "part", "next part", "page", 97, pair=PANE),
    Action("previous_part", ("shift+tab",), "shift+tab", "", "previous part", "page", pair=PANE),
    Action("large", ("enter",), "enter", "large", "one unit large, or all again", "page", 92),
    Action("sort", ("s",), "s", "sort", "sort by what removing costs, or by number", "page", 90),
    Action("across", ("i",), "i", "axes", "another input across", "page", 70, pair=_INPUT),
    Action("upward", ("o",), "o", "", "another input up", "page", pair=_INPUT),
    Action("example", ("x",), "x", "example", "a ready-made example, or yours", "page", 91),
    Action("importance", ("p",), "p", "inputs", "importance of the inputs, by permuting them", "page", 75),
    Action("bench", ("B",), "B", "bench", "bench: backprop of one row", "page", 60),
    *everywhere_on_pages(),
)


class UnitsPage(InsidePage, inherit_bindings=False):
    """The units of a hidden layer: response maps, weights in, hidden space."""

    NAME = "units"
    TITLE_TEXT = N_("Units")
    ACTIONS = UNITS_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = page_bindings(UNITS_ACTIONS)
    PARTS = ("maps", "unit")
    answer: UnitsAnswer | None

    def __init__(self, look: Any) -> None:
        super().__init__(look)
        self.has_hidden = bool(self.trainer.snapshot.hyperparameters.hidden_layers)
        self.example = "" if self.has_hidden else "moons"
        self.part = -1  # -1: the weights in of an image, else the response
        self.at, self.unit = 0, -1  # the hidden layer; the unit's number, -1: the dearest
        self.inputs = (0, 1)
        self.is_large = self.by_number = False

    def question(self) -> Question:
        return UnitMaps(self.at, *self.inputs, copy=self.copy, example=self.example)

    def took_answer(self) -> None:
        answer = self.answer
        if answer is None or answer.problem:
            return
        self.inputs = answer.across, max(answer.up, 1)
        if self.part < 0:
            self.part = WEIGHTS if answer.picture[0] else RESPONSE
        if self.unit not in answer.units:
            self.unit = -1

    # Drawing

    def boxes(self, area: Region) -> dict[str, Region]:
        below = BELOW + (area.height >= 30)
        maps = Region(area.x, area.y, area.width, area.height - below + 1)
        return {"maps": maps, "unit": Region(area.x, maps.bottom - 1, area.width, below)}

    def draw_part(self, name: str, width: int, height: int) -> Sequence[Strip]:
        answer, theme = self.answer, self.look
        assert answer is not None
        if name == "unit":
            return self._about_unit(width, height, answer)
        if self.part == SPACE:
            return unit_maps.draw_space(width, height, answer, theme=theme)
        place = self._place(answer)
        if self.is_large:
            draw = unit_maps.draw_large if self.part == RESPONSE else unit_maps.draw_weights
            return draw(width, height, answer, place, theme=theme)
        small = unit_maps.draw_response if self.part == RESPONSE else unit_maps.draw_weights

        def picture(wide: int, high: int, at: int) -> list[Strip]:
            return small(wide, high, answer, at, theme=theme)

        return unit_maps.draw_many(
            width, height, answer, self._shown(answer), place, picture, layout=self._layout(answer), theme=theme
        )

    def _layout(self, answer: UnitsAnswer) -> tuple[int, int]:
        """How many units stand (across, down); images in fewer rows, so that a pixel can be larger."""
        size = self.panes["maps"].size
        most_down = 2 if self.part == WEIGHTS and answer.picture[0] else unit_maps.MOST_DOWN
        return unit_maps.layout_of(max(size.width, 15), max(size.height, 6), len(answer.units), most_down=most_down)

    def _room(self, answer: UnitsAnswer) -> int:
        """How many units stand beside each other."""
        if self.is_large or self.part == SPACE:
            return len(answer.units)
        across, down = self._layout(answer)
        return min(across * down, len(answer.units))

    def _shown(self, answer: UnitsAnswer) -> list[int]:
        """The units that are drawn, as places in the answer: the dearest, and always the chosen one."""
        room, place = self._room(answer), self._place(answer)
        first = max(0, place - room + 1)
        shown = list(range(first, first + room))
        return sorted(shown, key=lambda at: int(answer.units[at])) if self.by_number else shown

    def _place(self, answer: UnitsAnswer) -> int:
        """The chosen unit's place in the answer."""
        found = np.flatnonzero(answer.units == self.unit)
        return int(found[0]) if len(found) else 0

    def _about_unit(self, width: int, height: int, answer: UnitsAnswer) -> list[Strip]:
        place, theme = self._place(answer), self.look
        if self.part == SPACE:
            texts = self._about_space(answer)
        else:
            cost = float(answer.costs[place])
            removed = _("without it: {part} loss {before} → {after}").format(
                part=_(answer.part), before=decimal(answer.base), after=decimal(round(answer.base, 4) + round(cost, 4))
            )
            colours = unit_maps.scale_text(answer, theme=theme) if self.part == RESPONSE else _weights_legend(answer)
            texts = [
                unit_maps.formula_of(answer, place, width - 2),
                unit_maps.best_rows_text(answer, place, width - 2, is_of_classes=self._has_classes),
                unit_maps.way_out_text(answer, place, width - 16),
                f"{removed}   {colours}" if np.isfinite(cost) else colours, self._idle(answer),
            ]  # fmt: skip
        lines = [cut(theme.formula(text), width - 2, theme=theme) for text in texts if text]
        return [line(width, [(f" {text}", theme["plain"])]) for text in lines][:height]

    @property
    def _has_classes(self) -> bool:
        """Whether the rows that are looked at belong to classes: those of the examples do."""
        return bool(self.example or self.trainer.snapshot.dataset.n_classes)

    def _idle(self, answer: UnitsAnswer) -> str:
        if not answer.idle_kind:
            return ""
        kind = _(answer.idle_kind)
        if not len(answer.idle):
            return _("{kind}: none (over {rows} training rows)").format(kind=kind, rows=answer.idle_rows)
        named = ", ".join(str(int(unit)) for unit in answer.idle[:8]) + (", …" if len(answer.idle) > 8 else "")
        told = _("{kind}: {count} over all {rows} training rows: {units}")
        return told.format(kind=kind, count=len(answer.idle), rows=answer.idle_rows, units=named)

    def _about_space(self, answer: UnitsAnswer) -> list[str]:
        first, second = (100 * share for share in answer.shares)
        return [
            _("{rows} {part} rows: the layer's {count} outputs on their two principal axes").format(
                rows=len(answer.points), part=_(answer.part), count=answer.count
            ),
            _("across: {first:.0f} % of the variance, up: {second:.0f} %; the rest is not seen").format(
                first=first, second=second
            ),
            _("dotted: the grid of the two inputs, as the layers so far have bent it") if len(answer.bent) else "",
            _("the next layer cuts with straight lines, and can part what lies apart"),
        ]

    # Words

    def describe(self) -> tuple[str, str]:
        answer = self.answer
        assert answer is not None
        what = _("{data} · layer {layer} of {layers} · {count} {activation} units · epoch {epoch}").format(
            data=answer.data, layer=answer.layer + 1, layers=answer.layers, count=answer.count,
            activation=answer.activation.replace("_", " "), epoch=self._epoch(answer),
        )  # fmt: skip
        return what, _("example") if self.example else ""

    def _epoch(self, answer: UnitsAnswer) -> int:
        return answer.example_epoch if self.example else answer.epoch

    def titles(self) -> dict[str, tuple[str, str]]:
        answer = self.answer
        assert answer is not None
        tabs = [_("Response"), _("weights in"), _("hidden space")]
        bar = f" {self.look.signs.bar} "
        title = bar.join(("▸" if place == self.part else "") + tab for place, tab in enumerate(tabs))
        note = "" if self.part == SPACE else _("by number") if self.by_number else _("by what removing it costs")
        if not answer.is_whole:
            note = _("removing units: {done}/{total}").format(done=answer.done, total=answer.total)
        unit = int(answer.units[self._place(answer)])
        about = _("Hidden space") if self.part == SPACE else _("Unit {number}").format(number=unit)
        return {"maps": (title, note), "unit": (about, "")}

    def explain(self) -> tuple[str, str, tuple[str, ...]]:
        answer = self.answer
        assert answer is not None
        place = self._place(answer)
        unit = _("unit {number}").format(number=int(answer.units[place]))
        if self.part == SPACE:
            return _("hidden space"), _("where the layer moves the rows; apart is easy for the next"), ()
        cost = float(answer.costs[place])
        if np.isfinite(cost):
            unit += f" {factor(cost, 4)}"
        if self.part == WEIGHTS:
            image = _("the picture that would excite it most: its incoming weights")
            return unit, image if answer.picture[0] else _("its incoming weights, the largest first"), ()
        across = answer.names[answer.across]
        if answer.up < 0:
            return unit, _("its output over {across}").format(across=across), ()
        told = _("output over {across} →, {up} ↑") + ("" if len(answer.names) < 3 else _("; others at their mean"))
        names = (cut(answer.names[at], 14, theme=self.look) for at in (answer.across, answer.up))
        return unit, told.format(**dict(zip(("across", "up"), names, strict=True))), ()

    def tell(self) -> str:
        answer = self.answer
        assert answer is not None
        if self.example and not self.has_hidden:
            return _("an example, since your network has no hidden layer (set some on Train)")
        room = self._room(answer)
        folded = answer.count - room
        told = counted(answer.count, "unit")
        if self.part != SPACE and folded and np.isfinite(answer.together[room]):
            told += _(", {folded} folded: without them all {cost}").format(
                folded=folded, cost=factor(float(answer.together[room]))
            )
        where = _(" · {rows} {part} rows") if self.part == SPACE else _(" · losses on {rows} {part} rows")
        return told + where.format(rows=answer.rows, part=_(answer.part))

    def words_now(self) -> Mapping[str, str]:
        answer = self.answer
        assert answer is not None
        idle = set() if answer.layers > 1 else {"before"}
        if self.part == SPACE:
            idle |= {"up", "large", "sort"}
        if self.part != RESPONSE or len(answer.names) < 3:
            idle.add("across")
        return {"large": N_("all") if self.is_large else N_("large"), **dict.fromkeys(idle, "")}

    # What the keys do

    def action_up(self) -> None:
        self._move(-1)

    def action_down(self) -> None:
        self._move(1)

    def _move(self, by: int) -> None:
        answer = self.answer
        if answer is None or answer.problem:
            return
        order = list(range(len(answer.units)))
        if self.by_number:
            order.sort(key=lambda at: int(answer.units[at]))
        here = order.index(self._place(answer))
        self.unit = int(answer.units[order[(here + by) % len(order)]])
        self.refresh_page()

    def action_before(self) -> None:
        self._turn_layer(-1)

    def action_after(self) -> None:
        self._turn_layer(1)

    def _turn_layer(self, by: int) -> None:
        answer = self.answer
        if answer is None or answer.problem:
            return
        if answer.layers == 1:
            self.say(_("there is one hidden layer"))
            return
        self.at, self.unit = (answer.layer + by) % answer.layers, -1
        self.ask_anew()

    def action_next_part(self) -> None:
        self._turn_part(1)

    def action_previous_part(self) -> None:
        self._turn_part(-1)

    def _turn_part(self, by: int) -> None:
        self.part = (max(self.part, 0) + by) % 3
        self.refresh_page()

    def action_large(self) -> None:
        self.is_large = not self.is_large
        self.refresh_page()

    def action_sort(self) -> None:
        self.by_number = not self.by_number
        self.refresh_page()

    def action_across(self) -> None:
        self._turn_input(0)

    def action_upward(self) -> None:
        self._turn_input(1)

    def _turn_input(self, which: int) -> None:
        """The next input by total weight, across or up, that the other axis does not have."""
        answer = self.answer
        if answer is None or answer.problem:
            return
        count = len(answer.names)
        if count < 3:
            self.say(_("the maps show all inputs of the network"))
            return
        other, mine = self.inputs[1 - which], (self.inputs[which] + 1) % count
        mine = (mine + 1) % count if mine == other else mine
        self.inputs = (mine, other) if which == 0 else (other, mine)
        self.ask_anew()

    def action_example(self) -> None:
        """Two moons, then the digits, then one's own."""
        names = ["moons", "digits", *([""] if self.has_hidden else [])]
        self.example = names[(names.index(self.example) + 1) % len(names)] if self.example in names else names[0]
        self.at, self.unit, self.inputs, self.part, self.answer = 0, -1, (0, 1), -1, None
        self.ask_anew()

    def action_bench(self) -> None:
        self.host.show("bench")

    def action_importance(self) -> None:
        self.host.show("inputs")

    def on_mount(self) -> None:
        """Without hidden layers there are no units of one's own: the linear model is shown first."""
        super().on_mount()
        before = self.app.screen_stack[-2] if len(self.app.screen_stack) > 1 else None
        if not self.has_hidden and getattr(before, "NAME", "") != "inputs":
            self.call_after_refresh(self.host.show, "inputs")


def _weights_legend(answer: UnitsAnswer) -> str:
    if not answer.picture[0]:
        return _("inputs standardised") if answer.layer == 0 else _("h: units before")
    return _("orange, + : positive")
