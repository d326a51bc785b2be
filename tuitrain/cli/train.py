"""`tuitrain train`: headless training."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuitrain.cli.options import data_options, hyperparameter_options, load, read_options
from tuitrain.cli.output import tell
from tuitrain.cli.translated import command, option
from tuitrain.text import visible
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.data.dataset import Dataset
    from tuitrain.session.training import TrainingSession


@command()
@click.argument("dataset", required=False)
@data_options
@hyperparameter_options
@option("--model", "model_file", type=click.Path(path_type=Path, dir_okay=False), help="Save the model here.")
@option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output, nothing else.")
def train(model_file: Path | None, as_json: bool, **options: Any) -> int:
    """Train a network on DATASET without a screen.

    DATASET is a bundled or generated name, a file, or - for standard input; see `tuitrain datasets`. Ctrl-C ends the
    training after the running batch, and reports and saves what there is.
    """
    hyperparameters, data = read_options(options)
    dataset = load(data)
    from tuitrain.runs.model import check_writable  # noqa: PLC0415
    from tuitrain.session.training import TrainingSession  # noqa: PLC0415

    if model_file is not None:
        check_writable(model_file)
    tell_target(dataset)

    session = TrainingSession(dataset, hyperparameters)
    with signals_noted(session) as caught:
        follow(session, caught)
        session.close()
        code = end(session, as_json=as_json, model_file=model_file)
    return code or (128 + caught[0] if caught else 0)


def tell_target(dataset: Dataset) -> None:
    """Say on standard error what is predicted, unless a notice has said so already."""
    from tuitrain.data.target import predicting  # noqa: PLC0415

    told = predicting(dataset.target_name, dataset.n_classes)
    if not any(notice.startswith(told) for notice in dataset.notices):
        tell(_("note: {notice}").format(notice=told))


@contextmanager
def signals_noted(session: TrainingSession) -> Iterator[list[int]]:
    """Let Ctrl-C and SIGTERM pause the session, and nothing more; gives the list that their numbers are noted in."""
    from tuitrain.session.commands import Pause  # noqa: PLC0415

    caught: list[int] = []

    def note(number: int, frame: object) -> None:
        caught.append(number)
        session.send(Pause())

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def follow(session: TrainingSession, caught: list[int]) -> None:
    """Train with progress on standard error until it ends or a signal is noted."""
    from tuitrain.cli.progress import TrainingLine  # noqa: PLC0415
    from tuitrain.session.commands import Pause, Start  # noqa: PLC0415

    line = TrainingLine(sys.stderr, shutil.get_terminal_size().columns)
    session.send(Start())
    if caught:
        session.send(Pause())  # the signal came before the start, which would have undone its pause
    snapshot = session.snapshot
    while snapshot.state in {"ready", "running"}:
        snapshot = session.wait(snapshot.version, 0.2)
        line.show(snapshot)
    line.finish(snapshot)


def end(session: TrainingSession, *, as_json: bool, model_file: Path | None = None) -> int:
    """Save the model, then print what the training came to; the exit code: 0, or 1 where it diverged or failed.

    Raises
    ------
    ModelError
        if the model cannot be saved, after the report.
    OSError
        if standard output takes nothing, after the model.
    """
    from tuitrain.runs.scores import proposals  # noqa: PLC0415

    snapshot = session.snapshot
    has_failed = snapshot.state in {"diverged", "failed"}
    try:
        if model_file is not None and not has_failed:
            session.model().save(model_file)
            tell(_("model saved as {model_file}").format(model_file=visible(model_file)))
    finally:
        found = session.describe()
        report(found, as_json=as_json)
        for proposal in proposals(found):
            tell(_("note: {notice}").format(notice=proposal))
        if has_failed:
            kept = (
                ""
                if model_file is None
                else _(" (no model is saved as {model_file})").format(model_file=visible(model_file))
            )
            tell(f"tuitrain: {visible(snapshot.ending or snapshot.message)}{kept}")
    return int(has_failed)


def report(found: dict[str, Any], *, as_json: bool) -> None:
    """Print the result of a training."""
    from tuitrain.cli.progress import training_summary  # noqa: PLC0415

    click.echo(json.dumps(found, ensure_ascii=False) if as_json else training_summary(found))
