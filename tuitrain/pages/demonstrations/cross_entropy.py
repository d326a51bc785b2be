"""The loss of a row of two classes, over the probability that the network gives the true one."""

from __future__ import annotations

import math

from tuitrain.pages.demonstrations.movable import FigureRow, Movable
from tuitrain.translation import N_

VALUES = (0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)
TRUTHS = {N_("one true class"): (1.0, 0.0), N_("labels 0.9, 0.1"): (0.9, 0.1)}


def entropy(t: tuple[float, ...]) -> float:
    """Return H(t) = −Σ t ln t in nats."""
    return -sum(share * math.log(share) for share in t if share)


def divergence(t: tuple[float, ...], p: tuple[float, ...]) -> float:
    """Return KL(t‖p) = Σ t ln(t / p)."""
    return sum(share * math.log(share / guess) for share, guess in zip(t, p, strict=True) if share)


def _rows(p: float) -> tuple[FigureRow, ...]:
    def row(name: str, t: tuple[float, ...]) -> FigureRow:
        curve = tuple(entropy(t) + divergence(t, (value, 1 - value)) for value in VALUES)
        h, kl = entropy(t), divergence(t, (p, 1 - p))
        return FigureRow(name, (h, kl, h + kl), curve)

    return tuple(row(name, t) for name, t in TRUTHS.items())


FUNCTION = Movable(N_("p of the true class"), VALUES, 0.1, ("H(t)", "KL(t‖p)", N_("cross entropy")), _rows)
