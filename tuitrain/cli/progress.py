"""Show the progress of a headless training: one rewritten line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import math
import sys
import time
from typing import Any, TextIO

from tuitrain.numbers import duration
from tuitrain.session.snapshot import Snapshot

REDRAW_SECONDS = 0.1
PLAIN_LINES = 20


class ProgressLine:
    """Writes the newest snapshot to `stream` when due; does nothing once the stream has failed."""

    def __init__(self, stream: TextIO | None = None, width: int = 80) -> None:
        self._stream = stream or sys.stderr
        self._is_terminal = self._stream.isatty()
        self._width = width
        self._next_time = 0.0
        self._next_epoch = 1
        self._shown_epoch = 0
        self._is_silent = False

    def show(self, snapshot: Snapshot) -> None:
        """Write a line if one is due."""
        if self._is_terminal:
            now = time.monotonic()
            if now >= self._next_time:
                self._next_time = now + REDRAW_SECONDS
                self._write("\r" + bar(snapshot, self._width) + "\x1b[K")
        elif snapshot.epoch >= self._next_epoch:
            self._write(plain(snapshot) + "\n")
            self._shown_epoch = snapshot.epoch
            self._next_epoch = snapshot.epoch + max(1, snapshot.hyperparameters.epochs // PLAIN_LINES)

    def finish(self, snapshot: Snapshot) -> None:
        """Write the last line."""
        if self._is_terminal:
            self._next_time = 0.0
            self.show(snapshot)
            self._write("\n")
        elif snapshot.epoch != self._shown_epoch:
            self._write(plain(snapshot) + "\n")

    def _write(self, text: str) -> None:
        if self._is_silent:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:  # a reader that is gone or a full disk is no reason to end a training
            self._is_silent = True


def bar(snapshot: Snapshot, width: int) -> str:
    """Draw a progress bar with losses, speed and the time left, at most `width` wide."""
    epochs = snapshot.hyperparameters.epochs
    done = (snapshot.epoch + snapshot.step_in_epoch / snapshot.steps_per_epoch) / epochs
    right = f" {snapshot.epoch}/{epochs}  {losses(snapshot)}  {rate(snapshot.samples_per_second)}"
    if snapshot.seconds_left is not None:
        right += f"  {duration(snapshot.seconds_left)} left"
    room = max(4, min(24, width - 2 - len(right)))
    filled = round(min(done, 1) * room)
    return ("█" * filled + "░" * (room - filled) + right)[: width - 1]


def plain(snapshot: Snapshot) -> str:
    """Format the same as a line of a log."""
    metric = "".join(f"  {name} {value:.4f}" for name, value in snapshot.metrics.get("validation", {}).items())
    return f"epoch {snapshot.epoch}  {losses(snapshot)}{metric}  {rate(snapshot.samples_per_second)}"


def losses(snapshot: Snapshot) -> str:
    """Format the training and validation loss."""
    text = f"train {snapshot.train_loss:.4g}"
    return text if math.isnan(snapshot.validation_loss) else f"{text}  validation {snapshot.validation_loss:.4g}"


def rate(value: float) -> str:
    """Format samples a second, briefly."""
    if math.isnan(value):
        return "–/s"
    for limit, unit in ((1e6, "M"), (1e3, "k")):
        if value >= limit:
            return f"{value / limit:.1f}{unit}/s"
    return f"{value:.0f}/s"


def summary(found: dict[str, Any]) -> str:
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
