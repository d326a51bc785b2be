# ruff: noqa: E501 - a line a case
"""The trainings that `diagnosis.py` plants: faulty ones with the findings that would be right, and healthy ones.

A line is ``dataset | options | findings | gain | metric``. The options come after `BASE`. The first finding has to be
one of those named; no findings: the training is healthy. A remedy has to make the metric of the test part (accuracy or
R² where none is named) better by the gain on the mean of the seeds; 0: there is no remedy, as for a leak.
"""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

BASE = (
    "--hidden-layers 64x32 --activation relu --optimizer adam --learning-rate 0.01 --schedule constant "
    "--batch-size 32 --l2 0.01 --epochs 200 --patience 30 --scale standard"
)

FAULTY = """
# the learning rate is too high
breast_cancer | --learning-rate 3 | rate_too_high diverged dead_units | .02
digits | --learning-rate 0.5 | rate_too_high dead_units | .1
digits | --learning-rate 0.3 --activation tanh | rate_too_high saturated_units | .1
waves | --learning-rate 1 | rate_too_high dead_units | .1
spiral | --learning-rate 0.5 --optimizer rmsprop | rate_too_high dead_units | .1
diabetes | --learning-rate 5 --hidden-layers 32 | rate_too_high dead_units diverged | .1
friedman | --learning-rate 0.3 --optimizer nadam --hidden-layers 64x64x32 | rate_too_high dead_units | .1
checker | --learning-rate 0.4 --hidden-layers 128 | rate_too_high dead_units | .1
mixture | --learning-rate 5 --optimizer adamax | rate_too_high dead_units | .03
wine | --learning-rate 10 --optimizer sgd | rate_too_high diverged dead_units | .05
circles | --learning-rate 6 --optimizer momentum | rate_too_high diverged dead_units | .05
moons | --learning-rate 1 --activation sigmoid --hidden-layers 32x32x32 | rate_too_high saturated_units vanishing_gradient | .05
sine | --learning-rate 0.3 --activation tanh | rate_too_high saturated_units | .1
straight | --learning-rate 2 --optimizer sgd | diverged rate_too_high exploding_gradient | .1
friedman | --learning-rate 1 --optimizer momentum | diverged rate_too_high exploding_gradient | .1
cubic | --learning-rate 1 --optimizer sgd --hidden-layers 64 | diverged rate_too_high exploding_gradient dead_units | .1
plane | --learning-rate 30 --optimizer sgd --hidden-layers none --task regression --target x1 | diverged rate_too_high | 0
diabetes | --learning-rate 0.3 --optimizer nesterov | diverged rate_too_high exploding_gradient dead_units | .1
mixture | --l2 300 --optimizer sgd --learning-rate 0.1 | diverged over_regularised | .3
friedman | --weight-decay 400 --optimizer adamw --learning-rate 0.01 | diverged over_regularised rate_too_high | .3
straight | --hidden-layers none --optimizer sgd --learning-rate 0.9 --batch-size full --epochs 100 --l2 0 | rate_too_high diverged | .05
diabetes | --hidden-layers none --optimizer sgd --learning-rate 1 --epochs 100 --l2 0 | rate_too_high diverged | .05
# ... or too low
iris | --learning-rate 1e-5 | rate_too_low | .1
digits | --learning-rate 1e-6 --optimizer rmsprop | rate_too_low | .2
friedman | --learning-rate 1e-5 | rate_too_low | .1
waves | --learning-rate 1e-4 --optimizer sgd | rate_too_low | .1
spiral | --learning-rate 1e-4 --optimizer momentum | rate_too_low | .1
mixture | --learning-rate 1e-4 --optimizer sgd --activation tanh | rate_too_low | .05
diabetes | --learning-rate 1e-5 --optimizer nesterov --hidden-layers 32 | rate_too_low | .1
checker | --learning-rate 1e-5 --optimizer adamw | rate_too_low | .1
circles | --learning-rate 1e-3 --optimizer adagrad --hidden-layers 16 | rate_too_low | .1
sine | --learning-rate 1e-6 --activation tanh | rate_too_low | .1
breast_cancer | --learning-rate 1e-6 | rate_too_low too_few_steps | .03
ring | --warmup 100000 | rate_too_low | .05
spiral | --epsilon 1 | rate_too_low plateau underfitting too_few_steps | .05
# too few steps
digits | --epochs 1 --learning-rate 0.001 | too_few_steps | .05
friedman | --epochs 2 --learning-rate 0.001 | too_few_steps rate_too_low | .05
spiral | --epochs 3 | too_few_steps | .1
mixture | --epochs 3 --batch-size full --learning-rate 0.003 | too_few_steps | .05
waves | --epochs 10 --batch-size full --learning-rate 0.003 | too_few_steps | .1
checker | --batch-size full --epochs 30 --optimizer momentum | too_few_steps rate_too_low | .05
breast_cancer | --epochs 1 --optimizer sgd --learning-rate 0.01 --batch-size 128 | too_few_steps rate_too_low | .02
sine | --epochs 2 --batch-size 128 | too_few_steps | .1
ring | --epochs 5 --batch-size full --optimizer adam | too_few_steps | .05
spiral | --patience 1 --learning-rate 0.001 --batch-size 256 | too_few_steps unfinished rate_too_low | .1
# gradients that vanish or explode, symmetric starts, units that do nothing
mixture | --hidden-layers 32x32x32x32x32x32x32x32 --activation sigmoid --optimizer sgd --learning-rate 0.1 | vanishing_gradient | .3
digits | --hidden-layers 32x32x32x32x32x32 --activation sigmoid --optimizer momentum --learning-rate 0.01 | vanishing_gradient | .3
spiral | --hidden-layers 16x16x16x16x16x16 --activation sigmoid | vanishing_gradient plateau no_better_than_constant | .1
friedman | --hidden-layers 32x32x32x32x32x32x32 --initializer normal --optimizer sgd | vanishing_gradient symmetric_start | .1
checker | --hidden-layers 24x24x24x24x24x24x24x24 --initializer uniform | vanishing_gradient | .1
waves | --hidden-layers 20x20x20x20x20x20x20x20 --activation sigmoid --optimizer sgd --learning-rate 0.1 | vanishing_gradient | .1
breast_cancer | --hidden-layers 16x16x16x16x16x16x16 --activation sigmoid --optimizer sgd --learning-rate 0.1 | vanishing_gradient | .1
diabetes | --initializer normal --hidden-layers 32x32x32x32x32 --activation tanh --optimizer sgd | vanishing_gradient rate_too_low | .1
iris | --initializer zeros | symmetric_start | .3
spiral | --initializer zeros --activation tanh | symmetric_start | .1
friedman | --initializer zeros --activation sigmoid --hidden-layers 32 | symmetric_start | .05
mixture | --initializer zeros --activation sigmoid --hidden-layers 32x32 | symmetric_start | .1
waves | --initializer zeros --optimizer sgd --learning-rate 0.1 | symmetric_start | .1
ring | --initializer zeros --activation leaky_relu | symmetric_start | .1
digits | --initializer zeros --activation silu --optimizer momentum | symmetric_start | .3
circles | --activation tanh --learning-rate 3 --optimizer sgd --hidden-layers 16x16x16x16 | saturated_units rate_too_high | .05
# the network is too small, or held too tightly
spiral | --hidden-layers none | underfitting | .1
checker | --hidden-layers 2 | underfitting | .1
ring | --activation identity | underfitting | .1
waves | --hidden-layers 1 --activation tanh | underfitting | .1
digits | --hidden-layers 2 | underfitting | .1
circles | --hidden-layers none --optimizer sgd --learning-rate 0.1 | underfitting | .1
friedman | --hidden-layers none | underfitting | .05
cubic | --activation identity --hidden-layers 64 | underfitting | .1
mixture | --hidden-layers 1 | underfitting | .1
bits | --hidden-layers 1 | underfitting | .1
sine | --hidden-layers none --learning-rate 0.1 --optimizer sgd | underfitting | .1
xor | --hidden-layers none --learning-rate 0.1 --l2 0 | underfitting no_better_than_constant | .2
checker | --activation identity --learning-rate 0.05 | underfitting no_better_than_constant | .1
spiral | --hidden-layers 3 --activation sigmoid | underfitting | .1
digits | --l2 3 | over_regularised one_class | .1
friedman | --l2 1 | over_regularised | .05
spiral | --l2 0.5 | over_regularised one_class dead_units no_better_than_constant | .1
mixture | --l1 1 | over_regularised one_class | .1
waves | --l1 0.1 | over_regularised | .1
checker | --dropout 0.9 | over_regularised underfitting | .1
waves | --dropout 0.8 --hidden-layers 32x32 | over_regularised underfitting | .1
breast_cancer | --l2 10 | over_regularised one_class | .1
diabetes | --weight-decay 30 --optimizer adamw | over_regularised | .1
ring | --l2 0.3 --optimizer sgd --learning-rate 0.1 | over_regularised one_class | .05
iris | --l1 3 --activation tanh | over_regularised one_class | .1
digits | --dropout 0.95 --hidden-layers 64 | over_regularised underfitting | .05
# ... or fits the noise
wide | --l2 0 --patience 0 --hidden-layers 256x256 | overfitting | .01
noisy | --l2 0 --patience 0 --hidden-layers 256x128 --learning-rate 0.003 | overfitting | .01
short | --l2 0 --patience 0 --hidden-layers 128x128 | overfitting | .05
diabetes | --l2 0 --patience 0 --hidden-layers 256x256 | overfitting | .03
weak | --l2 0 --patience 0 --hidden-layers 128x64 | overfitting | .02
moons?n=160&noise=0.4 | --l2 0 --patience 0 --hidden-layers 256x256 | overfitting | .01
mild | --l2 0 --patience 0 --hidden-layers 256x256 | overfitting | .005
weak | --l2 0 --hidden-layers 512 --patience 100 | overfitting | .02
# steps that are cut, or go astray
friedman | --gradient-clip 1e-4 --optimizer sgd --learning-rate 0.1 | clipped | .1
spiral | --gradient-clip 0.001 --optimizer momentum | clipped | .1
digits | --gradient-clip 1e-4 --optimizer sgd --learning-rate 0.1 | clipped | .1
waves | --gradient-clip 0.0003 --optimizer nesterov | clipped | .1
mixture | --gradient-clip 1e-5 --optimizer momentum --activation tanh | clipped | .1
weak | --batch-size 1 --learning-rate 0.03 --epochs 20 | noisy_batches rate_too_high | 0
friedman | --batch-size 1 --learning-rate 0.03 --epochs 15 | noisy_batches rate_too_high | .03
noisy | --batch-size 1 --optimizer sgd --learning-rate 0.3 --epochs 30 | noisy_batches rate_too_high dead_units | .02
diabetes | --batch-size 1 --learning-rate 0.03 --epochs 30 | noisy_batches rate_too_high | .03
waves | --batch-size 2 --learning-rate 0.05 --epochs 30 | noisy_batches rate_too_high | .05
digits | --batch-size 1 --learning-rate 0.03 --epochs 8 | noisy_batches rate_too_high dead_units | .05
friedman | --batch-size 1 --epochs 20 | noisy_batches rate_too_high dead_units | .02
wide | --batch-size 1 --epochs 30 | noisy_batches rate_too_high dead_units overfitting | .02
weak | --batch-size 1 --epochs 20 | noisy_batches rate_too_high dead_units | 0
diabetes | --batch-size 1 --optimizer sgd --learning-rate 0.1 --epochs 30 | noisy_batches rate_too_high diverged dead_units | .05
mixture | --batch-size 1 --learning-rate 0.02 --epochs 15 | noisy_batches rate_too_high dead_units | .015
# the data
ring_scaled | --scale none | unscaled_inputs | .05
mixture_scaled | --scale none | unscaled_inputs | .03
waves_scaled | --scale none | unscaled_inputs | .1
friedman_scaled | --scale none | unscaled_inputs | .1
wine | --scale none --optimizer sgd | unscaled_inputs diverged | .1
breast_cancer | --scale none --optimizer sgd --learning-rate 0.1 | unscaled_inputs diverged | .1
waves_scaled | --scale none --activation tanh | unscaled_inputs saturated_units | .1
ring_scaled | --scale none --activation sigmoid --optimizer sgd --learning-rate 0.1 | unscaled_inputs saturated_units | .1
friedman_scaled | --scale none --optimizer momentum | unscaled_inputs diverged | .1
mixture_scaled | --scale none --activation tanh --optimizer sgd --learning-rate 0.1 | unscaled_inputs | .05
nonsense | | no_better_than_constant overfitting | 0
nonsense_four | | no_better_than_constant overfitting | 0
nonsense_values | | no_better_than_constant overfitting | 0
nonsense_rare | --hidden-layers 32 | no_better_than_constant overfitting one_class | 0
nonsense_four | --l2 0 --hidden-layers 256x128 --patience 0 | no_better_than_constant overfitting | 0
nonsense_values | --activation tanh --optimizer sgd | no_better_than_constant overfitting | 0
leaky | | leak | 0
leaky_value | | leak | 0
leaky_late | | leak | 0
churn | | imbalance one_class | .03 | f1
three | | imbalance one_class | .02 | f1
churn | --hidden-layers 32 --optimizer sgd --learning-rate 0.1 | imbalance one_class | .03 | f1
churn | --l2 0.1 | imbalance one_class over_regularised | .1 | f1
outliers | | unscaled_target | 0
# the schedule stops it, or it rests on a plateau
spiral | --schedule exponential --schedule-factor 0.1 --schedule-epochs 1 | rate_too_low plateau | .1
waves | --schedule step --schedule-factor 0.01 --schedule-epochs 2 --learning-rate 0.001 | rate_too_low plateau | .1
checker | --optimizer momentum --momentum 0.999 --learning-rate 0.1 | rate_too_high diverged | .05
"""

