"""The lines around the Search screen's panes: header, status, the selected entry's meaning."""

from __future__ import annotations

import math
import textwrap
from typing import Any

from rich.cells import cell_len
from textual.timer import Timer

from tuitrain.numbers import duration
from tuitrain.options.search_settings import Settings
from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.text import counted, visible
from tuitrain.ui.search.entries import points_text
from tuitrain.ui.search.form_model import SearchFormModel
from tuitrain.ui.search.table import score_text
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.layout import MEDIUM
from tuitrain.ui.widgets.text_lines import Lines, Piece

NOTICE_SECONDS = 6.0  # that what is said hides the state
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
        sign = signs.of_state(_SIGNS[snapshot.state])
        about = f" {signs.dot} search"
        if snapshot.settings is not None:
            about += f" {signs.dot} {visible(snapshot.settings.strategy, 20)}"
        searched = snapshot.dataset if snapshot.dataset is not None else chosen
        name = self._theme.plain(visible(searched.name, 30))
        is_other = searched.fingerprint != chosen.fingerprint
        other = self._theme.plain(f"  (screen 1: {visible(chosen.name, 20)})" * is_other)
        right = (f" {sign} {count} ", styles[_STYLES.get(snapshot.state, "plain")])
        left: list[Piece | None] = [(" tuitrain  ", styles["title"]), (name, styles["bold"]), (about, styles["plain"])]
        self.put([*left, (other, styles["warning"]), None, right])


class SearchStatus(Lines):
    """State, best score, why it ended, trials a second, time left; or for some seconds what was last said.

    At the right what waits for the user: proposals, and how many notices the help page lists.
    """

    def __init__(self, theme: Theme, **rest: Any) -> None:
        super().__init__(**rest)
        self._theme = theme
        self._notice = self._ahead = ""
        self._forgetting: Timer | None = None
        self._snapshot: SearchSnapshot | None = None

    def say(self, text: str) -> None:
        """Show a notice, for some seconds or until the state changes."""
        self._notice = text
        if self._forgetting is not None:
            self._forgetting.stop()
        self._forgetting = self.set_timer(NOTICE_SECONDS, self._forget)
        if self._snapshot is not None:
            self._redraw(self._snapshot)

    def tell_ahead(self, text: str) -> None:
        """Say what the search that the form asks for would take, as long as none runs; empty: nothing."""
        if text != self._ahead:
            self._ahead = text
            if self._snapshot is not None:
                self._redraw(self._snapshot)

    def _forget(self) -> None:
        self._notice = ""
        if self._snapshot is not None:
            self._redraw(self._snapshot)

    def show(self, snapshot: SearchSnapshot) -> None:
        """Repaint if anything in the line changed."""
        before, self._snapshot = self._snapshot, snapshot
        if before is not None and _turn(before) != _turn(snapshot):
            self._notice = ""
        self._redraw(snapshot)

    def on_resize(self) -> None:
        if self._snapshot is not None:
            self._redraw(self._snapshot)

    def _redraw(self, snapshot: SearchSnapshot) -> None:
        styles, plain = self._theme.styles, self._theme.plain
        state = styles[_STYLES.get(snapshot.state, "plain")]
        line: list[Piece | None] = [(f" {snapshot.state:<8} ", styles["bold"] + state)]
        right = _waiting(snapshot)
        if self._notice or snapshot.state == "failed":
            said = (plain(visible(self._notice or snapshot.message, 300)), styles["warning" if self._notice else "bad"])
            self.put([*line, said, None, (right, styles["warning"])])
            return
        room = self.size.width - 10 - len(right)
        for texts in self._values(snapshot):
            before, value, after = map(plain, texts)
            needed = cell_len(before + value + after) + 2
            if needed <= room + 2:  # else a shorter one may fit
                room -= needed
                line += [(before, styles["dim"]), (value, styles["plain"]), (f"{after}  ", styles["dim"])]
        self.put([*line, None, (right, styles["warning"])])

    def _values(self, snapshot: SearchSnapshot) -> list[tuple[str, str, str]]:
        """(before, value, after) of each part, the most wanted first."""
        progress, settings = snapshot.progress, snapshot.settings
        if self._ahead and snapshot.state in {"ready", "done", "stopped"} and not _is_told(snapshot):
            return [("grid: ", self._ahead, ""), ("", "space starts it", "")]
        if progress is None or settings is None:
            return [("", visible(snapshot.message, 80), "")] * bool(snapshot.message)
        parts = []
        if progress.best is not None:
            name = f"{settings.metric} " if self.size.width >= MEDIUM.width else ""
            parts.append((f"best {name}", score_text(progress.best), f" (#{progress.best.number})"))
        if snapshot.message:
            parts.append(("", visible(snapshot.message, 80), ""))
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
        if snapshot.is_running and _is_endless(settings):
            parts.append(("", "no budget", ": space pauses it"))
        if progress.is_proposing and not progress.proposals:
            parts.append(("proposing", "", ""))
        if snapshot.study is not None and not snapshot.is_running:
            parts.append(("study ", visible(snapshot.study, 100), ""))
        return parts


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
    parts = [f"{counted(len(proposals), 'proposal')} wait{'s' * (len(proposals) == 1)}: v"] * bool(proposals)
    parts += [f"{counted(len(snapshot.notices), 'notice')}: ?"] * bool(snapshot.notices)
    return "".join(f" {part} " for part in parts)


def _is_endless(settings: Settings) -> bool:
    """Whether nothing but the user, or the space, ends the search."""
    return settings.strategy != "grid" and not settings.trials and not settings.seconds and settings.goal is None


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
        if not model.name:
            folded = model.foldable(model.group) if model.group not in model.opened else ()
            names = ", ".join(map(model.label, folded))
            texts = [(f"{model.group}: enter shows {names}" if folded else f"{model.group}: enter folds it", "plain")]
        elif entry.is_field:
            texts.append((points_text(entry.name, model.texts[entry.name]), "accent"))
        elif entry.name == "strategy" and model.texts["strategy"] in {"grid", "manual"}:
            texts.append((self._estimate, "accent"))
        texts += [(entry.explanation, "dim")] * bool(model.name)
        rows = [
            (f" {row}", self._theme.styles[style])
            for text, style in texts
            for row in textwrap.wrap(self._theme.plain(visible(text, 1000)), width)
        ]
        if len(rows) > height > 0:
            last, style = rows[height - 1]
            rows[height - 1] = (f"{last[: width - 1]} {self._theme.signs.ellipsis}", style)
        self.put(*([row] for row in rows[:height]))

    def on_resize(self) -> None:
        self.show_entry()
