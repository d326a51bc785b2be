"""The programs in examples/ run, and print what they promise."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PRINTED = {
    "train": r"epoch 30: train \S+, validation \S+\ntest accuracy (0\.[5-9]|1\.)",
    "tune": r"(trial \d: 0\.[5-9]\d* ± .*\n){3}test accuracy of the best: (0\.[5-9]|1\.)",
    "stack_of_seeds": r"lowest validation loss of 20 seeds: 0\.\d+ to 0\.\d+, mean 0\.\d+",
    "predict": r"setosa: (0\.[5-9]|1\.0)\d?\nvirginica: (0\.[5-9]|1\.0)\d?",
    "watch_a_session": r"done: epoch 40, loss 0\.\d+\n40 epochs done; kept epoch \d+; accuracy (0\.[5-9]|1\.)",
}


def test_every_example_is_tested() -> None:
    assert {path.stem for path in (ROOT / "examples").glob("*.py")} == set(PRINTED)


@pytest.mark.parametrize("name", PRINTED)
def test_an_example_runs(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / f"{name}.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert re.search(PRINTED[name], done.stdout), done.stdout
