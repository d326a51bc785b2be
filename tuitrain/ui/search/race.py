"""A race of the strategies: best so far against trials, for grid, random and Bayesian search on the same space."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widget import Widget

from tuitrain.data.facts import DatasetFacts
from tuitrain.numbers import number
from tuitrain.options.search_settings import Settings
from tuitrain.search.race import LANES, LaneResult
from tuitrain.search.space.space import Space
from tuitrain.session.race import RaceSession, begin_race
from tuitrain.text import counted, visible
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.lines import cut, padded
from tuitrain.ui.plots.race_plot import draw_race
from tuitrain.ui.terminal.dialog import Dialog
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.text_lines import Lines, Piece

REDRAW_SECONDS = 0.3
SEEDS, TRIALS, MOST_TRIALS = 5, 40, 200


class RacePicture(Widget):
    """Draws the lanes."""

    DEFAULT_CSS = "RacePicture { border: $frame $frame-colour; height: 1fr; }"

    def __init__(self, theme: Theme, metric: str, sign: float) -> None:
        super().__init__()
        self._theme = theme
        self._metric, self._sign = metric, sign
        self._strips: list[Strip] = []
        self._lanes: Sequence[LaneResult] = ()

    def show(self, lanes: Sequence[LaneResult]) -> None:
        """Draw these."""
        self._lanes = lanes
        width, height = self.size
        if width > 10 and height > 4:
            lanes_: Any = lanes
            self._strips = draw_race(width, height, lanes_, self._metric, self._sign, theme=self._theme)
            self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        self.show(self._lanes)

    def render_line(self, y: int) -> Strip:
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width)


class RaceScreen(Dialog[None], inherit_bindings=False):
    """Shows a race, with a session of its own that ends with it. Every setting is trained once, whoever proposes it.

    Raises
    ------
    TuitrainError
        if a goal or metric does not fit the data.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,R,1,2,ctrl+c", "leave", "leave")]
    DEFAULT_CSS = "RaceScreen { background: ansi_default; }"

    def __init__(self, theme: Theme, dataset: DatasetFacts, space: Space, settings: Settings, jobs: int) -> None:
        super().__init__()
        self._theme = theme
        self._settings = settings.for_data(dataset.task, dataset.train + dataset.validation)
        self._trials = min(settings.trials or TRIALS, MOST_TRIALS)
        self._dataset_name = dataset.name
        self._session = RaceSession(jobs=jobs)
        self._session.send(begin_race(dataset.source, space, self._settings, seeds=SEEDS, trials=self._trials))
        self._seen = -1

    def compose(self) -> ComposeResult:
        self._head, self._table, self._foot = Lines(), Lines(), Lines()
        self._table.styles.height = len(LANES) + 1
        self._picture = RacePicture(self._theme, self._settings.metric, self._settings.sign)
        title = _("Race · the best so far: median over seeds; dotted: quartiles")
        self._picture.border_title = self._theme.plain(title)
        yield from (self._head, self._picture, self._table, self._foot)

    def on_mount(self) -> None:
        self.set_interval(REDRAW_SECONDS, self._look)
        self._look()

    def on_unmount(self) -> None:
        threading.Thread(target=self._session.close, name="end of a race", daemon=True).start()

    def _look(self) -> None:
        snapshot = self._session.snapshot
        if snapshot.version == self._seen:
            return
        self._seen = snapshot.version
        styles, plain = self._theme.styles, self._theme.plain
        self._picture.show(snapshot.lanes)
        self._table.put(*self._rows(snapshot.lanes))
        sign = self._theme.signs.of_state(snapshot.state)
        state = _("{done} of {trials} trials each").format(done=snapshot.done, trials=self._trials)
        state = f"{sign} { {'done': _('done'), 'failed': _('failed')}.get(snapshot.state, state) }"
        about = f"{_('race')} {self._theme.signs.dot} {plain(visible(self._dataset_name, 30))}"
        head: list[Piece | None] = [(" tuitrain  ", styles["title"]), (about, styles["plain"])]
        self._head.put([*head, None, (f"{state} ", styles["bad" if snapshot.state == "failed" else "good"])])
        text = _("{settings} trained, each once, whoever proposed it")
        told = snapshot.message or text.format(settings=counted(snapshot.trained, "setting"))
        foot: list[Piece | None] = [(" esc ", styles["key"]), (f"{_('back')}  ", styles["plain"])]
        self._foot.put([*foot, (plain(visible(told, 200)), styles["bad" if snapshot.message else "dim"])])

    def _rows(self, lanes: Sequence[LaneResult]) -> list[list[Piece | None]]:
        """What each strategy has come to."""
        metric = visible(self._settings.metric, 24)
        theme = self._theme
        columns = [(_("strategy"), 10, False), (_("trials"), 8, True),
                   (_("best {metric}").format(metric=metric), 20, True)]  # fmt: skip
        head = "   " + "".join(padded(text, room, theme=theme, right=right) for text, room, right in columns)
        head += "   " + _("quartiles over seeds")
        rows: list[list[Piece | None]] = [[(head, self._theme["dim"])]]
        for index, lane in enumerate(lanes):
            known = np.flatnonzero(np.isfinite(lane.median))
            best, quartiles = "-", ""
            if known.size:
                low, best, high = (number(float(curve[known[-1]])) for curve in (lane.low, lane.median, lane.high))
                quartiles = f"{low}..{high}" if lane.name != "grid" else _("one run: nothing in it is drawn by chance")
            text = self._theme.plain(f"{lane.name:<10}{len(lane.trials):>8}{best:>20}   {quartiles}")
            shown = cut(text, max(self._table.size.width - 3, 1), theme=theme)
            rows.append([(f" {lane.name[0]} ", self._theme.of_class(index)), (shown, self._theme["plain"])])
        return rows

    def action_leave(self) -> None:
        self.dismiss(None)
