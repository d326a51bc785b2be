"""The form's lines: headings, entries and the notes beneath an entry.

An entry's line is the cursor, the label, and the value at the right; an asterisk before the value marks what stands
out; brackets mark a value that has no effect now. A heading says how many entries are folded under it.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from textual.strip import Strip

from tuitrain.translation import gettext as _
from tuitrain.ui.plots.lines import cut, line, wrapped
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.form.line_edit import LineEdit
from tuitrain.ui.widgets.form.model import EntryModel


@dataclass(frozen=True)
class Line:
    """One line of the form; `name` is the entry that it belongs to, "" for a heading; `group` is its group."""

    strip: Strip
    name: str
    group: str


class EntryDrawing:
    """Draws an `EntryModel` for a theme. A kind of form says what a value looks like, and what stands beneath it."""

    GAP = 1  # cells between a label and its value's mark

    def __init__(self, model: EntryModel, theme: Theme) -> None:
        self._model = model
        self.theme = theme

    def value(self, name: str) -> str:
        """The value as it is shown."""
        raise NotImplementedError  # pragma: no cover

    def is_marked(self, name: str) -> bool:
        """Whether an asterisk stands before the value."""
        raise NotImplementedError  # pragma: no cover

    def stands_out(self, name: str) -> bool:
        """Whether the value has the colour of edits."""
        return self.is_marked(name)

    def notes(self, name: str, width: int) -> list[Strip]:
        """What stands beneath an entry."""
        raise NotImplementedError  # pragma: no cover

    def lines(self, width: int, *, has_focus: bool) -> list[Line]:
        """All lines of the form, `width` columns each."""
        model = self._model
        lines: list[Line] = []
        for group in model.groups:
            lines.append(Line(self._heading(group, width, has_focus=has_focus), "", group))
            for name in model.shown(group):
                lines.append(Line(self.entry(name, width, has_focus=has_focus), name, group))
                lines += [Line(strip, name, group) for strip in self.notes(name, width)]
        return lines

    def _heading(self, group: str, width: int, *, has_focus: bool) -> Strip:
        """``─ optimisation ────── +12``; where there is room, ``8 without effect``; without a number if it is open."""
        model, signs = self._model, self.theme.signs
        is_selected = not model.name and group == model.group
        folded = len(model.foldable(group)) if group not in model.opened else 0
        folded -= model.name in model.foldable(group)
        head = f"{signs.cursor if is_selected else signs.rule} {_(group)} "
        told = self._folded_told(folded, width - cell_len(head)) if folded > 0 else ""
        head = cut(head, width - cell_len(told), theme=self.theme)
        text = head + signs.rule * (width - cell_len(head) - cell_len(told)) + told
        style = self.theme["dim"]
        if is_selected:
            style = self.theme["selected" if has_focus else "bold"]
        return line(width, [(text, style)])

    def _folded_told(self, folded: int, room: int) -> str:
        """How many entries are folded, with why where there is room."""
        longer = " " + _("{number} without effect").format(number=folded)
        return longer if self._model.is_wide and cell_len(longer) <= room else f" +{folded}"

    def entry(self, name: str, width: int, *, has_focus: bool) -> Strip:
        """The line of an entry."""
        model, theme = self._model, self.theme
        label, is_selected = model.label(name), name == model.name
        if is_selected and model.editor is not None:
            return editor_line(label, model.editor, width, theme)
        matters = model.matters(name)
        shown = self.value(name) if matters else f"({self.value(name)})"
        most = width - 2 - self.GAP
        if cell_len(label) + cell_len(shown) > most >= cell_len(shown) + _least(label):
            label = cut(label, most - cell_len(shown), theme=theme)
        room = most - cell_len(label)
        shown = cut(shown, max(1, room), theme=theme)
        gap = " " * (self.GAP + room - cell_len(shown)) + ("*" if self.is_marked(name) else " ")
        cursor = theme.signs.cursor if is_selected else " "
        if is_selected:
            return line(width, [(cursor + label + gap + shown, theme["selected" if has_focus else "bold"])])
        style = theme["plain" if matters else "dim"]
        value_style = theme["edited"] if self.stands_out(name) else style
        return line(width, [(cursor + label, style), (gap + shown, value_style)])


def _least(label: str) -> int:
    """How many cells of a label still tell it, and are not taken for its value: more than seven tenths."""
    return cell_len(label) * 7 // 10 + 1


def editor_line(label: str, editor: LineEdit, width: int, theme: Theme) -> Strip:
    """The line of a field that is typed into, scrolled so that the cursor is seen."""
    room = width - 2 - cell_len(label)
    start, used = editor.cursor, max(1, cell_len(editor.text[editor.cursor : editor.cursor + 1]))
    while start and (used := used + cell_len(editor.text[start - 1])) <= room:
        start -= 1
    text = editor.text[start:] + " "
    at = editor.cursor - start
    plain = theme.styles["editor"]
    reverse = plain + Style(reverse=True)
    if editor.is_selected and editor.text:
        parts = [(text[:-1], reverse)]
    else:
        parts = [(text[:at], plain), (text[at : at + 1], reverse), (text[at + 1 :], plain)]
    head = (theme.signs.cursor + label + " ", theme.styles["bold"])
    return line(width, [head, *parts, (" " * (room - cell_len(text) + 1), plain)])


def wrapped_note(theme: Theme, text: str, width: int, style: Style) -> list[Strip]:
    """What stands beneath a field, in as many lines as it takes."""
    rows = wrapped(theme.plain(text), max(8, width - 3))
    return [line(width, [(set_cell_size(f"  {row}", width), style)]) for row in rows]
