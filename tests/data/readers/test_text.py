"""Text tables: what is written is read, the quick way equals the strict one, and faults are named by file and line."""

from __future__ import annotations

import csv
import io
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitrain.data.cells.column_format import MISSING
from tuitrain.data.readers import FileContent
from tuitrain.data.readers.dialect import Wanted
from tuitrain.data.readers.number_table import read_number_table
from tuitrain.data.readers.text import read_text_table
from tuitrain.data.table import Table
from tuitrain.errors import DataError
from tuitrain.text import visible


def written(rows: list[list[str]], **options: str) -> bytes:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n", **options).writerows(rows)  # type: ignore[arg-type]
    return file.getvalue().encode()


def columns_of(table: Table) -> list[tuple[str, str, list[object]]]:
    return [(column.name, column.kind, [str(value) for value in column.values]) for column in table.columns]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "t.csv: the file is empty"),
        (b"\xef\xbb\xbf\r\n \n", "t.csv: the file is empty"),
        (b"a,b\n", "t.csv: found a header and no rows"),
        (b"a,b\n\n\r\n", "t.csv: found a header and no rows"),
        (b"a,b\n1,2\n3\n", "t.csv, line 3: found 1 field, expected 2"),
        (b"a,b\n1,2\n\n3,4,5\n", "t.csv, line 4: found 3 fields, expected 2"),
        (b'a,b\n"1\n2",x\n3\n', "t.csv, line 4: found 1 field, expected 2"),
        (b'a,b,c\n1,2,3\n"4\n5",6\n', "t.csv, line 3: found 2 fields, expected 3"),
        (b'a,b\n1,2\n"3,4\n5,6\n', "t.csv, line 3: a quote is opened and never closed"),
        (b'a,b\n1,2\n"3"x,4\n', "t.csv, line 3: found text after a closing quote"),
        (b"a,b\n1,2\n3,\x004\n", "t.csv, line 3: found a zero byte, so this is a binary file"),
        (b"a,b\n1,\x01\xff\n", "t.csv, line 2 has a byte that is not UTF-8 (0xff), and control characters"),
        (b"\xff\xfea\x00,\xd8,\x00", "t.csv: starts as UTF-16, but byte"),
        (b"a,b\n" + b"x" * 200_000 + b",1\n", "t.csv, line 2: a field is longer than 131,072 characters"),
    ],
)
def test_a_fault_is_named_with_file_and_line(data: bytes, message: str) -> None:
    with pytest.raises(DataError) as caught:
        read_text_table(data, "t.csv")
    assert str(caught.value).startswith(message)
    assert "expected" in str(caught.value) or "?" in str(caught.value)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("header", ["a,b\n", ""])
def test_line_endings_do_not_matter(ending: str, header: str) -> None:
    text = header + "".join(f"{n},{n * n}\n" for n in range(30))
    table = read_text_table(text.replace("\n", ending).encode(), "t.csv")
    np.testing.assert_array_equal(table.columns[1].values, np.arange(30.0) ** 2)


CELLS = st.one_of(
    st.text(st.characters(exclude_categories=("C", "Z", "Sc"), exclude_characters="%()"), min_size=1, max_size=6),
    st.sampled_from(["a,b", 'say "x"', "two\tx", "007", "1_000", "1.5", "-3", "", "NA", "x;y"]),
)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=12))
def test_what_is_written_is_read(rows: list[list[str]]) -> None:
    wanted = Wanted(delimiter=",", header=True, quote='"', comment="", skip_lines=0)
    table = read_text_table(written([["first", "second", "third"], *rows]), "t.csv", wanted=wanted)
    for place, column in enumerate(table.columns):
        for value, cell in zip(column.labels(), [row[place].strip() for row in rows], strict=True):
            if value is None:
                assert not cell or cell.lower() in MISSING or column.kind == "number"
            elif column.kind == "number":
                assert float(cell) == float(value)
            else:
                assert value.lower() == unicodedata.normalize("NFC", visible(cell)).lower()


NUMBERS = st.one_of(
    st.floats(allow_nan=False).map(repr),
    st.integers(-(10**20), 10**20).map(str),
    st.sampled_from(["007", "-0", "00", "0", ".5", "5.", "+1", "1e5", "1e999", " 2", "3 ", "", "-", "1 2", "e", "1_0"]),
)


