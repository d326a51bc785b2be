"""Ranges as people type them, and settings as rows of numbers."""

from __future__ import annotations

from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plain import plain
from tuitrain.errors import HyperparameterError
from tuitrain.options.configuration import read_configuration
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.search.space.ranges import (
    MOST_STEPS,
    Choices,
    Domain,
    Range,
    Shapes,
    format_domain,
    own_scale,
    parse_domain,
    settled,
)
from tuitrain.search.space.space import SEARCHED, Space

NUMBERS = [name for name, spec in FIELDS.items() if spec.kind in {"number", "whole"}]


@st.composite
def domains(draw: Any) -> tuple[str, Domain]:
    """A field with any domain that it may have."""
    name = draw(st.sampled_from(list(FIELDS)))
    spec = FIELDS[name]
    if spec.kind == "choice":
        chosen = draw(st.lists(st.sampled_from(spec.choices), min_size=1, unique=True))
        return name, Choices(tuple(chosen))
    if spec.kind == "layers":
        if draw(st.booleans()):
            shape = st.lists(st.integers(1, 4096), max_size=4).map(tuple)
            return name, Choices(tuple(draw(st.lists(shape, min_size=1, max_size=4, unique=True))))
        depth, width = (sorted(draw(st.tuples(st.integers(1, top), st.integers(1, top)))) for top in (6, 512))
        return name, settled(spec, Shapes(tuple(depth), tuple(width)))  # type: ignore[arg-type]
    low = spec.minimum if not spec.above_minimum else 1e-9
    high = min(spec.maximum, 1e6)
    one = st.integers(int(low), int(high)) if spec.kind == "whole" else st.floats(low, high, allow_subnormal=False)
    one = one | st.sampled_from(spec.words) if spec.words else one
    if draw(st.booleans()):
        return name, Choices(tuple(dict.fromkeys(draw(st.lists(one, min_size=1, max_size=5)))))
    scale = draw(st.sampled_from(["linear", own_scale(spec)]))
    if scale == "log":
        low = max(low, 1 if spec.kind == "whole" else 1e-9)
    bound = st.integers(int(low), int(high)) if spec.kind == "whole" else st.floats(low, high, allow_subnormal=False)
    ends = sorted(draw(st.tuples(bound, bound).filter(lambda pair: pair[0] != pair[1])))
    points = draw(st.none() | st.integers(2, 9))
    span = ends[1] - ends[0]
    step = st.none() | st.floats(span / (MOST_STEPS - 1), span)
    return name, Range(float(ends[0]), float(ends[1]), scale, points, draw(step))


@given(domains())
def test_what_is_written_is_read_back(case: tuple[str, Domain]) -> None:
    name, domain = case
    text = format_domain(FIELDS[name], domain)
    assert parse_domain(FIELDS[name], text) == domain
    assert not set(text) & set(" ()[]{}*?'\"$&;<>|")  # a shell takes it without quotes


