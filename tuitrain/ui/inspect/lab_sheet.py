"""The A|B lab's sheet: Markdown with the settings, the numbers and the note, and its picture beside it as SVG.

The picture is a file of its own, since neither GitHub nor most viewers show one that is embedded in Markdown. Text
from people and files is escaped, so that it reads as it was written.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import numpy as np

from tuitrain import __version__
from tuitrain.data.facts import DatasetFacts
from tuitrain.errors import FileError
from tuitrain.numbers import MINUS
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.runs.files import SUFFIX, model_name, typed_path, write_whole
from tuitrain.text import visible
from tuitrain.translation import gettext as _
from tuitrain.ui.inspect.lab_drawing import NAMES, LabView
from tuitrain.ui.inspect.lab_figures import (
    AT,
    Reading,
    common_end,
    counts,
    ended,
    fixed_places,
    losses_at,
    results,
)
from tuitrain.ui.inspect.lab_svg import draw_svg

SUFFIXES = (".md", ".markdown")
PLACES = 20  # lines of losses
MOST_NAMES = 1_000  # of free names that are tried
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~$&#])")
_AT_START = re.compile(r"^([-+=]|\d+(?=[.)](?:\s|$)))")  # what begins a list or a heading
_LINKS = re.compile(r":(?=\S)|(?<=www)\.|@")  # what GitHub makes a link, an emoji or a mention of


def escaped(text: str, most: int = 2_000) -> str:
    """`text` as Markdown that shows it on one line, letter by letter, with nothing in it interpreted."""
    shown = _SPECIAL.sub(r"\\\1", visible(text, most).strip())
    shown = _LINKS.sub(lambda found: "\\" + found[0], shown)
    return _AT_START.sub(lambda found: f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}", shown)


def sheet_path(typed: str) -> Path:
    """Return the path of a sheet that was typed; a suffix that is not Markdown's gets one after it.

    Raises
    ------
    FileError
        if no file can be written under that name, or no picture beside it.
    """
    path = typed_path(typed, SUFFIXES[0])
    if path.suffix.lower() not in SUFFIXES:
        path = typed_path(typed.strip() + SUFFIXES[0], SUFFIXES[0])
    picture = files_of(path)[1]
    if picture.is_dir():
        raise FileError(_("{path} is a directory: no picture can be written there").format(path=visible(picture, 60)))
    return path


def files_of(path: Path) -> tuple[Path, Path]:
    """Return the files that are written: the sheet and its picture."""
    return path, path.with_suffix(".svg")


def free_name(dataset_name: str, directory: Path) -> str:
    """Return a name for a sheet of which no file exists yet."""
    stem = model_name(dataset_name).removesuffix(SUFFIX) + "-ab"
    names = [stem, *(f"{stem}-{number}" for number in range(2, MOST_NAMES))]
    for name in names:
        if not any(os.path.lexists(file) for file in files_of(directory / (name + SUFFIXES[0]))):
            return name + SUFFIXES[0]
    return stem + SUFFIXES[0]


def write_sheet(path: Path, view: LabView, facts: DatasetFacts, note: str) -> tuple[Path, Path]:
    """Write the sheet and the picture beside it; return both paths.

    Raises
    ------
    FileError
        if one of them cannot be written.
    """
    sheet, picture = files_of(path)
    try:
        text = sheet_text(view, facts, note, picture.name).encode("utf-8")
    except UnicodeEncodeError as error:
        raise FileError(_("{path}: cannot be written: {error}").format(path=visible(path), error=error)) from error
    write_whole(picture, draw_svg(view).encode("utf-8"))
    write_whole(sheet, text)
    return sheet, picture


def sheet_text(view: LabView, facts: DatasetFacts, note: str, picture: str) -> str:
    """Write the Markdown; `picture` is the name of the file beside it."""
    name = escaped(facts.name)
    parts = [
        f"# A/B: {escaped(_title(view))} ({name})",
        _differs(view),
        f"![{_('loss of A and B')}]({quote(os.fsencode(picture))})",
        f"## {_('Numbers')}\n\n{_numbers(view)}",
        *([f"## {_('Note')}\n\n{escaped(note)}"] if note.strip() else []),
        f"## {_('Settings')}\n\n{_settings(view)}",
        f"## {_('Data and versions')}\n\n{_data(view, facts)}",
    ]
    return "\n\n".join(parts) + "\n"


def _title(view: LabView) -> str:
    if len(view.fields) == 1:
        a, b = view.values(view.fields[0])
        return _("{label} {a} or {b}").format(label=_(FIELDS[view.fields[0]].label), a=a, b=b)
    return _("{count} fields differ").format(count=len(view.fields))


def _differs(view: LabView) -> str:
    told = [f"- **{escaped(_(FIELDS[name].label))}**: A {escaped(a)}, B {escaped(b)}"
            for name in view.fields for a, b in [view.values(name)]]  # fmt: skip
    causes = sum(name in view.effective for name in view.fields)
    fair = _("One field was changed; all else is equal ({count} fields).").format(count=view.equal)
    unfair = _("{causes} fields differ, so the cause of a difference cannot be told; {count} fields are equal.")
    return "\n".join(told) + "\n\n" + (fair if causes == 1 else unfair.format(causes=causes, count=view.equal))


def _numbers(view: LabView) -> str:
    answer = view.answer
    places = fixed_places(common_end(answer, view.axis), view.axis, PLACES)
    loss = _("validation loss") if answer.part == "validation" else _("training loss")
    heads = (f"{loss} {_(AT[view.axis])}", "A", "B", f"B {MINUS} A")
    losses = _table(heads, [_row(row) for row in losses_at(answer, view.axis, places)], right=True)
    rows = [_row(row) for row in (*results(answer), *counts(answer))]
    ends = "\n".join(
        f"- {name}: {escaped(ended(side))}" + (f": {escaped(side.message)}" if side.message else "")
        for name, side in zip(NAMES, answer.sides, strict=False)
    )
    told = _("B − A is computed from the printed numbers. Both trained alone, from their own first weights and seed.")
    return f"{_table(('', 'A', 'B', heads[3]), rows, right=True)}\n\n{ends}\n\n{losses}\n\n{told}"


def _row(row: Reading) -> tuple[str, ...]:
    return row.label, row.a, row.b, row.change


def _settings(view: LabView) -> str:
    """All fields: those that differ first, then those with an effect; what has none says so."""
    rest = sorted((name for name in FIELDS if name not in view.fields), key=lambda name: name not in view.effective)
    rows = []
    for name in (*view.fields, *rest):
        label = escaped(_(FIELDS[name].label))
        without = "" if name in view.effective else f" ({_('no effect')})"
        shown = f"**{label}**{without}" if name in view.fields else f"{label}{without}"
        rows.append((shown, *map(escaped, view.values(name))))
    return _table((_("field"), "A", "B"), rows)


def _data(view: LabView, facts: DatasetFacts) -> str:
    a, b = view.pair
    seeds = str(a.seed) if b is None or a.seed == b.seed else f"A {a.seed}, B {b.seed}"
    options = ", ".join(f"{name} {value}" for name, value in facts.source.options.items())
    lines = [
        (_("dataset"), facts.name), (_("source"), facts.source.source), (_("options"), options or _("none")),
        (_("target"), f"{facts.target_name} ({facts.task})"),
        (_("rows"), _("{train} for training, {validation} for validation, {test} for testing").format(
            train=facts.train, validation=facts.validation, test=facts.test)),
        (_("fingerprint"), facts.fingerprint), (_("seed"), seeds),
        (_("versions"), f"tuitrain {__version__}, NumPy {np.__version__}, Python {platform.python_version()}"),
    ]  # fmt: skip
    return "\n".join(f"- {what}: {escaped(str(value))}" for what, value in lines)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, right: bool = False) -> str:
    """A table of cells that are Markdown already."""
    rule = ["---", *(["---:"] * (len(heads) - 1) if right else ["---"] * (len(heads) - 1))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, rule, *rows))
