"""How good the network is: scores beside a baseline, each class, the confusion matrix, or the residuals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.cells import cell_len
from textual.strip import Strip

from tuitrain.session.snapshot import MetricView, Snapshot
from tuitrain.text import visible
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.lines import cut, line, notice, padded
from tuitrain.ui.plots.scores import LEAST_WITH_INTERVALS
from tuitrain.ui.theme import Theme
from tuitrain.ui.train.panes.metric_tables import MetricTables, rows_of
from tuitrain.ui.train.panes.train_pane import KEYS, TrainPane, is_step_shown

NARROW = 32  # columns below which the tables become a column of figures
LEAST_TITLE = 3  # cells of the pane's name
SPARE_FRAME = 5  # cells of a frame's upper line that no title takes
FORMS = {  # what can be drawn: its name, what it is, and the word whose page tells more
    "scores": (
        N_("Metric"), N_("how good the answers are on rows not trained on, beside a constant"),
        "metric",
    ),
    "roc": (
        "ROC", N_("recall against false alarms at every threshold; the mark is where it is decided now"), "ROC curve",
    ),
    "precision_recall": (
        N_("Precision-recall"), N_("precision against recall at every threshold; the mark is where it is decided now"),
        "precision-recall curve",
    ),
    "reliability": (
        N_("Reliability"), N_("how often what was given a probability came true; on the diagonal, as often as said"),
        "reliability",
    ),
    "confusion": (
        N_("Confusion"), N_("what each class was taken for: rows are the truth, columns the answers"),
        "confusion matrix",
    ),
}  # fmt: skip
CURVES = frozenset({"roc", "precision_recall", "reliability"})  # of scores, which are known with their intervals


class MetricPane(TrainPane):
    """Every score on the validation part beside that of a constant answer; each class, or the residuals."""

    SHOWS = TITLE = N_("Metric")
    view = "metric"
    form = "scores"
    _top = 0  # lines above for the verdict

    def __init__(self, theme: Theme, class_names: Callable[[], tuple[str, ...]], **rest: Any) -> None:
        super().__init__(theme, **rest)
        self._class_names = class_names

    def when(self, snapshot: Snapshot) -> str:
        return self._whens_alone(snapshot)[0]

    def title(self, snapshot: Snapshot) -> tuple[str, str]:
        """As other panes have it, with what `m` goes on to, and as much about the epoch as there is room for."""
        if not self._place.has_top:
            return super().title(snapshot)
        room, bar, dot = self.outer_size.width - SPARE_FRAME, self.look.signs.bar, f" {self.look.signs.dot} "
        whens = self._whens(snapshot)
        then = [f"{self._next_name} m"] if self._next_name else []
        others = [f"{_(KEYS[name][0])} {KEYS[name][1]}" for name in self.tabs[1:]]
        if not others:
            names = [bar.join([self.name_shown, *part]) for part in (then, [])]
            titles = [dot.join(filter(None, (name, when))) for name in names for when in whens]
            return next((text for text in titles if cell_len(text) <= room), titles[-1]), ""
        tabs = [[*then, *others[:count]] for count in range(len(others), 0, -1)]
        for names in (*tabs, then, others):
            title = bar.join([self.name_shown, *names])
            for when in whens:
                if cell_len(f"{title}{when}") + 2 <= room:
                    return title, when
        return self.name_shown, whens[-1]

    def _whens(self, snapshot: Snapshot) -> list[str]:
        return self.networks(snapshot, self._whens_alone(snapshot))

    def _whens_alone(self, snapshot: Snapshot) -> list[str]:
        """The epoch that is shown and what is known of it, from all that can be said to the least."""
        found, dot = snapshot.metric_view, f" {self.look.signs.dot} "
        if found is None:
            return [""]
        epoch = _("epoch {epoch}").format(epoch=found.epoch)
        if not snapshot.step:
            return [epoch + dot + _("untrained"), epoch]
        if is_step_shown(snapshot):
            epoch = _("step {step}").format(step=f"{snapshot.step:,}")
        rows = dot + _("{number} rows").format(number=f"{rows_of(found):,}")
        if 0 < found.epoch == snapshot.shown_best[0] and not snapshot.is_running:
            best, short = (text.format(epoch=found.epoch) for text in (_("best epoch {epoch}"), _("best {epoch}")))
            return [best + rows, short + rows, best, short]
        return [epoch + rows, epoch]

    def looks_the_same(self, before: Snapshot, now: Snapshot) -> bool:
        is_same_title = self._place.has_top or self.title(before) == self.title(now)
        return before.metric_view is now.metric_view and is_same_title

    def leave_room(self, top: int) -> None:
        """Leave lines above to the verdict."""
        if top != self._top:
            self._top = top
            self.redraw()

    def draw(self, width: int, height: int, snapshot: Snapshot) -> list[Strip]:
        if self._place.has_top:
            above = [Strip.blank(width)] * self._top
            return [*above, *self._content(width, max(height - self._top, 1), snapshot)]
        cursor, dot = self.look.signs.cursor if self.has_focus else "", self.look.signs.dot
        shows, when = self.name_shown, self._whens(snapshot)[-1]
        titles = [f" {cursor}{shows} {dot} {when}", f" {cursor}{shows} {when}"] if when else [f" {cursor}{shows}"]
        room = max(width - cell_len(f" {cursor} {when}"), LEAST_TITLE)  # the epoch stays whole
        titles.append(f" {cursor}{cut(shows, room, theme=self.look)} {when}")
        title = self.look.plain(next((text for text in titles if cell_len(text) <= width), titles[-1]))
        style = self.look["title" if self.has_focus else "plain"]
        head = line(width, [(padded(title, width, theme=self.look), style)])
        return [head, *self._content(width, height - 1, snapshot)]

    def _content(self, width: int, height: int, snapshot: Snapshot) -> list[Strip]:
        found = snapshot.metric_view
        is_curve = width >= NARROW and self.form in CURVES
        if found is None or (is_curve and found.confusion is not None and not found.intervals):
            return notice(width, height, (_("shown as soon as it is known"), _("none yet")), self.look["dim"])
        tables = MetricTables(found, self._names(found), snapshot.hyperparameters.metric, self.look)
        if width < NARROW:
            lines = tables.narrow(width, height, is_trained=snapshot.step > 0)
        elif self.form == "scores" or found.confusion is None:
            lines = tables.wide(width, height)
        else:
            lines = getattr(tables, self.form)(width, height)
        return (lines + [Strip.blank(width)] * height)[:height]

    def _names(self, found: MetricView) -> tuple[str, ...]:
        """The class names, or numbers until both are of the same dataset."""
        names, count = self._class_names(), 0 if found.confusion is None else len(found.confusion)
        return tuple(visible(name, 40) for name in names) if len(names) == count else tuple(map(str, range(count)))

    # What is drawn

    @property
    def views(self) -> frozenset[str]:
        """Intervals and curves cost more, and a narrow column shows none."""
        in_detail = self.size.width >= LEAST_WITH_INTERVALS or (self.size.width >= NARROW and self.form != "scores")
        return frozenset({"metric", "metric_detail"} if in_detail else {"metric"})

    @property
    def name_shown(self) -> str:
        return _(FORMS[self.form][0])

    @property
    def explained(self) -> str:
        return _(FORMS[self.form][1])

    @property
    def _next_name(self) -> str:
        """What `m` goes on to; "" where that is something else."""
        forms = [*FORMS]
        place = forms.index(self.form) + 1
        return _(FORMS[forms[place]][0]) if self._class_names() and place < len(forms) and self.is_large else ""

    @property
    def word(self) -> str:
        """What the page of words calls what is drawn."""
        return FORMS[self.form][2]

    @property
    def is_large(self) -> bool:
        """Whether it is shown with room for more than a column of figures."""
        return self.is_shown and self.size.width >= NARROW

    def go_on(self) -> bool:
        """Draw the next form; False after the last one, which is the scores again."""
        forms = [*FORMS] if self._class_names() else ["scores"]
        self.form = forms[(forms.index(self.form) + 1) % len(forms)] if self.form in forms else "scores"
        self.entitle()
        self.redraw()
        return self.form != "scores"

    def show_scores(self) -> None:
        """Draw the scores, from which `go_on` starts."""
        if self.form != "scores":
            self.form = "scores"
            self.entitle()
            self.redraw()
