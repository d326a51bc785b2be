"""The target is guessed as a person would from names and values, and by a preview as by the whole table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuitrain.data.cells.objects import from_objects
from tuitrain.data.describe import PREVIEW_ROWS, describe_lines, preview
from tuitrain.data.guess import guess_target, is_counter, is_id_name
from tuitrain.data.loading import load_dataset
from tuitrain.data.table import Column, Table
from tuitrain.errors import DataError

N = 120
rng = np.random.default_rng(8)
VALUES: dict[str, Any] = {
    "n": lambda: rng.normal(size=N),  # numbers
    "2": lambda: rng.integers(0, 2, N),
    "3": lambda: np.array(["p", "q", "r"], object)[rng.integers(0, 3, N)],
    "b": lambda: np.array(["no", "yes"], object)[rng.integers(0, 2, N)],
    "u": lambda: np.array([f"row {row}" for row in range(N)], object),  # different texts
    "c": lambda: np.arange(N) + 100,  # a counter
}


def table(text: str) -> Table:
    """Make a table from names and kinds of values, as ``age:n sex:b``; ``d`` is a date."""
    columns = []
    for part in text.split():
        name, _colon, kind = part.partition(":")
        name = name.replace("~", " ")
        days = 19_000.0 + rng.integers(0, 99, N)
        columns.append(Column(name, "date", days) if kind == "d" else from_objects(name, VALUES[kind]()))
    return Table("t", tuple(columns))


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ("survived:2 pclass:3 sex:b age:n class:3 who:3 alive:b alone:b", "survived"),
        ("pclass:3 class:3 survived:2 alone:b", "survived"),
        ("credit_score:n age:n balance:n Exited:2 Geography:3", "Exited"),
        ("left:2 satisfaction:n salary:3", "left"),
        ("left:n top:n width:n kind:3", "kind"),
        ("amount:n default:b purpose:3 age:n", "default"),
        ("isFraud:2 amount:n step:n", "isFraud"),
        ("churn_flag:2 tenure:n plan:3", "churn_flag"),
        ("price:n rooms:n city:3 yard:n", "price"),
        ("LotArea:n Rooms:n SalePrice:n Year:n", "SalePrice"),
        ("price_per_month:n tenure:n ended:b", "ended"),
        ("carat:n cut:3 price:n x:n y:n z:n", "price"),
        ("x:n y:n", "y"),
        ("나이:n 목표:b 도시:3", "목표"),
        ("라벨:3 길이:n 너비:n", "라벨"),
        ("alter:n ziel:n stadt:3", "ziel"),
        ("cible:b âge:n ville:3", "cible"),
        ("edad:n objetivo:n ciudad:3", "objetivo"),
        ("年龄:n 目标:b 城市:3", "目标"),
        ("a:n b:n kind:3 id:c", "kind"),
        ("a:n b:n kind:3 created:d", "kind"),
        ("a:n b:n kind:3 comment:u", "kind"),
        ("a:n b:n kind:3 created:d order_id:n comment:u", "kind"),
        ("a:n b:n kind:3 note:n", "note"),
        ("target:n survived:2 class:3", "target"),
        ("target_id:c a:n z:n", "z"),
        ("id:c date:d", "date"),  # nothing is left to choose from
    ],
)
def test_the_guess_is_a_persons(columns: str, found: str) -> None:
    assert guess_target(table(columns)).name == found


@pytest.mark.parametrize(
    ("columns", "others"),
    [
        ("survived:2 pclass:3 age:n class:3 alive:b", ("alive", "class", "pclass")),
        ("customer_id:u plan:3 senior:b monthly:n left:b", ("senior", "plan")),
        ("a:n b:n c:n", ()),
        ("price:n sales:n a:n", ("price",)),
    ],
)
def test_other_candidates_are_named(columns: str, others: tuple[str, ...]) -> None:
    assert guess_target(table(columns)).others == others


def test_ids_are_known_by_their_names_and_counters_by_their_values() -> None:
    assert all(map(is_id_name, ["id", "ID", "customer_id", "PatientID", "user-id", "고객번호", "Order No"]))
    assert not any(map(is_id_name, ["idea", "paid", "valid", "humid", "nose", "y"]))
    assert is_counter(from_objects("a", rng.permutation(50) + 3))
    assert not is_counter(from_objects("a", np.arange(50) * 2))
    assert not is_counter(from_objects("a", np.r_[np.arange(49), 7]))
    assert not is_counter(from_objects("a", np.arange(19)))


def test_the_notice_names_the_candidates_and_what_they_would_be(tmp_path: Path) -> None:
    rows = [f"{n % 2},{n * 7 % 13}.5,{'abc'[n % 3]},{('no', 'yes')[n // 2 % 2]}" for n in range(60)]
    path = tmp_path / "t.csv"
    path.write_text("survived,fare,class,alive\n" + "\n".join(rows) + "\n")
    told = (
        'predicting "survived", 2 classes (guessed: its name is a usual one; also possible: "alive" (2 classes), '
        '"class" (3 classes); --target names another)'
    )
    assert load_dataset(path).notices[0] == told
    found = preview(str(path))
    assert (found.target, found.guess) == ("survived", told)
    assert f"note: {told}"[:70] in "\n".join(describe_lines(found, 200))


def test_a_preview_guesses_as_the_whole_table_does(tmp_path: Path) -> None:
    count = 2 * PREVIEW_ROWS
    path = tmp_path / "t.csv"
    lines = [f"{n % 97}.25,{'ab'[n % 2]},text {n},{n if n < PREVIEW_ROWS else 0}" for n in range(count)]
    path.write_text("a,kind,comment,last\n" + "\n".join(lines) + "\n")
    part = preview(str(path), most_rows=PREVIEW_ROWS)
    assert not part.is_whole
    assert part.target == preview(str(path)).target == load_dataset(path).target_name == "kind"


def test_a_date_is_no_target(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,when\n" + "".join(f"{n * 7 % 31}.5,2024-01-{n % 28 + 1:02}\n" for n in range(60)))
    with pytest.raises(
        DataError, match=r'target "when" is a date; a target is classes or a number: choose another --ta'
    ):
        load_dataset(path, "when")
    assert load_dataset(path).target_name == "a"


def test_a_preview_tells_what_a_training_would(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "region,units,price\n" + "".join(f"{'NESW'[n % 4]},{n % 9},{n}.5\n" for n in range(30)) + "Total,120,450\n"
    )
    assert any(notice.startswith('line 32 says "Total"') for notice in preview(str(path)).notices)
    assert preview(str(path)).notices == load_dataset(path).notices[1:]


def test_a_text_with_more_values_than_half_the_rows_is_no_target() -> None:
    names = np.array([f"car {row * 7 % 13}" for row in range(24)], object)
    columns = (Column("a", "number", np.arange(24.0) % 5), Column("name", "text", names))
    assert guess_target(Table("t", columns)).name == "a"
