"""The state of a training as a value: what continues from it ends with the same bits as what was left alone."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.engine.continued import DATA, datasets, digest, train
from tests.plain import plain
from tuitrain.engine import Trainer
from tuitrain.engine.state import State
from tuitrain.errors import StateError
from tuitrain.options.hyperparameters import OPTIMIZERS, SCHEDULES, Hyperparameters

H = plain(hidden_layers=(5, 4), epochs=5, batch_size=30, patience=3, dropout=0.2)
EDITS: list[tuple[str, Any]] = [
    ("learning_rate", 0.003), ("beta1", 0.8), ("beta2", 0.99), ("momentum", 0.7), ("rho", 0.95), ("l1", 0.01),
    ("weight_decay", 0.2), ("schedule", "cosine"), ("schedule", "plateau"), ("dropout", 0.4), ("dropout", 0.0),
    ("gradient_clip", 0.3), ("patience", 1), ("epochs", 7), ("epochs", 3),
]  # fmt: skip
SHARED_EDITS: list[tuple[str, Any]] = [("batch_size", 17), ("batch_size", "full"), ("optimizer", "adagrad")]


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Callable[[dict[str, Any]], str]]:
    """Another process, which continues a training and answers with its digest."""
    command = [sys.executable, "-m", "tests.engine.continued"]
    folder = Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder) as child:
        assert child.stdin is not None and child.stdout is not None

        def ask(plan: dict[str, Any]) -> str:
            child.stdin.write(json.dumps(plan) + "\n")
            child.stdin.flush()
            return child.stdout.readline().strip()

        yield ask
        child.stdin.close()


@st.composite
def plans(draw: Any, optimizer: str) -> dict[str, Any]:
    """Members that differ, what is changed before and after the stop, and where that is.

    Every optimizer is drawn with a schedule of its own for the first member, so that each of both occurs.
    """
    members = draw(st.integers(1, 4))
    data = draw(st.sampled_from([*DATA, "folds"]))
    losses = ["mse", "mae", "huber"] if data == "values" else ["cross_entropy", "binary_cross_entropy", "hinge", "mse"]
    shared = {
        "optimizer": optimizer, "batch_size": draw(st.sampled_from([13, 30, "full"])),
        "hidden_layers": draw(st.sampled_from(["5", "6x4", "none"])), "loss": draw(st.sampled_from(losses)),
        "activation": draw(st.sampled_from(["relu", "gelu", "sigmoid"])),
        "class_weights": draw(st.sampled_from(["none", "balanced"])),
    }  # fmt: skip
    rates = [0.001, 0.01, 0.1, 1000] if optimizer in {"sgd", "momentum", "nesterov"} else [0.001, 0.01, 0.1]
    first = SCHEDULES[OPTIMIZERS.index(optimizer) % len(SCHEDULES)]
    hyperparameters = [
        Hyperparameters.from_mapping({
            **shared, "seed": draw(st.integers(0, 2)), "learning_rate": draw(st.sampled_from(rates)),
            "schedule": draw(st.sampled_from(SCHEDULES)) if member else first, "schedule_epochs": 2,
            "schedule_patience": draw(st.integers(0, 2)), "warmup": draw(st.sampled_from([0, 0.5])),
            "dropout": draw(st.sampled_from([0, 0.3])), "l1": draw(st.sampled_from([0, 1e-3])),
            "l2": draw(st.sampled_from([0, 1e-2])), "C": draw(st.sampled_from([1, 10])),
            "weight_decay": draw(st.sampled_from(["auto", 0.1])), "gradient_clip": draw(st.sampled_from([0, 1])),
            "beta1": draw(st.sampled_from([0.9, 0.7])), "momentum": draw(st.sampled_from([0.9, 0.5])),
            "epochs": draw(st.integers(3, 7)), "patience": draw(st.sampled_from([1, 2, 0])),
        }).to_mapping()
        for member in range(members)
    ]  # fmt: skip
    which = draw(st.lists(st.integers(0, 1), min_size=members, max_size=members))
    stop, actions, left = draw(st.integers(1, 30)), [], members
    before = draw(st.lists(st.integers(0, stop - 1), max_size=2))
    for step in sorted([*before, *draw(st.lists(st.integers(stop, stop + 12), max_size=2))]):
        if left > 1 and draw(st.booleans()):
            gone = draw(st.integers(0, left - 1))
            actions.append([step, "take", [place for place in range(left) if place != gone]])
            left -= 1
        else:
            name, value = draw(st.sampled_from([*EDITS, *SHARED_EDITS]))
            is_shared = (name, value) in SHARED_EDITS or name in {"epochs", "patience"}
            actions.append([step, "set", None if is_shared else draw(st.integers(0, left - 1)), name, value])
    return {"data": data, "which": which, "hyperparameters": hyperparameters, "actions": actions, "stop": stop}


def kept(plan: dict[str, Any]) -> list[int]:
    """The members that are in the stack where the plan stops."""
    members = list(range(len(plan["hyperparameters"])))
    for step, kind, *rest in plan["actions"]:
        if kind == "take" and step < plan["stop"]:
            members = [members[place] for place in rest[0]]
    return members


def begun(plan: dict[str, Any]) -> Trainer:
    given = [Hyperparameters.from_mapping(values) for values in plan["hyperparameters"]]
    return Trainer(datasets(plan["data"], plan["which"]), given)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_training_continued_in_another_process_ends_with_the_same_bits(
    optimizer: str, elsewhere: Callable[[dict[str, Any]], str], tmp_path: Path
) -> None:
    """Whatever the schedule, dropout, stack and edits, and wherever it stops, also within an epoch."""

    @seed(OPTIMIZERS.index(optimizer))  # other plans for each optimizer, the same in each run
    @settings(max_examples=1, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(plan=plans(optimizer))
    def holds(plan: dict[str, Any]) -> None:
        alone = begun(plan)
        train(alone, plan["actions"], 0)
        stopped = begun(plan)
        train(stopped, plan["actions"], 0, plan["stop"])
        state, there = stopped.state(), digest(stopped)
        file = tmp_path / "state.npz"
        np.savez(file, **state.to_arrays())
        train(stopped, plan["actions"], plan["stop"])  # taking a state changes nothing, nor does going on change it
        assert digest(stopped) == digest(alone)
        rest = {
            **plan, "file": str(file), "which": [plan["which"][member] for member in kept(plan)],
            "hyperparameters": [h.to_mapping() for h in state.hyperparameters],
        }  # fmt: skip
        assert elsewhere(rest) == f"{there} {digest(alone)}"

    holds()


@pytest.mark.parametrize("steps", [5, 8])
@pytest.mark.parametrize("edit", [*EDITS, *SHARED_EDITS], ids=str)
def test_what_the_argument_changes_counts_as_a_live_edit(edit: tuple[str, Any], steps: int) -> None:
    live = Trainer(DATA["classes"], [H, H.replace(seed=1, schedule="plateau", schedule_patience=0)])
    train(live, [], 0, steps)
    state = live.state()
    live.set(None, *edit)
    changed = [h.replace(**{edit[0]: edit[1]}) for h in state.hyperparameters]
    continued = Trainer(DATA["classes"], changed, state=state)
    assert continued.hyperparameters == changed
    for trainer in (live, continued):
        train(trainer, [], steps)
    assert digest(continued) == digest(live)


@pytest.mark.parametrize("optimizer", ["momentum", "adamw", "nadam"])
def test_another_optimizer_than_the_states_starts_fresh(optimizer: str) -> None:
    trainer = Trainer(DATA["classes"], H)
    train(trainer, [], 0, 6)
    old, changed = trainer.state(), H.replace(optimizer=optimizer)
    continued = Trainer(DATA["classes"], changed, state=old)
    assert continued.hyperparameters == [changed]
    arrays = continued.state().arrays
    fresh = Trainer(DATA["classes"], changed).state().arrays
    kept = sorted(name for name in arrays if name.startswith("optimizer."))
    assert kept == sorted(name for name in fresh if name.startswith("optimizer."))
    assert [arrays[name].tobytes() for name in kept] == [fresh[name].tobytes() for name in kept]
    for name in arrays.keys() - set(kept):
        assert arrays[name].tobytes() == old.arrays[name].tobytes(), name


def test_an_ended_training_continues_with_more_epochs() -> None:
    long, short = H.replace(epochs=8, patience=0), H.replace(epochs=4, patience=0)
    whole, ended = Trainer(DATA["classes"], long), Trainer(DATA["classes"], short)
    for trainer in (whole, ended):
        train(trainer, [], 0)
    continued = Trainer(DATA["classes"], long, state=State.from_arrays(ended.state().to_arrays()))
    assert not continued.is_done
    train(continued, [], 0)
    assert digest(continued) == digest(whole)


def test_copies_continue_alike_until_something_differs() -> None:
    trainer = Trainer(DATA["classes"], [H, H.replace(seed=3)])
    train(trainer, [], 0, 6)
    state = trainer.state().repeat(2)
    assert [h.seed for h in state.hyperparameters] == [0, 0, 3, 3]
    members = list(state.hyperparameters)
    members[1] = members[1].replace(learning_rate=0.2)
    members[3] = members[3].replace(seed=4)
    forks = Trainer(DATA["classes"], members, state=state)
    train(forks, [], 0)
    train(trainer, [], 0)
    found, alone = forks.network.parameters, trainer.network.parameters
    assert found[0].tobytes() == alone[0].tobytes()
    assert found[2].tobytes() == alone[1].tobytes()
    assert found[1].tobytes() != found[0].tobytes()
    assert found[3].tobytes() != found[2].tobytes()


def test_a_divergence_after_the_stop_finds_the_parameters_of_the_epochs_start() -> None:
    trainer = Trainer(DATA["classes"], H)
    train(trainer, [], 0, 4)  # one epoch
    start = trainer.network.parameters.copy()
    train(trainer, [], 4, 6)
    continued = Trainer(DATA["classes"], H, state=State.from_arrays(trainer.state().to_arrays()))
    for each in (trainer, continued):
        each.network.parameters[...] = np.nan
        each.step()
        assert each.early_stopping.endings == ["diverged"]
        assert each.network.parameters.tobytes() == start.tobytes()
    again = State.from_arrays(continued.state().to_arrays())
    assert repr(list(again.divergences)) == repr(trainer.early_stopping.divergences)


def test_members_are_taken_in_any_order() -> None:
    trainer = Trainer(DATA["classes"], [H.replace(seed=seed) for seed in range(3)])
    train(trainer, [], 0, 7)
    taken = trainer.state().take([2, 0])
    other = Trainer(DATA["classes"], taken.hyperparameters, state=taken)
    for each in (trainer, other):
        train(each, [], 7)
    assert other.network.parameters.tobytes() == trainer.network.parameters[[2, 0]].tobytes()
    with pytest.raises(ValueError, match="no members"):
        taken.take([])
    with pytest.raises(IndexError):
        taken.take([5])


def test_a_state_cannot_be_changed() -> None:
    state = Trainer(DATA["classes"], H).state()
    with pytest.raises(ValueError, match="read-only"):
        state.arrays["parameters"][0, 0] = 1
    with pytest.raises(TypeError):
        state.arrays["parameters"] = np.zeros(1)  # type: ignore[index]


def test_a_state_holds_plain_numbers_only() -> None:
    trainer = Trainer(DATA["classes"], H)
    train(trainer, [], 0, 6)
    for name, array in trainer.state().to_arrays().items():
        assert array.dtype.kind in "fiu", name


@pytest.mark.parametrize(
    ("data", "h", "members", "message"),
    [
        ("classes", H.replace(hidden_layers=(5, 5)), 1, "of a network 4-5-4-3, .* as one of a network 4-5-5-3"),
        ("values", H, 1, "of a network 4-5-4-3, .* as one of a network 10-5-4-1"),
        ("classes", H, 2, "of 1 members, .* as one of 2 members"),
        ("without validation", H, 1, "on 106 rows, .* on 150 rows"),
    ],
)
def test_a_training_of_another_shape_is_refused(data: str, h: Hyperparameters, members: int, message: str) -> None:
    state = Trainer(DATA["classes"], H).state()
    with pytest.raises(StateError, match=message):
        Trainer(DATA[data], [h] * members, state=state)


def about(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], None]:
    """Change what the JSON text says."""

    def apply(arrays: dict[str, Any]) -> None:
        said = json.loads(arrays["about"].tobytes())
        change(said)
        arrays["about"] = np.frombuffer(json.dumps(said).encode(), np.uint8)

    return apply


def put(name: str, value: Any, place: Any = (0, 0)) -> Callable[[dict[str, Any]], None]:
    def apply(arrays: dict[str, Any]) -> None:
        arrays[name] = arrays[name].copy()
        arrays[name][place] = value

    return apply


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda a: a.pop("about"), "about is missing"),
        (lambda a: a.pop("best.parameters"), "best.parameters is missing"),
        (lambda a: a.pop("optimizer.1"), "optimizer.1 is missing"),
        (lambda a: a.update({"\x1b[2J": a["backup"]}), r'"\\x1b\[2J" is not known'),
        (lambda a: a.update(parameters=a["parameters"][:, :-1]), r"parameters is float32 \(1, 63\), not .*\(1, 64\)"),
        (lambda a: a.update(parameters=a["parameters"].astype(complex)), "parameters is complex128"),
        (lambda a: a.update({"best.loss": a["best.loss"].astype(object)}), "best.loss is object"),
        (lambda a: a.update({"shuffle.order": a["shuffle.order"][:, 1:]}), "shuffle.order is int64"),
        (lambda a: a.update(about=a["about"][:-9]), "about cannot be read"),
        (lambda a: a.update(about=np.array(["x"], object)), "about cannot be read"),
        (lambda a: a.update(about=np.frombuffer(b'{"a":' * 100_000, np.uint8)), "about cannot be read"),
        (about(lambda s: s.update(format=9)), "format 9; this version reads 1"),
        (about(lambda s: s.update(epochs_done=-1)), "epochs_done -1 is not a whole number"),
        (about(lambda s: s.update(steps_done=10**400)), "about cannot be read|steps_done 1000"),
        (about(lambda s: s.update(samples_done=1.5)), "samples_done 1.5"),
        (about(lambda s: s.update(rows_done=0)), "rows_done is out of range"),
        (about(lambda s: s.update(orders_owed=10**12)), "orders_owed is out of range"),
        (about(lambda s: s.update(layer_sizes=[4, 5, "4", 3])), "layer_sizes 4 is not"),
        (about(lambda s: s.update(hyperparameters=[])), "at least one member"),
        (about(lambda s: s["hyperparameters"][0].update(learning_rate=-1)), "learning rate: -1 is not above 0"),
        (about(lambda s: s["hyperparameters"][0].update(optimizer="sgd")), '"optimizer.0" is not known'),
        (about(lambda s: s.update(best_hyperparameters=[None])), "best.epoch is out of range"),
        (about(lambda s: s.update(best_hyperparameters=[])), "best_hyperparameters is out of range"),
        (about(lambda s: s["hyperparameters"][0].update(hidden_layers="5")), "hidden_layers is out of range"),
        (about(lambda s: s.update(divergences=[{"epoch": "x"}])), "about cannot be read"),
        (put("ended.how", 9, 0), "ended.how is out of range"),
        (put("ended.how", 3, 0), "ended.how is out of range"),
        (put("best.epoch", 99, 0), "best.epoch is out of range"),
        (put("best.loss", np.nan, 0), "best.loss is out of range"),
        (put("optimizer.beta1", np.nan, 0), "optimizer.beta1 is out of range"),
        (put("schedule.planned", np.inf), "schedule.planned is out of range"),
        (lambda a: a.update({"schedule.planned": a["schedule.planned"][:, 1:]}), "schedule.planned is out of range"),
        (put("shuffle.order", -1), "shuffle.order is out of range"),
        (put("shuffle.order", 106), "shuffle.order is out of range"),
        (put("shuffle.order", 2**62), "shuffle.order is out of range"),
        (lambda a: put("shuffle.order", a["shuffle.order"][0, 1])(a), "shuffle.order is out of range"),
        (put("shuffle.generator", 2, (0, 4)), "shuffle.generator is out of range"),
        (put("dropout.generator", 2, (0, 3)), "dropout.generator is out of range"),
        (put("epoch.sizes", 10**9), "epoch.sizes is out of range"),
        (put("epoch.sizes", 2**62, slice(None)), "epoch.sizes is out of range"),  # their sum is below 0
        (put("epoch.sizes", 0), "epoch.sizes is out of range"),
        (put("ended.after", -2, 0), "ended.after is out of range"),
        (put("best.parameters", np.nan), "best.parameters is out of range"),
        (put("backup", np.inf), "backup is out of range"),
        (put("record.ending", -1, 0), "record.ending is out of range"),
    ],
)
def test_a_damaged_state_is_told_in_one_line(damage: Callable[[dict[str, Any]], object], message: str) -> None:
    trainer = Trainer(DATA["classes"], H)
    train(trainer, [], 0, 6)
    arrays = copy.copy(trainer.state().to_arrays())
    damage(arrays)
    with pytest.raises(StateError, match=message) as caught:
        State.from_arrays(arrays)
    assert "\n" not in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (put("parameters", np.inf), r"parameters is out of range"),
        (put("ended.parameters", np.nan), r"ended\.parameters is out of range"),
        (put("optimizer.1", np.nan, (1, 0)), r"optimizer\.1 is out of range"),
    ],
)
def test_what_an_epoch_ends_with_is_finite(damage: Callable[[dict[str, Any]], object], message: str) -> None:
    trainer = Trainer(DATA["classes"], [H.replace(epochs=1), H.replace(seed=1)])
    train(trainer, [], 0, 8)
    assert trainer.early_stopping.endings == ["epochs", ""]
    arrays = trainer.state().to_arrays()
    State.from_arrays(dict(arrays))
    damage(arrays)
    with pytest.raises(StateError, match=message):
        State.from_arrays(arrays)


def test_a_step_that_overflowed_is_part_of_a_state() -> None:
    """Its loss was finite: only the next step shows that the training has diverged, and what is known then is kept."""
    trainer = Trainer(DATA["classes"], H)
    train(trainer, [], 0, 6)
    trainer.network.parameters[...] = np.inf
    continued = Trainer(DATA["classes"], H, state=State.from_arrays(trainer.state().to_arrays()))
    for each in (trainer, continued):
        each.step()
        assert each.early_stopping.endings == ["diverged"]
    assert digest(continued) == digest(trainer)
    State.from_arrays({**trainer.state().to_arrays(), "optimizer.0": np.full((1, 64), np.nan, np.float32)})
