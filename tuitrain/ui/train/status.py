"""The lines around the panes: header, status, and the selected field's meaning."""

from __future__ import annotations

import math
import textwrap
from typing import Any

from rich.cells import cell_len

from tuitrain.data.facts import DatasetFacts
from tuitrain.numbers import duration, memory, rate
from tuitrain.session.snapshot import Snapshot
from tuitrain.text import visible
from tuitrain.ui.plots.lines import cut
from tuitrain.ui.theme import Theme
from tuitrain.ui.train.form_model import FormModel
from tuitrain.ui.train.pace import pace_text
from tuitrain.ui.widgets.text_lines import Lines, Piece, shortened

STATE_STYLES = {"running": "good", "done": "good", "paused": "warning", "diverged": "bad", "failed": "bad"}


class Header(Lines):
    """What is trained on, and how far it is: ``iris · 150×4 → 3 classes · 105/22/23   ● epoch 41/200``."""

    def __init__(self, theme: Theme, **rest: Any) -> None:
        super().__init__(**rest)
        self._theme = theme
        self._about = ""
        self._dataset_name = ""

    def describe(self, dataset: DatasetFacts) -> None:
        """Take the dataset's name and sizes."""
        theme = self._theme
        sizes = [dataset.train, dataset.validation, dataset.test]
        answers = f"{dataset.n_classes} classes" if dataset.class_names else visible(dataset.target_name, 24)
        dot, times, arrow = theme.signs.dot, theme.signs.times, theme.signs.arrow
        self._dataset_name = theme.plain(visible(dataset.name, 30))
        self._about = (
            f" {dot} {sum(sizes):,}{times}{len(dataset.feature_names)} {arrow} {theme.plain(answers)}"
            f" {dot} {'/'.join(map(str, sizes))}"
        )

    def show(self, snapshot: Snapshot) -> None:
        """Repaint if the epoch or the state changed."""
        styles = self._theme.styles
        state = STATE_STYLES.get(snapshot.state, "plain")
        sign = self._theme.signs.of_state(snapshot.state)
        name, about = (self._dataset_name, styles["bold"]), (self._about, styles["plain"])
        epoch = (f" {sign} epoch {_epoch(snapshot)} ", styles[state])
        self.put([(" tuitrain  ", styles["title"]), name, about, None, epoch])


class StatusLine(Lines):
    """State, epoch, step, samples a second, time left, learning rate now, memory that the batch size takes.

    At the right, how many notices about the data the help page lists: ``8 notices: ?``.
    """

    def __init__(self, theme: Theme, **rest: Any) -> None:
        super().__init__(**rest)
        self._theme = theme
        self._notices = ""
        self._snapshot: Snapshot | None = None

    def on_resize(self) -> None:
        if self._snapshot is not None:
            self.show(self._snapshot)

    def describe(self, dataset: DatasetFacts) -> None:
        """Take the number of the dataset's notices."""
        number = len(dataset.notices)
        self._notices = f"{number} notice{'s' * (number > 1)}: ? " if number else ""

    def show(self, snapshot: Snapshot) -> None:
        """Repaint if anything in the line changed."""
        self._snapshot = snapshot
        styles = self._theme.styles
        state = styles[STATE_STYLES.get(snapshot.state, "plain")]
        line: list[Piece | None] = [(f" {snapshot.state:<8} ", styles["bold"] + state)]
        for before, value, after in self._values(snapshot):
            line += [(before, styles["dim"]), (value, styles["plain"]), (f"{after}  ", styles["dim"])]
        self.put([*line, None, (self._notices, styles["warning"])])

    def _values(self, snapshot: Snapshot) -> list[tuple[str, str, str]]:
        """(before, value, after) of each part; a narrow line leaves the epoch to the header, then the memory out."""
        pace = [("pace ", pace_text(snapshot.pace), "")] if snapshot.pace else []
        room = self.size.width - len(self._notices) - sum(len("".join(part)) + 2 for part in pace)
        is_wide = room >= 110
        learning_rate = "-" if math.isnan(snapshot.learning_rate) else f"{snapshot.learning_rate:.3g}"
        parts = [("epoch ", _epoch(snapshot), "")] if room >= 92 else []
        parts += [
            ("step ", f"{snapshot.step:,}", ""),
            ("", f"{rate(snapshot.samples_per_second):>5}", " samples/s"),
            ("learning rate " if is_wide else "rate ", learning_rate, ""),
        ]
        parts += pace
        if room >= 78:
            parts.append(("memory per batch " if is_wide else "batch ", memory(snapshot.batch_memory), ""))
        if snapshot.seconds_left is not None and snapshot.is_running:
            parts.append(("", duration(snapshot.seconds_left), " left"))
        elif snapshot.seconds:
            parts.append(("", duration(snapshot.seconds), " trained"))
        return parts


