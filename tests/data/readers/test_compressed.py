"""Packed tables are read as the tables they hold; damage and bombs are refused before memory is taken."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.data.readers.damage import TRIES, refused
from tuitrain.data import loading
from tuitrain.data.cells.remarks import Remarks
from tuitrain.data.loading import load_tables
from tuitrain.data.readers import FileContent, compressed
from tuitrain.data.readers.byte_stream import ByteStream
from tuitrain.data.readers.compressed import packing_of, unpack
from tuitrain.data.readers.text_stream import TextStream
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions

CSV = "a,b\n" + "".join(f"{n},{n * n % 17}\n" for n in range(300))
PACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lambda data: lzma.compress(data, preset=0),
}  # fmt: skip


def cells(path: Path, **options: object) -> list[list[float]]:
    return [list(column.values) for column in load_tables(str(path), **options)[0].columns]  # type: ignore[arg-type]


WHOLE = [[float(n) for n in range(300)], [float(n * n % 17) for n in range(300)]]


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("name", ["t.csv{}", "T.CSV{}", "t{}", "t.csv"])
def test_a_packed_table_is_known_by_its_suffix_or_its_first_bytes(name: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / name.format(suffix)
    path.write_bytes(PACK[suffix](CSV.encode()))
    assert cells(path) == WHOLE


def test_a_packed_tsv_is_split_at_tabs(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv.gz"
    path.write_bytes(gzip.compress(b"City, State\tn\n" + b"Troy, NY\t1\nRome, NY\t2\n" * 9))
    assert load_tables(str(path))[0].names == ["City, State", "n"]


@pytest.mark.parametrize("pack", PACK.values())
def test_pieces_packed_one_behind_the_other_are_one_table(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    half = CSV.index("\n150,") + 1
    path.write_bytes(pack(CSV[:half].encode()) + pack(CSV[half:].encode()) + bytes(512))
    assert cells(path) == WHOLE


def test_packed_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(CSV.encode()))))
    assert len(load_tables("-")[0]) == 300


def test_a_table_that_was_unpacked_under_its_old_name_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_text(CSV)
    assert cells(path) == WHOLE


def test_a_packed_array_is_read(tmp_path: Path) -> None:
    file = io.BytesIO()
    np.save(file, np.array(WHOLE).T)
    path = tmp_path / "t.npy.xz"
    path.write_bytes(lzma.compress(file.getvalue()))
    assert cells(path) == WHOLE


def test_a_preview_unpacks_the_head_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "HEAD_BYTES", 100)
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(CSV.encode())[:-300])  # the end would be an error
    table = load_tables(str(path), most_rows=1000)[0]
    assert table.is_partial
    assert 5 < len(table) < 30


@pytest.mark.parametrize("suffix", PACK)
def test_what_unpacks_beyond_the_limit_is_refused_before_it_is_unpacked(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compressed, "LEAST_LIMIT", 200_000)
    monkeypatch.setattr(compressed, "PIECE", 50_000)
    monkeypatch.setattr(compressed, "LARGEST_RATIO", 1)
    path = tmp_path / f"t.csv{suffix}"
    path.write_bytes(PACK[suffix](CSV.encode() * 1600))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=r"t\.csv\..*: unpacks to more than 0\.2 MB.*(gunzip|bunzip2|unxz)"):
            load_tables(str(path))
        assert tracemalloc.get_traced_memory()[1] < 2_000_000  # of 3.7 million bytes
    finally:
        tracemalloc.stop()


def test_a_large_file_may_unpack_to_twenty_times_its_size() -> None:
    assert compressed.most_unpacked(3_000_000) == 2**30
    assert compressed.most_unpacked(10**9) == 20 * 10**9


@pytest.mark.parametrize("suffix", PACK)
def test_damage_anywhere_is_one_clear_error(suffix: str) -> None:
    data = PACK[suffix](CSV.encode())

    def read(copy: bytes) -> bytes:
        packing = packing_of(copy)
        if packing is None:
            raise DataError("not packed")
        return unpack(io.BytesIO(copy), packing, "t", size=len(copy))[0]

    assert refused(data, read, CSV.encode()) > 0.9 * TRIES


def test_messages_tell_the_kind_of_damage(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    data = gzip.compress(CSV.encode())
    for content, message in (
        (data[:-20], r"t\.csv\.gz: is packed by gzip, and ends early after 0\.0 MB unpacked; copy or download"),
        (data[:200] + b"\xff" * 9 + data[209:], r"is packed by gzip, and is damaged \("),
        (data + b"more", "has other bytes behind its end"),
        (b"\x00\x01" * 50, r"is no \.gz file, though its suffix says so, nor text"),
    ):
        path.write_bytes(content)
        with pytest.raises(DataError, match=message):
            load_tables(str(path))


def test_a_tar_archive_is_named(tmp_path: Path) -> None:
    import tarfile

    with tarfile.open(tmp_path / "t.tar.gz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("t.csv"), io.BytesIO())
    with pytest.raises(DataError, match=r"t\.tar\.gz: holds a tar archive; unpack it \(tar -xf\)"):
        load_tables(str(tmp_path / "t.tar.gz"))


def zipped(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_zip_archive_with_one_table_is_that_table(tmp_path: Path) -> None:
    path = zipped(tmp_path / "t.zip", **{"data/t.csv": CSV, "readme.md": "#", "__MACOSX/data/._t.csv": "x"})
    assert cells(path) == WHOLE
    assert len(load_tables(str(path), most_rows=7)[0]) == 7
    assert cells(zipped(tmp_path / "u.zip", u=CSV)) == WHOLE


def test_a_zip_archive_with_several_tables_names_them(tmp_path: Path) -> None:
    path = zipped(tmp_path / "t.zip", **{"train.csv": CSV, "test.csv": CSV})
    with pytest.raises(DataError, match=r'found tables "train\.csv", "test\.csv" in the archive; expected one table'):
        load_tables(str(path))
    with pytest.raises(DataError, match=r'found file "a\.md" in the archive'):
        load_tables(str(zipped(tmp_path / "u.zip", **{"a.md": "#"})))


def test_a_zip_archive_is_measured_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "LEAST_LIMIT", 4_000_000)
    path = zipped(tmp_path / "t.zip", **{"t.csv": "1,2\n" * 2_000_000})
    with pytest.raises(DataError, match=r"t\.zip: unpacks to 8\.0 MB; the most for a file of this size is 4\.0 MB"):
        load_tables(str(path))


def test_a_damaged_zip_archive_is_one_clear_error(tmp_path: Path) -> None:
    path = zipped(tmp_path / "t.zip", **{"t.csv": CSV})
    data = path.read_bytes()

    def read(copy: bytes) -> list[list[float]]:
        path.write_bytes(copy)
        return cells(path)

    assert refused(data, read, WHOLE) > 0.8 * TRIES


def stored(data: bytes) -> bytes:
    return gzip.compress(data, 0)


@pytest.mark.parametrize("pack", [stored, bz2.compress])
def test_damage_is_told_alike_piece_by_piece(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    rows = np.random.default_rng(1).normal(size=(90_000, 3)).tolist()
    whole = pack(b"a,b,c\n" + b"".join(b"%.6f,%.6f,%.6f\n" % tuple(row) for row in rows))
    path = tmp_path / "t.csv.packed"
    for place in (whole.index(b",", len(whole) // 5), len(whole) // 2):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :])
        with pytest.raises(DataError, match="damaged") as at_once:
            load_tables(str(path))
        with pytest.raises(DataError) as streamed, path.open("rb") as file:
            packed = ByteStream(file, FileContent(b"", path.name, ".csv"))
            stream = TextStream(packed, DataOptions(), head_bytes=100_000, piece_bytes=100_000)
            for _chunk in stream.chunks({}, [], Remarks()):
                pass
        assert str(streamed.value) == str(at_once.value)
