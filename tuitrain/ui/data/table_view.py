"""What the dataset dialog shows of a review: the panes' lines and titles, and what is said of the selected column."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Size
from textual.strip import Strip

from tuitrain.data.notices import about
from tuitrain.data.review.checks import WARN
from tuitrain.data.review.review import Review, Reviewer
from tuitrain.text import counted, quoted, visible
from tuitrain.translation import gettext as _
from tuitrain.translation import ngettext
from tuitrain.ui.data import about_lines, choices, column_table
from tuitrain.ui.plots.lines import cut, line, wrapped
from tuitrain.ui.theme import Role, Theme
from tuitrain.ui.widgets.layout import LAST_ROWS, SMALLEST
from tuitrain.ui.widgets.text_lines import Piece

LARGE_SIZE = Size(110, 36)
FEW_LINES = 5  # of evidence at 80×24
READING_LINES, NETWORK_LINES, LEAST_CHECKS = 5, 3, 8
BELOW = 3  # lines below the columns, at a large size
Explained = tuple[str, str, tuple[str, ...], Role]


class TableView:
    """Draws a review, or why there is none; `at` is the selected column, `top` the first one in sight."""

    def __init__(self, theme: Theme, reviewer: Reviewer, review: Review | None, problem: str) -> None:
        self._theme, self._reviewer = theme, reviewer
        self.review, self.problem = review, problem
        self.encoding: str | None = None  # in which the file's first lines are shown, where it cannot be read
        self.at = self.top = 0
        self.hidden_checks = 0
        self._terminal = SMALLEST

    def show(self, review: Review) -> None:
        """Take a new review; the selected column stays the same, where it is still there."""
        if self.review is not None and not self.problem and self.review.table.columns:
            name, names = self.selected, review.table.names
            self.at = names.index(name) if name in names else self.at
        self.review, self.problem = review, ""
        self.move_to(self.at)

    @property
    def has_columns(self) -> bool:
        """Whether there are columns to select."""
        return self.review is not None and not self.problem

    @property
    def is_large(self) -> bool:
        """Whether there is room for all panes."""
        size = self._terminal
        return size.width >= LARGE_SIZE.width and size.height >= LARGE_SIZE.height

    @property
    def selected(self) -> str:
        """The column that the cursor is on."""
        assert self.review is not None
        return self.review.table.columns[self.at].name

    def lines_of(self, size: Size) -> dict[str, int]:
        """The panes that are shown in a terminal of this size, and their lines within the frames."""
        self._terminal = size
        area = size.height - 1 - len(LAST_ROWS)
        if not self.is_large or self.review is None or self.problem:
            few = FEW_LINES + max(0, size.height - SMALLEST.height) // 3
            return {"columns": area - few - 3, "about": few}
        left = area - 5 - READING_LINES - NETWORK_LINES
        needed = len(about_lines.check_rows(self.review, size.width - 2, theme=self._theme))
        columns = min(len(self.review.table.columns) + 1 + BELOW, left - min(needed, LEAST_CHECKS))
        return {
            "columns": columns, "reading": READING_LINES, "network": NETWORK_LINES, "checks": left - columns
        }  # fmt: skip

    def rows_shown(self) -> int:
        """How many columns are in sight at once."""
        return max(1, self.lines_of(self._terminal)["columns"] - 1 - BELOW * self.is_large * self.has_columns)

    def move_to(self, place: int) -> None:
        """Select a column."""
        count = len(self.review.table.columns) if self.review is not None else 0
        self.at = max(0, min(place, count - 1))
        shown = self.rows_shown()
        self.top = max(0, min(max(self.top, self.at - shown + 1), self.at, count - shown))

    # Titles

    def titles(self) -> dict[str, tuple[str, str]]:
        """Title and note of each pane."""
        more = _("{count} more: !").format(count=self.hidden_checks) if self.hidden_checks else ""
        return {
            "columns": (self._columns_title(), self._scrolled_note()),
            "about": (_("How the file is read · evidence"), ""),
            "reading": (_("How the file is read · guess and evidence"), ""),
            "network": (_("As the network will see it · first rows"), ""), "checks": (_("Before you train"), more),
        }  # fmt: skip

    def _columns_title(self) -> str:
        if self.problem:
            return _("The file as it is")
        if self.review is None or not self.is_large:
            return _("Columns")
        used, out = used_and_left_out(self.review)
        told = _("Columns · {count}, {used} used, {out} left out, 1 target")
        return told.format(count=len(self.review.fates), used=used, out=out)

    def _scrolled_note(self) -> str:
        if self.review is None or self.problem:
            return ""
        below, signs = len(self.review.table.columns) - self.top - self.rows_shown(), self._theme.signs
        notes = [f"{signs.less} " + _("{number} above").format(number=self.top)] * bool(self.top)
        notes += [f"{signs.more} " + _("{number} more").format(number=below)] * (below > 0)
        return ", ".join(notes)

    # Panes

    def draw_columns(self, width: int, height: int) -> Sequence[Strip]:
        """The table of columns; where there is none, why, and the file as it is."""
        review, theme = self.review, self._theme
        if self.problem:
            return self._draw_problem(width, height)
        if review is None:
            return [line(width, [(" " + theme.plain(_("reading")), theme["dim"])])]
        widths = column_table.Widths.of(review, width)
        lines = [column_table.heading(widths, width, theme=theme)]
        for place in range(self.top, min(self.top + self.rows_shown(), len(review.table.columns))):
            name = review.table.columns[place].name
            fact, fate = review.facts[name], review.fates[name]
            lines.append(column_table.row(fact, fate, widths, width, is_selected=place == self.at, theme=theme))
        if self.is_large:
            below = about_lines.shares(review, width, theme=theme)
            lines += [Strip.blank(width)] * max(0, height - len(lines) - len(below)) + below
        return lines

    def _draw_problem(self, width: int, height: int) -> list[Strip]:
        theme = self._theme
        rows = wrapped(theme.plain(visible(self.problem, 1000)), width - 4, break_on_hyphens=False)
        signs = [theme.signs.error, *(" " for _row in rows)]
        lines = [line(width, [(f" {sign} {row}", theme["bad"])]) for sign, row in zip(signs, rows, strict=False)]
        lines.append(Strip.blank(width))
        if self._reviewer.is_text and not self._reviewer.is_packed:
            texts = choices.head_lines(self._reviewer.source, height - len(lines), self.encoding)
            for number, text in enumerate(texts, 1):
                shown = cut(theme.plain(text), width - 8, theme=theme)
                lines.append(line(width, [(f" {number:>3}  ", theme["dim"]), (shown, theme["plain"])]))
        return lines

    def draw_about(self, width: int, height: int) -> Sequence[Strip]:
        """Evidence and checks in a few lines."""
        theme = self._theme
        if self.problem or self.review is None:
            text = _("to mend it: h header and lines to skip, e encoding, d delimiter, n decimal, m missing; u undo")
            can_be_mended = self.problem and self._reviewer.is_text
            rows = wrapped(theme.plain(text), width - 2, break_on_hyphens=False) if can_be_mended else []
            return [line(width, [(f" {row}", theme["plain"])]) for row in rows]
        lines, self.hidden_checks = about_lines.in_few_lines(self.review, width, height, theme=theme)
        return lines

    def draw_reading(self, width: int, height: int) -> Sequence[Strip]:
        """How the file was read."""
        return [] if self.review is None else about_lines.reading(self.review, width, theme=self._theme)

    def draw_network(self, width: int, height: int) -> Sequence[Strip]:
        """A few cells as the network will see them."""
        if self.review is None:
            return []
        return about_lines.network_lines(self.review, self.at, height, width, theme=self._theme)

    def draw_checks(self, width: int, height: int) -> Sequence[Strip]:
        """What is to be known before training."""
        if self.review is None:
            return []
        lines, self.hidden_checks = about_lines.checks(self.review, width, height, theme=self._theme)
        return lines

    # Rows

    def explained(self) -> Explained:
        """Name, meaning and facts of the selected column, and how it is written."""
        review = self.review
        if review is None or self.problem:
            return (_("the table cannot be read") if self.problem else _("reading")), "", (), "plain"
        name = self.selected
        fact, fate, column = review.facts[name], review.fates[name], review.table.column(name)
        if fact.question and not fate.is_left_out:
            return name, fact.question.removeprefix(about(name, "")), (), "warning"
        if fate.is_left_out:
            return name, fate.text, (), "plain"
        is_target = name == review.target  # of which is known why
        about_it = [check for check in review.checks if name in check.columns and (check.sign == WARN or not is_target)]
        told = [*(check.text for check in about_it), *review.notices_about(name)]
        if told:
            named = _("column {name}").format(name=quoted(name))  # which stands before it
            return name, told[0].removeprefix(named).removeprefix(":").lstrip(), (), "plain"
        kind, read = _(column_table.TYPE_WORDS[fact.kind]), len(column) - fact.missing
        text = _("{kind} like {example} in {read:,} of {rows:,} rows")
        text = text.format(kind=kind, example=fact.example, read=read, rows=len(column))
        return name, f"{text}; {fate.text}", (_("t changes it"),), "plain"

    def counts(self) -> str:
        """How many columns are used and left out, and how many features that is."""
        review = self.review
        assert review is not None
        used, out = used_and_left_out(review)
        left = ngettext("{count} column left out", "{count} columns left out", out).format(count=out)
        text = _("{left}, {used} used").format(left=left, used=used)
        if review.shown is None:
            return text
        return _("{columns}: {features}").format(columns=text, features=counted(review.shown.n_features, "feature"))

    def note_lines(self, width: int) -> list[list[Piece]]:
        """All that is to be known before training, the evidence and all notices, in full."""
        theme, review = self._theme, self.review
        if review is None:
            return []
        lines: list[list[Piece]] = [[(_("Before you train"), theme["bold"])]]
        lines += [[*row] for row in about_lines.check_rows(review, width, theme=theme)]
        sections = (
            (_("How the file is read"), [f"{item.value}: {item.why}" for item in review.evidence]),
            (_("Notices"), review.table.notices), (_("Options for the command line"), [review.command_line]),
        )  # fmt: skip
        for title, texts in sections:
            if texts:
                lines += [[], [(title, theme["bold"])]]
            for text in texts:
                rows = wrapped(theme.plain(visible(text, 1000)), max(20, width - 3), break_on_hyphens=False)
                lines += [[(f" {row}", theme["plain"])] for row in rows]
        return lines


def used_and_left_out(review: Review) -> tuple[int, int]:
    """How many columns are inputs, and how many become nothing."""
    out = sum(fate.is_left_out for fate in review.fates.values())
    return len(review.fates) - out - bool(review.target), out
