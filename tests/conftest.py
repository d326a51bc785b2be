"""The files that take longest are begun first, so that no process is left with a long one at the end."""

from __future__ import annotations

import pytest

LONG = (
    "test_search_screen", "test_terminal", "test_study", "test_losses", "test_quality", "test_search_terminal",
    "test_optuna", "test_cli_search", "test_cli", "test_panes", "test_trainer", "test_workers",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by file, the longest first."""
    place = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.stem, len(LONG)))