@pytest.mark.parametrize(
    ("name", "text", "canonical"),
    [
        ("learning_rate", "0.01", "0.01"),
        ("learning_rate", "1e-4..1", "0.0001..1"),
        ("learning_rate", "1e-4 .. 1", "0.0001..1"),
        ("learning_rate", "loguniform(1e-4, 1)", "0.0001..1"),
        ("learning_rate", "loguniform[1e-4:1]", "0.0001..1"),
        ("learning_rate", "uniform(0.1, 1)", "0.1..1:linear"),
        ("learning_rate", "logspace(1e-4, 1, 5)", "0.0001..1:n=5"),
        ("learning_rate", "{min=1e-4, max=1}", "0.0001..1"),
        ("learning_rate", {"min": 1e-4, "max": 1, "scale": "linear", "n": 3}, "0.0001..1:linear:n=3"),
        ("learning_rate", [0.1, 0.01], "0.1,0.01"),
        ("dropout", "0..0.5", "0..0.5"),
        ("dropout", "linspace(0, 0.5, 3)", "0..0.5:linear:n=3"),
        ("dropout", "0..0.5:step=0.1", "0..0.5:step=0.1"),
        ("dropout", "interval(0, 0.5)", "0..0.5"),
        ("batch_size", "[16, 32, full]", "16,32,full"),
        ("batch_size", "choice(16, 32, 64)", "16,32,64"),
        ("activation", "relu, tanh", "relu,tanh"),
        ("hidden_layers", "16,32,64x32", "16,32,64x32"),
        ("hidden_layers", "[(64, 32), (16,)]", "64x32,16"),
        ("hidden_layers", [[64, 32], 16], "64x32,16"),
        ("hidden_layers", "1..3 x 16..128", "1..3x16..128"),
        ("hidden_layers", "2 x 16..128", "2x16..128"),
        ("momentum", "..", "0.5..0.99"),
    ],
)  # fmt: skip
def test_the_ways_to_write_a_range(name: str, text: Any, canonical: str) -> None:
    spec = FIELDS[name]
    domain = parse_domain(spec, text)
    written = format_domain(spec, domain).replace(":linear", "" if own_scale(spec) == "linear" else ":linear")
    assert written == canonical.replace(":linear", "" if own_scale(spec) == "linear" else ":linear")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("learning_rate", "1e-4..x", ['learning rate: "1e-4..x"', '"x" is not a number', "character 7", "1e-4..1"]),
        ("learning_rate", "-4..-1", ["write values, not exponents"]),
        ("learning_rate", "logspace(-4, -1, 5)", ["write values, not exponents"]),
        ("learning_rate", "1..0.1", ["smaller number first"]),
        ("learning_rate", "1e-4..2000", ["more than 1000"]),
        ("learning_rate", "1e-4..1:cubic", ['"cubic"', ":log"]),
        ("learning_rate", "normal(0, 1)", ['"normal"', "uniform"]),
        ("learning_rate", "1,,2", ["missing between two commas", "character 3"]),
        ("dropout", "0.1,,0.2", ['"0.1,,0.2"', "missing between two commas", "character 5"]),
        ("dropout", "..:n=3", ['"..:n=3"', "a number is missing", "character 1"]),
        ("dropout", "0.1..", ["a number is missing", "character 6"]),
        ("dropout", "0..0.5:n=²", ["n is a whole number", "character 8"]),
        ("dropout", "0..0.5:step=", ["a number is missing", "character 13"]),
        ("dropout", "0..0.5:step=0.00001", ["more than 10,000 steps", "character 8"]),
        ("dropout", "0..0.5:step=1e-320", ["more than 10,000 steps"]),
        ("l2", "0..1:complement", ["ends below 1", "character 4"]),
        ("learning_rate", {"values": 5}, ["values = ", '"5"', "is not a list"]),
        ("learning_rate", [0.1, -1], ["-1 is not above 0", "value 2 of the list"]),
        ("activation", "relu,rel", ["did you mean relu?", "character 6"]),
        ("l2", "0..1", [":linear"]),
        ("dropout", "0..0.5:n=1", ["n is a whole number"]),
        ("dropout", "0..0.5:step=0", ["above 0"]),
        ("activation", "relu..tanh", ["has no range"]),
        ("activation", "relu,tnah", ["did you mean tanh?", "character 6"]),
        ("hidden_layers", "1..3 x 128..16", ["smaller number first"]),
        ("hidden_layers", "1..40x16..32", ["0 to 32 layers"]),
        ("epochs", "", ["nothing is given"]),
        ("epochs", "1_0..20", ["not a number"]),
    ],
)
def test_what_cannot_be_read_is_told_with_place_and_example(name: str, text: Any, words: list[str]) -> None:
    with pytest.raises(HyperparameterError) as caught:
        Space({name: text})
    for word in [FIELDS[name].label, "for example", *words]:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("dropout", "0..0.5:step=1", 0.0), ("dropout", Range(0, 0.5, "linear", step=1), 0.0),
     ("epochs", "5..9:step=10", 5), ("hidden_layers", "2..2x16..16", (16, 16)), ("hidden_layers", "0..0x8..16", ())],
)  # fmt: skip
def test_a_range_that_comes_to_one_value_is_that_value(name: str, text: Any, value: Any) -> None:
    if isinstance(text, str):
        assert parse_domain(FIELDS[name], text) == Choices((value,))
    space = Space({name: text, "learning_rate": "1e-4..1"})
    assert space.names == ("learning_rate",)
    assert getattr(space.base, name) == value


