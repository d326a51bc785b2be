"""How fast to train for somebody who watches: a few paces, from as fast as it goes to an epoch a second."""

from __future__ import annotations

from tuitrain.session.snapshot import Snapshot
from tuitrain.translation import gettext as _
from tuitrain.translation import ngettext

SLOWER = (30.0, 10.0, 3.0, 1.0)  # epochs a second; before them comes 0, which is unlimited
QUICK_SECONDS = 2.0  # a training that ended sooner was not watched


def slower(pace: float) -> float:
    """The next slower pace; the slowest one stays."""
    return next((step for step in SLOWER if not pace or step < pace), pace)


def faster(pace: float) -> float:
    """The next faster pace; beyond the fastest one it is unlimited."""
    return next((step for step in reversed(SLOWER) if step > pace), 0.0) if pace else 0.0


def pace_text(pace: float) -> str:
    """``10 epochs/s``, ``unlimited``."""
    if not pace:
        return _("unlimited")
    return ngettext("{pace} epoch/s", "{pace} epochs/s", 1 if pace == 1 else 2).format(pace=f"{pace:g}")


class PaceHint:
    """Tells once, when a training was over too soon to be watched, that it can go slower."""

    def __init__(self) -> None:
        self._is_known = False

    def about(self, snapshot: Snapshot) -> tuple[str, ...]:
        """Return the hint, from its longest form to its shortest; () where there is none to give."""
        self._is_known |= bool(snapshot.pace)  # who has set one knows of it
        if self._is_known or snapshot.state != "done" or snapshot.seconds >= QUICK_SECONDS:
            return ()
        self._is_known = True
        over = _("over in {seconds} s").format(seconds=f"{max(snapshot.seconds, 0.1):.1f}")
        how = _("to watch it: < slower, r, space")
        ending = [f"{snapshot.ending}; {over}; {how}", f"{snapshot.ending}; {how}"] if snapshot.ending else []
        return (*ending, f"{over}; {how}")
