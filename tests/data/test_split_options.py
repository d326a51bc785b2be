"""`--split group:COLUMN` and `time:COLUMN` from a file to the parts of a dataset, and what is told of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tuitrain.data.loading import load_dataset
from tuitrain.errors import DataError, DataOptionError
from tuitrain.options.data_options import DataOptions
from tuitrain.options.split_rule import SplitRule

N = 200
rng = np.random.default_rng(1)
WHO = rng.integers(0, 25, N)
DAY = rng.integers(0, 90, N)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "visits.csv"
    rows = [
        f"P{who},{np.datetime64('2024-01-01') + day},{x:.3f},{(who + row) % 2},{'ok' if row % 3 else 'ill'}"
        for row, (who, day, x) in enumerate(zip(WHO, DAY, rng.normal(size=N), strict=True))
    ]
    file.write_text("Patient,day,x,z,state\n" + "\n".join(rows) + "\n")
    return file


def test_rows_of_a_group_are_in_one_part_and_the_column_is_no_input(path: Path) -> None:
    dataset = load_dataset(path, split="group:patient")
    owners = [set(WHO[part.rows]) for part in (dataset.train, dataset.validation, dataset.test)]
    assert sum(map(len, owners)) == len(set(WHO))
    assert set.union(*owners) == set(WHO)
    assert dataset.n_rows == N
    assert dataset.split == "group:Patient"
    assert "Patient" not in dataset.feature_names
    assert 'column "Patient" keeps its groups apart (--split) and is no input' in dataset.notices
    for part in (dataset.train, dataset.validation, dataset.test):
        assert part.blocks is not None
        assert len({(block, who) for block, who in zip(part.blocks, WHO[part.rows], strict=True)}) == len(
            set(WHO[part.rows])
        )


def test_the_column_of_groups_may_be_dropped_too(path: Path) -> None:
    dataset = load_dataset(path, split="group:Patient", drop=["Patient", "z"])
    assert dataset.feature_names == ("day", "x")
    assert not set(WHO[dataset.train.rows]) & set(WHO[dataset.test.rows])


def test_another_seed_gives_other_groups(path: Path) -> None:
    tests = [set(WHO[load_dataset(path, split="group:Patient", split_seed=seed).test.rows]) for seed in (0, 0, 1)]
    assert tests[0] == tests[1] != tests[2]


def test_later_rows_are_validated_on_and_the_latest_tested(path: Path) -> None:
    dataset = load_dataset(path, split="time:day")
    days = [DAY[part.rows] for part in (dataset.train, dataset.validation, dataset.test)]
    assert days[0].max() < days[1].min()
    assert days[1].max() < days[2].min()
    assert "day" in dataset.feature_names
    assert dataset.split == "time:day"


def test_rows_without_a_time_are_left_out_and_rows_without_a_group_are_one(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    lines = [f"{'' if n % 10 == 0 else n % 12 + 0.5},{n % 7}.25,{'uv'[n // 2 % 2]}" for n in range(120)]
    path.write_text("when,x,y\n" + "\n".join(lines) + "\n")
    dataset = load_dataset(path, split="time:when")
    assert dataset.n_rows == 108
    assert '12 rows without a value in "when", by which rows are split, left out' in dataset.notices
    parts = load_dataset(path, split="group:when")
    gaps = [sum(row % 10 == 0 for row in part.rows) for part in (parts.train, parts.validation, parts.test)]
    assert sorted(gaps) == [0, 0, 12]
    assert '12 rows without a value in "when" are kept together, as one group' in parts.notices


@pytest.mark.parametrize(
    ("split", "options", "message"),
    [
        ("group:nobody", {}, 'there is no column "nobody"'),
        (
            "time:Patient",
            {},
            r"split time:Patient: the column is text; times are dates or numbers \(--type Patient=date",
        ),
        ("group:state", {"target": "state"}, '"state" is both the target and what rows are split by'),
        ("group:state", {}, '"state" is both the target and what rows are split by'),  # which is guessed
        ("group:z", {}, "found 2 groups for 3 parts; each part needs one"),
    ],
)
def test_what_cannot_be_split_is_refused(path: Path, split: str, options: dict[str, str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        load_dataset(path, split=split, **options)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("random", SplitRule()),
        (" Random ", SplitRule()),
        ("group:patient", SplitRule("group", "patient")),
        ("GROUP: Patient ID ", SplitRule("group", "Patient ID")),
        ("time:a:b", SplitRule("time", "a:b")),
    ],
)
def test_rules_are_read_as_typed(text: str, rule: SplitRule) -> None:
    assert SplitRule.parse(text) == rule
    assert SplitRule.parse(str(rule)) == rule
    assert DataOptions.from_mapping({"split": text}).split == str(rule)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("patient", "write random, group:COLUMN or time:COLUMN"),
        ("group", "name the column too, as group:COLUMN"),
        ("time:", "name the column too, as time:COLUMN"),
        ("random:x", "write random"),
        ("", "write random"),
    ],
)
def test_other_texts_are_refused_with_how_one_is_written(text: str, message: str) -> None:
    with pytest.raises(DataOptionError, match=message):
        DataOptions.from_mapping({"split": text, "drop": ["a"]})


def test_shares_that_groups_do_not_allow_are_told(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("who,x,y\n" + "".join(f"{'pqrs'[n % 4]},{n * 7 % 31}.5,{'uv'[n // 4 % 2]}\n" for n in range(80)))
    notices = load_dataset(path, split="group:who").notices
    assert (
        "the split keeps rows together, so that shares differ: validation 25% (not 15%), test 25% (not 15%)" in notices
    )
