"""The loss of a row: true and predicted distribution, entropy and KL; or the distances of a regression."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

import numpy as np
from rich.cells import cell_len
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from tuitrain.session.asked.row_loss import ClassLossAnswer, RowLoss, ValueLossAnswer
from tuitrain.session.questions import Question
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect import distances
from tuitrain.ui.inspect.loss_histogram import loss_histogram
from tuitrain.ui.inspect.page import InsidePage, everywhere_on_pages, page_bindings
from tuitrain.ui.inspect.plot import Curve, Mark, draw_plot
from tuitrain.ui.keys import PANE, Action
from tuitrain.ui.plots.figures import decimal, factor, right
from tuitrain.ui.plots.lines import cut, fit, line
from tuitrain.ui.plots.ranges import Axis, linear_axis
from tuitrain.ui.theme import Role, Theme

_ROW = ("[ ]", "another row: larger, smaller loss")
_CLASS = ("↑ ↓ j k", "another class")
_HUBER = ("+ -", "Huber loss instead of the square: wider, narrower")
MOST_CLASSES = 8  # that are listed; of more the true one and the most probable
SMOOTHING = 0.1  # of the labels, in the second line of how the loss adds up
WIDE = 110  # cells from which the next row and all rows' losses stand beside
LARGEST = 5.0  # of −ln p that is drawn
LEAST = 1e-12  # a probability whose logarithm is still told

ROW_ACTIONS = (
    Action("before", ("left_square_bracket",), "[", "row", "a row with a larger loss", "page", 99, pair=_ROW),
    Action("after", ("right_square_bracket",), "]", "", "a row with a smaller loss", "page", pair=_ROW),
    Action("up", ("up", "k"), "↑ k", "class", "the class above", "page", 90, pair=_CLASS),
    Action("down", ("down", "j"), "↓ j", "", "the class below", "page", pair=_CLASS),
    Action("order", ("o",), "o", "order", "order by |y − ŷ| or along the axis", "page", 80),
    Action("nudge_up", ("plus", "equals_sign"), "+ =", "Huber", "Huber loss, wider", "page", 84, pair=_HUBER),
    Action("nudge_down", ("minus", "underscore"), "- _", "", "Huber loss, narrower", "page", pair=_HUBER),
    Action("bench", ("B",), "B", "bench", "bench: this row's backpropagation", "page", 70),
    Action("example", ("x",), "x", "example", "a ready-made example, or yours", "page", 86),
    Action("next_pane", ("tab",), "tab", "pane", "next pane", "page", 50, pair=PANE),
    Action("previous_pane", ("shift+tab",), "shift+tab", "", "previous pane", "page", pair=PANE),
    *everywhere_on_pages(),
)


class RowLossPage(InsidePage, inherit_bindings=False):
    """Where one row's loss comes from."""

    NAME = "row_loss"
    TITLE_TEXT = N_("Row loss")
    ACTIONS = ROW_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = page_bindings(ROW_ACTIONS)
    PARTS = ("one", "next", "two", "three", "all")
    answer: ClassLossAnswer | ValueLossAnswer | None

    def __init__(self, look: Theme) -> None:
        super().__init__(look)
        self.place, self.chosen = 0, -1  # the row by its loss; the class, -1: the true one
        self.example = ""
        self.by_x = False
        self.delta: float | None = None  # of the Huber loss of a regression; None: the square

    def question(self) -> Question:
        return RowLoss(self.place, copy=self.copy, example=self.example)

    @property
    def _is_regression(self) -> bool:
        if self.answer is not None:
            return isinstance(self.answer, ValueLossAnswer)
        return not self.trainer.snapshot.dataset.n_classes

    def took_answer(self) -> None:
        self.place_children(self.size)

    # Drawing

    def boxes(self, area: Region) -> dict[str, Region]:
        if self._is_regression:
            beside = 34 if area.width < WIDE else 46
            left = Region(area.x, area.y, area.width - beside + 1, area.height)
            return {"one": left, "two": Region(area.right - beside, area.y, beside, area.height)}
        count = min(MOST_CLASSES, len(self.answer.classes) if isinstance(self.answer, ClassLossAnswer) else 3)
        top = min(count + 3, area.height - 13)
        middle = 8
        one = Region(area.x, area.y, area.width, top)
        two = Region(area.x, one.bottom - 1, area.width, middle)
        three = Region(area.x, two.bottom - 1, area.width, area.bottom - two.bottom + 1)
        if area.width < WIDE or self.example:
            return {"one": one, "two": two, "three": three}
        one, following = _halved(one)
        three, every = _halved(three)
        return {"one": one, "next": following, "two": two, "three": three, "all": every}

    def draw_part(self, name: str, width: int, height: int) -> Sequence[Strip]:
        answer = self.answer
        if isinstance(answer, ValueLossAnswer):
            place, delta = self._place_of(answer), self.delta
            if name == "one":
                return distances.draw_distances(width, height, answer, place, delta, theme=self.look)
            shown = distances.ordered(answer, by_x=self.by_x)
            return distances.draw_table(width, height, answer, shown, place, delta, theme=self.look)
        assert isinstance(answer, ClassLossAnswer)
        if name == "all":
            return loss_histogram(width, height, answer.losses, self._row(answer), theme=self.look)
        if name in ("one", "next"):
            seen = answer if name == "one" else answer.following
            return self._bars(width, answer, seen.probabilities, seen.truth) if seen is not None else []
        return self._sums(width, answer) if name == "two" else self._curve(width, height, answer)

    def _place_of(self, answer: ValueLossAnswer) -> int:
        return self.place % len(answer.truth)

    def _listed(self, answer: ClassLossAnswer) -> list[int]:
        """The classes that are listed: of many the true one and the most probable."""
        count = len(answer.classes)
        room = min(MOST_CLASSES, max(self.panes["one"].size.height - 1, 2))  # below the heading
        if count <= room:
            return list(range(count))
        order = np.argsort(-answer.probabilities - 2 * answer.truth, kind="stable")
        return sorted(int(k) for k in order[: room - 1])

    def _chosen(self, answer: ClassLossAnswer) -> int:
        return int(answer.truth.argmax()) if self.chosen < 0 else min(self.chosen, len(answer.classes) - 1)

    def _bars(self, width: int, answer: ClassLossAnswer, said: np.ndarray, truth: np.ndarray) -> list[Strip]:
        """Truth and prediction of each class (K,), one scale, and −ln p."""
        theme, listed, chosen = self.look, self._listed(answer), self._chosen(answer)
        gives = answer.gives_probabilities
        named = (_("class"), *(answer.classes[k] for k in listed))
        name_width = min(max(map(cell_len, named)) + 1, max(width // 5, 8))
        room = max((width - name_width - 28) // 2, 4)
        heads = (_("class"), _("truth t"), _("prediction p") if gives else _("output"), "−ln p" if gives else "")
        head = f"  {fit(heads[0], name_width, theme)} {fit(heads[1], 6 + room, theme)} {fit(heads[2], 6 + room, theme)}"
        lines = [line(width, [(head + right(theme.plain(heads[3]), 8), theme["dim"])])]
        largest = 1.0 if gives else max(float(np.abs(said).max()), 1e-12)
        for k in listed:
            t, p = float(truth[k]), float(said[k])
            mark = theme.signs.cursor if k == chosen else " "
            role: Role = "good" if t == truth.max() else "plain"
            lines.append(line(width, [
                (f" {mark}", theme["accent"]), (fit(answer.classes[k], name_width, theme), theme[role]),
                (f"{t:.3f} ", theme["plain"]), (fit(_bar(t, room, theme), room, theme), theme["good"]),
                (f" {decimal(p, 3, signed=not gives):>6} ", theme["plain"]),
                (fit(_bar(abs(p) / largest, room, theme), room, theme), theme["validation"]),
                (right(decimal(_surprise(p), 3), 8) if gives else "", theme["plain"]),
            ]))  # fmt: skip
        rest = [k for k in range(len(answer.classes)) if k not in listed]
        if rest:
            left = float(said[rest].sum())
            told = fit(_("{count} others").format(count=len(rest)), name_width + 6 + room, theme)
            lines.append(line(width, [(f"  {told}" + (f" {left:>6.3f}" if gives else ""), theme["dim"])]))
        return lines

    def _sums(self, width: int, answer: ClassLossAnswer) -> list[Strip]:
        """Entropy + KL = cross entropy, of the truth as it is and with smoothed labels."""
        theme = self.look
        t, p = answer.truth, answer.probabilities
        if not answer.gives_probabilities:
            told = _("{loss}: its outputs are scores, not probabilities; entropy and KL do not apply. J = {value}")
            text = told.format(
                loss=answer.loss.replace("_", " "), value=decimal(float(answer.losses[self._row(answer)]))
            )
            return [line(width, [(f" {cut(theme.plain(text), width - 2, theme=theme)}", theme["plain"])])]
        name_width = max(width - 48, 1)
        head = f"{'':{name_width}}{_('entropy H(t)'):>14}  +  {_('KL(t‖p)'):>8}  =  {_('cross entropy'):>13}"
        smooth = t * (1 - SMOOTHING) + SMOOTHING / len(t)
        shown = ", ".join(f"{value:g}" for value in t) if len(t) <= 4 else _("as it is")
        lines = [line(width, [(theme.plain(head), theme["dim"])])]
        for name, q in ((_("truth ({shown})").format(shown=shown), t), (_("with label smoothing .1"), smooth)):
            entropy, both = cross_entropy(q, q), cross_entropy(q, p)
            entropy, both = round(entropy, 3), round(both, 3)
            row = f"{fit(' ' + name, name_width, theme)}{entropy:>14.3f}     {both - entropy:>8.3f}     {both:>13.3f}"
            lines.append(line(width, [(row, theme["plain"])]))
        true = int(t.argmax())
        lines.append(_told(width, _("entropy: what cannot be known; KL: what the network does not know yet"), theme))
        if t.max() == 1:
            p_true = float(p[true])
            told = _("only t of the true class is 1: the loss is its −ln p, −ln {p} = {value}")
            lines.append(_told(width, told.format(p=decimal(p_true, 3), value=decimal(_surprise(p_true), 3)), theme))
        listed = self._listed(answer)[:5]
        slopes = ", ".join(factor(float(p[k] - t[k]), 3) for k in listed) + (", …" if len(t) > len(listed) else "")
        lines.append(_told(width, _("gradient at the output p − t = ({slopes}), sum 0").format(slopes=slopes), theme))
        return lines

    def _curve(self, width: int, height: int, answer: ClassLossAnswer) -> list[Strip]:
        """−ln p over p with this row, and the losses of all rows as a histogram beside it."""
        theme = self.look
        p_true = float(answer.probabilities[int(answer.truth.argmax())])
        beside = 24
        if not answer.gives_probabilities or height < 3 or width < 2 * beside:
            return []
        across = np.linspace(math.exp(-LARGEST), 1, 200)
        x = Axis(0.0, 1.0, ((0.0, "0"), (0.5, "0.5"), (1.0, "1")))
        y = linear_axis(0.0, LARGEST, max(1, height // 4))
        marks = [Mark(p_true, min(_surprise(p_true), LARGEST), theme.signs.running, "validation")]
        plot = draw_plot(
            width - beside - 1, height, x, y, [Curve(across, -np.log(across), "train")], marks, label="p", theme=theme
        )
        rank = self._row(answer) + 1
        texts = [
            f"{theme.signs.running} p {decimal(p_true, 3)}", f"  −ln p {decimal(_surprise(p_true), 3)}", "",
            _("row {rank} of {rows}").format(rank=rank, rows=len(answer.losses)),
            _("mean {mean}").format(mean=decimal(answer.mean, 3)),
        ]  # fmt: skip
        side = [
            line(beside, [(f" {cut(theme.plain(text), beside - 1, theme=theme)}", theme["plain"])]) for text in texts
        ]
        side += [line(beside, [])] * height
        return [
            Strip.join([left.adjust_cell_length(width - beside), one]) for left, one in zip(plot, side, strict=False)
        ]

    def _row(self, answer: ClassLossAnswer) -> int:
        return self.place % len(answer.losses)

    def describe(self) -> tuple[str, str]:
        answer, data = self.answer, self.trainer.snapshot.dataset.name
        assert answer is not None
        if self.example:
            return _("example: three colours in a bag, and a guess of their shares"), ""
        if isinstance(answer, ValueLossAnswer):
            what = _("{data} · {rows} {part} rows · epoch {epoch}")
            return what.format(data=data, rows=len(answer.truth), part=_(answer.part), epoch=answer.epoch), ""
        what = _("{data} · row {row}, loss {place} of {rows} · epoch {epoch}")
        rows = len(answer.losses)
        return what.format(data=data, row=answer.row, place=self.place % rows + 1, rows=rows, epoch=answer.epoch), ""

    def titles(self) -> dict[str, tuple[str, str]]:
        answer = self.answer
        if isinstance(answer, ValueLossAnswer):
            order = _("largest first")
            if self.by_x:
                order = _("by x") if len(answer.x) else _("by ŷ")
            cost = _("squared") if self.delta is None else _("Huber δ {delta:g}").format(delta=self.delta)
            return {"one": (_("Distances y − ŷ"), ""), "two": (f"{cost}, {order}", "")}
        assert answer is not None
        loss, following = answer.loss.replace("_", " "), answer.following
        after = "" if following is None else _("Next · row {row}, loss {value}").format(
            row=following.row, value=decimal(float(answer.losses[(self._row(answer) + 1) % len(answer.losses)]), 3)
        )  # fmt: skip
        return {
            "one": (_("{loss} · truth against prediction").format(loss=loss[:1].upper() + loss[1:]), ""),
            "next": (after, ""),
            "all": (_("Losses of all {rows} rows").format(rows=len(answer.losses)), ""),
            "two": (_("How it adds up · nats (÷ ln 2 for bits)"), ""),
            "three": (_("−ln p · how a wrong and sure answer costs"), ""),
        }

    def explain(self) -> tuple[str, str, tuple[str, ...]]:
        answer = self.answer
        assert answer is not None
        cells = ", ".join(f"{name} {value}" for name, value in answer.cells.items())
        if isinstance(answer, ValueLossAnswer):
            place = self._place_of(answer)
            y, guess = float(answer.truth[place]), float(answer.predicted[place])
            digits = distances.digits_of(answer)
            told = _("truth {y}, prediction {guess}: off {off}; {cells}").format(
                y=decimal(y, digits), guess=decimal(guess, digits), cells=cells,
                off=factor(round(y, digits) - round(guess, digits), digits),
            )  # fmt: skip
            return _("row {row}").format(row=int(answer.rows[place])), told, ()
        if self.example:
            return _("cross entropy"), _("is least when the guess is the truth, and is then the entropy"), ()
        true, said = (answer.classes[int(values.argmax())] for values in (answer.truth, answer.probabilities))
        told = _("truth {true}, said {said} · {cells}").format(true=true, said=said, cells=cells)
        return _("row {row}").format(row=answer.row), told, ()

    def tell(self) -> str:
        answer = self.answer
        if isinstance(answer, ValueLossAnswer):
            if self.delta is None:
                told = _("squares make far points count most; - caps them (Huber), o sorts by {axis}")
                return told.format(axis="x" if len(answer.x) else "ŷ")
            return _("Huber: ½(y−ŷ)² up to δ, beyond it δ(|y−ŷ| − ½δ): far points count less")
        assert answer is not None
        if self.example:
            return _("the other way round KL is another number: it is no distance")
        told = _("[ ] next row by loss; the mean of all {rows} rows is the {part} loss, {mean}")
        return told.format(rows=len(answer.losses), part=_(answer.part), mean=decimal(answer.mean, 3))

    def words_now(self) -> Mapping[str, str]:
        words = {"example": N_("yours") if self.example else N_("example")}
        if self.example:
            words["before"] = ""
        if isinstance(self.answer, ValueLossAnswer):
            words["up"] = ""  # what [ and ] do
        else:
            words["order"] = words["nudge_up"] = ""
        return words

    # What the keys do

    def action_before(self) -> None:
        self._move_row(-1)

    def action_after(self) -> None:
        self._move_row(1)

    def _move_row(self, by: int) -> None:
        answer = self.answer
        if answer is None or answer.problem or self.example:
            self.say(_("the example has one row; x shows your rows"))
            return
        count = len(answer.truth if isinstance(answer, ValueLossAnswer) else answer.losses)
        self.place, self.chosen = (self.place + by) % count, -1
        self.ask_anew()

    def action_up(self) -> None:
        self._move_class(-1)

    def action_down(self) -> None:
        self._move_class(1)

    def _move_class(self, by: int) -> None:
        answer = self.answer
        if isinstance(answer, ValueLossAnswer):
            self._move_row(by)
        elif answer is not None and not answer.problem:
            listed = self._listed(answer)
            here = listed.index(self._chosen(answer)) if self._chosen(answer) in listed else 0
            self.chosen = listed[(here + by) % len(listed)]
            self.refresh_page()

    def action_order(self) -> None:
        """Order a regression's rows by distance, or as they stand along the axis."""
        if not isinstance(self.answer, ValueLossAnswer):
            self.say(_("classified rows are ordered by their loss: [ and ] go along"))
            return
        self.by_x = not self.by_x
        self.refresh_page()

    def action_nudge_up(self) -> None:
        self._nudge(distances.wider)

    def action_nudge_down(self) -> None:
        self._nudge(distances.narrower)

    def _nudge(self, step: Callable[[float | None, float], float | None]) -> None:
        """Take another delta of the Huber loss, or the square again."""
        if not isinstance(self.answer, ValueLossAnswer):
            self.say(_("the Huber loss is one of distances: for a number that is predicted"))
            return
        largest = float(np.abs(self.answer.truth - self.answer.predicted).max())
        self.delta = step(self.delta, largest)
        self.refresh_page()

    def action_bench(self) -> None:
        """The bench with this row."""
        self.host.show("bench")

    def action_example(self) -> None:
        self.example = "" if self.example else "colours"
        self.place, self.chosen, self.answer = 0, -1, None
        self.ask_anew()


def _halved(box: Region) -> tuple[Region, Region]:
    """Two boxes side by side that share the line between them."""
    left = Region(box.x, box.y, box.width // 2, box.height)
    return left, Region(left.right - 1, box.y, box.width - left.width + 1, box.height)


def cross_entropy(t: np.ndarray, p: np.ndarray) -> float:
    """−Σ t ln p over the classes with t > 0, in nats."""
    held = t > 0
    return abs(float(-(t[held] * np.log(np.maximum(p[held], LEAST))).sum()))


def _surprise(p: float) -> float:
    """−ln p; infinite for 0."""
    return -math.log(p) if p > 0 else math.inf


def _bar(share: float, room: int, theme: Theme) -> str:
    """A bar of eighths of a cell."""
    blocks = theme.signs.blocks
    parts = round(share * room * (len(blocks) - 1))
    whole, rest = divmod(parts, len(blocks) - 1)
    return blocks[-1] * whole + (blocks[rest] if rest else "")


def _told(width: int, text: str, theme: Theme) -> Strip:
    return line(width, [(f" {cut(theme.plain(text), width - 2, theme=theme)}", theme["dim"])])
