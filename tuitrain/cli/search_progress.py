"""Show the progress and the result of a headless search."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from tuitrain.numbers import duration
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.text import visible

if TYPE_CHECKING:
    from tuitrain.search.api import SearchResult
    from tuitrain.search.conductor import SearchProgress
    from tuitrain.search.space.space import Setting
    from tuitrain.search.study.study import Study
    from tuitrain.search.study.trial import Trial

REDRAW_SECONDS = 0.2
PLAIN_SECONDS = 2.0
MOST_LETTERS = 500  # of a notice


class SearchLine:
    """Writes a search's progress to `stream`: one rewritten line on a terminal, plain lines elsewhere."""

    def __init__(self, study: Study, stream: TextIO, width: int) -> None:
        self._study, self._stream, self._width = study, stream, width
        self._is_terminal = stream.isatty()
        self._next = 0.0
        self._shown = -1
        self._notices_told = 0

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
        self._write(f"{settings.strategy} search, {trials}, by {score}; study {visible(study.path)}")
        for name, text in study.space.to_texts().items():
            self._write(f"  {FIELDS[name].label:<15} {text}")
        if known:
            self._write(f"  {known} trials are known")
        self._tell(study.notices)

    def show(self, progress: SearchProgress) -> None:
        """Write a line if one is due."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (REDRAW_SECONDS if self._is_terminal else PLAIN_SECONDS)
        self._tell(progress.notices)
        done = sum(trial.is_done for trial in progress.trials)
        if self._is_terminal:
            self._write("\r" + self._line(progress)[: self._width - 1] + "\x1b[K", end="")
        elif done != self._shown:
            self._shown = done
            self._write(self._line(progress))

    def finish(self, progress: SearchProgress) -> None:
        """Write the last line."""
        self._next = 0.0
        self._shown = -1
        self.show(progress)
        if self._is_terminal:
            self._write("")

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

    def _tell(self, notices: Sequence[str]) -> None:
        """Write the notices not yet reported."""
        for notice in notices[self._notices_told :]:
            self._write(("\r\x1b[K" if self._is_terminal else "") + f"note: {visible(notice, MOST_LETTERS)}")
        self._notices_told = len(notices)

    def _write(self, text: str, end: str = "\n") -> None:
        with suppress(OSError):  # a reader that is gone or a full disk is no reason to end a search
            self._stream.write(text + end)
            self._stream.flush()


def score(trial: Trial) -> str:
    """Format a trial's score, with its deviation if there is one."""
    text = f"{trial.score:.4f}"
    return text if math.isnan(trial.deviation) else f"{text} ± {trial.deviation:.4f}"


def setting_text(setting: Setting) -> str:
    """Format a setting on one line as ``--try`` takes it: ``learning_rate=0.01 hidden_layers=64``."""
    return " ".join(f"{name}={FIELDS[name].format(value)}" for name, value in setting.items())


def summary(found: SearchResult) -> str:
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
