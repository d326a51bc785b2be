"""Which datasets `launch` reads before the screen is shown, and which behind it."""

import pytest

from tests.churn import write_churn
from tuitrain.cli import launch
from tuitrain.data.loading import load_dataset
from tuitrain.data.progress import untold
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions


def test_a_large_file_is_loaded_when_the_screen_asks_for_it(tmp_path, monkeypatch):
    path = str(write_churn(tmp_path / "churn.csv"))
    now = launch._now_or_behind({"dataset": path, "drop": ("city",)})
    monkeypatch.setattr(launch, "LARGE", 1000)
    behind = launch._now_or_behind({"dataset": path, "drop": ("city",)})
    assert behind.source == path
    assert behind.options == DataOptions(drop=("city",))
    assert behind.read(untold).fingerprint == now.fingerprint == load_dataset(path, drop=["city"]).fingerprint


@pytest.mark.parametrize("source", [None, "iris", "moons?n=60"])
def test_names_are_read_at_once(source, monkeypatch):
    monkeypatch.setattr(launch, "LARGE", 0)
    assert launch._now_or_behind({"dataset": source}).name.startswith((source or "iris").partition("?")[0])


def test_what_is_no_file_is_told_before_the_screen(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        launch._now_or_behind({"dataset": str(tmp_path / "none.csv")})


def test_what_is_wrong_with_a_small_file_is_told_on_the_screen(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n1,2,3\n")
    behind = launch._now_or_behind({"dataset": str(path)})
    with pytest.raises(DataError, match="line 3"):
        behind.read(untold)
