"""A line of a chain rule as a page draws it."""

from __future__ import annotations

from rich.cells import cell_len
from textual.strip import Strip

from tuitrain.ui.inspect.chain_rule import Formula
from tuitrain.ui.plots.lines import fit, line
from tuitrain.ui.theme import Theme


def formula_line(formula: Formula, width: int, *, theme: Theme) -> Strip:
    """Draw ``symbol = rule = numbers = result`` in columns; long numbers take the rule's place too."""
    result = 11
    symbol = min(14 if theme.ascii_only else 9, width // 5)  # delta(h1.21) is longer than its letter
    rule = min(34, (width - symbol - result) * 9 // 20)
    numbers = width - symbol - rule - result - 6
    given = theme.formula(formula.result)
    forms = [theme.formula(text) for text in (formula.numbers, *formula.shorter)]
    fits_beside = [text for text in forms if cell_len(text) < numbers]  # a cell is left before the result
    fits_alone = [text for text in forms if cell_len(text) <= rule + numbers + 2]
    shown = (fits_beside or fits_alone or forms[-1:])[0] if formula.rule else (fits_alone or forms[-1:])[0]
    middle = [("= ", theme["dim"]), (fit(shown, rule + numbers + 2, theme), theme["plain"])]
    if cell_len(shown) < numbers:
        by_rule = theme.formula(formula.rule)
        longer = min(max(cell_len(by_rule) + 1 - rule, 0), numbers - cell_len(shown))  # a long rule moves its numbers
        middle = [
            ("= " if formula.rule else "  ", theme["dim"]), (fit(by_rule, rule + longer, theme), theme["dim"]),
            ("= " if formula.numbers and not formula.is_remark else "  ", theme["dim"]),
            (fit(shown, numbers - longer, theme), theme["plain"]),
        ]  # fmt: skip
    return line(width, [
        (f" {fit(theme.formula(formula.symbol), symbol, theme)}", theme["bold"]), *middle,
        ("=" if given else " ", theme["dim"]), (" " * (result - cell_len(given)) + given, theme["bold"]),
    ])  # fmt: skip
