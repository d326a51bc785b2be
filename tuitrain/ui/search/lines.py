"""The lines around the Search screen's panes: header, status, the selected entry's meaning."""

from __future__ import annotations

import math
import textwrap
from typing import Any

from rich.cells import cell_len

from tuitrain.data.wording import counted
from tuitrain.search_session import SearchSnapshot
from tuitrain.text import visible
from tuitrain.ui.line import Lines, Piece
from tuitrain.ui.numbers import duration
from tuitrain.ui.search.entries import points_text
from tuitrain.ui.search.model import SearchFormModel
from tuitrain.ui.search.table import score_text
from tuitrain.ui.theme import Theme

_SIGNS = {"ready": "ready", "running": "running", "choosing": "running", "paused": "paused", "done": "done",
          "stopped": "paused", "failed": "failed"}  # fmt: skip
_STYLES = {"running": "good", "choosing": "good", "paused": "warning", "stopped": "warning", "done": "good",
           "failed": "bad"}  # fmt: skip


class SearchHeader(Lines):
    """What is searched, and how far: ``iris · bayesian · study … ● 12/50 trials``."""

    def __init__(self, theme: Theme, **rest: Any) -> None:
        super().__init__(**rest)
        self._theme = theme

    def show(self, snapshot: SearchSnapshot, chosen: Any) -> None:
        """Repaint if anything changed; `chosen` is the Train screen's dataset, named too where it is another."""
        styles, signs = self._theme.styles, self._theme.signs
        done = sum(trial.is_done for trial in snapshot.trials)
        most = snapshot.settings.trials if snapshot.settings is not None else 0
        count = f"{done}/{most} trials" if most else counted(done, "trial")
        sign = signs[_SIGNS[snapshot.state]]
        about = f" {signs['dot']} search"
        if snapshot.settings is not None:
            about += f" {signs['dot']} {visible(snapshot.settings.strategy, 20)}"
        searched = snapshot.dataset if snapshot.dataset is not None else chosen
        name = self._theme.plain(visible(searched.name, 30))
        is_other = searched.fingerprint != chosen.fingerprint
        other = self._theme.plain(f"  (screen 1: {visible(chosen.name, 20)})" * is_other)
        right = (f" {sign} {count} ", styles[_STYLES.get(snapshot.state, "plain")])
        left: list[Piece | None] = [(" tuitrain  ", styles["title"]), (name, styles["bold"]), (about, styles["plain"])]
        self.put([*left, (other, styles["warning"]), None, right])


class SearchStatus(Lines):
    """State, best score, trials a second, time left, or what was last said."""

    def __init__(self, theme: Theme, **rest: Any) -> None:
        super().__init__(**rest)
        self._theme = theme
        self._notice = ""
        self._snapshot: SearchSnapshot | None = None

    def say(self, text: str) -> None:
        """Show a notice, until the state changes."""
        self._notice = text
        if self._snapshot is not None:
            self._redraw(self._snapshot)

    def show(self, snapshot: SearchSnapshot) -> None:
        """Repaint if anything in the line changed."""
        before, self._snapshot = self._snapshot, snapshot
        if before is not None and (before.state, before.message) != (snapshot.state, snapshot.message):
            self._notice = ""
        self._redraw(snapshot)

    def _redraw(self, snapshot: SearchSnapshot) -> None:
        styles = self._theme.styles
        state = styles[_STYLES.get(snapshot.state, "plain")]
        line: list[Piece | None] = [(f" {snapshot.state:<8} ", styles["bold"] + state)]
        if self._notice or snapshot.state == "failed":
            text = self._theme.plain(visible(self._notice or snapshot.message, 300))
            self.put([*line, (text, styles["warning" if self._notice else "bad"])])
            return
        room = self.size.width - 10
        for texts in self._values(snapshot):
            before, value, after = map(self._theme.plain, texts)
            room -= cell_len(before + value + after) + 2
            if room < -2:
                break
            line += [(before, styles["dim"]), (value, styles["plain"]), (f"{after}  ", styles["dim"])]
        self.put(line)

    def _values(self, snapshot: SearchSnapshot) -> list[tuple[str, str, str]]:
        progress, settings = snapshot.progress, snapshot.settings
        if progress is None or settings is None:
            return []
        parts = []
        if progress.best is not None:
            parts.append((f"best {settings.metric} ", score_text(progress.best), f" (#{progress.best.number})"))
        if settings.metric in snapshot.test:
            parts.append(("test ", f"{snapshot.test[settings.metric]:.4f}", ""))
        if snapshot.ties:
            parts.append(("", str(len(snapshot.ties)), " tied"))
        if progress.trials_per_second:
            parts.append(("", f"{progress.trials_per_second:.3g}", " trials/s"))
        if progress.seconds_left is not None and snapshot.is_running:
            parts.append(("", duration(progress.seconds_left), " left"))
        elif progress.seconds and not math.isnan(progress.seconds):
            parts.append(("", duration(progress.seconds), ""))
        if progress.proposals:
            parts.append(("", str(len(progress.proposals)), " proposals wait: v"))
        elif progress.is_proposing:
            parts.append(("proposing", "", ""))
        if snapshot.message:
            parts.append((visible(snapshot.message, 80), "", ""))
        return parts


class EntryDescription(Lines):
    """What the selected entry means, and what the range in it stands for."""

    def __init__(self, theme: Theme, model: SearchFormModel, **rest: Any) -> None:
        super().__init__(**rest)
        self._theme = theme
        self._model = model
        self._estimate = ""

    def show_entry(self, estimate: str | None = None) -> None:
        """Describe the entry under the cursor, as fully as the height allows.

        `estimate` is what a grid takes, or where trainings by hand are kept; None: as before.
        """
        self._estimate = self._estimate if estimate is None else estimate
        model, entry = self._model, self._model.entry
        width, height = max(12, self.size.width - 2), self.size.height
        texts = [(entry.meaning, "plain")]
        if entry.is_field:
            texts.append((points_text(entry.name, model.texts[entry.name]), "accent"))
        elif entry.name == "strategy" and model.texts["strategy"] in {"grid", "manual"}:
            texts.append((self._estimate, "accent"))
        texts.append((entry.explanation, "dim"))
        rows = [
            (f" {row}", self._theme.styles[style])
            for text, style in texts
            for row in textwrap.wrap(self._theme.plain(visible(text, 1000)), width)
        ]
        if len(rows) > height > 0:
            last, style = rows[height - 1]
            rows[height - 1] = (f"{last[: width - 1]} {self._theme.signs['ellipsis']}", style)
        self.put(*([row] for row in rows[:height]))

    def on_resize(self) -> None:
        self.show_entry()
