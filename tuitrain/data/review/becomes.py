"""What becomes of each column, in a line: left out, predicted, standardised, one feature for each value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tuitrain.data.cells.column_format import ColumnFormat
from tuitrain.data.dataset import Dataset
from tuitrain.data.preprocessing import Preprocessing
from tuitrain.data.review.facts import ColumnFacts
from tuitrain.data.review.features import date_parts, features_of
from tuitrain.data.table import Column, Table, why_useless
from tuitrain.data.traps.trap import Trap
from tuitrain.options.data_options import DataOptions
from tuitrain.options.split_rule import GROUP, SplitRule
from tuitrain.text import counted
from tuitrain.translation import N_
from tuitrain.translation import gettext as _

FEW = 10  # different texts, up to which the reason is told at length
USUAL_ROOM = 30  # letters
MOSTLY_MISSING = 0.5  # of the rows
SIGN_NAMES = {",": N_("comma"), ".": N_("point"), " ": N_("space"), "'": N_("apostrophe")}
PART_NAMES = {
    "days": N_("days"), "year": N_("year"), "month": N_("month"), "weekday": N_("weekday"), "hour": N_("hour"),
}  # fmt: skip
TRAP_WORDS = {
    "leak": N_("alone predicts {target}: see leak"), "id": N_("looks like an id"),
    "group": N_("rows of one are alike: see group"), "time": N_("rows are in order of time: see time"),
    "levels": N_("many values, few rows each"),
}  # fmt: skip


@dataclass(frozen=True)
class Fate:
    """What becomes of a column.

    `text` says it in a line. `is_left_out` columns become nothing; `is_chosen` that the user left it out. `warning`
    goes before it, where something is to be known before training; `features` counts what it becomes.
    """

    text: str
    features: int = 0
    is_left_out: bool = False
    is_chosen: bool = False
    is_target: bool = False
    warning: str = ""


def fates_of(
    table: Table, facts: Mapping[str, ColumnFacts], options: DataOptions, target: str, left_out: Sequence[str],
    dataset: Dataset | None,
) -> dict[str, Fate]:  # fmt: skip
    """Say what becomes of each column, by name; `dataset` is what was made of those that ask nothing, if anything."""
    traps: dict[str, Trap] = {}
    for notice in dataset.notices if dataset else ():
        if isinstance(notice, Trap) and notice.kind in TRAP_WORDS:
            traps = {**dict.fromkeys(notice.columns, notice), **traps}
    rule = SplitRule.parse(options.split)
    trained = None if dataset is None else dataset.train.rows
    fates = {}
    for column in table.columns:
        fact = facts[column.name]
        if column.name in left_out:
            fates[column.name] = Fate(_("left out; x takes it back"), is_left_out=True, is_chosen=True)
        elif column.question:
            fates[column.name] = Fate(_("? asks: see below"))
        elif column.name == target:
            fates[column.name] = Fate(_target_text(fact, dataset), is_target=True)
        elif rule.kind == GROUP and rule.column == column.name:
            fates[column.name] = Fate(_("no input: keeps its groups apart"), is_left_out=True)
        else:
            useless = _why_left_out(column, dataset, trained, keep_constant=table.image_largest is not None)
            if useless and column.kind == "text" and fact.distinct and fact.distinct > FEW:
                useless = _("{count:,} different texts").format(count=fact.distinct)
            if useless:
                fates[column.name] = Fate(_("left out: {reason}").format(reason=useless), is_left_out=True)
            else:
                fates[column.name] = _input(column, fact, options, table, target, traps.get(column.name), dataset)
    return fates


def _why_left_out(
    column: Column, dataset: Dataset | None, trained: np.typing.NDArray[np.int64] | None, *, keep_constant: bool
) -> str:
    if dataset is not None and column.name in dataset.preprocessing.column_names:
        return ""
    return why_useless(column if trained is None else column.take(trained), keep_constant)


def _target_text(fact: ColumnFacts, dataset: Dataset | None) -> str:
    if dataset is None:
        return _("to be predicted")
    if not dataset.class_names:
        return _("target, a number: {range}").format(range=fact.contents)
    counts = class_counts(dataset)
    shown = ", ".join(f"{name} {count:,}" for name, count in counts[:4])
    return _("{count} classes: {shown}").format(count=len(counts), shown=shown + ", …" * (len(counts) > 4))


def class_counts(dataset: Dataset) -> list[tuple[str, int]]:
    """How many rows of all parts have each class, the most frequent first."""
    totals = np.zeros(len(dataset.class_names), np.int64)
    for part in (dataset.train, dataset.validation, dataset.test):
        totals += np.bincount(part.y, minlength=len(totals))
    pairs = zip(dataset.class_names, totals.tolist(), strict=True)
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


def _input(
    column: Column, fact: ColumnFacts, options: DataOptions, table: Table, target: str, trap: Trap | None,
    dataset: Dataset | None,
) -> Fate:  # fmt: skip
    encoding = None if dataset is None else dataset.preprocessing
    features = 0 if encoding is None else features_of(encoding, column.name)
    share = fact.missing / max(1, len(column))
    warning = _(TRAP_WORDS[trap.kind]).format(target=target) if trap is not None else ""
    if not warning and share >= MOSTLY_MISSING:
        warning = _("{share:.0%} missing").format(share=share)
    return Fate(_encoded_text(column, fact, options, table, features, encoding), features, warning=warning)


def _encoded_text(
    column: Column, fact: ColumnFacts, options: DataOptions, table: Table, features: int, encoding: Preprocessing | None
) -> str:  # fmt: skip
    if column.kind == "text":
        count = features or (fact.distinct or 0) + bool(fact.missing)
        if fact.missing:
            return _("{features}: {values}, gaps").format(
                features=counted(count, "feature"), values=counted(count - 1, "value")
            )
        return _("{features}: one for each value").format(features=counted(count, "feature"))
    if column.kind == "date":
        parts = ["days"] if encoding is None else date_parts(encoding, column.name)
        texts = [", ".join(_(PART_NAMES[part]) for part in parts)]
    elif column.kind == "boolean":
        texts = [_("{no} 0, {yes} 1").format(no=column.words[0], yes=column.words[1])]
    else:
        texts = [_scaled(options, table)]
        if column.kind == "time":
            texts = [_("hours, {scaled}").format(scaled=texts[0])]
        texts += _signs(column.format)
    if fact.missing and table.image_largest is None:
        texts.append(_("gap: median + flag"))
    if sum(map(len, texts)) > USUAL_ROOM and column.kind == "number":
        texts = [*texts[1:], texts[0]]  # the most particular first: the end may be cut off
    return "; ".join(texts)


def _scaled(options: DataOptions, table: Table) -> str:
    if table.image_largest is not None:
        return _("divided by {largest:g}").format(largest=table.image_largest)
    return {"standard": _("standardised"), "minmax": _("scaled to 0 … 1"), "none": _("as it is")}[options.scale]


def _signs(form: ColumnFormat | None) -> list[str]:
    """How numbers were read that are not written plainly."""
    if form is None:
        return []
    found = []
    if form.percent:
        found.append(_("15% as 0.15"))
    if form.unit:
        found.append(_("{currency} read off").format(currency=form.unit))
    off = [form.currency] * bool(form.currency)
    if form.currency and form.thousands:
        found.append(_("{currency} and {sign} read off").format(currency=form.currency, sign=_sign(form.thousands)))
    elif off:
        found.append(_("{currency} read off").format(currency=form.currency))
    elif form.thousands:
        found.append(_("{sign} = thousands").format(sign=_sign(form.thousands)))
    if form.decimal != ".":
        found.append(_("{sign} = decimal").format(sign=_sign(form.decimal)))
    return found


def _sign(sign: str) -> str:
    return _(SIGN_NAMES[sign]) if sign in SIGN_NAMES else sign
