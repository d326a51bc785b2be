"""The losses against epochs, live."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from textual.strip import Strip

from tuitrain.numbers import share, significant
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.options.metric_names import LOSS
from tuitrain.runs.finished import Edit
from tuitrain.runs.history import Floats
from tuitrain.session.snapshot import EarlierRun, MembersView, Snapshot
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.loss_plot import View, draw_loss, first_cut_off
from tuitrain.ui.plots.metric_curve import draw_metric
from tuitrain.ui.plots.scores import UNITS_OF_TARGET as UNITS
from tuitrain.ui.plots.thinning import thinned
from tuitrain.ui.train.panes.train_pane import TrainPane

ABBREVIATED = {
    "f1": "F1", "roc_auc": "ROC AUC", "mcc": "MCC", "r2": "R²", "rmse": "RMSE", "mae": "MAE", "mape": "MAPE",
}  # fmt: skip
LEAST_BOTH = 56  # columns from which loss and metric stand side by side
SMOOTHING = (0.0, 0.6, 0.9, 0.97)


class LossPane(TrainPane):
    """Training and validation loss, the best epoch, live edits as vertical lines, earlier runs as faint curves."""

    SHOWS = TITLE = N_("Loss")
    EXPLAINED = N_("train: the mean over the epoch's batches, each before its update; validation: after the epoch")
    VIEWS: ClassVar[tuple[View, ...]] = ("full", "recent")
    is_log = False
    smoothing = 0.0
    scale_view: View = "full"
    has_metric = False  # whether the metric is drawn too, or, where there is little room, instead
    _has_offered_log = False
    insets = (0, 0)  # lines above for the verdict, columns at the right for the metric

    def seen(self, snapshot: Snapshot) -> Snapshot:
        return snapshot  # the whole course, with a cursor

    def leave_room(self, top: int, right: int) -> None:
        """Leave lines above, and columns at the right, to others."""
        if (top, right) != self.insets:
            self.insets = (top, right)
            self.redraw()

    def title(self, snapshot: Snapshot) -> tuple[str, str]:
        dash = "-" if self.look.ascii_only else "–"
        last = snapshot.epochs_recorded
        settings = [_("log axis")] * self.is_log
        settings += [_("smoothed {share}").format(share=f"{self.smoothing:g}")] * bool(self.smoothing)
        settings += [_("recent epochs")] * (self.scale_view == "recent")
        if not math.isnan(snapshot.batch_loss):
            settings.append(_("batch {loss}").format(loss=significant(snapshot.batch_loss)))
        best = ""
        epoch = snapshot.shown_best[0]
        if epoch:
            best = _("best {loss} at {epoch}").format(loss=self._best(snapshot), epoch=epoch)
            networks = snapshot.members.count
            best = f"{snapshot.member + 1}/{networks}: {best}" if networks > 1 else best
        title = _(self.SHOWS)
        if self.has_metric:
            metric = metric_of(snapshot)[0]
            title = f"{title}, {metric}" if self._is_beside else metric[:1].upper() + metric[1:]
        if last:
            title += f" {self.look.signs.dot} " + _("epochs {range}").format(range=f"0{dash}{last}")
        return title, "  ".join(filter(None, (", ".join(settings), best)))

    def _best(self, snapshot: Snapshot) -> str:
        """The best epoch's loss; where another metric chooses it, that."""
        watched = snapshot.hyperparameters.metric
        course = snapshot.history.column("watched_metric", snapshot.epochs_recorded)
        best, loss = snapshot.shown_best
        if watched == LOSS or not best <= len(course) or math.isnan(course[best - 1]):
            return significant(loss)
        return f"{label_of_metric(watched)} {_figure(watched, float(course[best - 1]))}"

    @property
    def _is_beside(self) -> bool:
        return self.size.width - self.insets[1] >= LEAST_BOTH

    def toggle_metric(self) -> None:
        """Draw the metric over the epochs too, or no more."""
        self.has_metric = not self.has_metric
        self._say_and_redraw()

    def toggle_log(self) -> None:
        """Switch between a linear and a logarithmic axis."""
        self.is_log = not self.is_log
        self._say_and_redraw()

    def cycle_smoothing(self) -> None:
        """Smooth more, and after the most, not at all."""
        self.smoothing = SMOOTHING[(SMOOTHING.index(self.smoothing) + 1) % len(SMOOTHING)]
        self._say_and_redraw()

    def cycle_view(self) -> None:
        """Switch between the whole training and its last quarter."""
        self.scale_view = self.VIEWS[(self.VIEWS.index(self.scale_view) + 1) % len(self.VIEWS)]
        self._say_and_redraw()

    def _say_and_redraw(self) -> None:
        self.entitle()
        self.redraw()

    def _mark_hidden(self, hidden: int) -> None:
        """Nothing scrolls here."""

    def looks_the_same(self, before: Snapshot, now: Snapshot) -> bool:
        marks = [
            (
                one.best_epoch,
                len(one.edits),
                [id(run) for run in one.earlier],
                math.isnan(one.first_train_loss),
                one.past and one.past.epoch,
                one.member,
                repr(one.members.together),
            )
            for one in (before, now)
        ]
        is_longer = before.history is not now.history or before.epochs_recorded != now.epochs_recorded
        return not is_longer and marks[0] == marks[1]

    def draw(self, width: int, height: int, snapshot: Snapshot) -> list[Strip]:
        top, right = self.insets
        wide, high = max(width - right, 1), max(height - top, 1)
        plot = self._with_metric(wide, high, snapshot) if self.has_metric else self._plot(wide, high, snapshot)
        return [*[Strip.blank(width)] * top, *(strip.adjust_cell_length(width) for strip in plot)]

    def _with_metric(self, width: int, height: int, snapshot: Snapshot) -> list[Strip]:
        """The loss and the metric side by side, or the metric alone where there is no room for both."""
        name, part, values = metric_of(snapshot)
        left = width // 2 if self._is_beside else 0
        metric = draw_metric(
            width - left, height, snapshot.history.column("epoch", snapshot.epochs_recorded), values,
            f"{name}, {_(part)}", best_epoch=snapshot.shown_best[0],
            is_share=snapshot.hyperparameters.metric not in UNITS,
            cursor=None if snapshot.past is None else snapshot.past.epoch, theme=self.look,
        )  # fmt: skip
        if not left:
            return metric
        loss = self._plot(left, height, snapshot)
        return [Strip.join([one, other]) for one, other in zip(loss, metric, strict=True)]

    def offer_log(self, snapshot: Snapshot) -> str:
        """Tell once, where the first loss is cut off, which key shows it; "" otherwise."""
        if self._has_offered_log or self.is_log or self.scale_view != "full" or math.isnan(snapshot.first_train_loss):
            return ""
        first = first_cut_off(*_losses(snapshot, is_thinned=True)[1:])
        if math.isnan(first):
            return ""
        self._has_offered_log = True
        told = _("the first loss, {loss}, is cut off at the top; l: logarithmic axis")
        return told.format(loss=significant(first))

    def _plot(self, width: int, height: int, snapshot: Snapshot) -> list[Strip]:
        epochs, train, validation = _losses(
            snapshot, is_thinned=not self.smoothing and snapshot.past is None and snapshot.members.count == 1
        )
        return draw_loss(
            width, height, train, validation,
            epochs=epochs, earlier_labels=[self._difference(run, snapshot) for run in snapshot.earlier],
            log=self.is_log, smoothing=self.smoothing, view=self.scale_view,
            cursor=None if snapshot.past is None else snapshot.past.epoch,
            best_epoch=snapshot.shown_best[0] or None, edits=[self._edit(edit) for edit in snapshot.edits],
            earlier=[_curve(run) for run in snapshot.earlier], theme=self.look,
            band=_band(snapshot), about_band=_about_band(snapshot.members),
        )  # fmt: skip

    def _difference(self, run: EarlierRun, snapshot: Snapshot) -> str:
        """What was different in an earlier run, as ``learning rate 0.01→0.1``; how many more there are."""
        differences = run.hyperparameters.differences(snapshot.hyperparameters)
        if not differences:
            return _("same values")
        name, (old, new) = next(iter(differences.items()))
        spec, more = FIELDS[name], f" +{len(differences) - 1}" * (len(differences) > 1)
        return f"{_(spec.label)} {spec.format(old)}{self.look.signs.arrow}{spec.format(new)}{more}"

    def _edit(self, edit: Edit) -> tuple[float, str]:
        spec = FIELDS[edit.name]
        return edit.epoch, f"{_(spec.label)} {spec.format(edit.old)}{self.look.signs.arrow}{spec.format(edit.new)}"


