"""The list of readers: by suffix, used by loading and by the completion of paths alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars
import pytest

from tests.data.readers.test_excel import sheet, workbook
from tuitrain.data.loading import load_tables
from tuitrain.data.readers import READERS, TEXT, reader_of
from tuitrain.ui.data.path_completion import paths_from


@pytest.mark.parametrize("suffix", sorted(READERS))
def test_a_file_of_each_suffix_is_offered_and_read(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"table{suffix}"
    rows = np.arange(60.0).reshape(30, 2)
    match READERS[suffix].function:
        case "read_text_file":
            sign = "\t" if suffix in {".tsv", ".tab"} else ","
            path.write_text(f"a{sign}b\n" + "".join(f"{a}{sign}{b}\n" for a, b in rows))
        case "read_npy_file":
            np.save(path, rows)
        case "read_npz_file":
            np.savez(path, X=rows[:, :1], y=rows[:, 1])
        case "read_excel_file":
            path.write_bytes(workbook(sheet(["a", "b"], *rows)))
        case "read_arff_file":
            path.write_text(
                "@relation t\n@attribute a real\n@attribute b real\n@data\n" + "".join(f"{a},{b}\n" for a, b in rows)
            )
        case _:
            polars.DataFrame({"a": rows[:, 0], "b": rows[:, 1]}).write_parquet(path)
    assert paths_from(f"{tmp_path}/") == [str(path)]
    table, test_table = load_tables(str(path))
    assert (len(table), len(table.columns), test_table) == (30, 2, None)
    np.testing.assert_array_equal(table.columns[1].values, rows[:, 1])


def test_another_suffix_is_text() -> None:
    assert reader_of(".DATA") is TEXT
    assert reader_of(".PQ") is READERS[".parquet"] or reader_of(".PQ").function == "read_parquet_file"
