"""Studies whose files are damaged, and what is refused before one is made."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from tests.search.study.test_study import BASE, IRIS, OWN, RANGES, begun
from tuitrain.errors import SearchError, TuitrainError
from tuitrain.options.search_settings import Settings
from tuitrain.search.journal_events import OUTCOME
from tuitrain.search.space.space import Space
from tuitrain.search.stack import TrialOutcome
from tuitrain.search.study.opening import create_study
from tuitrain.search.study.study import Study


def test_messages_of_a_journal_cannot_reach_into_the_terminal(tmp_path: Path) -> None:
    study = begun(tmp_path / "s", trials=1)
    with study.writing():
        study.queue([OWN], by="user", stacks=[[0]])
        study.fail(0, "\x1b[2Jgone")
    assert "\x1b" not in Study(tmp_path / "s").trials[0].message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('metric = "accuracy"', "metric = 5"), ('strategy = "random"', "strategy = 5"), ('metric = "accuracy"', ""),
        ('task = "classification"', "task = 3"), ('source = "iris"', "source = 3"), ("[space]", "[other]"),
        ("[search]", "search = 3\n[other]"), ("seconds = 0.0", 'seconds = "long"'), ('l2 = "1e-06..0.1"', 'l2 = "low"'),
    ],
)  # fmt: skip
def test_a_damaged_study_is_told_as_such(old: str, new: str, tmp_path: Path) -> None:
    begun(tmp_path / "s")
    file = tmp_path / "s" / "study.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(SearchError, match=r"study\.toml"):
        Study(tmp_path / "s")


@pytest.mark.parametrize(
    "event",
    [
        {"event": "queued", "by": "random", "trials": [], "stacks": [[7]]},
        {"event": "queued", "by": "random", "trials": [{"number": 0, "setting": {"no_such": 1}}]},
        {"event": "finished", "stack": 3, "outcomes": []},
        {"event": "unheard_of"},
        {"event": 5},
    ],
)
def test_a_damaged_journal_is_told_as_such(event: dict[str, Any], tmp_path: Path) -> None:
    begun(tmp_path / "s")
    (tmp_path / "s" / "journal.jsonl").write_text(json.dumps(event) + "\n", "utf-8")
    with pytest.raises(SearchError, match="does not fit the study"):
        Study(tmp_path / "s")


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ({"epochs": "\x1b[2J9"}, 'outcomes: item 1: epochs: "\\x1b[2J9" is not a whole number from 0'),
        ({"epochs": -3}, "epochs: -3 is not a whole number"),
        ({"epochs": True}, "epochs: True is not a whole number"),
        ({"best_epoch": 10**400}, "best_epoch: a number of about 401 digits is not a whole number"),
        ({"state": "zzz"}, 'state: "zzz": allowed: finished, pruned, failed'),
        ({"state": "queued"}, 'state: "queued"'),
        ({"score": 10**400}, "score: a number of about 401 digits is not a number"),
        ({"curve": [0.5, "\x1b"]}, 'curve: item 2: "\\x1b" is not a number'),
        ({"seconds": float("nan")}, "seconds: nan is not a finite number of at least 0"),
        ({"number": 7}, "trial 7: there are 1"),
        ({"zzz": 1}, '"zzz" is not known'),
    ],
)
def test_each_part_of_an_outcome_is_checked(outcome: dict[str, Any], told: str, tmp_path: Path) -> None:
    with begun(tmp_path / "s", trials=1).writing():
        pass
    whole = {"number": 0, "state": "finished", "score": 0.5, "loss": None, "epochs": 3, "curve": [0.5]}
    events: list[dict[str, Any]] = [
        {"event": "queued", "by": "user", "trials": [{"number": 0, "setting": {"l2": 0.1}}], "stacks": [[0]]},
        {"event": "finished", "stack": 0, "outcomes": [whole | outcome]},
    ]
    file = tmp_path / "s" / "journal.jsonl"
    file.write_text("".join(json.dumps(event) + "\n" for event in events), "utf-8")
    with pytest.raises(SearchError) as caught:
        Study(tmp_path / "s")
    assert f"{file}, line 2: " in str(caught.value)
    assert told in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ({"event": "queued", "by": "x", "trials": [{"number": 0, "setting": [1]}]}, "setting: [1] is not a table"),
        ({"event": "queued", "by": "x", "trials": [], "stacks": [[]]}, "stacks: item 1: [], not of at least 1"),
        ({"event": "started", "stack": -1}, "stack: -1 is not a whole number"),
        ({"event": "chosen", "trial": 0, "test": {}}, "trial 0: there are 0"),
        ({"event": "settings", "metric": "r2"}, "for classification there are accuracy"),
        ({"event": "settings", "goal": 10**400}, "goal: inf is not a finite number"),
        ({"event": "settings", "dropped": [-1]}, "dropped: item 1: -1"),
        ({"event": "noted", "text": 3, "after": 0}, "text: 3 is not"),
        ({"event": "noted", "text": "x", "after": 0, "trial": 0}, "trial 0: there are 0"),
        ({"event": "queud"}, "did you mean queued?"),
    ],
)
def test_each_event_is_checked(event: dict[str, Any], told: str, tmp_path: Path) -> None:
    begun(tmp_path / "s")
    (tmp_path / "s" / "journal.jsonl").write_text(json.dumps(event) + "\n", "utf-8")
    with pytest.raises(SearchError) as caught:
        Study(tmp_path / "s")
    assert told in str(caught.value)


def test_what_is_checked_of_an_outcome_is_all_that_is_written() -> None:
    outcome = asdict(TrialOutcome(0, "pruned", 0.5, 0.1, 0.5, 3, 2, 0.1, "", (0.5,)))
    written = json.loads(json.dumps(outcome))
    assert OUTCOME(written) == written


def test_a_path_that_is_no_text_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    data = replace(IRIS, source="caf\udce9.csv")
    with pytest.raises(TuitrainError, match="not UTF-8"):
        create_study(tmp_path / "s", Space(RANGES, BASE), Settings(), data)
    assert not (tmp_path / "s").exists()
