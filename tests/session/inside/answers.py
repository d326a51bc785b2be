"""What there is to see of the work on a question."""

from __future__ import annotations

from tuitrain.session.inspection import Answers
from tuitrain.session.questions import Answer


def first_of(work: Answers) -> Answer:
    """Return the first answer; before it, parts of the work may have had nothing to show."""
    return next(answer for answer in work if answer is not None)
