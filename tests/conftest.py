"""How many examples a property is tried on, and which files are begun first."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

# No time limit for an example: a busy machine is no failure. `.ci/long` asks for the second by --hypothesis-profile.
settings.register_profile("quick", deadline=None, max_examples=20)
settings.register_profile("long", deadline=None, max_examples=300)
settings.load_profile("quick")

# The files that take longest are begun first, so that no process is left with a long one at the end.
SLOW_FILES = (
    "test_screen", "test_steering", "test_table", "test_form", "test_terminal", "test_study", "test_search", "test_cli",
    "test_lost_workers", "test_quality", "test_optuna_samplers", "test_panes", "test_trainer", "test_workers",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by file, the slowest first."""
    place = {name: number for number, name in enumerate(SLOW_FILES)}
    items.sort(key=lambda item: place.get(item.path.stem, len(SLOW_FILES)))


@pytest.fixture(scope="session", autouse=True)
def _runs_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let every training that keeps a run keep it in a directory of the tests, in this process and in others."""
    before = os.environ.get("TUITRAIN_RUNS")
    os.environ["TUITRAIN_RUNS"] = str(tmp_path_factory.mktemp("runs"))
    yield
    os.environ.pop("TUITRAIN_RUNS", None) if before is None else os.environ.update(TUITRAIN_RUNS=before)
