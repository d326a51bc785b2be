"""The limits of the rules: courses just on either side of each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.diagnosis.courses import EPOCHS, course, poor, stuck
from tuitrain.diagnosis.course import Course
from tuitrain.diagnosis.judgement import Judgement
from tuitrain.diagnosis.rules import findings

TARGET = {"task": "regression", "class_shares": ()}
UNEVEN = {"class_shares": (0.95, 0.05)}
ONE = {"predicted": (1.0, 0.0), "recalls": (1.0, 0.0), "validation_recalls": (1.0, 0.0)}
ONE_STEP = np.linspace(0.4, 0.384, EPOCHS)  # it falls by 0.4 % of itself in the last tenth


def missed(recall: float, share: float = 0.05, **changes: Any) -> Course:
    """Return a course in which a class of such a share has such a recall."""
    recalls = {"recalls": (1.0, recall), "validation_recalls": (1.0, recall)}
    return course(data={"class_shares": (1 - share, share)}, now=recalls, **changes)


def ended(best: float, last: float, train: float, **changes: Any) -> Course:
    """Return a course whose validation loss was best in epoch 5, and then stayed at the last, as did training's."""
    given = {"best_epoch": 5, **changes}
    return course(validation_loss=np.r_[np.full(5, best), np.full(EPOCHS - 5, last)],
                  train_loss=np.full(EPOCHS, train), best_loss=best, **given)  # fmt: skip


def narrow(units: int, deficit: float = 0.25, **changes: Any) -> Course:
    """Return a poor course of a network with one layer of so many units."""
    made = poor(**changes)
    return replace(made, observation=replace(made.observation, sizes=(4, units, 2), deficit=deficit))


def zigzag(size: float, **changes: Any) -> Course:
    """Return a poor course whose loss moves by such a share of itself from epoch to epoch."""
    losses = 0.6 * (1 + size / 2 * np.where(np.arange(EPOCHS) % 2, 1, -1))
    return poor(validation_loss=losses, train_loss=losses, **changes)


