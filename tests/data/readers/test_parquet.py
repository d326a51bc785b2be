"""Parquet files: types are kept, and damage of any kind leaves this process running."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.data.readers.damage import TRIES, damaged
from tuitrain.data.loading import load_dataset, load_tables
from tuitrain.data.readers import FileContent, child, compressed, parquet
from tuitrain.data.readers.answers import Refusal
from tuitrain.data.readers.child import DiedError, read_in_child
from tuitrain.data.readers.parquet import read_parquet_file
from tuitrain.data.table import Table
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions

popen = subprocess.Popen
polars = pytest.importorskip("polars")


def packed(columns: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    polars.DataFrame(columns, strict=False).write_parquet(file, **options)
    return file.getvalue()


def read(data: bytes, *, most_rows: int | None = None, **options: Any) -> Table:
    return read_parquet_file(FileContent(data, "t.parquet", ".parquet", most_rows), DataOptions(**options))[0]


EVERY_KIND: Mapping[str, Any] = {
    "n": [1, None, 3], "t": ["007", "a", None], "b": [True, False, None], "f": [1.5, float("inf"), float("nan")],
    "id": [2**53 + 1, 2**53 + 3, None], "cost": [Decimal("1.20"), None, Decimal("3.45")],
    "level": polars.Series(["5", None, "5"], dtype=polars.Categorical),
    "day": [date(2024, 1, 2), None, date(1969, 12, 31)],
    "at": [datetime(2024, 1, 2, 13, 5), None, datetime(2024, 1, 3)],
    "clock": [time(13, 5), time(0, 0, 30), None], "took": [timedelta(hours=26), None, timedelta(minutes=-90)],
    "few": [[1.0, 2.0], None, [3.0]],
}  # fmt: skip


def test_every_type_is_read_as_it_is_meant() -> None:
    table = read(packed(EVERY_KIND))
    assert {column.name: (column.kind, column.labels()) for column in table.columns} == {
        "n": ("number", ["1", None, "3"]), "t": ("text", ["007", "a", None]),
        "b": ("boolean", ["True", "False", None]), "f": ("number", ["1.5", None, None]),
        "id": ("text", [str(2**53 + 1), str(2**53 + 3), None]), "cost": ("number", ["1.2", None, "3.45"]),
        "level": ("text", ["5", None, "5"]), "day": ("date", ["2024-01-02", None, "1969-12-31"]),
        "at": ("date", ["2024-01-02 13:05", None, "2024-01-03"]), "clock": ("time", ["13:05", "00:00:30", None]),
        "took": ("time", ["26:00", None, "-2:30"]), "few": ("text", [None] * 3),
    }  # fmt: skip
    assert table.column("took").values[2] == -1.5
    assert any(notice.startswith('column "few": holds List(Float64); expected numbers, ') for notice in table.notices)


@pytest.mark.parametrize(("zone", "hours"), [("Asia/Seoul", [9, 9]), ("Europe/Berlin", [0, 0])])
def test_times_with_a_zone_are_local_unless_its_offset_changes(zone: str, hours: list[int]) -> None:
    stamps = [datetime(2024, 1, 5, tzinfo=UTC), datetime(2024, 7, 5, tzinfo=UTC)]
    table = read(packed({"at": polars.Series(stamps).dt.convert_time_zone(zone), "n": [1, 2]}))
    assert (table.column("at").values * 24 % 24).round(9).tolist() == hours


def test_a_parquet_file_gives_the_model_of_the_same_csv(tmp_path: Path) -> None:
    start = datetime(2024, 1, 1, 0, 7, 13)
    frame = polars.DataFrame({
        "a": [n / 7 for n in range(40)], "c": ["r", "b"] * 20, "day": [date(2024, 1, 1 + n % 28) for n in range(40)],
        "at": [start + timedelta(minutes=977 * n) for n in range(40)], "price": [f"${n},500" for n in range(40)],
        "y": [n % 2 for n in range(40)],
    })  # fmt: skip
    frame.write_csv(tmp_path / "t.csv")
    frame.write_parquet(tmp_path / "t.parquet")
    (tmp_path / "t.pq.gz").write_bytes(__import__("gzip").compress((tmp_path / "t.parquet").read_bytes()))
    csv, pq, gz = (load_dataset(str(tmp_path / f"t.{kind}")) for kind in ("csv", "parquet", "pq.gz"))
    assert csv.fingerprint == pq.fingerprint == gz.fingerprint


def test_what_the_user_says_about_columns_holds() -> None:
    data = packed({"zip": [12345, 501, None], "level": polars.Series(["5", "6", "7"], dtype=polars.Categorical)})
    table = read(data, types=(("zip", "text"), ("level", "number")))
    assert [(column.kind, column.labels()) for column in table.columns] == [
        ("text", ["12345", "501", None]), ("number", ["5", "6", "7"]),
    ]  # fmt: skip


def test_a_preview_takes_the_first_rows() -> None:
    table = read(packed({"n": list(range(50)), "m": list(range(50))}), most_rows=9)
    assert (len(table), table.is_partial) == (9, True)


@pytest.mark.parametrize("data", [b"", b"PAR1 rubbish PAR1", b"a,b\n1,2\n"])
@pytest.mark.long
def test_what_is_no_parquet_is_refused(data: bytes) -> None:
    with pytest.raises(DataError, match=r"t\.parquet: cannot be read as Parquet"):
        read(data)


def test_a_file_without_rows_says_so() -> None:
    with pytest.raises(DataError, match=r"t\.parquet: has no rows"):
        read(packed({"a": polars.Series([], dtype=polars.Float64)}))


def test_without_its_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(
        DataError, match=r"reading Parquet needs the extra .parquet.: pip install 'tuitrain\[parquet\]'"
    ):
        read(b"")


def test_what_unpacks_beyond_the_limit_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "LEAST_LIMIT", 1_000_000)
    with pytest.raises(DataError, match=r"t\.parquet: unpacks to 8\.0 MB; the most for a file of this size is 1\.0 MB"):
        read(packed({"a": np.zeros(1_000_000)}))


def test_polars_is_not_imported_here(tmp_path: Path) -> None:
    code = "from tuitrain.data.loading import load_tables as t; import sys; t(sys.argv[1]); assert 'polars' not in {}"
    code = code.format("sys.modules")
    path = tmp_path / "t.parquet"
    path.write_bytes(packed(EVERY_KIND))
    assert os.spawnl(os.P_WAIT, sys.executable, sys.executable, "-c", code, str(path)) == 0


@pytest.mark.parametrize("ending", [signal.SIGABRT, signal.SIGKILL, None])
def test_the_death_of_the_process_is_damage(
    ending: signal.Signals | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dying.py").write_text(
        "from tuitrain.data.readers.answers import answer\nimport os\n"
        f"def read(request): {'raise KeyError' if ending is None else f'os.kill(os.getpid(), {int(ending)})'}\n"
        "answer(read)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(parquet, "CHILD", "dying")
    with pytest.raises(DataError, match=r"t\.parquet: cannot be read as Parquet \(the file is damaged\)"):
        read(packed({"a": [1]}))


def test_the_process_gets_no_more_memory_than_the_limit_allows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "greedy.py").write_text(
        "from tuitrain.data.readers.answers import answer, Refusal\n"
        "def read(request):\n"
        "    try: bytes(2**29)\n"
        "    except MemoryError: raise Refusal('no memory')\n"
        "answer(read)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(child, "SPARE_MEMORY", 2**28)
    with pytest.raises(Refusal, match="no memory"):
        read_in_child("greedy", {}, limit=10**6)
    with pytest.raises(DiedError):
        read_in_child("greedy", {}, limit=2**28)


def opened() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def test_a_file_is_read_from_a_thread_and_nothing_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    started: list[Any] = []
    monkeypatch.setattr(child.subprocess, "Popen", lambda *a, **k: started.append(popen(*a, **k)) or started[-1])
    before = opened()
    tables: list[Table] = []
    thread = threading.Thread(target=lambda: tables.append(read(packed({"a": [1, 2], "b": [3, 4]}))))
    thread.start()
    thread.join()
    assert len(tables[0]) == 2
    assert not list(tmp_path.iterdir())
    assert opened() == before
    assert [process.returncode is None for process in started] == [False]


def outcomes(tries: int) -> dict[str, int]:
    data = packed({**EVERY_KIND, "few": None}, compression="zstd")
    found = {"read": 0, "refused": 0}
    for copy in damaged(data, tries=tries):
        try:
            read(copy)
        except DataError as error:
            assert str(error).isprintable(), str(error)
            assert "\n" not in str(error)
            found["refused"] += 1
        else:
            found["read"] += 1
    return found


@pytest.mark.long
def test_damage_is_one_clear_error() -> None:
    assert outcomes(4)["refused"] >= 1


@pytest.mark.long
def test_damage_anywhere_is_one_clear_error() -> None:
    assert outcomes(TRIES)["refused"] > TRIES / 3


def test_a_path_is_read_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a [b]*.parquet"  # no pattern
    path.write_bytes(packed({"a": [1, 2], "b": [3, 4]}))
    assert len(load_tables(str(path))[0]) == 2
