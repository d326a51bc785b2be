"""The rows around the Search screen's panes: room, status, what the selected entry or trial is."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from tuitrain.data.facts import DatasetFacts
from tuitrain.numbers import duration
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.options.search_settings import Settings
from tuitrain.search.conductor import SearchProgress
from tuitrain.search.study.trial import Trial
from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.text import counted, visible
from tuitrain.translation import gettext as _
from tuitrain.translation import ngettext
from tuitrain.ui.plots.labels import short_label
from tuitrain.ui.search.entries import points_text, usual_range
from tuitrain.ui.search.form_model import SearchFormModel
from tuitrain.ui.search.guessing import Guessing
from tuitrain.ui.search.panes import SearchPane
from tuitrain.ui.search.table import score_text
from tuitrain.ui.search.trials_pane import TrialsPane
from tuitrain.ui.theme import Role, Theme
from tuitrain.ui.widgets.explain_row import ExplainRow
from tuitrain.ui.widgets.room_row import RoomRow
from tuitrain.ui.widgets.status_row import Part, StatusRow

WIDE_ROW = 110  # columns from which on the first row says more
_SIGNS = {"ready": "ready", "running": "running", "choosing": "running", "paused": "paused", "done": "done",
          "stopped": "paused", "failed": "failed"}  # fmt: skip
_STYLES: dict[str, Role] = {"running": "good", "choosing": "good", "paused": "warning", "stopped": "warning",
                            "done": "good", "failed": "bad"}  # fmt: skip


class SearchRoomRow(RoomRow):
    """The rooms, what is searched and how, how far: ``iris · 150×4 → 3 · bayesian   ● 12/50 trials``."""

    def __init__(self, theme: Theme, **rest: Any) -> None:
        super().__init__(theme, "search", **rest)

    def show(self, snapshot: SearchSnapshot, chosen: DatasetFacts) -> None:
        """Repaint if anything changed; `chosen` is the Train screen's dataset, named too where it is another."""
        is_wide = self.size.width >= WIDE_ROW
        signs = self._theme.signs
        done = sum(trial.is_done for trial in snapshot.trials)
        most = snapshot.settings.trials if snapshot.settings is not None else 0
        count = _("{done} trials").format(done=f"{done}/{most}") if most else counted(done, "trial")
        state, style = f"{signs.of_state(_SIGNS[snapshot.state])} {count}", _STYLES.get(snapshot.state, "plain")
        if snapshot.choice is not None:
            whole = f"{count} {signs.dot} " if is_wide else f"{done}/{most} " if most else ""
            state, style = f"{signs.of_state('paused')} {whole}{_('your guess')}", "warning"
        searched = snapshot.dataset if snapshot.dataset is not None else chosen
        name, dot = visible(searched.name, 30), f" {signs.dot} "
        strategy = [visible(snapshot.settings.strategy, 20)] if snapshot.settings is not None else []
        if strategy and snapshot.is_one_at_a_time and is_wide:
            strategy = [_("{strategy}, one at a time").format(strategy=strategy[0])]
        answer = str(searched.n_classes) if searched.class_names else visible(searched.target_name, 24)
        shape = f"{searched.n_rows:,}{signs.times}{len(searched.feature_names)} {signs.arrow} {answer}"
        whole = _("{number} classes").format(number=shape) if searched.class_names else shape
        forms = [dot.join([name, whole, *strategy]), dot.join([name, shape, *strategy]),
                 dot.join([name, *strategy]), name]  # fmt: skip
        is_other = searched.fingerprint != chosen.fingerprint
        warning = _("(screen 1: {dataset})").format(dataset=visible(chosen.name, 20)) * is_other
        self.put_row(forms, (state, self._theme.styles[style]), warning=warning)


