"""What the status row says while a table is read: a bar, how long, how to give up."""

from __future__ import annotations

from tuitrain.translation import gettext as _
from tuitrain.ui.theme import Theme

BAR = 12  # cells
MOST = 0.95  # of the bar, before all is read: how long it takes is an estimate


def loading_text(what: str, seconds: float, expected: float, *, theme: Theme) -> str:
    """``reading big.csv ━━━━╌╌╌╌ 6 s of about 14 · esc gives up``; `expected` is 0 where that is not known."""
    texts = [_("reading {what}").format(what=what)]
    if expected > 1:
        done = round(BAR * min(MOST, seconds / expected))
        full, rest = ("#", "-") if theme.ascii_only else ("━", "╌")
        texts.append(full * done + rest * (BAR - done))
        texts.append(_("{seconds:.0f} s of about {expected:.0f}").format(seconds=seconds, expected=expected))
    elif seconds >= 1:
        texts.append(_("{seconds:.0f} s").format(seconds=seconds))
    return " ".join(texts) + f" {theme.signs.dot} " + _("esc gives up")
