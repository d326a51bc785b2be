"""A search in a real pseudo-terminal, by keys alone: on a table of one's own, killed, and gone on with."""

from __future__ import annotations

import random
import signal
from pathlib import Path

import pytest
from terminal import launch

from tests.search.study.test_study import told
from tuitrain.search.study.study import Study

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.long
def test_a_search_on_a_table_of_ones_own_is_killed_and_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    draw = random.Random(1)
    lines = ["size,colour,sweet"]
    for _ in range(300):
        size, colour = draw.gauss(5, 2), draw.choice(["red", "green"])
        lines.append(f"{size:.2f},{colour},{'yes' if size + 3 * (colour == 'red') > 6 else 'no'}")
    Path("plums.csv").write_text("\n".join(lines), "utf-8")
    with launch("plums.csv", "--target", "sweet", "--jobs", "2", "--epochs", "25", columns=120, rows=40) as terminal:
        terminal.wait_for("hidden layers")
        terminal.press("2")
        terminal.wait_for("Trials")
        terminal.press("down", "enter", *"40", "enter")
        terminal.press("b", "space")
        terminal.wait_for("/40 trials")
        terminal.wait_for("best accuracy", 120)
        terminal.kill(signal.SIGKILL)
        terminal.wait_for_end()
    (path,) = Path("runs").iterdir()
    before = [trial for trial in told(Study(path)) if trial[3] == "finished"]
    assert before
    with launch("--resume", str(path), columns=80, rows=24) as terminal:
        terminal.wait_for("40/40 trials", 120)
        terminal.wait_for("done")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
    after = told(Study(path))
    assert [trial[0] for trial in after] == list(range(40))
    assert all(trial in after for trial in before)
