"""The gradient's norm in each layer: how much of the error reaches it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from tuitrain.diagnosis.rules.units import NEARLY_ALL_IDLE
from tuitrain.runs.history import Floats, LayerProbe
from tuitrain.session.snapshot import Snapshot
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.bars import bar, log_range, number, percent, sparkline
from tuitrain.ui.plots.lines import cut, line, notice, padded
from tuitrain.ui.train.panes.train_pane import TrainPane
from tuitrain.ui.widgets.blocks import Block, Blocks

Part = tuple[str, Style]
SIGNS = {"vanishing": "↓", "exploding": "↑", "": " "}
ASCII_SIGNS = {"vanishing": "v", "exploding": "^", "": " "}
RECENT, STRIDE = 200, 50  # a sparkline shows so many epochs or a little more; its left end moves by so many
WIDE = 76
KIND = 4  # cells of "dead" and its like


@dataclass(frozen=True)
class Columns:
    """How wide each column is, its space at the left included (the bar and the history have theirs at the right)."""

    name: int
    bar: int
    history: int
    update: int
    number: int = 7
    idle: int = 11

    @classmethod
    def of(cls, width: int, names: Sequence[str]) -> Columns:
        """Spread `width` over the columns: the bar takes what the others leave."""
        name = min(max(map(len, names)), 9 if width < 60 else 14) + 2
        history = 7 if width < 60 else 14 if width < 90 else 24
        update = 14 if width >= WIDE else 7
        return cls(name, min(40, max(4, width - name - cls.number - 1 - history - update - cls.idle)), history, update)


class GradientsPane(TrainPane):
    """‖∇‖ on a log scale, all layers first: bar, number, history, update/weight ratio, idle units."""

    SHOWS = TITLE = N_("Gradient")
    EXPLAINED = N_("length of the loss's gradient in each layer, at the last step of the epoch")

    def looks_the_same(self, before: Snapshot, now: Snapshot) -> bool:
        steps = [0 if math.isnan(one.batch_loss) else one.step for one in (before, now)]
        is_as_long = before.epochs_recorded == now.epochs_recorded
        is_same = before.history is now.history and before.member == now.member
        return is_same and is_as_long and steps[0] == steps[1]

    def when(self, snapshot: Snapshot) -> str:
        if math.isnan(snapshot.batch_loss):
            return super().when(snapshot)
        return _("step {step}").format(step=f"{snapshot.step:,}")

    def draw(self, width: int, height: int, snapshot: Snapshot) -> Sequence[Strip]:
        if not snapshot.layers:
            texts = (_("the gradient of each layer appears after the first epoch"), _("shown from the first epoch on"))
            return notice(width, height, texts, self.look["dim"])
        history = snapshot.member_history or snapshot.history
        length = min(snapshot.epochs_recorded, history.length)
        first = max(0, length - RECENT) // STRIDE * STRIDE
        norms = [snapshot.gradient_norm, *(layer.gradient_norm for layer in snapshot.layers)]
        names = [_("all"), *(self._name_of(number, layer) for number, layer in enumerate(snapshot.layers, 1))]
        columns = Columns.of(width, names)
        total = history.column("gradient_norm", length)[first:]
        each = history.layers("gradient_norm", length, first)
        layers: list[LayerProbe | None] = [None, *snapshot.layers]
        ends = log_range(norms)
        legend = self._legend(snapshot.layers)

        def row(index: int) -> list[Strip]:
            past = each[:, index - 1] if index else total
            return [self._row(width, columns, names[index], norms[index], ends, past, layers[index], legend)]

        rows = [Block(1, partial(row, index)) for index in range(len(norms))]
        if height >= len(rows) + 2 and not legend:
            told = _("{down} vanishing {up} exploding: marked here; none now")
            signs = " " + told.format(down=self._sign("vanishing"), up=self._sign("exploding"))
            rows.append(Block(1, lambda: [line(width, [(signs, self.look["dim"])])]))
        self.fixed_lines = 1 if height < 5 else 2
        return Blocks([Block(1, lambda: [self._header(width, columns)]), *rows] if height > 2 else rows)

    def _name_of(self, number: int, layer: LayerProbe) -> str:
        return f"{number} {layer.fan_in}{self.look.signs.arrow}{layer.fan_out}"

    def _legend(self, layers: Sequence[LayerProbe]) -> list[Part]:
        """What the signs before the layers mean, for those that are there."""
        found = {layer.trouble for layer in layers}
        named: list[Part] = []
        if "vanishing" in found:
            named.append((f" {self._sign('vanishing')} {_('vanishing')}", self.look["warning"]))
        if "exploding" in found:
            named.append((f" {self._sign('exploding')} {_('exploding')}", self.look["bad"]))
        return named

    def _sign(self, trouble: str) -> str:
        return (ASCII_SIGNS if self.look.ascii_only else SIGNS)[trouble]

    def _header(self, width: int, columns: Columns) -> Strip:
        is_wide = width >= WIDE
        norm, longer = columns.bar + columns.number, _("norm, log scale")
        update = _("update/weight") if is_wide else _("update")
        cells = (
            padded(f" {_('layer')}", columns.name, theme=self.look),
            padded(longer if cell_len(longer) < norm else _("norm (log)"), norm + 1, theme=self.look),
            padded(_("history"), columns.history, theme=self.look),
            " " + padded(update, columns.update - 1, theme=self.look, right=True),
            padded(f" {_('idle')}", columns.idle, theme=self.look),
        )
        return line(width, [("".join(cells), self.look["dim"])])

    def _row(
        self, width: int, columns: Columns, name: str, norm: float, ends: tuple[float, float], history: Floats,
        layer: LayerProbe | None, legend: list[Part],
    ) -> Strip:  # fmt: skip
        theme = self.look
        trouble = layer.trouble if layer else ""
        style = theme["bad" if trouble == "exploding" else "warning"] if trouble else theme["bar"]
        return line(width, [
            (self._sign(trouble), style),
            (padded(name, columns.name - 2, theme=self.look) + " ", theme["plain"]),
            (bar(norm, *ends, columns.bar, log=True, theme=self.look), style),
            (f"{number(norm):>{columns.number}} ", theme["plain"]),
            (sparkline(history, columns.history, theme=self.look, log=True), theme["dim"]),
            *(legend if layer is None else self._tail(columns, layer)),
        ])  # fmt: skip

    def _tail(self, columns: Columns, layer: LayerProbe) -> list[Part]:
        """Update ratio and idle share."""
        parts = [(f"{number(layer.update_ratio):>{columns.update}}", self.look["dim"])]
        if layer.idle_share is not None:
            kind = _("sat.") if layer.idle_kind == "saturated" else _(layer.idle_kind)
            kind = cut(kind, KIND, theme=self.look)
            is_bad = layer.idle_share >= NEARLY_ALL_IDLE
            style = self.look["warning" if is_bad else "dim"]
            parts.append((f" {kind} {percent(layer.idle_share)}{'!' if is_bad else ''}", style))
        return parts
