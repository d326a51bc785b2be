"""Workers that are killed with -9, in mid-chunk: no chunk is lost, none is doubled, work goes on."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from tests.search.workers import chunks
from tests.search.workers.conftest import Make
from tuitrain.search.workers.supervisor import Failed, Finished, Reported, Started, Stopped


def kill_a_worker(events: list[chunks.Event], chunk: int) -> None:
    """The one that last reported for `chunk`."""
    pids = [event.value[2] for event in events if isinstance(event, Reported) and event.chunk == chunk]
    os.kill(pids[-1], signal.SIGKILL)


def test_a_kill_loses_no_chunk_and_doubles_none(make: Make, mortal_kind: str) -> None:
    supervisor = make(mortal_kind)
    for chunk in range(8):
        supervisor.submit(chunk, chunks.count, (20, 0.02))
    events = chunks.wait_for(supervisor, Reported, 6)
    victim = next(event.chunk for event in reversed(events) if isinstance(event, Reported))
    kill_a_worker(events, victim)
    killed = time.monotonic()
    again = []
    while not any(event.chunk == victim and isinstance(event, Started) for event in again):
        again += supervisor.events(0.1)
        assert time.monotonic() - killed <= 60
    ends = chunks.ends(events + again + chunks.until_ended(supervisor))
    assert ends == {chunk: Finished(chunk, 20) for chunk in range(8)}


def test_a_kill_charges_only_its_own_chunk(make: Make, mortal_kind: str) -> None:
    supervisor = make(mortal_kind)
    supervisor.submit(1, chunks.count, (40, 0.04))
    supervisor.submit(2, chunks.count, (40, 0.04))
    events = chunks.wait_for(supervisor, Reported, 4)
    kill_a_worker(events, 1)
    events += chunks.until_ended(supervisor)
    attempts = {chunk: [e.attempt for e in events if isinstance(e, Started) and e.chunk == chunk] for chunk in (1, 2)}
    assert attempts == {1: [1, 2], 2: [1]}


def test_reports_of_the_lost_attempt_come_before_the_next_start(make: Make, mortal_kind: str, tmp_path: Path) -> None:
    supervisor = make(mortal_kind)
    supervisor.submit(1, chunks.die_once, str(tmp_path / "died"))
    events = chunks.until_ended(supervisor)
    assert events[-1] == Finished(1, "done")
    kinds = [type(event) for event in events if not isinstance(event, Reported)]
    assert kinds == [Started, Started, Finished]


def test_three_kills_fail_the_chunk_and_the_others_go_on(make: Make, mortal_kind: str, tmp_path: Path) -> None:
    supervisor = make(mortal_kind)
    supervisor.submit(1, chunks.die, str(tmp_path / "deaths"))
    for chunk in range(2, 6):
        supervisor.submit(chunk, chunks.count, (10, 0.05))
    ends = chunks.ends(chunks.until_ended(supervisor, seconds=30))
    assert isinstance(ends[1], Failed) and "3 times" in ends[1].message
    assert (tmp_path / "deaths").read_text() == "xxx"
    assert all(ends[chunk] == Finished(chunk, 10) for chunk in range(2, 6))


def test_an_idle_worker_that_is_killed_is_replaced(make: Make) -> None:
    supervisor = make("processes")
    supervisor.submit(1, chunks.look_at_shared, None)
    os.kill(chunks.ends(chunks.until_ended(supervisor))[1].result["pid"], signal.SIGKILL)
    supervisor.events(0.3)
    for chunk in (2, 3):
        supervisor.submit(chunk, chunks.count, (20, 0.05))
    events = chunks.until_ended(supervisor)
    pids = {event.value[2] for event in events if isinstance(event, Reported)}
    assert len(pids) == 2


def test_a_stop_that_finds_its_worker_killed_ends_the_chunk(make: Make, mortal_kind: str) -> None:
    supervisor = make(mortal_kind)
    supervisor.submit(1, chunks.count, (600, 0.05))
    events = chunks.wait_for(supervisor, Reported, 2)
    kill_a_worker(events, 1)
    supervisor.stop(1)
    assert chunks.ends(chunks.until_ended(supervisor, seconds=3)) == {1: Stopped(1, None)}
