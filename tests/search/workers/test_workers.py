"""What threads, processes and a Dask cluster do alike."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.search.workers import chunks
from tests.search.workers.conftest import Make
from tuitrain.search.workers.supervisor import Failed, Finished, Reported, Started, Stopped


def test_results_are_those_of_a_thread_bit_for_bit(make: Make, mortal_kind: str) -> None:
    found = []
    for kind in ("thread", mortal_kind):
        supervisor = make(kind)
        for chunk in range(6):
            supervisor.submit(chunk, chunks.multiply, chunk)
        found.append(chunks.ends(chunks.until_ended(supervisor)))
    for chunk in range(6):
        assert found[0][chunk].result.tobytes() == found[1][chunk].result.tobytes()


def test_a_chunk_starts_reports_in_order_and_finishes(make: Make, kind: str) -> None:
    supervisor = make(kind)
    for chunk in range(5):
        supervisor.submit(chunk, chunks.multiply, chunk)
    assert supervisor.free == 0
    events = chunks.until_ended(supervisor)
    assert supervisor.free == 2
    for chunk in range(5):
        mine = [event for event in events if event.chunk == chunk]
        assert isinstance(mine[0], Started) and mine[0].attempt == 1 and mine[0].worker
        assert mine[1:-1] == [Reported(chunk, epoch) for epoch in range(5)]
        assert isinstance(mine[-1], Finished)


def test_reports_arrive_while_their_chunk_goes_on(make: Make, kind: str, tmp_path: Path) -> None:
    """Were one kept back until the next, or until the end, it would never come: the chunk waits for its answer."""
    supervisor = make(kind)
    for chunk in range(2):
        (tmp_path / str(chunk)).mkdir()
        supervisor.submit(chunk, chunks.count_when_answered, str(tmp_path / str(chunk)))
    events, answered = [], []
    while len(answered) < 6:
        new = chunks.wait_for(supervisor, Reported)
        events += new
        for event in new:
            if isinstance(event, Reported):
                answered.append((event.chunk, event.value))
                (tmp_path / str(event.chunk) / str(event.value)).touch()
    assert sorted(answered) == [(chunk, number) for chunk in range(2) for number in range(3)]
    events += chunks.until_ended(supervisor)
    assert chunks.ends(events) == {chunk: Finished(chunk, 3) for chunk in range(2)}


def test_a_running_chunk_stops_with_its_partial_result(make: Make, kind: str) -> None:
    supervisor = make(kind)
    supervisor.submit(1, chunks.count, (600, 0.05))
    chunks.wait_for(supervisor, Reported, 2)
    supervisor.stop(1)
    end = chunks.ends(chunks.until_ended(supervisor))[1]
    assert isinstance(end, Stopped) and 2 <= end.result < 600


def test_stop_all_ends_running_and_waiting_chunks(make: Make, kind: str) -> None:
    supervisor = make(kind)
    for chunk in range(6):
        supervisor.submit(chunk, chunks.count, (600, 0.05))
    chunks.wait_for(supervisor, Started, 2)
    supervisor.stop_all()
    ends = chunks.ends(chunks.until_ended(supervisor))
    assert [type(ends[chunk]) for chunk in range(6)] == [Stopped] * 6
    assert sum(end.result is None for end in ends.values()) == 4


def test_a_stopped_number_can_be_used_again(make: Make, kind: str) -> None:
    supervisor = make(kind)
    supervisor.submit(1, chunks.count, (600, 0.05))
    chunks.wait_for(supervisor, Started)
    supervisor.stop(1)
    chunks.until_ended(supervisor)
    supervisor.submit(1, chunks.count, (3, 0.01))
    assert chunks.ends(chunks.until_ended(supervisor)) == {1: Finished(1, 3)}


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (chunks.refuse, "ValueError: no such payload"),
        (chunks.refuse_awkwardly, "AwkwardError: very awkward"),
        (chunks.leave, "SystemExit: 3"),
    ],
)
def test_an_exception_fails_its_chunk_once_and_no_other(
    make: Make, kind: str, function: chunks.Any, message: str
) -> None:
    supervisor = make(kind)
    supervisor.submit(1, function, "payload")
    supervisor.submit(2, chunks.multiply, 2)
    events = chunks.until_ended(supervisor)
    ends = chunks.ends(events)
    assert isinstance(ends[1], Failed) and ends[1].message == message
    assert function.__name__ in ends[1].details
    assert isinstance(ends[2], Finished)
    assert [event.attempt for event in events if isinstance(event, Started)] == [1, 1]


def test_what_cannot_be_pickled_fails_its_chunk_only(make: Make, mortal_kind: str) -> None:
    supervisor = make(mortal_kind)
    supervisor.submit(1, lambda *_: 1, None)
    supervisor.submit(2, chunks.unpicklable, None)
    supervisor.submit(3, chunks.multiply, 3)
    ends = chunks.ends(chunks.until_ended(supervisor))
    assert ends[1].message.startswith("the chunk cannot be sent to a worker: ")
    assert ends[2].message.startswith("what the chunk returned cannot be sent back: ")
    assert isinstance(ends[3], Finished)


def test_blas_has_one_thread(make: Make, kind: str) -> None:
    supervisor = make(kind)
    supervisor.submit(1, chunks.blas_threads_of, None)
    found = chunks.ends(chunks.until_ended(supervisor))[1].result
    assert found and set(found) == {1}


def test_a_number_that_has_not_ended_is_refused(make: Make) -> None:
    supervisor = make("thread")
    supervisor.submit(1, chunks.count, (3, 0.05))
    with pytest.raises(ValueError, match="chunk 1 is submitted already"):
        supervisor.submit(1, chunks.count, (3, 0.05))


def test_events_come_within_the_timeout_or_not_at_all(make: Make) -> None:
    started = time.monotonic()
    assert make("thread").events(0.1) == []
    assert 0.1 <= time.monotonic() - started < 60


def test_close_keeps_what_was_told_meanwhile(make: Make, kind: str) -> None:
    supervisor = make(kind)
    supervisor.submit(1, chunks.count, (600, 0.05))
    chunks.wait_for(supervisor, Reported)
    supervisor.close(timeout=2)
    assert isinstance(chunks.ends(supervisor.events(0))[1], Stopped)
