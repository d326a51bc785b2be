"""One option of each kind: read, checked and written by its declaration alone."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitrain.options.durations import format_time, parse_time
from tuitrain.options.option import Option, check_all, declare, declared, option_named, read_all, takes


@dataclass(frozen=True)
class Reading:
    """Options such as a later reader of tables will have."""

    header: bool = declare(True, "header", "flag", "whether the first row names the columns")
    encoding: str | None = declare(None, "encoding", "text", "how bytes become text")
    decimal: str = declare("point", "decimal", "choice", "sign before decimals", choices=("point", "comma"))
    skip_lines: int = declare(0, "skip lines", "whole", "lines to skip", minimum=0, maximum=1000)
    missing: tuple[str, ...] = declare(
        ("NA",), "missing", "list", "words for a missing value", separator=",", special={"none": ()}
    )
    type: tuple[tuple[str, str], ...] = declare(
        (), "type", "mapping", "kind of a column", choices=("number", "category", "date")
    )
    limit: float = declare(
        0.0, "limit", "time", "time to read", special={"none": 0.0}, minimum=0, above_minimum=True, flag_name="time"
    )

    def __post_init__(self) -> None:
        if problems := check_all(self, OPTIONS):
            raise ValueError("\n".join(problems))


OPTIONS: dict[str, Option] = declared(Reading, Option)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("header", "No", False), ("header", "yes", True), ("encoding", "latin-1", "latin-1"),
        ("decimal", "Comma", "comma"),
        ("skip_lines", "12", 12), ("missing", "NA, -,?", ("NA", "-", "?")), ("missing", "none", ()),
        ("type", "a=b=number", (("a=b", "number"),)), ("limit", "1h30m", 5400.0), ("limit", "none", 0.0),
    ],
)  # fmt: skip
def test_a_text_is_read_by_its_kind(name: str, text: str, value: Any) -> None:
    assert OPTIONS[name].parse(text) == value
    assert OPTIONS[name].check(value) == value


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("header", "perhaps", "header: 'perhaps' is not yes or no"),
        ("decimal", "coma", 'decimal "coma": did you mean comma?'),
        ("skip_lines", "-1", "skip lines: -1 is not at least 0; allowed: a whole number, 0 to 1,000"),
        ("skip_lines", "x", 'skip lines: "x" is not a whole number; allowed: a whole number, 0 to 1,000'),
        ("type", "age=nummer", 'type of "age" "nummer": did you mean number?'),
        ("type", "age", "type 'age': write NAME=VALUE; values: number, category, date"),
        ("limit", "soon", 'time "soon": write a time above 0, as 90s, 10m, 1.5h or 1h30m'),
        ("missing", [1], "missing: 1 is not a text"),
        ("type", 3, "type 3: write NAME=VALUE; values: number, category, date"),
        ("encoding", 3, "encoding: 3 is not a text"),
    ],
)
def test_what_is_not_allowed_is_refused_with_what_is(name: str, given: Any, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        OPTIONS[name].parse(given) if isinstance(given, str) else OPTIONS[name].check(given)
    assert str(caught.value) == message


def test_a_mapping_is_a_table_a_list_of_texts_or_pairs() -> None:
    pairs = (("age", "number"), ("born", "date"))
    for given_so in ({"age": "number", "born": "Date"}, ["age=number", "born=date"], pairs):
        assert OPTIONS["type"].check(given_so) == pairs
    assert OPTIONS["type"].plain(pairs) == {"age": "number", "born": "date"}
    assert OPTIONS["type"].is_repeatable
    assert not OPTIONS["missing"].is_repeatable


def test_all_problems_are_found_at_once_and_names_are_read_in_any_spelling() -> None:
    read, problems = read_all(OPTIONS, {"Skip-Lines": "3", "headr": "no", "decimal": "dot", "time": "90s"}, "option")
    assert read == {"skip_lines": 3, "limit": 90.0}
    assert problems == ['option "headr": did you mean header?', 'decimal "dot": allowed: point, comma']
    assert option_named(OPTIONS, "--time") == "limit"
    assert option_named(OPTIONS, "timing") is None
    with pytest.raises(ValueError, match=r"skip lines: -1.*\ntype of"):
        Reading(skip_lines=-1, type=(("a", "b"),))


@pytest.mark.parametrize("spec", OPTIONS.values(), ids=lambda spec: spec.name)
def test_the_default_is_allowed_and_written_as_it_is_read(spec: Option) -> None:
    assert spec.check(spec.default) == spec.default
    if spec.name not in {"encoding", "type"}:
        assert spec.parse(spec.format(spec.default)) == spec.default


@given(st.integers(0, 10**9))
def test_whole_seconds_are_written_in_days_hours_and_minutes(seconds: int) -> None:
    if seconds:
        assert parse_time(format_time(seconds)) == seconds
    assert [format_time(s) for s in (60, 90, 600, 5400, 86400.0, 0.25)] == ["1m", "90s", "10m", "1h30m", "1d", "0.25s"]


def test_python_sees_the_options_of_a_function_that_takes_them() -> None:
    import inspect

    @takes(OPTIONS)
    def read(path: str, **options: Any) -> None:
        """Read a file.

        Parameters
        ----------
        path
            of the file

        Raises
        ------
        """

    shown = inspect.signature(read)
    assert list(shown.parameters) == ["path", *OPTIONS]
    assert shown.parameters["skip_lines"].default == 0
    assert {item.name for item in dataclasses.fields(Reading)} == set(OPTIONS)
