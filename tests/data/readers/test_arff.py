"""ARFF files: columns are what they are declared to be, and any other value is refused with its line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.data.readers.damage import TRIES, refused
from tuitrain.data.readers import FileContent, compressed
from tuitrain.data.readers.arff import read_arff_file, strptime_form
from tuitrain.data.table import Table
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions

HEADER = """% A comment
@RELATION weather

@attribute 'out look' {sunny, 'over cast', "rain's", NA}
@ATTRIBUTE temperature REAL
@attribute code {1,2,3}
@attribute note string
@attribute day date "yyyy-MM-dd HH:mm"
@attribute class {no, yes}

@data
"""
ROWS = """sunny,85,1,'it''s', "2024-01-05 13:30",no
"""


def read(text: str, *, most_rows: int | None = None, is_cut: bool = False, **options: Any) -> Table:
    content = FileContent(text.encode(), "t.arff", ".arff", most_rows, is_cut)
    return read_arff_file(content, DataOptions(**options))[0]


def labels(table: Table) -> dict[str, tuple[str, list[str | None]]]:
    return {column.name: (column.kind, column.labels()) for column in table.columns}


def test_columns_are_what_they_are_declared_to_be() -> None:
    table = read(
        HEADER + "sunny, 85, 1, 'it\\'s 5, no', \"2024-01-05 13:30\", no\n% between\n\n"
        '\'over cast\',?,2,"?",?,yes\n"rain\'s",-1.5e1,3,NA,"2024-01-06 00:00",?\r\nNA,0,1,007,?,no\n'
    )
    assert labels(table) == {
        "out look": ("text", ["sunny", "over cast", "rain's", "NA"]),
        "temperature": ("number", ["85", None, "-15", "0"]), "code": ("text", ["1", "2", "3", "1"]),
        "note": ("text", ["it's 5, no", "?", "NA", "007"]),
        "day": ("date", ["2024-01-05 13:30", None, "2024-01-06", None]), "class": ("text", ["no", "yes", None, "no"]),
    }  # fmt: skip
    assert table.notices == ()


def test_blanks_may_separate_values() -> None:
    text = "@relation t\n@attribute a numeric\n@attribute 'b c' {x,y}\n@data\n1\tx\n2  y\n3 , x\n"
    assert labels(read(text)) == {"a": ("number", ["1", "2", "3"]), "b c": ("text", ["x", "y", "x"])}


def test_sparse_rows_leave_out_zeros_and_first_levels() -> None:
    header = "@relation t\n@attribute a real\n@attribute b {x, 'y z'}\n@attribute c real\n@data\n"
    table = read(header + "{}\n{0 2.5, 1 'y z'}\n{ 2 ? }\n")
    assert labels(table) == {
        "a": ("number", ["0", "2.5", "0"]), "b": ("text", ["x", "y z", "x"]), "c": ("number", ["0", "0", None])
    }  # fmt: skip
    assert table.notices == ("sparse rows: what a row leaves out is 0, or the first level of a nominal attribute",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEADER + "foggy,1,1,a,?,no\n", r't\.arff, line 12: attribute "out look" has "foggy"; expected one of sunny'),
        (HEADER + "sunny,1_0,1,a,?,no\n", r'line 12: attribute "temperature" has "1_0"; expected a number or \?'),
        (HEADER + 'sunny,1,1,a,"5.1.2024",no\n', r'line 12: attribute "day" has "5.1.2024"; expected a date'),
        (HEADER + "sunny,1,1,a,?\n", "line 12: found 5 values, expected 6"),
        (HEADER + "sunny,1,1,'a,?,no\n", "line 12: found \"'a,\\?,no\"; expected a value, with quotes closed"),
        (HEADER + "sunny,1,1,a,?,no,{5}\n", "line 12: found a weight in braces"),
        (HEADER + "{9 1}\n", r'line 12: found "9 1"; expected \{PLACE VALUE, …\} with places below 6'),
        (HEADER, "found no rows below @data"),
        ("a,b\n1,2\n", 'line 1: found "a,b"; expected @relation, @attribute or @data'),
        ("@relation t\n", r"t\.arff: found no @data"),
        ("@relation t\n@data\n1\n", "line 2: found no @attribute above"),
        ("@relation t\n@attribute a relational\n@data\n1\n", 'line 2: attribute "a" is declared "relational'),
        ("@relation t\n@attribute a date QQ\n@data\n1\n", 'line 2: date format "QQ" is not known'),
        ("@relation t\n@attribute a real\n@attribute a real\n@data\n1,1\n", 'found attribute "a" above'),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(text)


def test_dates_are_read_by_the_declared_format() -> None:
    assert strptime_form("yyyy-MM-dd'T'HH:mm:ss") == "%Y-%m-%dT%H:%M:%S"
    assert strptime_form("dd.MM.yy hh:mm a") == "%d.%m.%y %I:%M %p"
    assert strptime_form("yyyyMMdd") == "%Y%m%d"
    assert strptime_form("EEE") is None


def test_a_preview_takes_the_first_rows() -> None:
    text = "@relation t\n@attribute a real\n@attribute b real\n@data\n" + "1,2\n" * 50
    table = read(text, most_rows=9)
    assert (len(table), table.is_partial) == (9, True)
    assert len(read(text + "1,", most_rows=90, is_cut=True)) == 50


def test_what_the_user_says_about_columns_holds() -> None:
    text = "@relation t\n@attribute a {1,2}\n@attribute b real\n@data\n1,2\n2,3\n"
    assert read(text, types=(("a", "number"),)).column("a").values.tolist() == [1, 2]


def test_sparse_rows_that_unpack_beyond_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "LEAST_LIMIT", 1_000_000)
    header = "@relation t\n" + "".join(f"@attribute a{n} real\n" for n in range(1000)) + "@data\n"
    with pytest.raises(DataError, match=r"unpacks to more than 1\.0 MB, the most for a file of this size"):
        read(header + "{}\n" * 1000)


def test_damage_anywhere_is_one_clear_error() -> None:
    rng = np.random.default_rng(0)
    rows = "".join(f"sunny,{rng.normal()},{rng.integers(1, 4)},'a\\'{n}',?,yes\n" for n in range(30))

    def rows_of(copy: bytes) -> int:
        return len(read_arff_file(FileContent(copy, "t.arff", ".arff"), DataOptions())[0])

    assert refused((HEADER + rows).encode(), rows_of) > 0.2 * TRIES
