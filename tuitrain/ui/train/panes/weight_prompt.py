"""The question for a weight's new value."""

from __future__ import annotations

import math
import re

from tuitrain.errors import HyperparameterError
from tuitrain.text import quoted
from tuitrain.translation import gettext as _
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.prompt_dialog import PromptDialog

THOUSANDS = re.compile(r"[+\-−]?[1-9]\d{0,2},\d{3}")


def weight_prompt(theme: Theme, name: str, value: float) -> PromptDialog[float]:
    """Ask for a number in the place of `value`."""
    hint = _("from now on training goes on from this value; u does not take it back, typing the old one does")
    return PromptDialog(theme, theme.plain(name), f"{value:.4g}", read_number, hints=[hint])


def read_number(typed: str) -> float:
    """Read a finite number.

    Raises
    ------
    HyperparameterError
        if it is none, or its comma may stand for thousands: ``1,000``.
    """
    if THOUSANDS.fullmatch(typed.strip()):
        whole, rest = typed.strip().split(",")
        text = _("{typed} may mean {thousands} or {decimals}: type it without the comma")
        raise HyperparameterError(
            text.format(typed=quoted(typed), thousands=f"{whole}{rest}", decimals=f"{whole}.{rest}")
        )
    try:
        found = float(typed.strip().replace("−", "-").replace(",", "."))
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise HyperparameterError(_("{typed} is not a finite number").format(typed=quoted(typed)))
    return found + 0.0  # no negative zero