BESIDE: list[tuple[str, Course, Course]] = [  # a kind, a course that has it, and one that has not
    ("unscaled_inputs", course(data={"largest_size": 110.0}), course(data={"largest_size": 90.0})),
    ("unscaled_inputs", poor(data={"largest_size": 35.0}), poor(data={"largest_size": 25.0})),
    ("unscaled_inputs", poor(data={"smallest_spread": 8e-4}), poor(data={"smallest_spread": 2e-3})),
    ("unscaled_target", course(data={**TARGET, "target_extreme": 13.0, "target_quartiles": 0.1}),
     course(data={**TARGET, "target_extreme": 11.0, "target_quartiles": 0.1})),
    ("unscaled_target", course(data={**TARGET, "target_extreme": 25.0, "target_quartiles": 0.14}),
     course(data={**TARGET, "target_extreme": 25.0, "target_quartiles": 0.2})),
    ("imbalance", missed(0.38), missed(0.45)),
    ("imbalance", missed(0.1, share=0.19), missed(0.1, share=0.25)),
    ("imbalance", missed(0.1), missed(0.1, h={"threshold": "auto"})),
    ("one_class", course(data=UNEVEN, now=ONE), course(now=ONE)),
    ("one_class", course(data=UNEVEN, now=ONE), course(data=UNEVEN, now=ONE, h={"threshold": 0.2})),
    ("one_class", stuck(now={**ONE, "predicted": (0.996, 0.004)}), stuck(now={**ONE, "predicted": (0.99, 0.01)})),
    ("unused_inputs", stuck(now={"blind_score": 0.49}), stuck(now={"blind_score": 0.47})),
    ("unused_inputs", stuck(now={"blind_score": 0.5}), course(now={"blind_score": 0.95})),
    ("over_regularised", poor(h={"l2": 0.035}), poor(h={"l2": 0.025})),
    ("over_regularised", poor(h={"l2": 0.16}, step=32, best_epoch=EPOCHS),
     poor(h={"l2": 0.16}, step=28, best_epoch=EPOCHS)),
    ("over_regularised", poor(h={"l1": 0.0035}), poor(h={"l1": 0.0025})),
    ("over_regularised", poor(h={"dropout": 0.5}), poor(h={"dropout": 0.45})),
    ("over_regularised", poor(h={"optimizer": "adamw", "weight_decay": 1.1}),
     poor(h={"optimizer": "adamw", "weight_decay": 0.9})),
    ("over_regularised", course(h={"l2": 0.16}, deficit=0.03), course(h={"l2": 0.14}, deficit=0.03)),
    ("over_regularised", course(h={"l2": 0.16}, deficit=0.03), course(h={"l2": 0.16}, deficit=0.015)),
    ("overfitting", ended(0.3, 0.42, 0.1), ended(0.3, 0.39, 0.1)),
    ("overfitting", ended(0.2, 0.5, 0.24), ended(0.2, 0.5, 0.26)),
    ("overfitting", ended(0.45, 0.45, 0.02), ended(0.45, 0.45, 0.03)),
    ("overfitting", ended(0.18, 0.18, 1e-4), ended(0.16, 0.16, 1e-4)),
    ("overfitting", ended(0.2, 0.5, 0.1), ended(0.2, 0.5, 0.1, best_epoch=12)),
    ("overfitting", ended(0.2, 0.5, 0.1, steps_per_epoch=15), ended(0.2, 0.5, 0.1, steps_per_epoch=10)),
    ("overfitting", ended(0.2, 0.5, 0.1, steps_per_epoch=10, h={"patience": 0}),
     ended(0.2, 0.5, 0.1, steps_per_epoch=10)),
    ("underfitting", narrow(4, 0.15), narrow(5, 0.15)),
    ("underfitting", narrow(5, 0.21), narrow(5, 0.19)),
    ("vanishing_gradient", poor(start={"gradient_norms": (0.005, 0.6, 0.6)}),
     poor(start={"gradient_norms": (0.007, 0.6, 0.6)})),
    ("vanishing_gradient", poor(start={"logit_spread": 0.009}), poor(start={"logit_spread": 0.011})),
    ("exploding_gradient", poor(start={"gradient_norms": (1100.0, 9.0, 9.0)}),
     poor(start={"gradient_norms": (900.0, 9.0, 9.0)})),
    ("symmetric_start", course(start={"alike": (0.91, 0.0)}), course(start={"alike": (0.89, 0.0)})),
    ("rate_too_high", course(train_loss=np.r_[8.2, np.full(EPOCHS - 1, 0.1)], h={"learning_rate": 0.01}),
     course(train_loss=np.r_[7.8, np.full(EPOCHS - 1, 0.1)], h={"learning_rate": 0.01})),
    ("rate_too_high", poor(h={"learning_rate": 0.027}), poor(h={"learning_rate": 0.021})),
    ("rate_too_high", narrow(2, h={"learning_rate": 0.1}), narrow(2, h={"learning_rate": 0.08})),
    ("rate_too_high", zigzag(0.2, h={"learning_rate": 0.0066}), zigzag(0.2, h={"learning_rate": 0.0054})),
    ("rate_too_high", zigzag(0.11, h={"learning_rate": 0.01}), zigzag(0.09, h={"learning_rate": 0.01})),
    ("rate_too_low", poor(h={"learning_rate": 4e-4}), poor(h={"learning_rate": 5e-4})),
    ("rate_too_low", poor(update_ratios=np.full((EPOCHS, 3), 2.8e-4)),
     poor(update_ratios=np.full((EPOCHS, 3), 3.2e-4))),
    ("rate_too_low", course(h={"learning_rate": 5e-5}, deficit=0.03, best_epoch=EPOCHS, validation_loss=ONE_STEP),
     course(h={"learning_rate": 7e-5}, deficit=0.03, best_epoch=EPOCHS, validation_loss=ONE_STEP)),
    ("rate_too_low", course(h={"learning_rate": 3e-4}, deficit=0.03, best_epoch=EPOCHS),
     course(h={"learning_rate": 3e-4}, deficit=0.015, best_epoch=EPOCHS)),
    ("rate_too_low", course(h={"learning_rate": 3e-4}, validation_loss=np.full(EPOCHS, 0.43)),
     course(h={"learning_rate": 3e-4}, validation_loss=np.full(EPOCHS, 0.40))),
    ("too_few_steps", poor(step=290, best_epoch=EPOCHS), poor(step=310, best_epoch=EPOCHS)),
    ("too_few_steps", course(step=28, deficit=0.03, best_epoch=EPOCHS),
     course(step=32, deficit=0.03, best_epoch=EPOCHS)),
    ("too_few_steps", course(step=12, best_epoch=EPOCHS), course(step=13, best_epoch=EPOCHS)),
    ("noisy_batches", poor(h={"batch_size": 8, "learning_rate": 0.04}, steps_per_epoch=80),
     poor(h={"batch_size": 9, "learning_rate": 0.04}, steps_per_epoch=72)),
    ("noisy_batches", poor(h={"batch_size": 1, "learning_rate": 0.005}, steps_per_epoch=640),
     poor(h={"batch_size": 1, "learning_rate": 0.0045}, steps_per_epoch=640)),
    ("clipped", poor(h={"gradient_clip": 0.014}), poor(h={"gradient_clip": 0.016})),
    ("dead_units", poor(now={"dead": (0.2, 0.86)}), poor(now={"dead": (0.2, 0.84)})),
    ("saturated_units", poor(h={"activation": "tanh"}, now={"saturated": (0.71, 0.3)}),
     poor(h={"activation": "tanh"}, now={"saturated": (0.69, 0.3)})),
    ("unfinished", course(best_epoch=EPOCHS, validation_loss=np.linspace(0.5, 0.44, EPOCHS)),
     course(best_epoch=EPOCHS, validation_loss=ONE_STEP)),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(BESIDE)), ids=[f"{kind}-{n}" for n, (kind, *_) in enumerate(BESIDE)])
