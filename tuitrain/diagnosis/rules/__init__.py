"""The rules, from the most pressing to the least: causes before what follows from them.

To add one: a function from a `Judgement` to a `Finding` or None in the file of its family, a place in `RULES`, a page
of its kind in ``pages/en``, and cases in ``benchmarks/diagnosis_cases.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tuitrain.diagnosis.course import ENOUGH, Course
from tuitrain.diagnosis.finding import Finding
from tuitrain.diagnosis.judgement import Judgement
from tuitrain.diagnosis.rules.data import (
    imbalance,
    leak,
    no_better_than_constant,
    one_class,
    one_class_of_uneven,
    unscaled_inputs,
    unscaled_target,
    unused_inputs,
)
from tuitrain.diagnosis.rules.fit import over_regularised, overfitting, plateau, underfitting
from tuitrain.diagnosis.rules.gradients import exploding_gradient, symmetric_start, vanishing_gradient
from tuitrain.diagnosis.rules.learning_rate import (
    blown_up,
    clipped,
    diverged,
    noisy_batches,
    rate_too_high,
    rate_too_low,
    too_few_steps,
)
from tuitrain.diagnosis.rules.progress import going_well, too_early, unfinished
from tuitrain.diagnosis.rules.units import dead_units, saturated_units

Rule = Callable[[Judgement], Finding | None]

RULES: tuple[Rule, ...] = (
    unscaled_inputs, leak, symmetric_start, diverged, blown_up, clipped, vanishing_gradient, exploding_gradient,
    over_regularised, too_few_steps, rate_too_low, noisy_batches, rate_too_high, unscaled_target,
    no_better_than_constant, one_class_of_uneven, imbalance, dead_units, saturated_units, underfitting, one_class,
    overfitting, unused_inputs,
)  # fmt: skip
BEFORE_DIVERGENCE: tuple[Rule, ...] = (unscaled_inputs, leak, diverged, exploding_gradient)
NO_PAGE = frozenset({"failed", "not_started", "too_early", "done", "healthy", "no_better"})


def findings(course: Course) -> list[Finding]:
    """Return at least one finding about a training, the most pressing first.

    A training that goes on is not judged before a few epochs; after a change by hand, what followed it is judged.
    """
    return [finding if finding.kind in NO_PAGE else replace(finding, page=finding.kind) for finding in _found(course)]


def _found(course: Course) -> list[Finding]:
    if course.state == "failed":
        return [Finding("failed", "error", course.ending)]
    judged = Judgement(course.since_edit())
    if not course.is_over and len(judged.course.train_loss) < ENOUGH:
        return [too_early(judged)]
    found: dict[str, Finding] = {}
    for rule in RULES if course.state != "diverged" else BEFORE_DIVERGENCE:
        finding = rule(judged)
        if finding is not None:
            found.setdefault(finding.kind, finding)
    if not found and (resting := plateau(judged)) is not None:
        found[resting.kind] = resting
    notes = [finding for finding in (unfinished(judged),) if finding is not None]
    return [*found.values(), *notes] or [going_well(judged)]
