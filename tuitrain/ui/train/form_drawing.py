"""What the lines of the Train form look like: marks of edits, and notes of what became of them."""

from __future__ import annotations

from textual.strip import Strip

from tuitrain.options.automatic import AUTO, SETTLED
from tuitrain.options.hyperparameters import automatic
from tuitrain.translation import gettext as _
from tuitrain.ui.theme import Theme
from tuitrain.ui.train.form_model import SPECS, FormModel
from tuitrain.ui.widgets.form.drawing import EntryDrawing, wrapped_note


class FormDrawing(EntryDrawing):
    """Draws a `FormModel`; an asterisk marks an edit that training does not use."""

    GAP = 0  # the longest label and value leave no room for more

    def __init__(self, model: FormModel, theme: Theme) -> None:
        super().__init__(model, theme)
        self.model = model

    def value(self, name: str) -> str:
        field, value = SPECS[name], self.model.current(name)
        if value == AUTO and name in SETTLED:
            return f"auto ({field.format(self.model.came_to(name))})"
        if value != AUTO or not field.automatic:
            return field.format(value)
        return f"auto ({field.format(automatic(name, str(self.model.current('optimizer'))))})"

    def is_marked(self, name: str) -> bool:
        return bool(self.model.mark(name))

    def notes(self, name: str, width: int) -> list[Strip]:
        """The error, the allowed range while typing, or that it waits for the reset."""
        model, theme = self.model, self.theme
        field = SPECS[name]
        if name == model.name and model.editor is not None:
            if model.error:
                text = model.error.removeprefix(f"{_(field.label)}: ")
                return wrapped_note(theme, f"{theme.signs.error} {text}", width, theme["bad"])
            return wrapped_note(theme, field.allowed, width, theme["accent"])
        mark = model.mark(name)
        if mark == "refused":
            why = model.refused[name].why.removeprefix(f"{_(field.label)}: ")
            return wrapped_note(theme, f"{theme.signs.error} {why}", width, theme["bad"])
        if mark == "ended":
            text = f"{theme.signs.corner} " + _("not used: training has ended")
            return wrapped_note(theme, text, width, theme["edited"])
        if mark == "at reset":
            now = field.format(model.in_use(name))
            text = f"{theme.signs.corner} " + _("at reset; now {value}").format(value=now)
            return wrapped_note(theme, text, width, theme["edited"])
        return []
