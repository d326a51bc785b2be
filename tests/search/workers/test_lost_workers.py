"""Workers that are killed with -9, in mid-task: no task is lost, none is doubled, work goes on."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.search.workers import tasks
from tests.search.workers.conftest import Make
from tuitrain.search.workers.supervisor import Failed, Finished, Reported, Started, Stopped


def kill_a_worker(events: list[tasks.Event], task: int) -> None:
    """The one that last reported for `task`."""
    pids = [event.value[2] for event in events if isinstance(event, Reported) and event.task == task]
    os.kill(pids[-1], signal.SIGKILL)


def test_a_kill_loses_no_task_and_doubles_none(make: Make, mortal_kind: str) -> None:
    supervisor = make(mortal_kind)
    for task in range(8):
        supervisor.submit(task, tasks.count, (20, 0.02))
    events = tasks.wait_for(supervisor, Reported, 6)
    victim = next(event.task for event in reversed(events) if isinstance(event, Reported))
    kill_a_worker(events, victim)
    killed = time.monotonic()
    again = []
    while not any(event.task == victim and isinstance(event, Started) for event in again):
        again += supervisor.events(0.1)
        assert time.monotonic() - killed <= 60
    ends = tasks.ends(events + again + tasks.until_ended(supervisor))
    assert ends == {task: Finished(task, 20) for task in range(8)}


@pytest.mark.long
def test_a_kill_charges_only_its_own_task(make: Make, mortal_kind: str) -> None:
    supervisor = make(mortal_kind)
    supervisor.submit(1, tasks.count, (40, 0.04))
    supervisor.submit(2, tasks.count, (40, 0.04))
    events = tasks.wait_for(supervisor, Reported, 4)
    kill_a_worker(events, 1)
    events += tasks.until_ended(supervisor)
    attempts = {task: [e.attempt for e in events if isinstance(e, Started) and e.task == task] for task in (1, 2)}
    assert attempts == {1: [1, 2], 2: [1]}


def test_reports_of_the_lost_attempt_come_before_the_next_start(make: Make, mortal_kind: str, tmp_path: Path) -> None:
    supervisor = make(mortal_kind)
    supervisor.submit(1, tasks.die_once, str(tmp_path / "died"))
    events = tasks.until_ended(supervisor)
    assert events[-1] == Finished(1, "done")
    kinds = [type(event) for event in events if not isinstance(event, Reported)]
    assert kinds == [Started, Started, Finished]


@pytest.mark.long
def test_three_kills_fail_the_task_and_the_others_go_on(make: Make, mortal_kind: str, tmp_path: Path) -> None:
    supervisor = make(mortal_kind)
    supervisor.submit(1, tasks.die, str(tmp_path / "deaths"))
    for task in range(2, 6):
        supervisor.submit(task, tasks.count, (10, 0.05))
    ends = tasks.ends(tasks.until_ended(supervisor, seconds=30))
    assert isinstance(ends[1], Failed) and "3 times" in ends[1].message
    assert (tmp_path / "deaths").read_text() == "xxx"
    assert all(ends[task] == Finished(task, 10) for task in range(2, 6))


@pytest.mark.long
def test_an_idle_worker_that_is_killed_is_replaced(make: Make) -> None:
    supervisor = make("processes")
    supervisor.submit(1, tasks.look_at_shared, None)
    os.kill(tasks.ends(tasks.until_ended(supervisor))[1].result["pid"], signal.SIGKILL)
    supervisor.events(0.3)
    for task in (2, 3):
        supervisor.submit(task, tasks.count, (20, 0.05))
    events = tasks.until_ended(supervisor)
    pids = {event.value[2] for event in events if isinstance(event, Reported)}
    assert len(pids) == 2


@pytest.mark.long
def test_a_stop_that_finds_its_worker_killed_ends_the_task(make: Make, mortal_kind: str) -> None:
    supervisor = make(mortal_kind)
    supervisor.submit(1, tasks.count, (600, 0.05))
    events = tasks.wait_for(supervisor, Reported, 2)
    kill_a_worker(events, 1)
    supervisor.stop(1)
    assert tasks.ends(tasks.until_ended(supervisor, seconds=3)) == {1: Stopped(1, None)}
