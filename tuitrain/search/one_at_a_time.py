"""A search that proposes one trial at a time, and lets the user guess first where to look next.

A guess lies on a slice of the surrogate: one hyperparameter is the user's, the others are as in the best trial. Guess
and choice are compared by the expected improvement that each had when it was made, which is what the strategy
maximises, and by which of them lay nearer to the best trial that is known now.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tuitrain.engine.threads import blas_threads
from tuitrain.search.explanation import HistoryLike, fitted, places_along, points_along
from tuitrain.search.space.space import Setting, Space
from tuitrain.search.study.guess import Guess
from tuitrain.search.study.trial import Trial


@dataclass(frozen=True)
class Standing:
    """How the user's guesses compare with the strategy's choices so far.

    `yours` and `choices` are sums of expected improvements in the metric's units. In `nearer` of `count` guesses the
    user was nearer to the best trial known now than the strategy; equally near counts for neither.
    """

    count: int
    yours: float
    choices: float
    nearer: int


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


def standing(space: Space, guesses: Sequence[Guess], best: Trial | None) -> Standing:
    """Compare the guesses with the choices."""
    yours, choices = (math.fsum(one.gains[which] for one in guesses) for which in (0, 1))
    nearer = 0
    if best is not None:
        nearer = sum(
            distance(space, one.guess, best.setting) < distance(space, one.choice, best.setting) for one in guesses
        )
    return Standing(len(guesses), yours, choices, nearer)


def distance(space: Space, one: Setting, other: Setting) -> float:
    """Return the Euclidean distance of two settings, each range being 1 long on its own scale.

    Two categories are 1 apart, as is a column that has an effect in one of the settings alone.
    """
    first, second = space.encode([one, other])
    with np.errstate(invalid="ignore"):
        apart = np.abs(first - second)
    is_category = np.array([column.is_category for column in space.columns])
    apart[is_category] = apart[is_category] > 0
    apart[np.isnan(first) != np.isnan(second)] = 1.0
    return float(np.sqrt(np.nansum(np.square(apart))))
