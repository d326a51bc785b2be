"""The work on a question comes in short parts, and what it finds is what it would find in one go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.session.inside.answers import first_of
from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer, evaluation, prepared, step_trace
from tuitrain.engine.directions import principal_directions
from tuitrain.engine.passes import Pass
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.asked.bench import TraceRow
from tuitrain.session.asked.lab import TrainPair
from tuitrain.session.asked.landscape import Plane
from tuitrain.session.asked.race import RunRace
from tuitrain.session.asked.rate_range import RangeTest
from tuitrain.session.asked.row_loss import RowLoss
from tuitrain.session.asked.seeds import TrainSeeds
from tuitrain.session.asked.step import StepCurve
from tuitrain.session.asked.what_if import WhatIf
from tuitrain.session.inside import experiment, rows
from tuitrain.session.inside.bench import trace_row
from tuitrain.session.inside.lab import train_pair
from tuitrain.session.inside.landscape import plane
from tuitrain.session.inside.optimizer_race import race
from tuitrain.session.inside.rate_range import range_test
from tuitrain.session.inside.row_loss import row_loss
from tuitrain.session.inside.seeds import train_seeds
from tuitrain.session.inside.step import step_curve
from tuitrain.session.inside.what_if import what_if
from tuitrain.session.inspection import Copy

H = Hyperparameters(hidden_layers=(6,), epochs=4, patience=0)


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The number of rows of each pass that is made."""
    made: list[int] = []
    forward = Pass.forward

    def counted(self: Pass, given: Any) -> Any:
        made.append(given.shape[-1])
        return forward(self, given)

    monkeypatch.setattr(Pass, "forward", counted)
    yield made


def copy_of(h: Hyperparameters = H, steps: int = 3) -> Copy:
    data = load_dataset("moons")
    trainer = Trainer(data, h)
    past = trainer.state()
    for _ in range(steps):
        trainer.step()
    return Copy.of(trainer, data, 0, past)


def test_rows_after_an_epoch_are_looked_at_some_at_a_time(monkeypatch, passes: list[int]) -> None:
    monkeypatch.setattr(evaluation, "PREDICT_ROWS", 8)
    data = load_dataset("moons")
    whole, by_parts = Trainer(data, H, is_probed=False), Trainer(data, H, is_probed=False)
    while not whole.is_done:
        record = whole.step()
        work = by_parts.in_parts()
        while True:
            passes.clear()
            try:
                next(work)
            except StopIteration as end:
                found = end.value
                break
            finally:
                assert len(passes) <= 1 and sum(passes) <= whole.batch_size  # of the validation rows eight
        assert (found is None) is (record is None)
        if record is not None:
            assert found.validation_loss == record.validation_loss and found.endings == record.endings
    assert np.array_equal(whole.network.parameters, by_parts.network.parameters)


@pytest.mark.parametrize(
    ("work", "question"),
    [
        (step_curve, StepCurve()), (plane, Plane()), (plane, Plane(view="path")), (train_seeds, TrainSeeds(3)),
        (race, RunRace(epochs=2)), (what_if, WhatIf(epochs=2)), (range_test, RangeTest(from_here=True)),
        (train_pair, TrainPair(H, H)), (trace_row, TraceRow(steps=1)), (row_loss, RowLoss()),
    ],
)  # fmt: skip
def test_what_copies_a_training_prepares_its_rows_no_second_time(monkeypatch, work: Any, question: Any) -> None:
    copy = copy_of()
    monkeypatch.setattr(prepared, "with_ones", lambda *_: pytest.fail("the rows were prepared again"))
    assert [answer for answer in work(question, copy) if answer is not None][-1].problem == ""


