"""A race of the strategies: best so far against trials, for grid, random and Bayesian search on the same space."""

from __future__ import annotations

import threading
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widget import Widget

from tuitrain.data.dataset import Dataset
from tuitrain.errors import TuitrainError
from tuitrain.options.search_settings import Settings
from tuitrain.search.race import LaneResult, Race, run_race
from tuitrain.search.space.space import Space
from tuitrain.text import visible
from tuitrain.ui.plots.palette import glyphs_of, palette_of
from tuitrain.ui.plots.search_plots import draw_race
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.dialog import Dialog
from tuitrain.ui.widgets.text_lines import Lines, Piece

REDRAW_SECONDS = 0.3
SEEDS, TRIALS, MOST_TRIALS = 5, 40, 200


class RacePicture(Widget):
    """Draws the lanes."""

    DEFAULT_CSS = "RacePicture { border: $frame $frame-colour; height: 1fr; }"

    def __init__(self, theme: Theme, metric: str, sign: float) -> None:
        super().__init__()
        self._palette, self._glyphs = palette_of(theme.colours), glyphs_of(theme.ascii_only)
        self._metric, self._sign = metric, sign
        self._strips: list[Strip] = []
        self.lanes: list[LaneResult] = []

    def show(self, lanes: list[LaneResult]) -> None:
        """Draw these."""
        self.lanes = lanes
        width, height = self.size
        if width > 10 and height > 4:
            lanes_: Any = lanes
            self._strips = draw_race(
                width, height, lanes_, self._metric, self._sign, palette=self._palette, glyphs=self._glyphs
            )
            self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        self.show(self.lanes)

    def render_line(self, y: int) -> Strip:
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width)


class RaceScreen(Dialog[None], inherit_bindings=False):
    """Runs a race in a thread and draws it; leaving ends it. Every setting is trained once, whoever proposes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,R,1,2,ctrl+c", "leave", "leave")]
    DEFAULT_CSS = "RaceScreen { background: ansi_default; }"

    def __init__(self, theme: Theme, dataset: Dataset, space: Space, settings: Settings, jobs: int) -> None:
        super().__init__()
        self._theme = theme
        self._settings = settings.for_data(dataset.task, len(dataset.train) + len(dataset.validation))
        self._trials = min(settings.trials or TRIALS, MOST_TRIALS)
        self._arguments = (dataset, space, self._settings)
        self._jobs = jobs
        self._race: Race | None = None
        self._lanes: list[LaneResult] = []
        self._message = ""
        self._is_done = self._is_left = False

    def compose(self) -> ComposeResult:
        self._head, self._foot = Lines(), Lines()
        self._picture = RacePicture(self._theme, self._settings.metric, self._settings.sign)
        self._picture.border_title = "Race"
        yield from (self._head, self._picture, self._foot)

    def on_mount(self) -> None:
        self._thread = threading.Thread(target=self._run, name="race", daemon=True)
        self._thread.start()
        self.set_interval(REDRAW_SECONDS, self._look)
        self._look()

    def _run(self) -> None:
        def on_news(race: Race) -> None:
            self._race = race
            race.is_stopped = self._is_left
            self._lanes = race.lanes()

        try:
            self._lanes = run_race(*self._arguments, jobs=self._jobs, seeds=SEEDS, trials=self._trials, on_news=on_news)
        except TuitrainError as error:
            self._message = str(error)
        except Exception as error:  # the screen must say so, whatever it is
            self._message = f"{type(error).__name__}: {error}"
        self._is_done = True

    def _look(self) -> None:
        styles, lanes = self._theme.styles, self._lanes
        if lanes is not self._picture.lanes:
            self._picture.show(lanes)
        done = self._race.done if self._race is not None else 0
        trained = self._race.trained if self._race is not None else 0
        state = "done" if self._is_done else f"{done} of {self._trials} trials each, {trained} trained"
        about = f"race: {SEEDS} seeds, {self._settings.metric}"
        head: list[Piece | None] = [(" tuitrain  ", styles["title"]), (about, styles["plain"])]
        self._head.put([*head, None, (f"{state} ", styles["good"])])
        told = self._message or "the best so far, median over seeds; dotted: quartiles"
        foot: list[Piece | None] = [(" esc ", styles["key"]), ("back  ", styles["plain"])]
        self._foot.put([*foot, (self._theme.plain(visible(told, 200)), styles["bad" if self._message else "dim"])])

    def action_leave(self) -> None:
        self._is_left = True
        if self._race is not None:
            self._race.is_stopped = True
        self.dismiss(None)
