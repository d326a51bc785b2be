"""The rules, from the most pressing to the least.

To add a rule: a function from a `Course` to a `Finding` or None in the file that it belongs to, a place in `RULES`,
and its words in ``pages/en/words.toml``.
"""

from __future__ import annotations

from collections.abc import Callable

from tuitrain.diagnosis.course import ENOUGH, Course
from tuitrain.diagnosis.finding import Finding
from tuitrain.diagnosis.rules.fit import going_well, no_better, overfitting, too_early
from tuitrain.diagnosis.rules.gradients import troubled_gradient
from tuitrain.diagnosis.rules.learning_rate import creeping, jumping
from tuitrain.diagnosis.rules.units import idle_units

Rule = Callable[[Course], Finding | None]

RULES: tuple[Rule, ...] = (idle_units, troubled_gradient, overfitting, jumping, creeping)


def findings(course: Course) -> list[Finding]:
    """Return at least one finding about a training, the most pressing first.

    A training that broke has its reason alone; one of a few epochs is not judged by the rules yet.
    """
    if course.state in {"diverged", "failed"}:
        return [Finding(course.state, "error", course.ending)]
    if course.epochs_recorded < ENOUGH:
        return [too_early(course)]
    found = [finding for rule in RULES if (finding := rule(course)) is not None]
    return found or [no_better(course) or going_well(course)]
