"""The checks before the first step, while nothing is trained yet."""

from __future__ import annotations

from tuitrain.diagnosis.checks import before_the_first_step, one_batch_in_parts, with_page
from tuitrain.diagnosis.finding import Finding
from tuitrain.session.asked.start import StartChecked
from tuitrain.session.inside.experiment import takes_too_long
from tuitrain.session.inspection import Answers, Copy
from tuitrain.session.questions import Question


def check_start(question: Question, copy: Copy) -> Answers:
    """Answer `CheckStart`: the quick checks first, then one batch, a step at a time."""
    h = copy.state.hyperparameters[0]
    found: tuple[Finding, ...] = before_the_first_step(copy.dataset, h)
    yield StartChecked(question, found, done=0)
    if not found and not takes_too_long(copy, h, 32):  # what is wrong already would be the cause
        alone = yield from one_batch_in_parts(copy.dataset, h)
        found = (with_page(alone),) if alone is not None else ()
    yield StartChecked(question, found)
