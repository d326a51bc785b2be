"""What the command line says while a table is read: nothing at once or into a pipe, a bar on a terminal, one line."""

from __future__ import annotations

import io
import os
import signal

import click
import pytest

from tuitrain import cli
from tuitrain.cli.reading import ReadingLine, told_while_read


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def written(stream: io.StringIO, moments: list[tuple[float, int, int]]) -> str:
    clock = Clock()
    line = ReadingLine("big.csv", stream, 80, clock=clock)
    for clock.now, done, total in moments:
        line(done, total)
    line.clear()
    return stream.getvalue()


def test_a_bar_appears_after_a_second_and_is_taken_away() -> None:
    text = written(Terminal(), [(0.1, 10, 400), (0.9, 100, 400), (1.1, 200, 400), (1.12, 210, 400), (1.5, 300, 400)])
    shown = text.replace("\x1b[K", "").split("\r")
    assert shown == [
        "",
        f"{'█' * 12}{'░' * 12} 50 %  reading big.csv",
        f"{'█' * 18}{'░' * 6} 75 %  reading big.csv",
        "",
    ]


def test_what_is_not_known_is_not_drawn() -> None:
    assert "%" not in written(Terminal(), [(2.0, 10, 0)])


@pytest.mark.parametrize(
    ("stream", "moments"), [(io.StringIO(), [(5.0, 1, 2)]), (Terminal(), [(0.5, 1, 2), (0.9, 2, 2)])]
)
def test_a_pipe_and_a_quick_reading_get_nothing(stream: io.StringIO, moments: list[tuple[float, int, int]]) -> None:
    assert written(stream, moments) == ""


def test_ctrl_c_ends_it_with_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    told = 0
    with pytest.raises(click.Abort), told_while_read("big.csv") as progress:
        for told in range(1000):
            progress(told, 1000)
            if told == 3:
                os.kill(os.getpid(), signal.SIGINT)
    assert told < 1000 - 1
    assert capsys.readouterr().err == "tuitrain: interrupted while reading big.csv\n"


def test_the_whole_command_ends_with_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_arguments: object, **_rest: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tuitrain.data.loading.load_tables", interrupted)
    monkeypatch.setattr("sys.argv", ["tuitrain", "train", "big.csv"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "tuitrain: interrupted while reading big.csv\n"
