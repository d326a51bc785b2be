"""The questions and answers of each page; all are imported here, so that JSON can be read back."""

from tuitrain.session.asked import (
    batch_noise,
    bench,
    demonstration,
    depth,
    inputs,
    lab,
    landscape,
    mse,
    race,
    rate_range,
    remedies,
    row_loss,
    seeds,
    step,
    units,
    what_if,
)

__all__ = [
    "batch_noise",
    "bench",
    "demonstration",
    "depth",
    "inputs",
    "lab",
    "landscape",
    "mse",
    "race",
    "rate_range",
    "remedies",
    "row_loss",
    "seeds",
    "step",
    "units",
    "what_if",
]