class Description(Lines):
    """What the selected field means, what it may be, when a change takes effect."""

    DEFAULT_CSS = "Description { height: 3; }"

    def __init__(self, theme: Theme, model: FormModel, **rest: Any) -> None:
        super().__init__(**rest)
        self._theme = theme
        self._model = model

    def show_field(self) -> None:
        """Describe the field that the form's cursor is on, as fully as the height allows."""
        model = self._model
        if not model.name:
            self._show_group(model.group)
            return
        field = model.field
        effect = "at once, while training goes on" if field.live else "at reset"
        needs = model.needs(model.name)
        if self.size.height == 1:
            self._show_in_a_line()
            return
        parts = [  # (how much it is wanted, text, style), from top to bottom
            (4, field.meaning, "dim" if needs else "plain"),
            (5, f"no effect: needs {needs}" if needs else "", "warning"),
            (3, field.explanation, "plain"),
            (2, field.allowed, "dim"),
            (1, f"takes effect {effect}", "dim"),
        ]
        width, left = max(12, self.size.width - 2), self.size.height
        wrapped = [(rank, textwrap.wrap(self._theme.plain(text), width), style) for rank, text, style in parts if text]
        shown: dict[int, list[str]] = {}
        for rank, rows, _ in sorted(wrapped, reverse=True):
            if len(rows) <= left or rank == 4:  # the meaning is worth showing in part
                shown[rank] = shortened(rows, left, width, self._theme.signs.ellipsis)
            left -= len(shown.get(rank, ()))
        styles = self._theme.styles
        self.put(*([(f" {row}", styles[style])] for rank, _, style in wrapped for row in shown.get(rank, ())))

    def _show_in_a_line(self) -> None:
        """``learning rate 0.01 · size of a step along the gradient · live · above 0, at most 1000``."""
        model, field, dot = self._model, self._model.field, f" {self._theme.signs.dot} "
        needs = model.needs(model.name)
        facts = [field.meaning, "live" if field.live else "at reset", field.allowed]
        if needs:
            facts = [f"no effect: needs {needs}", field.meaning]
        head = self._theme.plain(f" {field.label} {field.format(model.current(model.name))}")
        rest = cut(self._theme.plain("".join(dot + fact for fact in facts)), self.size.width - cell_len(head) - 1,
                   theme=self._theme)  # fmt: skip
        self.put([(head, self._theme["bold"]), (rest, self._theme["warning" if needs else "plain"])])

    def _show_group(self, group: str) -> None:
        """Name what is folded under the heading that the cursor is on."""
        folded = self._model.foldable(group) if group not in self._model.opened else ()
        names = ", ".join(map(self._model.label, folded))
        text = f"enter shows {names}" if folded else "enter folds what is rarely changed or has no effect"
        width = max(12, self.size.width - 2)
        rows = textwrap.wrap(self._theme.plain(f"{group} {self._theme.signs.dot} {text}"), width)
        rows = shortened(rows, self.size.height, width, self._theme.signs.ellipsis)
        self.put(*([(f" {row}", self._theme["plain"])] for row in rows))

    def on_resize(self) -> None:
        self.show_field()


def _epoch(snapshot: Snapshot) -> str:
    """``41/200``; ``60, limit 20`` where the limit was lowered below what is done."""
    limit = snapshot.hyperparameters.epochs
    return f"{snapshot.epoch}/{limit}" if snapshot.epoch <= limit else f"{snapshot.epoch}, limit {limit}"
