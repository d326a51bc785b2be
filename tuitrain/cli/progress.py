"""The progress of a training or search without a screen, and what it came to.

A line is rewritten in place on a terminal; elsewhere there are plain lines, fewer of them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from tuitrain.cli.scores import asked_scores
from tuitrain.numbers import duration, rate
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.text import counted, visible
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.search.api import SearchResult
    from tuitrain.search.averaged import Averaged
    from tuitrain.search.conductor import SearchProgress
    from tuitrain.search.space.space import Setting
    from tuitrain.search.study.study import Study
    from tuitrain.search.study.trial import Trial
    from tuitrain.session.snapshot import Snapshot

TRAINING_SECONDS, SEARCH_SECONDS = 0.1, 0.2  # between two lines on a terminal
PREDICTION_SECONDS = 0.5  # before the first one
PLAIN_SECONDS = 2.0  # between two lines of a search elsewhere
AVERAGED = {"f1": "macro f1"}  # how a score of all classes says that it is their mean
PLAIN_LINES = 20  # of a training elsewhere
MOST_LETTERS = 500  # of a notice


class _Output:
    """A stream of at most `width` columns; it falls silent when nobody takes what is written."""

    def __init__(self, stream: TextIO, width: int) -> None:
        self._stream, self._width = stream, width
        self.is_terminal = stream.isatty()
        self._is_silent = False

    def rewrite(self, text: str) -> None:
        """Write over the current line."""
        self._write("\r" + text[: self._width - 1] + "\x1b[K")

    def erase(self) -> None:
        """Take the current line away."""
        self._write("\r\x1b[K")

    def line(self, text: str = "") -> None:
        """Write a line, or end the current one."""
        self._write(text + "\n")

    def note(self, text: str) -> None:
        """Write a note in place of the current line."""
        self._write(
            ("\r\x1b[K" if self.is_terminal else "") + _("note: {text}\n").format(text=visible(text, MOST_LETTERS))
        )

    def _write(self, text: str) -> None:
        if self._is_silent:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:  # a reader that has gone, a full disk: no reason to end what runs
            self._is_silent = True


class TrainingLine:
    """Writes the progress of a training to `stream`."""

    def __init__(self, stream: TextIO, width: int) -> None:
        self._output, self._width = _Output(stream, width), width
        self._next_time = 0.0
        self._next_epoch = 1
        self._shown_epoch = 0
        self._notices_shown = 0

    def show(self, snapshot: Snapshot) -> None:
        """Write a line, if it is time for one, and what is new to tell of the run."""
        self._note(snapshot.run_notices)
        if self._output.is_terminal:
            now = time.monotonic()
            if now >= self._next_time:
                self._next_time = now + TRAINING_SECONDS
                self._output.rewrite(bar(snapshot, self._width))
        elif snapshot.epoch >= self._next_epoch:
            self._output.line(plain(snapshot))
            self._shown_epoch = snapshot.epoch
            self._next_epoch = snapshot.epoch + max(1, snapshot.hyperparameters.epochs // PLAIN_LINES)

    def _note(self, notices: Sequence[str]) -> None:
        """Write the notices that are new."""
        for notice in notices[self._notices_shown :]:
            self._output.note(notice)
        self._notices_shown = len(notices)

    def finish(self, snapshot: Snapshot) -> None:
        """Write the last line."""
        self._note(snapshot.run_notices)
        if self._output.is_terminal:
            self._next_time = 0.0
            self.show(snapshot)
            self._output.line()
        elif snapshot.epoch != self._shown_epoch:
            self._output.line(plain(snapshot))


def bar(snapshot: Snapshot, width: int) -> str:
    """Draw a progress bar with losses, speed and the time left, at most `width` wide."""
    epochs = snapshot.hyperparameters.epochs
    done = (snapshot.epoch + snapshot.step_in_epoch / snapshot.steps_per_epoch) / epochs
    right = f" {snapshot.epoch}/{epochs}  {losses(snapshot)}  {rate(snapshot.samples_per_second)}"
    right += _(" rows/s")
    if snapshot.seconds_left is not None:
        right += _("  {duration} left").format(duration=duration(snapshot.seconds_left))
    return _bar_before(right, done, width)


def _bar_before(right: str, done: float, width: int) -> str:
    room = max(4, min(24, width - 2 - len(right)))
    filled = round(min(done, 1) * room)
    return ("█" * filled + "░" * (room - filled) + right)[: width - 1]


def plain(snapshot: Snapshot) -> str:
    """Format the same as a line of a log."""
    metric = "".join(f"  {name} {value:.4f}" for name, value in snapshot.metrics.get("validation", {}).items())
    return _("epoch {epoch}  {losses}{metric}  {rate} rows/s").format(
        epoch=snapshot.epoch, losses=losses(snapshot), metric=metric, rate=rate(snapshot.samples_per_second)
    )


def losses(snapshot: Snapshot) -> str:
    """Format the training and validation loss."""
    text = _("train {loss:.4g}").format(loss=snapshot.train_loss)
    return (
        text
        if math.isnan(snapshot.validation_loss)
        else _("{text}  validation {loss:.4g}").format(text=text, loss=snapshot.validation_loss)
    )


def training_summary(found: dict[str, Any]) -> str:
    """Summarise a finished training in a few lines: the loss and metrics of each part at the best epoch."""
    seconds = f"{found['seconds']:.1f} s"
    lines = [
        _("{dataset}: {epochs} in {seconds}, best epoch {best_epoch}, {parameters:,} parameters").format(
            dataset=found["dataset"],
            epochs=counted(found["epochs"], "epoch"),
            seconds=seconds,
            best_epoch=found["best_epoch"],
            parameters=found["parameters"],
        )
    ]
    for part in ("train", "validation", "test"):
        if part in found:
            absent = why_absent(found[part]["loss"], found["rows"][part])
            values = "  ".join(
                f"{AVERAGED.get(name, name)} {_figure(value, absent)}" for name, value in found[part].items()
            )
            lines.append(f"  {_(part):<10}  {values}")
    return "\n".join([*lines, *asked_scores(found), *_first_finding(found.get("findings", []))])


def _first_finding(findings: list[dict[str, Any]]) -> list[str]:
    """Tell the most pressing finding, and its first remedy as options of the command line."""
    if not findings:
        return []
    first = findings[0]
    sign = "  " if first["severity"] == "note" else "! "
    lines = [visible(sign + first["text"], 600)]
    if first["remedies"]:
        remedy = first["remedies"][0]
        told = _("  try {options} ({text})").format(options=remedy["options"], text=remedy["text"])
        lines.append(visible(told, 600))
    if first["page"]:
        lines.append(_("  more: tuitrain help {page}").format(page=first["page"]))
    return lines


def why_absent(loss: float | None, rows: int) -> str:
    """Explain a metric that is not a number, on a part of `rows` rows with this loss."""
    if loss is None or not math.isfinite(loss):
        return _("not finite")
    return _("undefined (one row)") if rows == 1 else _("undefined (the target hardly varies in these rows)")


def _figure(value: float | None, absent: str) -> str:
    if value is None:
        return absent
    size = abs(value)
    return f"{value:.4f}" if 1e-3 <= size < 1e4 else f"{value:.0f}" if 1e4 <= size < 1e12 else f"{value:.3g}"


class PredictionLine:
    """Writes how far predicting has come to `stream`, if that is a terminal; a short work shows nothing."""

    def __init__(self, stream: TextIO | None, width: int) -> None:
        self._output = _Output(stream, width) if stream is not None and stream.isatty() else None
        self._width = width
        self._began = time.monotonic()
        self._next_time = self._began + PREDICTION_SECONDS
        self._is_shown = False

    def show(self, rows: int, share: float | None) -> None:
        """Write the line, if it is time for it; `share` of the file, 0 to 1, is read, None if that is not known."""
        now = time.monotonic()
        if self._output is not None and now >= self._next_time:
            self._next_time = now + TRAINING_SECONDS
            self._output.rewrite(prediction_bar(rows, share, now - self._began, self._width))
            self._is_shown = True

    def clear(self) -> None:
        """Take the line away."""
        if self._output is not None and self._is_shown:
            self._output.erase()
            self._is_shown = False


def prediction_bar(rows: int, share: float | None, seconds: float, width: int) -> str:
    """Draw a bar by the share of the file, with rows, speed and the time left, at most `width` wide."""
    right = _("{rows:,} rows  {rate}/s").format(rows=rows, rate=rate(rows / seconds))
    if share is None:
        return right[: width - 1]
    if share > 0:
        right += _("  {duration} left").format(duration=duration(seconds / share * (1 - share)))
    return _bar_before(f" {share:4.0%}  {right}", share, width)


class SearchLine:
    """Writes a search's progress to `stream`: one rewritten line on a terminal, plain lines elsewhere."""

    def __init__(self, study: Study, stream: TextIO, width: int) -> None:
        self._study, self._output = study, _Output(stream, width)
        self._next = 0.0
        self._shown = -1
        self._notices_shown = 0

    def begin(self) -> None:
        """Describe the search."""
        study, settings = self._study, self._study.settings
        trials = (
            _("{trials} trials").format(trials=settings.trials)
            if settings.trials
            else _("as many trials as there is time for")
        )
        if settings.strategy == "grid":
            whole = study.space.grid_size
            trials = (
                _("{trials} of {whole} trials").format(trials=settings.trials, whole=whole)
                if 0 < settings.trials < whole
                else _("{whole} trials").format(whole=whole)
            )
        elif not settings.trials and not settings.seconds:
            trials = _("trials without end") if settings.goal is None else _("trials until the goal is reached")
        score = settings.metric + (
            _(", mean of {folds} folds").format(folds=settings.folds) if settings.folds > 1 else ""
        )
        score += _(", of {seeds} seeds").format(seeds=settings.seeds) if settings.seeds > 1 else ""
        known = sum(trial.is_done for trial in study.trials)
        self._output.line(
            _("{strategy} search, {trials}, by {score}; study {path}").format(
                strategy=settings.strategy, trials=trials, score=score, path=visible(study.path)
            )
        )
        for name, text in study.space.to_texts().items():
            self._output.line(f"  {_(FIELDS[name].label):<15} {text}")
        if known:
            self._output.line(_("  {known} trials are known").format(known=known))
        self._note(study.notices)

    def show(self, progress: SearchProgress) -> None:
        """Write a line if one is due."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (SEARCH_SECONDS if self._output.is_terminal else PLAIN_SECONDS)
        self._note(progress.notices)
        done = sum(trial.is_done for trial in progress.trials)
        if self._output.is_terminal:
            self._output.rewrite(self._line(progress))
        elif done != self._shown:
            self._shown = done
            self._output.line(self._line(progress))

    def finish(self, progress: SearchProgress) -> None:
        """Write the last line."""
        self._next = 0.0
        self._shown = -1
        self.show(progress)
        if self._output.is_terminal:
            self._output.line()

    def _line(self, progress: SearchProgress) -> str:
        done = sum(trial.is_done for trial in progress.trials)
        most = self._study.settings.trials
        parts = [
            _("{done}/{most} trials").format(done=done, most=most) if most else _("{done} trials").format(done=done)
        ]
        if progress.best is not None:
            parts.append(
                _("best {score} (trial {number})").format(score=score(progress.best), number=progress.best.number)
            )
        if progress.trials_per_second:
            parts.append(f"{progress.trials_per_second:.3g}/s")
        if progress.seconds_left is not None and not progress.ending:
            parts.append(_("{duration} left").format(duration=duration(progress.seconds_left)))
        return "  ".join(parts)

    def _note(self, notices: Sequence[str]) -> None:
        """Write the notices that are new."""
        for notice in notices[self._notices_shown :]:
            self._output.note(notice)
        self._notices_shown = len(notices)


def score(trial: Trial) -> str:
    """Format a trial's score, with its deviation if there is one."""
    text = f"{trial.score:.4f}"
    return text if math.isnan(trial.deviation) else f"{text} ± {trial.deviation:.4f}"


