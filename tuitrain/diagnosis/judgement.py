"""How well a training did, held against the best constant guess and against simple methods on the same rows."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np

from tuitrain.diagnosis.course import ENOUGH, Course
from tuitrain.diagnosis.facts import DataFacts
from tuitrain.diagnosis.finding import Figure
from tuitrain.diagnosis.usual import rate_ratio
from tuitrain.options.hyperparameters import Hyperparameters

BEHIND = 0.05  # of a score (accuracy or R²) by which simple methods are ahead, beyond chance
FAR_BEHIND = 0.15  # of a score: more than the small penalties and smooth units of healthy trainings cost
DEVIATIONS = 2.5  # of chance, by which a score has to differ
TELLS = 0.02  # of the target's variance, on rows left out, and
TELLS_BY_ROW = 4.0  # over the number of rows: of 200 tables of noise, of 60 to 800 rows, 2 were above the sum
WAITED = 0.25  # of its epochs without a better one, before a training that goes on is blamed
LEARNED = 0.05  # of the constant guess's loss, by which the network is better than it


class Judgement:
    """A course with what follows from it; rules read this. Figures that are not known are NaN."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.observation = course.observation
        self.data = course.observation.data or DataFacts("", 0, 0, 0)
        self.h: Hyperparameters = course.hyperparameters

    @cached_property
    def is_balanced(self) -> bool:
        """Whether rare classes count more: then recalls are judged, and not accuracies and unweighted losses."""
        return self.data.is_classes and self.h.class_weights == "balanced"

    @cached_property
    def reference(self) -> float:
        """What simple methods reach: accuracy or R², or the mean recall where that is judged."""
        return self.data.reference_recall if self.is_balanced else self.data.reference_score

    @cached_property
    def constant(self) -> float:
        """What the best constant guess reaches, in the same measure."""
        return 1 / max(1, len(self.data.class_shares)) if self.is_balanced else self.data.constant_score

    @cached_property
    def train_score(self) -> float:
        """The network's accuracy or R² on training rows, or the mean recall where that is judged."""
        now = self.observation.now
        return _mean(now.recalls) if self.is_balanced else now.score

    @cached_property
    def score(self) -> float:
        """The network's accuracy or R² on the validation rows, or on training rows where there are none."""
        now = self.observation.now
        if self.is_balanced:
            return _mean(now.validation_recalls or now.recalls)
        return now.score if math.isnan(now.validation_score) else now.validation_score

    @cached_property
    def chance(self) -> float:
        """One standard error of how far the reference is ahead, row by row on the same rows."""
        paired = self.observation.deficit_error
        return paired if math.isfinite(paired) and not self.is_balanced else self._unpaired

    @cached_property
    def _unpaired(self) -> float:
        """One standard error of a score as good as the reference's, on the rows that it is measured on."""
        count = max(1, self.data.reference_rows or self.data.validation_rows)
        best = self.score if math.isnan(self.reference) else self.reference
        if self.is_balanced:
            count = max(1, int(count * min(share for share in self.data.class_shares if share > 0)))
        if self.data.is_classes:
            share = min(max(best, 1 / count), 1 - 1 / count)
            return math.sqrt(share * (1 - share) / count)
        return 2 * max(1 - best, 0.02) / math.sqrt(count)

    @cached_property
    def margin(self) -> float:
        """By how much scores have to differ to be told apart."""
        return max(BEHIND, DEVIATIONS * self.chance)

    @cached_property
    def deficit(self) -> float:
        """By how much simple methods are ahead on the validation rows; NaN where none was tried."""
        if not self.data.reference_rows:
            return math.nan
        if not self.is_balanced and not math.isnan(self.observation.deficit):
            return self.observation.deficit
        score = self.score if math.isfinite(self.score) else -math.inf
        return self.reference - score

    @cached_property
    def is_behind(self) -> bool:
        """Whether simple methods do better than the network, beyond chance.

        Training rows are more than validation rows: a network that does worse on them than simple methods do on others
        is behind though a few validation rows leave it open.
        """
        is_worse_on_training_rows = self.train_score < self.reference - FAR_BEHIND
        return self.deficit > self.margin or (self.deficit > 2 * BEHIND and is_worse_on_training_rows)

    @cached_property
    def is_behind_in_training(self) -> bool:
        """Whether the network is behind on its training rows too: it does not fit, rather than not generalise."""
        return not math.isfinite(self.train_score) or self.train_score < self.reference - self.margin

    @cached_property
    def can_be_learned(self) -> bool:
        """Whether the inputs tell something of the target, as far as is known."""
        return math.isnan(self.data.tells) or self.data.tells > TELLS + TELLS_BY_ROW / self.data.rows

    @cached_property
    def best_loss(self) -> float:
        """The lowest loss of an epoch on the rows that are watched; that before the first step where there is none."""
        watched = self.course.watched
        finite = watched[np.isfinite(watched)]
        return float(finite.min()) if len(finite) else math.inf

    @cached_property
    def skill(self) -> float:
        """The share of the constant guess's loss that the best epoch is below it by.

        Where recalls are judged, it is the share of the way from a constant guess's to 1.
        """
        if self.is_balanced:
            return (self.score - self.constant) / (1 - self.constant)
        constant = self.data.constant_loss
        return 1 - self.best_loss / constant if constant > 0 else math.nan

    @cached_property
    def train_skill(self) -> float:
        """As `skill`, of the training rows without dropout as the network is now."""
        if self.is_balanced:
            return (self.train_score - self.constant) / (1 - self.constant)
        constant = self.data.constant_train_loss
        loss = self.observation.now.loss
        return 1 - loss / constant if constant > 0 and math.isfinite(loss) else -math.inf

    @cached_property
    def is_too_straight(self) -> bool:
        """Whether the network is a straight line, and no straight line does what other methods do."""
        is_straight = self.course.hidden_layers == 0 or self.h.activation == "identity"
        return is_straight and not self.data.linear_score >= self.data.reference_score - self.margin

    @cached_property
    def is_stuck(self) -> bool:
        """Whether the network is hardly better than a constant guess, on training rows and others, if that is known."""
        if self.observation.data is None:
            return False
        return not self.skill > LEARNED and not self.train_skill > LEARNED

    @cached_property
    def is_poor(self) -> bool:
        """Whether the network fell short of what the data allow; one that trains and gets better has not yet."""
        waited = self.course.epoch - self.course.best_epoch
        has_improved = self.observation.now.epoch < self.course.best_epoch  # since it was looked at
        if not self.course.is_over and (has_improved or waited < max(ENOUGH, WAITED * self.course.epoch)):
            return False
        return self.can_be_learned and (self.is_behind or self.is_stuck)

    @cached_property
    def rate_ratio(self) -> float:
        """How many times the usual learning rate the steps were."""
        return rate_ratio(self.course)

    @cached_property
    def update_ratio(self) -> float:
        """The middle over the epochs of the largest layer's update over its parameters; NaN before the first epoch."""
        ratios = self.course.update_ratios
        if not len(ratios):
            return math.nan
        return float(np.median(np.nan_to_num(ratios, nan=0.0).max(axis=1)))

    @cached_property
    def roughness(self) -> float:
        """The mean step of the watched loss from epoch to epoch over its mean, in the later half; 0 for a few."""
        watched = self.course.watched
        later = watched[len(watched) // 2 :]
        if len(later) < 3 or not np.isfinite(later).all() or later.mean() <= 0:
            return 0.0
        return float(np.abs(np.diff(later)).mean() / later.mean())

    @cached_property
    def last_fall(self) -> float:
        """The share of the watched loss by which the last tenth of the epochs is below the tenth before it."""
        watched = self.course.watched
        tenth = max(1, len(watched) // 10)
        if len(watched) < 2 * tenth:
            return 0.0
        before, after = float(np.mean(watched[-2 * tenth : -tenth])), float(np.mean(watched[-tenth:]))
        return 1 - after / before if before > 0 and math.isfinite(after) else 0.0

    @cached_property
    def is_falling(self) -> bool:
        """Whether the best epoch is among the last tenth, so that the loss was still falling when training stopped."""
        course = self.course
        return course.best_epoch > 0 and course.best_epoch >= 0.9 * course.epoch - 1

    def against_constant(self) -> tuple[Figure, ...]:
        """Return the loss and score beside those of the best constant guess, as evidence."""
        epoch = self.course.best_epoch or None
        found = [
            Figure("loss, against the best constant guess's", self.best_loss, self.data.constant_loss, epoch=epoch),
            Figure("score, against the best constant guess's", self.score, self.constant, epoch=epoch),
        ]  # fmt: skip
        if self.data.reference_rows:
            found.append(Figure(f"score, against {self.data.reference_name}", self.score, self.reference))
        return tuple(found)


def _mean(recalls: tuple[float, ...]) -> float:
    known = [recall for recall in recalls if not math.isnan(recall)]
    return sum(known) / len(known) if known else math.nan
