import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitrain.ui.plots.ranges import epoch_axis, exact_axis, labels, linear_axis, log_axis, power_label, round_step

numbers = st.floats(allow_nan=False, allow_infinity=False, width=64)


@given(numbers, numbers, st.integers(1, 8))
def test_a_linear_axis_holds_the_data_and_its_ticks_rise(a, b, most):
    low, high = sorted((max(-1e300, min(1e300, a)), max(-1e300, min(1e300, b))))
    axis = linear_axis(low, high, most)
    slack = 1e-9 * max(abs(low), abs(high)) + 1e-290
    assert axis.low <= low + slack and axis.high >= high - slack and axis.low < axis.high
    places = [place for place, _ in axis.ticks]
    assert len(places) >= 2 and places == sorted(set(places))
    span = axis.high - axis.low
    assert axis.low - 1e-6 * span <= places[0] and places[-1] <= axis.high + 1e-6 * span
    assert len(places) <= most + 2


@given(st.floats(1e-200, 1e200), st.floats(1e-200, 1e200), st.integers(1, 8))
def test_a_log_axis_holds_the_data_and_its_ticks_rise(a, b, most):
    low, high = sorted((a, b))
    axis = log_axis(low, high, most)
    assert axis.low <= math.log10(low) + 1e-6 and axis.high >= math.log10(high) - 1e-6 and axis.low < axis.high
    places = [place for place, _ in axis.ticks]
    assert len(places) >= 2 and places == sorted(set(places))
    assert axis.low - 1e-6 <= places[0] and places[-1] <= axis.high + 1e-6


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(1, 12))
def test_an_epoch_axis_has_whole_numbers_and_little_empty_room(first, span, most):
    axis = epoch_axis(float(first), float(first + span), most)
    assert axis.low == first and axis.high >= first + span
    assert axis.high - first <= max(10, 1.5 * span) + 1e-6
    assert all(place == int(place) for place, _ in axis.ticks)


def test_ranges_stay_while_the_data_grow_a_little():
    axes = {epoch_axis(0, epoch, 6) for epoch in range(1, 1001)}
    assert len(axes) <= 17
    assert len({linear_axis(0.01, 1 + n / 1000, 4) for n in range(1, 200)}) == 1
    assert len({log_axis(0.021 + n / 1000, 1.1, 4) for n in range(25)}) == 1


def test_steps_are_the_round_numbers_that_fit():
    assert round_step(1.1, 3) == 0.5
    assert round_step(1.0, 10) == pytest.approx(0.1)
    assert round_step(97, 5, whole=True) == 20
    assert round_step(3, 8, whole=True) == 1


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0, 0.5, 1], ["0.0", "0.5", "1.0"]),
        ([0.25, 0.5], ["0.25", "0.50"]),
        ([0, 1e30, 2e30], ["0", "1e30", "2e30"]),
        ([0, 5e-7, 1e-6], ["0", "5e-7", "1e-6"]),
        ([100, 200], ["100", "200"]),
        ([-0.5, 0.0], ["−0.5", "0.0"]),
    ],
)
def test_labels_have_one_form_and_the_digits_that_count(values, texts):
    assert labels(values) == texts


def test_powers_are_written_as_the_round_numbers_they_are():
    assert [power_label(math.log10(value)) for value in (0.05, 1, 20, 2e-6, 5e7)] == ["0.05", "1", "20", "2e-6", "5e7"]


@pytest.mark.parametrize(("low", "high"), [(0.03, 0.35), (0.038, 1.9), (0.0, 1e-9), (17.0, 17.1), (-3.0, 92.0)])
@pytest.mark.parametrize("most", [1, 2, 5])
def test_an_exact_axis_has_its_ends_and_never_one_tick_alone(low, high, most):
    axis = exact_axis(low, high, most)
    places = [place for place, _ in axis.ticks]
    assert (axis.low, axis.high) == (low, high)
    assert len(places) >= 2 and places == sorted(set(places)) and low <= places[0] and places[-1] <= high
