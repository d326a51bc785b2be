"""Conditions on rows of named values, as ``validation_accuracy > .9 and optimizer == 'adam'``.

The text is parsed as Python, and only comparisons, `and`, `or`, `not`, numbers with + - * /, texts and names are
allowed: nothing in it is run. A comparison with a missing value, or between a number and a text, is false.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Collection, Mapping
from typing import Any

from tuitrain.errors import RunError
from tuitrain.text import quoted, suggest, visible
from tuitrain.translation import gettext as _

MOST_LETTERS = 1000
Values = Mapping[str, Any]
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.In: lambda a, b: a in b, ast.NotIn: lambda a, b: a not in b,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip


class RowCondition:
    """A condition on rows that have the columns `names`.

    Raises
    ------
    RunError
        if the text is no condition, holds something that is not allowed, or a name that is not known.
    """

    def __init__(self, text: str, names: Collection[str]) -> None:
        self.text = text.strip()
        self._text, self._names = text, names
        if len(text) > MOST_LETTERS:
            raise RunError(_("the condition has more than {most:,} letters").format(most=MOST_LETTERS))
        try:
            self._body = ast.parse(text.strip(), mode="eval").body
            self._check(self._body)
        except SyntaxError as error:
            hint = _("; equality is written ==") if "=" in text.replace("==", "") else ""
            raise self._refused(_("is no condition, as: validation_accuracy > .9 and optimizer == 'adam'{hint}").format(
                hint=hint)) from error  # fmt: skip
        except (RecursionError, ValueError, MemoryError) as error:  # too deep, or a null character
            raise self._refused(_("cannot be read")) from error

    def _refused(self, why: str) -> RunError:
        return RunError(_("{text}: {why}").format(text=quoted(self._text), why=why))

    def _check(self, node: ast.AST) -> None:
        """Refuse every kind of node that is not allowed, and every name that is not known."""
        match node:
            case ast.Name(id=name):
                if name not in self._names:
                    raise self._refused(
                        _("there is no column {name}: {hint}").format(
                            name=quoted(name), hint=suggest(name, self._names)
                        )
                    )
                return
            case ast.Constant(value=value):
                if not isinstance(value, int | float | str):
                    raise self._refused(_("{value} is neither a number nor a text").format(value=visible(value, 40)))
                return
            case ast.BinOp(op=op) if type(op) in _ARITHMETIC:
                children: list[ast.AST] = [node.left, node.right]
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() | ast.Not()):
                children = [node.operand]
            case ast.BoolOp():
                children = list(node.values)
            case ast.Compare(ops=ops) if all(type(op) in _COMPARE for op in ops):
                children = [node.left, *node.comparators]
            case ast.Tuple() | ast.List():
                children = list(node.elts)
            case _:
                raise self._refused(
                    _("{part} is not allowed; a condition has comparisons, and, or, not").format(
                        part=quoted(ast.unparse(node))
                    )
                )
        for child in children:
            self._check(child)

    def holds(self, values: Values) -> bool:
        """Return whether a row fulfils it; names that the row lacks are missing values."""
        return _is_true(_value(self._body, values))


def _is_true(found: Any) -> bool:
    return found is not None and not (isinstance(found, float) and math.isnan(found)) and bool(found)


def _value(node: ast.AST, values: Values) -> Any:
    """Return the value of a node that was checked; None where it is missing."""
    match node:
        case ast.Name(id=name):
            return values.get(name)
        case ast.Constant(value=value):
            return value
        case ast.BoolOp(op=op, values=parts):
            test = all if isinstance(op, ast.And) else any
            return test(_is_true(_value(part, values)) for part in parts)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _is_true(_value(operand, values))
        case ast.UnaryOp(op=op, operand=operand):
            found = _number(_value(operand, values))
            return found if found is None or isinstance(op, ast.UAdd) else -found
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _number(_value(left, values)), _number(_value(right, values))
            try:
                return None if a is None or b is None else _ARITHMETIC[type(op)](a, b)
            except (OverflowError, ZeroDivisionError):
                return None
        case ast.Compare(left=first, ops=ops, comparators=others):
            sides = [_value(part, values) for part in (first, *others)]
            return all(_compared(op, a, b) for op, a, b in zip(ops, sides, sides[1:], strict=False))
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return tuple(_value(part, values) for part in parts)
    return None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and abs(value) < 1e300 else None


def _compared(op: ast.cmpop, a: Any, b: Any) -> bool:
    if a is None or b is None or any(isinstance(value, float) and math.isnan(value) for value in (a, b)):
        return False
    is_text = isinstance(a, str), isinstance(b, str)
    if isinstance(op, ast.In | ast.NotIn):
        return isinstance(b, tuple | str) and (is_text[0] or not is_text[1]) and bool(_COMPARE[type(op)](a, b))
    if is_text[0] != is_text[1] or isinstance(a, tuple) != isinstance(b, tuple):
        return False
    try:
        return bool(_COMPARE[type(op)](a, b))
    except TypeError:
        return False
