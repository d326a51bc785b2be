"""What was decided about a column is told, kept with the model, and governs the tables that it predicts from."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tuitrain.cli import commands
from tuitrain.data.cells.column_format import QUOTED, ColumnFormat, Told
from tuitrain.data.cells.objects import from_objects
from tuitrain.data.cells.reading import read_column, read_columns
from tuitrain.data.loading import load_dataset, load_tables
from tuitrain.data.preprocessing import Preprocessing
from tuitrain.data.readers.text import read_text_table
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions


def test_a_column_of_one_unknown_unit_names_the_option_that_reads_it() -> None:
    cells = ["2 car", "None", "1 car"]
    _column, (notice,) = read_column("garage", cells)
    option = '--type "garage=number"'
    assert option in notice and "reads" in notice and '"2 car"' in notice
    told = Told(kinds={"garage": "number"})
    np.testing.assert_array_equal(read_column("garage", cells, told=told)[0].values, [2, np.nan, 1])


def test_words_for_missing_are_told_once_for_all_columns() -> None:
    columns, notices = read_columns(
        ["debt", "loan"], [["-", "201", "-"], ["3", "-", "4"]], where="t.csv"
    )  # fmt: skip
    assert [int(column.missing.sum()) for column in columns] == [2, 1]
    assert notices == ['columns "debt", "loan": "-" (3 cells) is taken as missing; --missing none keeps it as a value']


@pytest.mark.parametrize(
    ("missing", "labels"),
    [
        (None, [None, "red", None, "unknown"]),
        ("none", ["NA", "red", None, "unknown"]),
        ("unknown", [None, "red", None, None]),
        ("none,unknown", ["NA", "red", None, None]),
        ("NA,unknown", [None, "red", None, None]),
    ],
)
def test_the_words_for_missing_can_be_told(missing: str | None, labels: list[str | None]) -> None:
    options = DataOptions.from_mapping({} if missing is None else {"missing": missing})
    column, _ = read_column("x", ["NA", "red", "", "unknown"], told=Told.of(options))
    assert column.labels() == labels


def test_na_among_codes_of_two_letters_is_one_of_them() -> None:
    column, notices = read_column("country", ["NA", "ZA", "BW", "ZW", "NA", ""])
    assert column.labels() == ["NA", "ZA", "BW", "ZW", "NA", None]
    assert '"NA" (2 cells) is kept as a value' in notices[0]
    column, notices = read_column("x", ["NA", "red", "blue", "green"])
    assert column.labels()[0] is None
    assert notices == ['column "x": "NA" (1 cell) is taken as missing; --missing none keeps it as a value']


def test_a_quoted_word_is_a_text_and_in_numbers_missing() -> None:
    column, _ = read_column("x", [f"{QUOTED}NA", "red", "blue", ""])
    assert column.labels() == ["NA", "red", "blue", None]
    column, _ = read_column("x", [f"{QUOTED}NA", "1.5", "2"])
    assert column.labels() == [None, "1.5", "2"]


def test_levels_that_differ_by_blanks_or_unicode_form_are_one() -> None:
    column, _ = read_column("x", [" café", "cafe\u0301 ", "thé", "the\u0301"])
    assert len(set(column.values)) == 2


@pytest.mark.parametrize(
    ("kind", "cells", "expected"),
    [
        ("text", ["1", "02", "3.0"], ["1", "02", "3.0"]),
        ("number", ["007", "8", "NA"], ["7", "8", None]),
        ("boolean", ["0", "1", "1"], ["0", "1", "1"]),
        ("boolean", ["m", "f", ""], ["m", "f", None]),
        ("date", ["20240105", "20231231"], ["2024-01-05", "2023-12-31"]),
        ("time", ["13:05", "1:00 PM"], ["13:05", "13:00"]),
    ],
)
def test_a_type_that_is_told_is_obeyed(kind: str, cells: list[str], expected: list[str | None]) -> None:
    column, _ = read_column("x", cells, told=Told(kinds={"x": kind}))
    assert (column.kind, column.labels()) == (kind, expected)


@pytest.mark.parametrize(
    ("kind", "cells", "message"),
    [
        ("number", ["1", "abc"], 't.csv, line 2: column "x" holds "abc"; expected a number'),
        ("boolean", ["a", "b", "c"], 'column "x" holds "a", "b", "c"; a boolean has two words'),
        ("time", ["13:05", "25.5"], 'holds "25.5"; expected a time such as 13:05'),
        ("date", ["2024-02-30"], "expected dates that are days of the calendar"),
    ],
)
def test_a_cell_that_does_not_fit_its_told_type_is_named(kind: str, cells: list[str], message: str) -> None:
    with pytest.raises(DataError) as caught:
        read_columns(["x"], [cells], where="t.csv", told=Told(kinds={"x": kind}), line_of=lambda _place, _text: 2)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "form",
    [
        ColumnFormat("number"),
        ColumnFormat("number", ",", ".", percent=True, currency="€", missing=("k.a.",)),
        ColumnFormat("boolean", words=("no", "yes"), missing=()),
        ColumnFormat("date", date_order="dmy"),
    ],
)
def test_a_format_survives_json(form: ColumnFormat) -> None:
    assert ColumnFormat.from_json(form.to_json()) == form


TRAIN = [
    "id;signup;price;share;member;city;y",
    *(
        f"{n};{1 + n % 28:02d}.{1 + n % 12:02d}.202{n % 4};{n % 9},{n % 10}5 €;{n % 50} %;{'ja' if n % 2 else 'nein'};"
        f"{('Köln', 'Ulm', 'Bonn')[n % 3]};{n % 9 + n % 50 / 100:.3f}".replace(".", ",", 0)
        for n in range(1, 200)
    ),
]  # fmt: skip


@pytest.fixture(name="german")
def german_table(tmp_path: Path) -> Path:
    path = tmp_path / "train.csv"
    path.write_text("\n".join(TRAIN), encoding="utf-8")
    return path


def test_a_table_as_people_write_it_becomes_numbers(german: Path) -> None:
    dataset = load_dataset(german, drop=["id"])
    formats = dataset.preprocessing.formats
    assert formats["price"] == ColumnFormat("number", ",", currency="€")
    assert formats["share"] == ColumnFormat("number", percent=True)
    assert formats["signup"] == ColumnFormat("date", date_order="dmy")
    assert {"signup days", "signup year", "signup month", "signup weekday"} <= set(dataset.encoded_names)
    assert "signup hour" not in dataset.encoded_names  # it does not vary
    restored = Preprocessing.from_json(dataset.preprocessing.to_json())
    assert restored == dataset.preprocessing


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(commands, list(arguments), standalone_mode=False)
    error = "" if result.exception is None else str(result.exception)
    return result.exit_code, result.output + error


def test_the_formats_of_training_govern_prediction(german: Path, tmp_path: Path) -> None:
    model = tmp_path / "m.safetensors"
    assert run("train", str(german), "--drop", "id", "--epochs", "2", "--model", str(model))[0] == 0
    header = "signup;price;share;member;city"

    def predict(row: str, *options: str) -> tuple[int, str]:
        new = tmp_path / "new.csv"
        new.write_text(f"{header}\n{row}\n", encoding="utf-8")
        return run("predict", str(model), str(new), *options)

    same = predict("01.02.2023;3,25 €;15 %;ja;Köln")
    assert same[0] == 0
    table, _ = load_tables(str(tmp_path / "new.csv"), formats=load_formats(model))
    assert table.column("price").values[0] == 3.25
    assert table.column("signup").labels() == ["2023-02-01"]  # alone, 01.02. would be a guess
    for row, message in {
        "01.02.2023;3.25 €;15 %;ja;Köln": 'column "price" holds "3.25 €"; expected a number as in training',
        "01.02.2023;3,25 €;0,15;ja;Köln": 'column "share" holds "0,15"; expected a percentage as in training',
        "2023-13-01;3,25 €;15 %;ja;Köln": 'column "signup" holds "2023-13-01"; expected a date as in training',
        "01.02.2023;3,25 €;15 %;vielleicht;Köln": "expected",
    }.items():
        code, output = predict(row)
        assert code != 0 or "vielleicht" in row, output
        assert message in output or "vielleicht" in row, output
    assert predict("01.02.2023;3.25 €;15 %;ja;Köln", "--decimal", "point")[0] == 0


def load_formats(model: Path) -> dict[str, ColumnFormat]:
    from tuitrain.runs.model import load_model

    return load_model(model).preprocessing.needed_formats


def test_booleans_refuse_other_codes_than_their_words_and_0_and_1() -> None:
    told = Told(formats={"smoker": ColumnFormat("boolean", words=("no", "yes"))})
    column, _ = read_column("smoker", ["1", "no", "0", "YES"], told=told)
    assert list(column.values) == [1, 0, 0, 1]
    with pytest.raises(DataError, match='holds "2"; expected "no" or "yes"'):
        read_column("smoker", ["1", "2"], told=told)


def test_dates_of_a_program_are_dates() -> None:
    values = np.array(["2024-01-05", "NaT"], "datetime64[D]")
    assert from_objects("when", values).labels() == ["2024-01-05", None]
    assert from_objects("when", [dt.datetime(2024, 1, 5, 6), None]).labels() == ["2024-01-05 06:00", None]


@pytest.mark.parametrize(
    ("form", "cell", "value"),
    [
        (ColumnFormat("number", ",", "."), "65.443", 65_443),
        (ColumnFormat("number", ",", "."), "65.000", 65_000),
        (ColumnFormat("number", ","), "65.443", None),
        (ColumnFormat("number", ",", "."), "65443.25", None),
        (ColumnFormat("number", ",", "."), "65443", 65_443),
        (ColumnFormat("number", missing=("unknown",)), "NA", None),
        (ColumnFormat("number", missing=("unknown",)), "unknown", np.nan),
    ],
)
def test_a_file_of_plain_numbers_is_read_by_the_signs_and_words_of_training(
    form: ColumnFormat, cell: str, value: float | None
) -> None:
    text, told = f"x,y\n{cell},1\n".encode(), Told(formats={"x": form})
    if value is None:
        with pytest.raises(DataError, match="expected a number as in training"):
            read_text_table(text, "t.csv", told=told)
    else:
        np.testing.assert_equal(read_text_table(text, "t.csv", told=told).columns[0].values[0], value)


@pytest.mark.parametrize(
    ("header", "name"), [("größe,y", "größe"), ("gro\u0308ße,y", "größe"), ("größe,y", "gro\u0308ße"), ("b,b,y", "b_2")]
)
def test_a_told_type_finds_its_column_by_the_name_that_is_shown(header: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    width = header.count(",")
    rows = (",".join([str(n % 3)] * width) + f",{'pq'[n % 2]}" for n in range(30))
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    assert {"0", "1", "2"} <= {n.rpartition("=")[2] for n in load_dataset(path, type={name: "text"}).encoded_names}


@pytest.mark.parametrize("name", ["Y", "nope"])
def test_a_type_of_a_column_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(DataError, match=f'there is no column "{name}"'):
        load_dataset("iris", type={name: "text"})


def test_a_word_that_is_told_as_missing_is_so_in_quotes_too() -> None:
    text = b'v,w,y\n"none",1,p\n"a",2,q\n"b",3,p\n'
    assert read_text_table(text, "t.csv").column("v").labels()[0] == "none"
    assert read_text_table(text, "t.csv", told=Told(missing=("none",))).column("v").labels()[0] is None


def test_a_told_type_is_obeyed_in_a_bundled_table() -> None:
    assert "petal width cm=0.2" in load_dataset("iris", type={"petal width cm": "text"}).encoded_names


@pytest.mark.parametrize("cell", ["-999", "-999.0", "-9.99e2"])
@pytest.mark.parametrize("end", ["", "x"])  # without and with a text, which is read cell by cell
def test_a_number_that_is_told_as_missing_is_so_and_stays_so_in_the_model(cell: str, end: str) -> None:
    text = f"a,b\n{cell},1\n5,2\n6,{end}\n".encode()
    table = read_text_table(text, "t.csv", told=Told(missing=("-999",)))
    assert table.column("a").labels() == [None, "5", "6"]
    assert any("-999" in notice and "taken as missing" in notice for notice in table.notices)
    form = table.column("a").format
    assert form is not None
    again = read_text_table(text, "t.csv", told=Told(formats={"a": form}))
    assert again.column("a").labels() == [None, "5", "6"]


def test_a_number_that_is_told_as_missing_is_so_in_arrays_too() -> None:
    told = Told(missing=("-999",))
    assert from_objects("a", np.array([-999, 5]), told).labels() == [None, "5"]
    assert from_objects("a", [-999.0, 5, None], told).labels() == [None, "5", None]


def test_words_for_missing_are_told_beside_the_usual_ones() -> None:
    told = Told.of(DataOptions(missing=("-999",)))
    column, _ = read_column("x", ["0.5", "-999", "NA", "-999.0", "2"], told=told)
    assert column.labels() == ["0.5", None, None, None, "2"]
    assert column.format is not None
    again, _ = read_column(
        "x", ["-999", "NA", "3"], told=Told(formats={"x": ColumnFormat.from_json(column.format.to_json())})
    )
    assert again.labels() == [None, None, "3"]


@pytest.mark.parametrize(
    ("cells", "words", "values"),
    [
        (["ja", "Nein", "JA"], ("Nein", "ja"), [1, 0, 1]),
        (["oui", "non"], ("non", "oui"), [1, 0]),
        (["si", "no"], ("no", "si"), [1, 0]),
        (["예", "아니오", "예"], ("아니오", "예"), [1, 0, 1]),
        (["はい", "いいえ"], ("いいえ", "はい"), [1, 0]),
        (["да", "нет"], ("нет", "да"), [1, 0]),
        (["Y", "N", "y"], ("N", "Y"), [1, 0, 1]),
        (["T", "F"], ("F", "T"), [1, 0]),
        (["TRUE", "FALSE", "1", "0"], ("FALSE", "TRUE"), [1, 0, 1, 0]),
        (["no", "no"], ("no", "yes"), [0, 0]),
    ],
)
def test_columns_of_two_words_in_many_languages_are_booleans(
    cells: list[str], words: tuple[str, str], values: list[float]
) -> None:
    column, _notices = read_column("x", cells)
    assert (column.kind, column.words, column.values.tolist()) == ("boolean", words, values)


@pytest.mark.parametrize(
    "cells", [["F", "M"], ["ja", "ja"], ["ja", "non"], ["T", "T"], ["yes", "1"], ["yes", "no", "maybe"]]
)
def test_other_words_stay_texts(cells: list[str]) -> None:
    assert read_column("x", cells)[0].kind == "text"


@pytest.mark.parametrize(
    ("cells", "named"),
    [(["Red", "red", "blue"], ["Red", "red"]), (["A", "Ａ"], ["A", "Ａ"]), (["Red", "Red\u200b"], ["Red", "\\u200b"])],
)
def test_levels_that_look_alike_are_told(cells: list[str], named: list[str]) -> None:
    column, notices = read_column("v", cells)
    assert len(set(column.values)) == len(cells)
    assert all(name in notices[0] for name in named)
    assert "kept apart" in notices[0]


@pytest.mark.parametrize("cells", [["Red", "Red\u00a0"], ["red", "read"], ["caf\u00e9", "cafe\u0301"]])
def test_levels_that_are_one_or_differ_are_not_told(cells: list[str]) -> None:
    assert read_column("v", cells)[1] == []


@pytest.mark.parametrize("cells", [['="007"', '="012"'], ["'007", "'012"]])
def test_marks_by_which_spreadsheets_keep_texts_are_taken_off(cells: list[str]) -> None:
    assert read_column("v", cells)[0].labels() == ["007", "012"]


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [("version", "text", 'taken as text, since "1.1" and "1.10" are one number'), ("v", "number", "keeps them apart")],
)
def test_numbers_that_are_spelled_twice_are_told(name: str, kind: str, words: str) -> None:
    text = f"{name},x\n1.1,0\n1.10,1\n2.0,3\n".encode()
    for data in (text, text + b"NA,4\n"):
        table = read_text_table(data, "t.csv")
        assert table.column(name).kind == kind
        assert any(words in notice for notice in table.notices)
    assert read_text_table(b"v,x\n1.50,0\n1.25,1\n", "t.csv").notices == ()


def test_dates_of_another_order_are_read_by_the_option_that_the_refusal_names() -> None:
    formats = {"d": ColumnFormat("date")}  # of a training on 2024-02-16
    with pytest.raises(DataError, match=r'"16/02/2024".*; --date-order dmy reads this file'):
        read_column("d", ["16/02/2024", "05/01/2024"], told=Told(formats=formats))
    column, _notices = read_column("d", ["16/02/2024", "05/01/2024"], told=Told(formats=formats, date_order="dmy"))
    assert column.labels() == ["2024-02-16", "2024-01-05"]


def test_what_becomes_of_dates_is_told_before_training_and_not_at_prediction() -> None:
    cells = ["2024-02-16", "2024-01-05"]
    column, notices = read_column("d", cells)
    assert len(notices) == 1 and "elapsed days" in notices[0]
    assert read_column("d", cells, told=Told(formats={"d": column.format}))[1] == []


def test_numbers_with_another_decimal_sign_are_refused_with_the_option() -> None:
    formats = {"v": ColumnFormat("number")}
    with pytest.raises(DataError, match=r'"82,88".*; --decimal comma reads it'):
        read_column("v", ["82,88"], told=Told(formats=formats))
    assert list(read_column("v", ["82,88"], told=Told(formats=formats, decimal=","))[0].values) == [82.88]
