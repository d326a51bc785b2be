"""A race of the strategies: best so far against trials, for grid, random and Bayesian search on the same space."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from tuitrain.numbers import number
from tuitrain.options.search_settings import Settings
from tuitrain.search.race import LANES, LaneResult
from tuitrain.search.space.space import Space
from tuitrain.session.race import RaceSession, begin_race
from tuitrain.text import counted, visible
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.keys import Action
from tuitrain.ui.plots.lines import Part, cut, line, padded
from tuitrain.ui.plots.race_plot import draw_race
from tuitrain.ui.widgets.page_screen import PageScreen, everywhere_on_pages, page_bindings
from tuitrain.ui.widgets.pane_screen import PlacedScreen

REDRAW_SECONDS = 0.3
SEEDS, TRIALS, MOST_TRIALS = 5, 40, 200

SEARCH_RACE_ACTIONS = (
    *(action for action in everywhere_on_pages() if action.name != "quit"),
    Action("quit", ("escape", "q", "R", "ctrl+c"), "esc", "back", "back to the search", "page", 94),
)


class RaceScreen(PageScreen, inherit_bindings=False):
    """Shows a race, with a session of its own that ends with it. Every setting is trained once, whoever proposes it.

    `room` is the screen below, which keeps the notes.

    Raises
    ------
    TuitrainError
        if a goal or metric does not fit the data.
    """

    NAME = "search_race"
    TITLE_TEXT = N_("Race")
    ACTIONS = SEARCH_RACE_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = page_bindings(SEARCH_RACE_ACTIONS)
    PARTS = ("curves", "table")

    def __init__(self, room: PlacedScreen, space: Space, settings: Settings, jobs: int) -> None:
        dataset = room.trainer.snapshot.dataset
        self._settings = settings.for_data(dataset.task, dataset.train + dataset.validation)
        self._trials = min(settings.trials or TRIALS, MOST_TRIALS)
        self._dataset_name = dataset.name
        self._race = RaceSession(jobs=jobs)
        self._race.send(begin_race(dataset.source, space, self._settings, seeds=SEEDS, trials=self._trials))
        self._seen = -1
        self._room = room
        super().__init__(room.look)

    def on_mount(self) -> None:
        self.set_interval(REDRAW_SECONDS, self._look)

    def on_unmount(self) -> None:
        threading.Thread(target=self._race.close, name="end of a race", daemon=True).start()

    def _look(self) -> None:
        if self._race.snapshot.version != self._seen:
            self._seen = self._race.snapshot.version
            self.refresh_page()

    def where_notes_are_kept(self) -> str:
        return self._room.where_notes_are_kept()

    def take_note(self, text: str) -> str:
        """Keep a note where the Search screen keeps its own."""
        return self._room.take_note(text)

    def selected_word(self) -> tuple[str, str, str]:
        return "search race", "", ""

    # Drawing

    def boxes(self, area: Region) -> dict[str, Region]:
        rows = len(LANES) + 1 + 2  # a head, and the frame
        curves = Region(area.x, area.y, area.width, area.height - rows + 1)
        return {"curves": curves, "table": Region(area.x, curves.bottom - 1, area.width, rows)}

    def draw_part(self, name: str, width: int, height: int) -> Sequence[Strip]:
        lanes: Any = self._race.snapshot.lanes
        if name == "curves":
            return draw_race(width, height, lanes, self._settings.metric, self._settings.sign, theme=self.look)
        return [line(width, row) for row in self._rows(lanes, width)]

    def _rows(self, lanes: Sequence[LaneResult], width: int) -> list[list[Part]]:
        """What each strategy has come to."""
        metric = visible(self._settings.metric, 24)
        theme = self.look
        columns = [(_("strategy"), 10, False), (_("trials"), 8, True),
                   (_("best {metric}").format(metric=metric), 20, True)]  # fmt: skip
        head = "   " + "".join(padded(text, room, theme=theme, right=right) for text, room, right in columns)
        head += "   " + _("quartiles over seeds")
        rows: list[list[Part]] = [[(head, theme["dim"])]]
        for index, lane in enumerate(lanes):
            known = np.flatnonzero(np.isfinite(lane.median))
            best, quartiles = "-", ""
            if known.size:
                low, best, high = (number(float(curve[known[-1]])) for curve in (lane.low, lane.median, lane.high))
                quartiles = f"{low}..{high}" if lane.name != "grid" else _("one run: nothing in it is drawn by chance")
            text = theme.plain(f"{lane.name:<10}{len(lane.trials):>8}{best:>20}   {quartiles}")
            shown = cut(text, max(width - 3, 1), theme=theme)
            rows.append([(f" {lane.name[0]} ", theme.of_class(index)), (shown, theme["plain"])])
        return rows

    # What is said

    def describe(self) -> tuple[str, str]:
        snapshot, theme = self._race.snapshot, self.look
        state = _("{done} of {trials} trials each").format(done=snapshot.done, trials=self._trials)
        state = {"done": _("done"), "failed": _("failed")}.get(snapshot.state, state)
        about = f"{visible(self._dataset_name, 30)} {theme.signs.dot} {counted(SEEDS, 'seed')}"
        return about, f"{theme.signs.of_state(snapshot.state)} {state}"

    def titles(self) -> dict[str, tuple[str, str]]:
        return {
            "curves": (_("Best so far: median over seeds; dotted: quartiles"), ""),
            "table": (_("Strategies"), ""),
        }

    def explain(self) -> tuple[str, str, tuple[str, ...]]:
        return _("race"), _("which strategy finds more with the same trials, in the space of the form"), ()

    def tell(self) -> str:
        snapshot = self._race.snapshot
        text = _("{settings} trained, each once, whoever proposed it")
        told = snapshot.message or text.format(settings=counted(snapshot.trained, "setting"))
        return visible(told, 200)
