"""Where chunks of trials are run: threads, processes or a Dask cluster, under one supervisor.

A *chunk* is one stack of trials. A worker runs ``function(shared, payload, report, is_stopped) -> result`` for it:
`shared` is the one constant object of all chunks, `payload` the chunk's own small one. Nothing is imported here: a
worker process starts faster for it.
"""
