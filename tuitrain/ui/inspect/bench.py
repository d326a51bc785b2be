"""The bench: one row goes through the network, its error comes back, and every number can be checked by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from tuitrain.session.asked.bench import RowAnswer, TraceRow
from tuitrain.session.questions import Question
from tuitrain.translation import N_, ngettext
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.bench_changes import CopyChanges
from tuitrain.ui.inspect.bench_edges import (
    edge_in_view,
    edge_of_next_unit,
    edges_of,
    first_edge,
    is_edge,
    next_edge,
    strongest_edge,
)
from tuitrain.ui.inspect.bench_keys import BENCH_ACTIONS
from tuitrain.ui.inspect.bench_layers import WIDE, Chosen, bench_boxes, columns_of, shown_units
from tuitrain.ui.inspect.bench_shares import TWO_WAYS_ROWS, draw_shares, two_ways
from tuitrain.ui.inspect.bench_way import Phase, Way
from tuitrain.ui.inspect.chain_rule import (
    WeightPlace,
    chain_rule,
    layer_sizes,
    shares,
    source_name,
    step_formulas,
    unit_name,
)
from tuitrain.ui.inspect.formula_line import formula_line
from tuitrain.ui.inspect.forward_rule import forward_formulas
from tuitrain.ui.inspect.page import InsidePage, page_bindings
from tuitrain.ui.inspect.player import Player
from tuitrain.ui.plots.figures import decimal, factor
from tuitrain.ui.plots.lines import cut, line
from tuitrain.ui.plots.network_picture import draw_network
from tuitrain.ui.theme import Theme
from tuitrain.ui.train.panes.weight_prompt import read_number
from tuitrain.ui.widgets.prompt_dialog import PromptDialog

EXAMPLES = ("", "shares", "2-3-2")


class BenchPage(InsidePage, inherit_bindings=False):
    """Backpropagation of one row, step by step."""

    NAME = "bench"
    TITLE_TEXT = N_("Bench")
    ACTIONS = BENCH_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = page_bindings(BENCH_ACTIONS)
    PARTS = ("network", "rule", "shares")
    answer: RowAnswer | None

    def __init__(self, look: Theme) -> None:
        super().__init__(look)
        has_learnt = self.trainer.snapshot.step > 0
        self.example = "" if has_learnt else "shares"
        self.place = 0
        self.changes = CopyChanges(self.session)
        self.edge = WeightPlace(-1, 0, 0)  # the one with the largest gradient, when there is an answer
        self.way = Way(self._units_of)
        self._player = Player(self, self._play)

    def question(self) -> Question:
        is_known = self.answer is not None and not self.answer.problem and self.edge.layer >= 0
        index = self.edge.index(self.answer) if is_known and self.answer is not None else 0
        return TraceRow(
            place=self.place, weight=index, moved=self.changes.moved, steps=self.changes.steps, copy=self.copy,
            example=self.example,
        )  # fmt: skip

    def took_answer(self) -> None:
        """Choose a weight of another network."""
        if self.answer is None or self.answer.problem:
            return
        layers = self.answer.trace.layers
        if not is_edge(self.answer, self.edge):
            self.edge = first_edge(self.answer, min(max(self.edge.layer, 0), len(layers) - 1))
            self._ask()

    @property
    def _phase(self) -> Phase:
        assert self.answer is not None
        return self.way.phase(len(self.answer.trace.layers))

    def words_now(self) -> Mapping[str, str]:
        return {
            "back": N_("unit") if self.way.by_unit else N_("layer"),
            "cycle_axis": N_("by layer") if self.way.by_unit else N_("by unit"),
            "start_pause": N_("pause") if self._player.is_playing else N_("play"),
            "adopt": N_("adopt") if self.changes.moved and not self.example else "",
            "before": "" if self.example else N_("row"),
            "example": N_("yours") if self.example == EXAMPLES[-1] else N_("example"),
        }

    # Drawing

    def boxes(self, area: Region) -> dict[str, Region]:
        return bench_boxes(area, is_shares=self.example == "shares")

    def draw_part(self, name: str, width: int, height: int) -> Sequence[Strip]:
        answer = self.answer
        assert answer is not None
        if name == "network":
            chosen = shown_units(answer, self.edge, width, height)
            columns = columns_of(answer, self.edge, self._phase, chosen, is_wide=width >= WIDE - 2)
            return draw_network(width, height, columns, theme=self.look)
        if name == "rule":
            return self._formulas(width, height)
        phase, layer = self._phase, self.edge.layer
        if layer and not phase.has_sum(layer - 1):
            told = self.look.plain(_("the way forward has not come to the inputs of this unit: → goes on"))
            return [line(width, [(f" {cut(told, width - 2, theme=self.look)}", self.look["dim"])])]
        found = shares(answer, layer, self.edge.unit)
        if not phase.has_delta(layer, self.edge.unit):
            found = [replace(one, delta=math.nan) for one in found]
        if self.example == "shares" and height >= TWO_WAYS_ROWS:
            return two_ways(width, found, theme=self.look)
        return draw_shares(width, height, found, self.edge.source, theme=self.look)

    def _formulas(self, width: int, height: int) -> list[Strip]:
        assert self.answer is not None
        phase = self._phase
        if not phase.has_delta(self.edge.layer, self.edge.unit):
            return self._forward(width, phase)
        found = chain_rule(self.answer, self.edge)
        if phase.is_last:
            step = step_formulas(self.answer.step, self.edge.index(self.answer))
            found = [*(found if len(found) + len(step) <= height else found[:1]), *step]
        return [formula_line(formula, width, theme=self.look) for formula in found]

    def _forward(self, width: int, phase: Phase) -> list[Strip]:
        """What the way forward has made of the chosen weight's unit, and what is to come."""
        assert self.answer is not None
        theme, lines = self.look, []
        if phase.has_sum(self.edge.layer, self.edge.unit):
            found = forward_formulas(self.answer, self.edge, has_loss=phase.has_loss)
            lines = [formula_line(formula, width, theme=self.look) for formula in found]
        told = _("∂J/∂w comes when the error has come back to this unit: → goes on")
        return [*lines, line(width, [(f" {cut(theme.formula(told), width - 2, theme=theme)}", theme["dim"])])]

    def describe(self) -> tuple[str, str]:
        answer = self.answer
        assert answer is not None
        sizes = "-".join(map(str, layer_sizes(answer)))
        phase = self._phase
        state = f"{phase.text()}  " + _("step {number}/{last}").format(
            number=phase.number, last=Phase.last(phase.layers)
        )
        done, all_of_them = self.way.units
        if done:
            state += " " + _("unit {done}/{all}").format(done=done, all=all_of_them)
        if self.example:
            name = (
                _("example: weights 3 and 2, error 0.6")
                if self.example == "shares"
                else _("example {sizes} {activation}")
            )
            return name.format(sizes=sizes, activation=answer.activation), state
        what = _("row {row} · truth {truth} · epoch {epoch} · loss {place} of {rows} · {sizes} {activation}").format(
            row=answer.row, place=self.place % answer.rows + 1, rows=answer.rows, truth=answer.truth,
            epoch=answer.epoch, sizes=sizes, activation=answer.activation,
        )  # fmt: skip
        return what, state

    def titles(self) -> dict[str, tuple[str, str]]:
        answer = self.answer
        assert answer is not None
        unit = unit_name(answer, self.edge.layer, self.edge.unit)
        weight = f"{source_name(answer, self.edge)}→{unit}"
        phase, theme = self._phase, self.look
        J = f"J = {decimal(answer.trace.loss)}" if phase.has_loss else ""
        changed = _("{count} typed").format(count=len(self.changes.moved)) if self.changes.moved else ""
        taken = ngettext("{count} step taken", "{count} steps taken", self.changes.steps)
        learnt = taken.format(count=self.changes.steps) if self.changes.steps else ""
        is_wide = self.panes["network"].size.width >= WIDE - 2 and self.example != "shares"
        edges = _(" · on edges w, below it ∂J/∂w") if is_wide and phase.is_back else ""
        way = theme.plain("◂ ") + _("δ back") if phase.is_back else _("a forward") + theme.plain(" →")
        has_delta = phase.has_delta(self.edge.layer, self.edge.unit)
        rule = _("Weight {weight} · forward with this moment's numbers")
        if has_delta:
            rule = _("Weight {weight} · chain rule with this moment's numbers")
        if phase.is_last:
            rule = _("Weight {weight} · chain rule and step in numbers")
        shared = (
            _("Two ways to hand the error back") if self.example == "shares"
            else theme.formula(_("{unit}: who caused its sum, in |w·a|").format(unit=unit))
        )  # fmt: skip
        return {
            "network": (
                _("Network · {way}").format(way=way) + edges,
                ", ".join(filter(None, (changed, learnt, J))),
            ),
            "rule": (
                rule.format(weight=weight),
                theme.formula(f"{answer.step.optimizer}, η {answer.step.learning_rate:.3g}") if phase.is_last else "",
            ),
            "shares": (shared, ""),
        }

    def explain(self) -> tuple[str, str, tuple[str, ...]]:
        answer = self.answer
        assert answer is not None
        gradient = float(answer.trace.gradient[self.edge.index(answer)])
        value = float(answer.trace.parameters[self.edge.index(answer)])
        name = (
            f"w {source_name(answer, self.edge)}→{unit_name(answer, self.edge.layer, self.edge.unit)} {factor(value)}"
        )
        meaning = _("0.1 more of it changes J by about {change}").format(change=factor(0.1 * gradient, 4))
        if not self._phase.has_delta(self.edge.layer, self.edge.unit):
            meaning = _("multiplies {source}; enter types another value").format(source=source_name(answer, self.edge))
        return name, meaning, ()

    def tell(self) -> str:
        if self.answer is not None and self.answer.values and not self.example:
            cells = ", ".join(f"{name} {value}" for name, value in self.answer.values.items())
            target, truth = self.answer.trace.target, self.answer.truth
            if len(target) > 1:  # its output has a number of its own, from 1
                truth = f"{truth} (o{int(target.argmax()) + 1})"
            return _("row: truth {truth}; {cells}").format(truth=truth, cells=cells)
        return _("results rounded for reading; the check uses all digits · enter types a weight")

    # What the keys do

    def action_back(self) -> None:
        """One step back."""
        self._stop()
        self._went(lambda way, layers: way.back(layers))

    def action_on(self) -> None:
        """One step on."""
        self._stop()
        self._went(lambda way, layers: way.on(layers))

    def _went(self, go: Callable[[Way, int], int | None]) -> None:
        """Go a step; a unit that is reached is chosen, with the weight that matters most to it."""
        if not self.is_known:
            return
        assert self.answer is not None
        unit = go(self.way, len(self.answer.trace.layers))
        layer = self._phase.layer
        if unit is None or layer is None:
            self.edge = edge_in_view(self.answer, self.edge, self._phase.column, self._shown())
        elif (layer, unit) != (self.edge.layer, self.edge.unit):
            self.edge = strongest_edge(self.answer, layer, unit)
        self.ask_anew()

    def _shown(self, edge: WeightPlace | None = None) -> Chosen:
        """The columns and units that are drawn around a weight, the chosen one."""
        assert self.answer is not None
        size = self.panes["network"].size
        return shown_units(self.answer, edge or self.edge, size.width, size.height)

    def _units_of(self, layer: int) -> tuple[tuple[int, ...], bool]:
        """The units of a weight layer that are drawn when it is in view, and whether there are more."""
        assert self.answer is not None
        found = self.answer.trace.layers[layer]
        place = WeightPlace(layer, 0, int(np.abs(found.delta * found.a).argmax()))  # so that none has to make room
        chosen = self._shown(place)
        return chosen.units[layer + 1], chosen.folded[layer + 1] > 0

    def action_cycle_axis(self) -> None:
        """Go by layer, or by unit."""
        self.way.by_unit = not self.way.by_unit
        self.way.go_to(self._phase.number if self.is_known else None)
        self.refresh_page()

    def action_start_pause(self) -> None:
        """Play the way, from the input on where it is at its end."""
        if self._player.is_playing or not self.is_known:
            self._stop()
            return
        if self._phase.is_last:
            self.way.go_to(0)
        self._player.start()
        self.refresh_page()

    def _play(self) -> None:
        self._went(lambda way, layers: way.on(layers))
        if not self.is_known or self._phase.is_last:
            self._stop()

    def _stop(self) -> None:
        if self._player.stop() and self.is_mounted:
            self.refresh_page()

    def on_screen_suspend(self) -> None:
        self._stop()
        super().on_screen_suspend()

    def action_slower(self) -> None:
        self._take_pace(-1)

    def action_faster(self) -> None:
        self._take_pace(1)

    def _take_pace(self, by: int) -> None:
        self._player.take_pace(by)
        self.say(_("{pace} steps a second; space plays").format(pace=f"{self._player.pace:g}"))

    def action_up(self) -> None:
        self._choose(next_edge, -1)

    def action_down(self) -> None:
        self._choose(next_edge, 1)

    def action_next_unit(self) -> None:
        self._choose(edge_of_next_unit, 1)

    def action_previous_unit(self) -> None:
        self._choose(edge_of_next_unit, -1)

    def _choose(self, choose: Callable[[list[WeightPlace], WeightPlace, int], WeightPlace], by: int) -> None:
        """Choose another of the weights that are drawn."""
        if not self.is_known:
            return
        self.edge = choose(edges_of(self._shown()), self.edge, by)
        self.ask_anew()

    def action_take_step(self) -> None:
        self.changes.steps += 1
        self.ask_anew()

    def action_edit(self) -> None:
        """Ask for the chosen weight's value, and put it into the copy."""
        if not self.is_known:
            return
        assert self.answer is not None
        index = self.edge.index(self.answer)

        def answered(value: float | None) -> None:
            if value is not None:
                self.changes.type(index, value)
                self.ask_anew()

        name = f"w {source_name(self.answer, self.edge)}→{unit_name(self.answer, self.edge.layer, self.edge.unit)}"
        hints = [_("on the copy: the run keeps its weight until 1 adopts this one; u takes it back")]
        if self.example:
            hints = [_("in the example; u takes it back")]
        value = f"{float(self.answer.trace.parameters[index]):.6g}"
        self.open(PromptDialog(self.look, self.look.plain(name), value, read_number, hints=hints), answered)

    def action_adopt(self) -> None:
        """Put the typed weights into the run."""
        if self.example:
            self.say(_("the example is no run; x shows your network"))
        elif self.answer is not None:
            self.say(self.changes.adopt(self.answer.start.tolist()))

    def action_undo(self) -> None:
        """Take back what was done last: adopted, typed, or learnt."""
        told = self.changes.undo()
        if told:
            self.say(told)
        else:
            self.ask_anew()

    def action_restart(self) -> None:
        """The copy's own weights again, at the input."""
        self._stop()
        self.changes.forget()
        self.way.go_to(0)
        self.ask_anew()

    def action_before(self) -> None:
        self._move_row(-1)

    def action_after(self) -> None:
        self._move_row(1)

    def _move_row(self, by: int) -> None:
        if self.example or self.answer is None or self.answer.problem:
            self.say(_("the example has one row; x shows your network"))
            return
        self.place = (self.place + by) % self.answer.rows
        self.changes.forget()
        self.ask_anew()

    def action_example(self) -> None:
        """The next ready-made network, or one's own."""
        self.example = EXAMPLES[(EXAMPLES.index(self.example) + 1) % len(EXAMPLES)]
        self._stop()
        self.changes.forget()
        self.way.go_to(None)
        self.edge, self.answer = WeightPlace(-1, 0, 0), None
        self.place_children(self.size)
        self.ask_anew()
