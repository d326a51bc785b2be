"""A line to type into that takes its keys in their order."""

from __future__ import annotations

from textual import events
from textual.binding import NoBinding
from textual.widgets import Input

SCROLLING = {"up", "down", "pageup", "pagedown", "ctrl+pageup", "ctrl+pagedown"}  # a line has nowhere to scroll to


class Prompt(Input):
    """An `Input` whose editing keys act at once.

    Textual lets a key with a binding go all the way up before it acts; letters that arrive in the same burst, as they
    do over a slow connection, would overtake it: ``ab``, backspace, ``c`` would be ``ab``.
    """

    async def on_key(self, event: events.Key) -> None:
        if event.key in SCROLLING:
            return  # for the list beside it
        try:
            found = self._bindings.get_bindings_for_key(event.key)
        except NoBinding:
            return
        event.stop()
        event.prevent_default()
        for binding in found:
            await self.run_action(binding.action)

    def on_paste(self, event: events.Paste) -> None:
        """Take the first line that holds anything; `Input` would take an empty one."""
        lines = [line for line in event.text.splitlines() if line.strip()]
        event.text = "".join(lines[:1])
