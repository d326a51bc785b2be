"""A dataset: arrays ready for the engine, and everything needed to explain and reproduce them.

`N` rows of a part, `D` features.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data import side_by_side
from tuitrain.data.generators import RECIPES
from tuitrain.data.piecewise import PiecewiseLinear
from tuitrain.data.preprocessing import Preprocessing, Scale, scaling, standardised
from tuitrain.data.readers.arrays import table_of
from tuitrain.data.split import split_groups, split_rows, split_times
from tuitrain.data.table import Column, Table, drop_useless, tidy_name
from tuitrain.data.target import Target, choose_target, guess_notice, known_rows, read_target
from tuitrain.data.traps.columns import find_many_levels
from tuitrain.data.traps.find import find_traps
from tuitrain.data.traps.repeated import find_repeated
from tuitrain.data.validation_parts import ValidationPart, joined, validation_parts, with_validation
from tuitrain.errors import DataError
from tuitrain.options.data_options import IGNORE, DataOptions, EncodeNumbers
from tuitrain.options.split_rule import GROUP, RANDOM, TIME, SplitRule
from tuitrain.text import counted, listed, quoted, suggest, visible
from tuitrain.translation import N_
from tuitrain.translation import gettext as _

NOT_ENCODING = {
    "formats",
    "ranges",
    "is_nameless",
    "usual",
    "shares",
}  # what is kept of the columns beside their encoding
MOST_BINNED = 60  # number columns that get bins unasked: up to here they gained on each table (docs/guide/quality.md)
ODD_SHARE = 0.05  # difference from the share that was asked for
SPLIT = N_("split by comma, semicolon, tab or pipe")


@dataclass(frozen=True)
class Part:
    """One part of the split.

    `X` (N, D) float32; `y` (N,) int64 class numbers, or (N, 1) float32 standardised values; `rows` (N,) int64, the row
    numbers in the source. `blocks` (N,) int64, unless the split is random, are numbers of each row's group, or of its
    time in their order: rows of the same number stay together.
    """

    X: NDArray[np.float32]
    y: NDArray[Any]
    rows: NDArray[np.int64]
    blocks: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.X)


@dataclass(frozen=True)
class Dataset:
    """Training, validation and test parts, with the preprocessing that produced them.

    For regression, the target's own units are ``y * target_scale + target_mean``. `fingerprint` is the SHA-256 of the
    arrays and the preprocessing, in hexadecimal. `options` are the arguments of `load_dataset` other than `source`.
    `split` is the rule by which rows were divided, as `SplitRule.parse` reads it. `positive` is the number of the class
    that is looked for, if one is.
    """

    name: str
    source: str
    task: str
    train: Part
    validation: Part
    test: Part
    preprocessing: Preprocessing
    feature_names: tuple[str, ...]
    target_name: str
    class_names: tuple[str, ...]
    target_mean: float
    target_scale: float
    notices: tuple[str, ...]
    fingerprint: str
    options: Mapping[str, Any] = field(default_factory=dict)
    split: str = RANDOM
    positive: int | None = None

    @property
    def encoded_names(self) -> tuple[str, ...]:
        """The names of the D features."""
        return self.preprocessing.encoded_names

    @property
    def n_features(self) -> int:
        """The number of features after encoding, D."""
        return int(self.train.X.shape[1])

    @property
    def bins(self) -> PiecewiseLinear | None:
        """The bins that a network reads beside the features; see `Preprocessing`."""
        return self._bins

    @cached_property
    def _bins(self) -> PiecewiseLinear | None:
        return self.preprocessing.piecewise()

    @property
    def input_names(self) -> tuple[str, ...]:
        """The names of all inputs of a network that reads bins: of the D features, then of the bins."""
        return (*self.encoded_names, *self.preprocessing.bin_names)

    @property
    def n_inputs(self) -> int:
        """The number of inputs of a network with hidden layers: of features and their bins."""
        return self.n_features + (self._bins.count if self._bins is not None else 0)

    @property
    def has_bins(self) -> bool:
        """Whether number columns have bins."""
        return self._bins is not None

    @cached_property
    def joined(self) -> Dataset:
        """The dataset with training and validation rows in one training part; see `validation_parts.joined`."""
        return joined(self)

    def validation_parts(self, count: int) -> tuple[ValidationPart, ...]:
        """Return the rows that each of `count` members of an ensemble trains and validates on."""
        return validation_parts(self, count)

    def with_validation(self, part: ValidationPart) -> Dataset:
        """Return the dataset of the member of an ensemble that validates on this part."""
        return with_validation(self, part)

    def looking_for(self, name: str | None) -> Dataset:
        """Return the dataset with another class that is looked for; None: none.

        Raises
        ------
        DataError
            if there is no such class.
        """
        number = _positive(self.class_names, name, self.name)
        options = {key: value for key, value in self.options.items() if key != "positive"}
        return replace(self, positive=number, options=options if name is None else {**options, "positive": name})

    @property
    def n_classes(self) -> int:
        """The number of classes; 0 for regression."""
        return len(self.class_names)

    @property
    def n_outputs(self) -> int:
        """The number of values a model returns for a row: one for each class, or a single number."""
        return len(self.class_names) or 1

    @property
    def n_rows(self) -> int:
        """The number of rows in all parts."""
        return len(self.train) + len(self.validation) + len(self.test)

    def own_units(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Convert standardised target values to the target's own units."""
        result: NDArray[np.float64] = np.asarray(values, np.float64) * self.target_scale + self.target_mean
        return result

    @classmethod
    def from_arrays(
        cls, X: Any, y: Any, *, task: str | None = None, validation: float = 0.15, test: float = 0.15, seed: int = 0,
        scale: Scale = "standard", encode_numbers: EncodeNumbers = "auto", name: str = "arrays",
    ) -> Dataset:  # fmt: skip
        """Make a dataset from arrays: `X` (N, D) or (N, …) numbers, `y` (N,) classes or numbers, NaN for missing.

        Raises
        ------
        DataError
            if shapes or types do not fit, or nothing is left to train on.
        """
        try:
            X, y = np.asarray(X), np.asarray(y)
        except ValueError as error:
            raise DataError(
                _("{name}: X or y has rows of different lengths ({error})").format(name=visible(name), error=error)
            ) from error
        options = DataOptions(
            task=task, validation=validation, test=test, split_seed=seed, scale=scale, encode_numbers=encode_numbers
        )
        return build_dataset(table_of(X, y, visible(name)), options)


