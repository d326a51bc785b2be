"""Datasets: the parts, what is fitted on the training rows alone, the target's units, and what the user is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuitrain.data.dataset import Dataset, build_dataset
from tuitrain.data.loading import load_dataset, load_tables
from tuitrain.data.table import Column, Table
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def arrays(rows: int = 100, classes: int = 3) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    return rng().normal(size=(rows, 4)), np.arange(rows) % classes


def written(folder: Path, text: str, name: str = "t.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_parts_are_ready_for_the_engine() -> None:
    dataset = load_dataset("iris")
    for part, size in ((dataset.train, 106), (dataset.validation, 22), (dataset.test, 22)):
        assert part.X.shape == (size, 4)
        assert part.X.dtype == np.float32
        assert part.X.flags.c_contiguous
        assert part.y.shape == (size,)
        assert part.y.dtype == np.int64
        assert part.rows.dtype == np.int64
    assert (dataset.task, dataset.n_outputs, dataset.n_classes, dataset.n_features) == ("classification", 3, 3, 4)
    assert dataset.class_names == ("setosa", "versicolor", "virginica")
    assert dataset.n_rows == 150


def test_a_regression_target_is_standardised_by_the_training_rows_and_goes_back() -> None:
    dataset = load_dataset("diabetes")
    own = load_tables("diabetes")[0].column("progression").values
    assert dataset.train.y.shape == (len(dataset.train), 1)
    assert dataset.train.y.dtype == np.float32
    assert dataset.target_mean == pytest.approx(own[dataset.train.rows].mean())
    assert dataset.target_scale == pytest.approx(own[dataset.train.rows].std())
    for part in (dataset.train, dataset.validation, dataset.test):
        np.testing.assert_allclose(dataset.own_units(part.y[:, 0]), own[part.rows], rtol=1e-5)


def test_the_preprocessing_sees_the_training_rows_alone() -> None:
    X, y = arrays()
    first = Dataset.from_arrays(X, y)
    changed = X.copy()
    changed[first.test.rows] = 1e6
    changed[first.validation.rows] = np.nan
    second = Dataset.from_arrays(changed, y)
    assert second.preprocessing == first.preprocessing
    assert second.train.X.tobytes() == first.train.X.tobytes()


def test_a_column_without_variety_in_the_training_rows_is_left_out() -> None:
    X, y = arrays()
    trained = Dataset.from_arrays(X, y).train.rows
    X[:, 1], X[:, 2] = 1e6, 1e6
    X[trained, 1], X[trained, 2] = 0, np.nan
    dataset = Dataset.from_arrays(X, y)
    assert dataset.feature_names == ("x1", "x4")
    assert dataset.notices == (
        'column "x2" is left out: always 0',
        'column "x3" is left out: no values in the training rows',
    )
    assert np.abs(dataset.test.X).max() < 10


def test_the_same_seed_gives_the_same_fingerprint() -> None:
    X, y = arrays()
    first = Dataset.from_arrays(X, y, seed=1)
    assert first.fingerprint == Dataset.from_arrays(X, y, seed=1).fingerprint
    assert first.fingerprint != Dataset.from_arrays(X, y, seed=2).fingerprint
    assert first.fingerprint != Dataset.from_arrays(X, y, seed=1, scale="minmax").fingerprint


@pytest.mark.parametrize(
    ("X", "y", "task", "outputs"),
    [
        (np.zeros((40, 2)) + np.arange(40)[:, None], np.arange(40) % 2, "classification", 2),
        (np.arange(40), np.arange(40) / 3, "regression", 1),
        (np.arange(80).reshape(40, 2), ["a", "b"] * 20, "classification", 2),
        (np.arange(80).reshape(40, 2), np.arange(40) % 2 == 0, "classification", 2),
        (np.arange(80.0).reshape(40, 2).tolist(), np.arange(40.0)[:, None].tolist(), "regression", 1),
    ],
)
def test_arrays_of_usual_forms_make_a_dataset(X: Any, y: Any, task: str, outputs: int) -> None:
    dataset = Dataset.from_arrays(X, y)
    assert (dataset.task, dataset.n_outputs) == (task, outputs)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        ([], [], r"X has shape \(0,\); expected rows by columns"),
        (3, 4, r"X has shape \(\); expected rows by columns"),
        ([["a", "b"]] * 4, [0, 1, 0, 1], "X has dtype <U1; expected numbers"),
        ([[1, 2], [3]], [0, 1], "rows of different lengths"),
        (np.zeros((5, 2)), np.zeros(4), r"y has shape \(4,\); expected \(5,\)"),
        (np.ones((50, 2)), np.arange(50), 'no column is left to learn from besides the target "y": columns "x1", "x2"'),
        (np.arange(4).reshape(2, 2), [1, 2], "found 2 rows with a target; at least 3 are needed"),
        (np.arange(50), np.zeros(50, int), 'target "y" has the single class "0"'),
    ],
)
def test_arrays_that_do_not_fit_are_refused(X: Any, y: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        Dataset.from_arrays(X, y)


def test_images_are_flattened_and_divided_by_the_largest_pixel() -> None:
    for dtype, largest in ((np.uint8, 255), (np.uint16, 65535), (np.int64, 255)):
        images = rng().integers(0, largest, (50, 4, 4)).astype(dtype)
        images[:, 0, 0] = 0
        dataset = Dataset.from_arrays(images, np.arange(50) % 2)
        expected = images.reshape(50, 16)[dataset.train.rows] / largest
        np.testing.assert_allclose(dataset.train.X, expected, rtol=1e-6)


def test_rows_keep_their_numbers_where_some_have_no_target() -> None:
    X, y = arrays(60)
    target = np.where(np.arange(60) % 4 == 0, np.nan, y.astype(float))
    dataset = Dataset.from_arrays(X, target)
    assert dataset.notices == ('15 rows without a value in target "y" left out',)
    together = np.concatenate([dataset.train.rows, dataset.validation.rows, dataset.test.rows])
    assert sorted(together.tolist()) == [row for row in range(60) if row % 4]
    np.testing.assert_array_equal(dataset.train.y, y[dataset.train.rows])


def test_rare_classes_are_told() -> None:
    def notices(labels: list[str], **shares: float) -> tuple[str, ...]:
        x = Column("x", "number", np.arange(float(len(labels))) ** 2)
        table = Table("t", (x, Column("y", "text", np.array(labels, object))))
        return build_dataset(table, DataOptions.from_mapping({"target": "y", **shares})).notices

    assert notices(["a", "b"] * 20 + ["c"]) == ('class "c": a single row, in the training part',)
    assert notices(["a", "b"] * 20 + ["c", "d"]) == ('classes "c", "d": a single row, in the training part',)
    untrained = ('class "c": no row in the training part',)
    assert notices(["a", "b"] * 20 + ["c"] * 2, validation=0.4, test=0.4) == untrained
    with pytest.raises(DataError, match="t: the training rows hold 1 of 2 classes; two are needed"):
        notices(["a"] * 40 + ["c"] * 2, validation=0.4, test=0.4)


@pytest.mark.parametrize(
    ("header", "values", "told"),
    [
        (
            "a,y,z",
            "{n},{n2},1.{n}",
            'predicting "y", a number (guessed: its name is a usual one',
        ),
        (
            "a,b,z",
            "{n},{n2},r{half}",
            'predicting "z", 2 classes (guessed: it is the last column',
        ),
    ],
)
def test_a_guessed_target_is_told_with_its_reason(tmp_path: Path, header: str, values: str, told: str) -> None:
    rows = "".join(values.format(n=n, n2=n * n, half=n % 2) + "\n" for n in range(40))
    path = written(tmp_path, f"{header}\n{rows}")
    assert load_dataset(path).notices[0] == f"{told}; --target names another)"
    assert not any("predicting" in notice for notice in load_dataset(path, target="a").notices)
    assert not any("predicting" in notice for notice in load_dataset("iris").notices)
    assert "predicting" in load_dataset("iris", drop=["species"]).notices[0]


def test_parts_may_be_empty() -> None:
    dataset = load_dataset("iris", validation=0, test=0)
    assert (len(dataset.train), len(dataset.validation), len(dataset.test)) == (150, 0, 0)
    assert dataset.test.X.shape == (0, 4)


def test_columns_are_dropped_and_the_target_is_chosen_among_the_rest() -> None:
    dataset = load_dataset("iris", drop=["species", "Sepal Length cm"])
    assert dataset.target_name == "petal width cm"
    assert dataset.feature_names == ("sepal width cm", "petal length cm")
    with pytest.raises(DataError, match='"species" is both the target and dropped; choose one'):
        load_dataset("iris", "species", drop=["species"])
    with pytest.raises(DataError, match='there is no column "specis"; did you mean species'):
        load_dataset("iris", drop=["specis"])


def test_a_test_file_is_the_test_part(tmp_path: Path) -> None:
    train = written(
        tmp_path, "a,c,y\n" + "".join(f"{n * n},{'rb'[n % 2]},{('No', 'Yes')[n // 2 % 2]}\n" for n in range(40))
    )
    test = written(tmp_path, "y,a,c,z\nyes,3,r,1\nNO,4,p,1\n,5,b,1\n", "other.csv")
    dataset = load_dataset(train, test_file=test, target="y")
    assert (len(dataset.train), len(dataset.validation), len(dataset.test)) == (34, 6, 2)
    assert dataset.test.y.tolist() == [1, 0]
    assert dataset.test.X[:, 1:].tolist() == [[0, 1], [0, 0]]
    assert dataset.notices == (
        'other.csv: 1 row without a value in target "y" left out',
        'other.csv: column "z" not used by the model',
        'other.csv: column "c": 1 value not seen in training (such as "p"): taken as none of its values',
    )


def test_a_test_file_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    train = written(tmp_path, "a,y\n" + "".join(f"{n},{'uv'[n % 2]}\n" for n in range(40)))
    with pytest.raises(DataError, match=r'o\.csv: target "y" holds class "w", which training did not see; known: u, v'):
        load_dataset(train, test_file=written(tmp_path, "a,y\n1,w\n2,w\n", "o.csv"))
    with pytest.raises(DataError, match=r'p\.csv: there is no column "y"'):
        load_dataset(train, test_file=written(tmp_path, "a,b\n1,2\n2,3\n", "p.csv"))
    with pytest.raises(DataError, match=r'q\.csv: column "a" is missing'):
        load_dataset(train, test_file=written(tmp_path, "b,y\n1,u\n2,v\n", "q.csv"))


def test_huge_target_values_of_later_rows_stay_finite() -> None:
    X, _ = arrays()
    rows = Dataset.from_arrays(X, np.arange(100.0)).test.rows
    y = np.arange(100.0)
    y[rows] = 1e300
    assert np.isfinite(Dataset.from_arrays(X, y).test.y).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scale": "robust"}, 'scale "robust": allowed: standard, minmax, none'),
        ({"task": "regresion"}, 'task "regresion": did you mean regression'),
        ({"validation": 0.6, "test": 0.4}, "leave nothing to train on"),
        ({"split_seed": -1}, "split seed: -1 is not at least 0"),
        ({"task": "regression"}, 'target "species" is text; regression needs numbers'),
    ],
)
def test_options_out_of_range_are_refused(options: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        load_dataset("iris", **options)


def test_a_table_of_one_column_says_how_columns_are_split(tmp_path: Path) -> None:
    with pytest.raises(DataError, match='found a single column, "a"; expected at least two, split by comma'):
        load_dataset(written(tmp_path, "a\n1\n2\n3\n"))


def test_a_part_that_gets_no_row_is_told() -> None:
    dataset = Dataset.from_arrays(np.arange(6.0).reshape(3, 2), [1.0, 2.0, 4.0])
    assert (
        "no row is left for validation (0.15 of 3 rows); training keeps its last epoch, not its best" in dataset.notices
    )
    assert not Dataset.from_arrays(np.arange(6.0).reshape(3, 2), [1.0, 2.0, 4.0], validation=0, test=0).notices


def test_a_column_that_counts_the_rows_is_told_and_kept(tmp_path: Path) -> None:
    lines = [f"{100 + i},{i % 7},{'ab'[i % 2]}" for i in range(40)]
    (tmp_path / "t.csv").write_text("\n".join(["id,x,y", *lines]))
    data = load_dataset(tmp_path / "t.csv")
    assert 'column "id" counts the rows; to leave it out: --drop "id"' in data.notices
    assert "id" in data.feature_names
    assert not any("counts" in notice for notice in load_dataset("iris").notices)


def test_a_number_that_is_missing_at_prediction_alone_is_told(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("\n".join(["x,y", *(f"{i % 9},{'ab'[i % 2]}" for i in range(40))]))
    (tmp_path / "new.csv").write_text("x,z\n,1\n3,2\n")
    data = load_dataset(tmp_path / "t.csv")
    (told,) = [text for text in data.preprocessing.notices(load_tables(str(tmp_path / "new.csv"))[0]) if '"x"' in text]
    assert told.startswith('column "x": 1 missing value, which training did not have: taken as its median, ')
