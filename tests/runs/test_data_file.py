"""Data that cannot be read again is kept to the last bit, and a changed bit is found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tuitrain.data.dataset import Dataset
from tuitrain.errors import RunError
from tuitrain.runs.data_file import read_dataset, to_bytes

DATA = Dataset.from_arrays(np.arange(60.0).reshape(30, 2) / 7, ["a", "b", "c"] * 10, task="classification")


def test_a_dataset_comes_back(tmp_path: Path) -> None:
    (tmp_path / "d").write_bytes(to_bytes(DATA))
    found = read_dataset(tmp_path / "d")
    assert found.fingerprint == DATA.fingerprint and found.class_names == DATA.class_names
    for part in ("train", "validation", "test"):
        assert getattr(found, part).X.tobytes() == getattr(DATA, part).X.tobytes()
        assert getattr(found, part).y.tobytes() == getattr(DATA, part).y.tobytes()


def test_a_changed_bit_is_found_wherever_it_is(tmp_path: Path) -> None:
    whole = to_bytes(DATA)
    for place in range(0, len(whole), 7):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        (tmp_path / "d").write_bytes(damaged)
        with pytest.raises(RunError, match="cannot be read"):
            read_dataset(tmp_path / "d")
