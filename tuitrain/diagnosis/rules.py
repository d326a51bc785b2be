"""Symptom, evidence, remedy: one line about how a training goes, from its snapshot alone."""

from __future__ import annotations

import numpy as np

from tuitrain.session.snapshot import Floats, Snapshot

RECENT = 20  # epochs that a verdict looks back
ENOUGH = 8
IDLE = 0.6  # share of a layer's units from which they may be why the loss is stuck
NEARLY_ALL_IDLE = 0.98  # from which the layer passes on next to nothing
STUCK = 0.1  # of its first value: less than this the loss fell


def verdict(snapshot: Snapshot) -> str:
    """The most pressing finding, with what to do; a sign at its start says how bad it is (✓ · ! ✗)."""
    if snapshot.state in {"diverged", "failed"}:
        return f"✗ {snapshot.ending}"
    if snapshot.epochs_recorded < ENOUGH:
        return _too_early(snapshot)
    for finding in (_idle_units, _vanishing, _overfitting, _jumping, _creeping):
        found = finding(snapshot)
        if found:
            return found
    if snapshot.state == "done":
        return f"✓ done · best epoch {snapshot.best_epoch}"
    if snapshot.epoch - snapshot.best_epoch >= ENOUGH and not np.isnan(snapshot.validation_loss):
        return f"· no better since epoch {snapshot.best_epoch}"
    return "✓ healthy · " + ("validation still falling" if _still_falling(snapshot) else "little left to gain")


def _too_early(snapshot: Snapshot) -> str:
    """What can be said after a few epochs: how it ended, if it has."""
    if snapshot.step == 0:
        return "· press space to start"
    if snapshot.state != "done":
        return "· too early to tell"
    epochs = f"{snapshot.epoch} epoch{'s' * (snapshot.epoch != 1)}"
    if snapshot.best_epoch == snapshot.epoch:
        return f"✓ done after {epochs}, the last the best: try more"
    return f"✓ done after {epochs} · best epoch {snapshot.best_epoch}"


def _column(snapshot: Snapshot, name: str) -> Floats:
    return snapshot.history.column(name, snapshot.epochs_recorded)


def _idle_units(snapshot: Snapshot) -> str:
    """Units that are zero for all rows, or saturated, where that plausibly hurts.

    Many are dead in networks that generalise well: a penalty or early steps switch off what is not needed.
    """
    is_stuck = _fall(snapshot) < STUCK
    for number, layer in enumerate(snapshot.layers, 1):
        share = 0.0 if layer.idle_share is None else layer.idle_share
        if share >= NEARLY_ALL_IDLE or (is_stuck and share > IDLE):
            remedy = "a smaller learning rate or leaky_relu" if layer.idle_kind == "dead" else "relu or a smaller rate"
            return f"! {share:.0%} of layer {number}'s units are {layer.idle_kind} · try {remedy}"
    return ""


def _fall(snapshot: Snapshot) -> float:
    """By which share of its first value the training loss has fallen."""
    train = _column(snapshot, "train_loss")
    return float(1 - train[-1] / train[0]) if train[0] > 0 else 1.0


def _vanishing(snapshot: Snapshot) -> str:
    for number, layer in enumerate(snapshot.layers, 1):
        if layer.trouble == "vanishing":
            return f"! layer {number}'s gradient vanishes ({layer.gradient_norm:.0e}) · try relu, he, or fewer layers"
        if layer.trouble == "exploding":
            return f"! layer {number}'s gradient explodes ({layer.gradient_norm:.0e}) · try a gradient clip of 1"
    return ""


def _overfitting(snapshot: Snapshot) -> str:
    validation = _column(snapshot, "validation_loss")
    if np.isnan(validation[-1]) or snapshot.epoch - snapshot.best_epoch < ENOUGH:
        return ""
    recent = float(np.mean(validation[-5:]))
    if recent > 1.15 * snapshot.best_loss and snapshot.train_loss < 0.8 * recent:
        return f"! overfitting since epoch {snapshot.best_epoch} · try dropout or L2"
    return ""


def _jumping(snapshot: Snapshot) -> str:
    train = _column(snapshot, "train_loss")[-RECENT:]
    steps = np.diff(train)
    if len(steps) >= ENOUGH and (steps > 0).mean() > 0.4 and np.abs(steps).mean() > 0.2 * np.mean(train):
        return f"! the loss jumps · try a learning rate of {snapshot.learning_rate / 3:.2g}"
    return ""


def _creeping(snapshot: Snapshot) -> str:
    ratios = [layer.update_ratio for layer in snapshot.layers]
    if snapshot.is_running and _fall(snapshot) < 0.05 and ratios and max(ratios) < 1e-4:
        return f"! the loss creeps · try a learning rate of {snapshot.learning_rate * 10:.2g}"
    return ""


def _still_falling(snapshot: Snapshot) -> bool:
    name = "train_loss" if np.isnan(snapshot.validation_loss) else "validation_loss"
    recent = _column(snapshot, name)[-RECENT:]
    half = len(recent) // 2
    return bool(np.mean(recent[half:]) < 0.995 * np.mean(recent[:half]))
