"""A text file that is predicted while it is read: the rows and notices are those of the whole, in little memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.runs.messy_tables import Style
from tuitrain.data.dataset import Dataset
from tuitrain.data.loading import load_dataset, load_tables
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs import predict_stream
from tuitrain.runs.model import Model
from tuitrain.runs.model_input import notices_for_model, read_for_model
from tuitrain.runs.predict_stream import Kept
from tuitrain.session.train import train

HEAD, PIECE = 70_000, 6_000  # more than the characters by which a layout is found, and a small piece
Found = tuple[list[list[object]], list[str]]


def streamed(model: Model, path: Path, kept: Kept = Kept(), *, head: int = HEAD, **options: Any) -> Found:  # noqa: B008
    given = DataOptions.from_mapping(options)
    stream = predict_stream.predict_stream(model, str(path), given, kept, head_bytes=head, piece_bytes=PIECE)
    with stream as found:
        assert found is not None
        blocks = list(found.blocks)
        return [row for block in blocks for row in block], found.notices()


def from_whole(model: Model, path: Path, kept: Kept = Kept(), **options: Any) -> Found:  # noqa: B008
    table, _test = read_for_model(model, str(path), DataOptions.from_mapping(options), keeps_cells=kept != Kept())
    blocks = predict_stream.predict_table(model, table, kept).blocks
    return [row for block in blocks for row in block], notices_for_model(model, table)


def answer(find: Callable[[], Found]) -> Found | str:
    """What it finds, or why not."""
    try:
        return find()
    except DataError as error:
        return str(error)


@pytest.mark.parametrize(
    "seed", [*range(2), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 60))]
)  # fmt: skip
def test_a_messy_table_is_predicted_as_if_it_were_read_whole(tmp_path: Path, seed: int) -> None:
    style = Style.of(seed)
    small = style.write(tmp_path / "train", style.text(style.rows(300, is_new=False)))
    rows = style.rows(2500, is_new=True)
    large = style.write(tmp_path / "new", style.text(rows, is_large=True))
    target = style.names[-1] if style.has_header else f"column {len(style.names)}"
    model = train(load_dataset(str(small), target), Hyperparameters(epochs=1)).model
    head = HEAD * (2 if style.encoding == "utf-16" else 1)
    found = answer(lambda: streamed(model, large, head=head))
    assert found == answer(lambda: from_whole(model, large))
    if isinstance(found, str):
        return
    all_columns = Kept(all_columns=True)
    written = [[cell.strip() for cell in row] for row in rows]
    for kept in (streamed(model, large, all_columns, head=head)[0], from_whole(model, large, all_columns)[0]):
        assert [row[: len(style.names)] for row in kept] == written


@pytest.fixture
def linear(tmp_path: Path) -> Model:
    """A model of the columns a and b, both numbers from 0 to 99, and a town."""
    lines = [f"{n},{n * 37 % 100},{('Ulm', 'Bonn')[n % 2]},{n + 0.5}" for n in range(100)]
    (tmp_path / "train.csv").write_text("\n".join(["a,b,town,y", *lines]))
    return train(load_dataset(str(tmp_path / "train.csv"), "y"), Hyperparameters(epochs=2)).model


def numbers(count: int) -> str:
    return "a,b,town\n" + "".join(f"{n % 100},{n * 37 % 99 / 7:.6f},{('Ulm', 'Bonn')[n % 2]}\n" for n in range(count))


def test_blocks_give_the_bits_of_the_whole(linear: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predict_stream, "MOST_PASSES", 1)
    (tmp_path / "t.csv").write_text(numbers(7000))
    found = streamed(linear, tmp_path / "t.csv")[0]
    expected = linear.predict(load_tables(str(tmp_path / "t.csv"))[0])
    assert [row[0] for row in found] == expected.tolist()


@pytest.mark.parametrize(
    ("late", "line", "told"),
    [
        (b"1,2\n", 9001, "found 2 fields, expected 3"),
        (b"1,x,Ulm\n", 9001, 'column "b" holds "x"; expected a number'),
        (b'1,2,"two\nlines"\n1,2,3,4\n', 9003, "found 4 fields, expected 3"),
        (b'1,2,"never closed\n', 9001, "a quote is opened and never closed"),
        (b"1,2,K\xf6ln\n" * 2 + "1,2,Köln\n".encode() * 9, 9001, "(0xf6) is not UTF-8, as the rest is"),
        (b"1,2,\0\n", 9001, "found a zero byte"),
    ],
    ids=["ragged", "text", "quoted line end", "open quote", "encoding", "zero byte"],
)
def test_an_error_far_behind_the_head_names_its_line(
    linear: Model, tmp_path: Path, late: bytes, line: int, told: str
) -> None:
    (tmp_path / "t.csv").write_bytes(numbers(8999).encode() + late + b"1,2,Ulm\n" * 3000)
    with pytest.raises(DataError) as caught:
        streamed(linear, tmp_path / "t.csv")
    assert f"t.csv, line {line}: " in str(caught.value)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("encoding", "letters"), [("cp1252", "Köln, Zürich, Gießen"), ("cp949", "서울특별시 부산광역시")]
)
def test_an_encoding_shown_only_behind_the_head_is_found_and_told(
    linear: Model, tmp_path: Path, encoding: str, letters: str
) -> None:
    text = numbers(9000) + f'1,2,"{letters}"\n' * 5 + numbers(2000).partition("\n")[2]
    (tmp_path / "t.csv").write_bytes(text.encode(encoding))
    rows, told = streamed(linear, tmp_path / "t.csv", Kept("town"))
    assert [row[0] for row in rows[9000:9006]] == [letters] * 5 + ["Ulm"]
    expected = from_whole(linear, tmp_path / "t.csv")[1]
    assert told[0].split(":")[0] == expected[0].split(":")[0] != ""
    assert told[1:] == expected[1:]


def test_memory_does_not_grow_with_the_rows(
    linear: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(predict_stream, "MOST_PASSES", 1)
    peaks = []
    for count in (6000, 30_000):
        (tmp_path / "t.csv").write_text(numbers(count))
        stream = predict_stream.predict_stream(
            linear, str(tmp_path / "t.csv"), DataOptions(), Kept(all_columns=True), head_bytes=HEAD, piece_bytes=PIECE
        )  # fmt: skip
        tracemalloc.start()
        with stream as found:
            assert found is not None
            assert sum(len(block) for block in found.blocks) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


def test_a_last_column_without_header_and_values_is_left_out(linear: Model, tmp_path: Path) -> None:
    text = numbers(4000).replace("town\n", "town,\n").replace("Ulm\n", "Ulm,\n").replace("Bonn\n", "Bonn,\n")
    (tmp_path / "t.csv").write_text(text)
    rows, told = streamed(linear, tmp_path / "t.csv", Kept(all_columns=True))
    assert len(rows[0]) == 4
    assert any("1 last column without header and values left out" in notice for notice in told)
    (tmp_path / "t.csv").write_text(text + "1,2,Ulm,late\n")
    with pytest.raises(DataError, match='line 4002: found "late" in a column that has no header'):
        streamed(linear, tmp_path / "t.csv", Kept(all_columns=True))


def test_a_line_end_that_was_cut_in_half_is_no_part_of_a_cell(tmp_path: Path) -> None:
    lines = [f"{n % 100},{n * 37 % 99}" for n in range(200)]
    (tmp_path / "train.csv").write_text("\n".join(["a,y", *lines]))
    model = train(load_dataset(str(tmp_path / "train.csv"), "y"), Hyperparameters(epochs=1)).model
    (tmp_path / "t.csv").write_bytes("\r\n".join(["a,b", *lines]).encode() + b"\r")
    kept = Kept(all_columns=True)
    found = streamed(model, tmp_path / "t.csv", kept)
    assert found == from_whole(model, tmp_path / "t.csv", kept)
    assert [row[:2] for row in found[0]] == [line.split(",") for line in lines]


def test_what_must_be_read_whole_is(linear: Model, tmp_path: Path) -> None:
    X = np.arange(40.0)[:, None]
    of_arrays = train(Dataset.from_arrays(X, 2 * X[:, 0], task="regression"), Hyperparameters(epochs=1)).model
    (tmp_path / "t.csv").write_text(numbers(3))
    csv = str(tmp_path / "t.csv")
    whole = [
        (of_arrays, csv, {}),  # which knows no formats
        (linear, csv, {"types": ["a=text"]}),
        (linear, "iris", {}),
        (linear, str(tmp_path / "t.npy"), {}),
        (linear, str(tmp_path / "missing.csv"), {}),
    ]
    for model, source, options in whole:
        with predict_stream.predict_stream(model, source, DataOptions.from_mapping(options), Kept()) as found:
            assert found is None, source