def label_of_metric(name: str) -> str:
    """A metric's name in words."""
    return ABBREVIATED.get(name, name.replace("_", " "))


def _figure(name: str, value: float) -> str:
    return significant(value) if name in UNITS else share(value).strip()


def metric_of(snapshot: Snapshot) -> tuple[str, str, Floats]:
    """Return the name of the metric that is watched, or else accuracy or R², its part, and its value by epoch, (E,)."""
    length, column, watched = snapshot.epochs_recorded, snapshot.history.column, snapshot.hyperparameters.metric
    values = column("watched_metric", length)
    if watched != LOSS and not np.isnan(values).all():
        return label_of_metric(watched), "validation", values
    part = "train" if np.isnan(column("validation_metric", length)).all() else "validation"
    return _("accuracy") if snapshot.dataset.n_classes else "R²", part, column(f"{part}_metric", length)


def _losses(snapshot: Snapshot, *, is_thinned: bool) -> tuple[Floats, Floats, Floats]:
    """Epochs, training and validation losses, from before the first step on where that was measured.

    Those of a very long training are thinned on request, so that they need not be copied.
    """
    length, column = snapshot.epochs_recorded, snapshot.history.column
    epochs, train, validation = (column(name, length) for name in ("epoch", "train_loss", "validation_loss"))
    if is_thinned:
        epochs, train, validation = thinned(epochs, train, validation)
    if math.isnan(snapshot.first_train_loss):
        return epochs, train, validation
    first, first_validation = snapshot.first_train_loss, snapshot.first_validation_loss
    return _from_start(0.0, epochs), _from_start(first, train), _from_start(first_validation, validation)