def build_dataset(
    table: Table, options: DataOptions | None = None, *, source: str = "", test_table: Table | None = None
) -> Dataset:
    """Split a table, fit the preprocessing on its training rows, and encode all parts.

    The columns' types, the task and the classes are decided on the whole table, before the split. Everything else
    (which columns are left out, medians, means, levels) comes from the training rows alone.

    Raises
    ------
    DataError
        if the table, its target or the split do not fit the task.
    """
    options = options or DataOptions()
    if len(table.columns) < 2:
        raise DataError(
            _("{name}: found a single column, {column}; expected at least two, {split}").format(
                name=table.name, column=quoted(table.names[0]), split=_(SPLIT)
            )
            + side_by_side.hint(table.columns[0])
        )
    whole = table
    rule = SplitRule.parse(options.split)
    apart = None if rule.kind == RANDOM else _column_apart(table, rule)
    _refuse_unknown_types(table, options.types)
    table = _without_columns(table, options.drop, options.types, options.target)
    target_name = choose_target(table, options.target)
    if apart is not None and apart.name == target_name and rule.kind == GROUP:
        raise DataError(
            _("{name}: column {column} is both the target and what rows are split by; choose one").format(
                name=table.name, column=quoted(target_name)
            )
        )
    _refuse_questions(table)
    notices: list[str] = []
    present = ~table.column(target_name).missing
    if gone := int((~present).sum()):
        notices.append(
            _("{rows} without a value in target {target_name} left out").format(
                rows=counted(gone, "row"), target_name=quoted(target_name)
            )
        )
    if apart is not None and rule.kind == TIME and (timeless := int((present & apart.missing).sum())):
        notices.append(
            _("{rows} without a value in {column}, by which rows are split, left out").format(
                rows=counted(timeless, "row"), column=quoted(apart.name)
            )
        )
        present &= ~apart.missing
    source_rows = np.flatnonzero(present)
    table = table if present.all() else table.take(source_rows)
    if len(table) < 3:
        raise DataError(
            _("{name}: found {rows} with a target; at least 3 are needed").format(
                name=table.name, rows=counted(len(table), "row")
            )
        )
    goal = read_target(table.column(target_name), _task(table, target_name, options.task), table.name)
    guessed = guess_notice(table, goal, options.target)
    if apart is not None:
        apart = apart if present.all() else apart.take(source_rows)
        if rule.kind == GROUP and (groupless := int(apart.missing.sum())):
            notices.append(
                _("{rows} without a value in {column} are kept together, as one group").format(
                    rows=counted(groupless, "row"), column=quoted(apart.name)
                )
            )
        if rule.kind == GROUP and apart.name in table.names:
            table = _without_columns(table, [apart.name], (), target_name)
            notices.append(
                _("column {column} keeps its groups apart (--split) and is no input").format(column=quoted(apart.name))
            )
    rows, blocks = _divide(goal, rule, apart, options, has_test_table=test_table is not None)
    shares = {"validation": options.validation, "test": 0.0 if test_table else options.test}
    notices += _empty_parts(rows, shares, len(table)) + _odd_shares(rows, shares, len(table))
    inputs = [column for column in table.columns if column.name != goal.name]
    is_task_told = _task(whole, goal.name, options.task) is not None
    traps = find_traps(
        whole, source_rows, inputs, goal, rows, is_task_told=is_task_told, is_split_told=apart is not None
    )  # fmt: skip
    notices = [*guessed, *traps, *whole.notices, *notices]
    return _encode(
        table, goal, rows, source_rows, test_table, notices=notices, source=source, options=options, blocks=blocks,
        split=str(rule) if apart is None else f"{rule.kind}:{apart.name}",
    )  # fmt: skip


