"""NPY and NPZ files: the usual forms are read, damaged ones are clear errors."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.data.readers.damage import TRIES, refused
from tuitrain.data.loading import load_dataset
from tuitrain.data.readers import compressed
from tuitrain.data.readers.arrays import read_npy, read_npz, table_of
from tuitrain.errors import DataError


def npy(array: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def from_npz(data: bytes) -> Any:
    return read_npz(io.BytesIO(data), "t.npz")


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
    table, test = from_npz(npz(X=np.arange(8).reshape(4, 2), y=np.array([b"cat", b"dog"] * 2)))
    assert test is None
    assert table.names == ["x1", "x2", "y"]
    assert table.column("y").labels() == ["cat", "dog", "cat", "dog"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", r"t\.npy: cannot be read as a NumPy file"),
        (npy(np.zeros((9, 9)))[:200], r"t\.npy: cannot be read as a NumPy file"),
        (npy(np.array([{}], object), allow_pickle=True), "it holds Python objects"),
        (npy(np.arange(5)), r"t\.npy: found shape \(5,\); expected one 2-D array"),
        (npy(np.zeros((0, 3))), r"X has shape \(0, 3\); expected rows by columns, and at least one of each"),
        (npy(np.array([["a", "b"]])), "X has dtype <U1; expected numbers"),
        (npz(X=np.zeros((3, 2))), r"t\.npy: holds several arrays; name it \.npz"),
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
        from_npz(data)


def test_a_damaged_archive_is_refused() -> None:
    data = bytearray(npz(X=np.random.default_rng(0).random((500, 3)), y=np.arange(500)))
    data[2000:2100] = bytes(100)
    with pytest.raises(DataError, match=r't\.npz: array "X" cannot be read'):
        from_npz(bytes(data))


def test_a_structured_array_is_refused_with_advice() -> None:
    structured = np.array([(1, 2.5)], [("a", "i4"), ("b", "f8")])
    with pytest.raises(DataError, match="it is a structured array; save its fields as the columns of a CSV file"):
        read_npy(npy(structured), "t.npy")


def test_arrays_in_the_order_of_columns_keep_their_values() -> None:
    rows = np.arange(12.0).reshape(4, 3)
    table = read_npy(npy(np.asfortranarray(rows)), "t.npy")
    assert [list(column.values) for column in table.columns] == rows.T.tolist()


def test_an_array_that_says_it_is_larger_than_its_file_takes_no_memory() -> None:
    data = npy(np.zeros((3, 2)))
    claim = data.replace(b"(3, 2), }" + b" " * 9, b"(9" + b"0" * 9 + b", 2), }")
    assert len(claim) == len(data)
    with pytest.raises(DataError, match=r"its shape \(9000000000, 2\) takes 144\.0 GB, and it has 0\.0 MB"):
        read_npy(claim, "t.npy")


def test_an_archive_of_arrays_is_measured_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "LEAST_LIMIT", 1_000_000)
    with pytest.raises(DataError, match=r"t\.npz: unpacks to 8\.8 MB; the most for a file of this size is 1\.0 MB"):
        from_npz(npz(X=np.zeros((100_000, 10)), y=np.zeros(100_000)))


@pytest.mark.parametrize("kind", ["npy", "npz"])
def test_damage_to_arrays_is_one_clear_error(kind: str) -> None:
    X, y = np.random.default_rng(0).random((20, 3)), np.arange(20)
    if kind == "npz":
        assert refused(npz(X=X, y=y), lambda data: len(from_npz(data)[0]), 20) > 0.7 * TRIES
    else:  # which has no sum to check numbers by
        assert refused(npy(X), lambda data: read_npy(data, "t.npy")) > 0.3 * TRIES


def test_a_preview_of_arrays_takes_the_first_rows() -> None:
    assert len(read_npy(npy(np.random.default_rng(0).random((50, 3))), "t", most_rows=9)) == 9


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
        from_npz(zipped(X=b"1,2", y=b"1"))
    arrays = {"X.npy": npy(np.zeros((3, 2))), "y.npy": npy(np.zeros(3))}
    with pytest.raises(DataError, match=r't\.npz: array "X" cannot be read .*encrypted'):
        from_npz(zipped(**arrays, is_encrypted=True))


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