class SearchStatusRow(StatusRow):
    """State, best score, why it ended, trials a second, time left; while a grid is ahead, what it takes.

    At the right what waits for the user: proposals, and how many notices the help page lists.
    """

    def __init__(
        self, theme: Theme, note: Callable[[str], None], guessing: Guessing | None = None, **rest: Any
    ) -> None:
        super().__init__(theme, note, **rest)
        self._ahead = ""
        self._snapshot: SearchSnapshot | None = None
        self._guessing = guessing or Guessing()

    def tell_ahead(self, text: str) -> None:
        """Say what the search that the form asks for would take, as long as none runs; empty: nothing."""
        if text != self._ahead:
            self._ahead = text
            self.redraw()

    def show(self, snapshot: SearchSnapshot) -> None:
        """Repaint if anything in the row changed; why a search failed is said when it is new."""
        before, self._snapshot = self._snapshot, snapshot
        if before is not None and _turn(before) != _turn(snapshot):
            self.forget()
        has_failed = snapshot.state == "failed" and snapshot.message
        if has_failed and (before is None or _turn(before) != _turn(snapshot)):
            self.say(snapshot.message, is_error=True)
        else:
            self.redraw()

    def state(self) -> tuple[str, str, Role] | None:
        if self._snapshot is None:
            return None
        if self._guessing.waits:
            return self._theme.signs.of_state("paused"), _("your guess"), "warning"
        state = self._snapshot.state
        return self._theme.signs.of_state(_SIGNS[state]), _(state), _STYLES.get(state, "plain")

    def waiting(self) -> str:
        return _waiting(self._snapshot) if self._snapshot is not None else ""

    def parts(self, *, is_wide: bool) -> Sequence[Part]:
        """(before, value, after) of each part, the most wanted first."""
        snapshot = self._snapshot
        assert snapshot is not None
        progress, settings = snapshot.progress, snapshot.settings
        if self._guessing.waits:
            return self._guessed(snapshot, is_wide=is_wide)
        if self._ahead and snapshot.state in {"ready", "done", "stopped"} and not _is_told(snapshot):
            return [(_("grid: "), self._ahead, ""), ("", _("space starts it"), "")]
        if progress is None or settings is None or snapshot.state == "failed":
            return [("", visible(snapshot.message, 300), "")] * bool(snapshot.message)
        return [
            *self._results(snapshot, settings, progress, is_wide=is_wide),
            *self._pace(snapshot, settings, progress),
        ]

    def _results(
        self, snapshot: SearchSnapshot, settings: Settings, progress: SearchProgress, *, is_wide: bool
    ) -> list[Part]:
        """What was found, and why the search ended."""
        parts = []
        if progress.best is not None:
            name = f"{settings.metric} " if is_wide else ""
            parts.append(
                (_("best {metric}").format(metric=name), score_text(progress.best), f" (#{progress.best.number})")
            )
        if snapshot.message:
            parts.append(("", visible(snapshot.message, 80), ""))
        if settings.metric in snapshot.test:
            alone = snapshot.single_test.get(settings.metric)
            told = "" if alone is None else _(" averaged, {score} the best alone").format(score=f"{alone:.4f}")
            parts.append((_("test "), f"{snapshot.test[settings.metric]:.4f}", told))
        if snapshot.ties:
            parts.append(("", str(len(snapshot.ties)), _(" tied")))
        return parts

    def _pace(self, snapshot: SearchSnapshot, settings: Settings, progress: SearchProgress) -> list[Part]:
        """How fast it goes on, and where it is kept."""
        parts = []
        if progress.trials_per_second:
            parts.append(("", f"{progress.trials_per_second:.3g}", _(" trials/s")))
        if progress.seconds_left is not None and snapshot.is_running:
            parts.append(("", duration(progress.seconds_left), _(" left")))
        elif progress.seconds and not math.isnan(progress.seconds):
            parts.append(("", duration(progress.seconds), ""))
        if snapshot.is_running and _is_endless(settings):
            parts.append(("", _("no budget"), _(": space pauses it")))
        if progress.is_proposing and not progress.proposals:
            parts.append((_("proposing"), "", ""))
        if snapshot.study is not None and not snapshot.is_running:
            parts.append((_("study "), visible(snapshot.study, 100), ""))
        return parts

    def _guessed(self, snapshot: SearchSnapshot, *, is_wide: bool) -> list[Part]:
        """Ask for the guess, or once the choice is shown for the one that is to be tried."""
        asked = _("← → move it, enter shows the choice")
        if self._guessing.is_shown:
            asked = _("e tries yours, space the choice")
        parts = [("", asked, "")]
        if is_wide and snapshot.study is not None:
            parts.append((_("study "), visible(snapshot.study, 100), ""))
        return [*parts, (_("nothing is trained meanwhile"), "", "")]


