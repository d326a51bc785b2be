"""The lines below the columns: how the file is read, what the network will see, what to know before training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from rich.cells import cell_len
from textual.strip import Strip

from tuitrain.data.review.becomes import PART_NAMES
from tuitrain.data.review.checks import WARN, Check
from tuitrain.data.review.encoded import EncodedColumn, encoded_column
from tuitrain.data.review.evidence import DECIMAL, DELIMITER, ENCODING, HEADER, MISSING, Evidence
from tuitrain.data.review.evidence import LABELS as PART_LABELS
from tuitrain.data.review.review import Review
from tuitrain.data.table import Column
from tuitrain.numbers import MINUS, memory
from tuitrain.text import counted, visible
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.lines import Part, cut, cut_words, fit, line, wrapped
from tuitrain.ui.theme import Role, Theme

OTHERS = {
    ENCODING: N_("others"), DELIMITER: N_("comma semicolon tab pipe space"), DECIMAL: N_("point comma"),
    HEADER: N_("yes no; skip lines"), MISSING: N_("words, or none"),
}  # fmt: skip
LABEL, VALUE = 10, 16
CHECK_LABEL = 8
LONG = 1000  # from here on, a value is written in three digits
MOST_ONES = 12  # features of a text column that are written as 0 and 1
ROLES: dict[str, Role] = {"!": "warning", "?": "warning", "✗": "bad", "·": "plain", "✓": "good"}


def in_few_lines(review: Review, width: int, height: int, *, theme: Theme) -> tuple[list[Strip], int]:
    """The evidence and what to know before training, in a few lines; and how many checks have no place there."""
    lines = [
        line(width, [(f" ? {row}", theme["warning"])])
        for column in review.asks[:1] for row in _rows(column.question, width - 4, 2, theme)
    ]  # fmt: skip
    if review.problem:
        lines += [
            line(width, [(f" {theme.signs.error} {row}", theme["bad"])])
            for row in _rows(review.problem, width - 4, 3, theme)
        ]  # fmt: skip
    lines += _evidence_briefly(review.evidence, width, theme=theme)
    checks = sorted(review.checks, key=lambda check: check.label != _("target"))
    room = max(0, height - len(lines))
    for check in checks[:room]:
        lines.append(_check_line(check, width, theme=theme))
    return lines[:height], max(0, len(checks) - room)


def _rows(text: str, width: int, most: int, theme: Theme) -> list[str]:
    rows = wrapped(theme.plain(visible(text, 1000)), max(20, width), break_on_hyphens=False)
    if len(rows) > most:
        rows = [*rows[: most - 1], cut_words(" ".join(rows[most - 1 :]), width, theme=theme)]
    return rows


def _evidence_briefly(evidence: Sequence[Evidence], width: int, *, theme: Theme) -> list[Strip]:
    """Two parts a line: encoding and delimiter, header and numbers."""
    by_part = {item.part: item for item in evidence}
    lines = []
    for first, second in ((ENCODING, DELIMITER), (HEADER, DECIMAL)):
        pieces = []
        for part in (first, second):
            item = by_part.get(part)
            if item is not None:
                pieces.append((f"{_(PART_LABELS[part])} ", item.value, f": {item.why}"))
        if not pieces:
            continue
        least = cell_len(theme.plain("".join(pieces[-1][:2]))) + 4 if len(pieces) > 1 else 0
        parts: list[Part] = [(" ", theme["plain"])]
        room = width - 2 - least
        for label, value, why in pieces:
            used = cell_len(theme.plain(label + value))
            told = cut_words(theme.plain(why), max(0, room - used), theme=theme) if room - used > 12 else ""
            parts += [(theme.plain(label), theme["dim"]), (theme.plain(value), theme["bold"]), (told, theme["plain"])]
            room = width - 2 - sum(cell_len(text) for text, _style in parts) - 3
            parts.append((f" {theme.signs.dot} ", theme["dim"]))
        lines.append(line(width, parts[:-1]))
    return lines


def _check_line(check: Check, width: int, *, theme: Theme) -> Strip:
    role = ROLES.get(check.sign, "plain")
    head = f" {theme.plain(check.sign)} {fit(check.label, CHECK_LABEL - 1, theme)} " if check.label else ""
    head = head or f" {theme.plain(check.sign)} "
    text = cut_words(theme.plain(visible(check.text, 600)), width - cell_len(head) - 1, theme=theme)
    return line(width, [(head, theme[role]), (text, theme["plain"])])


def reading(review: Review, width: int, *, theme: Theme) -> list[Strip]:
    """How the file was read: a line for each part, with its evidence, its key and what else there is."""
    if not review.evidence:
        return [line(width, [(" " + theme.plain(_("nothing about this one is guessed")), theme["dim"])])]
    lines = []
    for item in review.evidence:
        others = theme.plain(f"  {_(OTHERS[item.part])} ")
        room = width - LABEL - VALUE - 5 - cell_len(others)
        why = cut_words(theme.plain(item.why), max(0, room), theme=theme)
        gap = " " * max(0, room - cell_len(why) + 1)
        lines.append(line(width, [
            (f" {fit(_(PART_LABELS[item.part]), LABEL, theme)} ", theme["dim"]),
            (f"{fit(item.value, VALUE, theme)} ", theme["bold"]), (why + gap, theme["plain"]), (item.key, theme["key"]),
            (others, theme["dim"]),
        ]))  # fmt: skip
    return lines


def shares(review: Review, width: int, *, theme: Theme) -> list[Strip]:
    """How many rows each part has, and how many features there are, of which kinds; two lines."""
    shown = review.shown
    if shown is None:
        return []
    alike = _(", each class in its share") if shown.class_names and shown.split == "random" else ""
    rows = _("training {train:,}   validation {validation:,}   test {test:,} rows{alike}, split seed {seed}").format(
        train=len(shown.train), validation=len(shown.validation), test=len(shown.test), alike=alike,
        seed=review.options.split_seed,
    )  # fmt: skip
    arrays = sum(part.X.nbytes + part.y.nbytes for part in (shown.train, shown.validation, shown.test))
    counts = _("{total:,}: {parts}").format(total=shown.n_features, parts=", ".join(map(str, review.parts)))
    needed = _("memory {size}").format(size=memory(arrays))
    so_far = _("first rows alone: ") if review.is_partial else ""
    lines = []
    for label, text, more in ((_("shares"), rows, ""), (_("features"), counts, theme.plain(f"   {needed}"))):
        head = f" {fit(label, CHECK_LABEL, theme)} "
        shown_text = cut(theme.plain(so_far + text), width - cell_len(head + more) - 1, theme=theme)
        lines.append(line(width, [(head, theme["dim"]), (shown_text, theme["plain"]), (more, theme["dim"])]))
    return lines


def network_lines(review: Review, at: int, height: int, width: int, *, theme: Theme) -> list[Strip]:
    """The columns from the selected one on, a few cells of each as the network will see them."""
    shown = review.shown
    if shown is None:
        return [line(width, [(" " + theme.plain(_("nothing yet")), theme["dim"])])]
    lines = []
    for column in _inputs_from(review, at):
        encoded = encoded_column(column, shown.preprocessing)
        if encoded is not None:
            lines.append(_network_line(encoded, width, theme=theme))
        if len(lines) == height:
            break
    return lines


def _inputs_from(review: Review, at: int) -> Iterator[Column]:
    columns = review.table.columns
    for place in range(len(columns)):
        column = columns[(at + place) % len(columns)]
        if not review.fates[column.name].is_left_out and column.name != review.target:
            yield column


def _network_line(encoded: EncodedColumn, width: int, *, theme: Theme) -> Strip:
    arrow = theme.signs.arrow
    name, first = fit(encoded.name, 12, theme), ""
    if encoded.text is not None:
        first = counted(len(encoded.text.levels), "feature")
    elif encoded.numbers[0].part:
        first = ", ".join(_(PART_NAMES[spec.part]) for spec in encoded.numbers if spec.part)
    cells = [f"{cell} {arrow} {_values(encoded, place)}" for place, cell in enumerate(encoded.cells)]
    learnt = ""
    if encoded.text is None and not encoded.numbers[0].part:
        spec = encoded.numbers[0]
        mean, deviation = f"{spec.shift:.6g}", f"{spec.scale:.5g}"
        learnt = _("mean {mean}  deviation {deviation}").format(mean=mean, deviation=deviation)
    told = f"{theme.plain(first)}   " if first else ""
    parts: list[Part] = [(f" {name} {arrow}  ", theme["plain"]), (told, theme["dim"])]
    for text in [theme.plain(cell) for cell in cells]:
        if sum(cell_len(part) for part, _style in parts) + cell_len(text) + 4 < width:
            parts.append((text + "    ", theme["plain"]))
    if sum(cell_len(part) for part, _style in parts) + cell_len(learnt) < width:
        parts.append((theme.plain(learnt), theme["dim"]))
    return line(width, parts)


def _values(encoded: EncodedColumn, place: int) -> str:
    values = encoded.values[place]
    if encoded.text is None:
        return "  ".join(_two_digits(float(value)) for value in values)
    if len(values) <= MOST_ONES:
        return " ".join(f"{value:.0f}" for value in values)
    ones = np.flatnonzero(values)
    if not len(ones):
        return _("all 0")
    return _("1 at {place} of {count}").format(place=int(ones[0]) + 1, count=len(values))


def _two_digits(value: float) -> str:
    return f"{value:+.2f}".replace("-", MINUS) if abs(value) < LONG else f"{value:+.3g}".replace("-", MINUS)


def check_rows(review: Review, width: int, *, theme: Theme) -> list[list[Part]]:
    """All that is to be known before training, in full: a question first, then a problem, then the checks."""
    questions = [Check("?", _("asks"), column.question) for column in review.asks]
    problems = [Check("✗", "", review.problem)] * bool(review.problem)
    rows: list[list[Part]] = []
    for check in [*questions, *problems, *review.checks]:
        role = ROLES.get(check.sign, "plain")
        indent = CHECK_LABEL + 3 if check.label else 3
        texts = wrapped(theme.plain(visible(check.text, 2000)), max(20, width - indent - 1), break_on_hyphens=False)
        label = fit(check.label, CHECK_LABEL - 1, theme) + " " if check.label else ""
        for number, text in enumerate(texts):
            head = f" {theme.plain(check.sign)} {label}" if number == 0 else " " * indent
            rows.append([(head, theme[role]), (text, theme["plain"])])
    return rows


def checks(review: Review, width: int, height: int, *, theme: Theme) -> tuple[list[Strip], int]:
    """What is to be known before training; and how many rows of it have no place."""
    rows = check_rows(review, width, theme=theme)
    return [line(width, row) for row in rows[:height]], max(0, len(rows) - height)


def warnings_of(review: Review) -> int:
    """How many things are to be known before training."""
    return sum(check.sign == WARN for check in review.checks)
