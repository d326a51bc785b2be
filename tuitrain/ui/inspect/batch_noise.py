"""Batch noise: do the gradients of batches agree with that of all rows, and what would a larger batch buy."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from rich.cells import cell_len
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from tuitrain.numbers import memory
from tuitrain.session.asked.batch_noise import BatchNoise, BatchNoiseAnswer
from tuitrain.session.commands import SetHyperparameter
from tuitrain.session.questions import Question
from tuitrain.translation import N_, ngettext
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.adopting import when_it_acts
from tuitrain.ui.inspect.arrows import draw_arrows, draw_cosines
from tuitrain.ui.inspect.page import InsidePage, everywhere_on_pages, page_bindings
from tuitrain.ui.keys import PANE, Action
from tuitrain.ui.plots.figures import decimal
from tuitrain.ui.plots.lines import cut, line, notice
from tuitrain.ui.theme import Role, Theme

_SIZE = ("+ -", "batch size: twice, half")
_LAYER = ("[ ]", "layer")

NOISE_ACTIONS = (
    Action("nudge_up", ("plus", "equals_sign"), "+ =", "batch", "batch size: twice", "page", 99, pair=_SIZE),
    Action("nudge_down", ("minus", "underscore"), "- _", "", "batch size: half", "page", pair=_SIZE),
    Action("start_pause", ("space",), "space", "again", "other batches", "page", 97),
    Action("keep", ("enter",), "enter", "keep it", "keep this size for the run", "page", 98),
    Action("before", ("left_square_bracket",), "[", "layer", "the layer before", "page", 90, pair=_LAYER),
    Action("after", ("right_square_bracket",), "]", "", "the layer after", "page", pair=_LAYER),
    Action("example", ("x",), "x", "example", "a ready-made example, or yours", "page", 86),
    Action("next_pane", ("tab",), "tab", "pane", "next pane", "page", 50, pair=PANE),
    Action("previous_pane", ("shift+tab",), "shift+tab", "", "previous pane", "page", pair=PANE),
    *everywhere_on_pages(),
)


class NoisePage(InsidePage, inherit_bindings=False):
    """Gradients of batches beside the full one."""

    NAME = "batch_noise"
    TITLE_TEXT = N_("Batch noise")
    ACTIONS = NOISE_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = page_bindings(NOISE_ACTIONS)
    PARTS = ("arrows", "numbers", "sizes", "layers")
    answer: BatchNoiseAnswer | None

    def __init__(self, look: Theme) -> None:
        super().__init__(look)
        self.batch_size, self.samples, self.place = 0, 0, 0  # 0: that of the run; all layers
        self.example = ""

    def question(self) -> Question:
        return BatchNoise(self.batch_size, self.samples, copy=self.copy, example=self.example)

    @property
    def _layer(self) -> int:
        assert self.answer is not None
        return self.place % len(self.answer.squares)

    # Drawing

    def boxes(self, area: Region) -> dict[str, Region]:
        left = 34 if area.width < 110 else 58
        arrows = Region(area.x, area.y, left, area.height)
        x, width = arrows.right - 1, area.width - left + 1
        numbers = Region(x, area.y, width, 8)
        rest = area.height - 7
        sizes = Region(x, numbers.bottom - 1, width, rest if area.height < 30 else 14)
        boxes = {"arrows": arrows, "numbers": numbers, "sizes": sizes}
        if area.height >= 30:
            boxes["layers"] = Region(x, sizes.bottom - 1, width, area.bottom - sizes.bottom + 1)
        return boxes

    def draw_part(self, name: str, width: int, height: int) -> Sequence[Strip]:
        answer = self.answer
        assert answer is not None
        if math.isnan(answer.squares[0]):
            return notice(width, height, (_("going through all rows"),), self.look["dim"])
        if name == "arrows":
            return self._draw_arrows(width, height, answer)
        draw = {"numbers": self._numbers, "sizes": self._sizes, "layers": self._layers}[name]
        return draw(width, answer)[:height]

    def _draw_arrows(self, width: int, height: int, answer: BatchNoiseAnswer) -> list[Strip]:
        theme, layer = self.look, self._layer
        if not answer.cosines.shape[1]:
            return notice(width, height, (_("the gradients of batches"),), theme["dim"])
        cosines = answer.cosines[layer]
        wrong = int((cosines < 0).sum())
        texts = [
            _("mean {mean}").format(mean=decimal(float(cosines.mean()), 2)),
            ngettext("{wrong} of {count} points the wrong way", "{wrong} of {count} point the wrong way", wrong).format(
                wrong=wrong, count=len(cosines)
            ),
        ]
        lines = draw_cosines(width, cosines, theme=theme)
        lines += [_told(width, text, "plain", theme) for text in texts]
        head = _told(width, _("spread ↑     full gradient →"), "dim", theme)
        room = height - len(lines) - 2
        length = math.sqrt(answer.squares[layer])
        return [head, *draw_arrows(width, room, answer.tips[layer], length, theme=theme), line(width, []), *lines]

    def _numbers(self, width: int, answer: BatchNoiseAnswer) -> list[Strip]:
        square, spread = self._printed(self._layer)
        scale = spread / square if square else math.inf
        rows = [
            (_("‖∇J‖²  full gradient, squared"), figure(square)),
            (_("tr Σ   variance of a row's gradient"), figure(spread)),
            (_("noise scale  tr Σ / ‖∇J‖²"), _("{rows} rows").format(rows=_count(scale))),
        ]
        lines = []
        for name, value in rows:
            room = width - len(value) - 3
            shown = cut(self.look.plain(name), room, theme=self.look)
            lines.append(line(width, [(f" {shown:<{room}} {value}", self.look["plain"])]))
        told = [_("below it twice the batch nearly halves the"), _("steps that are needed; above it buys little")]
        return lines + [_told(width, text, "dim", self.look) for text in told]

    def _printed(self, layer: int) -> tuple[float, float]:
        """‖∇J‖² and tr Σ as they are printed."""
        assert self.answer is not None
        return (float(f"{value[layer]:.3g}") for value in (self.answer.squares, self.answer.spreads))  # type: ignore[return-value]

    def _sizes(self, width: int, answer: BatchNoiseAnswer) -> list[Strip]:
        """For batch sizes from 1 to all rows: noise, cosine and memory."""
        theme = self.look
        square, spread = self._printed(self._layer)
        head = f"  {_('batch'):>6} {'tr Σ/B':>8} {_('noise'):>6} {_('cos'):>5} {_('memory'):>9}"
        lines = [_told(width, head, "dim", theme)]
        for size in self._shown_sizes(answer):
            noise = math.sqrt(spread / size / square) if square else math.inf
            cosine = 1 / math.sqrt(1 + noise * noise)
            chosen = size == answer.batch_size
            word = _("full") if size == answer.rows else f"{size:,}"
            text = (
                f"{word:>6} {figure(spread / size):>8} {decimal(noise, 2):>6} {cosine:>5.2f} "
                f"{memory(size * answer.row_bytes):>9}"
            )
            lines.append(line(width, [
                (f" {theme.signs.cursor if chosen else ' '} ", theme["accent"]),
                (theme.plain(text), theme["bold" if chosen else "plain"]),
            ]))  # fmt: skip
        noise_is, cosine_is = _("noise √(tr Σ/B) / ‖∇J‖"), "cos 1/√(1 + noise²)"
        both = f"{noise_is}; {cosine_is}"
        texts = [
            *([both] if cell_len(theme.formula(both)) <= width - 2 else [noise_is, cosine_is]),
            _("full: {rows} rows, as if drawn anew").format(rows=f"{answer.rows:,}"),
        ]
        return lines + [_told(width, text, "dim", theme, is_formula=True) for text in texts]

    def _shown_sizes(self, answer: BatchNoiseAnswer) -> list[int]:
        """The batch sizes of the table: the run's, the chosen, the noise scale, and some between 1 and all rows."""
        square, spread = self._printed(self._layer)
        scale = round(spread / square) if square and spread / square < answer.rows else 1
        wanted = {answer.batch_size, min(answer.own_size, answer.rows), max(scale, 1), 1, answer.rows}
        for size in (32, 8, 128, 512):
            if len(wanted) < (7 if self.size.height < 30 else 9) and size < answer.rows:
                wanted.add(size)
        return sorted(wanted)

    def _layers(self, width: int, answer: BatchNoiseAnswer) -> list[Strip]:
        """The same for each layer."""
        theme = self.look
        head = f"  {_('layer'):<7} {'‖∇J‖²':>9} {'tr Σ':>9} {_('scale'):>7} {_('mean cos'):>9}"
        lines = [_told(width, head, "dim", theme)]
        for layer in range(len(answer.squares)):
            square, spread = self._printed(layer)
            name = _("all") if not layer else str(layer)
            cosine = float(answer.cosines[layer].mean()) if answer.cosines.shape[1] else math.nan
            scale = _count(spread / square) if square else "∞"
            text = f"{name:<7} {figure(square):>9} {figure(spread):>9} {scale:>7} {decimal(cosine, 2):>9}"
            chosen = layer == self._layer
            lines.append(line(width, [
                (f" {theme.signs.cursor if chosen else ' '} ", theme["accent"]),
                (theme.plain(text), theme["bold" if chosen else "plain"]),
            ]))  # fmt: skip
        return lines

    def describe(self) -> tuple[str, str]:
        answer = self.answer
        assert answer is not None
        if self.example:
            return _("example: a plane of {rows} rows, all weights 0").format(rows=answer.rows), ""
        what = _("{data} · {network} · epoch {epoch}")
        return what.format(data=answer.data, network=answer.network, epoch=answer.epoch), ""

    def titles(self) -> dict[str, tuple[str, str]]:
        answer = self.answer
        assert answer is not None
        count = answer.cosines.shape[1]
        layer = _("all layers") if not self._layer else _("layer {number}").format(number=self._layer)
        told = _("{count} batches of {size}").format(count=count, size=answer.batch_size) if count else ""
        of = "" if answer.rows == answer.all_rows else _("{rows} rows").format(rows=answer.rows)
        return {
            "arrows": (told or _("Gradients"), ""),
            "numbers": (_("In numbers · {layer}").format(layer=layer), of),
            "sizes": (_("By batch size"), ""),
            "layers": (_("By layer"), ""),
        }

    def explain(self) -> tuple[str, str, tuple[str, ...]]:
        answer = self.answer
        assert answer is not None
        name = _("batch size {size}").format(size=answer.batch_size)
        if answer.batch_size == answer.own_size:
            return (
                name,
                _("rows per step, as the run has it"),
                (_("1 to {rows:,} or full").format(rows=answer.all_rows),),
            )
        return name, _("tried; the run has {size}, enter keeps it").format(size=answer.own_size), ()

    def tell(self) -> str:
        answer = self.answer
        assert answer is not None
        if not answer.cosines.shape[1]:
            return ""
        square, spread = self._printed(self._layer)
        by_formula = 1 / math.sqrt(1 + spread / answer.batch_size / square) if square else 0.0
        told = _("mean cosine {mean}; formula {formula} (as if a batch might hold a row twice)")
        mean = float(np.mean(answer.cosines[self._layer]))
        return told.format(mean=decimal(mean, 2), formula=decimal(by_formula, 2))

    def words_now(self) -> Mapping[str, str]:
        answer = self.answer
        assert answer is not None
        words = {"example": N_("yours") if self.example else N_("example")}
        return words if not self.example and answer.batch_size != answer.own_size else {**words, "keep": ""}

    # What the keys do

    def action_nudge_up(self) -> None:
        self._change_size(2)

    def action_nudge_down(self) -> None:
        self._change_size(0.5)

    def _change_size(self, by: float) -> None:
        answer = self.answer
        if answer is None or answer.problem:
            return
        size = min(max(int(answer.batch_size * by), 1), answer.rows)
        if size == answer.batch_size:
            self.say(_("from 1 row to all {rows:,}").format(rows=answer.rows))
            return
        self.batch_size = size
        self.ask_anew()

    def action_start_pause(self) -> None:
        """Take other batches."""
        self.samples += 1
        self.ask_anew()

    def action_keep(self) -> None:
        """Set the batch size of the run."""
        answer = self.answer
        if answer is None or answer.problem:
            return
        if self.example:
            self.say(_("this is the example; x shows your network"))
            return
        value: int | str = "full" if answer.batch_size == answer.all_rows else answer.batch_size
        self.session.send(SetHyperparameter("batch_size", value))
        when = when_it_acts(self.session.snapshot, ["batch_size"])
        self.say(_("batch size {size} {when}; u on the Train screen takes it back").format(size=value, when=when))

    def action_before(self) -> None:
        self._change_layer(-1)

    def action_after(self) -> None:
        self._change_layer(1)

    def _change_layer(self, by: int) -> None:
        if self.answer is None or self.answer.problem:
            return
        self.place = (self._layer + by) % len(self.answer.squares)
        self.refresh_page()

    def action_example(self) -> None:
        self.example = "" if self.example else "plane"
        self.batch_size, self.place, self.answer = 0, 0, None
        self.ask_anew()


def figure(value: float) -> str:
    """Three digits that count."""
    if not math.isfinite(value) or not value:
        return decimal(value)
    size = math.floor(math.log10(abs(value)))
    return f"{value:,.0f}" if 3 <= size < 7 else decimal(value, min(max(2 - size, 0), 5))


def _count(scale: float) -> str:
    """A number of rows."""
    if not math.isfinite(scale):
        return "∞"
    return f"{scale:,.0f}" if scale >= 10 else f"{scale:.1f}"


def _told(width: int, text: str, role: Role, theme: Theme, *, is_formula: bool = False) -> Strip:
    shown = theme.formula(text) if is_formula else theme.plain(text)
    return line(width, [(f" {cut(shown, width - 2, theme=theme)}", theme[role])])
