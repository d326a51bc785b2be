"""Readers of files: each turns one kind of file into a table. The one list of the suffixes that are known.

To add a kind of file: a module here with a function as `ReadFile` describes, and its suffixes in `READERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from tuitrain.data.progress import Progress, untold

if TYPE_CHECKING:
    from tuitrain.data.cells.column_format import ColumnFormat
    from tuitrain.data.table import Table
    from tuitrain.options.data_options import DataOptions


@dataclass(frozen=True)
class FileContent:
    """The bytes of a file, or its head where `is_cut`; `name` stands for it in messages, `suffix` is in lower case.

    `most_rows` limits what is read, for a preview; `formats` are those of a model's columns, by name. If there is a
    `path`, `data` is empty, and the reader opens the file. It calls `progress` while it reads. With `keeps_cells`, the
    table of a text file can give its cells as they are written.
    """

    data: bytes
    name: str
    suffix: str
    most_rows: int | None = None
    is_cut: bool = False
    formats: Mapping[str, ColumnFormat] = field(default_factory=dict)
    path: Path | None = None
    progress: Progress = untold
    keeps_cells: bool = False

    @property
    def size(self) -> int:
        """How many bytes are read."""
        return len(self.data) if self.path is None else self.path.stat().st_size

    def open(self) -> BinaryIO:
        """Open the file at its start, for reading."""
        return BytesIO(self.data) if self.path is None else self.path.open("rb")


ReadFile: TypeAlias = "Callable[[FileContent, DataOptions], tuple[Table, Table | None]]"


@dataclass(frozen=True)
class Reader:
    """Where the function is that reads a kind of file.

    With `reads_heads`, the first bytes are enough for a preview; with `opens_paths`, the function opens the file if all
    of it is wanted.
    """

    module: str
    function: str
    reads_heads: bool = False
    opens_paths: bool = False

    def load(self) -> ReadFile:
        """Import the function, which gives the table, and the test table where the file has one."""
        read: ReadFile = getattr(import_module(f"tuitrain.data.readers.{self.module}"), self.function)
        return read


TEXT = Reader("text", "read_text_file", reads_heads=True, opens_paths=True)
EXCEL = Reader("excel", "read_excel_file", opens_paths=True)
READERS: dict[str, Reader] = {
    ".csv": TEXT,
    ".tsv": TEXT,
    ".tab": TEXT,
    ".txt": TEXT,
    ".npy": Reader("arrays", "read_npy_file"),
    ".npz": Reader("arrays", "read_npz_file", opens_paths=True),
    ".parquet": Reader("parquet", "read_parquet_file", opens_paths=True),
    ".pq": Reader("parquet", "read_parquet_file", opens_paths=True),
    ".xlsx": EXCEL,
    ".xlsm": EXCEL,
    ".arff": Reader("arff", "read_arff_file", reads_heads=True),
}
NAMED = dict.fromkeys((".xls", ".xlsb", ".ods"), EXCEL)  # which says what they are; a .xls may be text
PACKED_SUFFIXES = (".gz", ".bz2", ".xz")  # each may follow one of the others
ZIP_SUFFIX = ".zip"
SUFFIXES = (*READERS, *(kind + packed for kind in READERS for packed in PACKED_SUFFIXES), ZIP_SUFFIX)


def reader_of(suffix: str) -> Reader:
    """The reader of files with that suffix; any other file is taken for text."""
    return READERS.get(suffix.lower()) or NAMED.get(suffix.lower(), TEXT)