def setting_text(setting: Setting) -> str:
    """Format a setting on one line as ``--try`` takes it: ``learning_rate=0.01 hidden_layers=64``."""
    return " ".join(f"{name}={FIELDS[name].format(value)}" for name, value in setting.items())


def search_summary(found: SearchResult) -> str:
    """Summarise a finished search in a few lines."""
    study, best = found.study, found.best
    done = [trial for trial in study.trials if trial.is_done]
    failed = sum(trial.state == "failed" for trial in done)
    pruned = sum(trial.state == "pruned" for trial in done)
    counts = _(", {count} pruned").format(count=pruned) if pruned else ""
    counts += _(", {count} failed").format(count=failed) if failed else ""
    rate = _(" ({rate:.3g} a second)").format(rate=len(done) / study.seconds) if study.seconds else ""
    told = _("{trials}{counts} in {seconds:.1f} s{rate}: {ending}")
    trials, ending = counted(len(done), "trial"), found.progress.ending
    lines = [told.format(trials=trials, counts=counts, seconds=study.seconds, rate=rate, ending=ending)]
    if best is None:
        return lines[0]
    lines.append(
        _("  best        trial {number}  {metric} {score}  epoch {best_epoch}").format(
            number=best.number, metric=study.settings.metric, score=score(best), best_epoch=best.best_epoch
        )
    )
    lines.append(_("  setting     {setting}").format(setting=setting_text(best.setting)))
    if study.ties:
        shown = ", ".join(str(trial.number) for trial in study.ties[:8])
        more = _(" and {count} more").format(count=len(study.ties) - 8) if len(study.ties) > 8 else ""
        how = _("equal scores") if math.isnan(best.deviation) else _("within the deviation")
        lines.append(
            _("  ties        {how}: trial {shown}{more}; ranked by loss, then by number").format(
                how=how, shown=shown, more=more
            )
        )
    single, average = found.chosen.single_test, found.chosen.average
    if single:
        lines.append(_("  test        {scores}").format(scores=_scores(single)))
    if average is not None:
        lines += _about_average(average, study.settings.metric)
    name = "best.safetensors" if average is None else "average.safetensors"
    lines.append(_("  study       {path} (model: {name})").format(path=visible(study.path), name=name))
    return "\n".join(lines)


def _scores(scores: Mapping[str, float]) -> str:
    return "  ".join(f"{AVERAGED.get(name, name)} {value:.4f}" for name, value in scores.items())


def _about_average(average: Averaged, metric: str) -> list[str]:
    """Say which trials answer together, and what that came to."""
    pairs = zip(average.trials, average.weights, strict=True)
    shares = ", ".join(f"{trial} ({weight:.0%})" for trial, weight in pairs)
    lines = [
        _("  average     {metric} {score:.4f} out of fold, {single:.4f} the best alone; trials {shares}").format(
            metric=metric, score=average.score, single=average.single_score, shares=shares
        )
    ]
    if average.test:
        lines.append(_("  its test    {scores}").format(scores=_scores(average.test)))
    return lines
