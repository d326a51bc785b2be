"""What a search on the command line says at its beginning and at its end."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from tuitrain.cli.progress import SearchLine, search_summary
from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.search_settings import Settings
from tuitrain.search.api import run_study
from tuitrain.search.space.space import Space
from tuitrain.search.study.opening import create_study

MOONS = load_dataset("moons?n=80")


def a_study(path: Path, texts: dict[str, str], **settings: Any) -> Any:
    base = Hyperparameters(hidden_layers=(4,), epochs=2, patience=0)
    return create_study(path / "study", Space(texts, base), Settings(**settings), MOONS)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"trials": 7}, "random search, 7 trials, by"),
        ({"trials": 0, "seconds": 60.0}, "random search, as many trials as there is time for, by"),
        ({"trials": 0, "goal": 0.9}, "random search, trials until the goal is reached, by"),
        ({"trials": 0, "strategy": "grid"}, "grid search, 2 trials, by"),
    ],
)
def test_the_budget_is_said_in_words(tmp_path: Path, settings: dict[str, Any], said: str) -> None:
    stream = io.StringIO()
    SearchLine(a_study(tmp_path, {"learning_rate": "0.1,0.2"}, **settings), stream, 80).begin()
    assert stream.getvalue().startswith(said)


@pytest.mark.parametrize(("folds", "said"), [(1, "equal scores: trial"), (2, "within the deviation: trial")])
def test_ties_are_called_what_they_are(tmp_path: Path, folds: int, said: str) -> None:
    found = run_study(
        a_study(tmp_path, {"seed": "1,1,2", "l2": "0,1e-9"}, strategy="grid", folds=folds, trials=0), MOONS
    )
    assert said in search_summary(found)
