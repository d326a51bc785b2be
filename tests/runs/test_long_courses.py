"""Courses of very many epochs: their memory, their files, and the curves that are drawn of them."""

from __future__ import annotations

import io
import math
import tracemalloc
from array import array
from pathlib import Path

import numpy as np
import pytest

from tuitrain.errors import RunError
from tuitrain.runs.epochs_csv import write_epochs
from tuitrain.runs.history import History
from tuitrain.runs.layer_rows import APART, WHOLE, LayerRows
from tuitrain.runs.metrics_file import epoch_lines, read_epochs
from tuitrain.runs.metrics_reading import is_cut_short, read_blocks, read_history
from tuitrain.runs.run import METRICS
from tuitrain.ui.plots.thinning import STRETCHES, thinned
from tuitrain.ui.runs.found import _curves


def course(epochs: int, layers: int = 2) -> History:
    """Return a history of random numbers, some of them not finite."""
    numbers = np.random.default_rng(0)
    names = (
        "train_loss",
        "validation_loss",
        "validation_metric",
        "watched_metric",
        "learning_rate",
        "gradient_norm",
        "seconds",
    )
    columns = {name: numbers.lognormal(0, 5, epochs) for name in names}
    columns["validation_loss"][[1, 5]] = math.nan, math.inf
    columns["seconds"] = np.arange(epochs) / 7
    rows = {name: numbers.lognormal(0, 9, (epochs, layers)) for name in History.LAYER_COLUMNS}
    rows["idle_share"][:, -1] = math.nan
    history = History(layers)
    for epoch in range(epochs):
        history.append(
            {"epoch": epoch + 1, **{name: columns[name][epoch] for name in names}},
            {name: rows[name][epoch] for name in rows},
        )
    for name in names:
        np.testing.assert_array_equal(history.column(name), columns[name])
    for name, expected in rows.items():
        np.testing.assert_array_equal(history.layers(name), expected)
    return history


def write(path: Path, history: History, *, first: int = 0) -> None:
    steps = [3 * epoch for epoch in range(first + 1, history.length + 1)]
    with path.open("ab") as file:
        file.writelines(epoch_lines(history, steps, first, part="validation", metric="accuracy", watched="f1"))


def test_a_file_is_read_in_blocks_as_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuitrain.runs.metrics_reading.BLOCK", 5000)
    history = course(300)
    write(tmp_path / METRICS, history)
    found, steps = read_history(tmp_path / METRICS, 2, metric="accuracy", watched="f1")
    for name in History.COLUMNS:
        np.testing.assert_array_equal(found.column(name), history.column(name), err_msg=name)
    for name in History.LAYER_COLUMNS:
        np.testing.assert_array_equal(found.layers(name), history.layers(name), err_msg=name)
    assert steps == array("q", [epoch["step"] for epoch in read_epochs(tmp_path / METRICS)[0]])
    assert len(list(read_blocks(tmp_path / METRICS))) > 10
    assert read_history(tmp_path / METRICS, 2, metric="accuracy", watched="loss", most=33)[0].length == 33


def test_lines_of_other_writers_are_read_and_wrong_ones_told(tmp_path: Path) -> None:
    path = tmp_path / METRICS
    path.write_text('{"step": 4, "epoch": 1, "train_loss": 0.5, "validation_accuracy": 1}\n{"epoch":2,"step":8}\n{"ep')
    assert is_cut_short(path)
    history, steps = read_history(path, 2, metric="accuracy", watched="f1")
    assert steps.tolist() == [4, 8]
    assert history.column("train_loss").tolist()[0] == 0.5 and math.isnan(history.column("train_loss")[1])
    path.write_text('{"epoch":1,"step":8}\n{"epoch":3,"step":9}\n')
    with pytest.raises(RunError, match="line 2: epoch 3, not 2"):
        read_history(path, 2, metric="accuracy", watched="f1")
    write_to = tmp_path / "three layers"
    write(write_to, course(3 + 5, layers=3))
    with pytest.raises(RunError, match="epoch 1"):
        read_history(write_to, 2, metric="accuracy", watched="f1")


