"""The Search form's lines: the strategies as a row, settings, hyperparameters; what is searched stands out."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from tuitrain.options.hyperparameters import FIELDS
from tuitrain.text import visible
from tuitrain.ui.search.entries import STRATEGY_ROW, Entry
from tuitrain.ui.search.form_model import SearchFormModel
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.form.drawing import Line, editor_line, wrapped_note


class SearchDrawing:
    """Draws a `SearchFormModel` for a theme."""

    def __init__(self, model: SearchFormModel, theme: Theme) -> None:
        self.model = model
        self.theme = theme

    def lines(self, width: int, *, has_focus: bool) -> list[Line]:
        """All lines of the form, `width` columns each."""
        found: list[Line] = []
        group = ""
        for name, entry in self.model.entries.items():
            if entry.group != group:
                group = entry.group
                found.append(Line(self._heading(group, width), ""))
            if name == "strategy" and not (name == self.model.name and self.model.editor is not None):
                found.append(Line(self._strategies(width, has_focus=has_focus), name))
            else:
                found.append(Line(self._entry(entry, width, has_focus=has_focus), name))
            found += [Line(strip, name) for strip in self._notes(entry, width)]
        return found

    def _heading(self, group: str, width: int) -> Strip:
        rule = self.theme.signs["rule"]
        text = f"{rule} {group} "
        text += rule * (width - len(text))
        return Strip([Segment(text[:width], self.theme.styles["dim"])], width)

    def _strategies(self, width: int, *, has_focus: bool) -> Strip:
        """``manual grid[random]bayesian``: the chosen one in brackets and another style; alone where not all fit."""
        styles, chosen = self.theme.styles, self.model.texts["strategy"]
        names: tuple[str, ...] = STRATEGY_ROW if chosen in STRATEGY_ROW else (*STRATEGY_ROW, chosen)
        if sum(map(len, names)) + len(names) + 1 > width:  # with what stands before, between and after them
            short = visible(chosen, max(width - 2, 1))
            names, chosen = (short,), short
        mark = styles["selected" if has_focus and self.model.name == "strategy" else "edited"]
        parts: list[Segment] = []
        before = ""
        for name in names:
            gap = "[" if name == chosen else "]" if before == chosen else " "
            parts += [Segment(gap, styles["plain"]), Segment(name, mark if name == chosen else styles["dim"])]
            before = name
        if before == chosen:
            parts.append(Segment("]", styles["plain"]))
        return Strip(parts).adjust_cell_length(width)

    def _entry(self, entry: Entry, width: int, *, has_focus: bool) -> Strip:
        model, theme, name = self.model, self.theme, entry.name
        is_selected = name == model.name
        if is_selected and model.editor is not None:
            return editor_line(entry.label, model.editor, width, theme)
        text, matters, is_searched = model.texts[name], model.matters(name), model.is_searched(name)
        shown = text if matters else f"({text})"
        room = width - 3 - cell_len(entry.label)
        if len(shown) > room:
            shown = shown[: max(0, room - 1)] + theme.signs["ellipsis"]
        gap = " " * (1 + room - len(shown)) + ("*" if is_searched else " ")
        cursor = theme.signs["cursor"] if is_selected else " "
        if is_selected:
            style = theme.styles["selected"] if has_focus else theme.styles["bold"]
            return Strip([Segment(cursor + entry.label + gap + shown, style)], width)
        style = theme.styles["plain"] if matters else theme.styles["dim"]
        value_style = theme.styles["edited"] if is_searched and matters else style
        return Strip([Segment(cursor + entry.label, style), Segment(gap + shown, value_style)], width)

    def _notes(self, entry: Entry, width: int) -> list[Strip]:
        model, theme = self.model, self.theme
        if entry.name != model.name or model.editor is None:
            return []
        if model.error:
            text = model.error.removeprefix(f"{entry.label}: ")
            return wrapped_note(theme, f"{theme.signs['error']} {text}", width, theme.styles["bad"])
        hint = ", ".join(entry.choices) or entry.explanation
        if entry.is_field:
            hint = f"a value, several with commas, or a range, as {FIELDS[entry.name].search}"
        return wrapped_note(theme, hint, width, theme.styles["accent"])
