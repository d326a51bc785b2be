"""The lines around the panes: header, status, footer, verdict, and the selected field's meaning."""

from __future__ import annotations

import math
import textwrap
from typing import Any

from tuitrain.data.dataset import Dataset
from tuitrain.hyperparameters import FIELDS
from tuitrain.snapshot import Snapshot
from tuitrain.text import visible
from tuitrain.ui.form.model import FormModel
from tuitrain.ui.keys import footer_items
from tuitrain.ui.line import Lines, Piece
from tuitrain.ui.numbers import counted, duration, memory, metric
from tuitrain.ui.theme import Theme

STATE_STYLES = {"running": "good", "done": "good", "paused": "warning", "diverged": "bad", "failed": "bad"}


class Header(Lines):
    """What is trained on, and how far it is: ``iris · 150×4 → 3 classes · 105/22/23   ● epoch 41/200``."""

    def __init__(self, theme: Theme, **rest: Any) -> None:
        super().__init__(**rest)
        self._theme = theme
        self._about = ""
        self._dataset_name = ""

    def describe(self, dataset: Dataset) -> None:
        """Take the dataset's name and sizes."""
        theme = self._theme
        sizes = [len(part.rows) for part in (dataset.train, dataset.validation, dataset.test)]
        answers = f"{dataset.n_classes} classes" if dataset.class_names else visible(dataset.target_name, 24)
        dot, times, arrow = (theme.signs[name] for name in ("dot", "times", "arrow"))
        self._dataset_name = theme.plain(visible(dataset.name, 30))
        self._about = (
            f" {dot} {sum(sizes):,}{times}{len(dataset.feature_names)} {arrow} {theme.plain(answers)}"
            f" {dot} {'/'.join(map(str, sizes))}"
        )

    def show(self, snapshot: Snapshot) -> None:
        """Repaint if the epoch or the state changed."""
        styles = self._theme.styles
        state = STATE_STYLES.get(snapshot.state, "plain")
        sign = self._theme.signs[snapshot.state]
        self.put([
            (" tuitrain  ", styles["title"]), (self._dataset_name, styles["bold"]), (self._about, styles["plain"]), None,
            (f" {sign} epoch {snapshot.epoch}/{snapshot.hyperparameters.epochs} ", styles[state]),
        ])  # fmt: skip


class StatusLine(Lines):
    """State, epoch, step, samples a second, time left, learning rate now, memory that the batch size takes."""

    def __init__(self, theme: Theme, **rest: Any) -> None:
        super().__init__(**rest)
        self._theme = theme

    def show(self, snapshot: Snapshot) -> None:
        """Repaint if anything in the line changed."""
        styles = self._theme.styles
        line: list[Piece | None] = [
            (f" {snapshot.state:<8}", styles["bold"] + styles[STATE_STYLES.get(snapshot.state, "plain")])
        ]
        for label, value in self._values(snapshot):
            line += [(f" {label} ", styles["dim"]), (value, styles["plain"])]
        self.put(line)

    def _values(self, snapshot: Snapshot) -> list[tuple[str, str]]:
        rate = "-" if math.isnan(snapshot.learning_rate) else f"{snapshot.learning_rate:.3g}"
        left = "-" if snapshot.seconds_left is None or not snapshot.is_running else duration(snapshot.seconds_left)
        width = len(counted(snapshot.hyperparameters.epochs * max(1, snapshot.steps_per_epoch)))
        wide = self.size.width >= 110
        return [
            ("epoch", f"{snapshot.epoch}/{snapshot.hyperparameters.epochs}"),
            ("step", f"{counted(snapshot.step):<{min(width, 9) if wide else 1}}"),
            ("samples/s", f"{metric(snapshot.samples_per_second):<5}"),
            ("left", f"{left:<5}"),
            ("learning rate" if wide else "rate", f"{rate:<8}" if wide else rate),
            ("memory per batch" if wide else "batch", memory(snapshot.batch_memory)),
        ]


class Footer(Lines):
    """The keys, as many as fit; it never changes but for its width."""

    def __init__(self, theme: Theme, **rest: Any) -> None:
        super().__init__(**rest)
        self._theme = theme

    def on_resize(self) -> None:
        line: list[Piece | None] = []
        for key, word in footer_items(self.size.width):
            line += [(f" {key} ", self._theme.styles["key"]), (f"{word} ", self._theme.styles["plain"])]
        self.put(line)


class Verdict(Lines):
    """What the session last said, else what the training looks like."""

    def __init__(self, theme: Theme, **rest: Any) -> None:
        super().__init__(**rest)
        self._theme = theme
        self._notice = ""
        self._snapshot: Snapshot | None = None

    def say(self, text: str) -> None:
        """Show a notice until the session says something new."""
        self._notice = text
        if self._snapshot is not None:
            self.show(self._snapshot)

    def show(self, snapshot: Snapshot) -> None:
        """Repaint if the verdict changed."""
        before, self._snapshot = self._snapshot, snapshot
        if before is not None and snapshot.message != before.message and snapshot.message:
            self._notice = ""
        text = self._notice or snapshot.message or _diagnosis(snapshot)
        is_bad = snapshot.state in {"diverged", "failed"}
        style = self._theme.styles["bad" if is_bad else "plain"]
        rows = textwrap.wrap(self._theme.plain(visible(text, 400)), max(20, self.size.width - 2))
        height = max(1, self.size.height)
        if len(rows) > height:
            rows = [*rows[: height - 1], rows[height - 1][: self.size.width - 4] + self._theme.signs["ellipsis"]]
        self.put(*([(f" {row}", style)] for row in rows))

    def on_resize(self) -> None:
        if self._snapshot is not None:
            self.show(self._snapshot)


class Description(Lines):
    """What the selected field means, what it may be, when a change takes effect."""

    DEFAULT_CSS = "Description { height: 3; }"

    def __init__(self, theme: Theme, model: FormModel, **rest: Any) -> None:
        super().__init__(**rest)
        self._theme = theme
        self._model = model

    def show_field(self) -> None:
        """Describe the field that the form's cursor is on, as fully as the height allows."""
        styles, model = self._theme.styles, self._model
        field = model.field
        effect = "changes take effect at once" if field.live else "changes take effect at reset"
        parts = [(field.meaning, "plain")]
        if not model.matters(model.name):
            needs = "; ".join(
                f"{FIELDS[other].label} {' or '.join(values)}"
                for other, values in field.when.items()
                if model.value(other) not in values
            )
            parts = [(field.meaning, "dim"), (f"no effect now: needs {needs}", "warning")]
        parts += [(field.allowed, "dim"), (effect, "dim"), ("", "plain"), (field.explanation, "plain")]
        width = max(12, self.size.width - 2)
        lines: list[list[Piece]] = []
        for text, style in parts:
            rows = textwrap.wrap(self._theme.plain(text), width) or [""]
            if len(lines) + len(rows) > self.size.height and lines:
                break
            lines += [[(f" {row}", styles[style])] for row in rows]
        self.put(*lines)

    def on_resize(self) -> None:
        self.show_field()


def _diagnosis(snapshot: Snapshot) -> str:
    try:
        from tuitrain.diagnosis import verdict  # noqa: PLC0415 - costs nothing until the first snapshot
    except ImportError:
        return ""
    return str(verdict(snapshot))
