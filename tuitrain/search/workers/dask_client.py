"""How a Dask cluster is reached, and whether its workers have the same versions as this side. Needs `distributed`."""

from __future__ import annotations

import asyncio
import logging
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tuitrain.errors import SearchError
from tuitrain.text import extra

if TYPE_CHECKING:
    from distributed import Client, Security

NAME = "tuitrain"  # our clients' names begin with "Client-tuitrain-"
AT_ONCE = 50
SECONDS_TO_CONNECT = 6.0
MUST_AGREE = ("tuitrain", "numpy")  # else bits differ, or objects do not travel
SHOULD_AGREE = ("Python", "distributed")


def compare(ours: dict[str, str], theirs: dict[str, str], address: str) -> tuple[str, str]:
    """What is wrong with a worker's versions, and what is only worth a notice; empty where all agree."""

    def differences(names: tuple[str, ...]) -> str:
        return ", ".join(
            f"{name} {theirs.get(name, 'missing')} there and {ours[name]} here"
            for name in names
            if theirs.get(name) != ours[name]
        )

    wrong, different = differences(MUST_AGREE), differences(SHOULD_AGREE)
    place = f"the Dask worker at {address} has other versions: "
    return (f"{place}{wrong}" if wrong else ""), (f"{place}{different}" if different else "")


@dataclass(frozen=True)
class Found:
    """What an inspection of workers found: `misfits` by address, with a sentence each; those that fit; and notices."""

    misfits: dict[str, str] = field(default_factory=dict)
    fits: set[str] = field(default_factory=set)
    notices: list[str] = field(default_factory=list)


def inspect(client: Client, addresses: list[str]) -> Found:
    """Compare these workers' versions with ours; a worker that goes away meanwhile is in neither list."""
    from tuitrain.search.workers.dask_worker import versions  # noqa: PLC0415  (needs the extra)

    found = Found()
    if not addresses:
        return found
    ours = versions()
    for address, theirs in client.run(versions, workers=addresses, on_error="return").items():
        if isinstance(theirs, OSError):
            continue  # it went away; if not, the next look asks again
        if isinstance(theirs, Exception):
            found.misfits[address] = f"the Dask worker at {address} cannot import tuitrain: {theirs}"
            continue
        problem, notice = compare(ours, theirs, address)
        if problem:
            found.misfits[address] = problem
            continue
        found.fits.add(address)
        if notice:
            found.notices.append(notice)
    return found


def connect(address: Any) -> Client:
    """A client of our own, for an address or for another client's scheduler.

    Raises
    ------
    SearchError
        if `distributed` is not installed, or no scheduler answers within six seconds.
    """
    try:
        from distributed import Client, Security  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise SearchError(f"a Dask cluster needs {extra('distributed')}") from error
    security = address.security if isinstance(address, Client) else Security()
    place = address_of(address) if isinstance(address, Client) else str(address)
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what it has to say is told as a `SearchError`
    try:
        with ThreadPoolExecutor(1) as thread, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # versions are compared by us, with a sentence instead of a table
            if not place.startswith("inproc://"):
                thread.submit(lambda: asyncio.run(_greet(place, security))).result()
            return Client(place, timeout=SECONDS_TO_CONNECT, set_as_default=False, name=NAME, security=security)
    except Exception as error:  # OSError and ValueError; and anything at all, where something else listens
        raise SearchError(
            f"no Dask scheduler answers at {place}; start one with `dask scheduler` and give the address it prints"
        ) from error


def cluster_slots(address: str) -> int:
    """How many stacks a cluster trains at a time now: its workers' threads, at least 1.

    Raises
    ------
    SearchError
        as `connect` does.
    """
    client = connect(address)
    try:
        threads: dict[str, int] = client.nthreads()
        return max(1, sum(threads.values()))
    finally:
        leave(client)


async def _greet(address: str, security: Security) -> None:
    """Exchange a word with the scheduler first: a client that finds none cannot be closed.

    Raises whatever happens where there is none; TimeoutError where someone listens and says nothing.
    """
    from distributed import rpc  # noqa: PLC0415  (an extra)

    async with asyncio.timeout(SECONDS_TO_CONNECT):
        async with rpc(address, connection_args=security.get_connection_args("client")) as scheduler:
            await scheduler.identity()


def leave(client: Client) -> None:
    """Close a client; one without its scheduler would wait for it, and is left to do so by itself."""
    if client.status == "running":
        client.close(timeout=2)
    else:
        threading.Thread(target=client.close, daemon=True).start()


def address_of(client: Client) -> str:
    """The scheduler's address."""
    return str(client.scheduler.address)


async def clear_events(client: Client, names: list[str]) -> None:
    """Let the scheduler forget these events; on Dask's thread, by `client.sync`."""
    for start in range(0, len(names), AT_ONCE):
        await asyncio.gather(*(client.scheduler.event_clear(name=name) for name in names[start : start + AT_ONCE]))


def sweep(client: Client) -> None:
    """Take the data of searches that were killed off the workers; where the scheduler has no tuitrain, it stays."""
    with suppress(ImportError):
        client.run_on_scheduler(_unregister_orphans)


async def _unregister_orphans(dask_scheduler: Any) -> None:
    for name in list(dask_scheduler.worker_plugins):
        if name.startswith(f"Client-{NAME}-") and name.split("/")[0] not in dask_scheduler.clients:
            await dask_scheduler.unregister_worker_plugin(comm=None, name=name)
