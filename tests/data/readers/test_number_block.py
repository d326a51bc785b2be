"""A block of plain numbers is parsed to the very bits of `float`, and anything else is left to the strict reader."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuitrain.data.readers.number_block import parse_block

FLOATS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False, min_value=-9e15, max_value=9e15).map(repr),
    st.decimals(-(10**6), 10**6, places=12, allow_nan=False).map(lambda d: f"{d:f}"),
    st.integers(1 - 2**53, 2**53 - 1).map(str),
    st.sampled_from(["0", "-0", "+1", ".5", "5.", "-.5", "0.0", "1e5", "1E-3", "0.1", "9007199254740991"]),
)


@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(FLOATS, min_size=width, max_size=width), min_size=1)))
@settings(max_examples=300)
def test_each_number_has_the_bits_that_float_gives(rows: list[list[str]]) -> None:
    rows = rows + [["1"] * len(rows[0])] * 60 * len(rows)  # a block may hold few numbers with exponents
    found = parse_block("\n".join(map(",".join, rows)).encode(), ",", len(rows[0]))
    assert found is not None
    expected = np.array([[float(cell) for cell in row] for row in rows])
    assert found.tobytes() == expected.tobytes()


def test_numbers_of_up_to_four_digits_have_the_bits_that_float_gives() -> None:
    whole, places = range(-1100, 1101), ["", ".", ".5", ".05", ".25", ".007", ".1234", ".9999"]
    rows = [[f"{number}{fraction}" for fraction in places] for number in [*whole, -9999, 9999]]
    found = parse_block("\n".join(map(",".join, rows)).encode(), ",", len(places))
    assert found is not None
    assert found.tobytes() == np.array([[float(cell) for cell in row] for row in rows]).tobytes()


def test_numbers_of_all_digits_are_rounded_as_float_rounds_them() -> None:
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(size=40_000), rng.random(40_000) * 10.0 ** rng.integers(-3, 14, 40_000)])
    cells = [repr(float(value)) for value in values] + [f"{value:.17f}"[:19] for value in rng.random(40_000)]
    cells += [str(2**53 + 2 * n + 1)[:1] + "." + str(2**53 + 2 * n + 1)[1:] for n in range(2000)]
    cells = [cell for cell in cells if "e" not in cell]
    found = parse_block("\n".join(cells).encode(), ",", 1)
    assert found is not None
    assert found.tobytes() == np.array([float(cell) for cell in cells]).tobytes()


def test_what_lies_almost_between_two_floats_is_decided_exactly() -> None:
    cells = []
    for n in range(500):  # halfway between two floats below 1, and a little beside it
        half = (2**52 + n) * 2 + 1
        digits = str(half * 5**54)[:17]
        cells += [f"0.{digits}", f"0.{int(digits) + 1}", f"0.{int(digits) - 1}"]
    found = parse_block("\n".join(cells).encode(), ",", 1)
    assert found is not None
    assert found[:, 0].tolist() == [float(cell) for cell in cells]


def test_empty_cells_are_missing() -> None:
    found = parse_block(b"1;;3\n;5;\n", ";", 3)
    np.testing.assert_array_equal(found, [[1, np.nan, 3], [np.nan, 5, np.nan]])


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_line_endings_do_not_matter(ending: str) -> None:
    found = parse_block(ending.join(["1,2", "3,4.5"]).encode(), ",", 2)
    np.testing.assert_array_equal(found, [[1, 2], [3, 4.5]])


@pytest.mark.parametrize(
    "block",
    [
        b"1,2\n3\n", b"1,2\n3,4,5\n", b"1,2\n\n3,4\n", b"1,x\n", b"1,007\n", b"1,-01.5\n", b'1,"2"\n', b"1,1.2.3\n",
        b"1,-\n", b"1,--2\n", b"1,2-\n", b"1,9007199254740993\n", b"1,12345678901234567890\n", b"1,1e\n", b"1,.\n",
        b"1,1_0\n", b"1,\xc2\xb2\n", b"1,nan\n", b"1 2,3\n", b"1,2\r3,4\n",
    ],
)  # fmt: skip
def test_anything_else_is_left_to_the_strict_reader(block: bytes) -> None:
    assert parse_block(block + b"1,2\n" * 200, ",", 2) is None


@pytest.mark.parametrize("digits", [b"1%b2", b"1.2%b3", b"1%b23456", b"1.234567890%b234567", b"1.2345678901234567%b23"])
def test_no_other_sign_is_taken_for_a_digit(digits: bytes) -> None:
    for byte in range(256):
        sign = bytes([byte])
        if sign not in b"0123456789.,\n":
            value = float(digits % sign) if sign in b"eE" else np.inf
            expected = [[value, 1.0]] if value < 2**53 else None
            found = parse_block(digits % sign + b",1\n" + b"1,2\n" * 100, ",", 2)
            assert (None if found is None else found[:1].tolist()) == expected, sign


def test_a_blank_line_of_one_column_is_no_missing_value() -> None:
    assert parse_block(b"1\n\n2\n", ",", 1) is None
