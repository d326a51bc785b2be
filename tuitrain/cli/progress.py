"""The progress of a training or search without a screen, and what it came to.

A line is rewritten in place on a terminal; elsewhere there are plain lines, fewer of them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

from tuitrain.numbers import duration, rate
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.text import visible

if TYPE_CHECKING:
    from tuitrain.search.api import SearchResult
    from tuitrain.search.conductor import SearchProgress
    from tuitrain.search.space.space import Setting
    from tuitrain.search.study.study import Study
    from tuitrain.search.study.trial import Trial
    from tuitrain.session.snapshot import Snapshot

TRAINING_SECONDS, SEARCH_SECONDS = 0.1, 0.2  # between two lines on a terminal
PLAIN_SECONDS = 2.0  # between two lines of a search elsewhere
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

    def line(self, text: str = "") -> None:
        """Write a line, or end the current one."""
        self._write(text + "\n")

    def note(self, text: str) -> None:
        """Write a note in place of the current line."""
        self._write(("\r\x1b[K" if self.is_terminal else "") + f"note: {visible(text, MOST_LETTERS)}\n")

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

    def show(self, snapshot: Snapshot) -> None:
        """Write a line, if it is time for one."""
        if self._output.is_terminal:
            now = time.monotonic()
            if now >= self._next_time:
                self._next_time = now + TRAINING_SECONDS
                self._output.rewrite(bar(snapshot, self._width))
        elif snapshot.epoch >= self._next_epoch:
            self._output.line(plain(snapshot))
            self._shown_epoch = snapshot.epoch
            self._next_epoch = snapshot.epoch + max(1, snapshot.hyperparameters.epochs // PLAIN_LINES)

    def finish(self, snapshot: Snapshot) -> None:
        """Write the last line."""
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
    right = f" {snapshot.epoch}/{epochs}  {losses(snapshot)}  {rate(snapshot.samples_per_second)}/s"
    if snapshot.seconds_left is not None:
        right += f"  {duration(snapshot.seconds_left)} left"
    room = max(4, min(24, width - 2 - len(right)))
    filled = round(min(done, 1) * room)
    return ("█" * filled + "░" * (room - filled) + right)[: width - 1]


def plain(snapshot: Snapshot) -> str:
    """Format the same as a line of a log."""
    metric = "".join(f"  {name} {value:.4f}" for name, value in snapshot.metrics.get("validation", {}).items())
    return f"epoch {snapshot.epoch}  {losses(snapshot)}{metric}  {rate(snapshot.samples_per_second)}/s"


def losses(snapshot: Snapshot) -> str:
    """Format the training and validation loss."""
    text = f"train {snapshot.train_loss:.4g}"
    return text if math.isnan(snapshot.validation_loss) else f"{text}  validation {snapshot.validation_loss:.4g}"


def training_summary(found: dict[str, Any]) -> str:
    """Summarise a finished training in a few lines: the loss and metrics of each part at the best epoch."""
    seconds = f"{found['seconds']:.1f} s"
    lines = [
        f"{found['dataset']}: {found['epochs']} epochs in {seconds}, best epoch {found['best_epoch']}, "
        f"{found['parameters']:,} parameters"
    ]
    for part in ("train", "validation", "test"):
        if part in found:
            absent = why_absent(found[part]["loss"], found["rows"][part])
            values = "  ".join(f"{name} {_figure(value, absent)}" for name, value in found[part].items())
            lines.append(f"  {part:<10}  {values}")
    return "\n".join(lines)


def why_absent(loss: float | None, rows: int) -> str:
    """Explain a metric that is not a number, on a part of `rows` rows with this loss."""
    if loss is None or not math.isfinite(loss):
        return "not finite"
    return f"undefined ({'one row' if rows == 1 else 'the target does not vary'})"


def _figure(value: float | None, absent: str) -> str:
    return absent if value is None else f"{value:.4f}" if 1e-3 <= abs(value) < 1e4 else f"{value:.3g}"


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
        trials = f"{settings.trials} trials" if settings.trials else "as many trials as there is time for"
        if settings.strategy == "grid":
            whole = study.space.grid_size
            trials = f"{settings.trials} of {whole} trials" if 0 < settings.trials < whole else f"{whole} trials"
        elif not settings.trials and not settings.seconds:
            trials = "trials without end" if settings.goal is None else "trials until the goal is reached"
        score = settings.metric + (f", mean of {settings.folds} folds" if settings.folds > 1 else "")
        score += f", of {settings.seeds} seeds" if settings.seeds > 1 else ""
        known = sum(trial.is_done for trial in study.trials)
        self._output.line(f"{settings.strategy} search, {trials}, by {score}; study {visible(study.path)}")
        for name, text in study.space.to_texts().items():
            self._output.line(f"  {FIELDS[name].label:<15} {text}")
        if known:
            self._output.line(f"  {known} trials are known")
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
        parts = [f"{done}/{most} trials" if most else f"{done} trials"]
        if progress.best is not None:
            parts.append(f"best {score(progress.best)} (trial {progress.best.number})")
        if progress.trials_per_second:
            parts.append(f"{progress.trials_per_second:.3g}/s")
        if progress.seconds_left is not None and not progress.ending:
            parts.append(f"{duration(progress.seconds_left)} left")
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
    counts = "".join(f", {count} {word}" for count, word in ((pruned, "pruned"), (failed, "failed")) if count)
    rate = f" ({len(done) / study.seconds:.3g} a second)" if study.seconds else ""
    lines = [f"{len(done)} trials{counts} in {study.seconds:.1f} s{rate}: {found.progress.ending}"]
    if best is None:
        return lines[0]
    lines.append(f"  best        trial {best.number}  {study.settings.metric} {score(best)}  epoch {best.best_epoch}")
    lines.append(f"  setting     {setting_text(best.setting)}")
    if study.ties:
        shown = ", ".join(str(trial.number) for trial in study.ties[:8])
        more = f" and {len(study.ties) - 8} more" if len(study.ties) > 8 else ""
        how = "equal scores" if math.isnan(best.deviation) else "within the deviation"
        lines.append(f"  ties        {how}: trial {shown}{more}; ranked by loss, then by number")
    if found.test:
        lines.append("  test        " + "  ".join(f"{name} {value:.4f}" for name, value in found.test.items()))
    lines.append(f"  study       {visible(study.path)} (model: best.safetensors)")
    return "\n".join(lines)
