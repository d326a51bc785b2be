"""Signal through depth: why sigmoids vanish. One factor a layer, in histograms and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from tuitrain.session.asked.depth import Choice, DepthAnswer, DepthSignal
from tuitrain.session.commands import SetHyperparameter
from tuitrain.session.questions import Question
from tuitrain.translation import N_, ngettext
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.depth_table import choice_names, draw_choices, draw_layers, lines_of_a_layer, power, verdict
from tuitrain.ui.inspect.page import InsidePage, everywhere_on_pages, page_bindings
from tuitrain.ui.inspect.plot import Curve, Mark, draw_plot
from tuitrain.ui.keys import PANE, Action
from tuitrain.ui.plots.figures import decimal
from tuitrain.ui.plots.lines import line, wrapped
from tuitrain.ui.plots.ranges import Axis, power_label

_LAYER = ("↑ ↓ j k", "another layer")
_CHOICE = ("1-4", "look at a copy with that choice; again: yours")
EXAMPLE = "deep"
WHY = 6  # lines of the reason that a wide screen leaves room for
WIDE = 110  # columns from which the curve of ‖δ‖ has a pane of its own
LARGEST_SLOPE = {"sigmoid": "1/4", "tanh": "1", "relu": "1", "leaky_relu": "1", "elu": "1", "softplus": "1"}

DEPTH_ACTIONS = (
    Action("up", ("up", "k"), "↑ k", "layer", "the layer before", "page", 99, pair=_LAYER),
    Action("down", ("down", "j"), "↓ j", "", "the layer after", "page", pair=_LAYER),
    Action("try_1", ("1",), "1-4", "try", "look at choice 1", "page", 98, pair=_CHOICE),
    Action("try_2", ("2",), "2", "", "look at choice 2", "page", pair=_CHOICE),
    Action("try_3", ("3",), "3", "", "look at choice 3", "page", pair=_CHOICE),
    Action("try_4", ("4",), "4", "", "look at choice 4", "page", pair=_CHOICE),
    Action("keep", ("enter",), "enter", "keep it", "keep this choice for the run, from its reset on", "page", 90),
    Action("toggle_log", ("l",), "l", "log", "δ on a logarithmic axis, or as it is", "page", 80),
    Action("bench", ("B",), "B", "bench", "bench: backprop of one row", "page", 60),
    Action("example", ("x",), "x", "example", "a ready-made example, or yours", "page", 86),
    Action("next_pane", ("tab",), "tab", "pane", "next pane", "page", 50, pair=PANE),
    Action("previous_pane", ("shift+tab",), "shift+tab", "", "previous pane", "page", pair=PANE),
    *everywhere_on_pages(),
)


class DepthPage(InsidePage, inherit_bindings=False):
    """The signal through the hidden layers, forward and back."""

    NAME = "depth"
    TITLE_TEXT = N_("Depth")
    ACTIONS = DEPTH_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = page_bindings(DEPTH_ACTIONS)
    PARTS = ("layers", "why", "choices", "curve")
    answer: DepthAnswer | None

    def __init__(self, look: object) -> None:
        super().__init__(look)  # type: ignore[arg-type]
        self.has_hidden = bool(self.trainer.snapshot.hyperparameters.hidden_layers)
        self.example = "" if self.has_hidden else EXAMPLE
        self.choice, self.at, self.is_log = "", 0, True

    def question(self) -> Question:
        return DepthSignal(self.choice, copy=self.copy, example=self.example)

    def took_answer(self) -> None:
        if self.answer is not None and not self.answer.problem:
            self.at = min(self.at, len(self.answer.layers) - 1)
            self.place_children(self.size)

    # Drawing

    def boxes(self, area: Region) -> dict[str, Region]:
        known = self.answer is not None and not self.answer.problem
        count = len(self.answer.layers) if known and self.answer is not None else 4
        choices = len(self._choices()) + 1 if known else 4
        if area.width >= WIDE:
            room = area.height - choices - WHY - 5
            top = min(count * lines_of_a_layer(count, room) + 4, room + 4)
            layers = Region(area.x, area.y, area.width, top)
            rest = area.height - top + 1
            left = Region(area.x, layers.bottom - 1, 66, rest)
            why = Region(left.x, left.y, left.width, rest - choices - 1)
            low = Region(left.x, why.bottom - 1, left.width, choices + 2)
            beside = Region(left.right - 1, left.y, area.width - left.width + 1, rest)
            return {"layers": layers, "why": why, "choices": low, "curve": beside}
        each = lines_of_a_layer(count, area.height - choices - 10)
        top = min(count * each + 4, area.height - choices - 4)
        below = choices + 2 if top + choices + 5 > area.height else choices + 3  # with the scale of the bars
        layers = Region(area.x, area.y, area.width, top)
        why = Region(area.x, layers.bottom - 1, area.width, area.height - top - below + 2)
        low = Region(area.x, why.bottom - 1, area.width, below)
        return {"layers": layers, "why": why, "choices": low}

    def draw_part(self, name: str, width: int, height: int) -> Sequence[Strip]:
        answer = self.answer
        assert answer is not None
        if name == "layers":
            return draw_layers(width, height, answer, self.at, log=self.is_log, theme=self.look)
        if name == "why":
            rows = [row for text in self._why(answer) for row in wrapped(self.look.formula(text), width - 2)]
            return [line(width, [(f" {row}", self.look["plain"])]) for row in rows][:height]
        if name == "choices":
            rows_of = self._choice_rows(answer)
            return draw_choices(width, height, rows_of, chosen=self._chosen(answer), theme=self.look)
        return self._curve(width, height, answer)

    def _why(self, answer: DepthAnswer) -> list[str]:
        """The rule, and the chosen layer's two factors."""
        place, last = self.at, len(answer.layers) - 1
        layer = answer.layers[place]
        most = LARGEST_SLOPE.get(answer.activation)
        slope = decimal(layer.mean_slope, 2)
        if most:
            told = _("δₗ = f′(zₗ) ⊙ (Wₗ₊₁ δₗ₊₁); {name}'s f′ ≤ {most}, mean {slope}").format(
                name=answer.activation.replace("_", " "), most=most, slope=slope
            )
        else:
            told = _("δₗ = f′(zₗ) ⊙ (Wₗ₊₁ δₗ₊₁); f′ has the mean {slope}").format(slope=slope)
        after = _("the output") if place == last else _("layer {number}").format(number=place + 2)
        factors = _("layer {number}: {ratio} of {after}'s ‖δ‖ = {slope} (f′) · {weights} (weights)")
        found = factors.format(
            number=place + 1, ratio=decimal(layer.ratio, 2), after=after, slope=decimal(layer.slope_factor, 3),
            weights=decimal(layer.weight_factor, 3),
        )  # fmt: skip
        return [told, found, verdict(answer)]

    def _curve(self, width: int, height: int, answer: DepthAnswer) -> list[Strip]:
        """‖δ‖ over the layers, on a logarithmic axis."""
        norms = np.array([layer.norm for layer in answer.layers])
        known = norms[norms > 0]
        if not len(known):
            return []
        low, high = np.floor(np.log10(known.min()) - 1e-9), np.ceil(np.log10(known.max()) + 1e-9)
        every = max(1, int(-(-(high - low) // max(height // 3, 1))))
        powers = np.arange(low, high + 1, every)
        y = Axis(float(low), float(high), tuple((float(one), power_label(float(one))) for one in powers))
        count = len(norms)
        step = max(1, -(-count // 10))
        x = Axis(1.0, float(max(count, 2)), tuple((float(n), str(n)) for n in range(1, count + 1, step)))
        places = np.arange(1, count + 1, dtype=float)
        marks = [Mark(float(place), float(norm), "●", "validation") for place, norm in zip(places, norms, strict=True)]
        marks.append(Mark(self.at + 1.0, float(max(norms[self.at], known.min())), "◆", "accent"))
        curve = Curve(places, norms, "validation")
        return draw_plot(width - 1, height, x, y, [curve], marks, label=_("layer"), theme=self.look, log=True)

    # Choices

    def _choices(self) -> list[Choice]:
        """The other starts: without the one that one's own network is at."""
        answer = self.answer
        if answer is None or answer.problem:
            return []
        activation, initializer, is_start = self._own(answer)
        mine = (activation, initializer, 1.0) if is_start else None
        return [one for one in answer.choices if (one.activation, one.initializer, one.scale) != mine]

    def _own(self, answer: DepthAnswer) -> tuple[str, str, bool]:
        """Activation and start of the network itself, and whether it is there; also while a choice is looked at."""
        if not self.choice and not answer_choice(answer):
            self._mine = answer.activation, answer.initializer, answer.is_start
            self._own_ratio = answer.first_to_last
        return self._mine

    _mine = ("", "", True)
    _own_ratio = float("nan")

    def _choice_rows(self, answer: DepthAnswer) -> list[tuple[str, str, float]]:
        activation, initializer, is_start = self._own(answer)
        yours = _("example") if self.example else _("yours") if is_start else _("yours, now")
        name = f"{activation.replace('_', ' ')}, {_start_name(initializer)} ({yours})"
        rows = [(" ", name, self._own_ratio)]
        names = choice_names()
        for place, one in enumerate(self._choices()):
            rows.append((str(place + 1), names[one.name], one.ratio))
        return rows

    def _chosen(self, answer: DepthAnswer) -> int:
        names = [one.name for one in self._choices()]
        return names.index(self.choice) + 1 if self.choice in names else 0

    # Words

    def describe(self) -> tuple[str, str]:
        answer = self.answer
        assert answer is not None
        shapes = answer.sizes[1:-1]
        units = str(shapes[0]) if len(set(shapes)) == 1 else "-".join(map(str, shapes))
        when = _("at its start") if answer.is_start else _("epoch {epoch}").format(epoch=answer.epoch)
        what = ngettext(
            "{data} · {count} hidden {activation} layer of {units} · {when}",
            "{data} · {count} hidden {activation} layers of {units} · {when}", len(shapes),
        ).format(
            data=answer.data, count=len(shapes), activation=answer.activation.replace("_", " "), units=units, when=when
        )  # fmt: skip
        state = _("example") if self.example else _("a copy with choice {number}").format(
            number=self._chosen(answer)
        ) if self.choice else ""  # fmt: skip
        return what, state

    def titles(self) -> dict[str, tuple[str, str]]:
        answer = self.answer
        assert answer is not None
        done = "" if answer.is_whole else f"{answer.done}/{answer.total}"
        last = f"‖δ {len(answer.layers)}‖" if len(answer.layers) > 1 else _("‖δ of the output‖")
        return {
            "layers": (_("Signal through depth · first layer to last"), ""),
            "why": (_("Why · one factor = f′ · the weights"), ""),
            "choices": (_("Other choices · ‖δ 1‖/{last} at their start").format(last=last), done),
            "curve": (_("‖δ‖ over the layers · logarithmic"), ""),
        }

    def explain(self) -> tuple[str, str, tuple[str, ...]]:
        answer = self.answer
        assert answer is not None
        layer = answer.layers[self.at]
        name = _("layer {number} of {count}: ‖δ‖ {norm}").format(
            number=self.at + 1, count=len(answer.layers), norm=power(layer.norm)
        )
        facts = (_("{share:.0f} % of its δ are 0").format(share=100 * layer.zeros),) if layer.zeros else ()
        return name, _("ratio: handed on, 1 is healthy"), facts

    def tell(self) -> str:
        answer = self.answer
        assert answer is not None
        if self.example and not self.has_hidden:
            return _("an example, since your network has no hidden layer (set some on Train)")
        if self.choice:
            return _("enter keeps this choice for the run, from its reset on; same digit: yours")
        told = _("{rows} {part} rows · a digit looks at a copy with that choice, untrained")
        return told.format(rows=answer.rows, part=_(answer.part))

    def words_now(self) -> Mapping[str, str]:
        answer, choices = self.answer, self._choices()
        assert answer is not None
        words = {"example": ("" if not self.has_hidden else N_("yours") if self.example else N_("example"))}
        if len(answer.layers) == 1:
            words["up"] = ""
        if not choices:
            words["try_1"] = ""
        if not self.has_hidden or not any(one.name == self.choice and one.scale == 1 for one in choices):
            words["keep"] = ""
        return words

    # What the keys do

    def action_up(self) -> None:
        self._move(-1)

    def action_down(self) -> None:
        self._move(1)

    def _move(self, by: int) -> None:
        answer = self.answer
        if answer is not None and not answer.problem:
            self.at = (self.at + by) % len(answer.layers)
            self.refresh_page()

    def action_try_1(self) -> None:
        self._try(0)

    def action_try_2(self) -> None:
        self._try(1)

    def action_try_3(self) -> None:
        self._try(2)

    def action_try_4(self) -> None:
        self._try(3)

    def _try(self, place: int) -> None:
        choices = self._choices()
        if place >= len(choices):
            if choices:
                self.say(_("there are choices 1 to {last}").format(last=len(choices)))
            return
        name = choices[place].name
        self.choice = "" if name == self.choice else name
        self.ask_anew()

    def action_keep(self) -> None:
        """Set activation and start of the run, which apply at its reset."""
        chosen = next((one for one in self._choices() if one.name == self.choice), None)
        if chosen is None:
            self.say(_("a digit looks at a choice first; enter then keeps it for the run"))
        elif chosen.scale != 1:
            self.say(_("no hyperparameter multiplies the start by 4: this one is only for looking"))
        elif not self.has_hidden:
            self.say(_("your network has no hidden layer, so it has no activation to choose"))
        else:
            self.session.send(SetHyperparameter("activation", chosen.activation))
            self.session.send(SetHyperparameter("initializer", chosen.initializer))
            told = _("{activation} with {initializer} is set")
            if self.session.snapshot.step:
                told = _("{activation} with {initializer} waits for the reset: r on the Train screen begins again")
            self.say(told.format(activation=chosen.activation, initializer=chosen.initializer.replace("_", " ")))

    def action_toggle_log(self) -> None:
        self.is_log = not self.is_log
        self.refresh_page()

    def action_bench(self) -> None:
        self.host.show("bench")

    def action_example(self) -> None:
        if not self.has_hidden:
            self.say(_("your network has no hidden layer, and the error reaches its only layer as it is"))
            return
        self.example = "" if self.example else EXAMPLE
        self.choice, self.at, self.answer = "", 0, None
        self.ask_anew()


def answer_choice(answer: DepthAnswer) -> str:
    """The choice that an answer is about; "" for the network itself."""
    return answer.question.choice if isinstance(answer.question, DepthSignal) else ""


def _start_name(initializer: str) -> str:
    """The author's name alone, where there is one."""
    known = {"glorot": "Glorot", "he": "He", "lecun": "LeCun"}
    first = initializer.partition("_")[0]
    return known.get(first, _(initializer))
