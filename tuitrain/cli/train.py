"""`tuitrain train`: headless training."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from tuitrain.cli.completion import complete_datasets, complete_runs
from tuitrain.cli.options import data_options, hyperparameter_options, load, read_options
from tuitrain.cli.output import tell
from tuitrain.cli.presses import Presses
from tuitrain.cli.run_options import Begun, RunAsked, begin_from, resumed_session, run_options
from tuitrain.cli.translated import command, option
from tuitrain.text import counted, visible
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.data.dataset import Dataset
    from tuitrain.options.hyperparameters import Hyperparameters
    from tuitrain.session.training import TrainingSession


@command()
@click.argument("dataset", required=False, shell_complete=complete_datasets)
@data_options
@hyperparameter_options
@run_options
@option(
    "--resume",
    metavar="RUN",
    shell_complete=complete_runs,
    help="Continue a run; epochs, patience and what can change live may be given.",
)
@option(
    "--from",
    "origin",
    metavar="RUN[@EPOCH]|MODEL",
    shell_complete=complete_runs,
    help="Begin with the weights that a run found, or had after an epoch, or of a model file.",
)
@option("--model", "model_file", type=click.Path(path_type=Path, dir_okay=False), help="Save the model here.")
@option(
    "--diagnose",
    type=click.Choice(["auto", "full"]),
    default="auto",
    help="How much is looked at: full makes more checks, and tries the remedies of a warning out [auto].",
)
@option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output, nothing else.")
def train(
    resume: str | None, origin: str | None, model_file: Path | None, as_json: bool, diagnose: str, **options: Any
) -> int:  # fmt: skip
    """Train a network on DATASET without a screen.

    DATASET is a bundled or generated name, a file, or - for standard input; see `tuitrain datasets`. The training is
    kept as a run, a directory. Ctrl-C ends it after the running batch, and reports and saves what there is; a second
    Ctrl-C within two seconds, or a kill, only ends it. --resume continues it then.
    """
    from tuitrain.runs.model import check_writable  # noqa: PLC0415
    from tuitrain.session.training import TrainingSession  # noqa: PLC0415

    asked = RunAsked.of(options)
    if model_file is not None:
        check_writable(model_file)
    if resume is not None:
        if origin is not None:
            raise click.UsageError(_("--resume continues a run, --from begins another; leave one of them out"))
        session, resumed = resumed_session(resume, asked, options)
        for notice in (*resumed.dataset.notices, *resumed.notices):
            tell(_("note: {notice}").format(notice=notice))
    else:
        begun = begin_from(origin, asked, options) if origin is not None else Begun(*_begin(options))
        tell_target(begun.dataset)
        place = asked.place(origin or "")
        session = TrainingSession(begun.dataset, begun.hyperparameters, place=place, first=begun.first)
        tell_start(begun.dataset, begun.hyperparameters)
    with signals_noted(session) as caught:
        follow(session, caught)
        session.close()
        return end_by(session, caught, as_json=as_json, model_file=model_file, is_full=diagnose == "full")


def _begin(options: dict[str, Any]) -> tuple[Dataset, Hyperparameters]:
    hyperparameters, data = read_options(options)
    return load(data), hyperparameters


def tell_target(dataset: Dataset) -> None:
    """Say on standard error what is predicted, unless a notice has said so already."""
    from tuitrain.data.target import predicting  # noqa: PLC0415

    told = predicting(dataset.target_name, dataset.n_classes)
    if not any(notice.startswith(told) for notice in dataset.notices):
        tell(_("note: {notice}").format(notice=told))


def tell_start(dataset: Dataset, hyperparameters: Hyperparameters) -> None:
    """Say on standard error what is wrong before the first step, if anything is, and how to mend it."""
    from tuitrain.diagnosis.checks import before_the_first_step, is_worth_a_batch, one_batch  # noqa: PLC0415

    found = before_the_first_step(dataset, hyperparameters)
    if not found and is_worth_a_batch(dataset, hyperparameters):
        alone = one_batch(dataset, hyperparameters)
        found = (alone,) if alone is not None else ()
    for finding in found:
        told = _("before training: {finding}").format(finding=finding.text)
        if finding.remedies:
            told += _(" (try {options})").format(options=finding.remedies[0].options)
        tell(visible(told, 600))


@contextmanager
def signals_noted(session: TrainingSession, presses: Presses | None = None) -> Iterator[list[int]]:
    """Let Ctrl-C, SIGTERM and SIGHUP end the session, and nothing more; gives the list that their numbers are noted in.

    The first Ctrl-C keeps what there is as a result; another within two seconds just stops, and so do the other
    signals. A Ctrl-C that comes alone again changes nothing.
    """
    from tuitrain.session.commands import End  # noqa: PLC0415

    caught: list[int] = []
    presses = presses or Presses()

    def note(number: int, frame: object) -> None:
        if number == signal.SIGINT and not presses.is_second() and caught:
            return
        caught.append(number)
        session.send(End(how(caught)))

    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup sets it
        numbers.append(signal.SIGHUP)
    before = {number: signal.signal(number, note) for number in numbers}
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def how(caught: Sequence[int]) -> Literal["keep", "stop", "interrupt"]:
    """Return how signals end a training; see `End`."""
    if any(number != signal.SIGINT for number in caught):
        return "interrupt"
    return "keep" if len(caught) == 1 else "stop"


def follow(session: TrainingSession, caught: list[int]) -> None:
    """Train with progress on standard error until it ends or a signal is noted."""
    from tuitrain.cli.progress import TrainingLine  # noqa: PLC0415
    from tuitrain.session.commands import End, Start  # noqa: PLC0415

    line = TrainingLine(sys.stderr, shutil.get_terminal_size().columns)
    started = session.send(Start())
    if caught:
        session.send(End(how(caught)))  # the signal came before the start, which would have undone it
    snapshot = session.wait_for_answer(started)
    while snapshot.state in {"ready", "running"}:
        snapshot = session.wait(snapshot.version, 0.2)
        line.show(snapshot)
    line.finish(snapshot)


def end_by(
    session: TrainingSession, caught: Sequence[int], *, as_json: bool, model_file: Path | None = None,
    is_full: bool = False,
) -> int:  # fmt: skip
    """Report what the closed session came to, or, where it just stopped, how to continue it; the exit code."""
    from tuitrain.session.commands import End  # noqa: PLC0415

    endings = [entry.command.how for entry in session.journal if isinstance(entry.command, End)]
    has_ended = session.snapshot.state in {"done", "diverged", "failed"}
    if endings and endings[-1] != "keep" and not has_ended:
        tell(just_stopped(session))
        return 128 + caught[-1]
    code = end(session, as_json=as_json, model_file=model_file, is_full=is_full and not caught)
    return code or (128 + caught[-1] if caught else 0)


def just_stopped(session: TrainingSession) -> str:
    """Say where a training stands that just stopped, and how to continue it."""
    epochs = counted(session.snapshot.epoch, "epoch")
    run = session.kept_in
    if run is None:
        return _("tuitrain: stopped after {epochs}; no run was kept").format(epochs=epochs)
    return _("tuitrain: stopped after {epochs}; to continue: tuitrain train --resume {run}").format(
        epochs=epochs, run=shown_path(run)
    )


def shown_path(path: Path) -> str:
    """Return a path as it is shown: from the working directory, where that is shorter."""
    try:
        near = os.path.relpath(path)
    except (OSError, ValueError):
        near = str(path)
    return visible(min(near, str(path), key=len), 1000)


def end(session: TrainingSession, *, as_json: bool, model_file: Path | None = None, is_full: bool = False) -> int:
    """Save the model, then print what the training came to; the exit code: 0, or 1 where it diverged or failed.

    Raises
    ------
    ModelError
        if the model cannot be saved, after the report.
    OSError
        if standard output takes nothing, after the model.
    """
    snapshot = session.snapshot
    has_failed = snapshot.state in {"diverged", "failed"}
    try:
        if model_file is not None and not has_failed:
            session.model().save(model_file)
            tell(_("model saved as {model_file}").format(model_file=visible(model_file)))
    finally:
        found = _described(session, is_full=is_full)
        report(found, as_json=as_json)
        for proposal in found["proposals"]:
            tell(_("note: {notice}").format(notice=proposal))
        if has_failed:
            kept = (
                ""
                if model_file is None
                else _(" (no model is saved as {model_file})").format(model_file=visible(model_file))
            )
            tell(f"tuitrain: {visible(snapshot.ending or snapshot.message)}{kept}")
        if session.kept_in is not None and not as_json:  # the object has it
            tell(_("run kept in {run}").format(run=shown_path(session.kept_in)))
    return int(has_failed)


def _described(session: TrainingSession, *, is_full: bool) -> dict[str, Any]:
    """Describe the training; in full with the findings of more checks, and remedies that were tried out."""
    described = session.describe()
    snapshot = session.snapshot
    if is_full and snapshot.state != "failed":
        from tuitrain.session.full_diagnosis import full_findings  # noqa: PLC0415

        given = snapshot.given or snapshot.hyperparameters
        found = full_findings(session.dataset, given, session.model(), snapshot.findings)
        described["findings"] = [finding.described() for finding in found]
    return described


def report(found: dict[str, Any], *, as_json: bool) -> None:
    """Print the result of a training."""
    from tuitrain.cli.progress import training_summary  # noqa: PLC0415

    click.echo(json.dumps(found, ensure_ascii=False) if as_json else training_summary(found))
