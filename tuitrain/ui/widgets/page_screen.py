"""What all screens over a room share: the first row, panes in frames, and the three rows below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.strip import Strip

from tuitrain.session.snapshot import Snapshot
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.keys import Action
from tuitrain.ui.plots.lines import cut, notice
from tuitrain.ui.theme import Role, Theme
from tuitrain.ui.widgets.explain_row import ExplainRow
from tuitrain.ui.widgets.footer import Footer
from tuitrain.ui.widgets.frame import share_lines
from tuitrain.ui.widgets.help_page import HelpPage
from tuitrain.ui.widgets.layout import LAST_ROWS, SMALLEST, PlacedLayout
from tuitrain.ui.widgets.messages_page import MessagesPage
from tuitrain.ui.widgets.note_prompt import told_notes
from tuitrain.ui.widgets.pane import LivePane
from tuitrain.ui.widgets.pane_screen import PlacedScreen
from tuitrain.ui.widgets.status_row import StatusRow
from tuitrain.ui.widgets.text_lines import Lines

LEAST_WIDTH = 30  # of a pane that is drawn; the narrowest has 32
Draw = Callable[[int, int], Sequence[Strip]]


def everywhere_on_pages() -> tuple[Action, ...]:
    """The keys that every page has."""
    return (
        Action("note", ("colon",), ":", "note", "note, kept with it", "page", 10),
        Action("messages", ("M",), "M", "messages", "messages so far", "page", 12),
        Action("help", ("question_mark",), "?", "help", "the word; again: all keys", "page", 95),
        Action("keys", ("f1",), "F1", "", "all keys", "page"),
        Action("palette", ("ctrl+p",), "ctrl+p", "actions", "every action by name", "page", 11),
        Action("suspend", ("ctrl+z",), "ctrl+z", "", "suspend; fg returns", "page"),
        Action("quit", ("escape",), "esc", "back", "back to where one was", "page", 94),
    )


class PageLayout(PlacedLayout):
    """The first row, the last three, and between them the panes that `boxes` places for an area."""

    def __init__(self, boxes: Callable[[Region], dict[str, Region]]) -> None:
        super().__init__()
        self._boxes = boxes

    def boxes(self, size: Size) -> dict[str, Region]:
        """The panes' frames."""
        return self._boxes(Region(0, 1, size.width, size.height - 1 - len(LAST_ROWS)))

    def places(self, size: Size) -> dict[str, Region]:
        width, height = size
        if width < SMALLEST.width or height < SMALLEST.height:
            return {"too_small": size.region}
        bottom = height - len(LAST_ROWS)
        rows = {name: Region(0, bottom + row, width, 1) for row, name in enumerate(LAST_ROWS)}
        framed = {name: place.region for name, place in share_lines(self.boxes(size)).items()}
        return {"header": Region(0, 0, width, 1), **rows, **framed}


class PagePane(LivePane[Snapshot], inherit_bindings=False):
    """A pane of a page: draws what its page draws, anew when the page says so. The page has the arrow keys.

    A page has no form, so that the palette finds no `fields`.
    """

    fields: ClassVar[Sequence[tuple[str, str, str]]] = ()
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "scroll_page(-1)", show=False),
        Binding("pagedown", "scroll_page(1)", show=False),
    ]

    def __init__(self, theme: Theme, draw: Draw, **rest: Any) -> None:
        super().__init__(theme, **rest)
        self._draw_page = draw

    def draw(self, width: int, height: int, snapshot: Snapshot) -> Sequence[Strip]:
        return self._draw_page(width, height)

    def put_title(self, title: str, note: str = "") -> None:
        """Take a title and a note."""
        self.frame_title, self.frame_note = "", ""
        self._titles = title, note
        self.entitle()

    _titles = ("", "")

    def title(self, snapshot: Snapshot) -> tuple[str, str]:
        return self._titles


class PageStatus(StatusRow):
    """What the page says of itself, or for a while the newest message."""

    _told = ""

    def tell(self, text: str) -> None:
        """Show this while there is no message."""
        self._told = text
        self.redraw()

    def state(self) -> tuple[str, str, Role] | None:
        return None

    def redraw(self) -> None:
        if self._message:
            super().redraw()
        else:
            text = cut(self._theme.plain(self._told), max(self.size.width - 2, 1), theme=self._theme)
            self.put([(f" {text}", self._theme["plain"])])


