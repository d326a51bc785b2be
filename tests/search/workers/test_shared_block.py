"""What goes into the shared block comes out of it, read-only, whatever the arrays' shapes and types."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitrain.errors import SearchError
from tuitrain.search.workers import shared_block
from tuitrain.search.workers.shared_block import ALIGNMENT, Descriptor, SharedBlock, read_shared

shapes = st.lists(st.integers(0, 7), max_size=3).map(tuple)
kinds = st.sampled_from(["float32", "float64", "int8", "bool", "<U3", "object"])


@given(st.lists(st.tuples(shapes, kinds, st.sampled_from(["C", "F", "reversed"])), max_size=6))
def test_arrays_come_out_as_they_went_in(specification: list[tuple[tuple[int, ...], str, str]]) -> None:
    arrays = []
    for shape, kind, order in specification:
        array = np.arange(int(np.prod(shape))).reshape(shape).astype(kind)
        arrays.append(np.asfortranarray(array) if order == "F" else array.T if order == "reversed" else array)
    block = SharedBlock({"arrays": arrays, "name": "x"})
    found = read_shared(Descriptor(os.dup(block.descriptor.number)), block.layout)
    block.close()
    assert found["name"] == "x"
    for array, copy in zip(arrays, found["arrays"], strict=True):
        assert copy.dtype == array.dtype and np.array_equal(copy, array)
        if array.dtype != object and array.flags.forc:
            assert not copy.flags.writeable
            assert not copy.size or copy.ctypes.data % ALIGNMENT == 0


def test_data_that_finds_no_room_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_block, "_anonymous_file", lambda: open("/dev/full", "r+b"))  # noqa: SIM115, PTH123
    with pytest.raises(SearchError, match="into memory for the workers: No space left on device"):
        SharedBlock(np.zeros(10))
