"""A note of the user's: the line that it is typed into, and what it looks like among the messages."""

from __future__ import annotations

from collections.abc import Iterable

from tuitrain.runs.finished import Note, note_text
from tuitrain.text import visible
from tuitrain.translation import gettext as _
from tuitrain.ui.screens import SCREENS
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.prompt_dialog import PromptDialog


def note_prompt(theme: Theme, *, kept: str) -> PromptDialog[str]:
    """Ask for a note; `kept` says where it is kept."""
    title = _("Note (enter keeps it, esc leaves)")
    return PromptDialog(theme, title, "", note_text, hints=[kept], replaces=False)


def told_notes(notes: Iterable[Note]) -> tuple[tuple[int, str], ...]:
    """Each note with its epoch, as the messages list it."""
    return tuple((int(note.epoch), _told(note)) for note in notes)


def _told(note: Note) -> str:
    """A note, and the page it was typed on."""
    if not note.page:
        return _("note: {text}").format(text=note.text)
    place = SCREENS.get(note.page)
    page = _(place.title) if place is not None else visible(note.page)
    return _("note on {page}: {text}").format(page=page, text=note.text)
