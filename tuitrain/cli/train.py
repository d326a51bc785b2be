"""`tuitrain train`: headless training."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuitrain.cli.options import data_options, hyperparameter_options, load, read_options
from tuitrain.text import quoted, visible

if TYPE_CHECKING:
    from tuitrain.data.dataset import Dataset
    from tuitrain.session import Session
    from tuitrain.snapshot import Snapshot


@click.command()
@click.argument("dataset", required=False)
@data_options
@hyperparameter_options
@click.option("--model", "model_file", type=click.Path(path_type=Path, dir_okay=False), help="Save the model here.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output, nothing else.")
def train(model_file: Path | None, as_json: bool, **options: Any) -> int:
    """Train a network on DATASET without a screen.

    DATASET is a bundled or generated name, a file, or - for standard input; see `tuitrain datasets`. Ctrl-C ends the
    training after the running batch, and reports and saves what there is.
    """
    hyperparameters, data = read_options(options)
    dataset = load(data)
    from tuitrain.runs.model import check_writable  # noqa: PLC0415
    from tuitrain.session import Session  # noqa: PLC0415

    if model_file is not None:
        check_writable(model_file)
    tell_target(dataset, is_given=data_has_target(data))

    session = Session(dataset, hyperparameters)
    caught = run_to_end(session)
    snapshot = session.snapshot
    found, model = session.describe(), session.model()
    session.close()
    report(found, as_json=as_json)
    if snapshot.state in {"diverged", "failed"}:
        kept = "" if model_file is None else f" (no model is saved as {visible(model_file)})"
        click.echo(f"tuitrain: {snapshot.message}{kept}", err=True)
        return 1
    if model_file is not None:
        model.save(model_file)
        click.echo(f"model saved as {visible(model_file)}", err=True)
    return 128 + caught if caught else 0


def data_has_target(data: dict[str, Any]) -> bool:
    """Whether the options name the target."""
    return data.get("target") is not None


def tell_target(dataset: Dataset, *, is_given: bool) -> None:
    """Say on standard error what is predicted."""
    what = f"{dataset.n_classes} classes" if dataset.class_names else "a number"
    how = "" if is_given else " (guessed; --target names another)"
    click.echo(f"note: predicting {quoted(dataset.target_name)}, {what}{how}", err=True)


def run_to_end(session: Session) -> int:
    """Train with progress on standard error until it ends or a signal comes; returns the signal's number, or 0."""
    from tuitrain.progress_line import ProgressLine  # noqa: PLC0415
    from tuitrain.session import Pause, Start  # noqa: PLC0415

    caught: list[int] = []

    def stop(number: int, frame: object) -> None:
        caught.append(number)
        session.send(Pause())

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        line = ProgressLine(sys.stderr, shutil.get_terminal_size().columns)
        session.send(Start())
        if caught:
            session.send(Pause())  # the signal came before the start, which would have undone its pause
        snapshot = _wait_for(session, line)
        line.finish(snapshot)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return caught[0] if caught else 0


def _wait_for(session: Session, line: Any) -> Snapshot:
    """Follow the session until it is neither ready nor running."""
    snapshot = session.snapshot
    while snapshot.state in {"ready", "running"}:
        snapshot = session.wait(snapshot.version, 0.2)
        line.show(snapshot)
    return snapshot


def report(found: dict[str, Any], *, as_json: bool) -> None:
    """Print what a training came to."""
    from tuitrain.progress_line import summary  # noqa: PLC0415

    click.echo(json.dumps(found, ensure_ascii=False) if as_json else summary(found))
