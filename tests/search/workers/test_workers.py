"""What threads, processes and a Dask cluster do alike."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.search.workers import tasks
from tests.search.workers.conftest import Make
from tuitrain.search.workers.supervisor import Failed, Finished, Reported, Started, Stopped


def test_results_are_those_of_a_thread_bit_for_bit(make: Make, mortal_kind: str) -> None:
    found = []
    for kind in ("thread", mortal_kind):
        supervisor = make(kind)
        for task in range(6):
            supervisor.submit(task, tasks.multiply, task)
        found.append(tasks.ends(tasks.until_ended(supervisor)))
    for task in range(6):
        assert found[0][task].result.tobytes() == found[1][task].result.tobytes()


def test_a_task_starts_reports_in_order_and_finishes(make: Make, kind: str) -> None:
    supervisor = make(kind)
    for task in range(5):
        supervisor.submit(task, tasks.multiply, task)
    assert supervisor.free == 0
    events = tasks.until_ended(supervisor)
    assert supervisor.free == 2
    for task in range(5):
        mine = [event for event in events if event.task == task]
        assert isinstance(mine[0], Started) and mine[0].attempt == 1 and mine[0].worker
        assert mine[1:-1] == [Reported(task, epoch) for epoch in range(5)]
        assert isinstance(mine[-1], Finished)


def test_reports_arrive_while_their_chunk_goes_on(make: Make, kind: str, tmp_path: Path) -> None:
    """Were one kept back until the next, or until the end, it would never come: the chunk waits for its answer."""
    supervisor = make(kind)
    for task in range(2):
        (tmp_path / str(task)).mkdir()
        supervisor.submit(task, tasks.count_when_answered, str(tmp_path / str(task)))
    events, answered = [], []
    while len(answered) < 6:
        new = tasks.wait_for(supervisor, Reported)
        events += new
        for event in new:
            if isinstance(event, Reported):
                answered.append((event.task, event.value))
                (tmp_path / str(event.task) / str(event.value)).touch()
    assert sorted(answered) == [(task, number) for task in range(2) for number in range(3)]
    events += tasks.until_ended(supervisor)
    assert tasks.ends(events) == {task: Finished(task, 3) for task in range(2)}


def test_a_running_task_stops_with_its_partial_result(make: Make, kind: str) -> None:
    supervisor = make(kind)
    supervisor.submit(1, tasks.count, (600, 0.05))
    tasks.wait_for(supervisor, Reported, 2)
    supervisor.stop(1)
    end = tasks.ends(tasks.until_ended(supervisor))[1]
    assert isinstance(end, Stopped) and 2 <= end.result < 600


def test_stop_all_ends_running_and_waiting_tasks(make: Make, kind: str) -> None:
    supervisor = make(kind)
    for task in range(6):
        supervisor.submit(task, tasks.count, (600, 0.05))
    tasks.wait_for(supervisor, Started, 2)
    supervisor.stop_all()
    ends = tasks.ends(tasks.until_ended(supervisor))
    assert [type(ends[task]) for task in range(6)] == [Stopped] * 6
    assert sum(end.result is None for end in ends.values()) == 4


def test_a_stopped_number_can_be_used_again(make: Make, kind: str) -> None:
    supervisor = make(kind)
    supervisor.submit(1, tasks.count, (600, 0.05))
    tasks.wait_for(supervisor, Started)
    supervisor.stop(1)
    tasks.until_ended(supervisor)
    supervisor.submit(1, tasks.count, (3, 0.01))
    assert tasks.ends(tasks.until_ended(supervisor)) == {1: Finished(1, 3)}


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (tasks.refuse, "ValueError: no such payload"),
        (tasks.refuse_awkwardly, "AwkwardError: very awkward"),
        (tasks.leave, "SystemExit: 3"),
    ],
)
def test_an_exception_fails_its_task_once_and_no_other(
    make: Make, kind: str, function: tasks.Any, message: str
) -> None:
    supervisor = make(kind)
    supervisor.submit(1, function, "payload")
    supervisor.submit(2, tasks.multiply, 2)
    events = tasks.until_ended(supervisor)
    ends = tasks.ends(events)
    assert isinstance(ends[1], Failed) and ends[1].message == message
    assert function.__name__ in ends[1].details
    assert isinstance(ends[2], Finished)
    assert [event.attempt for event in events if isinstance(event, Started)] == [1, 1]


def test_what_cannot_be_pickled_fails_its_task_only(make: Make, mortal_kind: str) -> None:
    supervisor = make(mortal_kind)
    supervisor.submit(1, lambda *_: 1, None)
    supervisor.submit(2, tasks.unpicklable, None)
    supervisor.submit(3, tasks.multiply, 3)
    ends = tasks.ends(tasks.until_ended(supervisor))
    assert ends[1].message.startswith("the task cannot be sent to a worker: ")
    assert ends[2].message.startswith("the task's result cannot be sent back: ")
    assert isinstance(ends[3], Finished)


def test_blas_has_one_thread(make: Make, kind: str) -> None:
    supervisor = make(kind)
    supervisor.submit(1, tasks.blas_threads_of, None)
    found = tasks.ends(tasks.until_ended(supervisor))[1].result
    assert found and set(found) == {1}


def test_a_number_that_has_not_ended_is_refused(make: Make) -> None:
    supervisor = make("thread")
    supervisor.submit(1, tasks.count, (3, 0.05))
    with pytest.raises(ValueError, match="task 1 has already been submitted"):
        supervisor.submit(1, tasks.count, (3, 0.05))


def test_events_come_within_the_timeout_or_not_at_all(make: Make) -> None:
    started = time.monotonic()
    assert make("thread").events(0.1) == []
    assert 0.1 <= time.monotonic() - started < 60


def test_close_keeps_what_was_told_meanwhile(make: Make, kind: str) -> None:
    supervisor = make(kind)
    supervisor.submit(1, tasks.count, (600, 0.05))
    tasks.wait_for(supervisor, Reported)
    supervisor.close(timeout=2)
    assert isinstance(tasks.ends(supervisor.events(0))[1], Stopped)
