"""How a text is laid out: delimiter, quotes, header, and what stands above and between rows."""

from __future__ import annotations

from typing import Any

import pytest

from tuitrain.data.dataset import build_dataset
from tuitrain.data.readers.dialect import Layout, Wanted, lay_out
from tuitrain.data.readers.encoding import Decoded
from tuitrain.data.readers.text import read_text_table
from tuitrain.data.table import Table
from tuitrain.errors import DataError


def layout_of(text: str, **wanted: Any) -> Layout:
    return lay_out(Decoded(text, "utf-8"), "t.csv", Wanted(**wanted)).layout


def told(table: Table) -> str:
    return "\n".join(table.notices)


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b,c\n1,2,3\n", ","),
        ("a;b;c\n1;2;3\n", ";"),
        ("a\tb\n1,5\t2\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ("a;b\n1,5;2,5\n3,5;4,5\n", ";"),
        ("1,5;2,5\n3,5;4,5\n", ";"),
        ("1,5;2,5;x\n3,5;4,5;y\n", ";"),
        ("id,tags\n1,x;y;z\n2,u;v;w\n", ","),
        ('name,text\n1,"a;b;c"\n2,"d;e;f"\n', ","),
        ("1.0 2.0 3.0\n4.0 5.0 6.0\n", " "),
        ("a\n1\n2\n", ","),
        ("some words\nand some more\n", ","),
    ],
)
def test_the_delimiter_is_found(text: str, delimiter: str) -> None:
    assert layout_of(text).delimiter == delimiter


@pytest.mark.parametrize(
    ("text", "has_header"),
    [
        ("a,b\n1,2\n", True),
        ("1,2\n3,4\n", False),
        ("5.1,3.5,setosa\n4.9,3.0,setosa\n", False),
        ("?,3.5,setosa\n4.9,3.0,setosa\n", False),
        ("p,x,s\np,x,s\ne,x,y\np,b,s\n", False),
        ("kind,shape\np,x\ne,b\n", True),
        ("size,2019,2020\n5,1,2\n6,3,4\n", True),
        (",0,1,2\n0,5,1,2\n1,5,3,4\n", True),
        ("0,1,2\n0.5,1,2\n0.25,3,4\n", True),
        ("0,1,2\n3,4,5\n6,7,8\n", False),
        ("0,1\n0.5,1\n", False),
        ("NA,1\n2,3\n", False),
    ],
)
def test_the_header_is_recognised(text: str, has_header: bool) -> None:
    assert layout_of(text).has_header is has_header


def test_columns_without_a_header_are_numbered_and_that_is_reported() -> None:
    table = read_text_table(b"1,x\n2,y\n", "t.csv")
    assert table.names == ["column 1", "column 2"]
    assert any("no header found" in notice for notice in table.notices)


def test_numbers_in_a_header_are_reported() -> None:
    table = read_text_table(b"size,2019\n5,1\n6,3\n", "t.csv")
    assert table.notices == (
        'line 1 is taken as the header, since "size" stands above numbers; --header no decides otherwise',
    )


def test_a_decimal_comma_is_read_behind_semicolons_and_told() -> None:
    table = read_text_table(b"a;b;c\n" + b"1;x;0,25\n" * 60 + b"1,5;y;,75\n", "t.csv")
    assert table.column("a").values[-1] == 1.5
    assert (table.column("c").values[0], table.column("c").values[-1]) == (0.25, 0.75)
    assert any("the comma is decimal" in notice for notice in table.notices)


def test_a_point_before_three_digits_separates_thousands_where_the_comma_can_only_be_decimal() -> None:
    table = read_text_table(b"a;b\n1.234;1\n2,5;2\n", "t.csv")
    assert list(table.column("a").values) == [1234, 2.5]
    assert any('"1.234" are read as 1234' in notice for notice in table.notices)