@given(st.lists(st.lists(NUMBERS, min_size=2, max_size=2), min_size=1, max_size=8), st.booleans(), st.booleans())
def test_the_quick_way_equals_the_strict_one(rows: list[list[str]], has_header: bool, is_windows: bool) -> None:
    lines = [["a", "b"]] * has_header + rows
    data = "\n".join(",".join(row) for row in lines).encode() + b"\n"
    data = data.replace(b"\n", b"\r\n") if is_windows else data
    if not data.strip(b"\r\n ,"):
        return
    quick = read_text_table(data, "t.csv", wanted=Wanted(delimiter=",", header=has_header))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tuitrain.data.readers.text.read_number_table", lambda *_: None)
        strict = read_text_table(data, "t.csv", wanted=Wanted(delimiter=",", header=has_header))
        patch.setattr("tuitrain.data.readers.checked_rows.plain_numbers", lambda _: None)
        patch.setattr("tuitrain.data.table.plain_numbers", lambda _: None)
        plainest = read_text_table(data, "t.csv", wanted=Wanted(delimiter=",", header=has_header))
    assert columns_of(quick) == columns_of(strict) == columns_of(plainest)
    assert quick.notices == strict.notices == plainest.notices


def test_plain_numbers_take_the_quick_way() -> None:
    data = b"a,b\n" + b"".join(b"%d,%.17g\n" % (n, n / 7) for n in range(100))
    assert read_number_table(FileContent(data, "t.csv", ".csv"), Wanted()) is not None
    assert read_number_table(FileContent(data.replace(b"50,", b"050,"), "t.csv", ".csv"), Wanted()) is None


def test_a_column_that_turns_to_text_late_keeps_its_cells_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuitrain.data.readers.checked_rows.BLOCK_ROWS", 7)
    rows = [[f"{n % 5}.0", str(n), "x" if n == 23 else "1.50"] for n in range(40)]
    table = read_text_table(written([["a", "b", "c"], *rows]), "t.csv")
    assert [column.kind for column in table.columns] == ["number", "number", "text"]
    assert list(table.columns[2].values) == [row[2] for row in rows]
    np.testing.assert_array_equal(table.columns[1].values, np.arange(40))


def test_blank_lines_are_skipped_and_told() -> None:
    for data in (b"\na,b\n1,x\n\n  \n2,y\n", b"a,b\n\n1,3\n\n  \n2,4\n"):
        table = read_text_table(data, "t.csv")
        assert len(table) == 2
        assert table.notices == ("3 blank lines skipped",)


def test_control_characters_from_a_file_are_shown_not_kept() -> None:
    table = read_text_table(b"\x1b[31mred,b\x07\n" + b"1,\x1b]0;owned\x07\n2,ok\n" * 3, "t.csv")
    everything = [*table.names, *table.notices, *(value or "" for value in table.columns[1].values)]
    assert table.names == ["\\x1b[31mred", "b\\x07"]
    assert all(text.isprintable() for text in everything)


def test_a_preview_reads_so_many_rows_and_says_so() -> None:
    data = written([["a", "b"], *([str(n), "x"] for n in range(100))])
    assert len(read_text_table(data, "t.csv", most_rows=10)) == 10
    assert read_text_table(data, "t.csv", most_rows=10).is_partial
    assert not read_text_table(data, "t.csv", most_rows=100).is_partial


def test_the_head_of_a_longer_file_ends_with_its_last_whole_row() -> None:
    data = written([["a", "b"], *([str(n), "é,\n"] for n in range(100))])
    for end in range(500, 520):
        table = read_text_table(data[:end], "t.csv", most_rows=1000, is_cut=True)
        assert table.is_partial
        np.testing.assert_array_equal(table.columns[0].values, np.arange(len(table)))
    cut = "a,b\n1,2\n3,4\n".encode("utf-16")
    assert len(read_text_table(cut[:-3], "t.csv", most_rows=9, is_cut=True)) == 1


def test_a_zero_byte_in_a_text_is_no_wide_encoding() -> None:
    text = "a,v,k\n" + "".join(f"{n},{n}.5,p\n" for n in range(20)) + "5,\0,p\n"
    with pytest.raises(DataError, match="line 22: found a zero byte within a text"):
        read_text_table(text.encode(), "t.csv")
