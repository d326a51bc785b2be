"""Generated tables: their options, their repeatability, and what they are said to hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitrain.data.generators import RECIPES, generate
from tuitrain.data.loading import load_dataset
from tuitrain.errors import DataError


@pytest.mark.parametrize("name", RECIPES)
def test_each_makes_a_dataset_of_its_task_and_size(name: str) -> None:
    recipe = RECIPES[name]
    dataset = load_dataset(name)
    assert dataset.task == recipe.task
    assert dataset.n_rows == recipe.n
    assert load_dataset(name).fingerprint == dataset.fingerprint
    assert load_dataset(f"{name}?seed=1").fingerprint != dataset.fingerprint or recipe.noise == 0
    assert load_dataset(f"{name}?n=12").task == recipe.task


@given(st.integers(8, 300), st.floats(0, 2), st.integers(0, 2**50))
def test_options_are_read_as_they_are_written(n: int, noise: float, seed: int) -> None:
    table = generate("moons", f"n={n}&noise={noise!r}&seed={seed}")
    again = generate("moons", f"seed={seed}&n={n}&noise={noise!r}")
    assert len(table) == n
    np.testing.assert_array_equal(table.columns[0].values, again.columns[0].values)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("moons?nois=0.2", r'moons: there is no option "nois": did you mean noise\?; as in moons\?n=1000'),
        ("moons?size=9", r'there is no option "size": allowed: n, noise, seed'),
        ("moons?n=3", "moons: n: 3 is not at least 8; allowed: a whole number, 8 to 10,000,000"),
        ("moons?n=12.5", "n: 12.5 is not a whole number"),
        ("moons?n", 'n: "" is not a whole number'),
        ("moons?noise=-1", "noise: -1 is not at least 0; allowed: 0 to 1,000"),
        ("moons?noise=nan", 'noise: "nan" is not a number'),
        ("moons?n=1_000", 'n: "1_000" is not a whole number'),
        ("moons?seed=1e99", "seed: 1e[+]99 is more than 9.0072e[+]15"),
    ],
)
def test_a_bad_option_names_what_is_allowed(source: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        load_dataset(source)


def test_without_noise_the_gates_are_their_truth_tables() -> None:
    for name, truth in (("and", [0, 0, 0, 1]), ("or", [0, 1, 1, 1]), ("xor", [0, 1, 1, 0])):
        a, b, y = (column.values for column in generate(name, "n=8&noise=0").columns)
        assert (2 * a + b)[:4].tolist() == [0, 1, 2, 3]
        assert y[:4].tolist() == truth


def test_without_noise_the_shapes_are_where_they_are_said_to_be() -> None:
    x1, x2, label = (column.values for column in generate("circles", "noise=0").columns)
    np.testing.assert_allclose(np.hypot(x1, x2), np.where(label == 1, 0.5, 1.0))
    x, y = (column.values for column in generate("sine", "noise=0").columns)
    np.testing.assert_allclose(y, np.sin(2 * x))
    x1, x2, y = (column.values for column in generate("plane", "noise=0").columns)
    np.testing.assert_allclose(y, 3 * x1 - 2 * x2 + 1)


def test_mixed_has_gaps_categories_and_a_code_with_leading_zeros() -> None:
    table = generate("mixed")
    assert [column.kind for column in table.columns] == ["number", "number", "text", "text", "text", "boolean"]
    assert set(table.column("code").values) == {"001", "002", "010", "100"}
    assert all(table.column(name).missing.any() for name in ("weight", "age", "colour"))
