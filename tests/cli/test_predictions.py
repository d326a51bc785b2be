"""How predictions reach a file, standard output and the line of progress, and what is left when that fails."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuitrain.cli.predictions import write_predictions
from tuitrain.cli.progress import PredictionLine, prediction_bar
from tuitrain.errors import DataError
from tuitrain.runs.predict_stream import Predictions, Rows


def predictions(failure: BaseException | None = None) -> Predictions:
    """Three rows in two blocks; then the failure."""

    def blocks() -> Iterator[Rows]:
        yield []
        yield [["a", 1.5], ["b,c", 2.5]]
        yield [["d", 3.5]]
        if failure is not None:
            raise failure

    return Predictions(["id", "prediction"], blocks(), lambda: ["something odd"], lambda: 0.5)


def test_blocks_make_one_table_and_notices_come_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = 'id,prediction\na,1.5\n"b,c",2.5\nd,3.5\n'
    assert write_predictions(predictions(), tmp_path / "out.csv") == 0
    assert (tmp_path / "out.csv").read_text() == expected
    assert capsys.readouterr().err.splitlines()[0] == "note: something odd"
    assert write_predictions(predictions(), None) == 0
    assert capsys.readouterr().out == expected


def test_an_error_leaves_no_file_and_says_how_many_rows_standard_output_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out.csv").write_text("before")
    with pytest.raises(DataError, match=r"^t.csv, line 5: odd$"):
        write_predictions(predictions(DataError("t.csv, line 5: odd")), tmp_path / "out.csv")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"out.csv": "before"}
    with pytest.raises(
        DataError, match=r"^t.csv, line 5: odd\nstandard output has the predictions of the first 3 rows$"
    ):
        write_predictions(predictions(DataError("t.csv, line 5: odd")), None)
    assert capsys.readouterr().out.count("\n") == 4


def test_control_c_ends_with_one_line_and_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert write_predictions(predictions(KeyboardInterrupt()), tmp_path / "out.csv") == 130
    told = capsys.readouterr().err
    assert told == f"tuitrain: stopped after 3 predictions, and {tmp_path / 'out.csv'} is not written\n"
    assert not list(tmp_path.iterdir())


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_fills_with_the_share_of_the_file_that_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    bar = "█" * 6 + "░" * 16
    assert prediction_bar(20_000, 0.25, 2.0, 60) == bar + "  25%  20,000 rows  10k/s  0:06 left"
    assert prediction_bar(20_000, None, 2.0, 60) == "20,000 rows  10k/s"
    for width in (12, 30, 80, 200):
        assert len(prediction_bar(123_456_789, 0.5, 2.0, width)) < width
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    terminal, file = _Terminal(), io.StringIO()
    lines = [PredictionLine(terminal, 60), PredictionLine(file, 60), PredictionLine(None, 60)]
    for second in (0.1, 1.0, 1.01):
        now[0] = second
        for line in lines:
            line.show(100, 0.5)
    for line in lines:
        line.clear()
        line.clear()
    assert terminal.getvalue().count("100 rows") == 1
    assert terminal.getvalue().endswith("\r\x1b[K")
    assert terminal.getvalue().count("\x1b[K") == 2
    assert file.getvalue() == ""