def test_a_rule_speaks_on_one_side_of_its_limit_and_not_on_the_other(number: int) -> None:
    kind, over, under = BESIDE[number]
    assert kind in [found.kind for found in findings(over)]
    assert kind not in [found.kind for found in findings(under)]


def test_one_answer_for_an_uneven_table_is_told_of_before_the_rows_that_it_misses() -> None:
    assert [found.kind for found in findings(course(data=UNEVEN, now=ONE))][:2] == ["one_class", "imbalance"]


def test_a_network_is_held_tighter_where_the_inputs_tell_little() -> None:
    for tells, l2 in ((0.3, "0.1"), (0.5, "0.03")):
        remedy = findings(ended(0.2, 0.5, 0.1) if tells > 0.4 else ended(0.2, 0.5, 0.1, data={"tells": tells}))[0]
        assert f"--l2 {l2}" in remedy.remedies[0].options


def test_batches_that_move_the_loss_are_noisy_though_the_network_does_well() -> None:
    h = {"batch_size": 1, "learning_rate": 0.01}
    for size, is_noisy in ((0.035, True), (0.025, False)):
        losses = 0.15 * (1 + size / 2 * np.where(np.arange(EPOCHS) % 2, 1, -1))
        kinds = [found.kind for found in findings(course(h=h, steps_per_epoch=640, validation_loss=losses))]
        assert ("noisy_batches" in kinds) is is_noisy


def test_a_remedy_has_the_steps_that_it_needs_and_no_more() -> None:
    for epochs, more in ((90, True), (110, False)):  # of 20 steps
        options = findings(poor(h={"learning_rate": 1e-5, "epochs": epochs}))[0].remedies[0].options
        assert ("--epochs 200" in options) is more
    for rate, faster in ((0.0014, True), (0.0016, False)):  # 0.003 is usual
        few = poor(step=40, epoch=2, best_epoch=2, h={"epochs": 2, "learning_rate": rate})
        assert ("--learning-rate" in findings(few)[0].remedies[0].options) is faster


@pytest.mark.parametrize(
    ("epochs", "best", "is_blamed"), [(50, 40, False), (50, 36, True), (20, 13, False), (20, 11, True)]
)
def test_a_training_that_goes_on_is_blamed_once_it_has_waited(epochs: int, best: int, is_blamed: bool) -> None:
    made = poor(state="running", epoch=epochs, best_epoch=best, train_loss=np.full(epochs, 0.6))
    made = replace(made, observation=replace(made.observation, now=replace(made.observation.now, epoch=epochs)))
    assert any(found.is_alarm for found in findings(made)) is is_blamed


@pytest.mark.parametrize(
    ("train_score", "deficit", "error", "is_behind"),
    [(0.97, 0.11, 0.04, True), (0.97, 0.09, 0.04, False), (0.79, 0.12, 0.1, True), (0.81, 0.12, 0.1, False)],
)
def test_being_behind_is_told_from_chance(train_score: float, deficit: float, error: float, is_behind: bool) -> None:
    made = course(now={"score": train_score})
    judged = Judgement(replace(made, observation=replace(made.observation, deficit=deficit, deficit_error=error)))
    assert judged.is_behind is is_behind
