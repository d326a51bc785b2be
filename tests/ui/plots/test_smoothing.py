import numpy as np
import pytest

from tuitrain.ui.plots.smoothing import smoothed


@pytest.mark.parametrize("weight", [0.3, 0.9, 0.999])
@pytest.mark.parametrize("count", [1, 7, 3000])
def test_it_equals_the_recurrence_with_adams_correction(weight, count):
    values = np.random.default_rng(1).normal(size=count)
    mean, expected = 0.0, []
    for step, value in enumerate(values, 1):
        mean = weight * mean + (1 - weight) * value
        expected.append(mean / (1 - weight**step))
    np.testing.assert_allclose(smoothed(values, weight), expected, rtol=1e-7, atol=1e-10)


def test_gaps_do_not_count_and_stay_gaps():
    values = np.array([1.0, np.nan, 1.0, np.inf, 1.0])
    np.testing.assert_allclose(smoothed(values, 0.9), [1, np.nan, 1, np.nan, 1])
    assert smoothed(values, 0.0) is values
