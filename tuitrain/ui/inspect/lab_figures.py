"""The numbers of the A|B lab as they are printed, on the page and in the sheet: differences are those of the printed.

A row's cells are texts; what is not known is ``·``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tuitrain.numbers import MINUS
from tuitrain.session.asked.lab import PairAnswer, PairSide
from tuitrain.text import counted
from tuitrain.translation import N_, ngettext
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.figures import decimal
from tuitrain.ui.plots.scores import LABELS

UNKNOWN = "·"
AXES = ("epoch", "step", "second")
AT = {"epoch": N_("at epoch"), "step": N_("at step"), "second": N_("at sec.")}
MOST_CELLS = 8  # of a difference


@dataclass(frozen=True)
class Reading:
    """A line of the table: what it is, A's and B's figures and B − A; whether the cursor is there."""

    label: str
    a: str
    b: str
    is_cursor: bool = False

    @property
    def change(self) -> str:
        """B − A, of the figures as they are printed."""
        return difference(self.a, self.b)


def loss_figure(value: float) -> str:
    """A loss with four digits after the point, fewer from 10 on, so that it has seven cells at most."""
    size = abs(value)
    places = 4 if size < 10 else 3 if size < 100 else 2 if size < 1_000 else 1
    return f"{value:.1e}".replace("e+0", "e").replace("e+", "e") if 1e5 <= size < math.inf else decimal(value, places)


def difference(a: str, b: str) -> str:
    """B − A of two printed numbers, exact where it fits into `MOST_CELLS`; ``·`` where one is not known."""
    one, other = number_of(a), number_of(b)
    if one is None or other is None:
        return UNKNOWN
    change = other - one
    sign, size = MINUS if change < 0 else "+" if change else "", abs(change)
    places = max(-int(number.normalize().as_tuple().exponent) for number in (one, other))
    printed = max((len(text.partition(".")[2]) for text in (a, b) if "e" not in text), default=0)
    comma = "," if "," in a + b else ""
    text = f"{sign}{size:{comma}.{max(places, printed, 0)}f}"
    if len(text) <= MOST_CELLS:
        return text
    return sign + f"{size:.1e}".replace("e+", "e").replace("e-0", "e-")


def number_of(text: str) -> Decimal | None:
    """Read a printed number; None where it is not known or not finite."""
    plain = text.replace(MINUS, "-").replace(",", "").lstrip("+")
    if not plain or plain in {UNKNOWN, "∞", "-∞"}:
        return None
    return Decimal(plain)


def place_text(axis: str, place: float) -> str:
    """An epoch, step or second as it is printed."""
    return f"{place:.2f}" if axis == "second" else f"{int(place):,}"


def common_end(answer: PairAnswer, axis: str) -> float:
    """How far the comparison goes: to where the first of the two ends, or is to end; 0 before anything is known."""
    ends = []
    for side in answer.sides:
        if side.problem or (not side.done and axis != "epoch"):
            continue
        along = side.along(axis)
        if axis == "second" or side.ending:
            ends.append(float(along[-1]))
        else:
            ends.append(side.planned * (float(along[1]) if axis == "step" else 1.0))
    return min(ends, default=0.0)


def furthest(answer: PairAnswer, axis: str) -> float:
    """Return the last epoch, step or second that either has reached."""
    return max((float(side.along(axis)[-1]) for side in answer.sides if side.done), default=0.0)


def fixed_places(end: float, axis: str, count: int) -> list[float]:
    """Return at most `count` places up to `end`, each twice the one before; many are equally far apart."""
    if end <= 0 or count < 1:
        return []
    if count <= 6:
        places = [end / 2**power for power in range(count - 1, -1, -1)]
    else:
        places = [end * (number + 1) / count for number in range(count)]
    if axis == "second":
        return [math.floor(place * 100 + 1e-6) / 100 for place in places if place >= 0.01]
    return [float(place) for place in sorted({math.ceil(place - 1e-9) for place in places})]


def losses_at(answer: PairAnswer, axis: str, places: Sequence[float], cursor: float | None = None) -> list[Reading]:
    """Return the losses at some places, and at the cursor's, in order."""

    def reading(place: float) -> Reading:
        a, b = _pair(answer, lambda side: loss_figure(side.loss_at(axis, place)))
        return Reading(place_text(axis, place), a, b, is_cursor=place == cursor)

    return [reading(place) for place in sorted({*places, *([cursor] if cursor is not None else [])})]


def results(answer: PairAnswer) -> list[Reading]:
    """Return what both have come to: the kept loss, the metric of the kept parameters, the seconds of training."""
    kept = _("best") if answer.part == "validation" else _("last")
    return [
        Reading(kept, *_pair(answer, lambda side: loss_figure(side.best_loss))),
        Reading(_(LABELS[answer.metric]), *_pair(answer, lambda side: decimal(side.best_metric, 3))),
        Reading(_("seconds"), *_pair(answer, lambda side: f"{side.seconds[-1]:.2f}" if side.done else UNKNOWN)),
    ]


def counts(answer: PairAnswer) -> list[Reading]:
    """Return what there is room for on a large screen: the kept epoch, epochs, steps, parameters."""
    return [
        Reading(_("kept epoch"), *_pair(answer, lambda side: f"{side.best_epoch:,}" if side.best_epoch else UNKNOWN)),
        Reading(_("epochs"), *_pair(answer, lambda side: f"{side.done:,}" if side.done else UNKNOWN)),
        Reading(_("steps"), *_pair(answer, lambda side: f"{int(side.steps[-1]):,}" if side.done else UNKNOWN)),
        Reading(_("weights"), *_pair(answer, lambda side: f"{side.parameters:,}" if side.parameters else UNKNOWN)),
    ]


def _pair(answer: PairAnswer, figure: Callable[[PairSide], str]) -> tuple[str, str]:
    """The figures of A and B; B has none while it is not chosen."""
    texts = [figure(side) if not side.problem else UNKNOWN for side in answer.sides]
    return texts[0], texts[1] if len(texts) > 1 else UNKNOWN


def ended(side: PairSide) -> str:
    """Say how a training has ended; "" while it goes on."""
    if side.ending == "diverged":
        return _("diverged in epoch {epoch}").format(epoch=_diverged_at(side))
    if side.ending == "patience":
        return ngettext("{count} epoch (patience)", "{count} epochs (patience)", side.done).format(count=side.done)
    if side.ending == "limit":
        told = ngettext(
            "{count} epoch, no more are trained here", "{count} epochs, no more are trained here", side.done
        )
        return told.format(count=side.done)
    return counted(side.done, "epoch") if side.ending else ""


def _diverged_at(side: PairSide) -> int:
    lost = [epoch for epoch in range(1, len(side.losses)) if not math.isfinite(side.losses[epoch])]
    return lost[0] if lost else side.done
