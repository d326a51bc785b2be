"""Each key acts before the next one starts on its way, and one that never comes to an end holds nothing up for long."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.events import Key
from textual.widget import Widget

from tests.ui.waiting import settle
from tuitrain.ui.terminal import key_order
from tuitrain.ui.terminal.key_order import KeyOrder


class Pane(Widget, can_focus=True):
    BINDINGS: ClassVar = [Binding("a,b,c", "act")]

    def action_act(self) -> None:
        self.app.acted += 1


class Counting(App[None]):
    """Notes how many keys had acted when each was delivered."""

    def __init__(self) -> None:
        super().__init__()
        self.order = KeyOrder(self, self.deliver)
        self.acted, self.before = 0, []
        self.loses = False

    def compose(self) -> ComposeResult:
        yield Pane()

    async def on_event(self, event) -> None:
        if not isinstance(event, Key) or event.is_forwarded:
            await super().on_event(event)
        elif not self.order.holds(event):
            await self.deliver(event)

    async def deliver(self, event) -> None:
        self.before.append(self.acted)
        target = self.focused
        if self.loses:
            self.order._under_way, self.order._since = event, key_order.time.monotonic()
            return
        await super().on_event(event)
        self.order.begun(event, target)


async def test_a_key_waits_for_the_one_before_it():
    app = Counting()
    async with app.run_test() as pilot:
        app.query_one(Pane).focus()
        await settle(pilot, lambda: app.focused)
        for key in "abcab":
            app.post_message(Key(key, key))
        await settle(pilot, lambda: app.acted == 5)
        assert app.before == [0, 1, 2, 3, 4]


async def test_a_key_that_is_lost_holds_the_next_one_up_no_longer_than_a_second(monkeypatch):
    app = Counting()
    now = [0.0]
    monkeypatch.setattr(key_order, "time", type("Clock", (), {"monotonic": staticmethod(lambda: now[0])}))
    async with app.run_test() as pilot:
        app.query_one(Pane).focus()
        await settle(pilot, lambda: app.focused)
        app.loses = True
        await app.on_event(Key("a", "a"))
        app.loses = False
        await app.on_event(Key("b", "b"))
        assert app.before == [0]
        now[0] += key_order.LONGEST
        app.post_message(Key("c", "c"))
        await settle(pilot, lambda: app.acted == 2)
        assert app.before == [0, 0, 1]  # b, which had waited, and c