@pytest.mark.parametrize(("work", "question"), [(trace_row, TraceRow(place=2)), (row_loss, RowLoss(place=2))])
def test_the_losses_of_all_rows_are_worked_out_in_blocks_and_once(
    monkeypatch, passes: list[int], work: Any, question: Any
) -> None:
    whole = first_of(work(question, copy_of()))
    copy = copy_of()
    monkeypatch.setattr(rows, "PRODUCTS", 1)
    passes.clear()
    most, answers = 0, []
    for answer in work(question, copy):
        answers.append(answer)
        most = max(most, sum(passes))
        passes.clear()
    assert most == rows.LEAST_ROWS < len(copy.dataset.validation)
    assert answers[-1].row == whole.row
    for _answer in work(question, copy):
        assert sum(passes) <= 2  # the row itself, and the one that stands beside it
        passes.clear()


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adadelta", "adamw", "adamax", "nadam"])
def test_a_step_taken_apart_in_pieces_is_the_same_step(monkeypatch, optimizer: str) -> None:
    h = H.replace(optimizer=optimizer, l1=0.01, gradient_clip=0.5, weight_decay=0.1)
    rng = np.random.default_rng(1)
    p, g = rng.standard_normal(50), rng.standard_normal(50)
    before = {
        letter: np.abs(rng.standard_normal(50)) if len(array) == 50 else array
        for letter, array in step_trace.fresh(optimizer, 50).items()
    }

    def taken() -> step_trace.StepTrace:
        return step_trace.trace_step(h, p, g, before, learning_rate=0.1, weights=p > 0, l2=0.02)

    whole = taken()
    monkeypatch.setattr(step_trace, "PIECE", 7)
    pieces = taken()
    for name in ("penalty", "gradient", "decayed", "step", "shrunk", "after_parameters"):
        assert np.array_equal(getattr(whole, name), getattr(pieces, name)), name
    assert whole.after.keys() == pieces.after.keys()
    assert all(np.array_equal(whole.after[letter], pieces.after[letter]) for letter in whole.after)
    assert whole.clip == pieces.clip == pytest.approx(0.5 / np.linalg.norm(g + 0.02 * p * (p > 0)))


def test_the_directions_of_a_long_path_are_those_of_its_parts(monkeypatch) -> None:
    path = np.cumsum(np.random.default_rng(2).standard_normal((6, 40)), axis=0)
    monkeypatch.setattr("tuitrain.engine.directions.PATH_NUMBERS", 60)
    found, share = principal_directions(path)
    _, sizes, expected = np.linalg.svd(path - path.mean(axis=0))
    assert np.abs(np.sum(found * expected[:2], axis=1)) == pytest.approx([1, 1])
    assert share == pytest.approx((sizes[:2] ** 2).sum() / (sizes**2).sum())


def test_a_slice_begins_no_part_that_would_not_end_in_it(monkeypatch) -> None:
    now = [10.0]
    monkeypatch.setattr(experiment.time, "perf_counter", lambda: now[0])
    one = experiment.Stretch()
    for took, is_over in ((0.004, False), (0.004, False), (0.007, True)):  # of 20 ms, 15 are over and 5 are left
        now[0] += took
        assert one.is_over() is is_over


def test_batches_that_would_hold_up_a_training_are_left_out(monkeypatch) -> None:
    copy = copy_of(H.replace(batch_size=32))
    parameters = copy.trainer().network.n_parameters

    def offered(work: Any, question: Any) -> Any:
        return first_of(work(question, copy))

    every = [dict(change)["batch_size"] for change in offered(race, RunRace(name="batch_size", epochs=1)).changes]
    ladder = list(offered(what_if, WhatIf(name="batch_size", epochs=1)).values)
    assert "full" in every and "full" in ladder and 128 in every and 128 in ladder
    monkeypatch.setattr(experiment, "STEP_OPERATIONS", 6 * 40 * parameters)
    assert [dict(one)["batch_size"] for one in offered(race, RunRace(name="batch_size", epochs=1)).changes] == [8, 32]
    assert list(offered(what_if, WhatIf(name="batch_size", epochs=1)).values) == [8, 16, 32]
    monkeypatch.setattr(experiment, "STEP_OPERATIONS", 0)
    answer = offered(race, RunRace(name="batch_size", epochs=1))
    assert [dict(one)["batch_size"] for one in answer.changes] == [32] and answer.own == 0  # the run's own stays
