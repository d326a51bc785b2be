import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitrain.numbers import number, percent


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.081, "0.081"), (0.0081, "0.0081"), (3.14e-4, "3.1e-4"), (12_345, "12.3k"), (0, "0"), (1, "1.00"),
        (99.96, "100"), (9.999, "10.0"), (999.7, "1.00k"), (1e30, "1.0e30"), (-0.5, "-0.500"), (-2e-30, "-2e-30"),
        (2_500_000, "2.50M"), (math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf"),
    ],
)  # fmt: skip
def test_numbers_are_short_and_keep_the_digits_that_count(value, text):
    assert number(value) == text


@given(st.floats(-1e300, 1e300))
def test_numbers_keep_to_their_width_and_value(value):
    text = number(value)
    assert len(text) <= (7 if value < 0 and (abs(value) < 1e-99 or abs(value) >= 1e100) else 6)
    factor = {"k": 1e3, "M": 1e6}.get(text[-1], 1.0)
    read = float(text.rstrip("kM")) * factor
    assert read == pytest.approx(value, rel=0.5 if "e" in text else 0.06)


def test_shares_take_four_characters():
    shares = {0.0: "  0%", 0.004: " <1%", 0.06: "  6%", 0.999: " 99%", 1.0: "100%", math.nan: "   -"}
    assert {share: percent(share) for share in shares if share == share} == {s: t for s, t in shares.items() if s == s}
    assert percent(math.nan) == "   -"
