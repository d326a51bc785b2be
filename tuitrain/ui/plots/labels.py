"""Names of hyperparameters that fit into narrow columns, and stay apart."""

from __future__ import annotations

from rich.cells import cell_len

_SHORT = {
    "hidden layers": "layers", "hidden layers depth": "depth", "hidden layers width": "width", "learning rate": "rate",
    "batch size": "batch", "leaky slope": "slope", "initialiser": "initial", "activation": "activ.",
    "optimiser": "optim.", "lowest rate": "lowest", "weight decay": "w. decay", "decay factor": "factor",
    "decay epochs": "d. epochs", "decay power": "power", "restart growth": "growth", "plateau patience": "plateau",
    "gradient clip": "clip", "class weights": "weights", "huber delta": "delta",
}  # fmt: skip


def short_label(label: str, room: int) -> str:
    """`label` where it fits into `room` cells; else without its first words, as far as it is still known by it."""
    if cell_len(label) <= room or label not in _SHORT:
        return label
    longer = label.partition(" ")[2]
    return longer if label.startswith("hidden layers ") and len(longer) <= room else _SHORT[label]
