"""The extra is missing: one sentence that names it."""

from __future__ import annotations

import sys

import pytest

from tests.search.workers import tasks
from tuitrain.errors import SearchError
from tuitrain.search.workers.dask import DaskWorkers


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SearchError, match=r"pip install 'tuitrain\[distributed\]'"):
        DaskWorkers(tasks.data(), "tcp://127.0.0.1:8786")
