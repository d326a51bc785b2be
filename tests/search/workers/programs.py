"""Real programs for the tests to start, interrupt and kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[3]
Program = subprocess.Popen[str]

# Ask Linux for SIGKILL when the process that started this one ends (prctl's PR_SET_PDEATHSIG), then become the program:
# tests that are killed can end nothing themselves, and a Dask cluster would run on.
TIED = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, int(signal.SIGKILL))
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""


def run_program(*arguments: str) -> Program:
    """Start Python with these arguments, in a session of its own; it ends when the process of the tests does."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", TIED, str(os.getpid()), *arguments],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def end_program(program: Program) -> None:
    """Kill it with everything that it started."""
    with suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)
    program.communicate()


def working(program: Program, number: int) -> list[int]:
    """Wait until `number` workers of a `coordinator` have said that they are working, and return their process ids."""
    assert program.stdout is not None and program.stderr is not None
    found: list[int] = []
    while len(found) < number:
        line = program.stdout.readline()
        assert line, program.stderr.read()
        found += [int(line.split()[1])] if line.startswith("working") else []
    return found


def session_of(program: Program) -> list[int]:
    """Every living process of the program's session, itself left out: workers, and Python's resource tracker."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != program.pid:
            with suppress(FileNotFoundError, ProcessLookupError):
                if int(_fields(int(entry.name))[3]) == program.pid:
                    found.append(int(entry.name))
    return found


def wait_until_gone(pids: list[int], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while alive := [pid for pid in pids if _is_alive(pid)]:
        assert time.monotonic() < deadline, f"still alive: {alive}"
        time.sleep(0.02)


def wait_until(is_true: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _is_alive(pid: int) -> bool:
    try:
        return _fields(pid)[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _fields(pid: int) -> list[str]:
    """What follows the name in /proc/PID/stat: state, parent, group, session, …"""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
