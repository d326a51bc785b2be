"""Columns that alone give the target away are told, in whatever form; strong honest ones are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tuitrain.data.cells.objects import from_objects
from tuitrain.data.dataset import build_dataset
from tuitrain.data.loading import load_dataset
from tuitrain.data.table import Column, Table
from tuitrain.data.traps.scores import class_score, coded, number_score
from tuitrain.data.traps.trap import Trap
from tuitrain.options.data_options import DataOptions

N = 600
rng = np.random.default_rng(5)
X = rng.normal(size=(4, N))
NOISE = {f"x{number}": values for number, values in enumerate(X, 1)}
CLASSES = np.array(["a", "b", "c"], object)[np.digitize(X[0] + rng.normal(0, 0.7, N), [-0.5, 0.5])]
LEFT = (X[1] + rng.normal(0, 1, N) > 1.2).astype(int)
WAGE = np.exp(X[2] + rng.normal(0, 0.6, N)) * 30


def leaks(target: Any, **columns: Any) -> tuple[str, ...]:
    """Return the names of the columns that are told to give the target away, beside columns that do not."""
    made = [from_objects(name, values) for name, values in {**NOISE, **columns, "goal": target}.items()]
    dataset = build_dataset(Table("t", tuple(made)), DataOptions(target="goal"))
    found = [notice for notice in dataset.notices if isinstance(notice, Trap) and notice.kind == "leak"]
    return found[0].columns if found else ()


def some_wrong(values: Any, count: int) -> Any:
    """Return the values with so many of them, far apart, replaced by those of the next row."""
    changed = np.array(values)
    places = np.arange(0, N, N // count)[:count]
    changed[places] = np.roll(changed, 1)[places]
    return changed


@pytest.mark.parametrize(
    ("target", "column"),
    [
        (LEFT, np.where(LEFT == 1, "no", "yes")),
        (LEFT, np.where(LEFT == 1, 3, rng.choice([1, 2, 4], N))),
        (LEFT, np.where(LEFT == 1, 5.0, 0) + rng.uniform(0, 4, N)),
        (LEFT, np.where(LEFT == 1, 700.0, np.nan)),
        (LEFT, [None if left else f"contract {row % 7}" for row, left in enumerate(LEFT)]),
        (CLASSES, np.char.upper(CLASSES.astype(str))),
        (CLASSES, np.select([CLASSES == "a", CLASSES == "b"], [2.0, 3.0], 1.0) + rng.uniform(0, 0.9, N)),
        (CLASSES, some_wrong(np.select([CLASSES == "a", CLASSES == "b"], [20, 30], 10), 2)),
        (WAGE, np.log(WAGE)),
        (WAGE, 1 / WAGE),
        (WAGE, WAGE * 12 + 5),
        (WAGE, -np.sqrt(WAGE) + rng.normal(0, 0.01, N)),
        (WAGE, [f"band {band}" for band in np.searchsorted(np.sort(WAGE)[::20], WAGE, "right")]),
    ],
)
def test_the_target_in_another_form_is_told(target: Any, column: Any) -> None:
    assert leaks(target, twin=column) == ("twin",)


@pytest.mark.parametrize(
    ("target", "column"),
    [
        (LEFT, some_wrong(LEFT, 60)),  # right in about 90 %
        (CLASSES, some_wrong(np.char.upper(CLASSES.astype(str)), 60)),
        (WAGE, np.log(WAGE) + rng.normal(0, 0.2, N)),
        (WAGE, np.round(np.log(WAGE))),
        (LEFT, [f"row {row}" for row in range(N)]),
        ((np.arange(N) % 250 == 7).astype(int), rng.normal(size=N)),  # 99.5 % are of one class
        (np.where(np.arange(N) < 3, "rare", "usual"), rng.integers(0, 5, N)),
        (LEFT, np.arange(N)),
    ],
)
def test_a_column_that_tells_a_lot_or_little_is_not(target: Any, column: Any) -> None:
    assert leaks(target, strong=column) == ()


def test_the_notice_names_scores_and_how_to_leave_it_out() -> None:
    made = [from_objects(name, values) for name, values in {**NOISE, "log": np.log(WAGE), "wage": WAGE}.items()]
    (told,) = [n for n in build_dataset(Table("t", tuple(made)), DataOptions(target="wage")).notices if "log" in n]
    assert told.startswith('column "log" alone gives target "wage" away (R² 1.000; the best of the others, "x3": R² 0.')
    assert told.endswith('--drop "log"')


def test_a_single_input_is_no_leak() -> None:
    columns = (from_objects("x", X[0]), from_objects("goal", X[0] * 2))
    assert not [n for n in build_dataset(Table("t", columns), DataOptions(target="goal")).notices if "away" in n]


@pytest.mark.parametrize("seed", range(5))
def test_a_few_rows_prove_nothing(seed: int) -> None:
    some = np.random.default_rng(seed)
    columns = [from_objects(f"x{n}", some.normal(size=24)) for n in range(40)]
    target = from_objects("goal", ["a"] * 22 + ["b"] * 2)
    told = build_dataset(Table("t", (*columns, target)), DataOptions(target="goal")).notices
    assert not [n for n in told if "away" in n]


def test_a_leak_among_hundreds_of_columns_is_found_and_alone() -> None:
    wide = {f"w{n}": rng.normal(size=N) for n in range(300)}
    assert leaks(WAGE, **wide, twin=np.log(WAGE)) == ("twin",)
    assert leaks(CLASSES, **wide, twin=np.select([CLASSES == "a", CLASSES == "b"], [7, 2], 4)) == ("twin",)
    assert leaks(LEFT, **wide, twin=LEFT + rng.uniform(0, 0.9, N)) == ("twin",)
    assert leaks(LEFT, **wide) == ()


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "digits", "diabetes", "mixed", "moons", "plane"])
def test_the_bundled_datasets_have_no_leak(name: str) -> None:
    assert not [notice for notice in load_dataset(name).notices if "away" in notice]


def by_hand(classes: Any, column: Any) -> float:
    """Count the rows whose class is the most frequent one of the other rows with the same value, one by one."""
    right = 0
    for row, (own, value) in enumerate(zip(classes, column, strict=True)):
        others = [c for i, (c, v) in enumerate(zip(classes, column, strict=True)) if v == value and i != row]
        counts = sorted(((others.count(c), c) for c in set(others)), reverse=True)
        is_single = len(counts) == 1 or (len(counts) > 1 and counts[0][0] > counts[1][0])
        right += bool(counts) and is_single and counts[0][1] == own
    return right / len(classes)


def test_the_accuracy_is_that_of_counting_by_hand() -> None:
    levels = rng.choice(["p", "q", "r"], 90)
    classes = np.where(rng.random(90) < 0.97, np.select([levels == "p", levels == "q"], [0, 1], 2), 1)
    found = class_score(Column("c", "text", levels.astype(object)), classes)
    assert found.figure == pytest.approx(by_hand(classes.tolist(), levels.tolist()))


def test_rows_of_small_levels_are_judged_by_the_others_alone() -> None:
    levels = np.repeat([f"level {n}" for n in range(30)], 3)
    classes = rng.integers(0, 2, 90)
    base = max(classes.mean(), 1 - classes.mean())
    found = class_score(Column("c", "text", levels.astype(object)), classes)
    expected = max(base, by_hand(classes.tolist(), levels.tolist()))
    assert found.measure == "AUC" or found.figure == pytest.approx(expected)
    labels = np.select([classes == 0, rng.random(90) < 0.5], [0, 1], 2)  # of three classes, there is no area
    base = np.bincount(labels).max() / 90
    found = class_score(Column("c", "text", levels.astype(object)), labels)
    assert found.figure == pytest.approx(max(base, by_hand(labels.tolist(), levels.tolist())))


def test_the_area_is_the_share_of_pairs_in_order() -> None:
    y = (rng.random(80) < 0.4).astype(int)
    x = np.round(y + rng.normal(0, 0.4, 80), 1)
    pairs = [(a > b) + (a == b) / 2 for a in x[y == 1] for b in x[y == 0]]
    found = class_score(from_objects("x", x), y)
    assert found.measure == "AUC"
    assert found.value == pytest.approx(np.mean(pairs))


def test_a_straight_line_is_predicted_from_the_rows_beside() -> None:
    x = np.sort(rng.uniform(size=50))
    assert number_score(from_objects("x", x), 3 * x).value > 0.999
    assert number_score(from_objects("x", rng.permutation(x)), 3 * x).value < 0.5


def test_missing_cells_are_one_value() -> None:
    codes, values = coded(from_objects("x", np.array([2.0, np.nan, 1.0, np.nan, 2.0])))
    assert codes.tolist() == [1, 2, 0, 2, 1]
    assert values is not None
    assert len(values) == 3
    is_text: Callable[[], Any] = lambda: coded(Column("t", "text", np.array(["v", None, "v"], object)))  # noqa: E731
    assert is_text()[0].tolist() == [0, 1, 0]
