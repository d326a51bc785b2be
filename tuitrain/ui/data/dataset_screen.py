"""The dataset dialog: is the table read as it is meant, what will the network see, what is wrong with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Offset, Region, Size
from textual.strip import Strip
from textual.timer import Timer

from tuitrain.data.dataset import Dataset
from tuitrain.data.review.review import Review, Reviewer
from tuitrain.errors import DataError, TuitrainError
from tuitrain.numbers import memory
from tuitrain.options.data_options import DATA_FIELDS, DataOptions
from tuitrain.text import counted, visible
from tuitrain.translation import gettext as _
from tuitrain.translation import ngettext
from tuitrain.ui.data import about_lines, choices, column_table
from tuitrain.ui.data.choices import Choice
from tuitrain.ui.data.chosen import Chosen
from tuitrain.ui.data.drawn_pane import DrawnPane
from tuitrain.ui.data.keys import COLUMNS, DATASET_ACTIONS, FILE
from tuitrain.ui.data.loading_bar import loading_text
from tuitrain.ui.data.short_list import ShortList
from tuitrain.ui.keys import Action, bindings
from tuitrain.ui.plots.lines import cut, cut_words, line, wrapped
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.background import Beside
from tuitrain.ui.widgets.explain_row import ExplainRow
from tuitrain.ui.widgets.footer import Footer
from tuitrain.ui.widgets.frame import share_lines
from tuitrain.ui.widgets.help_page import HelpPage
from tuitrain.ui.widgets.layout import LAST_ROWS, SMALLEST, PlacedLayout
from tuitrain.ui.widgets.page import OverPage
from tuitrain.ui.widgets.pane_screen import PlacedScreen
from tuitrain.ui.widgets.prompt_dialog import PromptDialog
from tuitrain.ui.widgets.status_row import StatusRow
from tuitrain.ui.widgets.text_lines import Lines, Piece

HEAD_ROWS = 2000  # that are shown before all are read
LARGE = 1_000_000  # bytes of a file whose first rows are shown before the others are read
TICK = 0.25  # seconds between two looks at the clock
FEW_LINES = 5  # of evidence at 80×24
READING_LINES, NETWORK_LINES, LEAST_CHECKS = 5, 3, 6
LARGE_SIZE = Size(110, 36)
KEYS = {"header": "h", "encoding": "e", "delimiter": "d", "numbers": "n", "missing": "m"}


class DatasetLayout(PlacedLayout):
    """The panes one below the other: the columns, and what `wanted` of them there is room for."""

    def __init__(self, wanted: Callable[[Size], dict[str, int]]) -> None:
        super().__init__()
        self._wanted = wanted

    def boxes(self, size: Size) -> dict[str, Region]:
        """The panes' frames; neighbours share a line."""
        top, found = 1, {}
        for name, lines in self._wanted(size).items():
            found[name] = Region(0, top, size.width, lines + 2)
            top += lines + 1
        return found

    def places(self, size: Size) -> dict[str, Region]:
        width, height = size
        if width < SMALLEST.width or height < SMALLEST.height:
            return {"too_small": size.region}
        bottom = height - len(LAST_ROWS)
        rows = {name: Region(0, bottom + row, width, 1) for row, name in enumerate(LAST_ROWS)}
        framed = {name: place.region for name, place in share_lines(self.boxes(size)).items()}
        return {"header": Region(0, 0, width, 1), **rows, **framed}


