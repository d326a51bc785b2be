"""The three kinds of workers, made anew for each test; the Dask cluster is started once and shared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.search.workers.programs import end_program, run_program, wait_until
from tests.search.workers.tasks import data
from tuitrain.search.workers.dask import DaskWorkers
from tuitrain.search.workers.processes import ProcessWorkers
from tuitrain.search.workers.supervisor import Supervisor
from tuitrain.search.workers.thread import ThreadWorkers

Make = Callable[..., Supervisor]


@pytest.fixture(scope="package")
def cluster() -> Iterator[str]:
    """The address of a Dask cluster of two workers; it ends with these tests, since it is never quite idle."""
    pytest.importorskip("distributed")
    program = run_program("-m", "tests.search.workers.local_cluster")
    assert program.stdout is not None
    yield program.stdout.readline().strip()
    end_program(program)


DASK = pytest.param("dask", marks=pytest.mark.long)  # a cluster takes seconds to start


@pytest.fixture(params=["thread", "processes", DASK])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["processes", DASK])
def mortal_kind(request: pytest.FixtureRequest) -> str:
    """Workers that can be killed."""
    return str(request.param)


@pytest.fixture
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Make a supervisor with workers of a kind, and close it at the end."""
    made: list[Supervisor] = []

    def make(kind: str, shared: Any = None) -> Supervisor:
        shared = data() if shared is None else shared
        if kind == "thread":
            workers: Any = ThreadWorkers(shared, slots=2)
        elif kind == "processes":
            workers = ProcessWorkers(shared, jobs=2)
        else:
            workers = DaskWorkers(shared, request.getfixturevalue("cluster"))
            wait_until(lambda: workers.slots == 2)
        made.append(Supervisor(workers))
        return made[-1]

    yield make
    for supervisor in made:
        supervisor.close(timeout=0.5)
