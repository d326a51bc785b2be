"""Who caused a unit's sum, and what the gradient hands back to whom; the ready-made example of both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from textwrap import wrap

from rich.cells import cell_len
from textual.strip import Strip

from tuitrain.numbers import MINUS, whole_percents
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.chain_rule import Share
from tuitrain.ui.plots.figures import decimal, factor, right
from tuitrain.ui.plots.lines import cut, fit, line
from tuitrain.ui.theme import Role, Theme

TWO_WAYS_ROWS = 6
PERCENT_CELLS = 6


def two_ways(width: int, found: Sequence[Share], *, theme: Theme) -> list[Strip]:
    """Set the share of an error, by the weights, beside what the gradient hands back, and say how they are related."""
    total, passed = sum(one.size for one in found), sum(one.back for one in found)
    delta = "δ" if math.isnan(passed) else _short(found[0].delta, 3)

    def row(name: str, idea: str, idea_share: str, rule: str, rule_share: str) -> str:
        half = (width - 12) // 2 - 7
        left, right_half = (fit(theme.formula(text), half, theme) for text in (idea, rule))
        return f" {fit(name, 9, theme)} {left}{idea_share:>{PERCENT_CELLS}} {right_half}{rule_share:>{PERCENT_CELLS}}"

    weights = "+".join(_short(one.size) for one in found)
    lines: list[tuple[str, Role]] = [
        (row("", _("the share (the idea)"), "", _("the gradient (the rule)"), ""), "dim"),
    ]
    for one in found:
        name = _("{name}, w = {weight}").format(name=one.name, weight=_short(one.weight))
        idea = f"{delta}·{_short(one.size)}/({weights}) = {decimal(one.of_delta, 3)}"
        rule = f"{delta}·{_short(one.weight)} = {decimal(one.back, 3)} · f′"
        returned = _percent(one.back, passed)
        lines.append((row(name, idea, _percent(one.size, total), rule, returned), "plain"))
    whole = _percent(passed, passed)
    lines.append(
        (row(_("sum"), decimal(sum(one.of_delta for one in found), 3), "100 %", decimal(passed, 3), whole), "plain")
    )
    signed = [_short(math.copysign(total, one.weight)) for one in found]
    ways = _(" and ").join(
        f"{times} · {decimal(one.of_delta, 3)} = {decimal(one.back, 3)}"
        for times, one in zip(signed, found, strict=True)
    )
    told = _("Same proportions: the gradient does not divide by the sum, {total}.").format(total=_short(total))
    if any(one.weight < 0 for one in found):
        told = _("Same sizes: the gradient does not divide by {total}, and keeps a weight's sign.")
        told = told.format(total=_short(total))
    if math.isnan(passed):
        told, ways = _("The error is not known yet: → goes on to the loss, and back."), ""
    elif not math.isfinite(total) or not math.isfinite(passed):
        told, ways = _("These weights are too large for their sum to be known."), ""
    lines += [(f" {told}", "plain"), (f" {ways}. " + _("Here f′ = 1.") if ways else "", "plain")]
    return [line(width, [(cut(theme.formula(text), width - 1, theme=theme), theme[role])]) for text, role in lines]


def _short(value: float, digits: int = 6) -> str:
    """``3``, ``−0.6``, ``1e+30``: a number without needless zeros."""
    return f"{value:.{digits}g}".replace("-", MINUS) if math.isfinite(value) else decimal(value)


def _percent(part: float, whole: float) -> str:
    """``60 %``, ``−67 %``; ``·`` where that is not known, or has no room."""
    if not whole or not math.isfinite(whole) or not math.isfinite(part / whole):
        return "·"
    text = f"{100 * part / whole:z.0f} %".replace("-", MINUS)
    return text if len(text) <= PERCENT_CELLS else "·"


def draw_shares(width: int, height: int, found: Sequence[Share], chosen_source: int, *, theme: Theme) -> list[Strip]:
    """Draw who caused a unit's sum, and what the gradient hands back: in two lines, or as a table."""
    if height >= 4:
        return _share_table(width, height, found, chosen_source, theme)
    texts, used, percents = [], 1, _percents(found)
    for place, share in enumerate(found):
        bar = theme.signs.blocks[-1] * _cells_of(share.share, 8)
        text = theme.formula(f"{cut(share.name, 14, theme=theme)} |w·a| = {decimal(share.size, 3)} {bar} ")
        text += f"{percents[place]:.0f} %   "
        if used + cell_len(text) > width - 14 and place < len(found) - 1:
            told = _("{count} more {share:.0f} %").format(count=len(found) - place, share=sum(percents[place:]))
            texts.append((told, theme["dim"]))
            break
        used += cell_len(text)
        texts.append((text, theme["plain"]))
    chosen = next((one for one in found if one.source == chosen_source), None)
    lines = [line(width, [(" ", theme["plain"]), *texts])]
    if chosen is not None:
        named, short = (form.format(
            name=cut(chosen.name, 14, theme=theme), share=factor(chosen.of_delta), weight=factor(chosen.weight),
            delta=factor(chosen.delta), back=factor(chosen.back),
        ) for form in (_("{name}: share of δ {share}   back w·δ = {weight} · {delta} = {back}"),
                       _("{name}: of δ {share}   back {weight}·{delta} = {back}")))  # fmt: skip
        told = named if cell_len(theme.formula(named)) <= width - 2 else short
        if math.isnan(chosen.delta):
            told = _("The error is not known yet: → goes on to the loss, and back.")
        lines.append(line(width, [(f" {cut(theme.formula(told), width - 2, theme=theme)}", theme["dim"])]))
    return lines


