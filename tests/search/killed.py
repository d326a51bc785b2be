"""Searches that are killed at random moments and resumed: run by test_study.py in a process of its own.

The search runs in a forked child, so that a start costs nothing; it is killed with SIGKILL.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

from tests.plain import plain, plain_dataset
from tuitrain.options.search_settings import Settings
from tuitrain.search.api import run_study
from tuitrain.search.space.setting import setting_to_json
from tuitrain.search.space.space import Space
from tuitrain.search.study.opening import create_study, study_dataset
from tuitrain.search.study.study import Study

RANGES = {"learning_rate": "1e-3..1", "l2": "1e-6..1e-1", "batch_size": "32,64"}


def make(path: Path, strategy: str, prune: str) -> None:
    base = plain(hidden_layers=(8,), epochs=9, patience=0)
    settings = Settings(strategy=strategy, trials=24, folds=1, prune=prune, stack=3, batch=6)  # type: ignore[arg-type]
    create_study(path, Space(RANGES, base), settings, plain_dataset("iris"))


def run(path: Path) -> None:
    study = Study(path)
    run_study(study, study_dataset(study))


def forked(path: Path) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            run(path)
            code = 0
        finally:
            os._exit(code)
    return child


def outcome(path: Path) -> list[Any]:
    """All of a study that must not depend on kills."""
    study = Study(path)
    return [
        [t.number, setting_to_json(t.setting), t.by, t.state, t.score, t.loss, t.epochs, t.best_epoch, list(t.curve)]
        for t in study.trials
    ] + [study.chosen]


def main(folder: Path, strategy: str, prune: str, kills: int) -> None:
    rng = random.Random(f"{strategy} {prune}")
    make(folder / "whole", strategy, prune)
    started = time.monotonic()
    assert os.waitpid(forked(folder / "whole"), 0)[1] == 0
    length = time.monotonic() - started
    expected = outcome(folder / "whole")
    done = studies = most_of_one = 0
    while done < kills:
        studies += 1
        path = folder / f"killed-{studies}"
        make(path, strategy, prune)
        for of_this in range(1000):
            child = forked(path)
            deadline = time.monotonic() + rng.random() * length * 0.5
            ended, status = os.waitpid(child, os.WNOHANG)
            while not ended and time.monotonic() < deadline:
                time.sleep(0.001)
                ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                assert status == 0, f"the search ended by itself with status {status}"
                break
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            done += 1
            most_of_one = max(most_of_one, of_this + 1)
        else:
            raise AssertionError("it does not come to an end")
        if outcome(path) != expected:
            print(json.dumps({"differs": studies, "found": outcome(path), "expected": expected}))
            return
    print(json.dumps({"kills": done, "studies": studies, "most of one": most_of_one, "trials": len(expected) - 1}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
