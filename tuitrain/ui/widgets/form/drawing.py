"""The form's lines: headings, fields and the notes beneath a field.

A field's line is the cursor, the label, and the value at the right; an asterisk before the value marks an edit that
training does not use; brackets mark a value that has no effect now.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tuitrain.options.hyperparameters import FIELDS, GROUPS, automatic
from tuitrain.ui.theme import Theme
from tuitrain.ui.train.form_model import FormModel
from tuitrain.ui.widgets.form.line_edit import LineEdit


@dataclass(frozen=True)
class Line:
    """One line of the form; `name` is the field that it belongs to, "" for a heading."""

    strip: Strip
    name: str


class FormDrawing:
    """Draws a `FormModel` for a theme."""

    def __init__(self, model: FormModel, theme: Theme) -> None:
        self.model = model
        self.theme = theme

    def lines(self, width: int, *, has_focus: bool) -> list[Line]:
        """All lines of the form, `width` columns each."""
        lines: list[Line] = []
        for group in GROUPS:
            lines.append(Line(self._heading(group, width), ""))
            for name, field in FIELDS.items():
                if field.group == group:
                    lines.append(Line(self._field(name, width, has_focus=has_focus), name))
                    lines += [Line(strip, name) for strip in self._notes(name, width)]
        return lines

    def _heading(self, group: str, width: int) -> Strip:
        rule = self.theme.signs.rule
        text = f"{rule} {group} "
        text += rule * (width - len(text))
        return Strip([Segment(text[:width], self.theme.styles["dim"])], width)

    def _field(self, name: str, width: int, *, has_focus: bool) -> Strip:
        model, theme = self.model, self.theme
        is_selected = name == model.name
        label = FIELDS[name].label
        if is_selected and model.editor is not None:
            return editor_line(label, model.editor, width, self.theme)
        value, matters, mark = FIELDS[name].format(model.value(name)), model.matters(name), model.mark(name)
        shown = f"{value}{self._came_to(name)}" if matters else f"({value})"
        room = width - 2 - len(label)
        if len(shown) > room:
            shown = shown[: room - 1] + theme.signs.ellipsis
        gap = " " * (room - len(shown)) + ("*" if mark else " ")
        cursor = theme.signs.cursor if is_selected else " "
        if is_selected:
            style = theme.styles["selected"] if has_focus else theme.styles["bold"]
            return Strip([Segment(cursor + label + gap + shown, style)], width)
        style = theme.styles["plain"] if matters else theme.styles["dim"]
        value_style = theme.styles["edited"] if mark else style
        return Strip([Segment(cursor + label, style), Segment(gap + shown, value_style)], width)

    def _came_to(self, name: str) -> str:
        """What ``auto`` comes to, as `` (0.01)``; "" for any other value."""
        field = FIELDS[name]
        if self.model.value(name) != "auto" or not field.automatic:
            return ""
        return f" ({field.format(automatic(name, str(self.model.value('optimizer'))))})"

    def _notes(self, name: str, width: int) -> list[Strip]:
        """What stands beneath a field: the error, the allowed range while typing, or that it waits for the reset."""
        model, theme = self.model, self.theme
        field = FIELDS[name]
        if name == model.name and model.editor is not None:
            if model.error:
                text = model.error.removeprefix(f"{field.label}: ")
                return wrapped_note(self.theme, f"{theme.signs.error} {text}", width, theme.styles["bad"])
            return wrapped_note(self.theme, field.allowed, width, theme.styles["accent"])
        mark = model.mark(name)
        if mark == "refused":
            why = model.refused[name].why.removeprefix(f"{field.label}: ")
            return wrapped_note(theme, f"{theme.signs.error} {why}", width, theme.styles["bad"])
        if mark == "ended":
            text = f"{theme.signs.corner} not used: training has ended"
            return wrapped_note(theme, text, width, theme.styles["edited"])
        if mark == "at reset":
            now = field.format(model.in_use(name))
            return wrapped_note(self.theme, f"{theme.signs.corner} at reset; now {now}", width, theme.styles["edited"])
        return []


def editor_line(label: str, editor: LineEdit, width: int, theme: Theme) -> Strip:
    """The line of a field that is typed into."""
    room = width - 2 - len(label)
    start = max(0, editor.cursor - room + 1)
    text = editor.text[start : start + room].ljust(room)
    at = editor.cursor - start
    head = Segment(theme.signs.cursor + label + " ", theme.styles["bold"])
    reverse = theme.styles["editor"] + Style(reverse=True)
    if editor.is_selected and editor.text:
        used = len(editor.text) - start
        parts = [Segment(text[:used], reverse), Segment(text[used:], theme.styles["editor"])]
    else:
        parts = [
            Segment(text[:at], theme.styles["editor"]),
            Segment(text[at : at + 1], reverse),
            Segment(text[at + 1 :], theme.styles["editor"]),
        ]
    return Strip([head, *(part for part in parts if part.text)], width)


def wrapped_note(theme: Theme, text: str, width: int, style: Style) -> list[Strip]:
    """What stands beneath a field, in as many lines as it takes."""
    rows = textwrap.wrap(theme.plain(text), max(8, width - 3), break_long_words=True)
    return [Strip([Segment(f"  {row}".ljust(width)[:width], style)], width) for row in rows]