def test_a_file_that_grows_is_only_read_from_where_it_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history, part = course(40), course(25)
    write(tmp_path / METRICS, part)
    first = _curves(tmp_path, None)
    read: list[int] = []

    def counting(path: Path, *, offset: int, first: int, with_layers: bool) -> object:
        read.append(offset)
        return read_blocks(path, offset=offset, first=first, with_layers=with_layers)

    monkeypatch.setattr("tuitrain.ui.runs.found.read_blocks", counting)
    write(tmp_path / METRICS, history, first=25)
    second = _curves(tmp_path, first)
    assert read == [first.offset] and second.length == 40
    expected = [epoch["validation_accuracy"] for epoch in read_epochs(tmp_path / METRICS)[0]]
    assert second.columns["validation_accuracy"].tolist() == expected
    assert second.at(40, "validation_accuracy") == expected[39] and second.at(41, "validation_accuracy") is None
    (tmp_path / METRICS).unlink()  # another training in its place
    write(tmp_path / METRICS, history)
    again = _curves(tmp_path, second).columns["validation_accuracy"]
    assert again.tolist() == history.column("validation_metric").tolist()
    assert read[-1] == 0


def test_epochs_are_written_as_csv_with_every_digit(tmp_path: Path) -> None:
    write(tmp_path / METRICS, course(8))
    text = io.StringIO(newline="")
    assert write_epochs(tmp_path, text) == 8
    head, *lines = [line.split(",") for line in text.getvalue().splitlines()]
    for line, epoch in zip(lines, read_epochs(tmp_path / METRICS)[0], strict=True):
        for name, value in zip(head, line, strict=True):
            assert value == "" if epoch[name] != epoch[name] else float(value) == epoch[name]


def test_the_rows_of_layers_are_whole_for_the_newest_epochs_and_now_and_then_before() -> None:
    epochs = 5 * WHOLE // 2
    expected = np.arange(2 * epochs * 3, dtype=float).reshape(2, epochs, 3)
    rows, bulk = LayerRows(2, 3), LayerRows(2, 3)
    for epoch in range(epochs):
        rows.append(expected[:, epoch])
    bulk.extend(expected[:, :1000])
    bulk.extend(expected[:, 1000:])
    for found in (rows, bulk, rows.copied(epochs)):
        np.testing.assert_array_equal(found.read(1, epochs - WHOLE, epochs), expected[1, epochs - WHOLE :])
        seen = found.read(0, 0, epochs)
        assert seen.shape == (epochs, 3)
        np.testing.assert_array_equal(seen[:WHOLE], np.repeat(expected[0, :WHOLE:APART], APART, axis=0))
    copy = rows.copied(100)
    copy.append(np.full((2, 3), -1.0))
    np.testing.assert_array_equal(copy.read(0, 99, 101), [expected[0, 64], [-1, -1, -1]])
    np.testing.assert_array_equal(rows.read(0, 99, 101), [expected[0, 64]] * 2)


def test_a_course_takes_little_more_than_its_columns() -> None:
    tracemalloc.start()
    try:
        history = History(2)
        count, columns = 200_000, {name: np.ones(200_000) for name in ("train_loss", "validation_loss")}
        before = tracemalloc.get_traced_memory()[0]
        history.extend(count, columns, {"gradient_norm": np.ones((count, 2))})
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 2 * 8 * 2**18 + 3e6  # two columns with room for 2**18, and the layers' newest rows


def test_no_extreme_of_a_long_curve_is_hidden() -> None:
    epochs = 40 * STRETCHES + 7
    x, y = np.arange(1.0, epochs + 1), np.random.default_rng(1).normal(size=epochs)
    y[12_345], y[222_222], y[77_777] = 50.0, -60.0, np.nan
    places, low_and_high = thinned(x, y)
    assert places.size == low_and_high.size < 3 * STRETCHES and (np.diff(places) >= 0).all()
    for at, value in ((12_345, 50.0), (222_222, -60.0)):
        where = low_and_high.tolist().index(value)
        assert 0 <= places[where] - x[at] < epochs / STRETCHES
    assert (low_and_high[0], places[0], places[-1]) == (y[0], 1.0, epochs)
    np.testing.assert_array_equal(thinned(x[:100], y[:100])[1], y[:100])  # a short one stays as it is
