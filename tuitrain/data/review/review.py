"""Look at a table before training: read it by given options, and say what becomes of it.

A `Reviewer` keeps the table that it read last, so that leaving out a column or choosing another target reads nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tuitrain.data.catalog import BUNDLED
from tuitrain.data.cells.column_format import KINDS, Told
from tuitrain.data.cells.reading import read_column
from tuitrain.data.dataset import Dataset
from tuitrain.data.generators import RECIPES
from tuitrain.data.guess import guess_target
from tuitrain.data.loading import dataset_of, load_tables
from tuitrain.data.notices import Notice, about
from tuitrain.data.progress import Progress, untold
from tuitrain.data.readers import TEXT as TEXT_FILE
from tuitrain.data.readers import ZIP_SUFFIX, reader_of
from tuitrain.data.readers.compressed import packing_of, without_packing
from tuitrain.data.review.becomes import Fate, fates_of
from tuitrain.data.review.candidates import TargetCandidate, candidates_of
from tuitrain.data.review.checks import NOTE, Check, checks_of
from tuitrain.data.review.command_line import as_command_line
from tuitrain.data.review.evidence import Evidence, evidence_of
from tuitrain.data.review.facts import ColumnFacts, facts_of
from tuitrain.data.review.features import FeaturePart, feature_parts
from tuitrain.data.table import Column, Table
from tuitrain.data.target import choose_target
from tuitrain.errors import DataError
from tuitrain.options.data_options import DATA_FIELDS, IGNORE, READING, DataOptions
from tuitrain.text import quoted
from tuitrain.translation import gettext as _

HEAD_BYTES = 50_000
ARRAYS = (".npy", ".npz")  # whose columns have the types that they have
USUAL_ENCODINGS = ("utf-8", "utf-16", "utf-32", "ascii")  # that are found without doubt, and need not be told


@dataclass(frozen=True)
class Review:
    """What is known of a table that was read by `options`, in which the target is named.

    `columns` have `facts` and `fates` by name. `dataset` is what a training would get; None where the table is
    `is_partial`, where a column `asks`, and where there is a `problem`, which says what it is. `shown` is the dataset
    that the features and shares were taken from, where there is any: that of the rows which were read, without the
    columns that ask.
    """

    source: str
    options: DataOptions
    table: Table
    facts: Mapping[str, ColumnFacts]
    fates: Mapping[str, Fate]
    target: str
    candidates: Sequence[TargetCandidate]
    evidence: Sequence[Evidence]
    checks: Sequence[Check]
    shown: Dataset | None
    dataset: Dataset | None
    problem: str
    seconds: float

    @property
    def is_partial(self) -> bool:
        """Whether there are more rows than were read."""
        return self.table.is_partial

    @property
    def asks(self) -> list[Column]:
        """The columns with a question that are not left out."""
        return [c for c in self.table.columns if c.question and not self.fates[c.name].is_left_out]

    @property
    def parts(self) -> list[FeaturePart]:
        """The parts of the features; together all of them."""
        return [] if self.shown is None else feature_parts(self.shown.preprocessing)

    @property
    def command_line(self) -> str:
        """The options that read the table so on the command line."""
        layout, options = self.table.layout, self.options
        if layout is not None and layout.encoding not in USUAL_ENCODINGS and options.encoding is None:
            options = replace(options, encoding=layout.encoding)
        return as_command_line(options)

    def notices_about(self, name: str) -> list[str]:
        """What was told about a column when it was read, without the column's name before it."""
        found = [notice for notice in self.table.notices if isinstance(notice, Notice) and name in notice.columns]
        return [notice.removeprefix(about(name, "")) for notice in found]


