"""What stands beside the map of the landscape: the race, curvature, the way ahead, the directions."""

from __future__ import annotations

import math

from textual.strip import Strip

from tuitrain.session.asked.landscape import BowlAnswer, PlaneAnswer
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.landscape_map import levels_between, star_sign
from tuitrain.ui.plots.figures import decimal
from tuitrain.ui.plots.lines import cut, line
from tuitrain.ui.theme import Role, Theme

LETTERS = {"sgd": "g", "momentum": "m", "nesterov": "n", "rmsprop": "r", "adam": "a"}
A_RAVINE = 5.0  # times as steep one way as the other


def race_list(width: int, answer: BowlAnswer, step: int, *, theme: Theme) -> list[Strip]:
    """List each optimizer's distance from the lowest loss at this step, and when it stays near."""
    head = f"  {_('optimiser'):<11}{'J−Jmin':>9}  {_('to')} {_power(answer.near)}"
    lines = [line(width, [(theme.plain(head), theme["dim"])])]
    for number, name in enumerate(answer.optimizers):
        left = float(answer.losses[number, step] - answer.least)
        reached = answer.reached[number]
        when = str(reached) if reached >= 0 else _("over {steps}").format(steps=answer.losses.shape[1] - 1)
        lines.append(line(width, [
            (f" {LETTERS[name]} ", theme.of_class(number)),
            (f"{name:<10}{theme.plain(_power(max(left, 0.0))):>9}  {when:>7}", theme["plain"]),
        ]))  # fmt: skip
    return lines


def curvature_facts(width: int, answer: BowlAnswer, *, theme: Theme) -> list[Strip]:
    """What a step leaves of the distance along the steep and the flat direction."""
    steep, flat = answer.curvatures
    ratio = steep / flat if flat > 0 else math.inf
    kind = _("a ravine") if ratio > A_RAVINE else _("a bowl")
    limit = rate_text(2 / steep)
    other = _("standardised") if answer.is_raw else _("raw")
    modulus = [decimal(value, 3) for value in answer.moduli]
    texts: list[tuple[str, Role]] = [
        (f"       {_('steep')} λ1   {_('flat')} λ2", "dim"),
        (f"λ      {_three(steep):>8}  {_three(flat):>8}", "plain"),
        (f"|1−ηλ| {decimal(answer.shrinks[0], 3):>8}  {decimal(answer.shrinks[1], 3):>8}   sgd", "plain"),
        (f"|{_('root')}| {modulus[0]:>8}  {modulus[1]:>8}   mom.", "plain"),
        (f"λ1/λ2  {_three(ratio):>8}  {kind}", "bold"),
        (_("what remains after a step, along"), "dim"),
        (_("each axis; above 1 it diverges"), "dim"),
        (_("sgd diverges from 2/λ1 = {limit}").format(limit=limit), "plain"),
        (_("i: the input {other}").format(other=other), "dim"),
    ]
    if width > 40:
        beta, root = f"{answer.momentum:g}", decimal(answer.momentum**0.5, 3)
        levels = [_three(level - answer.least) for level in levels_between(answer.least, answer.grid, 6)]
        texts += [
            ("", "plain"),
            (_("roots for momentum β = {beta}:").format(beta=beta), "plain"),
            ("z² − (1 + β − ηλ)·z + β = 0", "plain"),
            (_("complex roots: swings, |root| = √β = {root}").format(root=root), "dim"),
            ("", "plain"),
            (_("standardised inputs make λ1/λ2 = 1:"), "dim"),
            (_("the ravine becomes a bowl for sgd"), "dim"),
            ("", "plain"),
            (_("level lines at J − Jmin ="), "dim"),
            ("  ".join(levels), "dim"),
        ]  # fmt: skip
    return [
        line(width, [(f" {cut(theme.formula(text), width - 2, theme=theme)}", theme[role])]) for text, role in texts
    ]


def way_facts(width: int, answer: PlaneAnswer, step: int, *, theme: Theme) -> list[Strip]:
    """J here, along the path and at the lowest point of the plane."""
    if not len(answer.path_losses):
        return []
    last = min(step, len(answer.path) - 1)
    steps = len(answer.path) - 1
    texts = [
        (f"{theme.signs.ready} {_('here')}", _three(answer.path_losses[0])),
        (f"{theme.signs.running} {_('after {count} of {steps} steps').format(count=last, steps=steps)}",
         _three(answer.path_losses[last])),
    ]  # fmt: skip
    if answer.losses.size:
        low, high = float(answer.losses.min()), float(answer.losses.max())
        texts += [
            (f"{star_sign(theme)} {_('lowest of the plane')}", _three(low)),
            (f"  {_('highest')}", _three(high)),
        ]
    lines = [line(width, [(f"   {_('loss J'):>{width - 5}}", theme["dim"])])]
    for name, value in texts:
        room = width - len(value) - 3
        lines.append(line(width, [(f" {cut(name, room, theme=theme):<{room}} {value}", theme["plain"])]))
    share = "·" if math.isnan(answer.share) else f"{100 * answer.share:.0f} %"
    told = [
        "",
        _("the plane shows {share} of the path").format(share=share),
        _("(of squared distances from here)"),
        _("the steps are {optimizer}'s").format(optimizer=answer.optimizer),
    ]
    return lines + [line(width, [(f" {cut(theme.plain(one), width - 2, theme=theme)}", theme["dim"])]) for one in told]


def plane_facts(width: int, answer: PlaneAnswer, *, theme: Theme) -> list[Strip]:
    """What the axes are, and what was measured."""
    if answer.view == "step":
        axes = [_("→ the way of the next step"), _("↑ a random direction, in each"),
                _("  unit as long as its weights")]  # fmt: skip
    else:
        axes = [_("→ the way that the steps go most"), _("↑ the second most (path's PCA)"), ""]
    texts = [
        *axes,
        _("1 is a length in weight space;"),
        _("all weights: {size} long").format(size=_three(answer.size)),
        _("lines: equal J, on {rows} rows").format(rows=answer.rows),
        _("+ nearer, - farther, o others"),
    ]
    if width > 40 and answer.losses.size:
        levels = levels_between(float(answer.losses.min()), answer.losses, 6)
        texts += ["", _("level lines at J ="), "  ".join(map(_three, levels))]
    return [line(width, [(f" {cut(theme.plain(one), width - 2, theme=theme)}", theme["dim"])]) for one in texts]


def _three(value: float) -> str:
    """Three digits that count."""
    if not math.isfinite(value):
        return decimal(value)
    size = abs(value)
    return (
        decimal(value, 3 if size < 10 else 2 if size < 100 else 0) if 0.001 <= size < 1e6 or not size else _power(value)
    )


def rate_text(value: float) -> str:
    """A learning rate in three digits."""
    return f"{value:.3g}".replace("e-0", "e-").replace("e+0", "e")


def _power(value: float) -> str:
    """``3.7e-2``; ``0`` and ``∞`` as they are."""
    if not math.isfinite(value):
        return "∞"
    if value == 0:
        return "0"
    mantissa, _unused, exponent = f"{value:.1e}".partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"