HEALTHY = """
iris |
wine |
breast_cancer |
digits |
moons |
circles |
spiral |
xor |
and |
or |
sine |
blobs |
mixed |
plane |
ring |
checker | --hidden-layers 128x64
waves |
friedman |
mixture |
cubic |
straight |
groups |
bits |
clear_rare |
mild |
diabetes | --learning-rate 0.001 --hidden-layers 32 --l2 0.1
weak | --learning-rate 0.001 --hidden-layers 16 --l2 0.1
noisy | --learning-rate 0.003 --hidden-layers 16 --l2 0.05
wide | --learning-rate 0.001 --hidden-layers 16 --l2 0.1
short | --learning-rate 0.003 --hidden-layers 16 --l2 0.1
iris | --optimizer sgd --learning-rate 0.1
wine | --optimizer momentum
breast_cancer | --optimizer sgd --learning-rate 0.03 --activation tanh
digits | --optimizer rmsprop --learning-rate 0.001
moons | --optimizer nesterov --learning-rate 0.03
circles | --activation tanh
spiral | --learning-rate 0.003 --epochs 300
sine | --activation tanh --learning-rate 0.003 --l2 0.001
blobs | --hidden-layers none --optimizer sgd --learning-rate 0.1
plane | --hidden-layers none
straight | --hidden-layers none
iris | --hidden-layers none
breast_cancer | --hidden-layers none --loss hinge
wine | --hidden-layers 8
digits | --hidden-layers 128
digits | --dropout 0.2 --learning-rate 0.003
mixture | --dropout 0.3
moons | --hidden-layers 32x32x32x32 --learning-rate 0.003
spiral | --hidden-layers 64x64x64x64 --learning-rate 0.003
digits | --hidden-layers 64x64x64x64x64 --learning-rate 0.001
friedman | --hidden-layers 32x32x32x32 --learning-rate 0.003
moons | --activation sigmoid --hidden-layers 16
mixture | --activation sigmoid --hidden-layers 32
iris | --activation sigmoid --hidden-layers 16
waves | --activation gelu --learning-rate 0.003
waves | --activation leaky_relu
friedman | --activation elu --learning-rate 0.003
friedman | --activation silu
ring | --activation softplus --learning-rate 0.003 --l2 0.0001
digits | --schedule cosine --learning-rate 0.003
friedman | --schedule cosine --learning-rate 0.01
spiral | --schedule one_cycle --learning-rate 0.02 --epochs 100
waves | --schedule plateau
mixture | --schedule step --schedule-epochs 30
digits | --batch-size 128
friedman | --batch-size 8 --learning-rate 0.003
breast_cancer | --batch-size 8 --learning-rate 0.001
waves | --batch-size 16 --learning-rate 0.003
moons | --batch-size full --learning-rate 0.03 --epochs 300 --patience 60
iris | --batch-size full --epochs 300 --patience 60
circles | --batch-size full --learning-rate 0.03 --epochs 300
iris | --batch-size 4 --learning-rate 0.001
moons | --batch-size 1 --optimizer sgd --learning-rate 0.01 --epochs 40
friedman | --batch-size 4 --learning-rate 0.001 --epochs 60
diabetes | --batch-size 1 --learning-rate 0.0003 --hidden-layers 16 --epochs 40
digits | --l2 0 --learning-rate 0.003
breast_cancer | --l2 0 --learning-rate 0.001
mixture | --l2 0 --learning-rate 0.001
spiral | --l2 0
iris | --scale minmax
friedman | --scale minmax
wine | --scale minmax --learning-rate 0.003
sine | --scale none
moons | --scale none
ring | --scale none
mixture | --scale none
friedman | --scale none --learning-rate 0.003
iris | --scale none
digits | --scale none --learning-rate 0.003
friedman | --loss huber
waves | --loss mae --learning-rate 0.003
churn | --class-weights balanced --learning-rate 0.001
three | --class-weights balanced --learning-rate 0.003
clear_rare | --class-weights balanced
digits | --gradient-clip 1
friedman | --gradient-clip 5 --optimizer momentum
mixture | --epochs 30
digits | --epochs 40
spiral | --patience 0 --epochs 150
digits | --optimizer adamw --learning-rate 0.003
waves | --optimizer nadam --learning-rate 0.003
mixture | --optimizer adagrad --learning-rate 0.05
ring | --optimizer adamax
mixture | --optimizer adadelta --learning-rate 1
digits | --initializer glorot_uniform
waves | --initializer he_uniform
moons?n=2000&noise=0.2 |
circles?n=300&noise=0.15 |
"""