def _is_told(snapshot: SearchSnapshot) -> bool:
    """Whether the search that is shown is a grid itself, whose end is to be told rather than its beginning."""
    return snapshot.settings is not None and snapshot.settings.strategy == "grid" and snapshot.state != "ready"


def _turn(snapshot: SearchSnapshot) -> tuple[object, ...]:
    """What makes a notice old news when it changes."""
    waits = snapshot.progress is not None and bool(snapshot.progress.proposals)
    return (snapshot.state, snapshot.message, waits)


def _waiting(snapshot: SearchSnapshot) -> str:
    """``8 proposals wait: v   2 notices: ?``: what is never hidden by what is said."""
    proposals = snapshot.progress.proposals if snapshot.progress is not None else ()
    proposals = () if snapshot.is_one_at_a_time else proposals  # the guess is asked for at the left
    told = ngettext("{proposals} waits: v", "{proposals} wait: v", len(proposals))
    parts = [told.format(proposals=counted(len(proposals), "proposal"))] * bool(proposals)
    parts += [f"{counted(len(snapshot.notices), 'notice')}: ?"] * bool(snapshot.notices)
    return "  ".join(parts)


def _is_endless(settings: Settings) -> bool:
    """Whether nothing but the user, or the space, ends the search."""
    return settings.strategy != "grid" and not settings.trials and not settings.seconds and settings.goal is None


def explain_entry(row: ExplainRow, model: SearchFormModel, estimate: str) -> None:
    """Explain the entry that the form's cursor is on; `estimate` is what a grid takes, or where trials are kept."""
    entry = model.entry
    if not model.name:
        folded = model.foldable(model.group) if model.group not in model.opened else ()
        names = ", ".join(map(model.label, folded))
        told = _("enter shows {fields}").format(fields=names) if folded else _("enter folds it")
        row.explain(_(model.group), told)
        return
    facts: tuple[str, ...] = (_(entry.explanation),)
    if entry.is_field:
        facts = (_("+ searches {range}").format(range=usual_range(entry.name)),)
        if model.is_searched(entry.name):
            is_grid = model.texts["strategy"] == "grid"
            fixes = _("- fixes {value}").format(value=model.nudged(entry.name, -1))
            facts = (points_text(entry.name, model.texts[entry.name]) if is_grid else fixes,)
    elif entry.name == "strategy" and estimate:
        facts = (estimate,)
    name, meaning = f"{_(entry.label)} {model.texts[entry.name]}", _(entry.meaning)
    if not entry.is_field and not estimate and not row.has_room(name, meaning, facts):
        facts = ()  # what it is says more
    row.explain(name, meaning, facts)


def explain_pane(row: ExplainRow, pane: SearchPane, trials: TrialsPane) -> None:
    """Explain what is selected in a pane: the trial that is, or what the pane shows where none is."""
    snapshot, trial = trials.shown, trials.trial
    settings = snapshot.settings if snapshot is not None else None
    best = snapshot.progress.best if snapshot is not None and snapshot.progress is not None else None
    if trial is None or settings is None or pane.id in {"surrogate", "importance"}:
        known = f", {score_text(best)}," if best is not None else ""
        row.explain(_(pane.WORD or pane.TITLE), _(pane.EXPLAINED).format(best=known))
        return
    explain_trial(row, trial, is_best=best is not None and best.number == trial.number, metric=settings.metric)


def explain_trial(row: ExplainRow, trial: Trial, *, is_best: bool, metric: str) -> None:
    """``trial 17 ★ · accuracy 0.971 · learning rate 0.0734 · L2 0.0032``, with shorter names where that is too long."""
    star = f" {row.best_sign}" * is_best
    score = f"{metric} {score_text(trial)}" if trial.is_done and math.isfinite(trial.score) else _(trial.state)
    name = _("trial {number}").format(number=trial.number) + f"{star} {row.dot} {score}"
    values: list[str] = []
    for room in (100, 0):
        values = [
            f"{short_label(FIELDS[field].label, room)} {FIELDS[field].format(value)}"
            for field, value in trial.setting.items()
        ]
        if row.has_room(name, trial.message, values):
            break
    row.explain(name, trial.message, values)
