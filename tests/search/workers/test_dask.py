"""What only a Dask cluster has: versions on two sides, workers that join, a scheduler that may be gone."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.search.workers import tasks
from tests.search.workers.conftest import Make
from tests.search.workers.programs import Program, end_program, run_program, wait_until, working
from tuitrain.errors import SearchError
from tuitrain.search.workers.dask import DaskWorkers
from tuitrain.search.workers.dask_client import compare
from tuitrain.search.workers.supervisor import Finished, Reported, Started, Supervisor

distributed = pytest.importorskip("distributed")


@dataclass
class Cluster:
    """A scheduler as the README starts it, and as many workers as a test asks for."""

    address: str
    scheduler: Program
    workers: list[Program] = field(default_factory=list)

    def start_worker(self, *options: str) -> None:
        program = run_program("-m", "dask", "worker", self.address, "--nthreads", "1", "--no-dashboard", *options)
        self.workers.append(program)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Cluster]:
    file = tmp_path / "scheduler.json"
    program = run_program(
        "-m", "dask", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
        "--dashboard-address", ":0", "--scheduler-file", str(file),
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not (file.exists() and file.read_text().strip().endswith("}")):
        assert time.monotonic() < deadline and program.poll() is None
        time.sleep(0.05)
    cluster = Cluster(json.loads(file.read_text())["address"], program)
    yield cluster
    for program in [*cluster.workers, cluster.scheduler]:
        end_program(program)


@pytest.mark.long
def test_workers_that_join_later_are_used_and_a_lost_scheduler_is_one_clear_error(
    fresh: Cluster, capfd: pytest.CaptureFixture[str]
) -> None:
    supervisor = Supervisor(DaskWorkers(tasks.data(), fresh.address))
    assert supervisor.free == 0
    assert supervisor.notices == [
        f"{fresh.address} has no workers yet; start some with `dask worker {fresh.address} --nthreads 1`"
    ]
    for task in range(2):
        supervisor.submit(task, tasks.count, (400, 0.02))
    fresh.start_worker("--no-nanny")
    events = tasks.wait_for(supervisor, Reported, 3)
    assert sum(isinstance(event, Started) for event in events) == 1
    fresh.start_worker("--no-nanny")
    events = tasks.wait_for(supervisor, Started)  # the task that waited, in the supervisor's queue
    assert [event.task for event in events if isinstance(event, Started)] == [1]
    capfd.readouterr()
    end_program(fresh.scheduler)
    with pytest.raises(SearchError, match=f"the Dask scheduler at {fresh.address} is gone"):
        tasks.until_ended(supervisor)
    closing = time.monotonic()
    supervisor.close(timeout=0.1)
    assert time.monotonic() - closing < 60
    assert capfd.readouterr().err == ""


@pytest.mark.long
def test_a_killed_coordinator_leaves_no_task_running_and_no_data(fresh: Cluster) -> None:
    fresh.start_worker("--nthreads", "2", "--no-nanny")
    coordinator = run_program("-m", "tests.search.workers.coordinator", "dask", fresh.address)
    try:
        working(coordinator, 2)
        with distributed.Client(fresh.address, set_as_default=False) as client:
            assert sum(map(len, client.processing().values())) == 2
            coordinator.kill()
            wait_until(lambda: not any(client.run(tasks_of).values()), seconds=60)
            assert list(client.run(data_of).values()) == [1]
            supervisor = Supervisor(DaskWorkers(tasks.data(), client))
            assert list(client.run(data_of).values()) == [1]
            supervisor.close()
            assert list(client.run(data_of).values()) == [0]
    finally:
        end_program(coordinator)


def tasks_of(dask_worker: object) -> int:
    return len(dask_worker.active_threads)  # type: ignore[attr-defined]


def data_of() -> int:
    from tuitrain.search.workers import dask_worker

    return len(dask_worker._shared.keys() | dask_worker._parts.keys())


@pytest.mark.long
def test_a_worker_with_another_numpy_is_refused_in_one_sentence(cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from tuitrain.search.workers import dask_worker

    here = dask_worker.versions()
    monkeypatch.setattr(dask_worker.np, "__version__", "1.0")
    with pytest.raises(SearchError, match=rf"tcp://\S+ has other versions: numpy {here['numpy']} there and 1.0 here$"):
        DaskWorkers(tasks.data(), cluster)


@pytest.mark.long
def test_a_worker_with_another_distributed_is_a_notice(cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from tuitrain.search.workers import dask_worker

    monkeypatch.setattr(dask_worker.distributed, "__version__", "2025.1.0")
    workers = DaskWorkers(tasks.data(), cluster)
    assert workers.notices and all("and 2025.1.0 here" in notice for notice in workers.notices)
    workers.close()


def test_a_task_goes_to_a_cluster_and_its_result_comes_back(make: Make) -> None:
    supervisor = make("dask")
    supervisor.submit(1, tasks.count, (2, 0.0))
    events = tasks.until_ended(supervisor)
    assert [type(event) for event in events] == [Started, Reported, Reported, Finished]
    assert events[-1] == Finished(1, 2)


def test_versions_are_compared_by_their_weight() -> None:
    ours = {"tuitrain": "1", "numpy": "2.4", "Python": "3.11.7", "distributed": "2026.8"}
    assert compare(ours, ours, "a") == ("", "")
    assert compare(ours, {**ours, "numpy": "2.3", "tuitrain": "0"}, "tcp://a:1")[0] == (
        "the Dask worker at tcp://a:1 has other versions: tuitrain 0 there and 1 here, numpy 2.3 there and 2.4 here"
    )
    problem, notice = compare(ours, {**ours, "Python": "3.12.1"}, "a")
    assert not problem and notice.endswith("Python 3.12.1 there and 3.11.7 here")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "127.0.0.1:1", "no such address", "tcp://10.255.255.1:8786"])
def test_a_scheduler_that_cannot_be_reached_is_named_within_ten_seconds(
    address: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tuitrain.search.workers import dask_client

    assert dask_client.SECONDS_TO_CONNECT <= 8
    monkeypatch.setattr(dask_client, "SECONDS_TO_CONNECT", 0.4)
    started = time.monotonic()
    with pytest.raises(SearchError, match=f"no Dask scheduler answers at {address}"):
        DaskWorkers(tasks.data(), address)
    assert time.monotonic() - started < 60
    assert capfd.readouterr().err == ""


def test_something_else_that_listens_is_no_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    from tuitrain.search.workers import dask_client

    monkeypatch.setattr(dask_client, "SECONDS_TO_CONNECT", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        started = time.monotonic()
        with pytest.raises(SearchError, match=address):
            DaskWorkers(tasks.data(), address)
        assert time.monotonic() - started < 60


@pytest.mark.long
def test_a_result_that_went_with_its_worker_is_made_again(cluster: str) -> None:
    """Killed so soon after its end that the result may or may not have been fetched: the task ends once either way."""
    supervisor = Supervisor(DaskWorkers(tasks.data(), cluster))
    events: list[tasks.Event] = []
    kills = 0
    for task in range(6):
        supervisor.submit(task, tasks.count, (3, 0.02))
    deadline = time.monotonic() + 120
    while supervisor.unfinished:
        assert time.monotonic() < deadline, events
        found = supervisor.events(0.5)
        last = [event.value for event in found if isinstance(event, Reported) and event.value[0] == 2]
        if last and kills < 2:  # a third might be the same task's
            kills += 1
            os.kill(last[0][2], signal.SIGKILL)
        events += found
    assert tasks.ends(events) == {task: Finished(task, 3) for task in range(6)}
    supervisor.close()


class Unanswering:
    """A task of Dask's whose result never comes, as after a cancel while it was on its way."""

    def result(self, timeout: float | None = None) -> bytes:
        assert timeout is not None, "this would wait without end, on the only thread that tells of results"
        time.sleep(min(timeout, 0.01))
        raise TimeoutError


@pytest.mark.long
def test_a_result_that_never_comes_is_not_waited_for_when_its_attempt_was_given_up(cluster: str) -> None:
    workers = DaskWorkers(tasks.data(), cluster)
    future = workers.submit(tasks.count, 0, 1, (50, 0.02))
    told: list[tuple[int, int]] = []
    waiter = threading.Thread(target=lambda: told.append(workers._done((0, 1), Unanswering())))
    waiter.start()
    waiter.join(0.3)
    assert waiter.is_alive()  # somebody waits for it still
    with workers._lock:
        flight = workers._attempts.pop((0, 1))  # what giving up does
    waiter.join(60)
    assert not waiter.is_alive()
    assert told
    assert not future.done()  # who gave it up told its end
    flight.dask_future.cancel(force=True)
    workers.close()