# planted after the rules were fixed on the cases above, of kinds that they had not met, and run once before any change
FRESH_FAULTY = """
rings | --learning-rate 2 --optimizer adamw --hidden-layers 48x24x12 | rate_too_high dead_units diverged | .1
letters | --learning-rate 0.6 --activation elu --hidden-layers 96 | rate_too_high diverged | .1
steps | --learning-rate 0.8 --activation gelu | rate_too_high dead_units diverged plateau | .1
hinges | --learning-rate 20 --optimizer adagrad | rate_too_high diverged dead_units exploding_gradient | .1
products | --learning-rate 4 --optimizer nesterov --batch-size 64 | rate_too_high diverged dead_units exploding_gradient | .1
thick | --learning-rate 0.5 --optimizer rmsprop --hidden-layers 20x20 | rate_too_high dead_units diverged | .1
tiny | --learning-rate 2 --hidden-layers 12 --activation tanh --batch-size 8 | rate_too_high saturated_units noisy_batches | .05
letters | --learning-rate 1 --optimizer adamax --hidden-layers 40x40x40 --activation leaky_relu | rate_too_high diverged | .1
steps | --learning-rate 3e-6 --optimizer adamax --hidden-layers 32x32 | rate_too_low | .1
products | --learning-rate 2e-4 --optimizer adagrad --activation elu | rate_too_low | .1
letters | --learning-rate 1e-4 --optimizer nesterov --hidden-layers 128 | rate_too_low | .1
thick | --learning-rate 1e-4 --optimizer sgd --activation silu | rate_too_low | .1
rings | --learning-rate 1e-3 --optimizer adadelta | rate_too_low | .1
hinges | --schedule step --schedule-factor 0.1 --schedule-epochs 1 | rate_too_low plateau | .1
hinges | --warmup 20000 --optimizer adamw | rate_too_low | .1
products | --epochs 2 --batch-size 256 | too_few_steps rate_too_low | .05
letters | --epochs 1 --batch-size 128 --activation gelu | too_few_steps rate_too_low | .05
steps | --epochs 4 --batch-size full --learning-rate 0.003 | too_few_steps rate_too_low | .1
letters | --hidden-layers 24x24x24x24x24x24x24 --activation sigmoid --optimizer nesterov --learning-rate 0.01 | vanishing_gradient | .3
products | --hidden-layers 16x16x16x16x16x16x16x16x16 --activation sigmoid | vanishing_gradient plateau one_class no_better_than_constant | .1
hinges | --initializer uniform --hidden-layers 32x32x32x32x32x32 --activation tanh --optimizer momentum | vanishing_gradient rate_too_low | .1
letters | --initializer zeros --activation gelu --hidden-layers 40 | symmetric_start | .1
hinges | --initializer zeros --activation elu --optimizer rmsprop --learning-rate 0.003 | symmetric_start | .05
rings | --hidden-layers none --optimizer adamw | underfitting no_better_than_constant | .1
products | --hidden-layers 32 --activation identity | underfitting | .05
letters | --hidden-layers 1 --activation gelu | underfitting | .1
steps | --hidden-layers 1 --activation sigmoid --optimizer rmsprop | underfitting | .02
letters | --l2 5 --activation tanh | over_regularised one_class | .1
hinges | --l1 0.3 --hidden-layers 64 | over_regularised | .05
rings | --dropout 0.9 --hidden-layers 24x24 | over_regularised underfitting | .05
products | --weight-decay 20 --optimizer adamw | over_regularised one_class | .05
thick | --l2 0 --patience 0 --hidden-layers 200x100 --learning-rate 0.003 | overfitting | .01
tiny | --l2 0 --patience 0 --hidden-layers 256x256 | overfitting | 0
steps | --gradient-clip 1e-4 --optimizer momentum | clipped | .1
letters | --gradient-clip 3e-5 --optimizer sgd --learning-rate 0.05 --activation tanh | clipped | .1
hinges | --batch-size 1 --learning-rate 0.02 --epochs 20 --optimizer nadam | noisy_batches rate_too_high dead_units | .02
letters_scaled | --scale none --activation gelu | unscaled_inputs | .03
hinges_scaled | --scale none --optimizer rmsprop --learning-rate 0.003 | unscaled_inputs | .05
hinges_scaled | --scale none --activation tanh --optimizer adamw | unscaled_inputs saturated_units | .05
chance | --hidden-layers 32x32 | no_better_than_constant overfitting | 0
chance | --activation tanh --dropout 0.3 --learning-rate 0.003 | no_better_than_constant overfitting | 0
incomes | --hidden-layers 32 | leak | 0
leavers | | imbalance one_class | .03 | f1
leavers | --activation tanh --optimizer rmsprop --learning-rate 0.003 --hidden-layers 32 | imbalance one_class | .03 | f1
leavers | --loss hinge --hidden-layers 24 | imbalance one_class | .03 | f1
"""

