"""A unit that all numbers have is read off; texts that hold numbers otherwise stay texts, with a word about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tuitrain.cli import commands
from tuitrain.data.cells.column_format import SCALED, ColumnFormat, Told
from tuitrain.data.cells.reading import read_column
from tuitrain.errors import DataError
from tuitrain.runs.model import load_model


def again(column_format: ColumnFormat | None) -> Told:
    assert column_format is not None
    return Told(formats={"v": ColumnFormat.from_json(column_format.to_json())})


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["70 kg", "71.5 kg"], [70, 71.5]),
        (["70kg", "80kg", "90kg", "95kg", "99"], [70, 80, 90, 95, 99]),
        (["1 year", "2 years"], [1, 2]),
        (["10.5°C", "-3.0°C"], [10.5, -3]),
        (["1,200 m²", "900 m²"], [1200, 900]),
        (["12,5 km/h", "3,25 km/h"], [12.5, 3.25]),
        (["30세", "41세"], [30, 41]),
        ([f"{n}{'st' if n % 10 == 1 else 'th'}" for n in range(20, 32)], list(range(20, 32))),
        ([f"{n} parsecs" for n in range(12)], list(range(12))),
        (["1.2K", "3M", "950"], [1200, 3_000_000, 950]),
        (["€110.5M", "€565K"], [110_500_000, 565_000]),
        (["5천", "2만"], [5000, 20_000]),
        (["100 MB", "2 GB"], [100e6, 2e9]),
    ],
)
def test_a_unit_is_read_off_and_told(cells: list[str], values: list[float]) -> None:
    column, notices = read_column("v", cells)
    assert column.kind == "number"
    assert list(column.values) == pytest.approx(values)
    assert any('; --type "v=text" keeps texts' in notice for notice in notices)
    assert list(read_column("v", cells[:1], told=again(column.format))[0].values) == pytest.approx(values[:1])


def test_another_unit_is_refused_by_a_model() -> None:
    column, _notices = read_column("v", ["70 kg", "80 kg"])
    assert list(read_column("v", ["75"], told=again(column.format))[0].values) == [75]
    with pytest.raises(DataError, match='holds "900 g"; expected a number as in training'):
        read_column("v", ["70 kg", "900 g"], told=again(column.format))


@pytest.mark.parametrize(
    "cells", [["1st", "2nd", "3rd"], ["12A", "13A"], ["5 kg", "6 g"], ["3D", "2D"], ["007 kg", "008 kg"], ["5 kg"]]
)
def test_codes_and_classes_keep_their_letters(cells: list[str]) -> None:
    assert read_column("v", cells)[0].kind == "text"


def test_an_unknown_unit_is_read_off_if_told() -> None:
    column, _notices = read_column("v", ["3 blinks", "5 blinks"], told=Told(kinds={"v": "number"}))
    assert list(column.values) == [3, 5]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([f"{n} {'kg' if n % 2 else 'g'}" for n in range(12)], "amounts in g, kg"),
        ([f"5'{n}\"" for n in range(12)], "holds two numbers"),
        ([f"{n}-{n + 10}" for n in range(1, 13)], "holds two numbers"),
        ([f"~{n}" for n in range(12)], "signs stand beside"),
        ([f"{n}{'*' * (n % 3)}" for n in range(12)], "signs stand beside"),
    ],
)
def test_texts_that_hold_numbers_are_told(cells: list[str], words: str) -> None:
    column, notices = read_column("v", cells)
    assert column.kind == "text"
    assert any(words in notice for notice in notices)


@pytest.mark.parametrize(
    "cells", [["10-20", "20-30", "30+"], [f"A-{n}" for n in range(12)], [f"x{n}" for n in range(12)]]
)
def test_levels_and_codes_are_not_told(cells: list[str]) -> None:
    assert read_column("v", cells)[1] == []


def test_a_model_keeps_how_unusual_columns_are_read(tmp_path: Path) -> None:
    def table(first: int, last: int) -> str:
        return "weight,length,lap,price,month,member,y\n" + "".join(
            f"{n % 50 + 40} kg,{n % 3}h {n % 60}m,{['59:30', '1:02:03'][n % 2]},{['1.2K', '3M', '-999'][n % 3]},"
            f"2024{n % 12 + 1:02d},{['ja', 'nein'][n % 2]},{n * n % 7}.5\n"
            for n in range(first, last)
        )

    train, new, model = tmp_path / "train.csv", tmp_path / "new.csv", tmp_path / "m.safetensors"
    train.write_text(table(0, 60))
    options = ["--target", "y", "--epochs", "2", "--missing", "-999", "--model", str(model)]
    run = CliRunner().invoke(commands, ["train", str(train), *options])
    assert run.exit_code == 0, run.output
    kept = load_model(model).preprocessing.formats
    assert (kept["weight"].unit, kept["price"].unit, kept["price"].also) == ("kg", SCALED, ("-999",))
    assert kept["lap"].minutes
    predicted = []
    for text in (table(0, 9), table(0, 9).replace(" kg", "").replace("1.2K", "1200").replace("-999", "NA")):
        new.write_text(text)
        done = CliRunner().invoke(commands, ["predict", str(model), str(new), "--output", str(tmp_path / "out.csv")])
        assert done.exit_code == 0, done.output
        predicted.append((tmp_path / "out.csv").read_text())
    assert predicted[0] == predicted[1]
    new.write_text(table(0, 9).replace("ja", "yes"))
    refused = CliRunner().invoke(commands, ["predict", str(model), str(new)], standalone_mode=False)
    assert 'expected "nein" or "ja"' in str(refused.exception)
