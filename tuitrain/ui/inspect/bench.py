"""The bench: one row goes through the network, its error comes back, and every number can be checked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from rich.cells import cell_len
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from tuitrain.session.asked.bench import RowAnswer, TraceRow
from tuitrain.session.questions import Question
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.bench_layers import Phase, columns_of, shown_units
from tuitrain.ui.inspect.chain_rule import (
    Formula,
    Share,
    WeightPlace,
    chain_rule,
    layer_sizes,
    shares,
    source_name,
    step_formulas,
    unit_name,
)
from tuitrain.ui.inspect.page import InsidePage, everywhere_on_pages, page_bindings
from tuitrain.ui.keys import PANE, Action
from tuitrain.ui.plots.figures import decimal, factor, right
from tuitrain.ui.plots.lines import cut, fit, line
from tuitrain.ui.plots.network_picture import draw_network
from tuitrain.ui.theme import Role, Theme

_STEP = ("← →", "one step back, one on")
_EDGE = ("↑ ↓ j k", "another weight")
_ROW = ("[ ]", "another row: larger, smaller loss")
EXAMPLES = ("", "2-3-2", "shares")
WIDE = 110  # columns from which the shares have a pane of their own beside the chain rule
SHARE_ROWS = 4  # of the pane of shares below it, with its frame

BENCH_ACTIONS = (
    Action("back", ("left",), "←", "step", "one step back", "page", 99, pair=_STEP),
    Action("on", ("right",), "→", "", "one step on", "page", pair=_STEP),
    Action("up", ("up", "k"), "↑ k", "weight", "the weight before", "page", 98, pair=_EDGE),
    Action("down", ("down", "j"), "↓ j", "", "the weight after", "page", pair=_EDGE),
    Action("next_unit", ("tab",), "tab", "unit", "next unit (shift: back)", "page", 90, pair=PANE),
    Action("previous_unit", ("shift+tab",), "shift+tab", "", "previous unit", "page", pair=PANE),
    Action("take_step", ("s",), "s", "learn", "take the optimizer's step, made of this row", "page", 88),
    Action("undo", ("u",), "u", "undo", "take back the last step", "page", 60),
    Action("before", ("left_square_bracket",), "[", "row", "a row with a larger loss", "page", 85, pair=_ROW),
    Action("after", ("right_square_bracket",), "]", "", "a row with a smaller loss", "page", pair=_ROW),
    Action("example", ("x",), "x", "example", "a ready-made example, or yours", "page", 86),
    *everywhere_on_pages(),
)


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
        self.example = "" if has_learnt else "2-3-2"
        self.place, self.steps = 0, 0
        self.edge = WeightPlace(-1, 0, 0)  # the one with the largest gradient, when there is an answer
        self.phase: int | None = None  # None: the last

    def question(self) -> Question:
        is_known = self.answer is not None and not self.answer.problem and self.edge.layer >= 0
        index = self.edge.index(self.answer) if is_known and self.answer is not None else 0
        return TraceRow(place=self.place, weight=index, steps=self.steps, copy=self.copy, example=self.example)

    def took_answer(self) -> None:
        """Choose a weight of another network."""
        if self.answer is None or self.answer.problem:
            return
        layers = self.answer.trace.layers
        if not 0 <= self.edge.layer < len(layers) or not self._is_edge(self.edge):
            self.edge = self._first_edge(min(max(self.edge.layer, 0), len(layers) - 1))
            self._ask()

    def _is_edge(self, edge: WeightPlace) -> bool:
        assert self.answer is not None
        rows, units = self.answer.trace.layers[edge.layer].block.shape
        return edge.source < int(rows) and edge.unit < int(units)

    def _first_edge(self, layer: int) -> WeightPlace:
        assert self.answer is not None
        gradient = np.abs(self.answer.trace.layers[layer].gradient[:-1])
        source, unit = np.unravel_index(int(gradient.argmax()), gradient.shape)
        return WeightPlace(layer, int(source), int(unit))

    @property
    def _phase(self) -> Phase:
        assert self.answer is not None
        last = Phase.last(len(self.answer.trace.layers))
        return Phase(last if self.phase is None else min(self.phase, last), len(self.answer.trace.layers))

    # Drawing

    def boxes(self, area: Region) -> dict[str, Region]:
        if area.width >= WIDE:
            below = max(area.height // 2, 14)
            network = Region(area.x, area.y, area.width, area.height - below + 1)
            beside = 42
            left = Region(area.x, area.bottom - below, area.width - beside + 1, below)
            return {"network": network, "rule": left, "shares": Region(area.right - beside, left.y, beside, below)}
        rule = 9
        network = Region(area.x, area.y, area.width, area.height - rule - SHARE_ROWS + 3)
        middle = Region(area.x, network.bottom - 1, area.width, rule)
        return {
            "network": network,
            "rule": middle,
            "shares": Region(area.x, middle.bottom - 1, area.width, SHARE_ROWS - 0),
        }

    def draw_part(self, name: str, width: int, height: int) -> Sequence[Strip]:
        answer = self.answer
        assert answer is not None
        if name == "network":
            chosen = shown_units(answer, self.edge, width, height)
            return draw_network(width, height, columns_of(answer, self.edge, self._phase, chosen), theme=self.look)
        if name == "rule":
            return self._formulas(width, height)
        return self._shares(width, height)

    def _formulas(self, width: int, height: int) -> list[Strip]:
        assert self.answer is not None
        phase = self._phase
        if not phase.has_delta(self.edge.layer):
            told = _("∂J/∂w comes when the error has come back to this layer: → goes on")
            return [line(width, [(f" {cut(self.look.plain(told), width - 2, theme=self.look)}", self.look["dim"])])]
        found = chain_rule(self.answer, self.edge)
        if phase.is_last:
            step = step_formulas(self.answer.step, self.edge.index(self.answer))
            found = [*(found if len(found) + len(step) <= height else found[:1]), *step]
        return [self._formula(formula, width) for formula in found]

    def _formula(self, formula: Formula, width: int) -> Strip:
        """``symbol = rule = numbers = result`` in columns; long numbers take the rule's place too."""
        theme, result = self.look, 11
        symbol = min(9, width // 8)
        rule = min(34, (width - symbol - result) * 9 // 20)
        numbers = width - symbol - rule - result - 6
        given = theme.formula(formula.result)
        forms = [theme.formula(text) for text in (formula.numbers, *formula.shorter)]
        fits_beside = [text for text in forms if cell_len(text) <= numbers]
        fits_alone = [text for text in forms if cell_len(text) <= rule + numbers + 2]
        shown = (fits_beside or fits_alone or forms[-1:])[0] if formula.rule else (fits_alone or forms[-1:])[0]
        middle = [
            ("= " if formula.rule else "  ", theme["dim"]),
            (fit(theme.formula(formula.rule), rule, theme), theme["dim"]),
            ("= " if formula.numbers else "  ", theme["dim"]), (fit(shown, numbers, theme), theme["plain"]),
        ]  # fmt: skip
        if cell_len(shown) > numbers:
            middle = [("= ", theme["dim"]), (fit(shown, rule + numbers + 2, theme), theme["plain"])]
        return line(width, [
            (f" {fit(theme.formula(formula.symbol), symbol, theme)}", theme["bold"]), *middle,
            ("=" if given else " ", theme["dim"]), (" " * (result - cell_len(given)) + given, theme["bold"]),
        ])  # fmt: skip

    def _shares(self, width: int, height: int) -> list[Strip]:
        """Who caused the chosen unit's sum, and what the gradient hands back: in two lines, or as a table."""
        assert self.answer is not None
        found = shares(self.answer, self.edge.layer, self.edge.unit)
        if height >= 4:
            return self._share_table(width, height, found)
        theme = self.look
        texts, used = [], 1
        for place, share in enumerate(found):
            bar = theme.signs.blocks[-1] * round(8 * share.share)
            text = theme.plain(f"{cut(share.name, 14, theme=theme)} |w·a| = {decimal(share.size, 3)} {bar} ")
            text += f"{100 * share.share:.0f} %   "
            if used + cell_len(text) > width - 14 and place < len(found) - 1:
                rest = sum(one.share for one in found[place:])
                told = _("{count} more {share:.0f} %").format(count=len(found) - place, share=100 * rest)
                texts.append((told, theme["dim"]))
                break
            used += cell_len(text)
            texts.append((text, theme["plain"]))
        chosen = next((one for one in found if one.source == self.edge.source), None)
        lines = [line(width, [(" ", theme["plain"]), *texts])]
        if chosen is not None:
            told = _("{name}: share of δ {share}   back w·δ = {weight} · {delta} = {back}").format(
                name=cut(chosen.name, 14, theme=theme), share=factor(chosen.of_delta), weight=factor(chosen.weight, 2),
                delta=factor(chosen.delta), back=factor(chosen.back),
            )  # fmt: skip
            lines.append(line(width, [(f" {cut(theme.plain(told), width - 2, theme=theme)}", theme["dim"])]))
        return lines

    def _share_table(self, width: int, height: int, found: Sequence[Share]) -> list[Strip]:
        theme = self.look
        wide = width >= 60
        name_width, numbers = (14 if wide else 10), (9 if wide else 7)
        heads = (_("from"), "|w·a|", _("share"), _("of δ"), _("back w·δ") if wide else _("back"))

        def row(cells: Sequence[str], bar: str, role: Role) -> Strip:
            text = f" {fit(cells[0], name_width, theme)}" + "".join(
                right(theme.plain(one), numbers) for one in cells[1:]
            )
            return line(width, [(text, theme[role]), ("  " + bar, theme["bar"])])

        rows = max(height - 3, 1)
        shown = list(found[: rows if len(found) <= rows else rows - 1])
        lines = [row(heads, "", "dim")]
        room = max(width - name_width - 4 * numbers - 4, 0)
        for one in shown:
            cells = (
                one.name,
                decimal(one.size, 3),
                f"{100 * one.share:.0f} %",
                factor(one.of_delta, 3),
                factor(one.back, 3),
            )
            bar = theme.signs.blocks[-1] * round(min(one.share, 1.0) * room) if one.share >= 0 else ""
            lines.append(row(cells, bar, "bold" if one.source == self.edge.source else "plain"))
        rest = found[len(shown) :]
        if rest:
            name = _("{count} more").format(count=len(rest))
            lines.append(row(_summed(name, rest), "", "dim"))
        lines.append(row(_summed(_("sum"), found), "", "plain"))
        told = _("the same proportions where all a are alike: the gradient does not divide by the sum")
        return [*lines, line(width, [(f" {cut(told, width - 2, theme=theme)}", theme["dim"])])]

    def describe(self) -> tuple[str, str]:
        answer = self.answer
        assert answer is not None
        sizes = "-".join(map(str, layer_sizes(answer)))
        phase = self._phase
        state = f"{phase.text()}  " + _("step {number} of {last}").format(
            number=phase.number, last=Phase.last(phase.layers)
        )
        if self.example:
            name = (
                _("example: weights 3 and 2, error 0.6")
                if self.example == "shares"
                else _("example {sizes} {activation}")
            )
            return name.format(sizes=sizes, activation=answer.activation), state
        what = _("row {row}, loss {place} of {rows} · truth {truth} · epoch {epoch} · {sizes} {activation}").format(
            row=answer.row, place=self.place % answer.rows + 1, rows=answer.rows, truth=answer.truth,
            epoch=answer.epoch, sizes=sizes, activation=answer.activation,
        )  # fmt: skip
        return what, state

    def titles(self) -> dict[str, tuple[str, str]]:
        answer = self.answer
        assert answer is not None
        unit = unit_name(answer, self.edge.layer, self.edge.unit)
        weight = f"{source_name(answer, self.edge)}→{unit}"
        learnt = _("{count} steps taken").format(count=self.steps) if self.steps else ""
        return {
            "network": (_("Network · forward a, back δ"), learnt or f"J = {decimal(answer.trace.loss)}"),
            "rule": (_("Weight {weight} · chain rule with this moment's numbers").format(weight=weight), ""),
            "shares": (_("{unit}: who caused its sum · |w·a| of Σ|w·a|").format(unit=unit), ""),
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
        return name, meaning, ()

    def tell(self) -> str:
        if self.answer is not None and self.answer.values and not self.example:
            cells = ", ".join(f"{name} {value}" for name, value in self.answer.values.items())
            return _("row: {cells}").format(cells=cells)
        return _("results are rounded for reading; the check uses all digits")

    # What the keys do

    def action_back(self) -> None:
        """One step back."""
        self.phase = max(self._phase.number - 1, 0)
        self.refresh_page()

    def action_on(self) -> None:
        """One step on."""
        self.phase = min(self._phase.number + 1, Phase.last(self._phase.layers))
        self.refresh_page()

    def action_up(self) -> None:
        self._move_edge(-1)

    def action_down(self) -> None:
        self._move_edge(1)

    def _move_edge(self, by: int) -> None:
        """Another weight of the same unit, and then of the next one."""
        if self.answer is None or self.answer.problem:
            return
        edges = self._edges()
        self.edge = edges[(edges.index(self.edge) + by) % len(edges)] if self.edge in edges else edges[0]
        self.ask_anew()

    def _edges(self) -> list[WeightPlace]:
        """The weights that are drawn, unit by unit."""
        assert self.answer is not None
        size = self.panes["network"].size
        chosen = shown_units(self.answer, self.edge, size.width, size.height)
        edges = []
        for layer in chosen.layers[1:]:
            sources = chosen.units[layer - 1]
            edges += [WeightPlace(layer - 1, source, unit) for unit in chosen.units[layer] for source in sources]
        return edges

    def action_next_unit(self) -> None:
        self._move_unit(1)

    def action_previous_unit(self) -> None:
        self._move_unit(-1)

    def _move_unit(self, by: int) -> None:
        if self.answer is None or self.answer.problem:
            return
        edges = self._edges()
        units = list(dict.fromkeys((edge.layer, edge.unit) for edge in edges))
        here = (self.edge.layer, self.edge.unit)
        layer, unit = units[(units.index(here) + by) % len(units)] if here in units else units[0]
        self.edge = next(edge for edge in edges if (edge.layer, edge.unit) == (layer, unit))
        self.ask_anew()

    def action_take_step(self) -> None:
        self.steps += 1
        self.ask_anew()

    def action_undo(self) -> None:
        if not self.steps:
            self.say(_("nothing to take back"))
            return
        self.steps -= 1
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
        self.steps = 0
        self.ask_anew()

    def action_example(self) -> None:
        """The next ready-made network, or one's own."""
        self.example = EXAMPLES[(EXAMPLES.index(self.example) + 1) % len(EXAMPLES)]
        self.steps, self.phase, self.edge, self.answer = 0, None, WeightPlace(-1, 0, 0), None
        self.place_children(self.size)
        self.ask_anew()


def _summed(name: str, parts: Sequence[Share]) -> tuple[str, ...]:
    """The cells of a row that adds up others."""
    size, share = sum(one.size for one in parts), sum(one.share for one in parts)
    of_delta, back = sum(one.of_delta for one in parts), sum(one.back for one in parts)
    return name, decimal(size, 3), f"{100 * share:.0f} %", factor(of_delta, 3), factor(back, 3)
