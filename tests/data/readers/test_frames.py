"""Tables that a program holds: of pandas, polars and Arrow, mappings and rows; types are kept, nothing is guessed."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tuitrain
from tuitrain.data.loading import load_dataset
from tuitrain.data.readers.frames import frame_table, is_frame
from tuitrain.data.table import Table
from tuitrain.errors import DataError

N = 60
RNG = np.random.default_rng(3)
COLUMNS: dict[str, list[Any]] = {
    "size": [round(float(v), 3) for v in RNG.normal(50, 9, N)],
    "rooms": [int(v) if v else None for v in RNG.integers(0, 6, N)],
    "town": [["Seoul", "Bonn", None][v] for v in RNG.integers(0, 3, N)],
    "new": [bool(v) for v in RNG.integers(0, 2, N)],
    "sold": [datetime(2024, 1, 1, 7, 13, 5) + timedelta(hours=int(v)) for v in RNG.integers(0, 9000, N)],
    "price": [float(v) for v in RNG.integers(100, 900, N)],
}
CSV = ",".join(COLUMNS) + "\n" + "".join(
    ",".join("" if v is None else str(v) for v in row) + "\n" for row in zip(*COLUMNS.values(), strict=True)
)  # fmt: skip


def made(library: str) -> Any:
    match library:
        case "mapping":
            return COLUMNS
        case "rows":
            return [dict(zip(COLUMNS, row, strict=True)) for row in zip(*COLUMNS.values(), strict=True)]
        case "pandas":
            frame = pytest.importorskip("pandas").DataFrame(COLUMNS)
            return frame.astype({"rooms": "Int64", "new": "boolean", "town": "category"})
        case "pandas of Arrow":
            pytest.importorskip("pyarrow")
            return pytest.importorskip("pandas").DataFrame(COLUMNS).convert_dtypes(dtype_backend="pyarrow")
        case "polars":
            return pytest.importorskip("polars").DataFrame(COLUMNS)
        case "polars, lazy":
            return pytest.importorskip("polars").DataFrame(COLUMNS).lazy()
        case _:
            return pytest.importorskip("pyarrow").table(COLUMNS)


@pytest.mark.parametrize(
    "library", ["mapping", "rows", "pandas", "pandas of Arrow", "polars", "polars, lazy", "pyarrow"]
)
def test_a_table_in_memory_gives_the_model_of_the_same_csv(library: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(CSV)
    dataset, same = load_dataset(made(library)), load_dataset(str(tmp_path / "t.csv"))
    assert dataset.fingerprint == same.fingerprint
    assert (dataset.name, dataset.target_name, dataset.n_rows) == ("table", "price", N)


@pytest.mark.parametrize("library", ["rows", "pandas", "polars", "pyarrow"])
def test_train_and_predict_take_tables(library: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(CSV)
    h = {"epochs": 2, "hidden_layers": (4,)}
    found, same = tuitrain.train(made(library), h), tuitrain.train(str(tmp_path / "t.csv"), h)
    np.testing.assert_array_equal(found.model.predict(made(library)), same.model.predict(made("mapping")))


def test_no_library_is_imported_for_it() -> None:
    code = (
        "import sys, tuitrain\n"
        "tuitrain.load_dataset({'a': [1, 2, 3, 4], 'b': [1., 2., 3., 5.]})\n"
        "assert not {'pandas', 'polars', 'pyarrow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def labels(table: Table) -> dict[str, tuple[str, list[str | None]]]:
    return {column.name: (column.kind, column.labels()) for column in table.columns}


PLAIN = {
    "mixed": ["7", 7, None], "big": [2**53 + 1, 1, None], "cost": [Decimal("1.5"), 2, float("nan")],
    "clock": [time(13, 5), None, time(0, 0, 30)], "took": [timedelta(hours=30), None, timedelta(0)],
    "day": [date(2024, 1, 2), datetime(2024, 1, 2, 12), None], "code": [b"a", "b", None],
    "money": ["$1,200", "$7", None], "list": [[1], [2], None],
}  # fmt: skip


def test_python_values_are_read_as_they_are_meant() -> None:
    table = frame_table(PLAIN, "t")
    assert labels(table) == {
        "mixed": ("number", ["7", "7", None]), "big": ("text", [str(2**53 + 1), "1", None]),
        "cost": ("number", ["1.5", "2", None]), "clock": ("time", ["13:05", None, "00:00:30"]),
        "took": ("time", ["30:00", None, "00:00"]), "day": ("date", ["2024-01-02", "2024-01-02 12:00", None]),
        "code": ("text", ["a", "b", None]), "money": ("number", ["1200", "7", None]), "list": ("text", [None] * 3),
    }  # fmt: skip
    assert 'column "list": holds list; expected numbers, texts, booleans, dates or times; all taken as missing' in (
        table.notices
    )


def test_numpy_columns_keep_their_types() -> None:
    table = frame_table(
        {
            "m": np.ma.array([1.5, 2], mask=[False, True]), "u": np.array([2**64 - 1, 0], np.uint64),
            "d": np.array(["2024-01-02", "NaT"], "datetime64[D]"), "t": np.array(["x", "y"]),
            "b": np.array([True, False]), "k": np.arange(2).reshape(2, 1),
        },
        "t",
    )  # fmt: skip
    assert labels(table) == {
        "m": ("number", ["1.5", None]), "u": ("text", [str(2**64 - 1), "0"]), "d": ("date", ["2024-01-02", None]),
        "t": ("text", ["x", "y"]), "b": ("boolean", ["True", "False"]), "k": ("number", ["0", "1"]),
    }  # fmt: skip


def test_pandas_types_are_kept() -> None:
    pd = pytest.importorskip("pandas")
    at = pd.to_datetime(["2024-01-02 03:00", None, "2024-01-03 00:00"])
    frame = pd.DataFrame({
        "c": pd.Categorical(["5", None, "6"]), "k": pd.Categorical([1.0, 2.0, None]),
        "i": pd.array([2**53 + 1, None, 3], "Int64"), "b": pd.array([True, None, False], "boolean"),
        "f": pd.array([1.5, None, 2], "Float64"), "s": pd.array(["x", None, "y"], "string"),
        "z": at.tz_localize("Asia/Seoul"), "d": at, "p": pd.PeriodIndex(["2024-01", "2024-02", None], freq="M"),
        "w": pd.to_timedelta(["1h", None, "90min"]), "q": pd.arrays.SparseArray([0.0, 0.0, 4.0]), "o": ["7", 8, pd.NA],
        "n": pd.Series([1, 2, 3], dtype="uint8"),
    })  # fmt: skip
    assert labels(frame_table(frame, "t")) == {
        "c": ("text", ["5", None, "6"]), "k": ("text", ["1", "2", None]), "i": ("text", [str(2**53 + 1), None, "3"]),
        "b": ("boolean", ["True", None, "False"]), "f": ("number", ["1.5", None, "2"]), "s": ("text", ["x", None, "y"]),
        "z": ("date", ["2024-01-02 03:00", None, "2024-01-03"]),
        "d": ("date", ["2024-01-02 03:00", None, "2024-01-03"]),
        "p": ("date", ["2024-01-01", "2024-02-01", None]), "w": ("time", ["01:00", None, "01:30"]),
        "q": ("number", ["0", "0", "4"]), "o": ("number", ["7", "8", None]), "n": ("number", ["1", "2", "3"]),
    }  # fmt: skip


def test_arrow_types_are_kept() -> None:
    pa = pytest.importorskip("pyarrow")
    stamps = [datetime(2024, 1, 2, tzinfo=UTC), None]
    table = pa.table({
        "c": pa.array(["a", None]).dictionary_encode(), "i": pa.array([2**53 + 1, None]), "d": [date(2024, 1, 2), None],
        "z": pa.array(stamps, pa.timestamp("ms", "Asia/Seoul")), "t": pa.array([time(1, 30), None]),
        "w": pa.array([timedelta(hours=30), None], pa.duration("ns")), "e": pa.array([Decimal("1.5"), None]),
        "n": pa.nulls(2), "l": [[1], None], "f": pa.array([1.5, None], pa.float32()),
    })  # fmt: skip
    assert labels(frame_table(table, "t")) == {
        "c": ("text", ["a", None]), "i": ("text", [str(2**53 + 1), None]), "d": ("date", ["2024-01-02", None]),
        "z": ("date", ["2024-01-02 09:00", None]), "t": ("time", ["01:30", None]), "w": ("time", ["30:00", None]),
        "e": ("number", ["1.5", None]), "n": ("number", [None, None]), "l": ("text", [None, None]),
        "f": ("number", ["1.5", None]),
    }  # fmt: skip


def test_zones_whose_offsets_differ_are_compared_in_utc() -> None:
    pd = pytest.importorskip("pandas")
    stamps = pd.to_datetime(["2024-01-05", "2024-07-05"]).tz_localize("UTC").tz_convert("Europe/Berlin")
    for values in (stamps, [stamp.to_pydatetime() for stamp in stamps]):
        assert frame_table({"at": values}, "t").columns[0].labels() == ["2024-01-05", "2024-07-05"]


def test_an_index_that_is_left_out_is_told() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]}, index=pd.Index(["x", "y"], name="key"))
    assert frame_table(frame, "t").notices == ('index "key" not used; DataFrame.reset_index() makes it a column',)
    assert frame_table(frame.reset_index(drop=True), "t").notices == ()
    grouped = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "mean"), ("b", "")]))
    assert frame_table(grouped, "t").names == ["a_mean", "b"]


def test_two_columns_of_one_name_are_refused() -> None:
    pd = pytest.importorskip("pandas")
    with pytest.raises(DataError, match='t: found column "a" more than once; expected a name of its own'):
        frame_table(pd.DataFrame([[1, 2, 3]], columns=["a", "b", "a"]), "t")
    with pytest.raises(DataError, match='t: found column "a" more than once'):
        frame_table({"a": [1], "a ": [2]}, "t")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"a": [1, 2], "b": [1]}, "found columns of different lengths"),
        ({"a": [], "b": []}, "found no rows"),
        ({}, "found no rows"),
        ({"a": 3, "b": [1]}, 'column "a" is "3"; expected a list of values'),
        ({"a": "abc", "b": [1, 2, 3]}, 'column "a" is "abc"; expected a list of values'),
        ({"a": np.zeros((2, 2)), "b": [1, 2]}, r'column "a" has shape \(2, 2\); expected one value for each row'),
    ],
)
def test_what_is_no_table_is_refused(data: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        load_dataset(data)


def test_other_objects_are_refused_with_advice() -> None:
    assert not any(map(is_frame, ["iris", Path("t.csv"), [], [1], np.zeros((2, 2)), None]))
    with pytest.raises(DataError, match=r"; for arrays: Dataset\.from_arrays\(X, y\)"):
        load_dataset(np.zeros((2, 2)))  # type: ignore[arg-type]


def test_options_hold_for_tables_in_memory() -> None:
    dataset = load_dataset(COLUMNS, target="new", types={"rooms": "text"}, drop="sold")
    assert (dataset.target_name, dataset.class_names) == ("new", ("False", "True"))
    assert "rooms=3" in dataset.encoded_names
    assert "sold" not in dataset.feature_names
