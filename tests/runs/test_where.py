"""Conditions on runs: what holds, and that nothing but comparisons is let through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitrain.errors import RunError
from tuitrain.runs.where import RowCondition

NAMES = ("name", "optimizer", "learning_rate", "validation_accuracy", "test_loss")
ROW = {"name": "a", "optimizer": "adam", "learning_rate": 0.01, "validation_accuracy": 0.95}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("validation_accuracy > .9 and optimizer == 'adam'", True),
        ("validation_accuracy > .96 or optimizer == 'sgd'", False),
        ("0.001 < learning_rate <= 1e-2", True),
        ("not optimizer == 'sgd'", True),
        ("optimizer in ('adam', 'sgd')", True),
        ("optimizer not in ['sgd']", True),
        ("learning_rate * 2 == 0.02", True),
        ("learning_rate / 0 > 1", False),
        ("-learning_rate < 0", True),
        ("test_loss < 1", False),  # missing
        ("test_loss >= 1", False),
        ("test_loss != 1", False),
        ("optimizer > 3", False),  # a text and a number
        ("name == 'a' and test_loss == test_loss", False),
    ],
)
def test_a_condition_holds_as_python_reads_it(text: str, holds: bool) -> None:
    assert RowCondition(text, NAMES).holds(ROW) is holds


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')", "name.upper()", "name[0]", "[x for x in name]", "lambda: 1", "name := 1",
        "f'{name}'", "2 ** 9", "name if 1 else 2", "None", "b'x'", "", "a b", "optimizer = 'adam'",
        "(" * 400 + ")" * 400, "1 +" * 600 + "1", "name is 1", "\x00",
    ],
)  # fmt: skip
def test_nothing_else_is_let_through(text: str) -> None:
    with pytest.raises(RunError):
        RowCondition(text, NAMES)


def test_an_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(RunError, match="did you mean learning_rate"):
        RowCondition("learnin_rate < 1", NAMES)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_compare_as_numbers(a: float, b: float) -> None:
    condition = RowCondition(f"learning_rate < {b!r}", NAMES)
    assert condition.holds({"learning_rate": a}) is (a < b)
