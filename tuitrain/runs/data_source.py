"""The data of a run, found again: its files from where the run was begun, or what was copied into it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tuitrain.data.dataset import Dataset
from tuitrain.data.facts import DatasetFacts
from tuitrain.data.loading import load_dataset
from tuitrain.errors import RunError
from tuitrain.runs.data_file import read_dataset
from tuitrain.runs.run import DATA, Run
from tuitrain.text import MOST_NAMES, quoted, visible
from tuitrain.translation import gettext as _


def dataset_of_run(run: Run) -> Dataset:
    """Read a run's dataset again.

    Raises
    ------
    TuitrainError
        if it cannot be read, or is another now; says what has changed.
    """
    facts = run.facts
    if (run.path / DATA).exists():
        dataset = read_dataset(run.path / DATA)
    else:
        directory = str(run.about["directory"])
        options: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in facts.source.options.items()
        }
        if options.get("test_file"):
            options["test_file"] = find_source(options["test_file"], directory)
        dataset = load_dataset(find_source(facts.source.source, directory), allow_stdin=False, **options)
    check_same(run, dataset)
    return dataset


def check_same(run: Run, dataset: Dataset) -> None:
    """Refuse a dataset other than the run's.

    Raises
    ------
    RunError
        if it differs, saying in what.
    """
    if dataset.fingerprint != run.facts.fingerprint:
        raise RunError(
            _("{run}: {data} is not what the run began with: {changed}; to train on other rows: --from {name}").format(
                run=visible(run.path), data=visible(dataset.name), name=visible(run.name),
                changed=_changed(run.facts, DatasetFacts.of(dataset)),
            )
        )  # fmt: skip


def _changed(old: DatasetFacts, new: DatasetFacts) -> str:
    """Say in what two datasets differ, as far as that was written down."""
    told = [
        _("{name} {new} (was {old})").format(name=name, new=after, old=before)
        for name, before, after in (
            (_("rows"), old.n_rows, new.n_rows), (_("target"), quoted(old.target_name), quoted(new.target_name)),
            (_("task"), old.task, new.task),
        ) if before != after
    ]  # fmt: skip
    for name, before, after in (
        (_("column"), old.feature_names, new.feature_names), (_("class"), old.class_names, new.class_names)
    ):  # fmt: skip
        told += [_("{name} {value} is new").format(name=name, value=quoted(v)) for v in after if v not in before]
        told += [_("{name} {value} is gone").format(name=name, value=quoted(v)) for v in before if v not in after]
    changed: Mapping[str, Any] = {
        key: value for key, value in new.source.options.items() if _plain(old.source.options.get(key)) != _plain(value)
    }
    told += [_("option {name}").format(name=name) for name in changed]
    return ", ".join(told[:MOST_NAMES]) if told else _("its values have changed")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def find_source(source: str, directory: str) -> str:
    """Return a file's path as given, or relative to where a run was begun; a dataset's name as it is.

    Raises
    ------
    RunError
        if it is a pipe: what was in it is gone.
    """
    there = Path(directory, source)
    try:
        found = source if Path(source).exists() or not there.is_file() else str(there)
        is_pipe = Path(found).is_fifo()
    except OSError:  # a name that no file can have; what reads it says so
        return source
    if is_pipe:
        raise RunError(_("{found}: is not a regular file, and cannot be read again").format(found=visible(found)))
    return found
