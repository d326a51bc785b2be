"""Run tasks in threads, processes or on a Dask cluster, under one supervisor.

A *task* is one stack of trials. A worker runs ``function(shared, payload, report, is_stopped) -> result`` for it:
`shared` is the one constant object of all tasks, `payload` the task's own small one. Nothing is imported here: a
worker process starts faster for it.
"""
