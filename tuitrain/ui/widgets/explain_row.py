"""The third row from below: what the selected thing is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len

from tuitrain.text import counted
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.lines import cut, cut_words
from tuitrain.ui.theme import Role, Theme
from tuitrain.ui.widgets.form.model import EntryModel
from tuitrain.ui.widgets.text_lines import Lines

LEAST_MEANING = 12  # cells of a meaning that still say something


class ExplainRow(Lines):
    """``learning rate 0.003 · size of a step along the gradient · live · above 0, at most 1000``.

    Where not all of it fits, the last fact goes first, then the meaning is cut between words; the value never is.
    """

    def __init__(self, theme: Theme, **rest: Any) -> None:
        super().__init__(**rest)
        self._theme = theme
        self._explained: tuple[str, str, tuple[str, ...], Role] = ("", "", (), "plain")

    def explain(self, name: str, meaning: str, facts: Sequence[str] = (), *, role: Role = "plain") -> None:
        """Show the selected thing's name (with its value), what it is, and `facts`: when it acts, its range."""
        self._explained = (name, meaning, tuple(facts), role)
        self._redraw()

    def explain_heading(self, model: EntryModel) -> None:
        """Say what is folded under the heading that the cursor is on, as many names as fit, and how to open it."""
        group = _(model.group)
        if model.group in model.opened:
            self.explain(group, _("enter or , folds what is rarely changed"))
            return
        names, more = list(map(model.label, model.foldable(model.group))), self._theme.signs.ellipsis
        count, how = counted(len(names), "field"), _("enter or , opens them")
        told = count
        for shown in range(len(names), 0, -1):
            listed = ", ".join([*names[:shown], more] if shown < len(names) else names)
            told = _("{fields} folded: {names}").format(fields=count, names=listed)
            if cell_len(self._theme.plain(f" {group} · {told} · {how}")) < self.size.width:
                break
        self.explain(group, told, (how,))

    @property
    def best_sign(self) -> str:
        """What stands beside the best."""
        return "*" if self._theme.ascii_only else "★"

    @property
    def dot(self) -> str:
        """What stands between the parts."""
        return self._theme.signs.dot

    def has_room(self, name: str, meaning: str, facts: Sequence[str]) -> bool:
        """Whether all of it can be shown whole."""
        parts = [part for part in (name, meaning, *facts) if part]
        return cell_len(self._theme.plain(f" {self.dot} ".join(parts))) + 2 <= self.size.width

    def on_resize(self) -> None:
        self._redraw()

    def _redraw(self) -> None:
        theme = self._theme
        name, meaning, facts, role = self._explained
        dot = f" {theme.signs.dot} "
        head = theme.plain(f" {name}")
        room = self.size.width - cell_len(head) - 1
        about = theme.plain(meaning)
        kept = [theme.plain(fact) for fact in facts if fact]
        while len(kept) > 1 and cell_len(dot.join(["", about, *kept])) > room:
            kept.pop()  # the last is the least wanted
        if cell_len(dot.join(["", "", *kept])) + min(cell_len(about), LEAST_MEANING) > room:
            kept = []
        left = room - cell_len(dot.join(["", "", *kept]))
        is_worth_it = left >= min(cell_len(about), LEAST_MEANING)
        texts = [cut_words(about, left, theme=theme)] if is_worth_it else []
        rest = "".join(dot + text for text in [*texts, *kept] if text)
        self.put([(cut(head, self.size.width, theme=theme), theme["bold"]), (rest, theme[role])])
