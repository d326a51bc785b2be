"""The class that is looked for, chosen from a list."""

from __future__ import annotations

from collections.abc import Callable

from textual.geometry import Offset

from tuitrain.errors import TuitrainError
from tuitrain.session.commands import Command, Reset
from tuitrain.session.datasets import DATASETS
from tuitrain.session.snapshot import Snapshot
from tuitrain.text import visible
from tuitrain.translation import gettext as _
from tuitrain.ui.widgets.pane_screen import PlacedScreen, unsaved
from tuitrain.ui.widgets.short_list import ShortList

MOST_NAME = 40  # cells of a class's name
PLACE = Offset(28, 3)


def ask_positive(screen: PlacedScreen, snapshot: Snapshot, send: Callable[[Command], object]) -> None:
    """Ask for the class that is looked for, and start over with it; ask again where that would lose something."""
    facts = snapshot.dataset
    if not facts.class_names:
        screen.say(_("{target} is a number: there is no class to look for").format(target=facts.target_name))
        return

    def answered(place: int | None) -> None:
        name = facts.class_names[place - 1] if place else None
        if place is None or name == facts.positive:
            return
        try:
            source = DATASETS.keep(DATASETS.find(facts.source).looking_for(name))
        except TuitrainError as error:
            screen.say(str(error))
            return

        def start_over() -> None:
            send(Reset(source))
            screen.say(_meaning(name))

        if snapshot.has_something_to_lose:
            about = _("{what}; {meaning}.").format(what=unsaved(snapshot), meaning=_meaning(name))
            screen.ask(_("Start over?"), about, yes=_("start over"), no=_("stay"), then=start_over)
        else:
            start_over()

    rows = [_("none: means over the classes"), *(visible(name, MOST_NAME) for name in facts.class_names)]
    at = 0 if facts.positive is None else 1 + facts.class_names.index(facts.positive)
    screen.open(ShortList(screen.look, _("Which class is looked for?"), rows, at=PLACE, chosen=at), answered)


def _meaning(name: str | None) -> str:
    """What it means that a class is looked for, or none."""
    if name is None:
        return _("precision, recall, F1 and the areas are means over the classes")
    return _("precision, recall, F1 and the areas are of {name}").format(name=visible(name, MOST_NAME))
