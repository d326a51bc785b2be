"""Whatever a file holds, it opens and every front works, or one clear message says why not.

Files that 0.1 wrote (``tests/compatibility``) are changed in one to three places: values of other types, huge and
negative numbers, escape sequences, deep nesting, parts left out, doubled or exchanged, bytes cut off.
"""

from __future__ import annotations

import io
import json
import math
import random
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuitrain.cli.options import load
from tuitrain.cli.progress import search_summary
from tuitrain.errors import TuitrainError
from tuitrain.options.configuration import read_configuration
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs import model_file
from tuitrain.runs.holder import Holder
from tuitrain.runs.model import load_model
from tuitrain.search.api import SearchResult
from tuitrain.search.best_model import StudyChoice
from tuitrain.search.conductor import SearchProgress
from tuitrain.search.explanation import explain
from tuitrain.search.export import write_csv
from tuitrain.search.space.space import Space
from tuitrain.search.study.opening import study_dataset
from tuitrain.search.study.study import Study
from tuitrain.session.search import SearchSnapshot
from tuitrain.ui.search.table import detail_lines, row_line, rows_of
from tuitrain.ui.theme import theme_of

FILES = Path(__file__).parent / "compatibility" / "files"
pytestmark = pytest.mark.hypothesis  # so that .ci/long tries more examples
BOUNDED = settings(derandomize=True, database=None, suppress_health_check=list(HealthCheck))


