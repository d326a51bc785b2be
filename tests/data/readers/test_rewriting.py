"""Texts that are no tables of delimited fields as usual are read as meant: escapes, fixed widths, drawn lines."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuitrain.data.cells.column_format import ColumnFormat
from tuitrain.data.cells.remarks import Remarks
from tuitrain.data.readers import FileContent
from tuitrain.data.readers.byte_stream import ByteStream
from tuitrain.data.readers.dialect import Wanted
from tuitrain.data.readers.text import read_text_table
from tuitrain.data.readers.text_stream import TextStream
from tuitrain.data.table import Table
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions

ROWS = "".join(f"{n},{n % 7}.5,{'pqr'[n % 3]}\n" for n in range(20))
BODY = "width,height,sort\n" + ROWS


def read(text: str, **wanted: object) -> Table:
    return read_text_table(text.encode(), "t.csv", wanted=Wanted(**wanted))  # type: ignore[arg-type]


def told(table: Table) -> str:
    return "\n".join(table.notices)


def labels(table: Table) -> list[list[str | None]]:
    return [column.labels() for column in table.columns]


WORDS = st.text(st.sampled_from('ab ",;\\'), max_size=6).map(lambda text: f"x{text}y")


@given(cells=st.lists(WORDS, min_size=3, max_size=8))
@settings(max_examples=60)
def test_backslashes_before_quotes_are_read_as_they_were_escaped(cells: list[str]) -> None:
    cells = ['say "hi" now', *cells]
    lines = [
        f'"{cell.replace(chr(92), chr(92) * 2).replace(chr(34), chr(92) + chr(34))}",{n}'
        for n, cell in enumerate(cells)
    ]
    table = read("\n".join(["name,x", *lines]))
    assert table.column("name").labels() == [cell.replace("\\", "\\") for cell in cells]
    assert "a backslash before a quote" in told(table)


def test_backslashes_before_single_quotes_and_delimiters_are_read() -> None:
    lines = [f"{n}, 'it\\'s {n}, so', 'p'" for n in range(5)]
    assert read("x, name, y\n" + "\n".join(lines)).column("name").labels()[:2] == ["it's 0, so", "it's 1, so"]
    table = read("name,x\nDr. No\\, oder,1\nBen Hur,2\nEins\\, zwei\\, drei,3\n")
    assert table.column("name").labels() == ["Dr. No, oder", "Ben Hur", "Eins, zwei, drei"]
    assert "a backslash before a delimiter" in told(table)


def test_a_path_that_ends_with_a_backslash_is_no_escape() -> None:
    table = read('path,x\n"C:\\dir\\",1\n"D:\\",2\n')
    assert table.column("path").labels() == ["C:\\dir\\", "D:\\"]
    assert table.notices == ()


PEOPLE = ["Ann Lee", "Robertinho", "Cyd van Dam", ""]
FIXED = "id   name          value  sort\n" + "".join(
    f"{n:<4} {PEOPLE[n * 3 % 4]:<12} {n * 1.5:6.1f}  {'pq'[n % 2]}\n" for n in range(20)
)


def test_fields_of_fixed_width_are_read_as_pandas_reads_them() -> None:
    table = read(FIXED)
    expected = pd.read_fwf(io.StringIO(FIXED))
    assert table.names == list(expected.columns)
    assert table.column("value").values.tolist() == expected["value"].tolist()
    assert table.column("name").labels() == [None if pd.isna(name) else name for name in expected["name"]]
    assert 'fixed width, where all lines have blanks: "id, name, value, sort"' in told(table)


def test_a_text_across_the_edge_of_fixed_widths_is_refused_with_its_line() -> None:
    late = "".join(f"{n:<4} {'Bob':<12} {1.5:6.1f}  p\n" for n in range(1200)) + "9    A much longer name 3.0  q\n"
    with pytest.raises(DataError, match=r"line 1222: .*expected a blank"):
        read(FIXED + late)


def test_texts_of_one_column_are_not_cut_at_their_blanks() -> None:
    assert read("name\nAnn Lee\nBob Kim\nCyd Dam\n").names == ["name"]


def test_lines_in_quotes_as_a_whole_are_unwrapped() -> None:
    lines = ["a,b,y", '1,"x, 1",p', '2,"y, 2",q', '3,"z, 3",p']
    table = read("\n".join('"' + line.replace('"', '""') + '"' for line in lines))
    assert labels(table) == labels(read("\n".join(lines)))
    assert "quotes as a whole" in told(table)


@pytest.mark.parametrize("sign", ["^", "~", ":", "\x01"])
def test_seldom_delimiters_are_found_where_all_rows_have_as_many(sign: str) -> None:
    assert labels(read(BODY.replace(",", sign))) == labels(read(BODY))
    assert "split at each" in told(read(BODY.replace(",", sign)))
    uneven = BODY.replace(",", sign).replace(f"3{sign}3.5", "3")
    assert len(read(uneven).names) == 1


def test_tables_that_are_drawn_with_lines_are_read() -> None:
    rule = "+---+---+---+\n"
    rows = [f"| {line.replace(',', ' | ')} |\n" for line in BODY.splitlines()]
    drawn = read(rule + rows[0] + rule + "".join(rows[1:]) + rule)
    assert labels(drawn)[1:] == labels(read(BODY))
    psql = BODY.splitlines()
    text = "\n".join([psql[0].replace(",", " | "), "---+---+---", *(line.replace(",", " | ") for line in psql[1:])])
    assert labels(read(text + "\n(20 rows)\n")) == labels(read(BODY))


NOTES = [
    "Source: World Bank\n", "\nSome words about it\nand more of them\n",
    '"Source: World Bank, 2024",,\n', "(20 rows affected)\n",
    "출처: 통계청\n", "Note: values, rounded\n", "\n\nSource: x\nhttps://example.org\n",
]  # fmt: skip


@pytest.mark.parametrize("note", NOTES)
def test_notes_below_the_rows_are_skipped_and_told(note: str) -> None:
    table = read(BODY + note)
    assert labels(table) == labels(read(BODY))
    assert "skipped: notes below the rows" in told(table)


@pytest.mark.parametrize("row", ["3\n", "New\n", "12,5\n", "New York\n", "Source: x\n" + ROWS, "note,,\n" + ROWS])
def test_what_may_be_a_row_is_no_note(row: str) -> None:
    if row.startswith("note"):
        assert len(read(BODY + row)) == 41
    else:
        with pytest.raises(DataError, match="line 22"):
            read(BODY + row)


@pytest.mark.parametrize(
    "text",
    [
        'width,height,sort\n' + "".join(f'{n},"{n % 7}.5","a \\"{n % 3}\\" c"\n' for n in range(20)),
        FIXED.replace("id  ", "width").replace("value", "height"),
        BODY + "\nSource: x\n",
        BODY.replace(",", "^"),
    ],
)  # fmt: skip
def test_pieces_of_a_file_are_rewritten_as_a_whole_one_is(tmp_path: Path, text: str) -> None:
    whole = read(text)
    path = tmp_path / "t.csv"
    path.write_text(text)
    formats = {column.name: ColumnFormat("text") for column in whole.columns}
    with path.open("rb") as file:
        stream = ByteStream(file, FileContent(b"", "t.csv", ".csv", None))
        chunks = list(TextStream(stream, DataOptions(), head_bytes=200, piece_bytes=64).chunks(formats, [], Remarks()))
    assert sum(map(len, chunks)) == len(whole)
    assert [label for chunk in chunks for label in chunk.columns[2].labels()] == whole.columns[2].as_text().labels()


def test_a_file_of_libsvm_is_named() -> None:
    with pytest.raises(DataError, match="format of LIBSVM"):
        read("".join(f"{n % 2} 1:{n}.5 3:{n} 7:1\n" for n in range(9)))


def test_groups_above_an_index_without_name_are_skipped() -> None:
    table = read(",size,,\n," + BODY.replace("\n", "\n0,")[:-2])
    assert table.names == ["column 1", "width", "height", "sort"]


def test_the_rows_of_types_that_orange_writes_are_skipped() -> None:
    table = read("a,b,y\ncontinuous,discrete,discrete\n,,class\n1.5,p,yes\n2.5,q,no\n")
    assert [column.kind for column in table.columns] == ["number", "text", "boolean"]
    assert len(table) == 2
    assert "lines 2 to 3 skipped" in told(table)
    assert len(read("a,b\nd,s\nm,t\nd,c\ns,t\n")) == 4


def test_a_column_of_times_is_not_split_at_its_colons() -> None:
    assert len(read("12:30\n13:45\n08:15\n", header=False).names) == 1


@pytest.mark.parametrize(("opening", "closing"), [("“", "”"), ("„", "“")])
def test_curved_quotes_around_fields_with_delimiters_are_taken_off(opening: str, closing: str) -> None:
    table = read("a,v,k\n" + "".join(f"{n},{opening}x, {n % 3}{closing},p\n" for n in range(6)))
    assert table.names == ["a", "v", "k"]
    assert table.column("v").labels()[:2] == ["x, 0", "x, 1"]
    assert "curved quotes" in told(table)
    assert read("a,v\n1,“x”\n2,“y”\n").column("v").labels() == ["“x”", "“y”"]
