"""The screens of the program: rooms, which a digit opens, and what opens over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.screen import Screen


@dataclass(frozen=True)
class Place:
    """A screen that any other opens by its `name`, without importing it.

    A room has a `digit`; what has none opens over the room that is shown. A page on the inside of learning has a
    `letter`: the capital opens it, and the small one in the menu of pages. `where` is its module and class, imported
    when it is first shown.
    """

    name: str
    digit: str
    title: str
    meaning: str
    where: str
    letter: str = ""

    def load(self) -> type[Screen[Any]]:
        """Import its class."""
        module, _, name = self.where.partition(":")
        found: type[Screen[Any]] = getattr(import_module(module), name)
        return found

    def make(self) -> Screen[Any]:
        """Make a room, which finds what it shows at the running application."""
        return self.load()()


SCREENS: Mapping[str, Place] = {
    place.name: place
    for place in (
        Place("train", "1", "Train", "the Train screen", "tuitrain.ui.train.screen:TrainScreen"),
        Place("search", "2", "Search", "search (1: back here)", "tuitrain.ui.search.screen:SearchScreen"),
        Place("runs", "3", "Runs", "runs: all that was trained", "tuitrain.ui.runs.screen:RunsScreen"),
        Place("why", "", "See why", "see why: menu of pages", "tuitrain.ui.inspect.menu:PageMenu"),
        Place("bench", "", "Bench", "bench: backprop of one row", "tuitrain.ui.inspect.bench:BenchPage", "B"),
        Place("step", "", "Step J", "J along the next step", "tuitrain.ui.inspect.step:StepPage", "J"),
        Place("landscape", "", "Landscape", "the loss landscape", "tuitrain.ui.inspect.landscape:LandscapePage", "K"),
        Place("row_loss", "", "Row loss", "loss of a row", "tuitrain.ui.inspect.row_loss:RowLossPage", "C"),
        Place("mse", "", "MSE apart", "MSE: bias, variance, noise", "tuitrain.ui.inspect.mse:MsePage", "V"),
        Place("batch_noise", "", "Batch noise", "do batches agree?", "tuitrain.ui.inspect.batch_noise:NoisePage", "Z"),
        Place("what_if", "", "What if", "what if: the next epochs", "tuitrain.ui.inspect.what_if:WhatIfPage", "W"),
        Place("seeds", "", "Seeds", "seeds: luck as a band", "tuitrain.ui.inspect.seeds:SeedsPage", "S"),
        Place("optimizer_race", "", "Race", "race of optimisers", "tuitrain.ui.inspect.race:RacePage", "R"),
        Place("rate_range", "", "Rate range", "rate range test", "tuitrain.ui.inspect.rate_range:RateRangePage", "L"),
        Place("lab", "", "A│B lab", "A│B lab: two settings compared", "tuitrain.ui.inspect.lab:LabPage", "A"),
        Place("depth", "", "Depth", "signal through depth", "tuitrain.ui.inspect.depth:DepthPage", "H"),
        Place("units", "", "Units", "units: what each has learnt", "tuitrain.ui.inspect.units:UnitsPage", "N"),
        Place("inputs", "", "Inputs", "importance of the inputs", "tuitrain.ui.inspect.inputs:InputsPage", "I"),
        Place("loading", "", "Loading", "a dataset is being read", "tuitrain.ui.data.loading_screen:LoadingScreen"),
        Place("word", "", "Word", "the page of a word", "tuitrain.ui.words.screen:WordScreen"),
        Place("data", "", "Dataset", "choose another dataset", "tuitrain.ui.data.chooser:DatasetChooser"),
    )
}
ROOMS = tuple(place for place in SCREENS.values() if place.digit)
PAGES = tuple(place for place in SCREENS.values() if place.letter)