def test_points_before_three_digits_beside_decimal_commas_are_asked_about() -> None:
    table = read_text_table(b"a;b\n1.234;1,5\n2.345;2,5\n", "t.csv")
    assert '"1.234" may be 1.234 or 1234' in table.column("a").question
    with pytest.raises(DataError, match="--thousands point or --decimal point"):
        build_dataset(table)


def test_quoted_commas_of_thousands_in_a_comma_separated_file_are_read_and_told() -> None:
    table = read_text_table(b'a,b\n"1,000",1\n"2,000",2\n', "t.csv")
    assert list(table.column("a").values) == [1000, 2000]
    assert any('"1,000" are read as 1000 (the comma separates thousands)' in notice for notice in table.notices)


@pytest.mark.parametrize("delimiter", ["\t", "|", ";"])
def test_decimal_commas_in_most_cells_do_not_make_the_comma_the_delimiter(delimiter: str) -> None:
    rows = [["a", "b", "y"], *([f"{n},5", f"{n},25", str(n)] for n in range(60))]
    table = read_text_table("\n".join(map(delimiter.join, rows)).encode(), "eu.csv")
    assert table.names == ["a", "b", "y"]
    assert [column.values[3] for column in table.columns] == [3.5, 3.25, 3.0]
    assert any("the comma is decimal" in notice for notice in table.notices)


def test_commas_of_thousands_behind_a_tab_are_not_taken_for_decimal_ones() -> None:
    table = read_text_table(b"city\tpeople\nA\t10,450\nB\t950\nC\t12,000\n", "t.tsv")
    assert list(table.column("people").values) == [10450, 950, 12000]
    assert any('"10,450" are read as 10450' in notice for notice in table.notices)


def test_aligned_columns_are_split_at_runs_of_spaces() -> None:
    table = read_text_table(b"  a    b  c\r\n 1.0   2.0 3 \r\n10.0  20.0 4\r\n", "t.txt")
    assert table.names == ["a", "b", "c"]
    assert list(table.column("b").values) == [2.0, 20.0]


def test_the_line_that_spreadsheets_tell_the_delimiter_in_is_obeyed_and_counted() -> None:
    assert read_text_table(b"sep=;\r\na;b\r\n1;2\r\n3;4\r\n", "t.csv").names == ["a", "b"]
    with pytest.raises(DataError, match="line 4: found 1 field, expected 2"):
        read_text_table(b"sep=;\na;b\n1;x\n3\n", "t.csv")


def test_a_delimiter_at_the_end_of_each_row_makes_no_column() -> None:
    assert read_text_table(b"a,b\n1,2,\n3,4,\n", "t.csv").names == ["a", "b"]
    for data in (b"a;b;\n1;2;\n3;4;\n", b"a;b;\n1;x;\n3;y; \n"):
        table = read_text_table(data, "t.csv")
        assert table.names == ["a", "b"]
        assert table.notices == ("1 last column without header and values left out",)


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b"Report 2024\n1,2\n3,4\n", "as in line 1: if that is a title or a comment, --skip-lines 1 leaves it out"),
        (b"a,b\n1,2,\n3,4,x\n3,4,x\n5,6\n", "line 2: found 3 fields, expected 2"),
        (b"a,b\n1,'x,y'\n2,\"z\"\n", "in double quotes"),
    ],
)
def test_the_usual_cause_of_a_row_of_the_wrong_length_is_named(data: bytes, hint: str) -> None:
    with pytest.raises(DataError, match=hint):
        read_text_table(data, "t.csv")


def test_a_comma_among_texts_makes_no_thousands_into_decimals() -> None:
    lines = [
        "population\tnote\ty",
        *(f"{1 + n % 9},{100 + n}\t{'3,5' if n == 7 else 'none'}\t{'ab'[n % 2]}" for n in range(60)),
    ]
    table = read_text_table("\n".join(lines).encode(), "t.tsv")
    assert '"1,100" may be' in table.column("population").question  # nothing else tells
