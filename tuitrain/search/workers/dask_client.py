"""Connect to a Dask cluster, and compare its workers' versions with ours. Needs `distributed`."""

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
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from distributed import Client, Security

NAME = "tuitrain"  # our clients' names begin with "Client-tuitrain-"
AT_ONCE = 50
SECONDS_TO_CONNECT = 6.0
MUST_AGREE = ("tuitrain", "numpy")  # or bits differ, or objects cannot be unpickled
SHOULD_AGREE = ("Python", "distributed")


def compare(ours: dict[str, str], theirs: dict[str, str], address: str) -> tuple[str, str]:
    """Return the error in a worker's versions, and a notice on harmless differences; empty if all agree."""

    def differences(names: tuple[str, ...]) -> str:
        return ", ".join(
            _("{name} {theirs} there and {ours} here").format(
                name=name, theirs=theirs.get(name, _("missing")), ours=ours[name]
            )
            for name in names
            if theirs.get(name) != ours[name]
        )

    wrong, different = differences(MUST_AGREE), differences(SHOULD_AGREE)
    place = _("the Dask worker at {address} has other versions: ").format(address=address)
    return (f"{place}{wrong}" if wrong else ""), (f"{place}{different}" if different else "")


@dataclass(frozen=True)
class Found:
    """The result of an inspection: `misfits` by address, with a sentence each; the workers that fit; and notices."""

    misfits: dict[str, str] = field(default_factory=dict)
    fits: set[str] = field(default_factory=set)
    notices: list[str] = field(default_factory=list)


def inspect(client: Client, addresses: list[str]) -> Found:
    """Compare these workers' versions with ours; a worker that leaves meanwhile is in neither list."""
    from tuitrain.search.workers.dask_worker import versions  # noqa: PLC0415  (needs the extra)

    found = Found()
    if not addresses:
        return found
    ours = versions()
    for address, theirs in client.run(versions, workers=addresses, on_error="return").items():
        if isinstance(theirs, OSError):
            continue  # it is gone; if not, the next look asks again
        if isinstance(theirs, Exception):
            found.misfits[address] = _("the Dask worker at {address} cannot import tuitrain: {error}").format(
                address=address, error=theirs
            )
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
    """Make a client of our own for an address or another client's scheduler.

    Raises
    ------
    SearchError
        if `distributed` is not installed, or no scheduler answers within six seconds.
    """
    try:
        from distributed import Client, Security  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise SearchError(_("a Dask cluster needs {extra}").format(extra=extra("distributed"))) from error
    security = address.security if isinstance(address, Client) else Security()
    place = address_of(address) if isinstance(address, Client) else str(address)
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # its errors are raised as `SearchError`
    try:
        with ThreadPoolExecutor(1) as thread, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # we compare versions, and report a sentence instead of a table
            if not place.startswith("inproc://"):
                thread.submit(lambda: asyncio.run(_greet(place, security))).result()
            return Client(place, timeout=SECONDS_TO_CONNECT, set_as_default=False, name=NAME, security=security)
    except Exception as error:  # OSError and ValueError; and anything at all, where something else listens
        raise SearchError(
            _(
                "no Dask scheduler answers at {place}; start one with `dask scheduler` and give the address it prints"
            ).format(place=place)
        ) from error


def cluster_slots(address: str) -> int:
    """Return how many stacks a cluster trains at a time now: its workers' threads, at least 1.

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
    """Check that the scheduler answers, since a client that finds none cannot be closed.

    Raises any connection error if there is none; TimeoutError if something listens but does not answer.
    """
    from distributed import rpc  # noqa: PLC0415  (an extra)

    async with asyncio.timeout(SECONDS_TO_CONNECT):
        async with rpc(address, connection_args=security.get_connection_args("client")) as scheduler:
            await scheduler.identity()


def leave(client: Client) -> None:
    """Close a client; without its scheduler it would wait, and is left to do so in the background."""
    if client.status == "running":
        client.close(timeout=2)
    else:
        threading.Thread(target=client.close, daemon=True).start()


def address_of(client: Client) -> str:
    """Return the scheduler's address."""
    return str(client.scheduler.address)


async def clear_events(client: Client, names: list[str]) -> None:
    """Make the scheduler forget these events; on Dask's thread, by `client.sync`."""
    for start in range(0, len(names), AT_ONCE):
        await asyncio.gather(*(client.scheduler.event_clear(name=name) for name in names[start : start + AT_ONCE]))


def sweep(client: Client) -> None:
    """Remove the data of killed searches from the workers; if the scheduler has no tuitrain, it stays."""
    with suppress(ImportError):
        client.run_on_scheduler(_unregister_orphans)


async def _unregister_orphans(dask_scheduler: Any) -> None:
    for name in list(dask_scheduler.worker_plugins):
        if name.startswith(f"Client-{NAME}-") and name.split("/")[0] not in dask_scheduler.clients:
            await dask_scheduler.unregister_worker_plugin(comm=None, name=name)
