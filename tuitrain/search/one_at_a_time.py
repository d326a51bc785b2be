"""A search that proposes one trial at a time, and lets the user guess first where to look next.

A guess lies on a slice of the surrogate: one hyperparameter is the user's, the others are as in the best trial. Guess
and choice are compared by the expected improvement that each had when it was made, which is what the strategy
maximises; and in hindsight (`explanation.Hindsight`) by what the surrogate of all trials so far says of both.
"""

from __future__ import annotations

import math

import numpy as np

from tuitrain.engine.threads import blas_threads
from tuitrain.search.explanation import HistoryLike, fitted, places_along, points_along
from tuitrain.search.space.space import Setting, Space
from tuitrain.search.study.guess import Guess
from tuitrain.search.study.trial import Trial


def settings_along(space: Space, setting: Setting, place: int) -> list[Setting]:
    """Return the setting at each place of the slice along a column, with all else as in `setting`, to the last digit.

    Where the column has no effect in one, it is left out of it.
    """
    name = space.columns[place].hyperparameter
    found = space.decode(points_along(space, setting, place))
    return [{n: setting.get(n, value) if n != name else value for n, value in one.items()} for one in found]


def starting_setting(space: Space, best: Trial | None) -> Setting:
    """Return the setting to guess around: the best trial's; before any, the form's, or the middle of the space."""
    if best is not None:
        return best.setting
    start = space.start
    return start if start is not None else space.decode(np.full((1, len(space.columns)), np.nan))[0]


def first_place(space: Space, setting: Setting, place: int) -> int:
    """Return the index of the place along a column that is nearest to a setting's own; the middle where it has none."""
    places, at = places_along(space.columns[place]), space.encode([setting])[0, place]
    return int(np.argmin(np.abs(places - at))) if math.isfinite(at) else len(places) // 2


def weigh(study: HistoryLike, guess: Setting, choice: Setting) -> Guess | None:
    """Return a guess and a choice with the expected improvement of each; None where there is no surrogate yet."""
    with blas_threads(1):
        found = fitted(study)
        if found is None:
            return None
        sign = study.settings.sign
        yours, theirs = (found.expect(study.space, sign, setting).improvement for setting in (guess, choice))
    return Guess(dict(guess), dict(choice), (yours, theirs))