FRESH_HEALTHY = """
rings |
rings | --activation tanh --optimizer rmsprop --learning-rate 0.003
rings | --hidden-layers 24x24x24 --activation elu --learning-rate 0.003
rings | --optimizer nesterov --learning-rate 0.02 --l2 0.001
steps | --hidden-layers 128x64 --learning-rate 0.003 --l2 0.001
steps | --loss huber --l2 0.001
steps | --activation gelu --optimizer adamw --learning-rate 0.005
hinges |
hinges | --hidden-layers 100 --l2 0.001
hinges | --optimizer sgd --learning-rate 0.02
hinges | --activation silu --batch-size 64
hinges | --loss mae --learning-rate 0.005
products |
products | --dropout 0.2 --learning-rate 0.005 --hidden-layers 128x64
products | --activation leaky_relu --optimizer nadam --learning-rate 0.003
products | --hidden-layers 32x32x32 --batch-size 64
letters |
letters | --hidden-layers none
letters | --activation sigmoid --hidden-layers 48
letters | --optimizer momentum --learning-rate 0.02 --hidden-layers 96x48
letters | --class-weights balanced --learning-rate 0.003
letters | --schedule cosine --learning-rate 0.01 --epochs 60
letters | --optimizer adamax --learning-rate 0.005 --dropout 0.1
tiny | --hidden-layers 12 --learning-rate 0.005 --l2 0.05
tiny | --hidden-layers none
tiny | --optimizer sgd --learning-rate 0.05 --hidden-layers 16 --l2 0.05
thick | --hidden-layers 16 --l2 0.1 --learning-rate 0.003
thick | --hidden-layers none --optimizer sgd --learning-rate 0.01
alarms |
alarms | --class-weights balanced --learning-rate 0.003
between |
alarms | --hidden-layers 32 --activation tanh
leavers | --class-weights balanced --learning-rate 0.001 --hidden-layers 16 --l2 0.05
breast_cancer | --hidden-layers 24x12 --activation gelu --learning-rate 0.003
wine | --optimizer adamw --hidden-layers 16 --learning-rate 0.005
digits | --hidden-layers 48x48 --activation elu --batch-size 64 --learning-rate 0.003
sine | --hidden-layers 24x24 --activation silu --l2 0.0001
moons | --hidden-layers 12 --optimizer nadam --batch-size 16
"""

