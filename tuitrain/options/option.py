"""One thing that a user sets: its names and meaning, what is allowed, how it is read, checked and written.

An `Option` knows everything but its value. Hyperparameters, data options and search settings are dataclasses whose
fields each carry one (`declare`); the command line, the TOML file, Python's arguments, the forms and the help pages are
made from these declarations.
"""

from __future__ import annotations

import dataclasses
import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from tuitrain.options.durations import format_time, parse_time
from tuitrain.text import listed_or, quoted, suggest, visible
from tuitrain.translation import gettext as _

Kind = Literal["number", "whole", "choice", "flag", "text", "list", "mapping", "time", "layers"]
Kept = TypeVar("Kept", bound="Option")
Function = TypeVar("Function", bound=Callable[..., Any])

MOST_DIGITS = 400  # of a whole number; more are beyond every range
MOST_SHOWN = 2.0**53  # a larger maximum is as good as none
DECIMAL_COMMA = re.compile(r"([+-]?[0-9]{1,3}),([0-9]+(?:[eE][+-]?[0-9]+)?)")
_YES, _NO = ("yes", "true", "on", "1"), ("no", "false", "off", "0")


@dataclass(frozen=True, kw_only=True)
class Option:
    """The declaration of one option; `label` names it in messages, `flag` on the command line.

    Kinds and their values: ``number`` a float, ``whole`` an int, ``choice`` one of `choices`, ``flag`` a bool, ``text``
    a str, ``time`` seconds as a float, ``list`` a tuple of texts, ``mapping`` a tuple of (name, text) pairs, where
    `choices`, if any, are the texts allowed. A list is written once with its items apart by `separator`, or, without
    one, given again for each item, as a mapping is (``--type age=number``).

    `words` are values beside numbers (``full``); `special` maps a word to the value that it stands for (``all`` to 0).
    `choices_text` lists the choices as the help shows them, `aliases` maps other spellings to them, and `refuse` ends
    the message about a word that is no choice; `problem` says what is wrong with a text, "" if nothing is. `unset` says
    what happens where the option is not given, `example` is a value for the help.
    """

    name: str
    label: str
    kind: Kind
    default: Any
    meaning: str
    explanation: str = ""
    group: str = ""
    minimum: float = -math.inf
    maximum: float = math.inf
    above_minimum: bool = False
    below_maximum: bool = False
    unit: str = ""
    words: tuple[str, ...] = ()
    special: Mapping[str, Any] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    choices_text: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)
    refuse: Callable[[str], str] | None = None
    problem: Callable[[str], str] | None = None
    separator: str = ""
    flag_name: str = ""
    unset: str = ""
    example: str = ""

    @property
    def flag(self) -> str:
        """The command-line option: ``--learning-rate``."""
        return "--" + (self.flag_name or self.name.replace("_", "-"))

    @property
    def key(self) -> str:
        """The name of the command-line option's value in Python: ``search_seed``."""
        return self.flag.removeprefix("--").replace("-", "_")

    @property
    def is_repeatable(self) -> bool:
        """Whether the command-line option is given again for each item."""
        return self.kind == "mapping" or (self.kind == "list" and not self.separator)

    @property
    def allowed(self) -> str:
        """What may be entered, in words: ``above 0``, ``0 to below 1``, ``one of …``."""
        if self.kind == "choice":
            return _("one of {choices}").format(choices=", ".join([*self.choices, *self.special]))
        if self.kind == "flag":
            return _("yes or no")
        if self.kind == "mapping":
            values = "; " + _("values: {choices}").format(choices=", ".join(self.choices)) if self.choices else ""
            return f"NAME=VALUE{values}"
        plain = {"text": _("a text"), "time": _("a time above 0, as 90s, 10m, 1h30m"), "list": self._items}
        text = plain.get(self.kind)
        return listed_or([text or self._range, *self.words, *self.special])

    @property
    def _items(self) -> str:
        if not self.separator:
            return _("texts")
        return _("texts apart by {separator}").format(separator=quoted(self.separator))

    @property
    def _range(self) -> str:
        low, most = f"{self.minimum:,g}", f"{self.maximum:,.15g}"
        if math.isinf(self.minimum):
            return _("a whole number") if self.kind == "whole" else _("a number")
        if self.maximum >= MOST_SHOWN:
            text = _("above {low}") if self.above_minimum else _("at least {low}")
        elif self.above_minimum:
            text = _("above {low}, at most {most}")
        else:
            text = _("{low} to below {most}") if self.below_maximum else _("{low} to {most}")
        number = _("a whole number") + ", " if self.kind == "whole" else ""
        return number + text.format(low=low, most=most)

    @property
    def allowed_briefly(self) -> str:
        """`allowed` for where there is little room: ``>0 to 1,000``; the same where it is no range with two ends."""
        if self.kind not in {"number", "whole"} or math.isinf(self.minimum) or self.maximum >= MOST_SHOWN:
            return self.allowed
        over, under = ">" * self.above_minimum, "<" * self.below_maximum
        text = _("{low} to {most}").format(low=f"{over}{self.minimum:,g}", most=f"{under}{self.maximum:,.15g}")
        return listed_or([text, *self.words, *self.special])

    @property
    def default_text(self) -> str:
        """The default as the help shows it."""
        return _(self.unset) or self.format(self.default)

    def parse(self, text: str) -> Any:
        """Read what a person typed.

        Raises
        ------
        ValueError
            with a message such as ``learning rate: -1 is not above 0``.
        """
        if text in self.aliases:
            return self.aliases[text]
        word = text.strip().lower()
        if word in self.special:
            return self.special[word]
        if self.kind == "choice":
            return self.check(word.replace("-", "_").replace(" ", "_"))
        if word in self.words:
            return word
        if self.kind == "flag":
            return self.check(word)
        if self.kind == "list":
            items = text.split(self.separator) if self.separator else [text]
            return self.check([item.strip() for item in items] if self.separator else items)
        if self.kind == "mapping":
            return self.check([text])
        if self.kind in {"text", "time"}:
            return self.check(text)
        return self._parse_number(text.strip())

    def _parse_number(self, text: str) -> Any:
        if self.kind == "whole" and text.isascii() and text.isdigit():
            return self.check(int(text) if len(text) <= MOST_DIGITS else math.inf)
        try:
            number = float(text) if "_" not in text else math.nan
        except ValueError:
            number = math.nan
        if math.isnan(number):
            raise ValueError(
                _("{label}: {text} is not {indefinite}; allowed: {allowed}{hint}").format(
                    label=_(self.label), text=quoted(text), indefinite=self._indefinite, allowed=self.allowed,
                    hint=decimal_hint(text),
                )
            )  # fmt: skip
        return self.check(number)

    def check(self, value: Any) -> Any:
        """Return `value` in its own type, if it is allowed.

        Raises
        ------
        ValueError
            if it is not, saying what is.
        """
        if value is None and self.default is None:
            return None
        if isinstance(value, (str, int, float)) and not isinstance(value, bool) and value in self.special.values():
            return next(known for known in self.special.values() if known == value)
        match self.kind:
            case "choice":
                return self._check_choice(value)
            case "flag":
                return self._check_flag(value)
            case "text":
                if not isinstance(value, str):
                    raise ValueError(
                        _("{label}: {value} is not a text").format(label=_(self.label), value=_shown(value))
                    )
                if self.problem is not None and (wrong := self.problem(value)):
                    raise ValueError(f"{_(self.label)} {quoted(value)}: {wrong}")
                return value
            case "list":
                return self._check_list(value)
            case "mapping":
                return self._check_mapping(value)
        if isinstance(value, str) and value in self.words:
            return value
        if self.kind == "time" and isinstance(value, str):
            return parse_time(value)
        if isinstance(value, bool) or not hasattr(value, "__float__"):
            raise ValueError(
                _("{label}: {value} is not {indefinite}; allowed: {allowed}").format(
                    label=_(self.label), value=_shown(value), indefinite=self._indefinite, allowed=self.allowed
                )
            )
        return self._check_number(value)

    def _check_choice(self, value: Any) -> str:
        if isinstance(value, bool) and {"yes", "no"} <= set(self.choices):
            return "yes" if value else "no"
        if value not in self.choices:
            near = self.refuse or (lambda word: suggest(word, [*self.choices, *self.special]))
            raise ValueError(f"{_(self.label)} {quoted(value)}: {near(str(value))}")
        return str(value)

    def _check_flag(self, value: Any) -> bool:
        if isinstance(value, bool) or str(value) in {*_YES, *_NO}:
            return value is True or str(value) in _YES
        raise ValueError(_("{label}: {value} is not yes or no").format(label=_(self.label), value=_shown(value)))

    def _check_list(self, value: Any) -> tuple[str, ...]:
        if isinstance(value, str) or not isinstance(value, Iterable):
            value = [value]
        items = tuple(value)
        for item in items:
            if not isinstance(item, str):
                raise ValueError(_("{label}: {item} is not a text").format(label=_(self.label), item=_shown(item)))
        return items

    def _check_mapping(self, value: Any) -> tuple[tuple[str, str], ...]:
        pairs: dict[str, str] = {}
        if isinstance(value, str) or not isinstance(value, Iterable):
            value = [value]
        for item in value.items() if isinstance(value, Mapping) else value:
            name, text = _split_pair(item)
            if not name or not isinstance(text, str):
                raise ValueError(
                    _("{label} {item}: write {allowed}").format(
                        label=_(self.label), item=_shown(item), allowed=self.allowed
                    )
                )
            word = text.strip().lower()
            if self.choices and word not in self.choices:
                raise ValueError(
                    _("{label} of {name} {text}: {hint}").format(
                        label=_(self.label), name=quoted(name), text=quoted(text), hint=suggest(word, self.choices)
                    )
                )
            pairs[name] = word if self.choices else text
        return tuple(pairs.items())

    def _check_number(self, number: Any) -> float | int:
        try:
            as_float = float(number)
        except OverflowError:
            as_float = math.inf
        except TypeError:
            raise ValueError(
                _("{label}: {number} is not {indefinite}").format(
                    label=_(self.label), number=_shown(number), indefinite=self._indefinite
                )
            ) from None
        if self.kind != "whole" or not isinstance(number, int) or math.isinf(as_float):
            number = as_float
        if self.kind == "number" and self.minimum < number < self.maximum:
            return as_float  # the usual case first: lists may be long
        shown = f"{_(self.label)}: {as_float:g}"
        if math.isnan(number) or math.isinf(number):
            raise ValueError(
                _("{shown} is not a finite number; allowed: {allowed}").format(shown=shown, allowed=self.allowed)
            )
        if number < self.minimum or (self.above_minimum and number == self.minimum):
            over = _("{shown} is not above {limit:g}") if self.above_minimum else _("{shown} is not at least {limit:g}")
            raise ValueError(over.format(shown=shown, limit=self.minimum) + self._hint)
        if number > self.maximum or (self.below_maximum and number == self.maximum):
            over = _("{shown} is not below {limit:g}") if self.below_maximum else _("{shown} is more than {limit:g}")
            raise ValueError(over.format(shown=shown, limit=self.maximum) + self._hint)
        if self.kind == "whole":
            if number != int(number):
                raise ValueError(_("{shown} is not a whole number").format(shown=shown))
            return int(number)
        return float(number)

    @property
    def _hint(self) -> str:
        """The end of a message about a number out of range."""
        return _("; allowed: {allowed}").format(allowed=self.allowed)

    @property
    def _indefinite(self) -> str:
        return {"whole": _("a whole number"), "time": _("a time")}.get(self.kind, _("a number"))

    def format(self, value: Any) -> str:
        """Write `value` as `parse` reads it: ``0.01``, ``none``, ``full``, ``10m``."""
        for word, meant in self.special.items():
            if type(value) is type(meant) and value == meant:
                return word
        if self.kind == "flag":
            return "yes" if value else "no"
        if self.kind == "list":
            return (self.separator or ", ").join(value or ()) or "none"
        if self.kind == "mapping":
            return ", ".join(f"{name}={text}" for name, text in value) or "none"
        if self.kind == "time":
            return format_time(value)
        if isinstance(value, float):
            short = f"{value:g}"
            return short if float(short) == value else repr(value)
        return "none" if value is None else str(value)

    def plain(self, value: Any) -> Any:
        """Return `value` as TOML and JSON hold it: lists and tables instead of tuples."""
        if self.kind == "mapping":
            return dict(value)
        return list(value) if self.kind == "list" else value


