"""Tables of plain numbers read block by block: blocks of any size give the same table, and how far it is is told."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuitrain.data.loading import load_tables
from tuitrain.data.progress import StoppedReading
from tuitrain.data.readers import FileContent, mixed_rows, number_table
from tuitrain.data.readers.dialect import Wanted
from tuitrain.data.readers.number_table import read_number_table
from tuitrain.data.readers.text import read_text_table
from tuitrain.options.data_options import DataOptions

ROWS = 4000
VALUES = np.random.default_rng(0).normal(size=(ROWS, 3)).round(6)
BODY = "\n".join(",".join(map(repr, row)) for row in VALUES.tolist()) + "\n"  # of more than a sample for the layout


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(number_table, "BLOCK", 70_000)


def quickly(data: bytes, **wanted: object) -> number_table.NumberTable | None:
    return read_number_table(FileContent(data, "t.csv", ".csv"), Wanted(**wanted))  # type: ignore[arg-type]


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("header", ["a,b,c\n", "", "값,b,c\n", "# made by hand\na,b,c\n", "a title\n\na,b,c\n"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\n\x1a"])
def test_all_blocks_are_read_whatever_stands_above(header: str, ending: str) -> None:
    text = header + BODY
    data = text.replace("\n", "\r\n").encode() if ending == "\r\n" else text.encode() + ending[1:].encode()
    found = quickly(data)
    assert found is not None
    np.testing.assert_array_equal(np.array(found.columns).T, VALUES)


@pytest.mark.usefixtures("small_blocks")
def test_the_encoding_of_the_header_does_not_hinder() -> None:
    table = read_text_table(("서울 값,부산 값,대구 값\n" + BODY).encode("cp949"), "t.csv")
    assert table.names == ["서울 값", "부산 값", "대구 값"]
    np.testing.assert_array_equal(table.columns[2].values, VALUES[:, 2])


@given(
    st.integers(0, ROWS - 1),
    st.sampled_from(
        ["NA,1,2", "1,2", "", "1,2,x", '"1",2,3', "1,2,3,4", "007,1,2", "# 1,2,3", "1,2,12345678901234567890"]
    ),
)
@settings(max_examples=30, deadline=None)
def test_what_is_no_number_is_left_to_the_strict_reader_wherever_it_stands(row: int, odd: str) -> None:
    lines = BODY.splitlines()
    lines[row] = odd
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(number_table, "BLOCK", 70_000)
        assert quickly("\n".join(["a,b,c", *lines, ""]).encode()) is None


@pytest.mark.usefixtures("small_blocks")
def test_more_rows_than_the_first_block_lets_expect_are_read() -> None:
    long, short = "1.000000000000,2.0000000000,3.0000000000\n", "4,5,6\n"
    found = quickly(("a,b,c\n" + long * 2000 + short * 50_000).encode())
    assert found is not None
    assert [len(column) for column in found.columns] == [52_000] * 3
    assert (found.columns[1][:2000] == 2).all()
    assert (found.columns[2][2000:] == 6).all()


@pytest.mark.usefixtures("small_blocks")
def test_points_far_down_decide_whether_they_separate_thousands() -> None:
    data = ("a;b\n" + "45;7\n" * 20_000 + "45.000;7\n").encode()
    told = read_text_table(data, "t.csv")
    assert "45.000" in told.columns[0].question


@pytest.mark.usefixtures("small_blocks")
def test_a_first_block_that_leaves_too_few_rows_to_judge_by_is_not_judged_by() -> None:
    data = ("a,b,c\n" + BODY).encode()
    assert quickly(data) is not None
    assert quickly(data, skip_lines=2000) is None
    assert len(read_text_table(data, "t.csv", wanted=Wanted(skip_lines=2000, header=False))) == ROWS - 1999


def test_aligned_columns_are_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(number_table, "BLOCK", 140_000)
    found = quickly("".join(f"{n:8.3f} {n / 3:12.6f}\n" for n in range(3 * ROWS)).encode())
    assert found is not None
    assert found.columns[0].tolist() == list(range(3 * ROWS))


@pytest.mark.parametrize(("suffix", "pack"), [(".csv", bytes), (".csv.gz", gzip.compress)])
@pytest.mark.parametrize("first", ["", "word,1,2\n"])
def test_how_far_it_is_is_told_and_rises_to_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, pack: type[bytes], first: str
) -> None:  # fmt: skip
    monkeypatch.setattr(number_table, "BLOCK", 70_000)
    monkeypatch.setattr(mixed_rows, "BLOCK", 30_000)
    path = tmp_path / f"t{suffix}"
    path.write_bytes(pack(("a,b,c\n" + first + BODY).encode()))
    told: list[tuple[int, int]] = []
    load_tables(str(path), DataOptions(), progress=lambda done, total: told.append((done, total)))
    last = told[len(told) - 1]
    assert last[0] > 0.9 * last[1] > 0
    assert all(0 <= done <= total for done, total in told)
    assert len({done for done, _total in told}) > 2


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".zip"])
def test_what_is_told_may_stop_the_reading(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"t{suffix}"
    data = ("a,b,c\n" + BODY).encode()
    if suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("t.csv", data)
    else:
        path.write_bytes(gzip.compress(data) if suffix == ".csv.gz" else data)

    def stop(done: int, total: int) -> None:
        raise StoppedReading

    with pytest.raises(StoppedReading):
        load_tables(str(path), DataOptions(), progress=stop)
