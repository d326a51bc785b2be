"""Transform scores for a Gaussian process: compress bad ones, then scale to mean 0 and deviation 1.

`n` scores, of which less is better; all arrays are float64. A few diverged or hopeless trials would otherwise set the
scale, and all good ones would look alike. Two scales differ in where bad begins: from the middle on (`of`), which
leaves a smooth function's valley as it is, or from all but the best fifth (`of_best`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

KNEE = 0.3  # deviations above the median at which the logarithm takes over
BEST_SHARE = 0.2  # of the scores, up to the knee of `of_best`
_SMALLEST = 1e-12


@dataclass(frozen=True)
class ScoreScale:
    """Above `knee` a score y becomes knee + width log(1 + (y - knee) / width); then (y - mean) / deviation."""

    knee: float
    width: float
    mean: float
    deviation: float

    @classmethod
    def of(cls, scores: Array) -> ScoreScale:
        """Return the scale for finite scores (n,); its width is that of the better half, unless those are all equal."""
        median = float(np.median(scores))
        better = median - scores[scores <= median]
        width = max(1.4826 * float(np.median(better)), 0.5 * float(better.max()))
        if width <= _SMALLEST * abs(median) and scores.max() > median:  # half of them are equal and the best
            width = float(np.median(scores[scores > median])) - median
        width = max(width, _SMALLEST * max(1.0, abs(median)))
        return cls._standardised(scores, median + KNEE * width, width)

    @classmethod
    def of_best(cls, scores: Array) -> ScoreScale | None:
        """Return the scale for finite scores (n,) that compresses all but the best of them; None if those are equal.

        Its knee is the quantile `BEST_SHARE`, its width the distance from there to the best score.
        """
        knee = float(np.quantile(scores, BEST_SHARE))
        width = knee - float(scores.min())
        return cls._standardised(scores, knee, width) if width > _SMALLEST * max(1.0, abs(knee)) else None

    @classmethod
    def _standardised(cls, scores: Array, knee: float, width: float) -> ScoreScale:
        drawn_in = cls(knee, width, 0.0, 1.0).to_standard(scores)
        deviation = float(drawn_in.std())
        return cls(knee, width, float(drawn_in.mean()), deviation if deviation > _SMALLEST * width else 1.0)

    def to_standard(self, scores: Array) -> Array:
        """Return standardised scores (n,)."""
        above = np.maximum(scores - self.knee, 0.0) / self.width
        drawn_in = np.minimum(scores, self.knee) + self.width * np.log1p(above)
        return (drawn_in - self.mean) / self.deviation

    def to_score(self, standard: Array) -> Array:
        """Invert `to_standard`."""
        drawn_in = standard * self.deviation + self.mean
        above = np.maximum(drawn_in - self.knee, 0.0) / self.width
        result: Array = np.minimum(drawn_in, self.knee) + self.width * np.expm1(np.minimum(above, 50.0))
        return result


def worst_for_failed(scores: Array) -> Array:
    """Replace non-finite scores among (n,) by the worst finite one."""
    is_known = np.isfinite(scores)
    return np.where(is_known, scores, scores[is_known].max() if is_known.any() else 0.0)
