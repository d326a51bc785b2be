"""Hyperparameters: one declaration, read, checked, written and nudged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitrain.errors import HyperparameterError
from tuitrain.options.hyperparameters import FIELDS, GROUPS, Hyperparameters, field_name


def test_all_errors_are_told_at_once() -> None:
    with pytest.raises(HyperparameterError) as caught:
        Hyperparameters.from_mapping({"learning_rate": -1, "optimizer": "adm", "epoch": 3, "batch_size": "2.5"})
    lines = str(caught.value).split("\n")
    assert lines == [
        "learning rate: -1 is not above 0",
        'optimiser "adm": did you mean adam?',
        'hyperparameter "epoch": did you mean epochs?',
        "batch size: 2.5 is not a whole number",
    ]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("hidden_layers", "64x32", (64, 32)),
        ("hidden_layers", "16,16", (16, 16)),
        ("hidden_layers", "none", ()),
        ("batch_size", "full", "full"),
        ("batch_size", "64", 64),
        ("learning_rate", "1e-3", 0.001),
        ("optimizer", "AdamW", "adamw"),
        ("activation", "leaky-relu", "leaky_relu"),
        ("rho", "auto", "auto"),
        ("weight_decay", "Auto", "auto"),
        ("weight_decay", "0", 0.0),
        ("seed", str(2**63 - 1), 2**63 - 1),
    ],
)
def test_text_is_read_as_a_person_would_type_it(name: str, text: str, value: object) -> None:
    assert FIELDS[name].parse(text) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("learning_rate", "1_0"), ("learning_rate", "nan"), ("learning_rate", "inf"), ("learning_rate", "0"),
        ("dropout", "1"), ("batch_size", "0"), ("epochs", "ten"), ("hidden_layers", "0x3"), ("hidden_layers", "a"),
        ("seed", "-1"), ("loss", ""), ("momentum", "1"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_refused(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=FIELDS[name].label):
        FIELDS[name].parse(text)


def test_a_control_character_is_shown_not_sent_to_the_terminal() -> None:
    with pytest.raises(ValueError) as caught:
        FIELDS["learning_rate"].parse("\x1b[31m1")
    assert "\x1b" not in str(caught.value)


def values(name: str) -> st.SearchStrategy[object]:
    spec = FIELDS[name]
    if spec.kind == "choice":
        return st.sampled_from(spec.choices)
    if spec.kind == "layers":
        return st.lists(st.integers(1, 4096), max_size=5).map(tuple)
    highest = min(spec.maximum, 1e6)
    numbers: st.SearchStrategy[object] = (
        st.integers(int(spec.minimum), int(spec.maximum))
        if spec.kind == "whole"
        else st.floats(spec.minimum, highest, exclude_min=spec.above_minimum, allow_subnormal=False)
    )
    return st.one_of(numbers, st.sampled_from(spec.words)) if spec.words else numbers


@given(st.data())
def test_format_then_parse_gives_the_value_back(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(list(FIELDS)))
    value = data.draw(values(name))
    assert FIELDS[name].parse(FIELDS[name].format(value)) == value


@given(st.data(), st.sampled_from([1, -1]))
def test_nudging_never_leaves_what_is_allowed(data: st.DataObject, direction: int) -> None:
    name = data.draw(st.sampled_from(list(FIELDS)))
    value = data.draw(values(name))
    nudged = FIELDS[name].nudge(value, direction)
    assert FIELDS[name].check(nudged) == nudged


def test_four_nudges_are_a_factor_of_ten_and_come_back() -> None:
    spec = FIELDS["learning_rate"]
    value: object = 0.01
    for _ in range(4):
        value = spec.nudge(value, 1)
    assert value == pytest.approx(0.1)
    for _ in range(8):
        value = spec.nudge(value, -1)
    assert value == pytest.approx(0.001)


def test_conditions_name_fields_and_values_that_exist() -> None:
    for spec in FIELDS.values():
        assert spec.group in GROUPS
        for other, needed in spec.when.items():
            assert set(needed) <= set(FIELDS[other].choices)


def test_beta2_matters_under_adam_only() -> None:
    assert Hyperparameters().matters("beta2")
    assert not Hyperparameters(optimizer="sgd").matters("beta2")


def test_mapping_round_trip() -> None:
    chosen = Hyperparameters(hidden_layers=(8, 4), batch_size="full", l2=1e-4, rho=0.95)
    assert Hyperparameters.from_mapping(chosen.to_mapping()) == chosen


def test_auto_comes_to_what_the_optimizer_asks_for() -> None:
    found = {name: Hyperparameters(optimizer=name).number("weight_decay") for name in ("sgd", "adam", "adamw")}
    assert found == {"sgd": 0, "adam": 0, "adamw": 0.01}
    assert Hyperparameters(optimizer="adamw", weight_decay=0).number("weight_decay") == 0
    resolved = Hyperparameters(optimizer="adadelta").resolved()
    assert (resolved.weight_decay, resolved.rho, resolved.epsilon) == (0, 0.9, 1e-6)


def test_a_record_without_a_weight_decay_has_none() -> None:
    """Before 0.2 the default was 0, also under adamw; what such a version recorded keeps that meaning."""
    assert Hyperparameters.from_record({"optimizer": "adamw"}).weight_decay == 0
    assert Hyperparameters.from_record({"optimizer": "adamw", "weight_decay": "auto"}).weight_decay == "auto"
    assert Hyperparameters.from_mapping({"optimizer": "adamw"}).weight_decay == "auto"


@pytest.mark.parametrize("text", ["learning-rate", "Learning rate", "learning_rate", "LEARNING_RATE"])
def test_a_name_is_found_however_it_is_spelt(text: str) -> None:
    assert field_name(text) == "learning_rate"


def test_what_applies_only_at_reset() -> None:
    at_reset = {name for name, spec in FIELDS.items() if not spec.live}
    assert at_reset == {
        "hidden_layers", "activation", "leaky_slope", "loss", "huber_delta", "initializer", "class_weights", "seed",
        "ensemble", "metric", "threshold",
    }  # fmt: skip


def test_a_decimal_comma_is_told_how_to_write() -> None:
    with pytest.raises(HyperparameterError, match=r'L2: "0,01" is not a number; .*; write a decimal point: 0\.01$'):
        Hyperparameters.from_mapping({"l2": "0,01"})