def _column_apart(table: Table, rule: SplitRule) -> Column:
    """Return the column by which groups or times are kept apart."""
    column = table.column(choose_target(table, rule.column))
    if rule.kind == TIME and column.kind not in {"date", "time", "number"}:
        raise DataError(
            _(
                "{name}: split time:{column}: the column is text; times are dates or numbers (--type {column}=date "
                "reads it as dates)"
            ).format(name=table.name, column=visible(column.name, 60))
        )
    return column


def _divide(
    goal: Target, rule: SplitRule, apart: Column | None, options: DataOptions, *, has_test_table: bool
) -> tuple[tuple[NDArray[np.int64], ...], NDArray[np.int64] | None]:
    """Return the rows of training, validation and test, and the number of each row's group or time, if any."""
    shares = {"validation": options.validation, "test": 0.0 if has_test_table else options.test}
    classes = goal.values if goal.class_names else None
    if apart is None:
        return split_rows(len(goal.values), **shares, seed=options.split_seed, classes=classes), None
    if rule.kind == GROUP:
        names = np.array(["" if label is None else f"={label}" for label in apart.labels()])  # missing are one group
        blocks = np.unique(names, return_inverse=True)[1].astype(np.int64)
        return split_groups(blocks, **shares, seed=options.split_seed, classes=classes), blocks
    blocks = np.unique(apart.values, return_inverse=True)[1].astype(np.int64)
    return split_times(apart.values.astype(np.float64), **shares), blocks


def _odd_shares(rows: Sequence[NDArray[np.int64]], shares: Mapping[str, float], count: int) -> list[str]:
    """Return a notice of parts whose sizes are far from their shares, since groups or ties do not allow them."""
    odd = [
        _("{part} {found:.0%} (not {share:.0%})").format(part=_(name), found=len(part) / count, share=share)
        for (name, share), part in zip(shares.items(), rows[1:], strict=True)
        if len(part) and abs(len(part) / count - share) > max(ODD_SHARE, 1 / count)
    ]
    told = _("the split keeps rows together, so that shares differ: {parts}").format(parts=", ".join(odd))
    return [told] if odd else []


def _empty_parts(rows: Sequence[NDArray[np.int64]], shares: Mapping[str, float], count: int) -> list[str]:
    """Return a notice for each part that should have had a share of the rows but got none."""
    effect = {"validation": _("; training keeps its last epoch, not its best"), "test": ""}
    return [
        _("no row is left for {name} ({share:g} of {rows}){effect}").format(
            name=name, share=share, rows=counted(count, "row"), effect=effect[name]
        )
        for (name, share), part in zip(shares.items(), rows[1:], strict=True)
        if share and not len(part)
    ]


def _refuse_unknown_types(table: Table, types: Sequence[tuple[str, str]]) -> None:
    """Refuse a type of a column that does not exist, or is written in other capitals, and was not obeyed therefore."""
    known = {*table.names}
    for name, kind in types:
        if kind != IGNORE and tidy_name(name) not in known:
            hint = suggest(name, table.names[:50], otherwise=_("found: {names}"))
            raise DataError(
                _("{name}: there is no column {wanted}; {hint}").format(name=table.name, wanted=quoted(name), hint=hint)
            )