# tables that others made, fetched into a directory as NAME.csv, and the options that each needs
FETCHED = {
    "abalone": "--epochs 60", "california": "--target median_house_value --epochs 60", "concrete": "--target strength",
    "credit": "--target default", "insurance": "--target charges", "phoneme": "--epochs 60", "pima": "",
    "titanic": "--target survived",
}  # fmt: skip
ON_FETCHED_FAULTY = """
--learning-rate 1e-6 | rate_too_low too_few_steps | .03
--learning-rate 1 | rate_too_high dead_units diverged | .03
--initializer zeros | symmetric_start | .03
--l2 3 | over_regularised one_class | .03
--hidden-layers 24x24x24x24x24x24x24x24 --activation sigmoid --optimizer sgd --learning-rate 0.1 | vanishing_gradient | .03
--gradient-clip 1e-5 --optimizer sgd --learning-rate 0.1 | clipped | .03
--epochs 1 --batch-size full | too_few_steps rate_too_low | .03
"""
ON_FETCHED_HEALTHY = """
--seed 0
--learning-rate 0.003 --l2 0.001
--optimizer sgd --learning-rate 0.03 --activation tanh --l2 0.001
--dropout 0.2 --learning-rate 0.003
--hidden-layers 16 --learning-rate 0.003
"""


