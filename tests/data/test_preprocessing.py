"""Columns to arrays: scikit-learn's numbers, fitted on training rows, kept without loss, for rows of any form."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from tuitrain.data.cells.objects import from_objects
from tuitrain.data.loading import load_dataset, load_tables
from tuitrain.data.preprocessing import Preprocessing
from tuitrain.data.table import Column, Table
from tuitrain.errors import DataError


def table_of(**columns: Any) -> Table:
    return Table("t.csv", tuple(from_objects(name, values) for name, values in columns.items()))


def mixed_table(rows: int, seed: int = 0) -> Table:
    rng = np.random.default_rng(seed)
    numbers = rng.normal(3e4, 7, (3, rows))
    numbers[0, rng.random(rows) < 0.2] = np.nan
    numbers[2, rng.random(rows) < 0.4] = np.nan
    colours = rng.choice(["red", "green", "blue", "rare"], rows, p=[0.5, 0.3, 0.19, 0.01])
    return table_of(
        a=numbers[0], colour=list(colours), b=numbers[1], code=list(rng.choice(["01", "02"], rows)), c=numbers[2]
    )


@pytest.mark.parametrize("scale", ["standard", "minmax"])
def test_it_agrees_with_scikit_learn(scale: Any) -> None:
    table, trained = mixed_table(400), np.arange(250)
    fitted = Preprocessing.fit([column.take(trained) for column in table.columns], scale)
    numbers = np.stack([table.column(name).values for name in "abc"], axis=1)
    texts = np.stack([table.column(name).values for name in ("colour", "code")], axis=1)
    scaler = StandardScaler() if scale == "standard" else MinMaxScaler()
    theirs = ColumnTransformer([
        ("numbers", make_pipeline(SimpleImputer(strategy="median", add_indicator=True), scaler), [0, 1, 2]),
        ("texts", OneHotEncoder(handle_unknown="ignore", sparse_output=False), [3, 4]),
    ])  # fmt: skip
    rows = np.concatenate([numbers.astype(object), texts], axis=1)
    theirs.fit(rows[trained])
    X = fitted.transform(table)
    assert X.dtype == np.float32
    assert X.flags.c_contiguous
    np.testing.assert_allclose(X, theirs.transform(rows).astype(float), rtol=1e-6, atol=1e-6)


def test_the_encoded_names_are_those_of_the_features() -> None:
    fitted = Preprocessing.fit(table_of(a=[1, None, 3], colour=["red", None, "blue"], b=[1, 2, 3]).columns)
    assert fitted.encoded_names == ("a", "b", "a missing", "colour=blue", "colour=red", "colour=missing")
    assert fitted.column_names == ("a", "colour", "b")


VALUES = st.floats(allow_nan=False, allow_infinity=False)
NUMBERS = st.lists(st.one_of(st.none(), VALUES), min_size=4, max_size=4)
TEXTS = st.lists(st.one_of(st.none(), st.text(max_size=5)), min_size=4, max_size=4)


@given(NUMBERS, NUMBERS, TEXTS, st.sampled_from(["standard", "minmax", "none"]))
def test_any_values_give_finite_features_and_json_keeps_all(a: Any, b: Any, texts: Any, scale: Any) -> None:
    table = Table("t", (from_objects("a", a), from_objects("t", texts), from_objects("b", b)))
    fitted = Preprocessing.fit(
        [column.take(np.arange(2)) for column in table.columns], scale, source_names=["a", "t", "b"]
    )
    again = Preprocessing.from_json(json.loads(json.dumps(fitted.to_json(), allow_nan=False)))
    assert again == fitted
    if all(spec.name in {column.name for column in table.columns if column.kind != "text"} for spec in fitted.numbers):
        X = fitted.transform(table)
        assert np.isfinite(X).all()
        assert again.transform(table).tobytes() == X.tobytes()


def test_a_flag_is_added_only_where_a_training_value_is_missing() -> None:
    fitted = Preprocessing.fit(table_of(a=[1, 2, 3, 6], b=[1, None, 3, 5]).columns)
    assert fitted.encoded_names == ("a", "b", "b missing")
    later = fitted.transform(table_of(a=[None], b=[None]))
    median = fitted.transform(table_of(a=[2.5], b=[3]))
    np.testing.assert_array_equal(later[0, :2], median[0, :2])
    assert later[0, 2] > 0 > median[0, 2]


def test_unknown_and_missing_categories_are_all_zeros() -> None:
    fitted = Preprocessing.fit(table_of(colour=["red", "blue"]).columns)
    table = table_of(colour=["blue", "pink", None])
    assert fitted.transform(table).tolist() == [[1, 0], [0, 0], [0, 0]]
    assert fitted.notices(table) == (
        'column "colour": 1 missing value, which training did not have: taken as none of its values',
        'column "colour": 1 value not seen in training (such as "pink"): taken as none of its values',
    )


def test_numbers_find_the_levels_that_were_written_as_text() -> None:
    fitted = Preprocessing.fit(table_of(grade=["1.0", "02", "3+"]).columns)
    table = table_of(grade=[1, 2])
    assert fitted.encoded_names == ("grade=02", "grade=1.0", "grade=3+")
    assert fitted.transform(table).tolist() == [[0, 1, 0], [0, 0, 0]]
    assert '(such as "2")' in fitted.notices(table)[0]


def test_a_text_among_numbers_is_the_one_that_is_named() -> None:
    fitted = Preprocessing.fit(table_of(a=[1, 2, 3]).columns, "none")
    with pytest.raises(DataError, match=r'column "a" holds "12 kg" in row 3; expected a number'):
        fitted.transform(table_of(a=["1", "05", "12 kg"]))
    assert fitted.transform(table_of(a=["05", "none", "1e3"])).tolist() == [[5], [2], [1000]]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"a": [1]}, r't.csv: columns "b", "colour" are missing; found "a"'),
        ({"a": [1], "b": ["x"], "colour": ["red"]}, r'column "b" holds "x" in row 1; expected a number'),
        ({"a": [1], "b": ["yes"], "colour": ["red"]}, r'column "b" holds "yes" in row 1; expected a number'),
        ({"a": ["maybe"], "b": [1], "colour": ["red"]}, r'column "a" holds "maybe" in row 1; expected "no" or "yes"'),
    ],
)
def test_rows_that_do_not_fit_are_refused(columns: Any, message: str) -> None:
    fitted = Preprocessing.fit(table_of(a=["yes", "no"], b=[1, 2], colour=["red", "blue"]).columns)
    with pytest.raises(DataError, match=message):
        fitted.transform(table_of(**columns))


def test_columns_that_are_not_needed_are_ignored_and_told() -> None:
    fitted = Preprocessing.fit(table_of(a=[1, 2]).columns, source_names=["a", "left out"])
    table = table_of(a=[1], extra=[2], y=[3])
    assert fitted.transform(table).shape == (1, 1)
    assert fitted.notices(table, target="y") == ('column "extra" not used by the model',)
    assert fitted.notices(table_of(**{"a": [1], "left out": [3]})) == ()


def test_rows_may_come_in_any_form() -> None:
    source = ["colour", "constant", "size"]
    table = table_of(colour=["red", "blue", "red"], size=[1.0, 2.0, 4.0])
    fitted = Preprocessing.fit(table.columns, source_names=source)
    expected = fitted.transform(table).tobytes()
    rows = [("red", 1), ("blue", 2), ("red", 4)]
    forms = [
        table,
        rows,
        [[colour, 7, size] for colour, size in rows],
        [{"colour": colour, "size": size, "more": 1} for colour, size in rows],
        {"size": [1, 2, 4], "colour": ["red", "blue", "red"]},
        np.array(rows, object),
        np.array([[colour, 7, size] for colour, size in rows], str),
        iter(rows),
    ]
    for form in forms:
        assert fitted.transform(fitted.table_of(form)).tobytes() == expected


def test_a_data_frame_is_taken_by_its_columns() -> None:
    polars = pytest.importorskip("polars")
    fitted = Preprocessing.fit(table_of(colour=["red", "blue"], size=[1.0, 2.0]).columns)
    frame = polars.DataFrame({"size": [2.0], "colour": ["red"]})
    assert fitted.table_of(frame).column("colour").labels() == ["red"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "rows: found no rows"),
        (np.zeros((0, 2)), "rows: found no rows"),
        (np.zeros(2), r"rows: found an array of shape \(2,\); expected rows by columns"),
        ([[1]], r'rows: found 1 value in a row, expected 2 \("a", "b"\), or all 3 except the target'),
        ([[1, 2], [1]], "rows: found 1 value or 2 values in a row"),
        ([[1, 2], {"a": 1}], "expected all mappings, or all sequences"),
        ("abc", 'rows: found "a" for a row'),
        ([1.5, 2], 'rows: found "1.5" for a row'),
        ({"a": [1, 2], "b": [1]}, "rows: found columns of different lengths"),
        ({}, "rows: found no rows"),
    ],
)
def test_rows_of_another_form_are_refused(rows: Any, message: str) -> None:
    fitted = Preprocessing.fit(table_of(a=[1, 2], b=[3, 4]).columns, source_names=["a", "b", "c"])
    with pytest.raises(DataError, match=message):
        fitted.table_of(rows)


@pytest.mark.parametrize("name", ["iris", "mixed", "diabetes"])
def test_a_bundled_tables_preprocessing_survives_json(name: str) -> None:
    dataset = load_dataset(name)
    again = Preprocessing.from_json(json.loads(json.dumps(dataset.preprocessing.to_json())))
    table = load_tables(name)[0].take(dataset.test.rows)
    assert again.transform(table).tobytes() == dataset.test.X.tobytes()


def test_huge_and_tiny_values_stay_finite_and_apart() -> None:
    huge = np.array([1.7e308, -1.7e308, 0.0])
    for scale in ("standard", "minmax"):
        fitted = Preprocessing.fit([Column("x", "number", huge)], scale)  # type: ignore[arg-type]
        X = fitted.transform(Table("t", (Column("x", "number", huge),)))[:, 0]
        assert np.isfinite(X).all()
        assert X[1] < X[2] < X[0]
    times = Column("t", "number", 1.7e18 + np.arange(5) * 1e9)
    assert np.ptp(Preprocessing.fit([times]).transform(Table("t", (times,)))) > 2


@pytest.mark.parametrize(
    ("names", "hint"),
    [(["WEIGHT", "x"], '"WEIGHT" differs from "weight" in capitals alone'), (["column 1", "column 2"], "no header")],
)
def test_why_a_column_is_missing_is_told(names: list[str], hint: str) -> None:
    known = Preprocessing.fit([Column("weight", "number", np.arange(3.0))], "standard")
    with pytest.raises(DataError, match=hint):
        known.check_columns(names, "t.csv")
    with pytest.raises(DataError, match=r'found "x", "y"$'):
        known.check_columns(["x", "y"], "t.csv")
