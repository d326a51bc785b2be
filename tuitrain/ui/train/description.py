"""The box below the form: what the selected field does, as fully as there is room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tuitrain.options.presets import PRESET
from tuitrain.session.snapshot import Snapshot
from tuitrain.text import rows_of
from tuitrain.translation import gettext as _
from tuitrain.ui.theme import Role, Theme
from tuitrain.ui.train.form_model import FormModel
from tuitrain.ui.train.moment import moment
from tuitrain.ui.widgets.frame import Framed
from tuitrain.ui.widgets.text_lines import Lines, shortened


class Description(Framed, Lines):
    """What the selected field means, what it comes to now, what it may be, when a change takes effect.

    As fully as the height allows: what is wanted least is left out first.
    """

    def __init__(self, theme: Theme, model: FormModel, **rest: Any) -> None:
        super().__init__(**rest)
        self._theme = self.look = theme
        self._model = model
        self._snapshot: Snapshot | None = None
        self._now = ""

    def show(self, snapshot: Snapshot) -> None:
        """Describe the field anew if what it comes to has changed."""
        self._snapshot = snapshot
        if self.display and self._moment() != self._now:
            self.show_field()

    def _moment(self) -> str:
        """What the selected field comes to now; "" where it has no effect."""
        model = self._model
        if self._snapshot is None or not model.name or model.needs(model.name):
            return ""
        return moment(model.name, self._snapshot)

    def show_field(self) -> None:
        """Describe the field that the form's cursor is on."""
        model, self._now = self._model, self._moment()
        if not model.name:
            self.set_title(_(model.group))
            folded = () if model.group in model.opened else model.foldable(model.group)
            self._fill([
                (2, ", ".join(map(model.label, folded)), "plain"), (4, _("enter opens or folds the group"), "dim"),
            ])  # fmt: skip
            return
        field = model.field
        self.set_title(f"{_(field.label)} {self._theme.signs.dot} {_('live') if field.live else _('from reset')}")
        effect = _("takes effect at once, while training goes on") if field.live else _("takes effect at reset")
        if field is PRESET:
            effect = _("what can change while training goes on does at once, the rest at the reset")
        needs = model.needs(model.name)
        self._fill([
            (4, _(field.meaning), "dim" if needs else "plain"),
            (5, _("no effect: needs {needs}").format(needs=needs) if needs else "", "warning"),
            (2, _(field.explanation), "plain"), (3, self._now, "plain"), (1, field.allowed, "dim"), (0, effect, "dim"),
        ])  # fmt: skip

    def _fill(self, parts: Sequence[tuple[int, str, Role]]) -> None:
        """Show what there is room for of (how much it is wanted, text, style), from top to bottom."""
        width, left = max(12, self.size.width - 1), self.size.height
        wrapped = [(rank, rows_of(self._theme.plain(text), width), style) for rank, text, style in parts if text]
        shown: dict[int, list[str]] = {}
        for rank, rows, _style in sorted(wrapped, reverse=True):
            if len(rows) <= left or rank == 4 or (rank == 2 and left > 1):  # worth showing in part
                shown[rank] = shortened(rows, left, width, theme=self._theme)
            left -= len(shown.get(rank, ()))
        styles = self._theme.styles
        self.put(*([(f" {row}", styles[style])] for rank, _rows, style in wrapped for row in shown.get(rank, ())))

    def on_resize(self) -> None:
        self.show_field()
