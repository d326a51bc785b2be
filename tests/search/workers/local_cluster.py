"""A Dask cluster of two local workers, in a program of its own, until it is killed; prints its address."""

from __future__ import annotations

import time

import dask
from distributed import LocalCluster

# Dask closes a nanny for good whose worker is away when this time has passed after an earlier loss of it
dask.config.set({"distributed.deploy.lost-worker-timeout": "1h"})


def main() -> None:
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50) as cluster:
        print(cluster.scheduler_address, flush=True)
        while True:
            time.sleep(0.1)
            if len(cluster.workers) < 2:  # one was killed as it started: Dask's nanny gives up on it
                cluster.scale(2)


if __name__ == "__main__":
    main()
