"""Two published rule sets, put to the trainings that `diagnosis.py` plants, to compare.

AutoTrainer (Zhang et al., ICSE 2021, https://github.com/shiningrain/AUTOTRAINER, `utils/monitor.py`) looks at
accuracies and at the gradients of the first and last layer; UMLAUT (Schoop et al., CHI 2021,
https://github.com/BerkeleyHCI/umlaut, `umlaut/heuristics.py`) at the range of the inputs and at losses that are not
numbers. Their thresholds are theirs; what they measure is taken from what tuitrain records: for accuracies on training
rows those on validation rows, for gradients that are zero the share of units that are dead. AutoTrainer is for classes.
"""

from __future__ import annotations

import math

import numpy as np

from tuitrain.diagnosis.course import Course

RATIO_LOW, NORM_LOW, RATIO_HIGH, ZERO_GRADIENTS = 1e-3, 1e-4, 70.0, 0.7
SWING, SWINGS, GAIN, SATISFYING = 0.03, 0.2, 0.01, 0.7
KINDS = {  # what of ours would be a right answer to each of theirs
    "explode": {"diverged", "exploding_gradient", "rate_too_high"},
    "relu": {"dead_units"},
    "vanish": {"vanishing_gradient"},
    "not_converge": {"rate_too_low", "too_few_steps", "symmetric_start", "no_better_than_constant", "plateau"},
    "unstable": {"rate_too_high", "noisy_batches"},
    "not_normalized": {"unscaled_inputs"},
    "nan": {"diverged"},
}


def autotrainer(course: Course) -> str:
    """Return the problem that AutoTrainer's monitor reports at the end of a training of classes, empty for none."""
    losses = np.concatenate([course.train_loss, course.validation_loss])
    if course.state == "diverged" or not np.isfinite(losses).all() or (len(losses) and losses.max() >= 1e5):
        return "explode"
    accuracy = course.metric
    if not len(accuracy):
        return ""
    is_slow = len(accuracy) < 2 or float(np.diff(accuracy).max()) < GAIN
    if not np.nanmax(accuracy) >= SATISFYING or is_slow:
        first, last = course.layer_norms[:, 0], course.layer_norms[:, -1]
        ratio = first / np.maximum(last, 1e-30)
        idle = np.nan_to_num(course.idle_shares[:, :-1], nan=0.0)
        if idle.size and float(idle.mean(axis=1).max()) >= ZERO_GRADIENTS:
            return "relu"
        if float(ratio.max()) > RATIO_HIGH:
            return "explode"
        if ((ratio < RATIO_LOW) & (first < NORM_LOW)).any():
            return "vanish"
        return "not_converge" if is_slow else ""
    peaks = [b for a, b, c in zip(accuracy, accuracy[1:], accuracy[2:], strict=False) if a <= b >= c]
    dips = [b for a, b, c in zip(accuracy, accuracy[1:], accuracy[2:], strict=False) if a >= b <= c]
    swings = sum(high - low >= SWING for high, low in zip(peaks, dips, strict=False))
    return "unstable" if swings >= SWINGS * len(accuracy) else ""


def umlaut(course: Course) -> str:
    """Return the first error that UMLAUT's heuristics raise; standardised inputs exceed its range of -1 to 1."""
    data = course.observation.data
    if data is not None and data.largest_size > 0.999:
        return "not_normalized"
    last = float(course.train_loss[-1]) if len(course.train_loss) else math.nan
    return "nan" if math.isnan(last) else ""


RULE_SETS = {"AutoTrainer (classes)": autotrainer, "UMLAUT": umlaut}
