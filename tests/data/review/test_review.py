"""What is shown of a table before training is what a training gets: counts, features, options, fingerprints."""

from collections import Counter
from datetime import date
from pathlib import Path

import click
import numpy as np
import pytest

from tests.churn import HEADER, churn_rows, write_churn
from tuitrain.cli.options import read_options
from tuitrain.cli.train import train
from tuitrain.data.loading import load_dataset
from tuitrain.data.review.command_line import as_arguments
from tuitrain.data.review.encoded import encoded_column
from tuitrain.data.review.review import Reviewer, fitting_types
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions

ROWS = churn_rows()
CELLS = {name: [row[place] for row in ROWS] for place, name in enumerate(HEADER)}


@pytest.fixture
def churn(tmp_path: Path) -> str:
    return str(write_churn(tmp_path / "churn.csv"))


def review(source: str, **options: object):
    return Reviewer(source).review(DataOptions.from_mapping(options))


def belongs(feature: str, name: str) -> bool:
    """Whether a feature, by its name, is made of the column."""
    return feature == name or feature.startswith((f"{name} ", f"{name}="))


def from_command_line(source: str, arguments: list[str]):
    """The dataset that the command line reads with these arguments."""
    command: click.Command = train
    context = command.make_context("train", [source, *arguments])
    _hyperparameters, data = read_options(context.params)
    return load_dataset(data.pop("dataset"), **data)


def test_columns_are_counted_as_in_the_file(churn):
    found = review(churn)
    for name, cells in CELLS.items():
        fact = found.facts[name]
        assert fact.missing == cells.count("")
        assert fact.distinct == len({cell for cell in cells if cell})
        assert fact.example in cells
    assert {name: fact.kind for name, fact in found.facts.items()} == {
        "customer_id": "text", "signup": "date", "plan": "text", "monthly": "number", "discount": "number",
        "visits": "number", "senior": "boolean", "city": "text", "refund": "number", "status_code": "number",
        "left": "boolean",
    }  # fmt: skip
    usual, count = Counter(CELLS["plan"]).most_common(1)[0]
    assert found.facts["plan"].contents.startswith(f"{usual} {count}")
    amounts = [float(cell.strip("$").replace(",", "")) for cell in CELLS["monthly"]]
    assert found.facts["monthly"].contents == f"{min(amounts):.8g} … {max(amounts):.8g}"
    assert found.facts["signup"].contents == f"{min(CELLS['signup'])} … {max(CELLS['signup'])}"


def test_examples_are_telling_cells_as_written(tmp_path):
    path = tmp_path / "t.csv"
    rows = ["$5.00;12;서울;a", "$1,200.50;(3.5);부산;b", "$7.25;1;서울;a"] * 20
    path.write_text("\n".join(["price;change;city;k", *rows]))
    facts = review(str(path)).facts
    assert [facts[name].example for name in ("price", "change", "city")] == ["$1,200.50", "(3.5)", "서울"]


@pytest.mark.parametrize(
    "options",
    [{}, {"drop": ["signup", "city"]}, {"target": "monthly"}, {"target": "plan", "types": {"status_code": "text"}},
     {"types": {"signup": "text", "refund": "ignore"}}, {"scale": "minmax", "missing": "none"}],
)  # fmt: skip
def test_features_are_the_sum_of_their_parts_and_those_of_the_dataset(churn, options):
    found = review(churn, **options)
    dataset = load_dataset(churn, **options)
    assert found.dataset is not None
    assert found.target == dataset.target_name
    total = len(dataset.encoded_names)
    assert sum(part.count for part in found.parts) == sum(fate.features for fate in found.fates.values()) == total
    for name, fate in found.fates.items():
        own = [one for one in dataset.encoded_names if belongs(one, name)]
        assert fate.features == len(own)
        assert fate.is_left_out == (name not in dataset.feature_names and name != dataset.target_name)
    assert found.dataset.fingerprint == dataset.fingerprint


