"""The supervisor against workers that do anything that the seam allows, in any order, by property."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.search.workers import tasks
from tuitrain.search.workers.protocol import NO_TASK, WORKERS, TaskOutcome, WorkerLostError, ignore_event
from tuitrain.search.workers.supervisor import Failed, Finished, Reported, Started, Stopped, Supervisor


class Puppets:
    """Workers that do nothing by themselves: a test makes each attempt start, report, end or be lost."""

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self.notices: list[str] = []
        self.on_event = ignore_event
        self.flights: dict[tuple[int, int], Future[TaskOutcome]] = {}
        self.stopped: set[int] = set()
        self.most_at_once = 0

    def submit(self, function: Any, task: int, attempt: int, payload: Any) -> Future[TaskOutcome]:
        assert (task, attempt) not in self.flights
        self.flights[task, attempt] = future = Future()
        self.most_at_once = max(self.most_at_once, sum(not future.done() for future in self.flights.values()))
        return future

    def stop(self, task: int) -> None:
        self.stopped.add(task)

    def revive(self) -> None: ...

    def close(self) -> None: ...


actions = st.lists(
    st.tuples(st.sampled_from(["start", "report", "finish", "fail", "lose", "stop", "poll"]), st.integers(0, 9)),
    max_size=60,
)


@given(actions, st.integers(1, 3))
def test_every_task_ends_once_and_its_events_are_in_order(script: list[tuple[str, int]], slots: int) -> None:
    workers = Puppets(slots)
    supervisor = Supervisor(workers)
    for task in range(5):
        supervisor.submit(task, tasks.multiply, None)
    events: list[tasks.Event] = []

    def act(action: str, which: int) -> None:
        if action == "poll":
            events.extend(supervisor.events(0))
        elif action == "stop":
            supervisor.stop(which % 5)
        elif workers.flights:
            task, attempt = list(workers.flights)[which % len(workers.flights)]  # stale ones too
            future = workers.flights[task, attempt]
            if action == "start":
                workers.on_event(task, attempt, "started", "puppet")
            elif action == "report":
                workers.on_event(task, attempt, "report", attempt)
            elif not future.done():
                if action == "lose":
                    future.set_exception(WorkerLostError("gone"))
                elif action == "fail":
                    future.set_result(TaskOutcome(error="ValueError: no"))
                else:
                    future.set_result(TaskOutcome(result=attempt, is_stopped=task in workers.stopped))

    for action, which in script:
        act(action, which)
        assert 0 <= supervisor.free <= slots
    for _ in range(20):  # everything that is still running finishes
        for which in range(len(workers.flights)):
            act("finish", which)
        act("poll", 0)
    assert supervisor.unfinished == 0 and supervisor.free == slots and workers.most_at_once <= slots
    assert set(tasks.ends(events)) == set(range(5))
    for task in range(5):
        mine = [event for event in events if event.task == task]
        assert isinstance(mine[-1], Finished | Failed | Stopped)
        attempts = [event.attempt for event in mine if isinstance(event, Started)]
        assert attempts == sorted(set(attempts)) and len(attempts) <= 3
        reported = [event.value for event in mine if isinstance(event, Reported)]
        assert reported == sorted(reported)  # nothing of an attempt once the next has told something


def test_only_attempts_that_reported_a_start_are_charged() -> None:
    workers = Puppets(1)
    supervisor = Supervisor(workers)
    supervisor.submit(1, tasks.multiply, None)
    for attempt in range(1, 11):
        workers.flights[1, attempt].set_exception(WorkerLostError("gone"))
        assert supervisor.events(0) == []
    for attempt in range(11, 14):
        workers.on_event(1, attempt, "started", "puppet")
        workers.flights[1, attempt].set_exception(WorkerLostError("gone"))
        events = supervisor.events(0)
        assert events[0] == Started(1, attempt, "puppet")
    assert events[1:] == [Failed(1, "its worker was lost 3 times; the last time: gone")]


def test_slots_that_are_added_are_used_without_a_call() -> None:
    workers = Puppets(0)
    supervisor = Supervisor(workers)
    supervisor.submit(1, tasks.multiply, None)
    assert not workers.flights
    workers.slots = 1
    workers.on_event(NO_TASK, 0, WORKERS, None)
    assert supervisor.events(0) == [] and list(workers.flights) == [(1, 1)]
