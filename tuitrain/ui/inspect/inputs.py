"""Inputs: a linear model's coefficients and support vectors, and for any network how much each column matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from tuitrain.session.asked.inputs import (
    ImportanceAnswer,
    InputImportance,
    LinearAnswer,
    LinearModel,
    OtherC,
    SupportAnswer,
    SupportVectors,
)
from tuitrain.session.questions import Answer, Question
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect import input_tables as tables
from tuitrain.ui.inspect.page import InsidePage, everywhere_on_pages, page_bindings
from tuitrain.ui.keys import PANE, Action
from tuitrain.ui.plots.figures import decimal
from tuitrain.ui.plots.lines import cut, line
from tuitrain.ui.theme import Role

_ROW = ("↑ ↓ j k", "another line")
_OUTPUT = ("[ ]", "another class")
BELOW = 8  # rows of the pane below, with its frame
Part = Literal["coefficients", "support", "importance"]

INPUTS_ACTIONS = (
    Action("up", ("up", "k"), "↑ k", "line", "the line above", "page", 99, pair=_ROW),
    Action("down", ("down", "j"), "↓ j", "", "the line below", "page", pair=_ROW),
    Action("next_part", ("tab",), "tab", "part", "next part", "page", 97, pair=PANE),
    Action("previous_part", ("shift+tab",), "shift+tab", "", "previous part", "page", pair=PANE),
    Action("before", ("left_square_bracket",), "[", "class", "the class before", "page", 80, pair=_OUTPUT),
    Action("after", ("right_square_bracket",), "]", "", "the class after", "page", pair=_OUTPUT),
    Action("sort", ("s",), "s", "sort", "sort by size, or as in the table", "page", 90),
    Action("large", ("enter",), "enter", "list", "support vectors drawn, or listed", "page", 70),
    Action("example", ("x",), "x", "units", "units: what each has learnt", "page", 60),
    *everywhere_on_pages(),
)


class InputsPage(InsidePage, inherit_bindings=False):
    """What the inputs do: coefficients, support vectors, importance."""

    NAME = "inputs"
    TITLE_TEXT = N_("Inputs")
    ACTIONS = INPUTS_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = page_bindings(INPUTS_ACTIONS)
    PARTS = ("table", "about")

    def __init__(self, look: Any) -> None:
        super().__init__(look)
        h = self.trainer.snapshot.hyperparameters
        self.is_linear = not h.hidden_layers
        self.tabs: tuple[Part, ...] = ("importance",)
        if self.is_linear:
            is_svm = h.loss == "hinge" and len(self.trainer.snapshot.dataset.class_names) == 2
            self.tabs = ("coefficients", "support", "importance") if is_svm else ("coefficients", "importance")
        self.part: Part = self.tabs[0]
        self.at, self.output = 0, 0
        self.by_name = self.is_listed = False

    def question(self) -> Question:
        kinds: dict[Part, type[Question]] = {
            "coefficients": LinearModel, "support": SupportVectors, "importance": InputImportance
        }  # fmt: skip
        return kinds[self.part](copy=self.copy)

    def took_answer(self) -> None:
        if isinstance(self.answer, LinearAnswer):
            self.output = min(self.output, len(self.answer.outputs) - 1)
        self.at = min(self.at, max(self._count(self.answer) - 1, 0))

    def _count(self, answer: Answer | None) -> int:
        """How many lines the table has."""
        if isinstance(answer, LinearAnswer):
            return len(answer.inputs)
        if isinstance(answer, ImportanceAnswer):
            return len(answer.columns)
        return len(answer.rows) if isinstance(answer, SupportAnswer) else 0

    def selected_word(self) -> tuple[str, str, str]:
        words: dict[Part, str] = {
            "coefficients": "coefficients", "support": "support vectors", "importance": "permutation importance"
        }  # fmt: skip
        return words[self.part], "", ""

    # Drawing

    def boxes(self, area: Region) -> dict[str, Region]:
        table = Region(area.x, area.y, area.width, area.height - BELOW + 1)
        return {"table": table, "about": Region(area.x, table.bottom - 1, area.width, BELOW)}

    def draw_part(self, name: str, width: int, height: int) -> Sequence[Strip]:
        answer, theme = self.answer, self.look
        if name == "about":
            texts = self._about(answer, width)
            return [
                line(width, [(f" {cut(theme.formula(text), width - 2, theme=theme)}", theme[role])])
                for text, role in texts
            ][:height]
        if isinstance(answer, LinearAnswer):
            order = tables.coefficient_order(answer, self.output, by_name=self.by_name)
            return tables.draw_coefficients(width, height, answer, self.output, order, self.at, theme=theme)
        if isinstance(answer, ImportanceAnswer):
            order = tables.importance_order(answer, by_name=self.by_name)
            return tables.draw_importance(width, height, answer, order, self.at, theme=theme)
        assert isinstance(answer, SupportAnswer)
        if len(answer.points) and not self.is_listed:
            return tables.draw_support_plane(width, height, answer, theme=theme)
        return tables.draw_support_list(width, height, answer, self.at, theme=theme)

    def _about(self, answer: Answer | None, width: int) -> list[tuple[str, Role]]:
        if isinstance(answer, LinearAnswer):
            return self._about_linear(answer, width)
        if isinstance(answer, SupportAnswer):
            return _about_support(answer)
        assert isinstance(answer, ImportanceAnswer)
        return [
            (_("rise of the {part} loss, {base}, with a column permuted over the rows").format(
                part=_(answer.part), base=decimal(answer.base)), "plain"),
            (_("mean ± deviation of {repeats} permutations; levels of a category move together").format(
                repeats=answer.question.repeats if isinstance(answer.question, InputImportance) else 5), "plain"),
            (_("a rise within its deviation of 0: the network does not need this column"), "dim"),
            (_("columns that say the same share their importance: each can look unneeded"), "dim"),
            (_("it says what this network uses, not what causes the target"), "dim"),
        ]  # fmt: skip

    def _about_linear(self, answer: LinearAnswer, width: int) -> list[tuple[str, Role]]:
        scores = "   ".join(f"{_(part)} {decimal(value, 3)}" for part, value in answer.scores.items())
        intercept = _("intercept {value}").format(value=tables.figure(float(answer.intercepts[self.output])))
        if len(answer.exact):
            intercept += _("   least squares: {value}").format(value=tables.figure(float(answer.exact_intercepts[0])))
        meanings = {
            "value": _("changes by: what one more deviation of the input changes {name} by"),
            "log-odds": _("{name} in log-odds; changes by: what one more deviation adds to them"),
            "score": _("{name}: a score, the largest wins; changes by: what one more deviation adds"),
        }
        last = _("R² measures the fit, it is no parameter; exact: least squares")
        if answer.score != "R²":
            last = _("accuracy measures the fit, it is no parameter")
        return [
            (tables.equation(answer, self.output, width - 2), "bold"),
            (intercept, "plain"),
            (f"{answer.score}   {scores}", "plain"),
            (meanings[answer.what].format(name=answer.outputs[self.output]), "dim"),
            (last, "dim"),
            (_("correlated inputs: single coefficients are uncertain, their sum is not"), "dim"),
        ]  # fmt: skip

    # Words

    def describe(self) -> tuple[str, str]:
        answer = self.answer
        data = self.trainer.snapshot.dataset.name
        assert answer is not None
        what = _("{data} · linear model · epoch {epoch}") if self.is_linear else _("{data} · epoch {epoch}")
        text = what.format(data=data, epoch=answer.epoch)
        if isinstance(answer, LinearAnswer) and len(answer.outputs) > 1:
            text += _(" · class {name}, {place} of {count}").format(
                name=answer.outputs[self.output], place=self.output + 1, count=len(answer.outputs)
            )
        return text, ""

    def titles(self) -> dict[str, tuple[str, str]]:
        answer = self.answer
        assert answer is not None
        names = {
            "coefficients": _("coefficients"), "support": _("support vectors"),
            "importance": _("Importance of the inputs") if len(self.tabs) == 1 else _("importance of the inputs"),
        }  # fmt: skip
        bar = f" {self.look.signs.bar} "
        tabs = (("▸" if tab == self.part else "") + names[tab] for tab in self.tabs)
        rows, count = max(self.panes["table"].size.height - 1, 1), self._count(answer)
        note = _("{shown} of {count} shown").format(shown=rows, count=count) if count > rows else ""
        if not answer.is_whole:
            note = f"{answer.done}/{answer.total}"
        about = {
            "coefficients": _("The model in the data's own units"), "support": _("Margin · what C changes"),
            "importance": _("How it is measured"),
        }  # fmt: skip
        return {"table": (bar.join(tabs), note), "about": (about[self.part], "")}

    def explain(self) -> tuple[str, str, tuple[str, ...]]:
        answer = self.answer
        if isinstance(answer, LinearAnswer):
            place = tables.coefficient_order(answer, self.output, by_name=self.by_name)[self.at]
            told = _("one more unit of it changes {name} by {value}, others kept").format(
                name=answer.outputs[self.output],
                value=tables.figure(float(answer.coefficients[self.output, place]), signed=True),
            )
            return answer.inputs[place], told, ()
        if isinstance(answer, SupportAnswer):
            if not len(answer.rows):
                return _("support vectors"), _("there are none"), ()
            told = _("t z {value}: {where}; without it the line would be another")
            tz = float(answer.tz[self.at])
            where = tables.where_it_lies(tz)[0]
            return (
                _("row {row}").format(row=int(answer.rows[self.at])),
                told.format(value=tables.two_digits(tz), where=where),
                (),
            )
        assert isinstance(answer, ImportanceAnswer)
        place = tables.importance_order(answer, by_name=self.by_name)[self.at]
        told = _("the loss rises by {rise} ± {deviation} without what it tells")
        rise, deviation = (decimal(float(one[place])) for one in (answer.rises, answer.deviations))
        return answer.columns[place], told.format(rise=rise, deviation=deviation), ()

    def tell(self) -> str:
        answer = self.answer
        if isinstance(answer, ImportanceAnswer):
            return _("on {rows} {part} rows; nothing is trained").format(rows=answer.rows, part=_(answer.part))
        if isinstance(answer, SupportAnswer):
            return _("a row that is no support vector could be left out: the same line comes out")
        return _("coefficients and intercept are the parameters: training finds them")

    def words_now(self) -> Mapping[str, str]:
        answer, words = self.answer, {}
        if len(self.tabs) == 1:
            words["next_part"] = ""
        if not isinstance(answer, LinearAnswer) or len(answer.outputs) == 1:
            words["before"] = ""
        if isinstance(answer, SupportAnswer):
            words["sort"] = ""
        if not isinstance(answer, SupportAnswer) or not len(answer.points):
            words["large"] = ""
        elif self.is_listed:
            words["large"] = N_("draw")
        return words

    # What the keys do

    def action_up(self) -> None:
        self._move(-1)

    def action_down(self) -> None:
        self._move(1)

    def _move(self, by: int) -> None:
        count = self._count(self.answer)
        if count:
            self.at = (self.at + by) % count
            self.refresh_page()

    def action_next_part(self) -> None:
        self._turn_part(1)

    def action_previous_part(self) -> None:
        self._turn_part(-1)

    def _turn_part(self, by: int) -> None:
        if len(self.tabs) == 1:
            self.say(_("coefficients are those of a network without hidden layers"))
            return
        self.part = self.tabs[(self.tabs.index(self.part) + by) % len(self.tabs)]
        self.at, self.answer = 0, None
        self.ask_anew()

    def action_before(self) -> None:
        self._turn_output(-1)

    def action_after(self) -> None:
        self._turn_output(1)

    def _turn_output(self, by: int) -> None:
        if not isinstance(self.answer, LinearAnswer) or len(self.answer.outputs) == 1:
            self.say(_("there is one output"))
            return
        self.output = (self.output + by) % len(self.answer.outputs)
        self.refresh_page()

    def action_sort(self) -> None:
        self.by_name = not self.by_name
        self.refresh_page()

    def action_large(self) -> None:
        if not isinstance(self.answer, SupportAnswer) or not len(self.answer.points):
            self.say(self._nothing_large())
            return
        self.is_listed = not self.is_listed
        self.refresh_page()

    def _nothing_large(self) -> str:
        """Why enter draws or lists nothing here."""
        if isinstance(self.answer, SupportAnswer):
            return _("the support vectors are drawn for two inputs; here they are listed")
        if "support" in self.tabs:
            return _("enter draws or lists the support vectors; tab shows them")
        return _("only a linear model of two classes under hinge has support vectors to list")

    def action_quit(self) -> None:
        """Back to the room; where there are no units, the page on them has only been on the way."""
        app = self.app
        app.pop_screen()
        if self.is_linear and getattr(app.screen, "NAME", "") == "units":
            app.pop_screen()

    def action_example(self) -> None:
        """The page on units, with its example where one's own network has none."""
        if getattr(self.app.screen_stack[-2], "NAME", "") == "units":
            self.app.pop_screen()
        else:
            self.host.show("units")


def _about_support(answer: SupportAnswer) -> list[tuple[str, Role]]:
    told = _("{count} of {rows} rows are support vectors (t z ≤ {edge:g}) · margin 2/‖w‖ {margin}").format(
        count=answer.count, rows=answer.of_rows, edge=1 + answer.tolerance, margin=decimal(answer.margin, 3)
    )
    copies = _("copies trained for {epochs} epochs").format(epochs=answer.epochs)
    head = f"{'C':>10}{_('vectors'):>12}{_('margin'):>10}{_('accuracy'):>11}   {copies}"
    last = _("small C: wide margin, many vectors, more regularised (inputs standardised)")
    return [(told, "bold"), (head, "dim"), *((_row_of_c(one), "plain") for one in answer.others), (last, "dim")]


def _row_of_c(one: OtherC) -> str:
    if not one.count:
        return f"{one.C:>10.4g}" + _("   is being trained")
    return f"{one.C:>10.4g}{one.count:>12}{decimal(one.margin, 3):>10}{decimal(one.accuracy, 3):>11}"