class DatasetStatus(StatusRow):
    """What is used and how many features that is, with the options for the command line; or the newest message."""

    def __init__(self, theme: Theme, **rest: Any) -> None:
        super().__init__(theme, **rest)
        self._forms: tuple[str, ...] = ("",)
        self._right = ""

    def tell(self, forms: Sequence[str], right: str = "") -> None:
        """Show the first of the forms that fits while there is no message."""
        self._forms, self._right = tuple(forms), right
        self.redraw()

    def state(self) -> None:
        return None

    def waiting(self) -> str:
        return self._right

    def redraw(self) -> None:
        if self._message:
            super().redraw()
            return
        theme = self._theme
        right = theme.plain(f" {self._right} " if self._right else "")
        room = self.size.width - cell_len(right) - 2
        forms = [theme.plain(form) for form in self._forms]
        text = next((form for form in forms if cell_len(form) <= room), cut(forms[-1], max(room, 1), theme=theme))
        self.put([(f" {text}", theme["plain"]), None, (right, theme["warning"])])


@dataclass
class _Cycle:
    """The types of a column that are still to be tried."""

    name: str
    left: list[str | None]


class DatasetScreen(PlacedScreen, inherit_bindings=False):
    """Shows how a source is read, and lets one change it; calls `chosen` with the dataset to train on.

    `options` are what was chosen before; `keep` is called with those of now after each change. `first` is a review of
    the first rows, or of all, if there is one already; `problem` says why it cannot be read.
    """

    ACTIONS: ClassVar[tuple[Action, ...]] = DATASET_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(DATASET_ACTIONS)]
    DEFAULT_CSS = "DatasetScreen { overflow: hidden hidden; }"

    def __init__(
        self, reviewer: Reviewer, options: DataOptions, *, chosen: Callable[[Dataset], object],
        keep: Callable[[DataOptions], object] = lambda options: None, first: Review | None = None, problem: str = "",
    ) -> None:  # fmt: skip
        super().__init__(DatasetLayout(self._wanted_lines))
        self.reviewer, self.choices = reviewer, Chosen(options)
        self._answer, self._keep = chosen, keep
        self.review, self.problem = first, problem
        if first is not None:
            self.choices.see(first)
        self.at = self._top = 0
        self._beside = Beside(self)
        self._trains_when_read = False
        self._began = 0.0
        self._expected = 0.0
        self._is_reading = False
        self._ticking: Timer | None = None
        self._cycle: _Cycle | None = None
        self._hidden_checks = 0

    # Where things are

    @property
    def _is_large(self) -> bool:
        return self._large(self.size)

    def _large(self, size: Size) -> bool:
        return size.width >= LARGE_SIZE.width and size.height >= LARGE_SIZE.height

    def _wanted_lines(self, size: Size) -> dict[str, int]:
        """Lines of each pane within the frames."""
        area = size.height - 1 - len(LAST_ROWS)
        if not self._large(size) or self.review is None or self.problem:
            few = FEW_LINES + max(0, size.height - SMALLEST.height) // 3
            return {"columns": area - few - 3, "about": few}
        left = area - 5 - READING_LINES - NETWORK_LINES
        needed = len(about_lines.check_rows(self.review, size.width - 2, theme=self.look))
        columns = min(len(self.review.table.columns) + 4, left - min(max(needed, LEAST_CHECKS), left // 2))
        return {
            "columns": columns, "reading": READING_LINES, "network": NETWORK_LINES, "checks": left - columns
        }  # fmt: skip

    def compose(self) -> ComposeResult:
        theme = self.look
        self.header = Lines(id="header")
        self.explain_row = ExplainRow(theme, id="explain")
        self.status = DatasetStatus(theme, id="status")
        self.footer = Footer(theme, self.ACTIONS, id="footer")
        self.help = HelpPage(theme, self.ACTIONS, ((COLUMNS,), (FILE,)), id="help")
        self.notes = OverPage(self._note_lines, id="notes")
        self.too_small = Lines(id="too_small")
        draw = {
            "columns": self._draw_columns, "about": self._draw_about, "reading": self._draw_reading,
            "network": self._draw_network, "checks": self._draw_checks,
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
        if self.review is None or self.review.is_partial:
            self._read()

    def on_unmount(self) -> None:
        self._beside.cancel()

    def place_children(self, size: Size) -> None:
        super().place_children(size)
        frames = share_lines(self.arrangement.boxes(size)) if not self.is_too_small else {}
        for name, pane in self.panes.items():
            if name in frames:
                pane.take_place(frames[name])
            pane.refresh(layout=True)

    def after_arranging(self) -> None:
        self.redraw()

    # Reading

    def _read(self) -> None:
        """Read the table by the options of now, the first rows of a large file before the others."""
        options = self.choices.options
        self._keep(options)
        self._began, self._is_reading = time.monotonic(), True
        if self._ticking is None:
            self._ticking = self.set_interval(TICK, self._tick)
        if self.reviewer.size > LARGE and not self.reviewer.has_read(options):
            self._begin(lambda: self.reviewer.review(options, most_rows=HEAD_ROWS), self._took_head)
        else:
            self._expected = 0.0 if self.review is None else self.review.seconds * (not self.review.is_partial)
            self._begin(lambda: self.reviewer.review(options), self._took)

    def _begin(self, work: Callable[[], Review], then: Callable[[Review], object]) -> None:
        self._beside.begin(work, then, self._failed)
        self.redraw()

    def _took_head(self, review: Review) -> None:
        if not review.is_partial:
            self._took(review)
            return
        options = self.choices.options
        self._expected = self.reviewer.expected_seconds(review)
        self._show(review)
        self._begin(lambda: self.reviewer.review(options), self._took)

    def _took(self, review: Review) -> None:
        self._stop_ticking()
        self._cycle = None
        self._show(review)
        if self._trains_when_read:
            self._trains_when_read = False
            self.action_train()

    def _show(self, review: Review) -> None:
        self.review, self.problem = review, ""
        self.choices.see(review)
        self.at = min(self.at, max(0, len(review.table.columns) - 1))
        self.place_children(self.size)
        self.redraw()

    def _failed(self, error: BaseException) -> None:
        self._stop_ticking()
        text = str(error)
        if not isinstance(error, TuitrainError):
            text = _("cannot be read: {name}: {error}").format(name=type(error).__name__, error=error)
        if self._cycle is not None:  # this type does not fit
            self.status.say(text, is_error=True)
            self.choices.undo()
            self._try_type(self._cycle)
            return
        self._trains_when_read = False
        self.problem = text
        self.place_children(self.size)
        self.redraw()
        if not isinstance(error, (TuitrainError, MemoryError)):
            app: Any = self.app
            app.paint_all()  # a library that panics has written over the screen

    def _stop_ticking(self) -> None:
        self._is_reading = False
        if self._ticking is not None:
            self._ticking.stop()
            self._ticking = None

    def _tick(self) -> None:
        if self._is_reading:
            self._redraw_rows()

    # Drawing

    def redraw(self) -> None:
        """Draw everything anew."""
        if not self.is_mounted or self.is_too_small:
            return
        self._keep_in_sight()
        for name, (title, note) in self._titles().items():
            self.panes[name].set_title(title, note)
        for pane in self.panes.values():
            if pane.display and pane.size.area:
                pane.redraw()
        self._redraw_rows()

    def _titles(self) -> dict[str, tuple[str, str]]:
        review = self.review
        columns = _("Columns")
        if review is not None and not self.problem:
            out = sum(fate.is_left_out for fate in review.fates.values())
            used = len(review.fates) - out - bool(review.target)
            told = _("{count}, {used} used, {out} left out, 1 target").format(
                count=len(review.fates), used=used, out=out
            )
            columns = f"{columns} · {told}" if self._is_large else columns
        elif self.problem:
            columns = _("The file as it is")
        more = _("{count} more: !").format(count=self._hidden_checks) if self._hidden_checks else ""
        return {
            "columns": (columns, self._scrolled_note()), "about": (_("How the file is read · evidence"), ""),
            "reading": (_("How the file is read · guess and evidence"), ""),
            "network": (_("As the network will see it · first rows"), ""), "checks": (_("Before you train"), more),
        }  # fmt: skip

    def _scrolled_note(self) -> str:
        if self.review is None or self.problem:
            return ""
        below = len(self.review.table.columns) - self._top - self._rows_shown()
        signs = self.look.signs
        notes = [f"{signs.less} " + _("{number} above").format(number=self._top)] * bool(self._top)
        return ", ".join([*notes, *[f"{signs.more} " + _("{number} more").format(number=below)] * (below > 0)])

    def _rows_shown(self) -> int:
        """How many columns are seen at once."""
        lines = self._wanted_lines(self.size)["columns"]
        return max(1, lines - (4 if self._is_large else 1))

    def _keep_in_sight(self) -> None:
        shown, count = self._rows_shown(), len(self.review.table.columns) if self.review else 0
        self._top = min(max(self._top, self.at - shown + 1), self.at)
        self._top = max(0, min(self._top, count - shown))

    def _draw_columns(self, width: int, height: int) -> Sequence[Strip]:
        review, theme = self.review, self.look
        if self.problem:
            return self._draw_problem(width, height)
        if review is None:
            return [line(width, [(" " + theme.plain(_("reading")), theme["dim"])])]
        widths = column_table.Widths.of(review, width)
        lines = [column_table.heading(widths, width, theme=theme)]
        for place in range(self._top, min(self._top + self._rows_shown(), len(review.table.columns))):
            name = review.table.columns[place].name
            lines.append(
                column_table.row(
                    review.facts[name], review.fates[name], widths, width, is_selected=place == self.at, theme=theme
                )
            )
        if self._is_large:
            below = about_lines.shares(review, width, theme=theme)
            lines += [Strip.blank(width)] * max(0, height - len(lines) - len(below)) + below
        return lines

    def _draw_problem(self, width: int, height: int) -> list[Strip]:
        """Why it cannot be read, and the file's first lines as they are."""
        theme = self.look
        rows = wrapped(theme.plain(visible(self.problem, 1000)), width - 4, break_on_hyphens=False)
        error = theme.signs.error
        lines = [
            line(width, [(f" {error if place == 0 else ' '} {row}", theme["bad"])]) for place, row in enumerate(rows)
        ]
        lines.append(Strip.blank(width))
        if self.reviewer.is_text:
            most = height - len(lines)
            for number, text in enumerate(
                choices.head_lines(self.reviewer.source, most, self.choices.options.encoding), 1
            ):
                shown = cut(theme.plain(text), width - 8, theme=theme)
                lines.append(line(width, [(f" {number:>3}  ", theme["dim"]), (shown, theme["plain"])]))
        return lines

    def _draw_about(self, width: int, height: int) -> Sequence[Strip]:
        theme = self.look
        if self.problem or self.review is None:
            text = _("to mend it: h header and lines to skip, e encoding, d delimiter, n decimal, m missing; u undo")
            rows = wrapped(theme.plain(text), width - 2, break_on_hyphens=False) if self.problem else []
            return [line(width, [(f" {row}", theme["plain"])]) for row in rows]
        lines, self._hidden_checks = about_lines.in_few_lines(self.review, width, height, theme=theme)
        return lines

    def _draw_reading(self, width: int, height: int) -> Sequence[Strip]:
        return [] if self.review is None else about_lines.reading(self.review, width, theme=self.look)

    def _draw_network(self, width: int, height: int) -> Sequence[Strip]:
        if self.review is None:
            return []
        return about_lines.network_lines(self.review, self.at, height, width, theme=self.look)

    def _draw_checks(self, width: int, height: int) -> Sequence[Strip]:
        if self.review is None:
            return []
        lines, self._hidden_checks = about_lines.checks(self.review, width, height, theme=self.look)
        return lines

    def _redraw_rows(self) -> None:
        """The first row and the last three."""
        theme, review = self.look, self.review
        head = f" tuitrain {theme.plain('›')} {_('Dataset')}   "
        facts = [visible(self.reviewer.source.rpartition("/")[2], 40)]
        if self.reviewer.size:
            facts.append(memory(self.reviewer.size))
        state = ""
        if review is not None and not self.problem:
            rows = f"{len(review.table):,}" + "+" * review.is_partial
            facts.append(_("{rows} rows × {columns}").format(rows=rows, columns=len(review.table.columns)))
            state = _("{place} of {count}").format(place=self.at + 1, count=len(review.table.columns))
        about = theme.plain(f" {theme.signs.dot} ".join(facts))
        room = self.size.width - cell_len(head) - cell_len(state) - 3
        self.header.put([
            (head, theme["title"]), (cut(about, max(room, 0), theme=theme), theme["plain"]), None,
            (f" {state} ", theme["plain"]),
        ])  # fmt: skip
        self._explain()
        self._tell()
        waits = review is not None and bool(review.asks)
        names = ("header", "encoding", "delimiter")
        words = {} if self.reviewer.is_text else dict.fromkeys(names, "")
        self.footer.say_now({**words, "train": _("answer") if waits else _("train")})

    def _explain(self) -> None:
        review, row = self.review, self.explain_row
        if review is None or self.problem:
            row.explain(_("the table cannot be read") if self.problem else _("reading"), "")
            return
        name = self.name_selected
        fact, fate, column = review.facts[name], review.fates[name], review.table.column(name)
        kind = _(column_table.TYPE_WORDS[fact.kind])
        if fact.question:
            row.explain(name, fact.question, (), role="warning")
            return
        about = [check.text for check in review.checks if name in check.columns and check.sign == "!"]
        told = [*about, *review.notices_about(name)]
        read = len(column) - fact.missing
        plain = _("{kind} from text like {example} in {read:,} of {rows:,} rows").format(
            kind=kind, example=fact.example, read=read, rows=len(column)
        )
        if not column.examples:
            plain = _("{kind}, {read:,} of {rows:,} rows").format(kind=kind, read=read, rows=len(column))
        if fate.is_target:
            plain = f"{plain}; {fate.text}"
        row.explain(name, told[0] if told else plain, () if told else (_("t changes it"),))

    def _tell(self) -> None:
        """What the second row from below says."""
        review = self.review
        if self._is_reading:
            seconds = time.monotonic() - self._began
            if seconds < TICK and review is not None and not self.problem:
                return  # it may be done before anybody could read it
            text = loading_text(visible(self.reviewer.source, 40), seconds, self._expected, theme=self.look)
            self.status.tell([text])
            return
        if review is None or self.problem:
            self.status.tell([""])
            return
        out = sum(fate.is_left_out for fate in review.fates.values())
        used = len(review.fates) - out - bool(review.target)
        left = ngettext("{count} column left out", "{count} columns left out", out).format(count=out)
        counts = _("{left}, {used} used").format(left=left, used=used)
        if review.shown is not None:
            counts += _(": {features}").format(features=counted(review.shown.n_features, "feature"))
        options = review.command_line
        notices = self._hidden_checks + len(review.table.notices)
        right = _("{notices}: M").format(notices=counted(notices, "notice")) if notices else ""
        if review.asks:
            asking = _("{columns}: answer before you train").format(columns=counted(len(review.asks), "question"))
            self.status.tell([asking], right)
        elif self._is_large:
            self.status.tell([_("option for the command line: {options}").format(options=options), options], right)
        else:
            dot = f" {self.look.signs.dot} "
            self.status.tell([counts + dot + options, counts], right)

    def _note_lines(self, width: int) -> list[list[Piece]]:
        """All that is to be known before training, and all notices, in full."""
        theme, review = self.look, self.review
        if review is None:
            return []
        lines: list[list[Piece]] = [[(_("Before you train"), theme["bold"])]]
        lines += [[*row] for row in about_lines.check_rows(review, width, theme=theme)]
        lines += [[], [(_("How the file is read"), theme["bold"])]]
        for item in review.evidence:
            rows = wrapped(theme.plain(f"{item.value}: {item.why}"), max(20, width - 3), break_on_hyphens=False)
            lines += [[(f" {row}", theme["plain"])] for row in rows]
        lines += [[], [(_("Notices"), theme["bold"])]] if review.table.notices else []
        for notice in review.table.notices:
            rows = wrapped(theme.plain(visible(notice, 1000)), max(20, width - 3), break_on_hyphens=False)
            lines += [[(f" {row}", theme["plain"])] for row in rows]
        lines += [[], [(_("Options for the command line"), theme["bold"])]]
        options = wrapped(theme.plain(review.command_line), max(20, width - 3), break_on_hyphens=False)
        return [*lines, *([(f" {row}", theme["plain"])] for row in options)]

    # Keys

    @property
    def name_selected(self) -> str:
        """The column that the cursor is on."""
        assert self.review is not None
        return self.review.table.columns[self.at].name

    @property
    def _has_columns(self) -> bool:
        return self.review is not None and not self.problem

    def say(self, text: str) -> None:
        self.status.say(text)

    def key_pressed(self) -> None:
        self.status.key_pressed()

    def selected_word(self) -> tuple[str, str, str]:
        return "dataset", "", ""

    def _move_to(self, place: int) -> None:
        if self.review is not None and self._has_columns:
            self.at = max(0, min(place, len(self.review.table.columns) - 1))
            self.redraw()

    def action_up(self) -> None:
        self._move_to(self.at - 1)

    def action_down(self) -> None:
        self._move_to(self.at + 1)

    def action_page(self, pages: int) -> None:
        self._move_to(self.at + pages * max(1, self._rows_shown() - 1))

    def action_first(self) -> None:
        self._move_to(0)

    def action_last(self) -> None:
        self._move_to(10**9)

    def action_notes(self) -> None:
        self.notes.border_title = _("Before you train, and all notices (esc closes)")
        self.notes.scroll_home(animate=False)
        self.turn_to(self.notes)
        self.notes.redraw()

    def action_checks(self) -> None:
        self.action_notes()

    def action_quit(self) -> None:
        """Give up what is being read; else back to where one was."""
        if self._beside.cancel():
            self._stop_ticking()
            self._trains_when_read = False
            self._cycle = None
            self.say(_("given up; the first rows alone are shown") if self.review is not None else _("given up"))
            if self.review is None:
                self.problem = _("given up before it was read")
            self.redraw()
            return
        self.app.pop_screen()

    def action_undo(self) -> None:
        if self.choices.undo():
            self._read()
        else:
            self.say(_("there is nothing to take back"))

    def _change(self, **values: Any) -> None:
        try:
            changed = self.choices.change(**values)
        except DataError as error:
            self.status.say(str(error), is_error=True)
            return
        if changed:
            self._read()

    def action_leave_out(self) -> None:
        if not self._has_columns or self.review is None:
            return
        name = self.name_selected
        fate = self.review.fates[name]
        if fate.is_target:
            self.say(_("{name} is to be predicted; y chooses another target").format(name=visible(name, 30)))
        elif fate.is_left_out and not fate.is_chosen:
            self.say(fate.text)
        else:
            self.choices.toggle(name)
            self._read()

    def action_type(self) -> None:
        """Go on to the next type that fits."""
        if not self._has_columns or self.review is None:
            return
        name = self.name_selected
        if not self.reviewer.has_types:
            self.say(_("the types of this dataset's columns are known"))
        elif self.review.fates[name].is_chosen:
            self.say(_("it is left out; x takes it back"))
        elif types := self.choices.next_types(self.review, name):
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

    def action_target(self) -> None:
        """Choose the target from the columns that may be one."""
        review = self.review
        if review is None or not self._has_columns:
            return
        found = list(review.candidates)
        names = [candidate.name for candidate in found]
        if not names:
            self.say(_("no column can be predicted"))
            return
        width = max(cell_len(name) for name in names)
        width = min(width, 24)
        rows = []
        for candidate in found:
            shown = cut(self.look.plain(visible(candidate.name, 60)), width, theme=self.look)
            rows.append(f"{shown}{' ' * (width - cell_len(shown))}  {candidate.what}")
        chosen = names.index(self.name_selected) if self.name_selected in names else 0
        self._list(_("What is to be predicted?"), rows, chosen, lambda place: self._change(target=names[place]))

    def _list(
        self, title: str, rows: Sequence[str], chosen: int, then: Callable[[int], object], *, key: str = ""
    ) -> None:
        def answered(place: int | None) -> None:
            if place is not None:
                then(place)

        self.open(ShortList(self.look, title, rows, at=self._line_of(key), chosen=chosen), answered)

    def _line_of(self, key: str) -> Offset:
        """Where a list opens: below the selected column, or beside the line about a part of the reading."""
        boxes = self.arrangement.boxes(self.size)
        if key and "reading" in boxes and self.review is not None:
            place = next((n for n, item in enumerate(self.review.evidence) if item.key == key), 0)
            return Offset(12, boxes["reading"].y + 2 + place)
        if key and "about" in boxes:
            return Offset(10, boxes["about"].y + 1)
        return Offset(15, boxes["columns"].y + 3 + self.at - self._top)

    def _offer(self, title: str, offered: Sequence[Choice], key: str) -> None:
        """List choices; the one that is set is under the cursor."""
        options = self.choices.options
        chosen = next((place for place, choice in enumerate(offered) if choice.is_set(options)), 0)

        def then(place: int) -> None:
            choice = offered[place]
            if choice.asks:
                self._ask_for(choice.asks)
            else:
                self._change(**choice.options)

        self._list(title, [choice.text for choice in offered], chosen, then, key=key)

    def _ask_for(self, name: str) -> None:
        """Let a value be typed."""
        spec = DATA_FIELDS[name]
        value = getattr(self.choices.options, name)

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

    def _is_for_text(self) -> bool:
        if not self.reviewer.is_text:
            self.say(_("this holds for text files; here nothing about it is guessed"))
        return self.reviewer.is_text

    def action_header(self) -> None:
        if self._is_for_text():
            self._offer(_("Header"), choices.headers(), "h")

    def action_encoding(self) -> None:
        if self._is_for_text():
            self._offer(_("Encoding"), choices.encodings(self.reviewer.source), "e")

    def action_delimiter(self) -> None:
        if self._is_for_text():
            self._offer(_("Delimiter"), choices.delimiters(), "d")

    def action_numbers(self) -> None:
        if self._is_for_text():
            self._offer(_("Numbers"), choices.numbers(), "n")

    def action_missing(self) -> None:
        if self._is_for_text():
            self._offer(_("Words for missing"), choices.missing_words(), "m")

    def action_find(self) -> None:
        """Go to the next column whose name holds what is typed."""
        review = self.review
        if review is None or not self._has_columns:
            return
        names = review.table.names

        def read(text: str) -> int:
            word = text.strip().lower()
            order = [*range(self.at + 1, len(names)), *range(self.at + 1)]
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
        review = self.review
        if self._is_reading:
            self._trains_when_read = True
            self.say(_("it is trained on as soon as it is read; esc gives up"))
        elif review is None or self.problem:
            self.status.say(self.problem, is_error=True)
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

    def _ask_question(self, review: Review) -> None:
        """Offer the answers to the selected column's question, or else to the first one."""
        asking = review.asks
        column = next((one for one in asking if one.name == self.name_selected), asking[0])
        self._move_to(review.table.names.index(column.name))
        offered = choices.answers(column, self.choices.options)
        title = cut_words(column.question, self.size.width - 12, theme=self.look)
        self._offer(title, offered, "")
