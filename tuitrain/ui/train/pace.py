"""How fast to train for somebody who watches: a few paces, from as fast as it goes to an epoch a second."""

from __future__ import annotations

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
    return f"{pace:g} epoch{'s' * (pace != 1)}/s" if pace else "unlimited"