def _share_table(width: int, height: int, found: Sequence[Share], chosen_source: int, theme: Theme) -> list[Strip]:
    wide = width >= 60
    name_width, numbers = (14 if wide else 10), (9 if wide else 7)
    heads = (_("from"), "|w·a|", _("share"), _("of δ"), _("back w·δ") if wide else _("back"))

    def row(cells: Sequence[str], bar: str, role: Role) -> Strip:
        text = f" {fit(cells[0], name_width, theme)}" + "".join(right(theme.formula(one), numbers) for one in cells[1:])
        return line(width, [(text, theme[role]), ("  " + bar, theme["bar"])])

    rows = max(height - 3, 1)
    shown = list(found[: rows if len(found) <= rows else rows - 1])
    lines = [row(heads, "", "dim")]
    room = max(width - name_width - 4 * numbers - 4, 0)
    percents = _percents(found)
    for one, percent in zip(shown, percents, strict=False):
        cells = (
            one.name,
            decimal(one.size, 3),
            f"{percent:.0f} %",
            factor(one.of_delta, 3),
            factor(one.back, 3),
        )
        bar = theme.signs.blocks[-1] * _cells_of(one.share, room)
        lines.append(row(cells, bar, "bold" if one.source == chosen_source else "plain"))
    rest = found[len(shown) :]
    if rest:
        name = _("{count} more").format(count=len(rest))
        lines.append(row(_summed(name, rest, sum(percents[len(shown) :])), "", "dim"))
    lines.append(row(_summed(_("sum"), found, sum(percents)), "", "plain"))
    told = _("the same proportions where all a are alike: the gradient does not divide by the sum")
    if cell_len(told) > width - 2:
        told = _("of δ: by the share; {back}: w·δ").format(back=heads[-1])
    lines.append(line(width, [(f" {cut(theme.formula(told), width - 2, theme=theme)}", theme["dim"])]))
    relation = [
        _("The share says who caused the sum; the gradient says how J would change."),
        _("x: the example of weights 3 and 2 and error 0.6: shares 0.36 and 0.24, gradient 1.8 and 1.2. The same "
          "3 : 2, not divided by 3 + 2."),
    ]  # fmt: skip
    texts = [text for told in relation for text in ("", *wrap(theme.formula(told), width - 2))]
    if len(lines) + len(texts) <= height:
        lines += [line(width, [(f" {text}", theme["dim"])]) for text in texts]
    return lines


def _summed(name: str, parts: Sequence[Share], percent: float) -> tuple[str, ...]:
    """The cells of a row that adds up others, whose shares come to so many per cent."""
    size = sum(one.size for one in parts)
    of_delta, back = sum(one.of_delta for one in parts), sum(one.back for one in parts)
    return name, decimal(size, 3), f"{percent:.0f} %", factor(of_delta, 3), factor(back, 3)


def _percents(found: Sequence[Share]) -> list[float]:
    """The shares in whole per cents that come to 100; as they are where one is not known."""
    shares = [one.share for one in found]
    return (
        [float(one) for one in whole_percents(shares)] if math.isfinite(sum(shares)) else [100 * one for one in shares]
    )


def _cells_of(share: float, room: int) -> int:
    """How many of so many cells a share fills: none where it is not known."""
    return round(min(share, 1.0) * room) if share >= 0 else 0