def test_every_field_has_a_default_range() -> None:
    for spec in FIELDS.values():
        domain = parse_domain(spec, "..")
        assert not isinstance(domain, Choices) or len(domain.values) > 1
    assert set(Space().names) == set(SEARCHED)
    assert Space({"learning_rate": "0.1"}).base.learning_rate == 0.1
    assert "learning_rate" not in Space({"learning_rate": "0.1"}).names


EVERYTHING = Space(dict.fromkeys(FIELDS, "..") | {
    "loss": "auto,huber,hinge", "activation": "relu,leaky_relu", "optimizer": "sgd,momentum,adam,rmsprop",
    "schedule": "constant,step,cosine,plateau,warm_restarts,inverse_scaling", "hidden_layers": "0..3x16..128",
})  # fmt: skip


@pytest.mark.long
@settings(max_examples=50)
@given(st.integers(0, 2**32))
def test_settings_and_rows_are_two_forms_of_the_same(seed: int) -> None:
    points = EVERYTHING.from_unit(np.random.default_rng(seed).random((20, len(EVERYTHING.columns))))
    drawn = EVERYTHING.decode(points)
    assert np.allclose(EVERYTHING.encode(drawn), points, atol=2e-4, equal_nan=True)
    assert EVERYTHING.decode(EVERYTHING.encode(drawn)) == drawn
    assert np.allclose(EVERYTHING.snap(points), points, equal_nan=True)
    for setting in drawn:
        whole = EVERYTHING.hyperparameters(setting)  # allowed values all
        assert EVERYTHING.active(setting) == setting
        for name, domain in EVERYTHING.domains.items():
            is_there = name in setting
            assert is_there == whole.matters(name)
            if is_there and isinstance(domain, Range):
                assert domain.low <= setting[name] <= domain.high
                assert isinstance(setting[name], int) == (FIELDS[name].kind == "whole")


@pytest.mark.parametrize(
    "ranges",
    [
        {"optimizer": "momentum,adam,sgd", "momentum": "0.5,0.9,0.99", "beta1": "0.8,0.9"},
        {"hidden_layers": "0..2x16..64", "activation": "relu,leaky_relu", "leaky_slope": "0.01,0.1"},
        {"batch_size": "16..100", "epochs": "3..6", "dropout": "0..0.5:step=0.25"},
    ],
)
@pytest.mark.long
def test_the_size_is_the_number_of_distinct_settings(ranges: dict[str, str]) -> None:
    space = Space(ranges)
    units = np.random.default_rng(0).random((20_000, len(space.columns)))
    assert len({str(setting) for setting in space.decode(space.from_unit(units))}) == space.size


def test_a_grid_holds_each_combination_once_and_keeps_structures_together() -> None:
    space = Space({"hidden_layers": "16,32", "optimizer": "momentum,adam", "momentum": "..", "l2": "1e-4..1e-2:n=3"})
    found = list(space.grid())
    assert len(found) == space.grid_size == 2 * (5 * 3 + 3)
    assert len({str(setting) for setting in found}) == len(found)
    assert sorted({setting["l2"] for setting in found}) == [1e-4, 1e-3, 1e-2]
    structures = [(setting["hidden_layers"], setting["optimizer"]) for setting in found]
    assert sum(a != b for a, b in pairwise(structures)) == 3
    assert [setting["batch_size"] for setting in islice(Space({"batch_size": "16..100"}).grid(), 9)] == [
        16,
        32,
        64,
        100,
    ]


def test_the_forms_setting_starts_where_it_lies_in_the_space() -> None:
    assert Space({"learning_rate": "1e-3..1"}, plain()).start == {"learning_rate": 0.01}
    assert Space({"learning_rate": "0.1..1"}, plain()).start is None
    shapes = Space({"hidden_layers": "1..3x16..128"}, plain(hidden_layers=(32, 32)))
    assert shapes.start == {"hidden_layers": (32, 32)}
    assert Space({"hidden_layers": "1..3x16..128"}, plain(hidden_layers=(64, 32))).start is None


