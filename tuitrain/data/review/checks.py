"""What is to be known before training: leaks, classes of few rows, gaps, ids, and what was found to be in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tuitrain.data.dataset import Dataset
from tuitrain.data.review.becomes import MOSTLY_MISSING, Fate, class_counts
from tuitrain.data.review.facts import ColumnFacts
from tuitrain.data.traps.trap import Trap
from tuitrain.text import MOST_NAMES, quoted
from tuitrain.translation import N_
from tuitrain.translation import gettext as _

UNEQUAL = 0.2  # of the rows: a class that has less is rare
LABELS = {
    "leak": N_("leak"), "total": N_("total"), "outlier": N_("target"), "zeros": N_("target"), "repeated": N_("rows"),
    "rare": N_("rare"), "task": N_("task"), "id": N_("id"), "levels": N_("values"), "group": N_("group"),
    "time": N_("time"),
}  # fmt: skip
WARN, NOTE, FINE = "!", "·", "✓"


@dataclass(frozen=True)
class Check:
    """One thing: its `sign` (warning, note, in order), a word for it, a sentence, and the columns that it is about."""

    sign: str
    label: str
    text: str
    columns: tuple[str, ...] = ()


def checks_of(
    dataset: Dataset | None, facts: Mapping[str, ColumnFacts], fates: Mapping[str, Fate], rows: int,
    target: Check | None,
) -> list[Check]:  # fmt: skip
    """List what is to be known, the gravest first; `target` says why the target is the one that it is."""
    traps = [notice for notice in (dataset.notices if dataset else ()) if isinstance(notice, Trap)]
    found = [Check(WARN, _(LABELS[trap.kind]), _with_key(trap), trap.columns) for trap in traps if trap.kind != "id"]
    if dataset is not None and dataset.class_names:
        found += _unequal(dataset)
    found += _gaps(facts, fates, rows)
    found += [target] if target is not None else []
    found += [Check(NOTE, _(LABELS["id"]), _with_key(trap), trap.columns) for trap in traps if trap.kind == "id"]
    found += [
        Check(NOTE, _("out"), _("{name} is {fate}").format(name=quoted(name), fate=fate.text), (name,))
        for name, fate in fates.items() if fate.is_left_out and not fate.is_chosen
    ]  # fmt: skip
    return found + (_in_order({trap.kind for trap in traps}, dataset) if dataset is not None else [])


def _with_key(trap: Trap) -> str:
    """A trap's text with the key that leaves its columns out in place of the option."""
    options = " ".join(f"--drop {quoted(name)}" for name in trap.columns[:MOST_NAMES])
    return trap.replace(options, _("x at its line")) if options else str(trap)


def _unequal(dataset: Dataset) -> list[Check]:
    """Tell of a class that is so rare that always answering the most frequent one looks good."""
    counts = class_counts(dataset)
    total = sum(count for _name, count in counts)
    usual, most = counts[0]
    rare, least = counts[-1]
    if least >= UNEQUAL * total or len(counts) > 2 or not least:
        return []
    name = dataset.class_names.index(rare)
    in_validation = int(np.count_nonzero(dataset.validation.y == name))
    text = _(
        "{rare} is {share:.0%} ({rows:,} rows; {validation:,} in validation): always {usual} has accuracy "
        "{accuracy:.3f}. Watch F1 or balanced accuracy"
    ).format(
        rare=quoted(rare), share=least / total, rows=least, validation=in_validation, usual=quoted(usual),
        accuracy=most / total,
    )  # fmt: skip
    return [Check(WARN, _("rare"), text, (dataset.target_name,))]


def _gaps(facts: Mapping[str, ColumnFacts], fates: Mapping[str, Fate], rows: int) -> list[Check]:
    found = []
    for name, fact in facts.items():
        fate = fates.get(name)
        if rows and fact.missing >= MOSTLY_MISSING * rows and fate is not None and not fate.is_left_out:
            text = _("{name} is missing in {share:.0%} of the rows: its flag tells nearly as much as its value")
            found.append(Check(WARN, _("gaps"), text.format(name=quoted(name), share=fact.missing / rows), (name,)))
    return found


def _in_order(kinds: set[str], dataset: Dataset) -> list[Check]:
    """Say what was looked for and not found."""
    fine = []
    if "repeated" not in kinds and len(dataset.test):
        fine.append(_("hardly any row stands in training and test alike"))
    if "total" not in kinds:
        fine.append(_("no row of totals at the end"))
    if "leak" not in kinds:
        fine.append(_("no column alone gives the target away"))
    return [Check(FINE, "", "; ".join(fine))] if fine else []


def brief(checks: Sequence[Check], sign: str) -> list[Check]:
    """The checks with this sign."""
    return [check for check in checks if check.sign == sign]
