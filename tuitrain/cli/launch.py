"""`tuitrain launch`: the screen."""

from __future__ import annotations

import gc
import os
from typing import Any

import click

from tuitrain.cli.options import data_options, hyperparameter_options, load, read_options
from tuitrain.cli.train import report


@click.command()
@click.argument("dataset", required=False)
@data_options
@hyperparameter_options
@click.option("--start", is_flag=True, help="Begin training at once.")
@click.option("--quit-when-done", is_flag=True, help="Leave when training ends, and print what `train` prints.")
@click.option("--json", "as_json", is_flag=True, help="With --quit-when-done: print one JSON object.")
def launch(start: bool, quit_when_done: bool, as_json: bool, **options: Any) -> int:
    """Open the screen on DATASET (iris, unless one is named): train, watch, change hyperparameters.

    DATASET is a bundled or generated name, or a file; see `tuitrain datasets`. Press ? on the screen for all keys.
    """
    _start_quickly()
    hyperparameters, data = read_options(options)
    from tuitrain.ui.launch import check_terminal, run  # noqa: PLC0415

    check_terminal()
    dataset = load(data, default="iris")
    outcome = run(dataset, hyperparameters, start=start, quit_when_done=quit_when_done)
    if quit_when_done and not outcome.signal:
        report(outcome.session.describe(), as_json=as_json)
    return 128 + outcome.signal if outcome.signal else 0


def _start_quickly() -> None:
    """Spare the first paint what it does not need: half of its modules' garbage is none, and no product runs yet.

    The screen turns the collector on again; OpenBLAS makes its threads when a wide network asks for them.
    """
    gc.disable()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