def _refuse_questions(table: Table) -> None:
    """Refuse columns that can be read in two ways."""
    questions = [column.question for column in table.columns if column.question]
    if questions:
        raise DataError("\n".join(_("{name}: {question}").format(name=table.name, question=q) for q in questions))


def _without_columns(
    table: Table, drop: Sequence[str], types: Sequence[tuple[str, str]], target: str | None
) -> Table:  # fmt: skip
    dropped = {choose_target(table, name) for name in (*drop, *(name for name, kind in types if kind == IGNORE))}
    if target is not None and dropped and choose_target(table, target) in dropped:
        raise DataError(
            _("{name}: column {target} is both the target and dropped; choose one").format(
                name=table.name, target=quoted(target)
            )
        )
    columns = tuple(column for column in table.columns if column.name not in dropped)
    if len(columns) < 2:
        raise DataError(
            _("{name}: leaving out {columns} leaves {count}; expected at least two").format(
                name=table.name, columns=counted(len(dropped), "column"), count=len(columns)
            )
        )
    return replace(table, columns=columns)


def _with_target(table: Table, name: str) -> tuple[Table, NDArray[np.bool_]]:
    """Return the rows that have a target, and a mask of them, (N,) bool."""
    present = ~table.column(name).missing
    return (table if present.all() else table.take(np.flatnonzero(present))), present


def _task(table: Table, target: str, task: str | None) -> str | None:
    return table.suggested_task if task is None and target == table.suggested_target else task


def _encode(
    table: Table, goal: Target, rows: Sequence[NDArray[np.int64]], source_rows: NDArray[np.int64],
    test_table: Table | None, *, notices: list[str], source: str, options: DataOptions,
    blocks: NDArray[np.int64] | None, split: str,
) -> Dataset:  # fmt: skip
    """Encode all parts from their `rows` in the table; `source_rows` (N,) are the table's rows in the source."""
    columns = [column for column in table.columns if column.name != goal.name]
    training = [column.take(rows[0]) for column in columns]
    training, remarks = drop_useless(training, keep_constant=table.image_largest is not None)
    if not training:
        why = "; ".join(remarks)
        raise DataError(
            _("{name}: no column is left to learn from besides the target {target}: {why}").format(
                name=table.name, target=quoted(goal.name), why=why
            )
        )
    mean, spread = _target_scaling(goal, rows[0])
    preprocessing = Preprocessing.fit(
        training,
        options.scale,
        image_largest=table.image_largest,
        source_names=[column.name for column in columns],
        target=table.column(goal.name),
        is_nameless=table.is_nameless,
    )
    X = preprocessing.transform(table)
    is_image = table.image_largest is not None
    if gets_bins(preprocessing, options.encode_numbers, source, is_image=is_image):
        preprocessing = preprocessing.with_bins(X[rows[0]], for_linear=options.encode_numbers == "bins")
    y = _encoded_target(goal.values, goal, mean, spread)
    parts = [
        Part(
            np.ascontiguousarray(X[part]), np.ascontiguousarray(y[part]), source_rows[part],
            None if blocks is None else blocks[part],
        )
        for part in rows
    ]  # fmt: skip
    notices = [*notices, *remarks, *find_many_levels(preprocessing.texts, len(rows[0]))]
    notices += _class_notices(goal, rows[0], table.name)
    if test_table is not None:
        parts[2], remarks = _test_part(test_table, goal, preprocessing, mean, spread)
        notices += remarks
    if table.image_largest is None:
        alike = {name: (part.X, part.y) for name, part in zip(("train", "validation", "test"), parts, strict=True)}
        notices += find_repeated(alike, training)
    return Dataset(
        name=visible(table.name, 60), source=source or table.name, task=goal.task, train=parts[0], validation=parts[1],
        test=parts[2], preprocessing=preprocessing, feature_names=preprocessing.column_names, target_name=goal.name,
        class_names=goal.class_names, target_mean=mean, target_scale=spread, notices=tuple(notices),
        fingerprint=fingerprint_of(parts, preprocessing, goal.name, goal.class_names), split=split,
        positive=_positive(goal.class_names, options.positive, table.name),
    )  # fmt: skip


