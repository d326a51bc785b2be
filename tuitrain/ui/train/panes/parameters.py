"""What training has found: the weights and biases of each layer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from tuitrain.session.snapshot import Snapshot
from tuitrain.text import counted
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.bars import histogram, number
from tuitrain.ui.plots.heat import draw_matrix, picture_size
from tuitrain.ui.plots.lines import line, notice
from tuitrain.ui.train.panes import weights_picture
from tuitrain.ui.train.panes.train_pane import TrainPane
from tuitrain.ui.train.status import ENDED
from tuitrain.ui.widgets.blocks import Block, Blocks

HISTOGRAM_HEIGHT = 5
PICTURE_ROWS = 12
MOST_A_CELL = 4  # columns of a matrix that one cell may stand for
GAP = 2
RUNNING_SECONDS = 3.0
ONE = {"weights": N_("weight"), "biases": N_("bias")}


class ParametersPane(TrainPane, inherit_bindings=False):
    """Per layer: count, mean, spread, a histogram of the weights and one of the biases, the matrix as a picture.

    Of a small network the numbers themselves come first; one is chosen, and can be changed.
    """

    SHOWS = TITLE = N_("Weights")
    EXPLAINED = N_("the weights and biases that training has found")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "choose(-1)", show=False),
        Binding("down,j", "choose(1)", show=False),
        Binding("enter", "edit_parameter", show=False),
        Binding("pageup", "scroll_page(-1)", show=False),
        Binding("pagedown", "scroll_page(1)", show=False),
    ]
    view = "parameters"
    chosen = 0  # of the parameters of a small network
    _drawn_at = 0.0
    _drawn_chosen = 0

    class EditAsked(Message):
        """The user wants to change a parameter."""

        def __init__(self, index: int, name: str, value: float, member: int) -> None:
            super().__init__()
            self.index, self.name, self.value, self.member = index, name, value, member

    def show(self, snapshot: Snapshot) -> None:
        """Draw a snapshot, but seldom while training runs: a matrix's picture is costly to send."""
        has_drawn = self._drawn is not None and self._drawn.parameters is not None
        if snapshot.is_running and has_drawn and time.monotonic() - self._drawn_at < RUNNING_SECONDS:
            return
        if not (self._drawn and self.looks_the_same(self._drawn, snapshot)):
            self._drawn_at = time.monotonic()
        super().show(snapshot)

    def on_show(self) -> None:
        self._drawn_at = 0.0  # what was kept while the pane was hidden is old

    def when(self, snapshot: Snapshot) -> str:
        return self.kept(snapshot, snapshot.parameters.epoch) if snapshot.parameters is not None else ""

    def looks_the_same(self, before: Snapshot, now: Snapshot) -> bool:
        are_ended = before.state in ENDED, now.state in ENDED
        return before.parameters is now.parameters and self._drawn_chosen == self.chosen and len({*are_ended}) == 1

    def action_choose(self, by: int) -> None:
        """Choose another parameter of a small network; scroll in a large one."""
        found = self._snapshot.parameters if self._snapshot is not None else None
        if found is None or not weights_picture.is_small(found):
            self.action_scroll_by(by)
            return
        assert self._snapshot is not None
        self.chosen = (self.chosen + by) % self._snapshot.n_parameters
        self.redraw()

    def action_edit_parameter(self) -> None:
        """Ask for the chosen parameter to be changed."""
        found = self._snapshot.parameters if self._snapshot is not None else None
        if found is not None and weights_picture.is_small(found) and self._snapshot is not None:
            name = weights_picture.name_of(found, self._names(self._snapshot), self.chosen)
            value = weights_picture.value_of(found, self.chosen)
            self.post_message(self.EditAsked(self.chosen, name, value, self._snapshot.member))

    def _names(self, snapshot: Snapshot) -> list[list[str]]:
        assert snapshot.parameters is not None
        data = snapshot.dataset
        outputs = data.class_names or (data.target_name,)
        return weights_picture.names_of(snapshot.parameters, data.feature_names, outputs)

    def draw(self, width: int, height: int, snapshot: Snapshot) -> Sequence[Strip]:
        found = snapshot.parameters
        if found is None:
            return notice(width, height, (_("reading the parameters"), _("reading")), self.look["dim"])
        blocks = [Block(1, lambda: [self._total(width, snapshot)])]
        if weights_picture.is_small(found):
            self.chosen, names = min(self.chosen, snapshot.n_parameters - 1), self._names(snapshot)
            self._drawn_chosen = self.chosen
            value = weights_picture.value_of(found, self.chosen)
            told = weights_picture.hint(
                width, weights_picture.name_of(found, names, self.chosen), value,
                has_ended=snapshot.state in ENDED, theme=self.look,
            )  # fmt: skip
            numbers = weights_picture.draw_numbers(width, found, names, self.chosen, theme=self.look)
            blocks += [Block(1, lambda: [told]), Block(len(numbers), lambda: numbers)]
        for number_of, (weights, biases) in enumerate(zip(found.weights, found.biases, strict=True), 1):
            spread = HISTOGRAM_HEIGHT + 1
            blocks.append(Block(1, partial(self._layer, width, number_of, weights, biases)))
            blocks.append(Block(spread, partial(self._spread, width, weights, biases)))
            if down := self._picture_rows(width, weights):
                blocks.append(Block(1 + down, partial(self._picture, width, weights)))
        return Blocks(blocks)

    def _total(self, width: int, snapshot: Snapshot) -> Strip:
        about = ": " + _("weights and biases, all a prediction needs")
        if width < 60:
            about = " " + _("in all")
            if cell_len("  ".join((*self.title(snapshot), self._hidden_note))) + 4 > width:  # the title has no room
                dot = f" {self.look.signs.dot} "
                about += dot + self.look.plain(self.when(snapshot)).split(dot)[0]
        head = _("{count:,} parameters").format(count=snapshot.n_parameters)
        return line(width, [(head, self.look["plain"]), (about, self.look["dim"])])

    def _layer(self, width: int, number_of: int, weights: NDArray[Any], biases: NDArray[Any]) -> list[Strip]:
        fan_in, fan_out = weights.shape
        count = f"{fan_in}{self.look.signs.times}{fan_out}+{fan_out} = {weights.size + biases.size:,}"
        about = f"   {counted(fan_in, 'input')}, {counted(fan_out, 'unit')}" if width >= 60 else ""
        return [line(width, [
            (_("layer {number}").format(number=number_of) + "  ", self.look["bar"]), (count, self.look["plain"]),
            (about, self.look["dim"]),
        ])]  # fmt: skip

    def _spread(self, width: int, weights: NDArray[Any], biases: NDArray[Any]) -> list[Strip]:
        """Figures over histograms, weights at the left and biases at the right."""
        half = (width - GAP) // 2
        columns = []
        for name, values in ((N_("weights"), weights.ravel()), (N_("biases"), biases)):
            if values.size == 1:  # nothing is spread
                text = self.look.plain(f"{_(ONE[name])} {number(float(values[0]))}")
                alone = line(half, [(text, self.look["plain"])])
                columns.append([alone, *[Strip.blank(half)] * HISTOGRAM_HEIGHT])
                continue
            picture = histogram(half, HISTOGRAM_HEIGHT, values, theme=self.look)
            columns.append([self._figures(half, name, values), *picture])
        gap = Strip.blank(GAP)
        return [Strip.join([left, gap, right]).adjust_cell_length(width) for left, right in zip(*columns, strict=True)]

    def _figures(self, width: int, name: str, values: NDArray[Any]) -> Strip:
        """Mean and spread (standard deviation), in the words that fit."""
        with np.errstate(all="ignore"):
            mean, spread = (self.look.plain(number(float(of(values)))) for of in (np.mean, np.std))
        sign = "+-" if self.look.ascii_only else "±"
        head = f"{_(name)} "
        long = (head, _("mean {mean} spread {spread}").format(mean=mean, spread=spread))
        short, shortest = (head, f"{mean} {sign} {spread}"), (head, f"{mean}{sign}{spread}")
        label, figures = next((form for form in (long, short) if len("".join(form)) <= width), shortest)
        return line(width, [(label, self.look["plain"]), (figures, self.look["dim"])])

    def _picture_rows(self, width: int, weights: NDArray[Any]) -> int:
        """How many lines the picture of the matrix takes; 0 where it does not fit."""
        matrix = _wide(weights)
        across, down = picture_size(width, PICTURE_ROWS, *matrix.shape, theme=self.look)
        return 0 if matrix.shape[1] > width * MOST_A_CELL or not across else down

    def _picture(self, width: int, weights: NDArray[Any]) -> list[Strip]:
        """The matrix, its longer side across."""
        matrix = _wide(weights)
        across, down = picture_size(width, PICTURE_ROWS, *matrix.shape, theme=self.look)
        down_across = (N_("inputs"), N_("units")) if matrix is weights else (N_("units"), N_("inputs"))
        has_shades = self.look.shades and not self.look.ascii_only
        signs = _("orange above 0, blue below") if has_shades else _("+ * # above 0, - = below")
        down_words, across_words = map(_, down_across)
        long = _("rows {down}, columns {across}").format(down=down_words, across=across_words)
        short = _("{down} by {across}").format(down=down_words, across=across_words)
        forms = (f"{long}; {signs}", f"{short}; {signs}", signs)
        about = next((form for form in forms if cell_len(form) <= width), forms[-1])
        head = line(width, [(about, self.look["dim"])])
        picture = draw_matrix(across, down, matrix, theme=self.look)
        return [head, *(strip.adjust_cell_length(width) for strip in picture)]


def _wide(weights: NDArray[Any]) -> NDArray[Any]:
    return weights if weights.shape[1] >= weights.shape[0] else weights.T