@pytest.mark.parametrize(
    "options",
    [{}, {"drop": ["signup", "status_code"], "target": "left"}, {"types": {"refund": "ignore", "status_code": "text"}},
     {"delimiter": "semicolon", "header": "yes", "decimal": "point"}, {"missing": "none", "target": "city"},
     {"missing": "one year,부산", "split": "time:signup", "scale": "minmax"}, {"thousands": "comma", "quote": "none"}],
)  # fmt: skip
def test_the_shown_options_read_the_table_so_on_the_command_line(churn, options):
    found = review(churn, **options)
    assert found.dataset is not None
    arguments = as_arguments(found.options)
    again = from_command_line(churn, arguments)
    assert again.fingerprint == found.dataset.fingerprint
    assert again.options == found.dataset.options
    assert f"--target {found.target}" in found.command_line
    assert "--encoding cp949" in found.command_line


def test_a_name_with_blanks_and_equals_signs_is_quoted_for_the_shell(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a b,x=y,k\n" + "".join(f"{n % 9},{n % 7},{'pq'[n % 2]}\n" for n in range(60)))
    found = review(str(path), drop=["a b"], types={"x=y": "text"})
    assert found.command_line == "--target k --type x=y=text --drop 'a b'"
    assert found.dataset is not None
    assert from_command_line(str(path), as_arguments(found.options)).fingerprint == found.dataset.fingerprint


def test_a_korean_file_and_its_copy_in_utf8_give_the_same(tmp_path, churn):
    other = review(str(write_churn(tmp_path / "churn.csv.copy.csv", "utf-8")))
    found = review(churn)
    assert found.dataset is not None
    assert other.dataset is not None
    assert found.dataset.fingerprint == other.dataset.fingerprint
    assert found.evidence[0].value == "cp949"
    assert other.evidence[0].value == "utf-8"


def test_what_becomes_of_columns_is_said_in_a_line(churn):
    fates = review(churn, drop=["visits"]).fates
    assert fates["customer_id"].text == f"left out: {len(ROWS):,} different texts"
    assert fates["visits"].is_chosen
    assert fates["visits"].is_left_out
    assert fates["left"].text == f"2 classes: no {CELLS['left'].count('no')}, yes {CELLS['left'].count('yes')}"
    assert fates["plan"].text == "3 features: one for each value"
    assert fates["discount"].text == "15% as 0.15; gap: median + flag; standardised"
    assert fates["status_code"].warning == "alone predicts left: see leak"
    assert fates["refund"].warning == f"{CELLS['refund'].count('') / len(ROWS):.0%} missing"


def test_what_is_to_be_known_before_training(churn):
    checks = {check.label: check for check in review(churn).checks}
    assert checks["leak"].columns == ("status_code",)
    assert checks["gaps"].columns == ("refund",)
    rare = checks["rare"].text
    yes = CELLS["left"].count("yes")
    assert f"({yes} rows; {round(yes * 0.15)} in validation)" in rare
    assert f"accuracy {1 - yes / len(ROWS):.3f}" in rare
    assert '"left", since' in checks["target"].text
    assert "leak" not in {check.label for check in review(churn, drop=["status_code"]).checks}


def test_a_check_about_rows_alone_is_said_as_it_is(tmp_path):
    path = tmp_path / "twice.csv"
    rows = [f"{n * 1.7391 % 11:.4f},{n * 2.31779 % 7:.4f},{'ab'[n % 2]}" for n in range(200)]
    path.write_text("\n".join(["a,b,y", *rows, *rows]))
    dataset = load_dataset(path)
    trained = {tuple(row) for row in dataset.train.X.tolist()}
    test, validation = (sum(tuple(row) in trained for row in part.X.tolist())
                        for part in (dataset.test, dataset.validation))  # fmt: skip
    (text,) = [check.text for check in Reviewer(str(path)).review(DataOptions()).checks if check.label == "rows"]
    assert text.startswith(f"{test} of 60 test rows and {validation} of 60 validation rows stand in training too, ")
    assert "its line" not in text


def test_targets_are_offered_with_their_classes_or_range(churn):
    offered = {candidate.name: candidate.what for candidate in review(churn).candidates}
    assert next(iter(offered)) == "left"
    assert {"customer_id", "signup"}.isdisjoint(offered)
    counts = Counter(CELLS["senior"])
    assert offered["senior"] == f"2 classes: no {counts['no']}, yes {counts['yes']}"
    assert offered["discount"].startswith("a number, ")


def test_cells_are_shown_as_the_network_sees_them(churn):
    found = review(churn)
    assert found.dataset is not None
    dataset = found.dataset
    for name in ("monthly", "signup", "plan", "senior", "discount", "status_code"):
        shown = encoded_column(found.table.column(name), dataset.preprocessing)
        assert shown is not None
        own = [place for place, one in enumerate(dataset.encoded_names) if belongs(one, name)]
        for cell, values in zip(shown.cells, shown.values, strict=True):
            row = CELLS[name].index(cell)
            part = next(p for p in (dataset.train, dataset.validation, dataset.test) if row in p.rows)
            assert part.X[np.flatnonzero(part.rows == row)[0], own].tolist() == values.tolist()
    days = encoded_column(found.table.column("signup"), dataset.preprocessing)
    assert days is not None
    spec = days.numbers[0]
    assert days.values[0][0] == pytest.approx(
        ((date.fromisoformat(days.cells[0]) - date(1970, 1, 1)).days - spec.shift) / spec.scale, rel=1e-5
    )
    assert encoded_column(found.table.column("customer_id"), dataset.preprocessing) is None


def test_types_that_fit_are_those_that_the_column_can_be_read_as(churn):
    table = review(churn).table
    kinds = {column.name: fitting_types(column) for column in table.columns}
    assert kinds["monthly"] == ["number", "text"]
    assert kinds["signup"] == ["date", "text"]
    assert set(kinds["senior"]) == {"boolean", "text"}
    assert set(kinds["status_code"]) >= {"number", "text"}


def test_a_column_that_asks_keeps_a_training_waiting(tmp_path):
    path = tmp_path / "ask.csv"
    rows = [f"{n % 12 + 1}/{n % 11 + 1}/2024,{n % 9},{'ab'[n % 2]}\n" for n in range(60)]
    path.write_text("when,n,k\n" + "".join(rows))
    found = review(str(path))
    assert [column.name for column in found.asks] == ["when"]
    assert found.dataset is None
    assert found.shown is not None  # of the other columns
    assert found.shown.feature_names == ("n",)
    assert review(str(path), drop=["when"]).dataset is not None
    answered = review(str(path), date_order="dmy")
    assert not answered.asks
    assert answered.dataset is not None


def test_the_first_rows_are_no_dataset(churn):
    found = Reviewer(churn).review(DataOptions(), most_rows=50)
    assert found.is_partial
    assert len(found.table) == 50
    assert found.dataset is None
    assert not found.problem


def test_leaving_out_and_another_target_read_nothing_again(churn, monkeypatch):
    reviewer = Reviewer(churn)
    reviewer.review(DataOptions())
    assert reviewer.has_read(DataOptions(drop=("plan",), target="city"))
    assert not reviewer.has_read(DataOptions(types=(("plan", "text"),)))
    monkeypatch.setattr("tuitrain.data.review.review.load_tables", None)
    again = reviewer.review(DataOptions(drop=("plan",), target="city"))
    assert again.target == "city"
    write_churn(Path(churn), count=300)
    assert not reviewer.has_read(DataOptions())


def test_columns_that_are_not_there_cannot_be_left_out(churn):
    with pytest.raises(DataError, match="no column"):
        review(churn, drop=["nothing"])


@pytest.mark.parametrize("source", ["iris", "moons?n=60"])
def test_bundled_and_generated_tables_are_looked_at_too(source):
    found = review(source)
    assert found.dataset is not None
    assert found.dataset.fingerprint == load_dataset(source).fingerprint
    assert not found.evidence
    assert sum(part.count for part in found.parts) == found.dataset.n_features


def test_a_bundled_table_reads_columns_as_told():
    found = review("iris", types={"petal width cm": "text"})
    assert found.facts["petal width cm"].kind == "text"
