"""The distances between the points and the curve of a regression, as a picture and as a table of their squares."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from tuitrain.session.asked.row_loss import ValueLossAnswer
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.plot import Curve, Mark, draw_plot
from tuitrain.ui.plots.figures import decimal, factor
from tuitrain.ui.plots.lines import cut, line
from tuitrain.ui.plots.ranges import linear_axis
from tuitrain.ui.theme import Role, Theme

MOST_DRAWN = 60  # rows whose distance is drawn
FIGURE_ROWS = 5  # below the table


def ordered(answer: ValueLossAnswer, *, by_x: bool) -> NDArray[np.intp]:
    """The places of the rows in the order of the table: as they are, the largest distance first, or along the axis."""
    return np.argsort(across_of(answer), kind="stable") if by_x else np.arange(len(answer.truth))


def across_of(answer: ValueLossAnswer) -> NDArray[np.float64]:
    """Where the rows stand along the axis (V,): at the one input, or at the prediction where there are several."""
    return answer.x if len(answer.x) else answer.predicted


def costs(errors: NDArray[np.float64], delta: float | None) -> NDArray[np.float64]:
    """What each of the `errors` (V,) costs: its square, or the Huber loss with this `delta`."""
    if delta is None:
        return np.square(errors)
    size = np.abs(errors)
    return np.where(size <= delta, np.square(errors) / 2, delta * (size - delta / 2))


def narrower(delta: float | None, largest: float) -> float:
    """The next smaller delta of 1, 2, 5, 10, ...; of none the first one below the `largest` distance."""
    limit = largest if delta is None else delta
    exponent = math.floor(math.log10(limit)) if limit > 0 else 0
    steps = [digit * 10.0**power for power in (exponent - 1, exponent) for digit in (1, 2, 5)]
    return max((step for step in steps if step < limit * (1 - 1e-9)), default=steps[0])


def wider(delta: float | None, largest: float) -> float | None:
    """The next larger delta; None, the square, from the `largest` distance on."""
    if delta is None:
        return None
    exponent = math.floor(math.log10(delta) + 1e-9)
    steps = [digit * 10.0**power for power in (exponent, exponent + 1) for digit in (1, 2, 5)]
    found = min(step for step in steps if step > delta * (1 + 1e-9))
    return found if found < largest else None


def digits_of(answer: ValueLossAnswer) -> int:
    """The digits after the point with which truths and predictions have room in the table."""
    ends = [float(end) for values in (answer.truth, answer.predicted) for end in (values.min(), values.max())]
    return next((digits for digits in (2, 1) if all(len(decimal(end, digits)) <= 5 for end in ends)), 0)


def draw_distances(
    width: int, height: int, answer: ValueLossAnswer, place: int, delta: float | None, *, theme: Theme
) -> list[Strip]:
    """Points and curve over the one input, or the truth over the prediction; distances as dotted lines."""
    has_x, x = len(answer.x) > 0, across_of(answer)
    low, high = (
        float(min(answer.truth.min(), answer.predicted.min())),
        float(max(answer.truth.max(), answer.predicted.max())),
    )
    across = linear_axis(float(x.min()), float(x.max()), max(2, width // 16))
    up = linear_axis(low, high, max(2, (height - 4) // 4))
    curves = []
    if has_x:
        curves.append(Curve(answer.curve[0], answer.curve[1], "validation"))
    else:
        ends = np.array([low, high])
        curves.append(Curve(ends, ends, "validation"))
    guess = answer.predicted
    marks = []
    for k in range(min(len(answer.truth), MOST_DRAWN)):
        curves.append(_distance(float(x[k]), float(answer.truth[k]), float(guess[k]), across.high - across.low))
    for k in range(min(len(answer.truth), MOST_DRAWN) - 1, -1, -1):
        if k != place:
            marks.append(Mark(float(x[k]), float(answer.truth[k]), theme.signs.running, "train"))
    marks.append(Mark(float(x[place]), float(answer.truth[place]), "◆", "accent"))
    plot = draw_plot(width - 1, height - 2, across, up, curves, marks, label="" if has_x else "ŷ", theme=theme)
    cost = costs(answer.truth - guess, delta)  # the largest distance first, and so the largest cost
    total, first = float(cost.sum()), float(cost[:2].sum())
    legend = _("{dot} y  {chosen} selected  line: ŷ  dotted: y − ŷ").format(
        dot=theme.signs.running, chosen=theme.plain("◆")
    )
    share = _("the two largest give {share:.0f} % of the sum").format(share=100 * first / total if total else 0)
    rows = [
        line(width, [(f" {cut(theme.plain(text), width - 2, theme=theme)}", theme["dim"])]) for text in (legend, share)
    ]
    return [*plot, *rows]


def _distance(x: float, truth: float, guess: float, span: float) -> Curve:
    """A dotted line from the truth to the prediction."""
    side = span * 1e-6
    return Curve(np.array([x - side, x + side]), np.array([truth, guess]), "dim", (1, 2), ":", is_faint=True)


def draw_table(
    width: int, height: int, answer: ValueLossAnswer, shown: NDArray[np.intp], place: int, delta: float | None, *,
    theme: Theme,
) -> list[Strip]:  # fmt: skip
    """List each row's truth, prediction, difference and its cost, and below what they come to."""
    y, guess = answer.truth, answer.predicted
    digits = digits_of(answer)
    printed = np.round(y, digits) - np.round(guess, digits)  # so that a reader who checks a difference agrees
    cost = costs(printed, delta)
    largest = float(cost.max()) or 1.0
    ends = [*(float(end) for end in (y.min(), y.max(), guess.min(), guess.max()))]
    number = max(5, *(len(decimal(end, digits)) for end in ends))
    off_width = max(6, *(len(factor(float(end), digits)) for end in (printed.min(), printed.max())))
    named = "(y−ŷ)²" if delta is None else _("Huber")
    cost_width = max(len(named), len(_figure(largest, largest)))
    head = f"  {'y':>{number}} {'ŷ':>{number}} {'y−ŷ':>{off_width}} {named:>{cost_width}}"
    lines = [line(width, [(theme.plain(head), theme["dim"])])]
    rows = max(height - FIGURE_ROWS - 1, 1)
    at = int(np.flatnonzero(shown == place)[0])
    first = min(max(at - rows // 2, 0), max(len(shown) - rows, 0))
    for k in shown[first : first + rows]:
        mark, role = (theme.signs.cursor, "bold") if k == place else (" ", "plain")
        text = f"{decimal(float(y[k]), digits):>{number}} {decimal(float(guess[k]), digits):>{number}} "
        text += f"{factor(float(printed[k]), digits):>{off_width}} {_figure(float(cost[k]), largest):>{cost_width}}"
        room = max(width - len(text) - 4, 0)
        bar = theme.signs.blocks[-1] * round(room * float(cost[k]) / largest)
        styled: Role = "bold" if role == "bold" else "plain"
        lines.append(
            line(width, [(f" {mark}", theme["accent"]), (theme.plain(text), theme[styled]), (f" {bar}", theme["bar"])])
        )
    lines += [line(width, [])] * (rows - len(lines) + 1)
    errors = y - guess
    total, count = float(costs(errors, delta).sum()), len(y)
    mse, constant = float(np.square(errors).mean()), float(np.var(y))
    summed = _("sum {total} / {count} rows").format(total=_figure(total), count=count)
    if delta is not None:
        summed += f" = {_figure(total / count)}"
    figures = (
        summed,
        f"MSE {_figure(mse)}  RMSE {_figure(mse**0.5)}",
        _("MAE {mae}  R² {r2}").format(
            mae=_figure(float(np.abs(errors).mean())), r2=decimal(1 - mse / constant, 3) if constant else "·"
        ),
        _("best constant: MSE {mse}").format(mse=_figure(constant)),
    )
    return [
        *lines,
        *(line(width, [(f" {cut(theme.plain(text), width - 2, theme=theme)}", theme["plain"])]) for text in figures),
    ]


def _figure(value: float, largest: float | None = None) -> str:
    """`value` with as many digits after the point as the `largest` of its column (by default itself) has room for."""
    size = value if largest is None else largest
    if size >= 1e6:
        return f"{value:.3g}".replace("e+0", "e").replace("e+", "e")
    return f"{value:,.0f}" if size >= 999.995 else f"{value:.2f}" if size >= 9.99995 else f"{value:.4f}"