def test_a_field_that_can_have_no_effect_is_left_out_and_told() -> None:
    space = Space({"learning_rate": "..", "momentum": ".."})
    assert space.names == ("learning_rate",)
    assert space.notices == ("momentum is not searched: it matters only with optimiser momentum or nesterov",)


def test_a_file_holds_ranges_in_the_space_or_by_themselves(tmp_path: Path) -> None:
    ranges = 'learning_rate = {min = 1e-3, max = 1}\nl2 = "1e-6..1e-2"\n'
    texts = []
    for name, head in (("inside.toml", "[space]\n"), ("alone.toml", "")):
        (tmp_path / name).write_text(head + ranges)
        read = read_configuration(tmp_path / name)
        texts.append(Space({**read.hyperparameters, **read.space}).to_texts())
    assert texts[0] == texts[1] == {"learning_rate": "0.001..1", "l2": "1e-06..0.01"}


def test_a_value_beside_a_log_range_lies_at_its_end() -> None:
    assert Space({"l2": "1e-6..1e-1"}).encode([{"l2": 0.0}, {"l2": 1.0}]).tolist() == [[0.0], [1.0]]


@pytest.mark.parametrize(
    ("ranges", "said"),
    [
        (
            {"learning_rate": "0.001", "momentum": "0.5..0.99"},
            "momentum is not searched: it matters only with .*\nnothing is searched",
        ),
        (
            {"hidden_layers": "8", "activation": "relu", "learning_rate": "0.1", "batch_size": "16", "l2": "0"},
            "nothing is searched: give a hyperparameter a range",
        ),
    ],
)
def test_a_space_in_which_nothing_is_searched_is_refused(ranges: dict[str, str], said: str) -> None:
    with pytest.raises(HyperparameterError, match=said):
        Space(ranges)


@pytest.mark.long
def test_a_list_may_hold_hundreds_of_thousands_of_values() -> None:
    numbers = [round(k * 1e-6, 9) for k in range(1, 200_001)]
    space = Space({"learning_rate": ",".join(map(str, numbers))})
    domain = space.domains["learning_rate"]
    assert isinstance(domain, Choices)
    assert list(domain.values) == numbers
    shapes = ",".join(f"({a},{b})" for a in range(1, 101) for b in range(1, 201))
    domain = Space({"hidden_layers": shapes}).domains["hidden_layers"]
    assert isinstance(domain, Choices)
    assert domain.values[:2] == ((1, 1), (1, 2))
    assert len(domain.values) == 20_000
    settings_ = [{"learning_rate": value} for value in numbers[::9]]
    assert space.decode(space.encode(settings_)) == settings_


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("l2", "0,01", 'L2: "0,01" is read as two values, 0 and 1; write a decimal point: 0.01 if one is meant'),
        ("l2", " 0,5 ", 'L2: "0,5" is read as two values, 0 and 5; write a decimal point: 0.5 if one is meant'),
        ("l1", "1,25e-3", 'L1: "1,25e-3" is read as two values, 1 and 0.025; write a decimal point: 1.25e-3 if one'),
    ],
)
def test_what_may_be_a_decimal_comma_is_told(name: str, text: str, told: str) -> None:
    (notice,) = Space({name: text}).notices
    assert notice.startswith(told)
    assert isinstance(Space({name: text}).domains[name], Choices)
    assert Space({name: text}).settled(100).notices == (notice,)  # as a study keeps it


@pytest.mark.parametrize(
    ("name", "text"), [("l2", "0.1,0.01"), ("l2", "0,1e-3,1"), ("batch_size", "16,32"), ("l2", "..")]
)
def test_lists_that_can_be_nothing_else_are_not(name: str, text: str) -> None:
    assert Space({name: text}).notices == ()


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("dropout", "0,5", '"0,5": 5 is more than 0.95; write a decimal point: 0.5'),
        ("learning_rate", "0,001..0,1", '"0,001" is not a number; write a decimal point: 0.001'),
        ("learning_rate", "0.001..0,1", '"0,1" is not a number; write a decimal point: 0.1'),
    ],
)
def test_a_decimal_comma_that_is_refused_is_told_how_to_write(name: str, text: str, told: str) -> None:
    with pytest.raises(HyperparameterError) as caught:
        Space({name: text})
    assert told in str(caught.value)