FRESH_ON_FETCHED_FAULTY = """
--learning-rate 0.5 --optimizer adamw --hidden-layers 48x48 --activation leaky_relu | rate_too_high dead_units diverged | .03
--learning-rate 1e-4 --optimizer sgd --activation tanh | rate_too_low too_few_steps | .03
--l1 1 --hidden-layers 32 | over_regularised one_class | .03
--initializer zeros --activation silu | symmetric_start | .03
"""
FRESH_ON_FETCHED_HEALTHY = """
--activation gelu --learning-rate 0.003 --hidden-layers 32x16 --batch-size 64
--optimizer nadam --learning-rate 0.002 --hidden-layers 48 --l2 0.02
--optimizer momentum --learning-rate 0.01 --hidden-layers 24x24 --activation elu --l2 0.02
"""


@dataclass(frozen=True)
class Case:
    """One planted training; `first` is empty where it is healthy."""

    number: int
    dataset: str
    options: str
    first: tuple[str, ...]
    gain: float = 0.0
    metric: str = ""

    @property
    def is_held_out(self) -> bool:
        """Whether thresholds were not fitted on it: about half of the cases, whatever their order."""
        return crc32(f"{self.dataset} {self.options}".encode()) % 2 == 1


def read_cases(*, is_fresh: bool = False) -> list[Case]:
    """Return all planted cases, or the fresh ones; the faulty ones first."""
    found = []
    texts = (FRESH_FAULTY, FRESH_HEALTHY) if is_fresh else (FAULTY, HEALTHY)
    for text, is_faulty in zip(texts, (True, False), strict=True):
        for line in (line for line in text.splitlines() if line and not line.startswith("#")):
            parts = [*(part.strip() for part in line.split("|")), "", "", ""]
            first = tuple(parts[2].split()) if is_faulty else ()
            found.append(Case(len(found), parts[0], parts[1], first, float(parts[3] or 0), parts[4]))
    return found


def fetched_cases(*, is_fresh: bool = False) -> list[Case]:
    """Return the cases on fetched tables, or the fresh ones on these."""
    found = []
    faulty, healthy = (
        (FRESH_ON_FETCHED_FAULTY, FRESH_ON_FETCHED_HEALTHY) if is_fresh else (ON_FETCHED_FAULTY, ON_FETCHED_HEALTHY)
    )
    for name, needed in FETCHED.items():
        for line in faulty.split("\n")[1:-1]:
            options, first, gain = line.split("|")
            found.append(Case(len(found), name, f"{needed} {options}".strip(), tuple(first.split()), float(gain)))
        for options in healthy.split("\n")[1:-1]:
            found.append(Case(len(found), name, f"{needed} {options}".strip(), ()))
    return found