def _positive(class_names: tuple[str, ...], name: str | None, where: str) -> int | None:
    """Return the number of the class that is looked for."""
    if name is None:
        return None
    if name not in class_names:
        if not class_names:
            raise DataError(
                _("{where}: positive {name}: the target is a number, without classes").format(
                    where=where, name=quoted(name)
                )
            )
        hint = suggest(name, class_names[:50], otherwise=_("found: {names}"))
        raise DataError(_("{where}: positive {name}: {hint}").format(where=where, name=quoted(name), hint=hint))
    return class_names.index(name)


def gets_bins(preprocessing: Preprocessing, encode: EncodeNumbers, source: str, *, is_image: bool) -> bool:
    """Whether the numbers get bins: where they are asked for, or unasked unless inputs are pixels, many or drawn."""
    if encode != "auto":
        return encode == "bins"
    is_generated = source.partition("?")[0] in RECIPES
    return not is_generated and not is_image and len(preprocessing.numbers) <= MOST_BINNED


def _class_notices(goal: Target, train_rows: NDArray[np.int64], where: str) -> list[str]:
    """Return notices about classes that are rare in the training rows."""
    if not goal.class_names:
        return []
    whole, trained = (
        np.bincount(values, minlength=len(goal.class_names)) for values in (goal.values, goal.values[train_rows])
    )
    if (trained > 0).sum() < 2:
        raise DataError(
            _("{where}: the training rows hold {held} of {count} classes; two are needed").format(
                where=where, held=int((trained > 0).sum()), count=len(goal.class_names)
            )
        )
    single = [name for name, count, known in zip(goal.class_names, whole, trained, strict=True) if count == known == 1]
    untrained = [name for name, known in zip(goal.class_names, trained, strict=True) if not known]
    notices = []
    if single:
        classes = listed("class", single, "classes")
        notices.append(_("{classes}: a single row, in the training part").format(classes=classes))
    if untrained:
        classes = listed("class", untrained, "classes")
        notices.append(_("{classes}: no row in the training part").format(classes=classes))
    return notices


def _target_scaling(goal: Target, train_rows: NDArray[np.int64]) -> tuple[float, float]:
    """Return the mean and standard deviation of the training rows' target; 0 and 1 for classes."""
    return (0.0, 1.0) if goal.class_names else scaling(goal.values[train_rows], "standard")


def _encoded_target(values: NDArray[Any], goal: Target, mean: float, spread: float) -> NDArray[Any]:
    return values if goal.class_names else standardised(values, mean, spread).astype(np.float32)[:, None]


def _test_part(
    table: Table, goal: Target, preprocessing: Preprocessing, mean: float, spread: float
) -> tuple[Part, list[str]]:
    """Encode the rows of a separate file as the test part; leave out classes that training does not know."""
    notices = [f"{table.name}: {notice}" for notice in table.notices]
    name = choose_target(table, goal.name)
    if goal.class_names and table.column(name).texts is not None:
        table = replace(table, columns=tuple(c.as_text() if c.name == name else c for c in table.columns))
    table, kept = _with_target(table, name)
    if gone := kept.size - len(table):
        notices.append(
            _("{name}: {rows} without a value in target {target} left out").format(
                name=table.name, rows=counted(gone, "row"), target=quoted(name)
            )
        )
    column = table.column(name)
    if not goal.class_names and column.kind == "text":
        raise DataError(
            _("{name}: target {target} is text; expected numbers").format(name=table.name, target=quoted(name))
        )
    rows, values = np.flatnonzero(kept), column.values
    if goal.class_names:
        known, values, remarks = known_rows(column, goal.class_names, table.name)
        table, rows = table.take(known), rows[known]
        notices += [f"{table.name}: {remark}" for remark in remarks]
    notices += [f"{table.name}: {notice}" for notice in preprocessing.notices(table, target=name)]
    return Part(preprocessing.transform(table), _encoded_target(values, goal, mean, spread), rows), notices


def fingerprint_of(
    parts: Sequence[Part], preprocessing: Preprocessing, target_name: str, class_names: Sequence[str]
) -> str:  # fmt: skip
    """Return the SHA-256 of the arrays and the preprocessing, in hexadecimal."""
    encoding = {name: value for name, value in preprocessing.to_json().items() if name not in NOT_ENCODING}
    digest = hashlib.sha256(json.dumps([encoding, target_name, class_names]).encode())
    for part in parts:
        digest.update(part.X.tobytes())
        digest.update(part.y.tobytes())
    return digest.hexdigest()
