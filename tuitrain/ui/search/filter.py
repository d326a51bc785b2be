"""What the table of trials is filtered by."""

from __future__ import annotations

from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.search.trial_filter import TrialFilter
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.prompt_dialog import PromptDialog

HINTS = (
    N_("words and comparisons: relu finished rank<=10"),
    "learning_rate<0.1 score>0.95 hidden_layers=64x32",
)


def filter_dialog(theme: Theme, text: str) -> PromptDialog[str]:
    """Make the dialog that asks for a filter."""
    title = _("Show trials with (enter applies, empty shows all)")
    return PromptDialog(theme, title, text, read_filter, hints=[_(HINTS[0]), HINTS[1]], replaces=False)


def read_filter(text: str) -> str:
    """Return the filter that was typed.

    Raises
    ------
    RunError
        if it is no condition, or compares what a trial does not have.
    """
    TrialFilter(text)
    return text.strip()