class Reviewer:
    """Reads one source again and again, as the options change; any thread may call."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._read: dict[int | None, tuple[object, tuple[Table, Table | None], Mapping[str, ColumnFacts]]] = {}
        self._locks = {True: threading.Lock(), False: threading.Lock()}

    @property
    def is_text(self) -> bool:
        """Whether it is a text file, for which encoding, delimiter and the like are chosen."""
        return self.is_file and reader_of(_suffix(self.source)) is TEXT_FILE

    @property
    def is_packed(self) -> bool:
        """Whether the bytes of the file are not those of its text."""
        return packing_of(self._first_bytes()) is not None or _suffix(self.source) == ZIP_SUFFIX

    def _first_bytes(self) -> bytes:
        try:
            with Path(self.source).expanduser().open("rb") as file:
                return file.read(HEAD_BYTES)
        except (OSError, RuntimeError, ValueError):
            return b""

    @property
    def has_types(self) -> bool:
        """Whether there is a text to read, whose columns can be read as other types."""
        return self.source in BUNDLED or (self.is_file and _suffix(self.source) not in ARRAYS)

    @property
    def is_file(self) -> bool:
        """Whether it is no bundled and no generated dataset."""
        name = self.source.partition("?")[0]
        return name not in RECIPES and self.source not in BUNDLED

    @property
    def size(self) -> int:
        """The bytes of the file, 0 where it is none."""
        try:
            return Path(self.source).expanduser().stat().st_size if self.is_file else 0
        except (OSError, RuntimeError, ValueError):
            return 0

    def review(self, options: DataOptions, most_rows: int | None = None, progress: Progress = untold) -> Review:
        """Read the table, or its first rows, and look at it; `progress` may stop that.

        Raises
        ------
        DataError
            if it cannot be read.
        """
        started = time.perf_counter()
        tables, facts = self._tables(options, most_rows, progress)
        progress(self.size, self.size)
        table = tables[0]
        left_out = left_out_by(table, options)
        kept = replace(table, columns=tuple(c for c in table.columns if c.name not in left_out))
        target = choose_target(kept, options.target) if kept.columns else ""
        guessed = _why_guessed(kept, options)
        options = replace(options, target=target or None)
        shown, problem = self._made(tables, options)
        asks = any(column.question for column in kept.columns)
        fates = fates_of(table, facts, options, target, left_out, shown)
        is_ready = shown is not None and not asks and not table.is_partial
        return Review(
            source=self.source, options=options, table=table, facts=facts, fates=fates, target=target,
            candidates=candidates_of(kept, facts, target) if kept.columns else (),
            evidence=evidence_of(table, options) if self.is_text else (),
            checks=checks_of(shown, facts, fates, len(table), guessed),
            shown=shown, dataset=shown if is_ready else None, problem="" if table.is_partial else problem,
            seconds=time.perf_counter() - started,
        )  # fmt: skip

    def _tables(
        self, options: DataOptions, most_rows: int | None, progress: Progress
    ) -> tuple[tuple[Table, Table | None], Mapping[str, ColumnFacts]]:
        """Read the tables, unless the last ones were read by the same options from the same file."""
        with self._locks[most_rows is None]:  # what is being read for an answer that nobody waits for is read once
            key = self._key(options)
            if most_rows not in self._read or self._read[most_rows][0] != key:
                tables = load_tables(self.source, options, most_rows=most_rows, allow_stdin=False, progress=progress)
                self._read[most_rows] = (key, tables, facts_of(tables[0]))
            return self._read[most_rows][1:]

    def _key(self, options: DataOptions) -> object:
        return reading_options(options), _stamp(self.source)

    def has_read(self, options: DataOptions) -> bool:
        """Whether all rows are at hand as these options read them."""
        return None in self._read and self._read[None][0] == self._key(options)

    def _made(self, tables: tuple[Table, Table | None], options: DataOptions) -> tuple[Dataset | None, str]:
        """Make a dataset of the columns that ask nothing; why there is none."""
        table, test_table = tables
        asking = [column.name for column in table.columns if column.question and column.name != options.target]
        drop = tuple(dict.fromkeys([*options.drop, *asking])) if asking else options.drop
        try:
            made = dataset_of(
                self.source, table, test_table, replace(options, drop=drop), allow_stdin=False
            )  # fmt: skip
        except DataError as error:
            return None, str(error)
        return made, ""


def reading_options(options: DataOptions) -> tuple[object, ...]:
    """The options that decide how a table is read, without what leaves columns out."""
    values = [getattr(options, name) for name, spec in DATA_FIELDS.items() if spec.group == READING]
    types = tuple(pair for pair in options.types if pair[1] != IGNORE)
    return tuple(types if value == options.types else value for value in values)


def left_out_by(table: Table, options: DataOptions) -> list[str]:
    """The columns that the options leave out.

    Raises
    ------
    DataError
        if there is no such column.
    """
    wanted = (*options.drop, *(name for name, kind in options.types if kind == IGNORE))
    return [choose_target(table, name) for name in wanted]


def fitting_types(column: Column) -> list[str]:
    """The types that a column's examples can be read as, its own first; for others, reading the column says no."""
    cells = column.examples or tuple(label for label in column.labels()[:20] if label is not None)[:3]
    found: list[str] = [column.kind]
    for kind in KINDS:
        if kind == column.kind:
            continue
        try:
            read_column(column.name, list(cells), told=Told(kinds={column.name: kind}))
        except DataError:
            continue
        found.append(kind)
    return found


def _why_guessed(table: Table, options: DataOptions) -> Check | None:
    """Say why nobody's target is the one that it is; nothing for one that was named."""
    if options.target is not None or not table.columns or table.suggested_target in table.names:
        return None
    guess = guess_target(table)
    also = ", ".join(map(quoted, guess.others))
    text = _("{name}, since {why}").format(name=quoted(guess.name), why=guess.why)
    if also:
        text = _("{text}; also possible: {names}. y chooses").format(text=text, names=also)
    return Check(NOTE, _("target"), text, (guess.name,))


def _suffix(source: str) -> str:
    """The suffix of a file's name, in lower case, without that of a packing."""
    return Path(without_packing(source)).suffix.lower()


def _stamp(source: str) -> tuple[int, int]:
    """What changes when the file does."""
    try:
        found = Path(source).expanduser().stat()
    except (OSError, RuntimeError, ValueError):
        return 0, 0
    return found.st_mtime_ns, found.st_size
