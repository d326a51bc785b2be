"""What the status row says while a table is read: a bar, how long, how to give up."""

from __future__ import annotations

from tuitrain.translation import gettext as _
from tuitrain.ui.theme import Theme

BAR = 12  # cells


def loading_text(what: str, seconds: float, share: float | None, *, theme: Theme) -> str:
    """``reading big.csv ━━━━╌╌╌╌ 43 % · 6 s · esc gives up``; `share` is what is read, None where that is not known."""
    texts = [_("reading {what}").format(what=what)]
    if share is not None:
        done = int(BAR * share)
        full, rest = ("#", "-") if theme.ascii_only else ("━", "╌")
        texts[0] += f" {full * done}{rest * (BAR - done)} {int(100 * share)} %"
    if seconds >= 1:
        texts.append(_("{seconds:.0f} s").format(seconds=seconds))
    return f" {theme.signs.dot} ".join([*texts, _("esc gives up")])
