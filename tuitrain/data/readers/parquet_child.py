"""The process that reads a Parquet file: one flipped bit can make polars abort the process that it runs in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars

from tuitrain.data.readers.answers import Columns, Refusal, answer
from tuitrain.data.readers.polars_values import typed_series

BYTES_PER_CELL = 8


def read(request: Mapping[str, Any]) -> tuple[dict[str, Any], Columns]:
    """Read the file at the request's `path`, up to `most_rows` rows; its cells must fit in `limit` bytes."""
    path, most_rows = request["path"], request["most_rows"]
    try:
        lazy = polars.scan_parquet(path, glob=False, hive_partitioning=False)
        names = lazy.collect_schema().names()
        height = lazy.select(polars.len()).collect().item() if names else 0
        size = min(height, most_rows or height) * len(names) * BYTES_PER_CELL
        if size > request["limit"]:
            raise Refusal("large", size=size)
        if not height or not names:
            raise Refusal("empty")
        frame = lazy.head(most_rows).collect() if most_rows is not None else lazy.collect()
    except (polars.exceptions.PanicException, polars.exceptions.PolarsError, OSError, ValueError) as error:
        is_panic = isinstance(error, polars.exceptions.PanicException)
        raise Refusal("damaged", error="" if is_panic else str(error).split("\n", 1)[0]) from error
    return {"is_partial": height > frame.height}, ((name, typed_series(frame.get_column(name))) for name in names)


if __name__ == "__main__":
    answer(read)