def decimal_hint(text: str) -> str:
    """Return the end of a message about a number with a decimal comma: how it is written; empty for other texts."""
    found = DECIMAL_COMMA.fullmatch(text.strip())
    return _("; write a decimal point: {number}").format(number=".".join(found.groups())) if found else ""


def _split_pair(item: Any) -> tuple[str, Any]:
    """``age=number`` or ("age", "number"); a name may itself hold ``=``."""
    if isinstance(item, str):
        name, _equals, text = item.rpartition("=")
        return name, text
    if isinstance(item, (tuple, list)) and len(item) == 2 and isinstance(item[0], str):
        return item[0], item[1]
    return "", item


def _shown(value: Any) -> str:
    return visible(repr(value), 60)


def declare(default: Any, label: str, kind: Kind, meaning: str, explanation: str = "", **rest: Any) -> Any:
    """Make a dataclass field that carries an option's declaration."""
    described = {"label": label, "kind": kind, "meaning": meaning, "explanation": explanation}
    return dataclasses.field(default=default, metadata={"default": default, **described, **rest})


def declared(owner: type[Any], make: Callable[..., Kept]) -> dict[str, Kept]:
    """Return the options that a dataclass declares, by name, each made by `make`."""
    return {item.name: make(name=item.name, **item.metadata) for item in dataclasses.fields(owner)}


