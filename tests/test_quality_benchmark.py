"""The benchmark of quality: its scores by hand, its table, and a run that was cut off going on."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
import quality

from tuitrain import Dataset


def test_skill_is_the_share_of_the_log_loss_that_is_explained() -> None:
    y = np.array([0, 0, 0, 1] * 25)
    data = Dataset.from_arrays(np.arange(200.0).reshape(100, 2), y, task="classification")
    shares = np.bincount(np.concatenate([data.train.y, data.validation.y])) / (len(data.train) + len(data.validation))
    prior = -np.mean([np.log(shares[truth]) for truth in data.test.y])
    found = quality.score(data, prior / 4, 0.9, 1.5)
    assert found.skill == pytest.approx(0.75)
    majority = np.mean(data.test.y == 0)
    assert found.hard == pytest.approx((0.9 - majority) / (1 - majority))
    assert quality.score(data, prior * 9, 0.9, 1.5).skill == -1


def test_the_table_counts_tables_and_not_splits() -> None:
    scores = {
        (table, seed, name): quality.Score(skill, skill, 0.9, 2.0)
        for name, skills in {"ours": (0.5, 0.7, 0.9), "theirs": (0.6, 0.703, 0.8)}.items()
        for table, skill in zip("abc", skills, strict=True) for seed in (0, 1)
    }  # fmt: skip
    lines = quality.table_of(scores, ["ours", "theirs"])
    assert lines[0].startswith("3 tables, 6 splits")
    error = np.std([0.1, 0.003, -0.1], ddof=1) / np.sqrt(3)
    assert lines[-1].split()[:5] == ["theirs", "0.701", "0.701", "0.900", "2.00"]
    assert f"+0.001 ± {error:.3f}" in lines[-1]
    assert lines[-1].endswith("1/1/1")


def test_a_run_that_was_cut_off_goes_on(tmp_path, monkeypatch, capsys) -> None:
    folder = tmp_path / "tables" / "line"
    folder.mkdir(parents=True)
    rows = "".join(f"{x},{x % 7},{3 * x}\n" for x in range(60))
    (folder / "table.csv").write_text("a,b,y\n" + rows)
    (folder / "meta.json").write_text(json.dumps({"file": "table.csv", "options": {"task": "regression"}}))
    record = tmp_path / "record"
    record.write_text(json.dumps(["line", 0, "default", 0.25, 0.25, 0.25, 1.0]) + "\n")
    arguments = ["--tables", str(tmp_path / "tables"), "--seeds", "2", "--only", "default", "--record", str(record)]
    monkeypatch.setattr(sys, "argv", ["quality.py", *arguments])
    monkeypatch.setitem(quality.OURS, "default", ({}, {"epochs": 50, "batch_size": 8}))
    quality.main()
    done = capsys.readouterr().out
    assert "line 0               default 0.250" in done  # not trained again
    kept = [json.loads(line) for line in record.read_text().splitlines()]
    assert [line[:3] for line in kept] == [["line", 0, "default"], ["line", 1, "default"]]
    assert kept[1][3] > 0.5
