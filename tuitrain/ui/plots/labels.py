"""Names of hyperparameters that fit into narrow columns, and stay apart."""

from __future__ import annotations

from rich.cells import cell_len

from tuitrain.translation import gettext as _

_SHORT = {
    "hidden layers": "layers", "hidden layers depth": "depth", "hidden layers width": "width", "learning rate": "rate",
    "batch size": "batch", "leaky slope": "slope", "initialiser": "initial", "activation": "activ.",
    "optimiser": "optim.", "lowest rate": "lowest", "weight decay": "w. decay", "decay factor": "factor",
    "decay epochs": "d. epochs", "decay power": "power", "restart growth": "growth", "plateau patience": "plateau",
    "gradient clip": "clip", "class weights": "weights", "huber delta": "delta",
}  # fmt: skip


def short_label(label: str, room: int) -> str:
    """`label`, which is English, in the user's language; where that does not fit into `room` cells, shortened.

    What it is still known by stays.
    """
    if cell_len(shown := _(label)) <= room or label not in _SHORT:
        return shown
    longer = _(label.partition(" ")[2])
    return longer if label.startswith("hidden layers ") and cell_len(longer) <= room else _(_SHORT[label])
