"""What a page asks about the inside of a training, and the answers: plain values, as commands and snapshots are.

A page asks one question at a time (`Session.ask`); the session answers it on a copy of the network, so that the
training stays as it is. To add a page: a question and an answer in a module of `asked/`, and a function in `inside/`
that `inspection.py` names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, ClassVar

from tuitrain.errors import RunError
from tuitrain.runs import json_values
from tuitrain.text import quoted, suggest

KINDS: dict[str, type[Inside]] = {}


@dataclass(frozen=True)
class Inside:
    """What questions and answers have in common: the name of their kind, and JSON."""

    kind: ClassVar[str]

    def __init_subclass__(cls) -> None:
        cls.kind = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        KINDS[cls.kind] = cls

    def to_json(self) -> dict[str, Any]:
        """Convert to a JSON object; ``kind`` names it."""
        return {"kind": self.kind, **json_values.encode_fields(self)}

    @classmethod
    def from_json(cls, json: Any) -> Inside:
        """Convert a JSON object back.

        Raises
        ------
        RunError
            if there is no such question or answer, or a value does not fit.
        """
        import_module("tuitrain.session.asked")  # where the kinds are declared
        values = dict(json) if isinstance(json, Mapping) else {}
        kind = str(values.pop("kind", ""))
        if kind not in KINDS or not issubclass(KINDS[kind], cls):
            raise RunError(f"{cls.__name__.lower()} {quoted(kind)}: {suggest(kind, KINDS)}")
        found: Inside = json_values.decode_fields(KINDS[kind], values, kind)
        return found


@dataclass(frozen=True)
class Question(Inside):
    """What every question has.

    `copy` numbers the copies of the network: for a number that the session has not seen it copies the network as it
    is then, and all questions of that number are about this copy. `example` names a ready-made network in its place.
    Where the kind of question `needs_copy`; what trains networks of its own leaves the last copy as it is.
    """

    needs_copy: ClassVar[bool] = True
    copy: int = field(default=0, kw_only=True)
    example: str = field(default="", kw_only=True)


@dataclass(frozen=True, eq=False)
class Answer(Inside):
    """What every answer has.

    `epoch` is that of the copy; `done` of `total` parts of a longer work are done; `problem` says why there is no
    answer, "" if there is one.
    """

    question: Question
    epoch: int = field(default=0, kw_only=True)
    done: int = field(default=1, kw_only=True)
    total: int = field(default=1, kw_only=True)
    problem: str = field(default="", kw_only=True)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is to come."""
        return self.done >= self.total


@dataclass(frozen=True, eq=False)
class NoAnswer(Answer):
    """There is none; `problem` says why."""
