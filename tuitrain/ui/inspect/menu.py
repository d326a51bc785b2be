"""The menu of the pages on the inside of learning, each with its question: a small letter, or enter, opens one."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.screens import PAGES
from tuitrain.ui.terminal.dialog import Dialog
from tuitrain.ui.theme import Theme

QUESTIONS = {
    "bench": N_("how does the error become a gradient?"),
    "step": N_("is the step too small, decent, too large?"),
    "landscape": N_("what is the way downhill like?"),
    "row_loss": N_("where does this row's loss come from?"),
    "mse": N_("how much is bias, variance, noise?"),
    "batch_noise": N_("do batches agree with all rows?"),
    "what_if": N_("what would other values do from here?"),
    "seeds": N_("is it luck?"),
    "optimizer_race": N_("which optimiser, schedule, batch size?"),
    "rate_range": N_("which rates work at all?"),
    "depth": N_("does the signal reach the first layer?"),
    "units": N_("what has each unit learnt?"),
    "inputs": N_("what does each input do?"),
    "lab": N_("these settings against others?"),
}
OF_FINDING = {  # the page that shows what a finding speaks of
    "diverged": "step", "rate_too_high": "rate_range", "rate_too_low": "rate_range", "too_few_steps": "what_if",
    "vanishing_gradient": "depth", "exploding_gradient": "depth", "symmetric_start": "bench", "clipped": "step",
    "dead_units": "units", "saturated_units": "units", "overfitting": "mse", "underfitting": "mse",
    "over_regularised": "what_if", "noisy_batches": "batch_noise", "unscaled_inputs": "inputs", "leak": "inputs",
    "imbalance": "row_loss", "plateau": "what_if", "no_better": "what_if",
}  # fmt: skip
OF_PANE = {"loss": "step", "gradients": "bench", "metric": "row_loss", "parameters": "bench", "boundary": "units"}
OF_FIELD = {
    "learning_rate": "step", "schedule": "rate_range", "optimizer": "optimizer_race", "batch_size": "batch_noise",
    "hidden_layers": "units", "activation": "depth", "initializer": "depth", "loss": "row_loss", "seed": "seeds",
}  # fmt: skip


class PageMenu(Dialog[None]):
    """Lists the pages; dismisses with nothing, having opened one."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,semicolon,q", "leave", "leave")]
    DEFAULT_CSS = """
    PageMenu { align: center middle; }
    PageMenu Vertical { width: 66; height: auto; border: $focus-frame $focus-colour; background: ansi_default; }
    PageMenu OptionList { border: none; height: auto; padding: 0 1 0 0; scrollbar-size: 0 $bar; }
    PageMenu OptionList:focus { border: none; }
    """

    def __init__(self, look: Theme) -> None:
        super().__init__()
        self._look = look
        self._rows: list[str] = []
        self._selected = 0

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = self._look.plain(_("See why · a page for each question"))
            box.border_subtitle = self._look.plain(_("↑ ↓ enter or a letter · pages work on copies · esc closes"))
            width = max(len(_(page.title)) for page in PAGES)
            self._rows = [
                f"{page.letter.lower()}  {page.letter}  {_(page.title):<{width}}  {_(QUESTIONS[page.name])}"
                for page in PAGES
            ]
            options = [Option(self._row(place), id=page.name) for place, page in enumerate(PAGES)]
            yield OptionList(*options, markup=False)

    def _row(self, place: int, *, is_selected: bool = False) -> Content:
        """A page's row, with the sign of the selected one: its colour alone would not be seen everywhere."""
        return Content(self._look.plain(f"{self._look.signs.cursor if is_selected else ' '}{self._rows[place]}"))

    @on(OptionList.OptionHighlighted)
    def _marked(self, event: OptionList.OptionHighlighted) -> None:
        for place in {self._selected, event.option_index}:
            row = self._row(place, is_selected=place == event.option_index)
            event.option_list.replace_option_prompt_at_index(place, row)
        self._selected = event.option_index

    def on_mount(self) -> None:
        pages = self.query_one(OptionList)
        pages.focus()
        stack = self.app.screen_stack
        wanted = page_for(*getattr(stack[-2], "seen", ("", "", ""))) if len(stack) > 1 else ""
        if wanted:
            pages.highlighted = next(place for place, page in enumerate(PAGES) if page.name == wanted)

    def action_leave(self) -> None:
        self.dismiss(None)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self._open(str(event.option.id))

    def on_key(self, event: events.Key) -> None:
        page = next((page for page in PAGES if page.letter.lower() == event.key.lower()), None)
        if page is not None:
            event.stop()
            self._open(page.name)

    def _open(self, name: str) -> None:
        show = self.app.show  # type: ignore[attr-defined]
        self.dismiss(None)
        self.call_later(show, name)


def page_for(finding: str, pane: str, field: str) -> str:
    """The page for the most pressing finding, else for the pane that has the keys, else for the form's field."""
    return OF_FINDING.get(finding) or OF_PANE.get(pane) or OF_FIELD.get(field, "")
