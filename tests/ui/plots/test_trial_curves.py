"""Several trials' curves in one plot: each lies where the axes say, and none hides behind another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tuitrain.ui.plots.trial_curves import MOST_CURVES, TrialCurve, draw_trial_curves
from tuitrain.ui.theme import theme_of

LOOKS = {
    "colours": theme_of({"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}),
    "16 colours": theme_of({"TERM": "xterm", "LANG": "C.UTF-8"}),
    "plain ASCII": theme_of({"NO_COLOR": "1", "LANG": "C"}),
}
WIDTH, HEIGHT = 60, 16


def drawn(curves: list[TrialCurve], look: Any, metric: str = "accuracy", sign: float = -1.0) -> list[str]:
    strips = draw_trial_curves(WIDTH, HEIGHT, curves, metric, sign, theme=look)
    assert {strip.cell_length for strip in strips} == {WIDTH}
    return [strip.text for strip in strips]


def rows_with(rows: list[str], letter: str) -> list[int]:
    return [y for y, row in enumerate(rows[:HEIGHT]) if letter in row.replace("epoch", "")]


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_each_curve_lies_at_its_value_and_ends_at_its_epoch(look: Any) -> None:
    curves = [
        TrialCurve(3, np.full(40, 0.9), "0.9000", "rate 0.1"),
        TrialCurve(8, np.full(20, 0.8), "0.8000", "rate 0.001"),
    ]
    rows = drawn(curves, look)
    edge = "|+" if look.ascii_only else "│┤"
    for letter, tick in (("a", "0.90"), ("b", "0.80")):
        (row,) = rows_with(rows, letter)
        assert rows[row].strip().startswith((tick + edge[1], tick[:-1] + edge[1]))
    ends = {letter: max(row.rfind(letter) for row in rows[: HEIGHT - 2]) for letter in "ab"}
    start = rows[0].index(edge[0]) + 1
    assert (ends["a"] - start) == pytest.approx(2 * (ends["b"] - start), abs=2)
    assert rows[HEIGHT].split() == ["a", "aaa" if look.ascii_only else "━━━", "trial", "3", "0.9000", "rate", "0.1"]
    assert rows[HEIGHT + 1].split()[-4:] == ["8", "0.8000", "rate", "0.001"]
    assert not look.ascii_only or all(row.isascii() for row in rows)


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_equal_curves_take_turns_and_a_bad_one_is_seen(look: Any) -> None:
    same = [TrialCurve(number, np.linspace(0.8, 0.97, 30), "0.97", "") for number in range(2)]
    rows = drawn([*same, TrialCurve(2, np.full(8, 0.1), "0.1000", "rate 9")], look)
    assert all(sum(row.count(letter) for row in rows[: HEIGHT - 2]) > 4 for letter in "ab")
    assert min(rows_with(rows, "c")) > max(rows_with(rows, "a"))


def test_what_has_no_curve_says_so_and_too_many_are_counted() -> None:
    curves = [TrialCurve(n, np.linspace(0, n / 20, 9), "0.5", "L2 0.1, " * 20) for n in range(MOST_CURVES + 3)]
    rows = drawn([TrialCurve(40, np.empty(0), "failed", "rate 9"), *curves], LOOKS["colours"])
    assert rows[HEIGHT].split() == ["a", "━━━", "trial", "40", "failed,", "no", "curve", "rate", "9"]
    assert rows[HEIGHT + 1].rstrip().endswith("L2 0.1…")
    assert rows[-1].split()[:2] == ["4", "more"]
    broken = drawn([TrialCurve(n, np.full(3, np.nan), "failed", "") for n in range(2)], LOOKS["colours"])
    assert "none of these trials has a curve yet" in "".join(broken)
