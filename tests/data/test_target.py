"""The target and the task: which column is predicted, and whether its values are classes or numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tuitrain.data.cells.objects import from_objects
from tuitrain.data.loading import load_dataset
from tuitrain.data.table import Column, Table
from tuitrain.data.target import choose_target, class_numbers, infer_task, known_rows, read_target
from tuitrain.errors import DataError


def table(*names: str) -> Table:
    return Table("t.csv", tuple(Column(name, "number", np.arange(3.0)) for name in names))


@pytest.mark.parametrize(
    ("names", "wanted", "found"),
    [
        (("a", "b", "c"), None, "c"),
        (("a", "Class", "c"), None, "Class"),
        (("y", "target", "c"), None, "target"),
        (("species", "b", "c"), None, "species"),
        (("a", "b", "target"), "b", "b"),
        (("Age", "b"), "age", "Age"),
    ],
)
def test_the_target_is_the_wanted_one_or_a_usual_name_or_the_last(
    names: tuple[str, ...], wanted: str | None, found: str
) -> None:
    assert choose_target(table(*names), wanted) == found


def test_a_misspelt_target_gets_a_suggestion() -> None:
    with pytest.raises(DataError, match=r'no column "speceis"; did you mean species\?'):
        choose_target(table("a", "species"), "speceis")


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["a", "b"] * 5, "classification"),
        (["yes", "no"] * 5, "classification"),
        ([0, 1] * 10, "classification"),
        ([0, 1] * 9, "regression"),
        ([0, 1, 2] * 10, "classification"),
        ([0, 1] * 9 + [2], "regression"),
        (list(range(20)) * 10, "classification"),
        (list(range(21)) * 10, "regression"),
        ([0.5, 1.5] * 50, "regression"),
        (["007", "010"] * 5, "classification"),
    ],
)
def test_whole_numbers_are_classes_where_few_of_them_come_often(values: list[object], task: str) -> None:
    column = from_objects("y", values)
    assert infer_task(column) == task


def test_classes_are_in_order_and_named_as_written() -> None:
    assert read_target(from_objects("y", [10, 9, 10, 2] * 10), None, "t").class_names == ("2", "9", "10")
    assert read_target(from_objects("y", ["b", "a", "b"]), None, "t").class_names == ("a", "b")
    assert read_target(from_objects("y", ["Yes", "No", "Yes"]), None, "t").class_names == ("No", "Yes")
    target = read_target(from_objects("y", [1.5, 0.5, 1.5]), "classification", "t")
    assert target.class_names == ("0.5", "1.5")
    assert target.values.tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("values", "task", "message"),
    [
        (["x"] * 5, None, 'has the single class "x"; two are needed'),
        (["a", "b", "c", "d"], None, "4 classes in 4 rows; choose another --target$"),
        ([1, 2, 3, 4], "classification", "4 classes in 4 rows; choose another --target, or --task regression"),
        (["a", "b"], "regression", "is text; regression needs numbers"),
        ([5, 5, 5], "regression", "is 5 in every row; there is nothing to learn"),
    ],
)
def test_a_target_that_cannot_be_learned_is_refused(values: list[object], task: str | None, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_target(from_objects("y", values), task, "t.csv")


def test_another_tables_classes_are_matched_by_name() -> None:
    assert class_numbers(from_objects("y", [2, 1]), ("1", "2")).tolist() == [1, 0]
    assert class_numbers(from_objects("y", ["YES", "no"]), ("No", "Yes")).tolist() == [1, 0]
    rows, numbers, notices = known_rows(from_objects("y", ["a", "c", "b", "c"]), ("a", "b"), "t.csv")
    assert (rows.tolist(), numbers.tolist()) == ([0, 2], [0, 1])
    assert notices == ['2 rows with class "c", which training did not see, left out of the score']
    with pytest.raises(DataError, match=r't\.csv: target "y" holds class "c", which training did not see; known: a, b'):
        known_rows(from_objects("y", ["c"]), ("a", "b"), "t.csv")


@pytest.mark.parametrize("task", [None, "regression"])
def test_a_target_of_numbers_with_a_unit_is_told_what_to_write(task: str | None) -> None:
    column = Column("price", "text", np.array([f"{n} kg" for n in range(1, 30)], object))
    with pytest.raises(DataError, match=r'write "[0-9]+ kg" as [0-9]+'):
        read_target(column, task, "t.csv")


def test_a_text_among_numbers_is_named_as_the_reason_for_too_many_classes() -> None:
    values = np.array(["lh", *(f"{number}.5" for number in range(20))], object)
    with pytest.raises(DataError, match=r'21 classes in 21 rows.*"lh" is none'):
        read_target(Column("y", "text", values), None, "t.csv")


def test_an_unknown_word_in_a_test_file_of_two_words_is_left_out_of_the_score(tmp_path: Path) -> None:
    rows = [f"{number},{number % 3},{'yes' if number % 2 else 'no'}" for number in range(40)]
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    train.write_text("\n".join(["a,b,y", *rows]))
    test.write_text("\n".join(["a,b,y", "1,2,maybe", "3,0,yes", "4,1,no"]))
    dataset = load_dataset(train, "y", test_file=test)
    assert len(dataset.test) == 2
    assert any('1 row with class "maybe"' in notice for notice in dataset.notices)
