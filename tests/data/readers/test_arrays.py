"""NPY, NPZ and Parquet files: the usual forms are read, damaged ones are clear errors."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuitrain.data.loading import load_dataset
from tuitrain.data.readers.arrays import read_npy, read_npz, read_parquet, table_of
from tuitrain.errors import DataError


def npy(array: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def test_the_last_column_of_an_npy_file_is_the_target(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    np.save(path, np.random.default_rng(0).random((50, 3)))
    dataset = load_dataset(str(path))
    assert (dataset.feature_names, dataset.target_name, dataset.task) == (("x1", "x2"), "x3", "regression")


def test_the_usual_image_archive_brings_its_test_part(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    train, test = (rng.integers(0, 256, (n, 4, 4), np.uint8) for n in (60, 10))
    path = tmp_path / "mnist.npz"
    np.savez(path, x_train=train, y_train=np.arange(60) % 3, x_test=test, y_test=np.arange(10) % 3)
    dataset = load_dataset(str(path))
    assert (len(dataset.train), len(dataset.validation), len(dataset.test)) == (51, 9, 10)
    np.testing.assert_allclose(dataset.test.X, test.reshape(10, 16) / 255, rtol=1e-6)
    assert dataset.test.y.tolist() == [n % 3 for n in range(10)]


def test_x_and_y_make_a_table_with_texts_for_classes() -> None:
    table, test = read_npz(npz(X=np.arange(8).reshape(4, 2), y=np.array([b"cat", b"dog"] * 2)), "t.npz")
    assert test is None
    assert table.names == ["x1", "x2", "y"]
    assert table.column("y").labels() == ["cat", "dog", "cat", "dog"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", r"t\.npy: cannot be read as a NumPy file"),
        (npy(np.zeros((9, 9)))[:200], r"t\.npy: cannot be read as a NumPy file"),
        (npy(np.array([{}], object), allow_pickle=True), r"it is not one, or it holds Python objects"),
        (npy(np.arange(5)), r"t\.npy: found shape \(5,\); expected one 2-D array"),
        (npy(np.zeros((0, 3))), r"X has shape \(0, 3\); expected rows by columns, and at least one of each"),
        (npy(np.array([["a", "b"]])), "X has dtype <U1; expected numbers"),
        (npz(X=np.zeros((3, 2))), r"t\.npy: found several arrays"),
    ],
)
def test_other_npy_files_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_npy(data, "t.npy")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04rubbish", r"t\.npz: cannot be read as a NumPy file"),
        (npy(np.zeros((3, 2))), r"t\.npz: found a single array; expected an archive with X and y"),
        (npz(foo=np.zeros(3)), r"t\.npz: found foo; expected an archive|t\.npz: found foo; expected X and y"),
        (npz(X=np.zeros((3, 2)), y=np.zeros(2)), r"y has shape \(2,\); expected \(3,\)"),
        (npz(X=np.float64(3), y=np.zeros(2)), r"X has shape \(\)"),
        (npz(X=np.zeros((2, 2)), y=np.array([None, "a"], object)), r'array "y" cannot be read'),
    ],
)
def test_other_npz_files_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_npz(data, "t.npz")


def test_a_damaged_archive_is_refused() -> None:
    data = bytearray(npz(X=np.random.default_rng(0).random((500, 3)), y=np.arange(500)))
    data[2000:2100] = bytes(100)
    with pytest.raises(DataError, match=r't\.npz: array "X" cannot be read'):
        read_npz(bytes(data), "t.npz")


def parquet(**columns: Any) -> bytes:
    polars = pytest.importorskip("polars")
    file = io.BytesIO()
    polars.DataFrame(columns).write_parquet(file)
    return file.getvalue()


def test_parquet_columns_keep_their_types() -> None:
    data = parquet(n=[1, None, 3], t=["007", "a", None], b=[True, False, None], f=[1.5, float("inf"), float("nan")])
    table = read_parquet(data, "t.parquet")
    assert [column.kind for column in table.columns] == ["number", "text", "boolean", "number"]
    assert [column.labels() for column in table.columns] == [
        ["1", None, "3"], ["007", "a", None], ["True", "False", None], ["1.5", None, None],
    ]  # fmt: skip
    assert table.notices == ('column "f": 1 infinite value taken as missing',)


def test_parquet_equals_the_same_csv(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"a": [n / 7 for n in range(40)], "c": ["r", "b"] * 20, "y": [n % 2 for n in range(40)]})
    frame.write_csv(tmp_path / "t.csv")
    frame.write_parquet(tmp_path / "t.parquet")
    assert load_dataset(str(tmp_path / "t.csv")).fingerprint == load_dataset(str(tmp_path / "t.parquet")).fingerprint


def test_a_preview_of_arrays_takes_the_first_rows() -> None:
    assert len(read_npy(npy(np.random.default_rng(0).random((50, 3))), "t", most_rows=9)) == 9
    table = read_parquet(parquet(n=list(range(50)), m=list(range(50))), "t", most_rows=9)
    assert (len(table), table.is_partial) == (9, True)


@pytest.mark.parametrize("data", [b"", b"PAR1 rubbish PAR1", b"a,b\n1,2\n"])
def test_what_is_no_parquet_is_refused(data: bytes) -> None:
    pytest.importorskip("polars")
    with pytest.raises(DataError, match=r"t\.parquet: cannot be read as Parquet"):
        read_parquet(data, "t.parquet")


def test_parquet_without_its_extra_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "polars", None)
    with pytest.raises(
        DataError, match=r"reading Parquet needs the extra .parquet.: pip install 'tuitrain\[parquet\]'"
    ):
        read_parquet(b"", "t.parquet")


def unbalanced_header() -> bytes:
    data = bytearray(npy(np.zeros((3, 2))))
    data[data.index(b"}")] = ord("(")
    return bytes(data)


def zipped(*, is_encrypted: bool = False, **members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    data = file.getvalue()
    if is_encrypted:  # the flag in the local header and in the directory
        data = data.replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01")
        data = data.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
    return data


def test_an_unbalanced_header_is_damage() -> None:
    with pytest.raises(DataError, match=r"t\.npy: cannot be read as a NumPy file"):
        read_npy(unbalanced_header(), "t.npy")


def test_members_that_are_no_arrays_or_encrypted_are_told() -> None:
    with pytest.raises(DataError, match=r't\.npz: member "X" is not an array; expected "X.npy"'):
        read_npz(zipped(X=b"1,2", y=b"1"), "t.npz")
    arrays = {"X.npy": npy(np.zeros((3, 2))), "y.npy": npy(np.zeros(3))}
    with pytest.raises(DataError, match=r't\.npz: array "X" cannot be read .*encrypted'):
        read_npz(zipped(**arrays, is_encrypted=True), "t.npz")


def test_a_parquet_file_that_polars_panics_on_is_one_error(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    polars = pytest.importorskip("polars")

    def panic(*_: Any, **__: Any) -> None:
        os.write(2, b"thread panicked\n")
        raise polars.exceptions.PanicException("unreachable")

    data = parquet(n=[1, 2])
    monkeypatch.setattr(polars, "read_parquet", panic)
    with pytest.raises(DataError, match=r"t\.parquet: cannot be read as Parquet"):
        read_parquet(data, "t.parquet")
    assert capfd.readouterr().err == ""


def test_parquet_texts_are_read_as_the_cells_of_a_file_are() -> None:
    table = read_parquet(parquet(price=["$5", "$6", "$12"], n=[1, 2, 3]), "t.parquet")
    assert list(table.column("price").values) == [5, 6, 12]
    assert table.notices == ('column "price": numbers as "$5" are read as 5 ($ is read off)',)


@pytest.mark.parametrize("dtype", [np.int64, np.uint64])
def test_long_whole_numbers_among_the_columns_keep_their_digits(dtype: type) -> None:
    ids = np.array([2**53 + 1, 2**53, 2**62 + 3, 5], dtype)
    table = table_of(np.stack([ids, np.arange(4, dtype=dtype)], axis=1), np.arange(4), "t")
    assert [column.kind for column in table.columns] == ["text", "number", "number"]
    assert table.columns[0].labels() == ["9007199254740993", "9007199254740992", "4611686018427387907", "5"]
    assert any("taken as text" in notice for notice in table.notices)
    exact = table_of(np.array([[2**53, -(2**53)], [1, 2]], np.int64), np.arange(2), "t")
    assert [column.kind for column in exact.columns] == ["number"] * 3
    assert exact.columns[0].labels() == ["9007199254740992", "1"]
