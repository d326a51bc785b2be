"""Find how a text table is laid out: what stands above its rows, what separates and quotes fields, where the header is.

Each thing that is guessed comes with its evidence; where two readings are as good, the file is refused with both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tuitrain.data.readers.above_the_rows import (
    Comments,
    find_comments,
    place_behind_lines,
    rows_of_types,
    title_lines,
)
from tuitrain.data.readers.delimiters import DELIMITER_NAMES, SELDOM, ChosenSplit, Split, find_split
from tuitrain.data.readers.encoding import Decoded
from tuitrain.data.readers.header import HeaderVerdict, judge_first_row
from tuitrain.data.readers.header_rows import HeaderRows, find_header_rows, rows_of_units
from tuitrain.data.readers.lines import lines_named, told_comments, told_encoding
from tuitrain.data.readers.quoted_words import has_quoted_names
from tuitrain.data.readers.records import Splitting, squeezed, without_blanks_at_quotes
from tuitrain.data.readers.rewriting import (
    CUT,
    NOT_REWRITTEN,
    Rewriting,
    escaped_delimiter,
    escaped_quote,
    has_curved_quotes,
    is_wrapped,
    starts_of_fields,
)
from tuitrain.errors import DataError
from tuitrain.options.data_options import DELIMITERS, DataOptions
from tuitrain.text import counted, quoted
from tuitrain.translation import gettext as _
from tuitrain.translation import ngettext

SAMPLE_CHARACTERS = 65_536
LINE_MARK = re.compile(r"(?m)^\ufeff+")
SEP_LINE = re.compile(r'"?sep=(?P<sign>[,;\t|])"?\r?\n', re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """How a text table is laid out; `evidence` has a sentence for each part that was found, by the option's name.

    `reasons` are the same without what was found and the option that decides otherwise.
    `header_line` is the header's line in the file, 0 if there is none; the rows are read from `first_line` on. With
    `has_row_names`, the header lacks a name for the first column, which is left out; with `has_blank_end`, each row
    ends with a delimiter more than the header. `skipped_below` are the lines of units or types to skip below
    the header. The text is rewritten by `rewriting` before it is split.
    """

    encoding: str
    splitting: Splitting
    header_line: int
    first_line: int = 1
    has_row_names: bool = False
    has_blank_end: bool = False
    skipped_below: tuple[int, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    rewriting: Rewriting = NOT_REWRITTEN

    @property
    def delimiter(self) -> str:
        """What separates the fields."""
        return self.splitting.delimiter

    @property
    def has_header(self) -> bool:
        """Whether the first row names the columns."""
        return self.header_line > 0

    @property
    def is_plain(self) -> bool:
        """Whether nothing but a header and rows of fields is to be read."""
        is_rewritten = self.rewriting != NOT_REWRITTEN
        skips = self.splitting.comment or self.has_row_names or self.has_blank_end or self.skipped_below
        return not (skips or is_rewritten)


@dataclass(frozen=True)
class Wanted:
    """What the user says about the layout; None where it is to be found. An empty quote or comment sign means none."""

    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    quote: str | None = None
    comment: str | None = None
    skip_lines: int | None = None

    @classmethod
    def of(cls, options: DataOptions) -> Wanted:
        """What the options say."""
        return cls(
            options.encoding,
            None if options.delimiter is None else DELIMITERS[options.delimiter],
            None if options.header is None else options.header == "yes",
            options.quote, options.comment, options.skip_lines,
        )  # fmt: skip


@dataclass(frozen=True)
class LaidOut:
    """The text from the header or the first row on, its layout, and notices for the user."""

    text: str
    layout: Layout
    notices: tuple[str, ...]


class _Finding:
    """What is found one after the other: the text that is left, its first line, evidence and notices."""

    def __init__(self, decoded: Decoded, name: str, wanted: Wanted) -> None:
        self.text, self.name, self.wanted = decoded.text, name, wanted
        if "\ufeff" in self.text:  # between files that were joined
            self.text = LINE_MARK.sub("", self.text)
        self.first_line = 1
        self.rewriting = Rewriting()
        self.evidence: dict[str, str] = {}
        self.reasons: dict[str, str] = {}
        self.notices: list[str] = []

    @property
    def sample(self) -> str:
        """The first whole lines of what is left."""
        sample = self.text[:SAMPLE_CHARACTERS]
        return sample if len(self.text) <= len(sample) else sample[: sample.rfind("\n") + 1] or sample

    def skip(self, count: int) -> None:
        """Leave out the first lines."""
        self.text = self.text[place_behind_lines(self.text, count) :]
        self.first_line += count

    def rewrite(self, **changes: Any) -> None:
        """Rewrite the text in one more way."""
        self.text = replace(Rewriting(), **changes).apply(self.text, self.name, self.first_line)
        self.rewriting = replace(self.rewriting, **changes)

    def tell(self, part: str, text: str, *, is_notice: bool = True, why: str = "") -> None:
        """Keep a sentence of evidence for a part, with the reason in it, and make it a notice."""
        self.evidence[part], self.reasons[part] = text, why or text
        if is_notice:
            self.notices.append(text)


def lay_out(decoded: Decoded, name: str, wanted: Wanted) -> LaidOut:
    """Find the layout of a text; `name` stands for the file in messages.

    Raises
    ------
    DataError
        if there are no rows, or two layouts are as good and would give other tables.
    """
    found = _Finding(decoded, name, wanted)
    _tell_encoding(found, decoded)
    delimiter = _read_sep_line(found) or wanted.delimiter if wanted.delimiter is None else wanted.delimiter
    if wanted.skip_lines is not None:
        found.skip(wanted.skip_lines)
    comments = _skip_comments(found, delimiter)
    chosen = _rewrite(found, delimiter, comments) or find_split(
        found.sample, name, delimiter=delimiter, quote=wanted.quote, comment=comments.sign
    )
    _tell_splitting(found, chosen)
    split = chosen.split
    if wanted.skip_lines is None and wanted.header is not False:
        count, header = title_lines(split), find_header_rows(split)
        if header is not None and (count == 0 or header.has_index):
            split = _skip_titles(found, split, split.leading) if split.leading else split
            split = _join_header(found, split, header)
        elif count:
            split = _skip_titles(found, split, count)
    if not split.records:
        raise DataError(_("{name}: found no rows; expected a header and rows").format(name=name))
    return _with_header(found, split, decoded)


def _rewrite(found: _Finding, delimiter: str | None, comments: Comments) -> ChosenSplit | None:
    """Rewrite what is no table of delimited fields into one; return its split if that is known by it."""
    if found.wanted.quote is None:
        if is_wrapped(found.sample.splitlines()):
            found.rewrite(is_wrapped=True)
            found.notices.append(_("each line stands in quotes as a whole, which are taken off"))
        if has_curved_quotes(found.sample):
            found.rewrite(has_curved=True)
            found.notices.append(_("curved quotes are taken off around fields; --quote none keeps them"))
        if quote := escaped_quote(found.text):
            found.rewrite(escaped=quote)
            found.notices.append(
                _("a backslash before a quote means a quote within a text; --quote none takes both as they are")
            )
        if sign := escaped_delimiter(found.sample):
            found.rewrite(parted=sign)
            found.notices.append(_("a backslash before a delimiter means that it is a part of the text"))
    found.text = without_blanks_at_quotes(found.text)
    if delimiter is not None or found.wanted.quote is not None or comments.sign:
        return None
    lines = found.sample.splitlines()
    if not any("  " in line for line in lines[1:]):
        return None
    chosen = find_split(found.sample, found.name, delimiter=None, quote=None, comment="")
    starts = () if chosen.split.width > 1 else starts_of_fields(lines)
    if not starts:
        return chosen
    found.rewrite(starts=starts)
    split = Split.of(found.sample, Splitting(CUT, ""))
    names = ", ".join(cell.strip() for cell in split.records[0][1])
    found.notices.append(
        _("split into fields of fixed width, where all lines have blanks: {names}").format(names=quoted(names))
    )
    return ChosenSplit(split, _("blanks of all lines divide them into fields of fixed width"))


def _tell_encoding(found: _Finding, decoded: Decoded) -> None:
    if decoded.reason:
        found.tell("encoding", told_encoding(decoded), why=decoded.reason)
    else:
        text = _("encoding {title}").format(title=decoded.title)
        found.tell("encoding", text, is_notice=False, why=_("every byte fits"))


def _read_sep_line(found: _Finding) -> str | None:
    """Leave out the line ``sep=;`` that spreadsheets write first; return the delimiter it names."""
    match = SEP_LINE.match(found.text)
    if match is None:
        return None
    found.skip(1)
    return match["sign"]


def _skip_comments(found: _Finding, delimiter: str | None) -> Comments:
    """Leave out comments above the header; return what is known of those further down."""
    if found.wanted.comment is not None:
        return Comments(found.wanted.comment)
    found.text = found.text.lstrip("\ufeff")
    comments = find_comments(found.text, found.sample, found.name, delimiter=delimiter, quote=found.wanted.quote)
    if comments.header_at is not None:
        place, size = comments.header_at, len(comments.shown)
        found.text = found.text[:place] + " " * size + found.text[place + size :]
        line = found.first_line + comments.leading
        found.notices.append(
            _("line {line} is taken as the header, although it begins with {sign}; --comment {sign} skips it").format(
                line=line, sign=comments.shown
            )
        )
    if comments.leading:
        first, last = found.first_line, found.first_line + comments.leading - 1
        found.skip(comments.leading)
        found.tell("comment", told_comments(comments.shown, list(range(first, last + 1))))
    return comments


def _tell_splitting(found: _Finding, chosen: ChosenSplit) -> None:
    splitting = chosen.split.splitting
    name = _(DELIMITER_NAMES[splitting.delimiter])
    option = _(DELIMITER_NAMES[chosen.other]) if chosen.other else ""
    text = (
        _("split at each {delimiter}: {why}; --delimiter {other} decides otherwise")
        .format(delimiter=name, why=chosen.why, other=option)
        .replace("  ", " ")
    )
    if splitting.delimiter in SELDOM:
        text = _("split at each {delimiter}: {why}").format(delimiter=name, why=chosen.why)
    is_told = chosen.is_guessed or splitting.delimiter in SELDOM
    found.tell("delimiter", text, is_notice=is_told, why=chosen.why)
    if splitting.quote == "'" and found.wanted.quote is None:
        found.tell("quote", _("single quotes are taken off around fields; --quote none keeps them"))


def _skip_titles(found: _Finding, split: Split, count: int) -> Split:
    """Leave out the titles above the header."""
    first, header = split.records[0][0], split.records[count][0]
    lines = list(range(found.first_line + first - 1, found.first_line + header - 1))
    is_short = split.leading > 0
    found.skip(header - 1)
    if is_short:
        text = ngettext(
            "{lines} skipped, since it has not as many fields as the rows below; --skip-lines 0 reads it",
            "{lines} skipped, since they have not as many fields as the rows below; --skip-lines 0 reads them",
            len(lines),
        )  # fmt: skip
    elif count == 1 and all(map(str.strip, split.records[0][1])):
        text = _("{lines} skipped, since the row below it names columns of numbers; --skip-lines 0 reads it")
    else:
        text = ngettext(
            "{lines} skipped, since most of it is blank; --skip-lines 0 reads it",
            "{lines} skipped, since most of each is blank; --skip-lines 0 reads them", len(lines),
        )  # fmt: skip
    found.tell("skip_lines", text.format(lines=lines_named(lines)))
    return Split.of(found.sample, split.splitting)


def _join_header(found: _Finding, split: Split, header: HeaderRows) -> Split:
    """Write the rows that name the columns together as one."""
    behind = split.records[header.count][0] - 1
    first = found.first_line + split.records[0][0] - 1
    place = place_behind_lines(found.text, behind)
    ending = "\r\n" if found.text[:place].endswith("\r\n") else "\n"
    found.text = header.line(split) + ending + found.text[place:]
    found.first_line += behind - 1
    lines = lines_named(list(range(first, found.first_line + 1)))
    found.tell(
        "header_rows",
        _(
            "{lines} are taken together as the header, as in {name}; --skip-lines {above} takes the first one alone"
        ).format(lines=lines, name=quoted(header.names[-1]), above=first - 1),
    )
    return Split.of(found.sample, split.splitting)


def _with_header(found: _Finding, split: Split, decoded: Decoded) -> LaidOut:
    """Decide on the header, names of rows and units."""
    rows = [row for _line, row in split.records]
    line = found.first_line + split.records[0][0] - 1
    wanted = found.wanted.header
    is_short = wanted is not False and split.leading == 1
    has_row_names, has_blank_end = is_short and split.has_row_names, is_short and split.has_blank_end
    if wanted is not None or has_row_names or has_blank_end:
        verdict = HeaderVerdict(wanted is not False, _("given") if wanted is not None else _("it has names alone"))
    else:
        verdict = judge_first_row(rows[0], rows[1:])
        if not verdict.is_header and has_quoted_names(found.text, split.splitting):
            verdict = HeaderVerdict(True, _("its fields stand in quotes, and numbers below do not"), is_guessed=True)
    if verdict.is_open:
        raise DataError(
            _(
                "{name}, line {line}: this may be a header or a row: {why}; say which by --header yes or --header no"
            ).format(name=found.name, line=line, why=verdict.why)
        )
    _tell_header(found, verdict, line)
    if has_row_names:
        found.notices.append(
            _(
                "the header has {count} and each row one field more: the first column is taken as names of rows, as R "
                "writes them, and left out"
            ).format(count=counted(len(rows[0]), "name"))
        )
    if has_blank_end:
        found.notices.append(_("each row ends with a delimiter more than the header, and nothing behind it: left out"))
    skipped_below: tuple[int, ...] = ()
    if verdict.is_header and found.wanted.skip_lines is None:
        skipped_below = _skip_below(found, split)
    text = squeezed(found.text) if split.splitting.delimiter == " " else found.text
    header_line = line if verdict.is_header else 0
    layout = Layout(
        decoded.encoding,
        split.splitting,
        header_line,
        found.first_line,
        has_row_names,
        has_blank_end,
        skipped_below,
        found.evidence,
        found.reasons,
        found.rewriting,
    )
    return LaidOut(text, layout, tuple(found.notices))


def _skip_below(found: _Finding, split: Split) -> tuple[int, ...]:
    """The lines of units, or of types, that stand below the header; they are told."""
    rows = [row for _line, row in split.records]
    lines = [found.first_line + line - 1 for line, _row in split.records]
    if count := rows_of_types(rows[1:]):
        text = _(
            "{lines} skipped, since they say what the columns hold, as Orange writes it; --skip-lines 0 reads them"
        )
        found.tell("units", text.format(lines=lines_named(lines[1 : 1 + count])))
        return tuple(lines[1 : 1 + count])
    count = rows_of_units(rows)
    if not count:
        return ()
    shown = quoted(", ".join(cell.strip() for cell in rows[1] if cell.strip()))
    text = ngettext(
        "{lines} skipped, since it has texts above numbers, as a row of units: {shown}; --skip-lines 0 reads it",
        "{lines} skipped, since they have texts above numbers, as rows of units: {shown}; --skip-lines 0 reads them",
        count,
    )
    found.tell("units", text.format(lines=lines_named(lines[1 : 1 + count]), shown=shown))
    return tuple(lines[1 : 1 + count])


def _tell_header(found: _Finding, verdict: HeaderVerdict, line: int) -> None:
    """Keep why the first row is a header or not; the reader tells that there is none, with the names it makes."""
    if verdict.is_header:
        text = _("line {line} is taken as the header, since {why}; --header no decides otherwise").format(
            line=line, why=verdict.why
        )
        found.tell("header", text, is_notice=verdict.is_guessed, why=verdict.why)
    else:
        found.tell("header", verdict.why, is_notice=False)
