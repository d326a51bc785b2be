"""What only local processes promise: shared memory, and an end with their parent, without a word on stderr."""

from __future__ import annotations

import os
import signal
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.search.workers import tasks
from tests.search.workers.conftest import Make
from tests.search.workers.programs import (
    Program,
    end_program,
    run_program,
    session_of,
    wait_until,
    wait_until_gone,
    working,
)
from tuitrain.errors import SearchError
from tuitrain.search.workers.processes import ProcessWorkers
from tuitrain.search.workers.supervisor import Started, Supervisor


@pytest.fixture
def coordinator() -> Iterator[Program]:
    """A program that runs two long tasks in two processes, and is in the middle of them."""
    program = run_program("-m", "tests.search.workers.coordinator", "processes")
    program.children = working(program, 2)  # type: ignore[attr-defined]
    yield program
    end_program(program)


def test_the_children_see_the_parents_memory_and_cannot_write_to_it(make: Make) -> None:
    shared = tasks.data(rows=3000)
    arrays = {"X": shared.X, "y": shared.y, **shared.parts}
    supervisor = make("processes", shared)
    for task in range(8):
        supervisor.submit(task, tasks.look_at_shared, None)
    ends = tasks.ends(tasks.until_ended(supervisor))
    for end in ends.values():
        found = end.result
        assert found["owned"] == [] and found["writeable"] == [] and found["misaligned"] == []
        assert found["sums"] == {name: array.sum() for name, array in arrays.items()}
        assert len(found["maps"]) == 1
    inodes = {end.result["maps"][0].split()[4] for end in ends.values()}
    assert len(inodes) == 1  # one file for all, not a copy each


@pytest.mark.long
def test_a_crash_is_told_with_the_last_words(make: Make) -> None:
    supervisor = make("processes")
    supervisor.submit(1, tasks.crash, None)
    message = tasks.ends(tasks.until_ended(supervisor))[1].message
    assert "3 times" in message and "SIGSEGV" in message and "it last printed" in message


def shared_memory() -> set[Path]:
    """What lies in /dev/shm, without the semaphores of other tests' Dask workers."""
    return {path for path in Path("/dev/shm").iterdir() if not path.name.startswith("sem.")}


def test_a_close_leaves_nothing_behind() -> None:
    before = shared_memory(), len(list(Path("/proc/self/fd").iterdir()))
    supervisor = Supervisor(ProcessWorkers(tasks.data(), jobs=2))
    supervisor.submit(1, tasks.count, (600, 0.05))
    supervisor.submit(2, tasks.look_at_shared, None)
    events = tasks.wait_for(supervisor, Started, 2)
    pids = [int(event.worker.split()[1]) for event in events if isinstance(event, Started)]
    supervisor.close(timeout=0)
    wait_until_gone(pids, 60)
    wait_until(lambda: shared_memory() <= before[0])
    # One more: the pipe to Python's resource tracker, which it keeps.
    wait_until(lambda: len(list(Path("/proc/self/fd").iterdir())) <= before[1] + 1)


@pytest.mark.long
def test_children_end_when_their_parent_is_killed(coordinator: Program) -> None:
    children = session_of(coordinator)
    assert set(coordinator.children) <= set(children)  # type: ignore[attr-defined]
    coordinator.kill()
    wait_until_gone(children, 60)
    assert coordinator.communicate()[1] == ""


def test_a_program_ends_when_the_tests_are_killed() -> None:
    script = textwrap.dedent("""
        import time
        from tests.search.workers.programs import run_program
        program = run_program("-c", "import time; print('runs', flush=True); time.sleep(600)")
        program.stdout.readline()
        print(program.pid, flush=True)
        time.sleep(600)
    """)
    tests = run_program("-c", script)
    assert tests.stdout is not None
    started = int(tests.stdout.readline())
    tests.kill()
    wait_until_gone([started], 60)
    end_program(tests)


def test_ctrl_c_reaches_the_coordinator_only_which_keeps_the_partial_results(coordinator: Program) -> None:
    os.killpg(coordinator.pid, signal.SIGINT)
    out, err = coordinator.communicate(timeout=60)
    assert err == "" and coordinator.returncode == 0
    partial = [int(number) for number in out.split("stopped")[1].split()]
    assert len(partial) == 2 and min(partial) >= 2


@pytest.mark.long
def test_a_terminal_that_closes_leaves_the_children_to_the_coordinator(coordinator: Program) -> None:
    for child in coordinator.children:  # type: ignore[attr-defined]
        os.kill(child, signal.SIGHUP)
    os.kill(coordinator.pid, signal.SIGINT)
    out, err = coordinator.communicate(timeout=60)
    assert err == "" and len(out.split("stopped")[1].split()) == 2


@pytest.mark.long
def test_ctrl_c_while_the_children_start_says_nothing() -> None:
    for delay in (0.0, 0.08):
        program = run_program(
            "-c",
            textwrap.dedent("""
                import time
                from tests.search.workers.tasks import data
                from tuitrain.search.workers.processes import ProcessWorkers
                try:
                    workers = ProcessWorkers(data(), jobs=4)
                    print("started", flush=True)
                    time.sleep(10)
                except KeyboardInterrupt:
                    workers.close()
            """),
        )
        assert program.stdout is not None
        program.stdout.readline()
        time.sleep(delay)
        os.killpg(program.pid, signal.SIGINT)
        assert program.communicate(timeout=60) == ("", "")


@pytest.mark.long
def test_a_program_that_forgets_to_close_ends_and_says_nothing() -> None:
    program = run_program(
        "-c",
        textwrap.dedent("""
            from tests.search.workers import tasks
            from tuitrain.search.workers.processes import ProcessWorkers
            from tuitrain.search.workers.supervisor import Reported, Supervisor
            supervisor = Supervisor(ProcessWorkers(tasks.data(), jobs=2))
            supervisor.submit(1, tasks.count, (1000, 0.05))
            tasks.wait_for(supervisor, Reported, 2)
        """),
    )
    assert program.communicate(timeout=120) == ("", "")
    assert program.returncode == 0


@pytest.mark.long
def test_children_that_cannot_start_are_one_clear_error(tmp_path: Path) -> None:
    script = tmp_path / "unguarded.py"
    script.write_text(
        textwrap.dedent("""
            from tests.search.workers import tasks
            from tuitrain.errors import SearchError
            from tuitrain.search.workers.processes import ProcessWorkers
            from tuitrain.search.workers.supervisor import Supervisor
            supervisor = Supervisor(ProcessWorkers(tasks.data(), jobs=2))
            supervisor.submit(1, tasks.multiply, 1)
            try:
                tasks.until_ended(supervisor)
            except SearchError as error:
                print("refused:", error)
        """)
    )
    program = run_program(str(script))
    out, _ = program.communicate(timeout=120)
    assert "3 worker processes in a row ended as they started" in out and "__main__" in out


def test_a_shared_object_that_cannot_be_pickled_is_refused_at_once() -> None:
    with pytest.raises(SearchError, match="the data cannot be sent to the workers"):
        ProcessWorkers(lambda: 1, jobs=2)
