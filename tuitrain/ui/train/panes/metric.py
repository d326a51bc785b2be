"""How good the network is: scores beside a baseline, each class, the confusion matrix, or the residuals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from rich.cells import cell_len
from textual.strip import Strip

from tuitrain.numbers import significant
from tuitrain.session.snapshot import MetricView, Snapshot
from tuitrain.text import visible
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.confusion import draw_confusion
from tuitrain.ui.plots.lines import cut, line, notice, padded
from tuitrain.ui.plots.names import distinct
from tuitrain.ui.plots.residuals import draw_residuals
from tuitrain.ui.plots.scores import class_rows, confusion_lines, score_lines, score_pairs, score_rows, worst_lines
from tuitrain.ui.theme import Theme
from tuitrain.ui.train.panes.train_pane import TrainPane, is_step_shown

NARROW = 32  # columns below which the tables become a column of figures
MOST_IN_COLUMN = 4  # classes whose matrix a narrow column holds
LEAST_TITLE = 3  # cells of the pane's name
SPARE_FRAME = 5  # cells of a frame's upper line that no title takes
LEAST_PAIRS = 46  # columns from which two scores have room on a line
LEAST_PICTURE = 6  # lines of the residuals, or of a matrix


class MetricPane(TrainPane):
    """Every score on the validation part beside that of a constant answer; each class, or the residuals."""

    SHOWS = TITLE = N_("Metric")
    EXPLAINED = N_("how good the answers are on rows that training does not see, beside a constant answer")
    view = "metric"

    def __init__(self, theme: Theme, class_names: Callable[[], tuple[str, ...]], **rest: Any) -> None:
        super().__init__(theme, **rest)
        self._class_names = class_names

    def when(self, snapshot: Snapshot) -> str:
        return self._whens(snapshot)[0]

    def title(self, snapshot: Snapshot) -> tuple[str, str]:
        """As other panes have it, with as much about the epoch as there is room for."""
        dot = f" {self.look.signs.dot} "
        title, note = super().title(snapshot)
        if not self._place.has_top:
            return title, note
        room = self.outer_size.width - SPARE_FRAME
        if note:
            return title, self.with_network(snapshot, self._whens(snapshot), room - cell_len(title) - 2)
        own = _(self.SHOWS)
        when = self.with_network(snapshot, self._whens(snapshot), room - cell_len(f"{own}{dot}"))
        titles = [dot.join(filter(None, (own, when)))]
        return next((text for text in titles if cell_len(text) <= room), titles[-1]), ""

    def _whens(self, snapshot: Snapshot) -> list[str]:
        """The epoch that is shown and what is known of it, from all that can be said to the least."""
        found, dot = snapshot.metric_view, f" {self.look.signs.dot} "
        if found is None:
            return [""]
        epoch = _("epoch {epoch}").format(epoch=found.epoch)
        if not snapshot.step:
            return [epoch + dot + _("untrained"), epoch]
        if is_step_shown(snapshot):
            epoch = _("step {step}").format(step=f"{snapshot.step:,}")
        rows = dot + _("{number} rows").format(number=f"{_rows(found):,}")
        if 0 < found.epoch == snapshot.shown_best[0] and not snapshot.is_running:
            best, short = (text.format(epoch=found.epoch) for text in (_("best epoch {epoch}"), _("best {epoch}")))
            return [best + rows, short + rows, best, short]
        return [epoch + rows, epoch]

    def looks_the_same(self, before: Snapshot, now: Snapshot) -> bool:
        is_same_title = self._place.has_top or self.title(before) == self.title(now)
        return before.metric_view is now.metric_view and is_same_title

    def draw(self, width: int, height: int, snapshot: Snapshot) -> list[Strip]:
        if self._place.has_top:
            return self._content(width, height, snapshot)
        cursor, dot = self.look.signs.cursor if self.has_focus else "", self.look.signs.dot
        shows = _(self.SHOWS)
        when = self.with_network(snapshot, self._whens(snapshot)[-1:], width - cell_len(f" {cursor}{shows} {dot} "))
        titles = [f" {cursor}{shows} {dot} {when}", f" {cursor}{shows} {when}"] if when else [f" {cursor}{shows}"]
        room = max(width - cell_len(f" {cursor} {when}"), LEAST_TITLE)  # the epoch stays whole
        titles.append(f" {cursor}{cut(shows, room, theme=self.look)} {when}")
        title = self.look.plain(next((text for text in titles if cell_len(text) <= width), titles[-1]))
        style = self.look["title" if self.has_focus else "plain"]
        head = line(width, [(padded(title, width, theme=self.look), style)])
        return [head, *self._content(width, height - 1, snapshot)]

    def _content(self, width: int, height: int, snapshot: Snapshot) -> list[Strip]:
        found = snapshot.metric_view
        if found is None:
            return notice(width, height, (_("shown as soon as it is known"), _("none yet")), self.look["dim"])
        if width < NARROW:
            lines = self._narrow(width, height, found, is_trained=snapshot.step > 0)
        else:
            lines = self._wide(width, height, found)
        return (lines + [Strip.blank(width)] * height)[:height]

    def _usual(self, found: MetricView, names: tuple[str, ...], room: int) -> str:
        """The constant answer that the baseline is of, in so many cells."""
        if found.confusion is None:
            longer, shorter = _("always the mean"), _("the mean")
            return longer if cell_len(longer) <= room else shorter
        number = int(found.usual) if found.usual == found.usual else -1
        if not 0 <= number < len(names):
            return _("baseline")
        always = _("always {answer}")
        left = room - cell_len(always.format(answer=""))
        return always.format(answer=distinct(names, max(left, 1), theme=self.look)[number])

    def _names(self, found: MetricView) -> tuple[str, ...]:
        """The class names, or numbers until both are of the same dataset."""
        names, count = self._class_names(), 0 if found.confusion is None else len(found.confusion)
        return tuple(visible(name, 40) for name in names) if len(names) == count else tuple(map(str, range(count)))

    def _narrow(self, width: int, height: int, found: MetricView, *, is_trained: bool) -> list[Strip]:
        theme, names = self.look, self._names(found)
        usual = partial(self._usual, found, names)
        lines = score_lines(width, found.values, found.baselines, usual, theme=theme)
        between = "" if is_trained else cut(f" {theme.signs.dot} {_('untrained')}", width, theme=theme)
        blank = line(width, [(between, theme["dim"])])
        if found.confusion is None or found.class_scores is None:
            if found.predicted is not None and found.truth is not None and len(found.truth):
                largest = float(abs(found.truth - found.predicted).max())
                figure = f" {significant(largest)}"
                text = cut(f" {_('worst miss')}", width - len(figure), theme=theme)
                text = padded(text, width - len(figure), theme=theme) + figure
                lines += [blank, line(width, [(text, theme["dim"])])]
            return lines
        table: list[Strip] = []
        if len(names) <= MOST_IN_COLUMN and len(lines) + 1 + len(names) <= height:
            table = confusion_lines(width, found.confusion, names, theme=theme)
        table = table or worst_lines(width, found.class_scores, found.confusion, names, theme=theme)
        return [*lines, *[blank] * (len(lines) + len(table) < height), *table]

    def _wide(self, width: int, height: int, found: MetricView) -> list[Strip]:
        theme, names = self.look, self._names(found)
        usual = partial(self._usual, found, names)
        is_short = width >= LEAST_PAIRS and height < len(found.values) + 1 + len(names) + 1 > len(names) + 5
        table = score_pairs if is_short else score_rows
        tables = [table(width, found.values, found.baselines, usual, _(found.part), theme=theme)]
        left = height - len(tables[0])
        if found.confusion is not None and found.class_scores is not None:
            if left >= 2:
                rows = min(len(names) + 1, left)
                tables.append(class_rows(width, rows, found.class_scores, found.confusion, names, theme=theme))
                left -= rows
            if left >= min(len(names) + 1, LEAST_PICTURE):
                wanted = len(names) + 1 if left > len(names) else LEAST_PICTURE
                blanks = min(len(tables), left - wanted)  # they give way to the matrix
                tables.append(draw_confusion(width, left - blanks, found.confusion, names, theme=theme))
        elif found.truth is not None and found.predicted is not None and left > LEAST_PICTURE:
            tables.append(draw_residuals(width, left - 1, found.truth, found.predicted, theme=theme))
        return _stacked(tables, height, Strip.blank(width))


def _stacked(tables: Sequence[list[Strip]], height: int, blank: Strip) -> list[Strip]:
    """The tables below each other, with a blank line between two as far as there is room."""
    lines, spare = list(tables[0]), height - sum(map(len, tables))
    for table in tables[1:]:
        lines += [*[blank] * (spare > 0), *table]
        spare -= 1
    return lines


def _rows(found: MetricView) -> int:
    """How many rows the scores are of."""
    if found.confusion is not None:
        return int(found.confusion.sum())
    return 0 if found.truth is None else len(found.truth)