def nested(depth: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(depth):
        found = [found]
    return found


HOSTILE: list[Any] = [
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63), 10**400, -(10**400), 0.5, -0.5, 1e308, -1e308, 5e-324,
    math.nan, math.inf, -math.inf, "", "zzz", "\x1b[2Jgone", "\x1b]0;owned\x07", "a\nb\r\tc", "\u202e\u200b\x9b2J",
    "1e999", "9" * 400, "nan", "queued", "running", "32", "0..5", "x" * 5000, "\0", [], [1], [[]], ["\x1b[31m"], [-1],
    [0, 0], {}, {"\x1b[2J": 1}, {"number": 0}, nested(200), nested(900),
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to all parts of a value."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        yield from places(part, (*path, key))


def changed(value: Any, rng: random.Random, hostile: list[Any]) -> None:
    """Change one part of a value in place."""
    found = list(places(value))
    if not found:
        return
    *way, last = rng.choice(found)
    parent = value
    for step in way:
        parent = parent[step]
    how = rng.randrange(8)
    if how == 0:
        del parent[last]
    elif how == 1 and isinstance(parent, list):
        parent.append(parent[last])
    elif how == 1:
        parent[str(rng.choice(["\x1b[2J", "epochs", "setting", "seconds", "zzz"]))] = parent.pop(last)
    elif how == 2:
        parent[last] = [parent[last]]
    elif how == 3 and isinstance(parent[last], int | float):
        parent[last] = rng.choice([-parent[last], parent[last] + 1, parent[last] * 10**18, str(parent[last])])
    else:
        parent[last] = rng.choice(hostile)


def fuzzed(test: Callable[[random.Random, Path], None]) -> None:
    """Call `test` with a generator and an empty directory for each of many seeds."""

    @BOUNDED
    @given(st.integers(0, 2**32))
    def run(seed: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            test(random.Random(seed), Path(folder))

    run()


def check_text(text: str) -> None:
    """Only lines of printable characters."""
    assert all(line.isprintable() for line in text.split("\n")), ascii(text[:500])


def opened_or_told(action: Callable[[], None]) -> bool:
    """Whether the action works; where it does not, there is a message that can be shown."""
    try:
        action()
    except (TuitrainError, click.ClickException) as error:
        check_text(str(error))
        assert str(error).strip()
        assert len(str(error)) < 5000
        return False
    return True


def check_study(path: Path) -> None:
    """Open a study and show it on every front."""
    study = Study(path)
    file = io.StringIO()
    write_csv(study, file)
    check_text(file.getvalue())
    trials = tuple(study.trials)
    progress = SearchProgress("done", trials, study.best, {}, (), (), False, study.seconds, 0.0, None, "stopped", 1)
    ties = tuple(trial.number for trial in study.ties)
    snapshot = SearchSnapshot(1, "stopped", "", study.space, study.settings, progress, path, ties)
    theme = theme_of({})
    for sort in ("score", "number", "learning_rate"):
        for row in rows_of(snapshot, sort=sort, filter_text=""):
            for width in (80, 200):
                strip = row_line(
                    row, width, study.space.names, (), is_selected=False, is_marked=False, has_focus=False, offset=0,
                    theme=theme,
                )  # fmt: skip
                check_text(strip.text)
            for label, text in detail_lines(row.trial, study.hyperparameters(row.trial), study.settings.metric):
                check_text(label + text)
    check_text(search_summary(SearchResult(study, StudyChoice(), progress)))
    check_text("\n".join(study.notices))
    explain(study, "")


def study_files(rng: random.Random, folder: Path) -> Path:
    """A copy of one of the studies of 0.1."""
    path = folder / "study"
    shutil.copytree(FILES / "studies" / rng.choice(["grid", "bayesian", "manual"]), path)
    return path


def test_a_journal_opens_or_is_told() -> None:
    results: set[bool] = set()

    def one(rng: random.Random, folder: Path) -> None:
        path = study_files(rng, folder)
        journal = path / "journal.jsonl"
        lines = journal.read_bytes().splitlines()
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(lines))
            how = rng.randrange(10)
            if how == 0:
                lines.insert(rng.randrange(len(lines)), lines[at])
            elif how == 1:
                line = bytearray(lines[at])
                line[rng.randrange(len(line))] = rng.randrange(256)
                lines[at] = bytes(line)
            elif how == 2:
                lines[at] = lines[at].replace(b"{", b'{"number":-1,"number":"\x1b[2J","event":"zzz",', 1)
            else:
                try:
                    event = json.loads(lines[at])
                except ValueError:
                    continue  # the line was changed to be none before
                changed(event, rng, HOSTILE)
                lines[at] = json.dumps(event).encode()
        journal.write_bytes(b"\n".join(lines) + b"\n")
        results.add(opened_or_told(lambda: check_study(path)))

    fuzzed(one)
    assert results == {True, False}


def without_null(value: Any) -> Any:
    """A value that TOML can hold."""
    if isinstance(value, dict):
        return {key: without_null(part) for key, part in value.items() if part is not None}
    if isinstance(value, list):
        return [without_null(part) for part in value if part is not None]
    return value


TOML_HOSTILE = [value for value in HOSTILE if value is not None and value != nested(900)]


def test_a_study_file_opens_or_is_told() -> None:
    results: set[bool] = set()

    def one(rng: random.Random, folder: Path) -> None:
        path = study_files(rng, folder)
        content = tomllib.loads((path / "study.toml").read_text("utf-8"))
        for _ in range(rng.randint(1, 2)):
            changed(content, rng, TOML_HOSTILE)
        (path / "study.toml").write_text(tomli_w.dumps(without_null(content)), "utf-8")
        results.add(opened_or_told(lambda: check_study(path)))
        opened_or_told(lambda: check_text(study_dataset(Study(path)).name))

    fuzzed(one)
    assert results == {True, False}


def test_a_configuration_is_read_or_told() -> None:
    results: set[bool] = set()

    def one(rng: random.Random, folder: Path) -> None:
        content = tomllib.loads((FILES / "config.toml").read_text("utf-8"))
        content["data"] |= {"dataset": "iris", "target": "species", "task": "classification", "test": 0.2, "drop": []}
        content["space"]["momentum"] = ["0.1", 0.2]
        for _ in range(rng.randint(1, 2)):
            changed(content, rng, TOML_HOSTILE)
        (folder / "c.toml").write_text(tomli_w.dumps(without_null(content)), "utf-8")

        def use() -> None:
            read = read_configuration(folder / "c.toml")
            h = Hyperparameters.from_mapping(read.hyperparameters)
            check_text(str(Space(read.space, h).to_texts()))
            load({name: value for name, value in read.data.items() if value != "-"})

        results.add(opened_or_told(use))

    fuzzed(one)
    assert results == {True, False}


def test_a_hexadecimal_number_of_any_length_is_told(tmp_path: Path) -> None:
    """TOML reads these, and Python does not print them."""
    for text in ("[data]\nvalidation = 0x{}", "epochs = 0x{}", "hidden_layers = [0x{}]", "[space]\nepochs = [0x{}]"):
        (tmp_path / "c.toml").write_text(text.format("f" * 9000))

        def use() -> None:
            read = read_configuration(tmp_path / "c.toml")
            Space(read.space, Hyperparameters.from_mapping(read.hyperparameters))

        assert not opened_or_told(use)


@pytest.mark.parametrize("name", ["classification", "regression", "hinge"])
def test_a_model_is_read_or_told(name: str) -> None:
    data = (FILES / "models" / f"{name}.safetensors").read_bytes()
    rows = [dict.fromkeys(["length", "width", "area", "town", "garden", "colour"])] * 2
    results: set[bool] = set()

    def one(rng: random.Random, folder: Path) -> None:
        description, tensors = model_file.decode(data, name)
        if rng.random() < 0.1:
            written = bytearray(data)
            for _ in range(3):
                written[rng.randrange(1000)] = rng.randrange(256)
        else:
            for _ in range(rng.randint(1, 2)):
                changed(description, rng, HOSTILE)
            try:
                written = bytearray(model_file.encode(description, tensors))
            except ValueError:  # NaN or infinity, of which no digest can be made
                return
        (folder / "m.safetensors").write_bytes(written)

        def use() -> None:
            model = load_model(folder / "m.safetensors")
            assert len(model.predict(rows)) == 2
            model.to_bytes()

        results.add(opened_or_told(use))

    fuzzed(one)
    assert results == {True, False}


def test_a_lock_holds_whatever_is_written_in_it() -> None:
    def one(rng: random.Random, folder: Path) -> None:
        holder = Holder(folder)
        told = json.loads((folder / "lock").read_bytes())
        changed(told, rng, HOSTILE)
        (folder / "lock").write_text(json.dumps(told))
        assert not opened_or_told(lambda: Holder(folder))
        holder.release()
        assert opened_or_told(lambda: Holder(folder).release())

    fuzzed(one)
