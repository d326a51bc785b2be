"""The screen of a word's page, from everywhere by `?`; nothing of it touches the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from tuitrain.errors import TuitrainError
from tuitrain.pages.demonstration import TrainingDemonstration
from tuitrain.pages.demonstrations import load_function
from tuitrain.pages.lookup import Explanation, explanations, look_up, meant_by, names_with, spelling
from tuitrain.pages.page import load_pages
from tuitrain.session.snapshot import Snapshot
from tuitrain.text import counted, quoted, visible
from tuitrain.translation import gettext as _
from tuitrain.ui.keys import LAST, Action
from tuitrain.ui.terminal.governor import Governor
from tuitrain.ui.theme import Role, Theme
from tuitrain.ui.widgets.page_screen import PageScreen, everywhere_on_pages, page_bindings
from tuitrain.ui.widgets.pane_screen import AskedWord, PlacedScreen
from tuitrain.ui.widgets.prompt_dialog import PromptDialog
from tuitrain.ui.words.demonstrating import Moving, TrainedDemonstration
from tuitrain.ui.words.drawing import (
    function_lines,
    function_rows,
    link_lines,
    link_rows,
    text_lines,
    training_lines,
    training_rows,
)

MOST_EXPLAINED = 3  # entries of one name
MOST_NEAR = 5
LEAST_TEXT = 6  # rows of the text and its frame
_MOVE = ("+ -", "demonstration: value up, down")
_LINK = ("tab ← →", "next link, the one before")
_WORD = ("[ ]", "word before, word after")
_SCROLL = ("↑ ↓ j k", "scroll the text")

WORD_ACTIONS = (
    Action("start_pause", ("space",), "space", "run", "run the demonstration", "page", 98),
    Action("nudge_up", ("plus", "equals_sign"), "+ =", "value", "next value, and run", "page", 97, pair=_MOVE),
    Action("nudge_down", ("minus", "underscore"), "- _", "", "previous value, and run", "page", pair=_MOVE),
    Action("next_pane", ("tab", "right"), "tab", "link", "next link", "page", 92, pair=_LINK),
    Action("previous_pane", ("shift+tab", "left"), "shift+tab", "", "previous link", "page", pair=_LINK),
    Action("enter", ("enter",), "enter", "open", "open the link", "page", 93),
    Action("before", ("left_square_bracket",), "[", "word", "word before", "page", 90, pair=_WORD),
    Action("after", ("right_square_bracket",), "]", "", "word after", "page", pair=_WORD),
    Action("find", ("slash",), "/", "find", "find a word", "page", 91),
    Action("up", ("up", "k"), "↑", "", "scroll up", "page", pair=_SCROLL),
    Action("down", ("down", "j"), "↓", "", "scroll down", "page", pair=_SCROLL),
    *(action for action in everywhere_on_pages() if action.name not in LAST),
    Action("help", ("question_mark",), "?", "keys", "all keys of the screen below", "page", 95),
    Action("quit", ("escape", "backspace"), "esc", "back", "back one page, then to where one was", "page", 94),
)


@dataclass(frozen=True)
class ShownWord:
    """What a page shows: the entry, and what else is called as the word that was asked for."""

    items: tuple[Explanation, ...]
    asked: AskedWord


class WordScreen(PageScreen, inherit_bindings=False):
    """The page of the word that was `asked`, over the screen `below`."""

    NAME = "word"
    TITLE_TEXT = "?"
    ACTIONS = WORD_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = page_bindings(WORD_ACTIONS)
    PARTS = ("text", "demonstration", "near")

    def __init__(self, look: Theme, asked: AskedWord, below: PlacedScreen) -> None:
        self._order = _in_order()
        self._way: list[ShownWord] = []  # the pages that led here
        self._training: TrainedDemonstration | None = None
        self._moving: Moving | None = None
        self._runs = False
        self._below = below
        super().__init__(look)
        self.governor = Governor(
            self.session, lambda: None, count_bytes=self.bytes_written, after_paint=self.call_after_refresh
        )
        self._take(_found(asked))

    def where_notes_are_kept(self) -> str:
        return self._below.where_notes_are_kept()

    def take_note(self, text: str) -> str:
        """Keep a note where the screen below keeps its own."""
        return self._below.take_note(text)

    # What is shown

    def _take(self, shown: ShownWord) -> None:
        """Show another page, from its first line on."""
        self._stop()
        self.shown, self.link = shown, 0
        self._training = self._moving = None
        page = shown.items[0].page if shown.items else None
        told = page.demonstration if page is not None else None
        if isinstance(told, TrainingDemonstration):
            self._training = TrainedDemonstration(told)
        elif told is not None:
            self._moving = Moving(load_function(told.name))
        self.near = _near(shown.items[0]) if shown.items else []

    def _go(self, shown: ShownWord) -> None:
        self._take(shown)
        if self.is_mounted:
            self.footer.say_now(self._words())
            self.panes["text"].scroll_to_first()
            self.place_children(self.size)

    def _words(self) -> dict[str, str]:
        """What the keys do now: nothing, where there is no demonstration or no link."""
        nothing = {} if self._training is not None else {"start_pause": ""}
        if self._training is None and self._moving is None:
            nothing |= {"nudge_up": "", "nudge_down": ""}
        if not self.near:
            nothing |= {"next_pane": "", "previous_pane": "", "enter": ""}
        return nothing

    @property
    def word_name(self) -> str:
        """The word, as it stands in the first row and after `tuitrain help`."""
        if not self.shown.items:
            return visible(self.shown.asked.word, 40)
        item = self.shown.items[0]
        if self.shown.asked.word and spelling(self.shown.asked.word) in map(spelling, item.names):
            return self.shown.asked.word.replace("_", " ")
        return item.names[0].replace("_", " ")

    # Drawing

    def boxes(self, area: Region) -> dict[str, Region]:
        names = [name for name, _item in self.near]
        near = len(link_rows(names, area.width - 2)) + 2 if names else 0
        wanted = self._demonstration_rows(area.width - 2)
        demonstration = min(wanted + 2, area.height - near - LEAST_TEXT + 2) if wanted else 0
        text = area.height - max(near - 1, 0) - max(demonstration - 1, 0)
        found = {"text": Region(area.x, area.y, area.width, text)}
        bottom = area.y + text - 1
        if demonstration:
            found["demonstration"] = Region(area.x, bottom, area.width, demonstration)
            bottom += demonstration - 1
        if near:
            found["near"] = Region(area.x, bottom, area.width, near)
        return found

    def _demonstration_rows(self, width: int) -> int:
        if self._training is not None:
            return training_rows(self._training, width, self.look)
        return function_rows(self._moving.function, self._says, width, self.look) if self._moving is not None else 0

    @property
    def _says(self) -> str:
        """What the page says is to be seen."""
        page = self.shown.items[0].page
        return page.demonstration.says if page is not None and page.demonstration is not None else ""

    def draw_part(self, name: str, width: int, height: int) -> Sequence[Strip]:
        shown, theme = self.shown, self.look
        if name == "near":
            return link_lines([name for name, _item in self.near], self.link, width, theme)
        if name == "text":
            return text_lines(shown.items, shown.asked.facts, width, theme)
        if self._training is not None:
            return training_lines(self._training, width, theme)
        assert self._moving is not None
        return function_lines(self._moving, self._says, width, theme)

    def missing(self) -> tuple[str, Role] | None:
        if self.shown.items:
            return None
        text = _("there is no page on {word}; / finds another").format(word=quoted(self.shown.asked.word))
        return text, "plain"

    def describe(self) -> tuple[str, str]:
        places = [place for place, item in enumerate(self._order) if item is self.shown.items[0]]
        number = _("word {number} of {count}").format(number=places[0] + 1, count=len(self._order)) if places else ""
        return self.word_name, number

    def titles(self) -> dict[str, tuple[str, str]]:
        dot, item, asked = self.look.signs.dot, self.shown.items[0], self.shown.asked
        title = item.title
        if item.page is not None:
            title = f"{item.title} {dot} {_(item.page.topic)}"
        now = _("now {value}").format(value=visible(asked.value, 40)) if asked.value else ""
        found = {"text": (title, now), "near": (_("Near"), "")}
        told = item.page.demonstration if item.page is not None else None
        if told is not None:
            how = _("space runs it: {title}") if self._training is not None else "{title}"
            found["demonstration"] = (f"{_('Live demonstration')} {dot} {how.format(title=told.title)}", "")
        return found

    def explain(self) -> tuple[str, str, tuple[str, ...]]:
        command = f"tuitrain help {self.word_name}"
        is_page = self.shown.items[0].page is not None
        if not is_page:
            return command, _("prints this"), ()
        return command, _("prints this page"), (_("the guide's glossary has it too"),)

    def tell(self) -> str:
        parts = []
        if self._way:
            parts.append(_("esc: back to {word}").format(word=self._way[-1].items[0].names[0].replace("_", " ")))
        elif self.shown.asked.place:
            parts.append(_("from: {place}").format(place=self.shown.asked.place))
        if number := self._below.help.count_notices():
            parts.append(_("? again lists {notices}").format(notices=counted(number, "notice")))
        if self.near:
            parts.append(_("tab moves over the links, enter follows one"))
        return f" {self.look.signs.dot} ".join(parts)

    # The demonstration

    def on_mount(self) -> None:
        self.footer.say_now(self._words())
        self.governor.add(self)
        self.governor.start()

    def on_unmount(self) -> None:
        self.governor.stop()
        self._stop()

    def on_screen_suspend(self) -> None:
        self.governor.stop()

    def on_screen_resume(self) -> None:
        self.governor.start()

    def show(self, snapshot: Snapshot) -> None:
        """Take the newest answer of the demonstration."""
        if self._training is not None and self._training.take(snapshot.answer):
            self.refresh_page()

    def _run(self) -> None:
        if self._training is not None:
            self._runs = True
            self.session.ask(self._training.run())
        self.refresh_page()

    def _stop(self) -> None:
        """Let the session answer again what the screen below asks."""
        if self._runs:
            self._runs = False
            self.session.ask(self._below.question_now())

    # What the keys do

    def action_start_pause(self) -> None:
        if self._training is not None:
            self._run()

    def action_nudge_up(self) -> None:
        self._move(1)

    def action_nudge_down(self) -> None:
        self._move(-1)

    def _move(self, direction: int) -> None:
        moved = self._training or self._moving
        if moved is not None and moved.move(direction):
            self._run()

    def action_next_pane(self) -> None:
        self._choose(1)

    def action_previous_pane(self) -> None:
        self._choose(-1)

    def _choose(self, by: int) -> None:
        if self.near:
            self.link = (self.link + by) % len(self.near)
            self.refresh_page()

    def action_enter(self) -> None:
        """Follow the link."""
        if self.near:
            self._way.append(self.shown)
            self._go(_of_item(self.near[self.link][1]))

    def action_before(self) -> None:
        self._turn(-1)

    def action_after(self) -> None:
        self._turn(1)

    def _turn(self, by: int) -> None:
        """Show the word before or after, without a way back to this one."""
        places = [place for place, item in enumerate(self._order) if item in self.shown.items[:1]]
        place = places[0] + by if places else 0
        self._go(_of_item(self._order[place % len(self._order)]))

    def action_find(self) -> None:
        """Ask for a word."""

        def read(text: str) -> ShownWord:
            shown = _found(AskedWord(text.strip()))
            if not shown.items:
                meant = meant_by(text)
                hint = _("did you mean {name}?").format(name=meant) if meant else _("tuitrain help words lists all")
                raise TuitrainError(_("no page on {word}; {hint}").format(word=quoted(text), hint=hint))
            return shown

        def answered(shown: ShownWord | None) -> None:
            if shown is not None:
                self._way += [self.shown] if self.shown.items else []
                self._go(shown)

        self.open(PromptDialog(self.look, _("Find a word"), "", read, hints=[_("any word of a screen")]), answered)

    def action_up(self) -> None:
        self.panes["text"].action_scroll_by(-1)

    def action_down(self) -> None:
        self.panes["text"].action_scroll_by(1)

    def action_help(self) -> None:
        """All keys, of the screen that the word was asked on; of this one where they are shown."""
        if self.arrangement.page:
            super().action_help()
            return
        self.app.pop_screen()
        self._below.action_keys()

    def action_quit(self) -> None:
        """Back: to the page that led here, else to where one was."""
        if self._way:
            self._go(self._way.pop())
        else:
            self.app.pop_screen()


def _in_order() -> list[Explanation]:
    """What `[ ]` go through: the pages, the short words, and the options that no page is about."""
    paged = {spelling(name) for page in load_pages().values() for name in page.names}
    return [item for item in explanations() if not (item.is_option and spelling(item.option) in paged)]


def _found(asked: AskedWord) -> ShownWord:
    """Look a word up; of one with a value, which is an option, its page or its reference comes first."""
    items = look_up(asked.word)[:MOST_EXPLAINED]
    if asked.value:
        items.sort(key=lambda item: item.page is None and not item.is_option)
    return ShownWord(tuple(items), asked)


def _of_item(item: Explanation) -> ShownWord:
    """Show an entry, with the reference of the options that it is the page of."""
    options = []
    if item.page is not None:
        names = {spelling(name) for name in item.page.names}
        options = [other for other in explanations() if other.is_option and spelling(other.option) in names]
    return ShownWord((item, *options), AskedWord(""))


def _near(item: Explanation) -> list[tuple[str, Explanation]]:
    """The neighbours of an entry: those that its page names, or what its name is a part of."""
    pages = {other.page.id: other for other in explanations() if other.page is not None}
    if item.page is not None:
        found = [pages[name] for name in item.page.near if name in pages]
    else:
        found = [pages[item.leads_to]] if item.leads_to in pages else []
        names = names_with(item.names[0], [item, *found])
        found += [look_up(name)[0] for name in names[: MOST_NEAR - len(found)]]
    distinct = {id(other): other for other in found if other is not item}
    return [(other.names[0].replace("_", " "), other) for other in distinct.values()]
