"""The Search form's lines: the strategies as a row, settings, hyperparameters; what is searched stands out."""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip

from tuitrain.options.hyperparameters import FIELDS
from tuitrain.text import visible
from tuitrain.translation import gettext as _
from tuitrain.ui.search.entries import STRATEGY_ROW
from tuitrain.ui.search.form_model import SearchFormModel
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.form.drawing import EntryDrawing, wrapped_note

_SHORT = {"bayesian": "bayes"}  # as the strategies stand in a row


class SearchDrawing(EntryDrawing):
    """Draws a `SearchFormModel`; an asterisk marks what is searched."""

    def __init__(self, model: SearchFormModel, theme: Theme) -> None:
        super().__init__(model, theme)
        self.model = model

    def value(self, name: str) -> str:
        return self.model.texts[name]

    def is_marked(self, name: str) -> bool:
        return self.model.is_searched(name)

    def stands_out(self, name: str) -> bool:
        return self.is_marked(name) and self.model.matters(name)

    def entry(self, name: str, width: int, *, has_focus: bool) -> Strip:
        """The line of an entry; the strategies stand in a row."""
        is_typed = name == self.model.name and self.model.editor is not None
        if name == "strategy" and not is_typed:
            return self._strategies(width, has_focus=has_focus)
        return super().entry(name, width, has_focus=has_focus)

    def _strategies(self, width: int, *, has_focus: bool) -> Strip:
        """``manual grid[random]bayes``: the chosen one in brackets and another style; alone where not all fit."""
        styles, chosen = self.theme.styles, self.model.texts["strategy"]
        chosen = _SHORT.get(chosen, chosen)
        row = tuple(_SHORT.get(name, name) for name in STRATEGY_ROW)
        names = row if chosen in row else (*row, chosen)
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

    def notes(self, name: str, width: int) -> list[Strip]:
        model, theme = self.model, self.theme
        entry = model.entries[name]
        if name != model.name or model.editor is None:
            return []
        if model.error:
            text = model.error.removeprefix(f"{_(entry.label)}: ")
            return wrapped_note(theme, f"{theme.signs.error} {text}", width, theme.styles["bad"])
        hint = ", ".join(entry.choices) or _(entry.explanation)
        if entry.is_field:
            hint = _("a value, several with commas, or a range, as {example}").format(example=FIELDS[entry.name].search)
        return wrapped_note(theme, hint, width, theme.styles["accent"])
