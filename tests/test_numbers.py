import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitrain.numbers import duration, memory, number, percent, rate, share, significant, whole_percents
from tuitrain.ui.theme import theme_for


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.081, "0.081"), (0.0081, "0.0081"), (3.14e-4, "3.1e-4"), (12_345, "12.3k"), (0, "0"), (1, "1.00"),
        (99.96, "100"), (9.999, "10.0"), (999.7, "1.00k"), (1e30, "1.0e30"), (-0.5, "−0.500"), (-2e-30, "−2e-30"),
        (2_500_000, "2.50M"), (math.nan, "nan"), (math.inf, "inf"), (-math.inf, "−inf"),
    ],
)  # fmt: skip
def test_numbers_are_short_and_keep_the_digits_that_count(value, text):
    assert number(value) == text


@given(st.floats(-1e300, 1e300))
def test_numbers_keep_to_their_width_and_value(value):
    text = number(value)
    assert len(text) <= (7 if value < 0 and (abs(value) < 1e-99 or abs(value) >= 1e100) else 6)
    factor = {"k": 1e3, "M": 1e6}.get(text[-1], 1.0)
    read = float(text.rstrip("kM").replace("−", "-")) * factor
    assert read == pytest.approx(value, rel=0.5 if "e" in text else 0.06)


def test_shares_take_four_characters():
    shares = {0.0: "  0%", 0.004: " <1%", 0.06: "  6%", 0.999: " 99%", 1.0: "100%", math.nan: "   -"}
    assert {share: percent(share) for share in shares if share == share} == {s: t for s, t in shares.items() if s == s}
    assert percent(math.nan) == "   -"


def test_times_sizes_and_rates_have_their_units():
    assert [duration(seconds) for seconds in (0.4, 59.5, 750, 3723)] == ["0:00", "1:00", "12:30", "1:02:03"]
    assert [memory(count) for count in (640, 12_400, 1_200_000, 3e9)] == ["640 B", "12.4 kB", "1.2 MB", "3 GB"]
    assert [rate(value) for value in (950, 52_310, 1.2e6, 2e9, math.nan)] == ["950", "52.3k", "1.2M", "2G", "-"]


@given(st.floats(-1e300, 1e300))
def test_a_score_of_any_size_is_shown_as_large_as_it_is(value):
    text = share(value).strip().replace("−", "-")
    factor = {"k": 1e3, "M": 1e6}.get(text[-1], 1.0)
    assert float(text.rstrip("kM")) * factor == pytest.approx(value, rel=0.5 if "e" in text else 0.1, abs=0.0006)


def test_negative_numbers_have_the_minus_sign_which_ascii_writes_as_a_hyphen():
    written = [number(-0.5), significant(-1.234), significant(-2e-30), share(-0.012), share(-3.21)]
    assert written == ["−0.500", "−1.23", "−2e-30", "−.012", "−3.21"]
    plain = theme_for("none", ascii_only=True).plain
    assert [float(plain(text)) for text in written] == [-0.5, -1.23, -2e-30, -0.012, -3.21]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12).filter(lambda parts: sum(parts) > 1e-3))
def test_whole_percents_add_up_and_are_each_within_one(parts):
    shares = [part / sum(parts) for part in parts]
    found = whole_percents(shares)
    assert sum(found) == 100
    assert all(abs(whole - 100 * exact) < 1 + 1e-6 for whole, exact in zip(found, shares, strict=True))


def test_whole_percents_raise_those_that_lose_most():
    assert whole_percents([1 / 3, 1 / 3, 1 / 3]) == [34, 33, 33]
    assert whole_percents([0.296, 0.204, 0.5]) == [30, 20, 50]