class PageScreen(PlacedScreen, inherit_bindings=False):
    """A screen over a room, of panes that it draws itself.

    `PARTS` are the panes by name, in the order of `tab`; `boxes` places them. `refresh_page` is to be called when
    anything that is drawn has changed.
    """

    NAME = ""
    TITLE_TEXT = ""
    COLUMNS: ClassVar[Sequence[Sequence[str]]] = (("page",), ())
    DEFAULT_CSS = "PageScreen { overflow: hidden hidden; }"
    BINDINGS: ClassVar[list[BindingType]] = []
    PARTS: ClassVar[tuple[str, ...]] = ()
    UNSEEN = ("quit",)
    TOO_SMALL = N_("make it larger; esc leaves the page")

    def __init__(self, look: Theme) -> None:
        super().__init__(PageLayout(self.boxes))
        self.session = self.trainer

    # What a page says of itself

    def boxes(self, area: Region) -> dict[str, Region]:
        """Where the panes are in the area between the rows."""
        raise NotImplementedError  # pragma: no cover

    def draw_part(self, name: str, width: int, height: int) -> Sequence[Strip]:
        """The lines of a pane; called only when nothing is missing."""
        raise NotImplementedError  # pragma: no cover

    def make_header(self) -> Lines:
        """Make the first row."""
        return Lines(id="header")

    def describe(self) -> tuple[str, str]:
        """What is worked on, for the first row, and its state, at the right."""
        raise NotImplementedError  # pragma: no cover

    def titles(self) -> dict[str, tuple[str, str]]:
        """Title and note of each pane."""
        raise NotImplementedError  # pragma: no cover

    def explain(self) -> tuple[str, str, tuple[str, ...]]:
        """Name, meaning and facts of what is selected."""
        raise NotImplementedError  # pragma: no cover

    def tell(self) -> str:
        """What the second row from below says."""
        return ""

    def missing(self) -> tuple[str, Role] | None:
        """What is said in the place of pictures while there is nothing to draw; None when there is."""
        return None

    # The screen

    def compose(self) -> ComposeResult:
        theme = self.look
        self.header: Any = self.make_header()
        self.explain_row = ExplainRow(theme, id="explain")
        self.messages = MessagesPage(theme, id="messages")
        self.status = PageStatus(theme, self._note_message, id="status")
        self.footer = Footer(theme, self.ACTIONS, id="footer")
        self.help = HelpPage(theme, self.ACTIONS, self.COLUMNS, id="help")
        self.too_small = Lines(id="too_small")
        self.panes = {name: PagePane(theme, self._drawer(name), id=name) for name in self.PARTS}
        self.form = next(iter(self.panes.values()))
        yield from (self.header, *self.panes.values(), self.explain_row, self.status, self.footer)
        yield from (self.help, self.messages, self.too_small)

    def _drawer(self, name: str) -> Draw:
        def draw(width: int, height: int) -> Sequence[Strip]:
            if width < LEAST_WIDTH:
                return []  # it is being given its place
            missing = self.missing()
            if missing is not None:
                return notice(width, height, missing[:1], self.look[missing[1]])
            with np.errstate(all="ignore"):  # numbers that overflow are drawn as far as they go
                return self.draw_part(name, width, height)

        return draw

    def on_mount(self) -> None:
        self.form.focus()
        self.place_children(self.app.size)

    def refresh_page(self) -> None:
        """Draw everything anew."""
        if not self.is_mounted or self.missing() is not None:
            about, state = "", ""
        else:
            with np.errstate(all="ignore"):  # as where the panes are drawn
                about, state = self.describe()
                for name, (title, note) in self.titles().items():
                    self.panes[name].put_title(title, note)
                self.explain_row.explain(*self.explain())
                self.status.tell(self.tell())
        theme = self.look
        head = theme.plain(f" tuitrain › {_(self.TITLE_TEXT)}   ")
        room = self.size.width - len(head) - len(state) - 3
        self.header.put([
            (head, theme["title"]), (cut(theme.plain(about), max(room, 0), theme=theme), theme["plain"]), None,
            (f" {theme.plain(state)} ", theme["plain"]),
        ])  # fmt: skip
        for pane in self.panes.values():
            pane.show(self.session.snapshot)
            pane.redraw()

    def place_children(self, size: Size) -> None:
        super().place_children(size)
        self.place_framed(self.panes, size)

    def after_arranging(self) -> None:
        self.refresh_page()

    def on_descendant_focus(self) -> None:
        self.refresh_page()

    def say(self, text: str) -> None:
        self.status.say(text)

    def key_pressed(self) -> None:
        if self.is_mounted:  # a key may have come with the one that opened the page
            self.status.key_pressed()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Before the page is there, no key does anything but esc."""
        if not self.is_mounted and action != "quit":
            return False
        return super().check_action(action, parameters)

    def _note_message(self, text: str) -> None:
        self.messages.add(text, self.session.snapshot.epoch)

    def asked_in(self) -> str:
        return _(self.TITLE_TEXT)

    def action_messages(self) -> None:
        self.messages.list_notes(told_notes(self.session.snapshot.notes), are_new=False)
        self.turn_to(self.messages)

    def action_quit(self) -> None:
        """Back to the room."""
        self.app.pop_screen()

    def action_next_pane(self) -> None:
        self.focus_next()

    def action_previous_pane(self) -> None:
        self.focus_previous()


def page_bindings(actions: Sequence[Action]) -> list[BindingType]:
    """A page's bindings; escape is among them, since it leaves the page."""
    return [Binding(",".join(action.keys), action.name, action.meaning) for action in actions]
