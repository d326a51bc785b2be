"""The three kinds of workers, made anew for each test; the Dask cluster is started once and shared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.search.workers.chunks import data
from tuitrain.search.workers import DaskWorkers, ProcessWorkers, Supervisor, ThreadWorkers

Make = Callable[..., Supervisor]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
    ) as cluster:
        yield cluster


@pytest.fixture(params=["thread", "processes", "dask"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["processes", "dask"])
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
            cluster = request.getfixturevalue("cluster")
            cluster.scale(2)
            workers = DaskWorkers(shared, cluster.scheduler_address)
        made.append(Supervisor(workers))
        return made[-1]

    yield make
    for supervisor in made:
        supervisor.close(timeout=0.5)
