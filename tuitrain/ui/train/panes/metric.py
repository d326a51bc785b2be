"""How good the network is: scores beside a baseline, each class, the confusion matrix, or the residuals."""

from __future__ import annotations

from collections.abc import Callable
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
from tuitrain.ui.plots.residuals import draw_residuals
from tuitrain.ui.plots.scores import class_rows, confusion_lines, score_lines, score_rows, worst_lines
from tuitrain.ui.theme import Theme
from tuitrain.ui.train.panes.train_pane import TrainPane

NARROW = 32  # columns below which the tables become a column of figures
MOST_IN_COLUMN = 4  # classes whose matrix a narrow column holds
LEAST_TITLE = 3  # cells of the pane's name
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
        found = snapshot.metric_view
        if found is None or not snapshot.step:
            return ""
        is_best = 0 < found.epoch == snapshot.best_epoch and not snapshot.is_running
        epoch = (_("best epoch {epoch}") if is_best else _("epoch {epoch}")).format(epoch=found.epoch)
        rows = f" {self.look.signs.dot} " + _("{number} rows").format(number=f"{_rows(found):,}")
        return epoch + rows * (self.outer_size.width > NARROW and not self.tabs[1:])

    def looks_the_same(self, before: Snapshot, now: Snapshot) -> bool:
        is_same_title = self._place.has_top or self.title(before) == self.title(now)
        return before.metric_view is now.metric_view and is_same_title

    def draw(self, width: int, height: int, snapshot: Snapshot) -> list[Strip]:
        if self._place.has_top:
            return self._content(width, height, snapshot)
        cursor, title = self.look.signs.cursor if self.has_focus else "", self.look.plain(self.title(snapshot)[0])
        shows, dot, when = title.partition(f" {self.look.signs.dot} ")
        room = width - cell_len(f" {cursor}{dot}{when}")
        title = f" {cursor}{cut(shows, max(room, LEAST_TITLE), theme=self.look)}{dot}{when}"  # the epoch stays whole
        style = self.look["title" if self.has_focus else "plain"]
        head = line(width, [(padded(title, width, theme=self.look), style)])
        return [head, *self._content(width, height - 1, snapshot)]

    def _content(self, width: int, height: int, snapshot: Snapshot) -> list[Strip]:
        found = snapshot.metric_view
        if found is None:
            return notice(width, height, (_("shown as soon as it is known"), _("none yet")), self.look["dim"])
        lines = self._narrow(width, height, found) if width < NARROW else self._wide(width, height, found)
        return (lines + [Strip.blank(width)] * height)[:height]

    def _usual(self, found: MetricView, names: tuple[str, ...]) -> str:
        """The constant answer that the baseline is of."""
        if found.confusion is None:
            return _("the mean")
        number = int(found.usual) if found.usual == found.usual else -1
        if not 0 <= number < len(names):
            return _("baseline")
        return _("always {answer}").format(answer=visible(names[number], 20))

    def _names(self, found: MetricView) -> tuple[str, ...]:
        """The class names, or numbers until both are of the same dataset."""
        names, count = self._class_names(), 0 if found.confusion is None else len(found.confusion)
        return tuple(visible(name, 40) for name in names) if len(names) == count else tuple(map(str, range(count)))

    def _narrow(self, width: int, height: int, found: MetricView) -> list[Strip]:
        theme, names = self.look, self._names(found)
        lines = score_lines(width, found.values, found.baselines, self._usual(found, names), theme=theme)
        if found.confusion is None or found.class_scores is None:
            if found.predicted is not None and found.truth is not None and len(found.truth):
                largest = float(abs(found.truth - found.predicted).max())
                figure = f" {significant(largest)}"
                text = cut(f" {_('worst miss')}", width - len(figure), theme=theme) + figure
                lines += [Strip.blank(width), line(width, [(padded(text, width, theme=theme), theme["dim"])])]
            return lines
        blank = [Strip.blank(width)] if height >= len(lines) + 2 + min(len(names), 3) else []
        if len(names) <= MOST_IN_COLUMN:
            matrix = confusion_lines(width, found.confusion, names, theme=theme)
            if matrix:
                return [*lines, *blank, *matrix]
        return [*lines, *blank, *worst_lines(width, found.class_scores, found.confusion, names, theme=theme)]

    def _wide(self, width: int, height: int, found: MetricView) -> list[Strip]:
        theme, names = self.look, self._names(found)
        lines = score_rows(
            width, found.values, found.baselines, self._usual(found, names), _(found.part), theme=theme
        )  # fmt: skip
        left = height - len(lines) - 1
        if found.confusion is not None and found.class_scores is not None:
            classes = min(len(names) + 1, max(left, 0))
            if classes >= 2:
                rows = class_rows(width, classes, found.class_scores, found.confusion, names, theme=theme)
                lines += [Strip.blank(width), *rows]
                left -= len(rows) + 1
            if left >= min(len(names) + 1, LEAST_PICTURE):
                lines += [Strip.blank(width), *draw_confusion(width, left, found.confusion, names, theme=theme)]
        elif found.truth is not None and found.predicted is not None and left >= LEAST_PICTURE:
            picture = draw_residuals(width, left, found.truth, found.predicted, theme=theme)
            lines += [Strip.blank(width), *picture]
        return lines


def _rows(found: MetricView) -> int:
    """How many rows the scores are of."""
    if found.confusion is not None:
        return int(found.confusion.sum())
    return 0 if found.truth is None else len(found.truth)
