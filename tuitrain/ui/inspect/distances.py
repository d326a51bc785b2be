"""The distances between the points and the curve of a regression, as a picture and as a table of their squares."""

from __future__ import annotations

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
    """The places of the rows in the order of the table: as they are, the largest distance first, or along x."""
    return np.argsort(answer.x, kind="stable") if by_x and len(answer.x) else np.arange(len(answer.truth))


def draw_distances(
    width: int, height: int, answer: ValueLossAnswer, shown: NDArray[np.intp], place: int, *, theme: Theme
) -> list[Strip]:
    """Points and curve over the one input, or the truth over the prediction; distances as dotted lines."""
    has_x = len(answer.x) > 0
    x = answer.x if has_x else answer.predicted
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
    total = float(np.square(answer.truth - guess).sum())
    first = float(np.square(answer.truth - guess)[:2].sum())
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
    width: int, height: int, answer: ValueLossAnswer, shown: NDArray[np.intp], place: int, *, theme: Theme
) -> list[Strip]:
    """List each row's truth, prediction, difference and square, and below what they come to."""
    y, guess = answer.truth, answer.predicted
    largest = float(np.square(y - guess).max()) or 1.0
    digits = 2 if np.abs(y).max() < 1000 else 0
    head = f"  {'y':>6} {'ŷ':>6} {'y−ŷ':>7} {'(y−ŷ)²':>7}"
    lines = [line(width, [(theme.plain(head), theme["dim"])])]
    rows = max(height - FIGURE_ROWS - 1, 1)
    at = int(np.flatnonzero(shown == place)[0])
    first = min(max(at - rows // 2, 0), max(len(shown) - rows, 0))
    for k in shown[first : first + rows]:
        truth, said = round(float(y[k]), digits), round(float(guess[k]), digits)
        off = truth - said
        mark, role = (theme.signs.cursor, "bold") if k == place else (" ", "plain")
        text = f"{decimal(truth, digits):>6} {decimal(said, digits):>6} {factor(off, digits):>7} "
        text += f"{_figure(off * off, largest):>7}"
        room = max(width - 33, 0)
        bar = theme.signs.blocks[-1] * round(room * off * off / largest)
        styled: Role = "bold" if role == "bold" else "plain"
        lines.append(
            line(width, [(f" {mark}", theme["accent"]), (theme.plain(text), theme[styled]), (f" {bar}", theme["bar"])])
        )
    lines += [line(width, [])] * (rows - len(lines) + 1)
    errors = y - guess
    total, count = float(np.square(errors).sum()), len(y)
    mse, constant = total / count, float(np.var(y))
    figures = (
        _("sum {total} / {count} rows").format(total=_figure(total), count=count),
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
