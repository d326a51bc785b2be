"""The whole program in a real pseudo-terminal: signals, resizing, poor terminals, and what is left behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from terminal import Terminal, launch

import tuitrain
from tuitrain.runs.run import BEST, read_run

LONG = ("moons", "--epochs", "1000000", "--patience", "0")
LEFT_ALTERNATE_SCREEN = b"\x1b[?1049l"


def test_a_hyperparameter_is_changed_while_training_and_the_model_is_saved(tmp_path: Path) -> None:
    model = tmp_path / "moons.safetensors"
    with launch(*LONG, "--validation", "0") as terminal:  # so that the last epoch is the one that is kept
        terminal.wait_for("hidden layers")
        terminal.press("space")
        terminal.wait_for("running")
        terminal.press(*"/learn", "enter")
        terminal.wait_for("size of a step")
        terminal.press("+")
        terminal.wait_for("0.0178")
        terminal.wait_for("learning rate 0.01→")
        terminal.press("space")
        terminal.wait_for("paused")
        terminal.press("ctrl+s")
        terminal.type("\x7f" * 40)
        terminal.type(str(model))
        terminal.press("enter")
        terminal.wait_for("saved")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
    assert tuitrain.load_model(model).hyperparameters.learning_rate == 0.0178


@pytest.mark.long
def test_quit_when_done_prints_what_train_prints() -> None:
    options = ["xor", "--epochs", "20", "--json"]
    with launch(*options, "--start", "--quit-when-done") as terminal:
        assert terminal.wait_for_end() == 0
        shown = terminal.raw.decode()
    found = json.loads(shown[shown.rindex('{"dataset"') :].replace("\r\n", ""))
    command = [sys.executable, "-m", "tuitrain", "train", *options]
    alone = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    timing = {"seconds", "samples_per_second", "run"}
    assert {k: v for k, v in found.items() if k not in timing} == {k: v for k, v in alone.items() if k not in timing}


def rarely(*numbers: signal.Signals) -> list[Any]:
    """The same lines handle each of them; `.ci/long` sends them all."""
    return [pytest.param(number, marks=pytest.mark.long) for number in numbers]


ENDING = [
    signal.SIGINT, signal.SIGUSR1,
    *rarely(signal.SIGALRM, signal.SIGUSR2, signal.SIGXCPU, signal.SIGVTALRM, signal.SIGPROF),
]  # fmt: skip


def assert_restored(terminal: Terminal) -> None:
    assert LEFT_ALTERNATE_SCREEN in terminal.raw
    assert b"\x1b[?25h" in terminal.raw.split(LEFT_ALTERNATE_SCREEN)[-1] + terminal.raw[-400:]
    assert terminal.is_cooked


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_leaves_the_terminal_restored(number: signal.Signals) -> None:
    with launch(*LONG, "--start") as terminal:
        terminal.wait_for("running")
        terminal.kill(number)
        assert terminal.wait_for_end() == 128 + number
        assert_restored(terminal)


@pytest.mark.long
def test_a_signal_during_the_first_paint_restores_the_terminal_too() -> None:
    program = (
        "import os, signal, sys; from tuitrain.cli import main; from tuitrain.ui.terminal.driver import PromptDriver;"
        "start = PromptDriver.start_application_mode;"
        "PromptDriver.start_application_mode = lambda self: (start(self), os.kill(os.getpid(), signal.SIGUSR1));"
        f"sys.argv[1:] = {['launch', 'moons']}; main()"
    )
    with Terminal([sys.executable, "-c", program]) as terminal:
        assert terminal.wait_for_end() == 128 + signal.SIGUSR1
        assert LEFT_ALTERNATE_SCREEN in terminal.raw
        assert terminal.is_cooked


def after_some_epochs(terminal: Terminal) -> None:
    terminal.wait_for("rows/s")
    wait_until(terminal, lambda: re.search(r"running  step [\d,]*[1-9]", terminal.text))
    wait_until(terminal, lambda: re.search(r"epoch [\d,]*[1-9]", terminal.text))


def wait_until(terminal: Terminal, wanted: Callable[[], object]) -> None:
    """Read output until `wanted` holds."""
    end = time.monotonic() + 60
    while not wanted():
        assert time.monotonic() < end and terminal.status is None, terminal.text
        terminal.read(0.05)


def the_kept(status: str = "interrupted") -> tuitrain.Model:
    (path,) = Path("runs").iterdir()
    assert re.fullmatch(r"moons-\d{8}-\d{6}", path.name)
    assert read_run(path).status == status
    return tuitrain.load_model(path / BEST)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, *rarely(signal.SIGQUIT, signal.SIGABRT)])
def test_a_signal_saves_what_is_in_no_file_and_says_where(number: signal.Signals) -> None:
    with launch(*LONG, "--start") as terminal:
        after_some_epochs(terminal)
        terminal.kill(number)
        terminal.kill(number)  # the shell's, after the terminal's; it may find a program that is all but gone
        assert terminal.wait_for_end() in {128 + number, -number}
        assert_restored(terminal)
        said = terminal.raw.split(LEFT_ALTERNATE_SCREEN)[-1].decode()
    assert the_kept().epoch > 0
    assert f"launch --resume {next(Path('runs').iterdir()).absolute()}" in said.replace("\r\n", "")


@pytest.mark.long
def test_a_dropped_connection_saves_what_is_in_no_file() -> None:
    with launch(*LONG, "--start") as terminal:
        after_some_epochs(terminal)
        terminal.hang_up()
        assert terminal.wait_for_end() == 128 + signal.SIGHUP
    assert the_kept().epoch > 0


@pytest.mark.long
def test_a_crash_of_the_screen_saves_what_is_in_no_file() -> None:
    program = (
        "import sys; from tuitrain.cli import main; from tuitrain.ui.train.screen import TrainScreen;"
        f"TrainScreen.action_undo = lambda self: 1 // 0; sys.argv[1:] = {['launch', *LONG, '--start']}; main()"
    )
    with Terminal([sys.executable, "-c", program]) as terminal:
        after_some_epochs(terminal)
        terminal.press("u")
        assert terminal.wait_for_end() == 1
        assert b"the screen broke: ZeroDivisionError" in terminal.raw
        assert b"to continue: tuitrain launch --resume" in terminal.raw
    assert the_kept().epoch > 0


@pytest.mark.long
@pytest.mark.parametrize("is_signalled", [True, False], ids=["signal", "key"])
def test_it_ends_though_a_dataset_is_being_read_without_end(is_signalled: bool) -> None:
    os.mkfifo("endless.csv")
    with launch("moons") as terminal:
        terminal.wait_for("hidden layers")
        terminal.press("d")
        terminal.type("./endless.csv")
        terminal.press("enter")
        terminal.wait_for("reading ./endless.csv")
        if is_signalled:
            terminal.kill(signal.SIGTERM)
        else:
            terminal.press("escape", "escape", "q")
        assert terminal.wait_for_end() == (128 + signal.SIGTERM if is_signalled else 0)


@pytest.mark.long
def test_a_signal_and_leaving_are_told_apart_in_the_runs() -> None:
    with launch("xor", "--epochs", "3", "--start") as terminal:
        terminal.wait_for("done")
        terminal.press("ctrl+s", "enter")
        terminal.wait_for("saved xor.safetensors")
        terminal.kill(signal.SIGTERM)
        assert terminal.wait_for_end() == 128 + signal.SIGTERM
    with launch(*LONG, "--start") as terminal:
        after_some_epochs(terminal)
        terminal.press("q", "s")
        assert terminal.wait_for_end() == 0
    statuses = sorted(read_run(path).status for path in Path("runs").iterdir())
    assert statuses == ["done", "paused"]


@pytest.mark.long
def test_it_is_right_after_resizing_to_and_fro_while_training() -> None:
    with launch(*LONG, "--start", columns=120, rows=40) as terminal:
        terminal.wait_for("running")
        for columns, rows in [(80, 24), (200, 50), (60, 20), (100, 30), (120, 40), (80, 24)] * 2:
            terminal.resize(columns, rows)
            terminal.pump(0.15)  # so that some sizes are drawn, and some are not

        def is_right() -> bool:
            lines = terminal.text.split("\n")
            ends = "1 Train" in lines[0] and "running" in lines[-2] and "quit" in lines[-1]
            return ends and any("Gradient" in line for line in lines)

        wait_until(terminal, is_right)
        terminal.resize(60, 20)
        terminal.wait_for("80 x 24")


@pytest.mark.long
@pytest.mark.parametrize(
    "environment",
    [{"NO_COLOR": "1"}, {"TERM": "xterm", "COLORTERM": ""}, {"LC_ALL": "C", "LANG": "C"}],
    ids=["no colour", "16 colours", "ascii"],
)
def test_poor_terminals_show_everything(environment: dict[str, str]) -> None:
    with launch(*LONG, "--start", environment=environment) as terminal:
        terminal.wait_for("running")
        terminal.wait_for("Gradient")
        assert "learning rate" in terminal.text
        if "LC_ALL" in environment:
            assert terminal.text.isascii(), [c for c in terminal.text if not c.isascii()]
        if "NO_COLOR" in environment:
            assert b"\x1b[38;" not in terminal.raw
            assert b"\x1b[48;" not in terminal.raw
        if environment.get("TERM") == "xterm":
            assert b"38;2;" not in terminal.raw
            assert b"38;5;" not in terminal.raw


@pytest.mark.long
def test_nothing_is_written_while_idle_or_paused() -> None:
    with launch(*LONG) as terminal:
        terminal.wait_for("hidden layers")
        wait_until(terminal, lambda: terminal.rate(1.5) == 0)
        terminal.press("space")
        terminal.wait_for("running")
        wait_until(terminal, lambda: terminal.rate(0.2) > 0)
        terminal.press("space")
        terminal.wait_for("paused")
        wait_until(terminal, lambda: terminal.rate(1.5) == 0)


def test_a_dumb_terminal_is_told_to_use_train() -> None:
    with launch("iris", environment={"TERM": "dumb"}) as terminal:
        assert terminal.wait_for_end() == 1
        assert "tuitrain train" in terminal.text.replace("\n", "")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_it_runs_in_tmux() -> None:
    name = f"tuitrain-{uuid.uuid4().hex[:8]}"

    def tmux(*arguments: str) -> str:
        done = subprocess.run(["tmux", "-L", name, *arguments], capture_output=True, text=True, check=True)
        return done.stdout

    command = f"{sys.executable} -m tuitrain launch {' '.join(LONG)} --start"
    tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", command)
    try:
        end = time.monotonic() + 60
        while "running" not in (shown := tmux("capture-pane", "-p")):
            assert time.monotonic() < end, shown
            time.sleep(0.2)
        tmux("send-keys", "?")
        while "prints this page" not in (shown := tmux("capture-pane", "-p")):
            assert time.monotonic() < end, shown
            time.sleep(0.2)
        tmux("send-keys", "?")
        while "start, pause" not in (shown := tmux("capture-pane", "-p")):
            assert time.monotonic() < end, shown
            time.sleep(0.2)
    finally:
        tmux("kill-server")


@pytest.mark.long
def test_q_in_a_terminal_that_is_too_small_saves_what_is_in_no_file() -> None:
    with launch(*LONG, "--start") as terminal:
        after_some_epochs(terminal)
        terminal.resize(60, 20)
        terminal.wait_for("q quits")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        assert b"to continue: tuitrain launch --resume" in terminal.raw
    assert the_kept().epoch > 0


@pytest.mark.long
def test_the_result_can_be_written_to_a_file_while_the_screen_is_drawn_on_the_terminal() -> None:
    program = f"{sys.executable} -m tuitrain launch xor --epochs 20 --pace 20 --start"
    with Terminal(["sh", "-c", f"{program} --quit-when-done --json > o.json"], columns=120, rows=40) as terminal:
        terminal.wait_for("quit")
        assert "quit" in terminal.text.split("\n")[39]
        assert terminal.wait_for_end() == 0
    assert json.loads(Path("o.json").read_text())["epochs"] == 20
    with Terminal(["sh", "-c", f"{program} > o.txt"]) as terminal:
        assert terminal.wait_for_end() == 1
        assert b"use: tuitrain train" in terminal.raw


CLEAR = r"printf '\033[2J\033[H'"  # as leaving the alternate screen does on a terminal


def test_ctrl_z_suspends_the_job_and_fg_returns_to_the_training(tmp_path: Path) -> None:
    program = f"{sys.executable} -m tuitrain launch {' '.join(LONG)} --start"
    script = f"{program}; {CLEAR}; echo the job is stopped; read line; fg; {CLEAR}; echo it ended with $?"
    with Terminal(["sh", "-mc", script]) as terminal:
        after_some_epochs(terminal)
        terminal.press("?", "?")
        terminal.wait_for("start, pause")
        terminal.press("\x1a")
        terminal.wait_for("the job is stopped")
        assert "hidden layers" not in terminal.text
        assert terminal.is_cooked
        assert LEFT_ALTERNATE_SCREEN in terminal.raw
        terminal.press("enter")
        terminal.wait_for("start, pause")  # the help is there again
        terminal.press("escape", "space")
        terminal.wait_for("paused")
        assert not terminal.is_cooked
        model = tmp_path / "moons.safetensors"
        terminal.press("ctrl+s")
        terminal.type("\x7f" * 40 + str(model) + "\r")
        terminal.wait_for("saved")
        terminal.press("q")
        terminal.wait_for("it ended with 0")
    assert tuitrain.load_model(model).epoch > 0


@pytest.mark.long
def test_a_suspended_job_can_be_ended() -> None:
    program = f"{sys.executable} -m tuitrain launch {' '.join(LONG)} --start"
    script = f"{program}; {CLEAR}; echo the job is stopped; kill %1; kill -CONT %1; read line"
    with Terminal(["sh", "-mc", script]) as terminal:
        after_some_epochs(terminal)
        terminal.press("\x1a")
        terminal.wait_for("to continue")
        assert terminal.is_cooked
    assert the_kept().epoch > 0


@pytest.mark.long
def test_ctrl_z_does_nothing_where_no_shell_could_continue_the_job() -> None:
    with launch(*LONG, "--start") as terminal:
        after_some_epochs(terminal)
        terminal.press("\x1a")
        terminal.press("?", "?")
        terminal.wait_for("start, pause")
        assert not terminal.is_cooked


def test_escape_and_the_key_after_it_both_count() -> None:
    with launch(*LONG, "--start") as terminal:
        after_some_epochs(terminal)
        for seconds in (0, 0.03, 0.3):  # at once, soon and later
            terminal.wait_for("running")
            terminal.press("?", "?")
            terminal.wait_for("start, pause")
            if seconds:
                terminal.press("escape", seconds=seconds)
                terminal.press("space")
            else:
                terminal.type("\x1b ")  # as tmux passes them on
            terminal.wait_for("paused")
            wait_until(terminal, lambda: "start, pause" not in terminal.text)
            terminal.press("space")


def test_of_two_pasted_lines_a_field_takes_the_first() -> None:
    with launch(*LONG) as terminal:
        terminal.wait_for("hidden layers")
        terminal.press("enter")
        terminal.type("\x1b[200~48x24\nq\n\x1b[201~")
        terminal.press("enter")
        terminal.wait_for("48x24")
        assert "48x24q" not in terminal.text


@pytest.mark.long
def test_standard_error_can_be_a_file() -> None:
    with Terminal(
        ["sh", "-c", f"{sys.executable} -m tuitrain launch {' '.join(LONG)} --start 2>errors.txt"]
    ) as terminal:
        after_some_epochs(terminal)
        terminal.press("space")
        terminal.wait_for("paused")
        terminal.press("q", "s")
        assert terminal.wait_for_end() == 0
        assert LEFT_ALTERNATE_SCREEN in terminal.raw
    assert "\x1b" not in Path("errors.txt").read_text()
