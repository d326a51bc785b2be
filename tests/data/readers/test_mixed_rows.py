"""Tables with texts read quickly, block by block: the same columns and notices as when each cell is read alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tuitrain.data.cells.column_format import Told
from tuitrain.data.readers import mixed_rows, text
from tuitrain.data.readers.dialect import Wanted
from tuitrain.data.readers.text import read_text_table
from tuitrain.data.table import Table
from tuitrain.errors import DataError

NUMBERS = ["1", "2.5", "-3", "0.001", "1e-3", "12345.678", "3.14159265358979323", "+4", ".5", "7.", "1.10", "1.1"]
WORDS = ["", "NA", "-", "n/a", "nan", "?", "unknown"]
TEXTS = ["red", "dark blue", "café", "서울", "a,b", 'say "so"', "two\nlines", "C4", "x" * 40, " wide "]
ODD = ["007", "1,200", "12 kg", "5%", "$3", "2024-01-05", "inf", "94E3", "+49170123456", "9007199254740993", "1.2.3"]
KINDS = [NUMBERS, NUMBERS + WORDS, NUMBERS + ODD, TEXTS, TEXTS + WORDS, TEXTS + NUMBERS, ["yes", "no", ""]]


def as_read(table: Table) -> tuple[Any, ...]:
    columns = [
        (c.name, c.kind, c.words, c.format, c.question, c.examples, c.labels(), None if c.texts is None else [*c.texts])
        for c in table.columns
    ]  # fmt: skip
    bits = [c.values.tobytes() if c.values.dtype == np.float64 else [*c.values] for c in table.columns]
    return columns, bits, table.notices, table.lines


def read(data: bytes, *, one_by_one: bool, told: Told | None = None, **wanted: Any) -> tuple[Any, ...] | str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mixed_rows, "BLOCK", 60)
        if one_by_one:
            patch.setattr(text, "read_mixed_cells", lambda *_args: None)
        try:
            return as_read(read_text_table(data, "t.csv", wanted=Wanted(**wanted), told=told))
        except DataError as error:
            return str(error)


def written(rows: Sequence[Sequence[str]], delimiter: str = ",", ending: str = "\n", quoting: int = 0) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator=ending, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return stream.getvalue().encode()


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=2, max_size=4))
    count = draw(st.integers(3, 25))
    columns = [draw(st.lists(st.sampled_from(kind), min_size=count, max_size=count)) for kind in kinds]
    rows = [[f"name {place}" for place in range(len(kinds))], *(list(row) for row in zip(*columns, strict=True))]
    odd = draw(st.sampled_from(["", "", "", "header", "blank", "short", "note", "end"]))
    if odd == "header":
        rows.insert(draw(st.integers(2, count)), rows[0])
    elif odd == "short":
        rows[-2] = rows[-2][:-1]
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
    data = written(rows, draw(st.sampled_from(",;\t")), draw(st.sampled_from(["\n", "\r\n"])), quoting)
    if odd == "blank":
        data = data.replace(b"\n", b"\n\n", 1)
    return data + {"note": b"\nSource: a book\n", "end": b"\n\n"}.get(odd, b"")


ROWS = b"1,x,2\n" * 20


@example(b"a,b,c\n" + ROWS + b"1,x\x01y\x02z,3\n" + ROWS)  # signs that stand for others within quotes
@example(b"a,b,c\r\n" + ROWS.replace(b"\n", b"\r\n") + b'1,"x\r\ny",3\r\n')
@example(b"a,b,c\n" + ROWS + b'"note","",""\n')
@example(b"a,b,c\n" + ROWS + b'"note", "", ""\n')
@example(b",b,c\n" + ROWS + b"\n\n\n")
@example(b",b,c\n" + ROWS + b",b,c\n" + ROWS)
@example(b"2001,2002,2003\n" + ROWS + b"2001,2002,2003\n" + ROWS)
@example(b"a,b,c\n" + b"1.000,x,2\nNA,x,3\n2,x,2\n" * 9)
@given(tables())
@settings(max_examples=300, deadline=None)
def test_quick_reading_gives_the_same_table_or_the_same_error(data: bytes) -> None:
    assert read(data, one_by_one=False) == read(data, one_by_one=True)


@pytest.mark.parametrize(
    "told", [Told(decimal=","), Told(missing=("red",)), Told(also=("7",)), Told(kinds={"a": "text"})]
)
def test_what_is_told_governs_quick_reading_too(told: Told) -> None:
    rows = [["a", "b", "c"], *([str(n % 9), "red" if n % 2 else "blue", f"{n}.25"] for n in range(60))]
    assert read(written(rows), one_by_one=False, told=told) == read(written(rows), one_by_one=True, told=told)


def test_most_tables_with_texts_are_read_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "read_cells", lambda *_args: pytest.fail("read one by one"))
    monkeypatch.setattr(mixed_rows, "BLOCK", 60)
    rows = [["n", "t", "q"], *([str(n), "서울" if n % 2 else "NA", "a, b\nc" if n % 3 else ""] for n in range(60))]
    for data in (written(rows), written(rows, "\t", "\r\n"), written(rows, ";", quoting=csv.QUOTE_ALL)):
        table = read_text_table(data, "t.csv")
        assert [column.kind for column in table.columns] == ["number", "text", "text"]
        assert [*table.columns[2].values[:4]] == [None, "a, b\nc".replace("\n", "\\n"), "a, b\\nc", None]
        assert table.place_of(59) == "line 100"  # 40 of the 60 rows, of which the last is none, take two lines


def test_the_line_of_a_stray_text_is_found() -> None:
    rows = [["n", "t"], *([str(n * 1.5), "a\nb" if n == 3 else "c"] for n in range(60))]
    rows[50][0] = "oops"
    table = read_text_table(written(rows), "t.csv")
    assert any('"oops" in line 52' in notice for notice in table.notices)


def test_numbers_that_look_alike_by_their_hashes_are_kept_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuitrain.data.readers.mixed_block.HASH_BITS", 6)  # 64 places, of which many are shared
    rows = [["n", "t"], *([str(n), f"level {n % 20}"] for n in range(400))]
    table = read_text_table(written(rows), "t.csv")
    assert [*table.columns[1].values] == [row[1] for row in rows[1:]]


def test_a_block_of_more_rows_than_hashes_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuitrain.data.readers.mixed_block.HASH_BITS", 6)  # 64, of which two levels share none
    rows = [["n", "t"], *([str(n % 10), "ab"[n % 2]] for n in range(400))]
    table = read_text_table(written(rows), "t.csv")
    assert [*table.columns[1].values] == [row[1] for row in rows[1:]]
