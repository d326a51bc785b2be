"""The dataset dialog: is the table read as it is meant, what will the network see, what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Offset, Size

from tuitrain.data.dataset import Dataset
from tuitrain.data.review.review import Review, Reviewer
from tuitrain.errors import DataError, TuitrainError
from tuitrain.numbers import memory
from tuitrain.options.data_options import DATA_FIELDS, DataOptions
from tuitrain.text import counted, visible
from tuitrain.translation import gettext as _
from tuitrain.ui.data import choices
from tuitrain.ui.data.choices import ReadingChoice
from tuitrain.ui.data.chosen import ChosenTable
from tuitrain.ui.data.dataset_rows import DatasetLayout, DatasetStatus
from tuitrain.ui.data.drawn_pane import DrawnPane
from tuitrain.ui.data.keys import COLUMNS, DATASET_ACTIONS, FILE
from tuitrain.ui.data.table_reading import TableReading
from tuitrain.ui.data.table_view import TableView
from tuitrain.ui.keys import Action, bindings
from tuitrain.ui.plots.lines import cut, cut_words
from tuitrain.ui.widgets.explain_row import ExplainRow
from tuitrain.ui.widgets.footer import Footer
from tuitrain.ui.widgets.help_page import HelpPage
from tuitrain.ui.widgets.page import OverPage
from tuitrain.ui.widgets.pane_screen import PlacedScreen
from tuitrain.ui.widgets.prompt_dialog import PromptDialog
from tuitrain.ui.widgets.short_list import ShortList
from tuitrain.ui.widgets.text_lines import Lines

WIDEST_NAME = 24  # of a column, in the list of targets


class NotesPage(OverPage):
    """All notices; the keys that open it close it too."""

    CLOSING = (*OverPage.CLOSING, "M", "exclamation_mark")


@dataclass
class _Cycle:
    """The types of a column that are still to be tried."""

    name: str
    left: list[str | None]


class DatasetScreen(PlacedScreen, inherit_bindings=False):
    """Shows how a source is read, and lets one change it; calls `chosen` with the dataset to train on.

    `options` are what was chosen before; `keep` is called with those of now after each change. `first` is a review of
    the first rows, or of all, if there is one already; `problem` says why it cannot be read. `said` is what was wrong
    with other options.
    """

    ACTIONS: ClassVar[tuple[Action, ...]] = DATASET_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(DATASET_ACTIONS)]
    DEFAULT_CSS = "DatasetScreen { overflow: hidden hidden; }"

    def __init__(
        self, reviewer: Reviewer, options: DataOptions, *, chosen: Callable[[Dataset], object],
        keep: Callable[[DataOptions], object] = lambda options: None, first: Review | None = None, problem: str = "",
        said: str = "",
    ) -> None:  # fmt: skip
        super().__init__(DatasetLayout(lambda size: self.view.lines_of(size)))  # noqa: PLW0108 - there is no view yet
        self.view = TableView(self.look, reviewer, first, problem)
        self.reviewer, self.choices = reviewer, ChosenTable(options)
        self._answer, self._keep = chosen, keep
        self.reading = TableReading(self, reviewer, took=self._took, failed=self._failed, ticked=self._redraw_rows)
        self._trains_when_read, self._said = False, said
        self._cycle: _Cycle | None = None
        if first is not None:
            self.choices.see(first)

    def compose(self) -> ComposeResult:
        theme, view = self.look, self.view
        self.header = Lines(id="header")
        self.explain_row = ExplainRow(theme, id="explain")
        self.status = DatasetStatus(theme, id="status")
        self.footer = Footer(theme, self.ACTIONS, id="footer")
        self.help = HelpPage(theme, self.ACTIONS, ((COLUMNS,), (FILE,)), id="help")
        self.notes = NotesPage(view.note_lines, id="notes")
        self.too_small = Lines(id="too_small")
        draw = {
            "columns": view.draw_columns, "about": view.draw_about, "reading": view.draw_reading,
            "network": view.draw_network, "checks": view.draw_checks,
        }  # fmt: skip
        self.panes = {name: DrawnPane(theme, drawer, id=name) for name, drawer in draw.items()}
        for name, pane in self.panes.items():
            pane.can_focus = name == "columns"
        self.form = self.panes["columns"]
        yield from (self.header, *self.panes.values(), self.explain_row, self.status, self.footer)
        yield from (self.help, self.notes, self.too_small)

    def on_mount(self) -> None:
        self.form.focus()
        self.place_children(self.app.size)
        review = self.view.review
        if not self.view.problem and (review is None or review.is_partial):
            self._read()
        if self._said:
            self.status.say(self._said, is_error=True)

    def on_unmount(self) -> None:
        self.reading.cancel()

    def place_children(self, size: Size) -> None:
        super().place_children(size)
        self.place_framed(self.panes, size)

    def after_arranging(self) -> None:
        self.redraw()

    # Reading

    def _read(self) -> None:
        """Read the table by the options of now."""
        self._keep(self.choices.options)
        self.reading.begin(self.choices.options)
        self.redraw()

    def _took(self, review: Review) -> None:
        self.choices.see(review)
        self.view.show(review)
        self.place_children(self.size)
        self.redraw()
        if self.reading.is_reading:
            return  # these were the first rows
        self._cycle = None
        if self._trains_when_read:
            self._trains_when_read = False
            self.action_train()

    def _failed(self, error: BaseException) -> None:
        text = str(error)
        if not isinstance(error, TuitrainError):
            text = _("cannot be read: {name}: {error}").format(name=type(error).__name__, error=error)
        if self._cycle is not None:  # this type does not fit
            self.status.say(text, is_error=True)
            self.choices.undo()
            self._try_type(self._cycle)
            return
        self._trains_when_read = False
        self.view.problem, self.view.encoding = text, self.choices.options.encoding
        self.place_children(self.size)
        self.redraw()
        if not isinstance(error, TuitrainError):
            app: Any = self.app
            app.paint_all()  # a library that panics has written over the screen

    # Drawing

    def redraw(self) -> None:
        """Draw everything anew."""
        if not self.is_mounted or self.is_too_small:
            return
        self.view.move_to(self.view.at)  # in sight, also at another size
        for pane in self.panes.values():
            if pane.display and pane.size.area:
                pane.redraw()
        for name, (title, note) in self.view.titles().items():
            self.panes[name].set_title(title, note)
        self._redraw_rows()

    def _redraw_rows(self) -> None:
        """The first row and the last three."""
        theme, review = self.look, self.view.review
        head = f" tuitrain {theme.plain('›')} {_('Dataset')}   "
        facts = [visible(self.reviewer.source.rpartition("/")[2], 40)]
        facts += [memory(self.reviewer.size)] if self.reviewer.size else []
        state = ""
        if review is not None and not self.view.problem:
            rows = f"{len(review.table):,}" + "+" * review.is_partial
            facts.append(_("{rows} rows × {columns}").format(rows=rows, columns=len(review.table.columns)))
            state = _("{place} of {count}").format(place=self.view.at + 1, count=len(review.table.columns))
        about = theme.plain(f" {theme.signs.dot} ".join(facts))
        room = self.size.width - cell_len(head) - cell_len(state) - 3
        self.header.put([
            (head, theme["title"]), (cut(about, max(room, 0), theme=theme), theme["plain"]), None,
            (f" {state} ", theme["plain"]),
        ])  # fmt: skip
        name, meaning, more, role = self.view.explained()
        self.explain_row.explain(name, meaning, more, role=role)
        self._tell()
        asks = review is not None and bool(review.asks)
        without = [] if self.reviewer.is_text else ["header", "encoding", "delimiter"]
        without += [] if self.view.has_columns else ["train", "type", "leave_out", "target", "find"]
        words = {"train": _("answer") if asks else _("train")}
        self.footer.say_now({**words, **dict.fromkeys(without, "")})

    def _tell(self) -> None:
        """What the second row from below says."""
        review, view = self.view.review, self.view
        if self.reading.is_worth_telling or (self.reading.is_reading and (review is None or bool(view.problem))):
            self.status.tell([self.reading.text(self.look)])
            return
        if review is None or view.problem:
            self.status.tell([""])
            return
        notices = view.hidden_checks + len(review.table.notices)
        right = _("{notices}: M").format(notices=counted(notices, "notice")) if notices else ""
        if review.asks:
            asking = _("{questions}: enter answers, before you train")
            self.status.tell([asking.format(questions=counted(len(review.asks), "question"))], right)
        elif view.is_large:
            options = review.command_line
            self.status.tell([_("option for the command line: {options}").format(options=options), options], right)
        else:
            counts, dot = view.counts(), f" {self.look.signs.dot} "
            self.status.tell([counts + dot + review.command_line, counts], right)

    # Keys

    def say(self, text: str) -> None:
        self.status.say(text)

    def key_pressed(self) -> None:
        self.status.key_pressed()

    def selected_word(self) -> tuple[str, str, str]:
        return "dataset", "", ""

    def asked_in(self) -> str:
        return _("the dataset dialog")

    def _move_to(self, place: int) -> None:
        if self.view.has_columns:
            self.view.move_to(place)
            self.redraw()

    def action_up(self) -> None:
        self._move_to(self.view.at - 1)

    def action_down(self) -> None:
        self._move_to(self.view.at + 1)

    def action_page(self, pages: int) -> None:
        self._move_to(self.view.at + pages * max(1, self.view.rows_shown() - 1))

    def action_first(self) -> None:
        self._move_to(0)

    def action_last(self) -> None:
        self._move_to(len(self.view.review.table.columns) if self.view.review is not None else 0)

    def action_notes(self) -> None:
        """Show all that is known."""
        self.notes.border_title = _("Before you train, and all notices (esc closes)")
        self.notes.scroll_home(animate=False)
        self.turn_to(self.notes)
        self.notes.redraw()

    def action_quit(self) -> None:
        """Give up what is being read; else back to where one was."""
        if not self.reading.cancel():
            self.app.pop_screen()
            return
        self._trains_when_read, self._cycle = False, None
        if self.view.review is None:
            self.view.problem = _("given up before it was read")
        self.say(_("given up; enter reads it all"))
        self.redraw()

    def action_undo(self) -> None:
        if self.choices.undo():
            self._read()
        else:
            self.say(_("there is nothing to take back"))

    def _change(self, **values: Any) -> None:
        if self.choices.change(**values):
            self._read()

    def action_leave_out(self) -> None:
        """Leave the selected column out, or take it back."""
        if not self.view.has_columns or self.view.review is None:
            return
        name, fate = self.view.selected, self.view.review.fates[self.view.selected]
        if fate.is_target:
            self.say(_("{name} is to be predicted; y chooses another target").format(name=visible(name, 30)))
        elif fate.is_left_out and not fate.is_chosen:
            self.say(fate.text)
        else:
            self.choices.toggle(name)
            self._read()

    def action_type(self) -> None:
        """Go on to the next type that fits."""
        if not self.view.has_columns or self.view.review is None:
            return
        name = self.view.selected
        if not self.reviewer.has_types:
            self.say(_("the types of this dataset's columns are known"))
        elif self.view.review.fates[name].is_chosen:
            self.say(_("it is left out; x takes it back"))
        elif types := self.choices.next_types(self.view.review, name):
            self._cycle = _Cycle(name, types)
            self._try_type(self._cycle)
        else:
            self.say(_("no other type fits {name}").format(name=visible(name, 30)))

    def _try_type(self, cycle: _Cycle) -> None:
        """Read the column by the next type; where there is none, as before."""
        if cycle.left:
            self.choices.set_type(cycle.name, cycle.left.pop(0))
        else:
            self._cycle = None
        self._read()

    def action_find(self) -> None:
        """Go to the next column whose name holds what is typed."""
        if not self.view.has_columns or self.view.review is None:
            return
        names, at = self.view.review.table.names, self.view.at

        def read(text: str) -> int:
            word = text.strip().lower()
            order: list[int] = [*range(at + 1, len(names)), *range(at + 1)]
            for place in order:
                if word and word in names[place].lower():
                    return place
            raise DataError(_("no column is called so"))

        def answered(place: int | None) -> None:
            if place is not None:
                self._move_to(place)

        self.open(PromptDialog(self.look, _("Find a column"), "", read), answered)

    def action_train(self) -> None:
        """Train on it; before that, let be answered what is asked."""
        review = self.view.review
        if self.reading.is_reading:
            self._trains_when_read = True
            self.say(_("it is trained on as soon as it is read; esc gives up"))
        elif review is None or self.view.problem:
            self.status.say(self.view.problem, is_error=True)
        elif review.asks:
            self._ask_question(review)
        elif review.dataset is not None:
            self.app.pop_screen()
            self._answer(review.dataset)
        elif review.is_partial:
            self._trains_when_read = True
            self._read()
        else:
            self.status.say(review.problem, is_error=True)

    # Short lists

    def action_target(self) -> None:
        """Choose the target from the columns that may be one."""
        review = self.view.review
        if review is None or not self.view.has_columns:
            return
        names = [candidate.name for candidate in review.candidates]
        if not names:
            self.say(_("no column can be predicted"))
            return
        width = min(WIDEST_NAME, max(map(cell_len, names)))
        rows = []
        for candidate in review.candidates:
            shown = cut(self.look.plain(visible(candidate.name, 60)), width, theme=self.look)
            rows.append(f"{shown}{' ' * (width - cell_len(shown))}  {candidate.what}")
        chosen = names.index(self.view.selected) if self.view.selected in names else 0
        self._list(_("What is to be predicted?"), rows, chosen, lambda place: self._change(target=names[place]))

    def action_header(self) -> None:
        self._offer(_("Header"), choices.headers(), "h")

    def action_encoding(self) -> None:
        self._offer(_("Encoding"), choices.encodings(self.reviewer.source), "e")

    def action_delimiter(self) -> None:
        self._offer(_("Delimiter"), choices.delimiters(), "d")

    def action_numbers(self) -> None:
        self._offer(_("Numbers"), choices.numbers(), "n")

    def action_missing(self) -> None:
        self._offer(_("Words for missing"), choices.missing_words(), "m")

    def _ask_question(self, review: Review) -> None:
        """Offer the answers to the selected column's question, or else to the first one."""
        asking = review.asks
        column = next((one for one in asking if one.name == self.view.selected), asking[0])
        self._move_to(review.table.names.index(column.name))
        title = cut_words(column.question, self.size.width - 12, theme=self.look)
        self._offer(title, choices.answers(column, self.choices.options), "")

    def _offer(self, title: str, offered: Sequence[ReadingChoice], key: str) -> None:
        """List choices; the one that is set is under the cursor."""
        if not self.reviewer.is_text:
            self.say(_("this holds for text files; here nothing about it is guessed"))
            return
        options = self.choices.options
        chosen = next((place for place, choice in enumerate(offered) if choice.is_set(options)), 0)

        def then(place: int) -> None:
            choice = offered[place]
            if choice.asks:
                self._ask_for(choice.asks)
            else:
                self._change(**choice.options)

        self._list(title, [choice.text for choice in offered], chosen, then, key=key)

    def _list(
        self, title: str, rows: Sequence[str], chosen: int, then: Callable[[int], object], *, key: str = ""
    ) -> None:
        def answered(place: int | None) -> None:
            if place is not None:
                then(place)

        self.open(ShortList(self.look, title, rows, at=self._line_of(key), chosen=chosen), answered)

    def _line_of(self, key: str) -> Offset:
        """Where a list opens: below the selected column, or beside the line about a part of the reading."""
        boxes, review = self.arrangement.boxes(self.size), self.view.review
        if key and "reading" in boxes and review is not None:
            place = next((number for number, item in enumerate(review.evidence) if item.key == key), 0)
            return Offset(12, boxes["reading"].y + 2 + place)
        if key and "about" in boxes:
            return Offset(10, boxes["about"].y + 1)
        return Offset(15, boxes["columns"].y + 3 + self.view.at - self.view.top)

    def _ask_for(self, name: str) -> None:
        """Let a value be typed."""
        spec, value = DATA_FIELDS[name], getattr(self.choices.options, name)

        def read(text: str) -> Any:
            try:
                return (spec.parse(text),)
            except ValueError as error:
                raise DataError(str(error)) from error

        def answered(found: Any) -> None:
            if found is not None:
                self._change(**{name: found[0]})

        text = "" if value is None else spec.format(value)
        self.open(PromptDialog(self.look, _(spec.label), text, read, hints=(spec.allowed, _(spec.meaning))), answered)