def option_named(options: Mapping[str, Option], text: str) -> str | None:
    """Return the name of the option that `text` means: a name, label or flag in any case and hyphenation."""
    spellings: dict[str, str] = {}
    for name, spec in options.items():
        spellings |= {_spelling(spec.label): name, spec.key.lower(): name}
    return {**spellings, **{name.lower(): name for name in options}}.get(_spelling(text))


def _spelling(text: str) -> str:
    return text.strip().removeprefix("--").lower().replace("-", "_").replace(" ", "_")


def read_all(options: Mapping[str, Option], values: Mapping[str, Any], what: str) -> tuple[dict[str, Any], list[str]]:
    """Read values by name, texts as a person would type them; the values, and a line for each problem.

    `what` names an option in the message about a name that is not known.
    """
    read: dict[str, Any] = {}
    problems: list[str] = []
    for key, value in values.items():
        name = key if key in options else option_named(options, key) if isinstance(key, str) else None
        if name is None:
            problems.append(f"{what} {quoted(str(key))}: {suggest(str(key), tuple(options))}")
            continue
        try:
            read[name] = options[name].parse(value) if isinstance(value, str) else options[name].check(value)
        except ValueError as error:
            problems.append(str(error))
    return read, problems


def check_all(instance: Any, options: Mapping[str, Option]) -> list[str]:
    """Put the fields of a frozen dataclass into their own types; return a line for each that is not allowed."""
    problems = []
    for name, spec in options.items():
        try:
            object.__setattr__(instance, name, spec.check(getattr(instance, name)))
        except ValueError as error:
            problems.append(str(error))
    return problems


def takes(options: Mapping[str, Option]) -> Callable[[Function], Function]:
    """Let `help` list the options that a function takes as ``**options``, in its signature and docstring."""

    def document(function: Function) -> Function:
        signature = inspect.signature(function)
        own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
        more = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=spec.default)
            for name, spec in options.items() if name not in signature.parameters
        ]  # fmt: skip
        function.__signature__ = signature.replace(parameters=[*own, *more])  # type: ignore[attr-defined]
        lines = [f"    {name}\n        {spec.meaning}; {spec.allowed}" for name, spec in options.items()]
        end = "\n\n    Raises\n"
        function.__doc__ = (function.__doc__ or "").replace(end, "\n" + "\n".join(lines) + end)
        return function

    return document
