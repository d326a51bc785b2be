"""What the Metric pane draws: scores as tables, each class, reliability; or a curve over all thresholds.

The most useful comes first where there is little height: some scores, then each class, then reliability.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual.strip import Strip

from tuitrain.engine.metrics import class_scores
from tuitrain.numbers import share, significant
from tuitrain.runs.history import Floats
from tuitrain.runs.scores import LEAST_OF_A_CLASS
from tuitrain.session.snapshot import MetricView, ThresholdCurve
from tuitrain.text import counted
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.confusion import draw_confusion
from tuitrain.ui.plots.lines import cut, line, notice, padded
from tuitrain.ui.plots.names import distinct
from tuitrain.ui.plots.residuals import draw_residuals
from tuitrain.ui.plots.scores import (
    NARROW,
    NARROW_OF_A_CLASS,
    WIDE,
    class_rows,
    confusion_lines,
    interval_text,
    ordered,
    score_lines,
    score_pairs,
    score_rows,
    worst_lines,
)
from tuitrain.ui.plots.threshold_curves import Named, draw_curves, draw_reliability, reliability_rows
from tuitrain.ui.theme import Theme

MOST_IN_COLUMN = 4  # classes whose matrix a narrow column holds
MOST_CLASSES = 7  # lines of the table by class, its heading among them
LEAST_SCORES = 4  # lines of scores that go before everything else
LEAST_PAIRS = 46  # columns from which two scores have room on a line
LEAST_PICTURE = 6  # lines of the residuals, or of a matrix
MOST_POSITIVE = 10  # cells of the name of the class that is looked for


@dataclass(frozen=True)
class MetricTables:
    """Draws what is known of a model; `names` are the classes, `watched` the metric that chooses the best epoch."""

    found: MetricView
    names: tuple[str, ...]
    watched: str
    theme: Theme

    @property
    def positive(self) -> str:
        """The name of the class that is looked for; "" for none."""
        found = self.found.positive
        return "" if found is None else cut(self.names[found], MOST_POSITIVE, theme=self.theme)

    @property
    def ordered(self) -> list[str]:
        """The scores, the most useful first."""
        return ordered(self.found.values, of_a_class=bool(self.positive), watched=self.watched)

    @property
    def rarest(self) -> tuple[int, str]:
        """The rows of the class that has the fewest of them, and its name."""
        if self.found.confusion is None:
            return 0, ""
        counts = self.found.confusion.sum(axis=1)
        number_of = int(counts.argmin())
        return int(counts[number_of]), self.names[number_of]

    @property
    def is_noisy(self) -> bool:
        """Whether a class has too few rows to choose by."""
        return self.found.confusion is not None and self.rarest[0] < LEAST_OF_A_CLASS

    def usual(self, room: int) -> str:
        """The constant answer that the baseline is of, in so many cells."""
        found = self.found
        if found.confusion is None:
            longer, shorter = _("always the mean"), _("the mean")
            return longer if cell_len(longer) <= room else shorter
        number = int(found.usual) if found.usual == found.usual else -1
        if not 0 <= number < len(self.names):
            return _("baseline")
        always = _("always {answer}")
        left = room - cell_len(always.format(answer=""))
        return always.format(answer=distinct(self.names, max(left, 1), theme=self.theme)[number])

    def narrow(self, width: int, height: int, *, is_trained: bool) -> list[Strip]:
        """A column of the main scores, and the confusion matrix or the worst classes below them."""
        found, theme = self.found, self.theme
        kept = NARROW_OF_A_CLASS if self.positive else NARROW
        names = list(dict.fromkeys([*self.ordered[: self.watched in found.values], *kept]))[: len(NARROW_OF_A_CLASS)]
        names = [name for name in names if name in found.values]
        lines = score_lines(
            width, found.values, found.baselines, self.usual, theme=theme, names=names, positive=self.positive
        )
        between = "" if is_trained else cut(f" {theme.signs.dot} {_('untrained')}", width, theme=theme)
        blank = line(width, [(between, theme["dim"])])
        if found.confusion is None or found.class_scores is None:
            if found.predicted is not None and found.truth is not None and len(found.truth):
                lines += [blank, self._worst_miss(width, found.truth, found.predicted)]
            return lines
        table: list[Strip] = []
        if len(self.names) <= MOST_IN_COLUMN and len(lines) + 1 + len(self.names) <= height:
            table = confusion_lines(width, found.confusion, self.names, theme=theme)
        table = table or worst_lines(width, found.class_scores, found.confusion, self.names, theme=theme)
        return [*lines, *[blank] * (len(lines) + len(table) < height), *table]

    def _worst_miss(self, width: int, truth: Floats, predicted: Floats) -> Strip:
        figure = f" {significant(float(abs(truth - predicted).max()))}"
        text = cut(f" {_('worst miss')}", width - len(figure), theme=self.theme)
        return line(width, [(padded(text, width - len(figure), theme=self.theme) + figure, self.theme["dim"])])

    def wide(self, width: int, height: int) -> list[Strip]:
        """Scores, each class, how far the probabilities can be relied on, and a picture where there is room."""
        found, theme = self.found, self.theme
        noisy = [self._noisy_line(width)] if self.is_noisy else []
        left = height - len(noisy)
        classes: list[Strip] = []
        if found.confusion is not None and found.class_scores is not None and left > LEAST_SCORES + 2:
            rows = min(len(self.names) + 1, MOST_CLASSES, left - LEAST_SCORES - 1)
            title = _("By class") + self._threshold_text()
            table = class_rows(width, rows, found.class_scores, found.confusion, self.names, theme=theme)
            has_rule = width >= LEAST_PAIRS or found.threshold is not None
            classes = [*([self._rule(width, title)] if has_rule else []), *table]
        left -= len(classes)
        reliable = self._reliability(width) if left > LEAST_SCORES + 5 else []
        left -= len(reliable)
        scores = self._scores(width, left)
        left -= len(scores)
        picture: list[Strip] = []
        if found.confusion is not None and left > min(len(self.names) + 1, LEAST_PICTURE):
            picture = [Strip.blank(width), *draw_confusion(width, left - 1, found.confusion, self.names, theme=theme)]
        elif found.truth is not None and found.predicted is not None and left > LEAST_PICTURE:
            picture = [
                Strip.blank(width), *draw_residuals(width, left - 1, found.truth, found.predicted, theme=theme)
            ]  # fmt: skip
        return [*scores, *noisy, *classes, *reliable, *picture]

    def _scores(self, width: int, height: int) -> list[Strip]:
        """All scores where they have room; else those that come first, in pairs where no interval is known."""
        found, names = self.found, self.ordered
        if width >= LEAST_PAIRS and height <= len(names) and not found.intervals:
            rows = score_pairs(
                width, found.values, found.baselines, self.usual, _(found.part), theme=self.theme, names=names,
                positive=self.positive,
            )  # fmt: skip
            return rows[:height]
        return score_rows(
            width, found.values, found.baselines, self.usual, _(found.part), theme=self.theme,
            names=names[: max(height - 1, 1)], positive=self.positive, intervals=found.intervals,
            is_noisy=self.is_noisy,
        )  # fmt: skip

    def _threshold_text(self) -> str:
        if not self.positive:
            return f" {self.theme.signs.dot} " + _("p: look for one")
        if self.found.threshold is None:
            return ""
        return f" {self.theme.signs.dot} " + _("{name} from {threshold}").format(
            name=self.positive, threshold=share(self.found.threshold).strip()
        )

    def _rule(self, width: int, title: str) -> Strip:
        """A title with a line to the end."""
        text = cut(self.theme.plain(f" {title} "), width, theme=self.theme)
        return line(
            width, [(text, self.theme["dim"]), (self.theme.signs.rule * (width - cell_len(text)), self.theme["axis"])]
        )

    def _noisy_line(self, width: int) -> Strip:
        """How few rows there are to choose by, and what does better."""
        number, name = self.rarest
        rows = counted(number, "row")
        forms = [
            _("! only {rows} of {name}: ensemble 8, or folds").format(rows=rows, name=name),
            _("! only {rows} of {name}: ensemble 8").format(rows=rows, name=name),
            _("! only {rows} of {name}").format(rows=rows, name=name),
        ]
        text = next((form for form in forms if cell_len(form) < width), forms[-1])
        is_wide = any(high - low >= WIDE for low, high in self.found.intervals.values())
        style = self.theme["warning" if is_wide else "dim"]
        return line(width, [(f" {cut(self.theme.plain(text), width - 1, theme=self.theme)}", style)])

    def _reliability(self, width: int) -> list[Strip]:
        found = self.found.reliability
        rows = reliability_rows(width, found, theme=self.theme) if found is not None else []
        return [self._rule(width, self._reliability_title(width)), *rows] if rows else []

    def _reliability_title(self, width: int) -> str:
        assert self.found.reliability is not None
        error, of = share(self.found.reliability.error).strip(), self._of()
        forms = (
            _("Reliability{of}: said against came true, error {error}"), _("Reliability{of}: error {error}"),
            _("error {error}"),
        )  # fmt: skip
        texts = [form.format(of=of, error=error) for form in forms]
        return next((text for text in texts if cell_len(text) + 3 <= width), texts[-1])

    def _of(self) -> str:
        """Of which class a curve is, as " of yes"."""
        curves = self.found.roc
        if not curves or (self.found.positive is None and len(self.names) > 2):
            return ""
        return " " + _("of {name}").format(name=cut(self.names[curves[0].number], MOST_POSITIVE, theme=self.theme))

    # The other forms

    def roc(self, width: int, height: int) -> list[Strip]:
        """The ROC curve, with the point at which the class is decided."""
        curves, marks = self.found.roc, [self._decided(curve) for curve in self.found.roc]
        says = [
            _("ROC, each class against the others: recall up, false alarms across"),
            _("ROC: recall up, false alarms across"),
        ]
        if len(curves) == 1:
            area = self._area("roc_auc")
            says = [_("ROC{of}: area {area}, a coin .500").format(of=self._of(), area=area),
                    _("ROC: area {area}").format(area=area)]  # fmt: skip
        forms = [_("recall (up) {recall}, false alarms (across) {alarms}"), _("recall {recall}, alarms {alarms}")]
        facts = [form.format(recall=share(recall).strip(), alarms=share(alarms).strip())
                 for recall, _precision, alarms in marks[:1] for form in forms]  # fmt: skip
        places = [(alarms, recall) for recall, _precision, alarms in marks]
        named = Named(curves, self.names, places, says, facts, _("false alarms"), (0.0, 1.0))
        return draw_curves(width, height, named, theme=self.theme)

    def precision_recall(self, width: int, height: int) -> list[Strip]:
        """Precision against recall, with the point at which the class is decided."""
        found, curves = self.found, self.found.precision_recall
        marks, baseline = [self._decided(curve) for curve in curves], None
        says = [
            _("Each class against the others: precision up, recall across"),
            _("precision up, recall across"),
        ]
        if len(curves) == 1 and found.confusion is not None:
            chance = float(found.confusion[curves[0].number].sum() / found.confusion.sum())
            baseline, area = (chance, chance), self._area("average_precision")
            told = {"of": self._of(), "area": area, "chance": share(chance).strip()}
            says = [_("Precision{of}: average {area}, by chance {chance}").format(**told),
                    _("Precision: average {area}, by chance {chance}").format(**told),
                    _("average {area}, by chance {chance}").format(**told)]  # fmt: skip
        forms = [_("precision (up) {precision}, recall (across) {recall}"),
                 _("precision {precision}, recall {recall}")]  # fmt: skip
        facts = [form.format(recall=share(recall).strip(), precision=share(precision).strip())
                 for recall, precision, _alarms in marks[:1] for form in forms]  # fmt: skip
        places = [(recall, precision) for recall, precision, _alarms in marks]
        named = Named(curves, self.names, places, says, facts, _("recall"), baseline)
        return draw_curves(width, height, named, theme=self.theme)

    def reliability(self, width: int, height: int) -> list[Strip]:
        """What was said against what came true."""
        if self.found.reliability is None:
            texts = (_("this loss gives no probabilities"), _("no probabilities"))
            return notice(width, height, texts, self.theme["dim"])
        error = share(self.found.reliability.error).strip()
        says = [
            _("Probability{of}: came true up, said across; error {error}").format(of=self._of(), error=error),
            _("came true up, said across; error {error}").format(error=error),
            _("error {error}").format(error=error),
        ]
        return draw_reliability(width, height, self.found.reliability, says, theme=self.theme)

    def confusion(self, width: int, height: int) -> list[Strip]:
        """The confusion matrix."""
        assert self.found.confusion is not None
        return draw_confusion(width, height, self.found.confusion, self.names, theme=self.theme)

    def _area(self, name: str) -> str:
        """``.927 (.89–.96)``."""
        text, ends = share(self.found.values.get(name, float("nan"))).strip(), self.found.intervals.get(name)
        told = interval_text(name, ends, self.theme) if ends is not None else ""
        return f"{text} ({told})" if told else text

    def _decided(self, curve: ThresholdCurve) -> tuple[float, float, float]:
        """Recall, precision and the share of false alarms of a class as it is decided."""
        counts, number_of = self.found.confusion, curve.number
        assert counts is not None
        precision, recall, _f1 = class_scores(counts)[number_of].tolist()
        others = counts.sum() - counts[number_of].sum()
        alarms = (counts[:, number_of].sum() - counts[number_of, number_of]) / others if others else float("nan")
        return recall, precision, float(alarms)


def rows_of(found: MetricView) -> int:
    """How many rows the scores are of."""
    if found.confusion is not None:
        return int(found.confusion.sum())
    return 0 if found.truth is None else len(found.truth)