def _band(snapshot: Snapshot) -> tuple[Floats, Floats] | None:
    """The least and the largest of an ensemble's validation losses, as long as the losses; None of a single network."""
    if snapshot.members.count == 1 or not snapshot.epochs_recorded:
        return None
    length, column = snapshot.epochs_recorded, snapshot.history.column
    ends = column("validation_low", length), column("validation_high", length)
    if math.isnan(snapshot.first_train_loss):
        return ends
    return _from_start(math.nan, ends[0]), _from_start(math.nan, ends[1])


def _about_band(members: MembersView) -> tuple[str, ...]:
    """What the band is and what the networks come to together, in more words and in fewer."""
    networks = _("{count} networks").format(count=members.count)
    together = _("together {loss}").format(loss=significant(members.together))
    told = "" if math.isnan(members.together) else together
    return tuple(dict.fromkeys(filter(None, (f"{networks}  {told}".rstrip(), told, networks, str(members.count)))))


def _from_start(first: float, losses: Floats) -> Floats:
    """The losses of the epochs, behind that before the first step."""
    return np.concatenate([[first], losses])


def _curve(run: EarlierRun) -> tuple[Floats, Floats]:
    """An earlier run's validation loss, or its training loss where there was none."""
    has_validation = bool((run.validation_loss == run.validation_loss).any())
    return run.epoch, run.validation_loss if has_validation else run.train_loss
